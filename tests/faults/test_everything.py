"""Everything that can fail does, in random order, while runs drain."""

import os
import random
import signal
from collections.abc import Callable

import pytest

from tests.cluster import Cluster, Daemon, wait_until
from tests.faults.load import Load
from waymark.db.embedded import EmbeddedServer

SETTINGS = {
    "user_module": "tests.faults.flows",
    "concurrent_per_worker": 4,
    "max_action_lifecycle": 60,
    "lock_ttl_ms": 1000,
    "lock_heartbeat_ms": 300,
    "expired_lock_reclaimer_interval_ms": 100,
}
BREAK_CONNECTIONS = """
select pg_terminate_backend(pid) from pg_stat_activity where application_name ~ 'waymark (lane|session|listen)' and random() < 0.6
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_every_run_ends_once_whatever_fails(own_postgres: EmbeddedServer, cluster: Cluster, own_load: Load, seed: int) -> None:
    chance = random.Random(seed)
    daemons: list[Daemon] = cluster.start(2, url=own_load.url, **SETTINGS)

    def replace(end: Callable[[Daemon], None]) -> None:
        """As a supervisor does: what ends is started anew."""
        victim = chance.choice(daemons)
        end(victim)
        daemons.remove(victim)
        daemons.extend(cluster.start(1, url=own_load.url, ready=False, **SETTINGS))

    def kill_a_worker() -> None:
        for pid in chance.choice(daemons).workers()[:1]:
            os.kill(pid, signal.SIGKILL)

    def pause_a_daemon() -> None:
        """For longer than its lease, while the other one works."""
        victim = chance.choice(daemons)
        os.kill(victim.pid, signal.SIGSTOP)
        own_load.start_mix(3)
        alive = "select count(*) from waymark.sessions where info ->> 'pid' = %s and expires_at > now()"
        wait_until(lambda: own_load.query(alive, str(victim.pid)) == [(0,)], "its lease ends")
        os.kill(victim.pid, signal.SIGCONT)

    faults: list[Callable[[], object]] = [
        kill_a_worker,
        pause_a_daemon,
        lambda: replace(Daemon.kill),
        lambda: replace(lambda daemon: daemon.process.terminate()),
        lambda: own_postgres.restart("immediate"),
        lambda: own_load.query(BREAK_CONNECTIONS),
    ]
    for fault in chance.sample(faults, len(faults)):
        own_load.start_mix(8)
        before = own_load.attempts()
        wait_until(lambda before=before: own_load.attempts() > before + 20, "work goes on")
        fault()
    own_load.finish()
