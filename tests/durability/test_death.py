"""Whatever dies in the middle of work: every run ends once, and its history is consistent."""

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.cluster import Cluster, Daemon, wait_until
from tests.durability.flows import Held, Nap, Sum
from waymark.db.embedded import EmbeddedServer
from waymark.ir import to_text

MODULE = "tests.durability.flows"
# A lease that ends soon, so that a test sees its work offered again.
SHORT_LEASE = {"lock_ttl_ms": 1000, "lock_heartbeat_ms": 300, "expired_lock_reclaimer_interval_ms": 100}

INCONSISTENT = """
select run_id, step_no, slot, array_agg(outcome order by attempt) from waymark.action_attempts
group by 1, 2, 3 having count(*) filter (where outcome = 'succeeded') <> 1
"""


class Runs:
    """Runs of one workflow, started from SQL, and what the database says about them."""

    def __init__(self, connect: Callable[[], psycopg.Connection]) -> None:
        self.connect = connect
        self.started: list[object] = []
        with connect() as connection:
            for workflow in (Held, Sum, Nap):
                connection.execute("select waymark.register(%s)", (to_text(workflow.program),))

    def start(self, workflow: str, arguments: str, count: int) -> None:
        with self.connect() as connection:
            query = "select waymark.start(%s, %s::jsonb) from generate_series(1, %s)"
            self.started += [run for (run,) in connection.execute(query, (workflow, arguments, count))]

    def outcomes(self) -> set[tuple[str, str | None]]:
        with self.connect() as connection:
            query = "select state, coalesce(result, error)::text from waymark.read_outcomes(%s)"
            return set(connection.execute(query, (self.started,)).fetchall())

    def ended(self) -> bool:
        try:
            return all(state != "live" for state, _ in self.outcomes())
        except psycopg.OperationalError:
            return False  # the server is just being restarted

    def check(self, result: str) -> list[str]:
        """All have ended with this result; nothing is left over; returns the outcomes of the attempts that failed."""
        wait_until(self.ended, "all runs have ended", 60)
        assert self.outcomes() == {("succeeded", result)}
        with self.connect() as connection:
            assert connection.execute(INCONSISTENT).fetchall() == []
            for table in ("tasks", "actions", "timers"):
                assert connection.execute(f"select count(*) from waymark.{table}".encode()).fetchone() == (0,)
            failed = "select outcome from waymark.action_attempts where outcome <> 'succeeded' order by 1"
            return [outcome for (outcome,) in connection.execute(failed)]


@pytest.fixture
def runs(database_url: str) -> Runs:
    return Runs(lambda: psycopg.connect(database_url, autocommit=True))


def start_held(runs: Runs, folder: Path, count: int = 1) -> None:
    runs.start("Held", f'{{"folder": "{folder}", "name": "mark"}}', count)
    wait_until((folder / "mark").exists, "an action runs")


def marked(folder: Path) -> bool:
    return (folder / "mark").exists()


def test_two_daemons_share_one_database(cluster: Cluster, runs: Runs, connection: psycopg.Connection) -> None:
    cluster.start(2, user_module=MODULE, concurrent_per_worker=2)
    runs.start("Sum", '{"steps": 10}', 100)
    assert runs.check("45") == []
    assert connection.execute("select count(distinct session_id) from waymark.action_attempts").fetchone() == (2,)


def test_kill_a_worker(cluster: Cluster, runs: Runs, tmp_path: Path) -> None:
    (daemon,) = cluster.start(user_module=MODULE)
    start_held(runs, tmp_path, 3)
    (worker,) = daemon.workers()
    os.kill(worker, signal.SIGKILL)
    (tmp_path / "go").touch()
    assert set(runs.check('["mark", "mark", "mark"]')) == {"lost"}


def test_kill_a_daemon_and_another_takes_over(cluster: Cluster, runs: Runs, tmp_path: Path) -> None:
    (first,) = cluster.start(user_module=MODULE, **SHORT_LEASE)
    start_held(runs, tmp_path, 3)
    cluster.start(user_module=MODULE, **SHORT_LEASE)
    first.kill()
    (tmp_path / "go").touch()
    assert set(runs.check('["mark", "mark", "mark"]')) == {"lost"}


def test_kill_the_only_daemon_and_start_it_again(cluster: Cluster, runs: Runs, tmp_path: Path) -> None:
    (daemon,) = cluster.start(user_module=MODULE, **SHORT_LEASE)
    start_held(runs, tmp_path)
    daemon.kill()
    (tmp_path / "mark").unlink()
    cluster.start(user_module=MODULE, ready=False, **SHORT_LEASE)
    wait_until(lambda: marked(tmp_path), "the action runs again")
    (tmp_path / "go").touch()
    assert runs.check('["mark", "mark", "mark"]') == ["lost"]


def test_a_daemon_that_was_away_cannot_hand_in_late(
    cluster: Cluster, runs: Runs, tmp_path: Path, connection: psycopg.Connection
) -> None:
    """Stopped for longer than its lease, it wakes up with results whose fencing tokens are dead."""
    (first,) = cluster.start(user_module=MODULE, **SHORT_LEASE)
    start_held(runs, tmp_path)
    os.kill(first.pid, signal.SIGSTOP)
    (second,) = cluster.start(user_module=MODULE, **SHORT_LEASE)
    (tmp_path / "go").touch()
    assert runs.check('["mark", "mark", "mark"]') == ["lost"]
    before = connection.execute("select count(*) from waymark.action_attempts").fetchone()
    os.kill(first.pid, signal.SIGCONT)
    runs.start("Sum", '{"steps": 3}', 10)
    wait_until(runs.ended, "new runs have ended")
    assert first.alive()
    assert second.alive()
    attempts = connection.execute(
        "select count(*) from waymark.action_attempts a join waymark.runs r using (run_id) where r.workflow = 'Held'"
    ).fetchone()
    assert attempts == before


def test_postgres_crashes_and_comes_back(own_postgres: EmbeddedServer, cluster: Cluster, tmp_path: Path) -> None:
    runs = Runs(lambda: psycopg.connect(own_postgres.url(), autocommit=True))
    (daemon,) = cluster.start(url=own_postgres.url(), user_module=MODULE)
    start_held(runs, tmp_path, 3)
    own_postgres.stop("immediate")
    # The actions end while there is no database: their results are kept and handed in later.
    (tmp_path / "go").touch()
    own_postgres.start()
    runs.check('["mark", "mark", "mark"]')
    assert daemon.alive()


def test_sleep_outlives_the_daemon(cluster: Cluster, runs: Runs, connection: psycopg.Connection) -> None:
    (daemon,) = cluster.start(user_module=MODULE)
    runs.start("Nap", '{"seconds": 2}', 1)
    sleeping = "select exists (select from waymark.timers)"
    wait_until(lambda: connection.execute(sleeping).fetchone() == (True,), "the run sleeps")
    daemon.kill()
    cluster.start(user_module=MODULE)
    assert runs.check("2") == []


def test_sigterm_gives_back_what_has_not_started(cluster: Cluster, runs: Runs, tmp_path: Path) -> None:
    (first,) = cluster.start(user_module=MODULE, concurrent_per_worker=1)
    start_held(runs, tmp_path, 3)
    first.process.terminate()
    cluster.start(user_module=MODULE)
    (tmp_path / "go").touch()
    assert first.process.wait(20) == 0
    assert "lost" not in runs.check('["mark", "mark", "mark"]')


@pytest.mark.parametrize("seed", [1, 2])
def test_everything_dies_again_and_again(cluster: Cluster, runs: Runs, seed: int) -> None:
    """Daemons and workers are killed at random moments while runs drain; a supervisor starts daemons anew."""
    chance = random.Random(seed)
    settings = {"user_module": MODULE, "concurrent_per_worker": 4, **SHORT_LEASE}
    daemons: list[Daemon] = cluster.start(2, **settings)
    runs.start("Sum", '{"steps": 40}', 60)
    for _ in range(4):
        victim = chance.choice(daemons)
        workers = victim.workers()
        if workers and chance.random() < 0.5:
            os.kill(chance.choice(workers), signal.SIGKILL)
        else:
            victim.kill()
            daemons.remove(victim)
            daemons += cluster.start(1, ready=chance.random() < 0.5, **settings)
    runs.check("780")
