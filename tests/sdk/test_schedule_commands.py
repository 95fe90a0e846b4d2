"""Schedules through the daemon and from the shell; docs/schedules.md is true."""

import asyncio
import datetime as dt
import json
import re
import shlex
from pathlib import Path

import psycopg
import pytest

from tests.cluster import ROOT, Cluster
from tests.infra.test_cli import Waymark
from tests.sdk import flows
from waymark import RunHandle, list_schedules, schedule_workflow

PAGE = (ROOT / "docs/schedules.md").read_text()


def first_block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


async def test_the_code_of_the_page(engine: str, cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "report_app.py").write_text(first_block("python"))
    monkeypatch.syspath_prepend(tmp_path)
    import report_app  # type: ignore[import-not-found] - the test writes it

    cluster.start(user_module="report_app", path=tmp_path)
    assert await report_app.schedule_reports() == ["heartbeat sent", "sales sent"]


async def test_a_daemon_starts_what_is_scheduled(engine: str, cluster: Cluster) -> None:
    cluster.start(user_module="tests.sdk.flows")
    for name, schedule in {"cron": "* * * * * *", "interval": dt.timedelta(seconds=1)}.items():
        await schedule_workflow(flows.Doubling, schedule_name=name, schedule=schedule, inputs={"n": 21}, max_runs=2)
    await wait_until_ended(2)
    for found in await list_schedules():
        assert (found.runs_started, found.fires_failed, found.next_fire_at) == (2, 0, None)
        assert found.last_run_id is not None
        assert found.last_fire_at is not None
        assert found.created_at < found.last_fire_at
        assert await RunHandle[int](found.last_run_id).result(timeout=20) == 42


async def wait_until_ended(count: int) -> None:
    async with asyncio.timeout(20):
        while len(await list_schedules("ended")) < count:
            await asyncio.sleep(0.05)


def test_the_commands_of_the_page(tmp_path: Path, database_url: str) -> None:
    shell = Waymark(tmp_path, database_url)
    (tmp_path / "report_app.py").write_text(first_block("python"))
    shell.ok("register", "report_app")
    said = {line: shell.ok(*shlex.split(line)[1:]) for line in first_block("bash").splitlines()}
    assert [len(text.splitlines()) for text in said.values()] == [1, 1, 3, 5, 1, 1, 1, 1, 1, 0]


def test_the_sql_of_the_page(tmp_path: Path, database_url: str, connection: psycopg.Connection) -> None:
    (tmp_path / "report_app.py").write_text(first_block("python"))
    Waymark(tmp_path, database_url).ok("register", "report_app")
    said = [connection.execute(statement.encode()).fetchall() for statement in first_block("sql").splitlines()]
    assert [len(rows) for rows in said] == [1, 1, 3, 1, 1, 1, 1]
    assert said[5][0][:2] == ("weekly", "active")


def test_commands(tmp_path: Path, database_url: str) -> None:
    shell = Waymark(tmp_path, database_url)
    shell.ok("register", "tests.sdk.flows")
    limits = ["--overlap", "queue", "--jitter", "1.5", "--tags", '{"team": "mail"}', "--end-at", "2101-01-01T00:00:00Z"]
    made = json.loads(
        shell.ok("schedule", "create", "a", "Doubling", "30 9 * * MON", '{"n": 1}', "--timezone", "Europe/Berlin", *limits)
    )
    assert (made["name"], made["workflow"], made["schedule"], made["timezone"]) == (
        "a",
        "Doubling",
        "30 9 * * MON",
        "Europe/Berlin",
    )
    assert (made["state"], made["arguments"], made["runs_started"], made["fires_skipped"]) == ("active", {"n": 1}, 0, 0)
    assert made["options"].items() >= {"overlap": "queue", "jitter": 1.5, "tags": {"team": "mail"}}.items()
    assert "last_run_id" not in made
    edited = json.loads(
        shell.ok(
            *("schedule", "edit", "a", "--schedule", "@every 1 hour", "--arguments", '{"n": 2}'),
            *("--end-at", "none", "--tags", "none", "--max-runs", "3", "--start-at", "2100-01-01T00:00:00Z"),
        )
    )
    assert (edited["schedule"], edited["arguments"], edited["options"]["max_runs"]) == ("@every 1 hour", {"n": 2}, 3)
    assert not edited["options"].keys() & {"end_at", "tags"}
    times = [f"2100-01-01T{hour:02}:00:00+00:00" for hour in range(3)]
    assert shell.ok("schedule", "next", "a").split() == times
    assert shell.ok("schedule", "next", "a", "--count", "2").split() == times[:2]
    assert json.loads(shell.ok("schedule", "pause", "a"))["state"] == "paused"
    assert shell.ok("schedule", "list", "--state", "active") == ""
    assert json.loads(shell.ok("schedule", "resume", "a"))["state"] == "active"
    run_id = shell.ok("schedule", "trigger", "a").strip()
    assert shell.ok("status", run_id) == "queued\n"
    times = ["2024-01-01T00:00:00Z", "2024-01-01T03:00:00Z"]
    runs = shell.ok("schedule", "backfill", "a", *times).split()
    assert len(runs) == 3
    assert shell.ok("schedule", "backfill", "a", *times).split() == runs
    (line,) = shell.ok("schedule", "list").splitlines()
    assert json.loads(line)["runs_triggered"] == 4
    assert shell.ok("schedule", "delete", "a") == ""
    assert shell.ok("schedule", "list") == ""


def test_times_of_an_expression(tmp_path: Path, database_url: str) -> None:
    shell = Waymark(tmp_path, database_url)
    said = shell.ok("schedule", "next", "--cron", "0 0 29 2 *", "--timezone", "Europe/Berlin", "--count", "2").split()
    assert all(time.endswith("-02-28T23:00:00+00:00") for time in said)
    assert len(said) == 2


def test_what_the_shell_refuses(tmp_path: Path, database_url: str) -> None:
    shell = Waymark(tmp_path, database_url)
    shell.ok("register", "tests.sdk.flows")
    create = ("schedule", "create", "a", "Doubling")
    assert "does not parse at position 2" in shell.error(*create, "x")
    assert "unknown time zone" in shell.error(*create, "@daily", '{"n": 1}', "--timezone", "Mars")
    assert "'0 seconds' is no interval" in shell.error(*create, "@every 0 seconds", '{"n": 1}')
    assert "the jitter is -1" in shell.error(*create, "@daily", '{"n": 1}', "--jitter=-1")
    assert "--tags is not JSON" in shell.error(*create, "@daily", '{"n": 1}', "--tags", "{")
    assert "argument" in shell.error(*create, "@daily")
    assert shell.ok("schedule", "list") == ""
    for verb in ("edit", "pause", "next"):
        assert "there is no schedule 'nobody'" in shell.error("schedule", verb, "nobody")
    assert "there is no schedule 'nobody'" in shell.error(
        "schedule", "backfill", "nobody", "2024-01-01T00:00Z", "2024-01-02T00:00+01:00"
    )
    shell.ok(*create, "@daily", '{"n": 1}')
    assert "there is a schedule 'a' already" in shell.error(*create, "@daily", '{"n": 1}')
    for wrong in ("2024-01-01", "yesterday"):
        assert shell("schedule", "backfill", "a", wrong, "2024-01-02T00:00Z").returncode == 2
    assert shell("schedule", "next").returncode == 2
    assert shell("schedule", "next", "a", "--cron", "@daily").returncode == 2
    assert shell("schedule", "edit", "a", "--max-runs", "few").returncode == 2
