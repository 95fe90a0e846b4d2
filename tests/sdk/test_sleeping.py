"""Durable sleeps through a daemon: they end in time, and when they are told to."""

import datetime as dt
from pathlib import Path

import psycopg

from tests.cluster import Cluster, wait_until
from tests.infra.test_cli import Waymark
from tests.sdk import flows
from waymark.client import current_client


async def test_an_idle_daemon_wakes_in_time(engine: str, cluster: Cluster, connection: psycopg.Connection) -> None:
    cluster.start(user_module="tests.sdk.flows")
    late: list[float] = []
    for _ in range(5):
        run = await flows.Sleeping().start(0.3)
        due = wait_until(lambda run=run: due_at(connection, run.id), "it sleeps")
        assert await run.result(timeout=20) == "slept"
        (ended,) = connection.execute("select ended_at from waymark.runs where run_id = %s", (run.id,)).fetchone() or (due,)
        late.append((ended - due).total_seconds())
    assert min(late) >= 0
    assert sorted(late)[2] < 0.1


def due_at(connection: psycopg.Connection, run_id: object) -> dt.datetime | None:
    row = connection.execute("select due_at from waymark.timers where run_id = %s", (run_id,)).fetchone()
    return row and row[0]


async def test_wake(engine: str, cluster: Cluster, connection: psycopg.Connection) -> None:
    cluster.start(user_module="tests.sdk.flows")
    sleeping, delayed = await flows.Sleeping().start(1000), await flows.Doubling().options(delay=1000).start(21)
    wait_until(lambda: due_at(connection, sleeping.id), "it sleeps")
    assert await sleeping.wake() == "running"
    assert await delayed.wake() == "queued"
    assert await sleeping.result(timeout=20) == "slept"
    assert await delayed.result(timeout=20) == 42
    for _ in range(3):
        await flows.Doubling().options(delay=1000).start(1)
    picked = {"workflow": "Doubling"}
    client = await current_client()
    assert (await client.bulk("wake", picked, dry_run=False)).done == 3
    wait_until(lambda: connection.execute("select from waymark.tasks").fetchone() is None, "they have ended")


def test_wake_from_the_shell(tmp_path: Path, database_url: str) -> None:
    waymark = Waymark(tmp_path, database_url)
    waymark.ok("register", "tests.sdk.flows")
    run_id = waymark.ok("start", "Sleeping", '{"seconds": 5}', "--options", '{"delay": 1000}').strip()
    assert waymark.ok("status", run_id) == "delayed\n"
    assert waymark.ok("wake", run_id) == "queued\n"
    assert waymark.ok("wake", "--filter", '{"workflow": "Sleeping"}') == "1 of 1 runs\n"
    waymark.ok("terminate", run_id)
    assert "is terminated" in waymark.error("wake", run_id)
