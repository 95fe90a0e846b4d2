"""Control of runs from Python and from the shell; docs/control.md is true."""

import json
import re
import uuid
from pathlib import Path

import psycopg
import pytest

from tests.cluster import ROOT, Cluster
from tests.infra.test_cli import Waymark
from tests.sdk import flows
from waymark import RunCancelled, RunHandle, RunStateError, RunTerminated, UnknownRun, WorkflowFailed
from waymark.client import current_client

PAGE = (ROOT / "docs/control.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


async def test_the_code_of_the_page(engine: str, cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (code,) = blocks("python")
    (tmp_path / "patient_app.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    import patient_app  # type: ignore[import-not-found]

    cluster.start(user_module="patient_app", path=tmp_path)
    said = await patient_app.change_of_mind()
    begun = [f"cancelled in line {n}: {line.strip()}" for n, line in enumerate(code.splitlines(), 1)]
    assert said in begun


def test_the_sql_of_the_page(connection: psycopg.Connection) -> None:
    (text,) = blocks("sql")
    for statement in text.strip().splitlines():
        assert connection.execute(statement.encode()).fetchone() == (0, 0, None, False)


async def test_handles(engine: str, cluster: Cluster) -> None:
    cluster.start(user_module="tests.sdk.flows")
    sleeping = await flows.Sleeping().start(1000)
    assert await sleeping.pause() == "paused"
    assert await sleeping.status() == "paused"
    assert await sleeping.set_priority(5) == "paused"
    assert await sleeping.resume() != "paused"
    again = await sleeping.restart()
    assert again.id != sleeping.id
    await sleeping.cancel()
    with pytest.raises(RunCancelled, match=r"run .* of Sleeping was cancelled in node") as cancelled:
        await sleeping.result(timeout=20)
    assert (cancelled.value.run_id, cancelled.value.workflow) == (str(sleeping.id), "Sleeping")
    assert isinstance(cancelled.value, WorkflowFailed)
    assert await again.terminate() == "terminated"
    with pytest.raises(RunTerminated) as terminated:
        await again.result(timeout=20)
    assert terminated.value.run_id == str(again.id)
    with pytest.raises(RunStateError, match="is terminated"):
        await again.resume()
    with pytest.raises(UnknownRun):
        await RunHandle[str](uuid.uuid4()).cancel()
    for _ in range(3):
        await flows.Sleeping().start(1000)
    client = await current_client()
    assert (await client.bulk("terminate", {"workflow": "Sleeping"}))[:2] == (3, 0)
    first = await client.bulk("terminate", {"workflow": "Sleeping"}, dry_run=False, limit=2)
    assert (first.matched, first.done, first.more) == (2, 2, True)
    rest = await client.bulk("terminate", {"workflow": "Sleeping"}, dry_run=False, limit=2, after=first.last)
    assert (rest.matched, rest.done, rest.more) == (1, 1, False)


def test_commands(tmp_path: Path, database_url: str, connection: psycopg.Connection) -> None:
    waymark = Waymark(tmp_path, database_url)
    waymark.ok("register", "tests.sdk.flows")
    one, two = (waymark.ok("start", "Sleeping", '{"seconds": 5}').strip() for _ in range(2))
    assert waymark.ok("pause", one, two) == "paused\npaused\n"
    assert waymark.ok("resume", one) == "queued\n"
    assert waymark.ok("set-priority", "7", one) == "queued\n"
    three = waymark.ok("restart", one).strip()
    assert waymark.ok("status", three) == "queued\n"
    assert waymark.ok("cancel", one) == "cancelled\n"
    assert "WM303" not in waymark.error("result", one)
    assert f"run {one} was cancelled" in waymark.error("result", one)
    assert "is cancelled" in waymark.error("pause", one)
    picked = json.dumps({"workflow": "Sleeping", "states": ["queued", "paused"]})
    assert waymark.ok("terminate", "--filter", picked, "--dry-run") == "2 runs\n"
    assert waymark.ok("terminate", "--filter", picked) == "2 of 2 runs\n"
    assert waymark.ok("terminate", "--filter", picked) == "0 of 0 runs\n"
    assert 'no field "colour"' in waymark.error("cancel", "--filter", '{"colour": "red"}')
    assert waymark("cancel").returncode == 2
    assert waymark("cancel", one, "--filter", "{}").returncode == 2
    for line in blocks("bash")[0].splitlines():
        command = [part.strip("'") for part in re.findall(r"'[^']*'|\S+", line)][1:]
        assert waymark(*[two if part == "RUN" else part for part in command]).returncode == 0
