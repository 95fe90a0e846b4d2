"""`waymark doctor` from Python and from the shell; docs/doctor.md is true."""

import json
import re
from pathlib import Path

import psycopg

from tests.cluster import ROOT, Cluster
from tests.conftest import SETTINGS, make_server, server_folder
from tests.engine.test_doctor import CHECKS
from tests.infra.test_cli import Waymark
from waymark.client import current_client

PAGE = (ROOT / "docs/doctor.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


async def test_from_python_and_the_sql_of_the_page(engine: str, cluster: Cluster, connection: psycopg.Connection) -> None:
    cluster.start(user_module="tests.sdk.flows")
    findings = await (await current_client()).doctor()
    assert [finding.check_name for finding in findings if finding.status == "ok"] == CHECKS[:-1]
    (text,) = blocks("sql")
    every, wrong = (connection.execute(statement.encode()).fetchall() for statement in text.strip().splitlines())
    assert [row[0] for row in every if row[1] != "ok"] == [row[0] for row in wrong]
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == ["package", *CHECKS]


def test_the_command(tmp_path: Path) -> None:
    """On a server as users have it, and then with something wrong: the exit code tells."""
    server = make_server(server_folder())
    server.settings = SETTINGS | {"fsync": "on", "full_page_writes": "on", "idle_in_transaction_session_timeout": "10min"}
    server.start()
    try:
        waymark = Waymark(tmp_path, server.url())
        assert "no Waymark engine" in waymark.error("doctor")
        waymark.ok("db", "upgrade")
        said = waymark.ok("doctor")
        lines = [line for line in said.splitlines() if not line.startswith(" ")]
        assert [line.split()[1] for line in lines] == ["package", *CHECKS]
        assert [line for line in lines if not line.startswith("ok ")] == ["warning  sessions       no daemon is alive"]
        assert "-> Start workers: start-workers." in said
        with psycopg.connect(server.url()) as connection:
            connection.execute("create role app login password 'app' in role waymark_client")
            connection.execute("update waymark.schema_version set version_num = '9999_later'")
        ended = waymark("doctor", "--json")
        assert ended.returncode == 1
        (failed,) = [finding for finding in json.loads(ended.stdout) if finding["status"] == "failure"]
        assert failed["check_name"] == "package"
        assert failed["hint"] == "Upgrade the waymark package on this host."
        commands = [line.split()[1:] for line in blocks("bash")[0].splitlines()]
        assert [waymark(*command).returncode for command in commands] == [1, 1]
        url = server.url().replace(f"postgres:{server.password}@", "app:app@")
        assert "this role may not see the engine's revision" in Waymark(tmp_path, url).ok("doctor")
    finally:
        server.remove()
