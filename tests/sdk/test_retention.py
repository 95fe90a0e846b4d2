"""`waymark prune`; docs/retention.md is true."""

import re
import shlex
from pathlib import Path

import psycopg

from tests.cluster import ROOT
from tests.infra.test_cli import Waymark


def test_prune_from_the_shell(tmp_path: Path, database_url: str, connection: psycopg.Connection) -> None:
    waymark = Waymark(tmp_path, database_url)
    waymark.ok("register", "tests.sdk.flows")
    runs = [waymark.ok("start", "Sleeping", '{"seconds": 5}').strip() for _ in range(4)]
    for run_id in runs[:3]:
        waymark.ok("terminate", run_id)
    assert waymark.ok("prune", "terminated", "--older-than", "1 day") == "0 runs\n"
    assert waymark.ok("prune", "terminated", "--older-than", "0 days", "--limit", "2") == "3 runs\n"
    assert [str(run_id) for (run_id,) in connection.execute("select run_id from waymark.runs")] == runs[3:]
    assert waymark("prune", "live", "--older-than", "1 day").returncode == 2
    assert "the age is -1 days" in waymark.error("prune", "failed", "--older-than=-1 days")
    (block,) = re.findall(r"^```bash\n(.*?)^```", (ROOT / "docs/retention.md").read_text(), re.MULTILINE | re.DOTALL)
    for line in block.splitlines():
        assert waymark.ok(*shlex.split(line)[1:]) == "0 runs\n"
