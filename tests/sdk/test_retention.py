"""Retention: the commands, and the daemons that do what is set; docs/retention.md is true."""

import re
import shlex
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from tests.cluster import ROOT, Cluster, wait_until
from tests.infra.test_cli import Waymark
from tests.sdk import flows
from waymark import UnknownRun
from waymark.client import current_client
from waymark.errors import OptionOutOfRange


async def test_daemons_prune_what_is_set(engine: str, cluster: Cluster, connection: psycopg.Connection) -> None:
    cluster.start(2, user_module="tests.sdk.flows", retention_interval_ms=100)
    done, live = await flows.Doubling().start(1), await flows.Sleeping().start(1000)
    await done.result(20)
    client = await current_client()
    await client.set_retention("failed", timedelta(0))
    passes = "select began_at is null and due_at > now() + interval '30 s' from waymark.retention_pass"
    wait_until(lambda: connection.execute(passes).fetchone() == (True,), "a pass was made")
    assert await done.status() == "succeeded"
    await client.set_retention("succeeded", timedelta(0))
    left = "select array_agg(run_id) from waymark.runs"
    wait_until(lambda: connection.execute(left).fetchone() == ([live.id],), "what has ended is pruned, and nothing else")
    with pytest.raises(UnknownRun):
        await done.result(5)
    with pytest.raises(OptionOutOfRange, match="the age is -1 days"):
        await client.set_retention("failed", timedelta(days=-1))
    open_connections = "select count(*) from pg_stat_activity where application_name = 'waymark retention'"
    wait_until(lambda: connection.execute(open_connections).fetchone() == (0,), "between passes there is no connection")


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


def test_the_commands_of_the_page(tmp_path: Path, database_url: str) -> None:
    waymark = Waymark(tmp_path, database_url)
    blocks = re.findall(r"^```bash\n(.*?)^```", (ROOT / "docs/retention.md").read_text(), re.MULTILINE | re.DOTALL)
    said = [waymark.ok(*shlex.split(line)[1:]) for block in blocks for line in block.splitlines()]
    assert said[2] == "succeeded: 7 days\nfailed: 90 days\ncancelled: forever\nterminated: forever\n"
    assert said[3:] == ["0 runs\n", "0 runs\n"]
    waymark.ok("retention", "set", "failed", "forever")
    assert "failed: forever\n" in waymark.ok("retention", "list")
    assert waymark("retention", "set", "live", "1 day").returncode == 2
    assert "the age is -1 days" in waymark.error("retention", "set", "failed", "--", "-1 days")
