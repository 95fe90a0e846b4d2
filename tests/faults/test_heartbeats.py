"""Heartbeats and cancelled actions, from the action through worker and daemon to the engine and back."""

import time
from pathlib import Path

import psycopg
import pytest

from tests.cluster import Cluster, wait_until
from tests.faults import beating


@pytest.fixture(autouse=True)
def address(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYMARK_DATABASE_URL", database_url)


def test_an_attempt_goes_on_where_the_one_before_was(cluster: Cluster, connection: psycopg.Connection) -> None:
    cluster.start(user_module="tests.faults.beating")
    attempt, began = beating.Copies().start_sync(120).result_sync(30)
    assert attempt == 2
    assert 1 <= began <= 62
    query = "select outcome, run_us > 600000 from waymark.action_attempts order by attempt"
    assert connection.execute(query).fetchall() == [("lost", True), ("succeeded", True)]


def test_what_is_cancelled_is_cancelled_on_its_worker(cluster: Cluster, connection: psycopg.Connection, tmp_path: Path) -> None:
    (daemon,) = cluster.start(user_module="tests.faults.beating")
    run = beating.Late().start_sync(str(tmp_path))
    notes = [tmp_path / name for name in ("task", "thread", "left")]
    with pytest.raises(LookupError):
        run.result_sync(30)
    ended = time.monotonic()
    wait_until(lambda: [note.read_text() for note in notes] == ["cancelled"] * 3, "all three have been cancelled")
    assert time.monotonic() - ended < 4, "a notification told, not the next heartbeat of the lease"
    outcomes = connection.execute("select outcome, count(*)::int from waymark.action_attempts group by 1 order by 1").fetchall()
    assert outcomes == [("abandoned", 1), ("cancelled", 2), ("failed", 1)]
    assert daemon.terminate() == 0
