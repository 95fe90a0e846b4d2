"""Workers and daemons that die, are stopped or go away in the middle of work: every run ends once."""

import os
import signal
from pathlib import Path

from tests.cluster import Cluster, wait_until
from tests.faults import flows
from tests.faults.load import Ledger, Load

MODULE = "tests.faults.flows"
# A lease that ends soon, so that its work is soon offered again.
SHORT_LEASE = {"lock_ttl_ms": 1000, "lock_heartbeat_ms": 300, "expired_lock_reclaimer_interval_ms": 100}


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def lost_reasons(load: Load) -> set[str]:
    query = "select value ->> 'message' from waymark.action_attempts where outcome = 'lost'"
    return {message for (message,) in load.query(query)}


def test_two_daemons_share_the_work(cluster: Cluster, load: Load) -> None:
    first, second = cluster.start(2, user_module=MODULE, concurrent_per_worker=2)
    load.start_mix(12)
    load.finish()
    shares = load.query("select session_id, count(*) from waymark.action_attempts where outcome <> 'abandoned' group by 1")
    assert len(shares) == 2
    assert min(share for _, share in shares) > 30, "both took a real part of it"
    assert load.outcomes()["lost"] == 0
    assert {first.terminate(), second.terminate()} == {0}


def test_a_killed_worker_is_replaced(cluster: Cluster, load: Load, ledger: Ledger) -> None:
    (daemon,) = cluster.start(user_module=MODULE)
    for n in range(3):
        load.start(flows.Held, n)
    victims = {entry.pid for entry in ledger.wait_for(3, name="held")}
    load.start_mix(4)
    assert victims == set(daemon.workers())
    os.kill(victims.pop(), signal.SIGKILL)
    ledger.let_go()
    load.finish()
    assert load.outcomes()["lost"] >= 3
    assert all("SIGKILL" in reason for reason in lost_reasons(load))
    assert daemon.terminate() == 0


def test_a_killed_daemon_leaves_its_work_to_the_other(cluster: Cluster, load: Load, ledger: Ledger) -> None:
    victim, survivor = cluster.start(2, user_module=MODULE, concurrent_per_worker=3, **SHORT_LEASE)
    for n in range(6):
        load.start(flows.Held, n)
    ledger.wait_for(6, name="held")
    held = load.running(victim.pid)
    assert held == 3
    orphans = victim.workers()
    victim.kill()
    wait_until(lambda: all(map(is_gone, orphans)), "the workers of a dead daemon end by themselves")
    load.start_mix(2)
    ledger.let_go()
    load.finish()
    assert load.outcomes()["lost"] == held
    assert all("the lease of session" in reason for reason in lost_reasons(load))
    wait_until(lambda: load.query("select count(*) from waymark.sessions") == [(1,)], "the dead session is removed")
    assert survivor.terminate() == 0


def test_the_only_daemon_is_killed_and_started_again(cluster: Cluster, load: Load, ledger: Ledger) -> None:
    (victim,) = cluster.start(user_module=MODULE, **SHORT_LEASE)
    load.start(flows.Held, 1)
    load.start(flows.Nap, 1, 1.5)
    ledger.wait_for(1, name="held")
    wait_until(lambda: load.query("select count(*) from waymark.timers") == [(1,)], "the other run sleeps")
    victim.kill()
    load.start_mix(2)
    cluster.start(user_module=MODULE, ready=False, **SHORT_LEASE)
    ledger.wait_for(2, name="held")
    ledger.let_go()
    load.finish()
    assert load.outcomes()["lost"] >= 1


def test_sigterm_drains_and_gives_back(cluster: Cluster, load: Load, ledger: Ledger) -> None:
    (daemon,) = cluster.start(user_module=MODULE, concurrent_per_worker=2)
    for n in range(6):
        load.start(flows.Held, n)
    ledger.wait_for(2, name="held")
    daemon.process.terminate()
    wait_until(lambda: "stopping" in daemon.output(), "the daemon drains")
    assert daemon.alive(), "it waits for what runs"
    ledger.let_go()
    assert daemon.process.wait(20) == 0
    assert load.outcomes() == {"succeeded": 2}, "what ran was finished, the rest was not touched"
    assert load.query("select distinct state, attempt from waymark.actions") == [("ready", 1)]
    assert load.query("select count(*) from waymark.sessions") == [(0,)]
    cluster.start(user_module=MODULE)
    load.finish()
    assert load.outcomes() == {"succeeded": 12}


def test_a_rolling_restart_loses_no_attempt(cluster: Cluster, load: Load) -> None:
    """Each daemon is stopped in the middle of its work, once the next one is there."""
    (daemon,) = cluster.start(user_module=MODULE, concurrent_per_worker=4)
    for _ in range(3):
        load.start_mix(6)
        before = load.attempts()
        wait_until(lambda before=before: load.attempts() > before + 10, "work goes on")
        (successor,) = cluster.start(user_module=MODULE, concurrent_per_worker=4, ready=False)
        assert daemon.terminate() == 0
        daemon = successor
    load.finish()
    assert not load.outcomes().keys() & {"lost", "timed_out"}


def test_a_second_signal_ends_it_at_once(cluster: Cluster, load: Load, ledger: Ledger) -> None:
    (daemon,) = cluster.start(user_module=MODULE)
    load.start(flows.Held, 1)
    ledger.wait_for(1, name="held")
    daemon.process.send_signal(signal.SIGINT)
    wait_until(lambda: "stopping" in daemon.output(), "the daemon drains")
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(20) == 0
    assert lost_reasons(load) == {"tests.faults.flows:held lost its worker: the daemon was stopped"}
    ledger.let_go()
    cluster.start(user_module=MODULE)
    load.finish()


def test_a_daemon_that_was_away_hands_in_too_late(cluster: Cluster, load: Load, ledger: Ledger) -> None:
    """Stopped past its lease, it wakes up with results of attempts that others have begun again."""
    sleeper, other = cluster.start(2, user_module=MODULE, concurrent_per_worker=3, log_level="debug", **SHORT_LEASE)
    for n in range(6):
        load.start(flows.Held, n)
    ledger.wait_for(6, name="held")
    assert load.running(sleeper.pid) == 3
    os.kill(sleeper.pid, signal.SIGSTOP)
    ledger.let_go(attempt=1)
    ledger.wait_for(9, name="held")
    ledger.wait_for(6, "end", "held")
    os.kill(sleeper.pid, signal.SIGCONT)
    wait_until(lambda: sleeper.output().count("came too late") == 3, "its late results are rejected")
    assert load.outcomes()["lost"] == 3
    ledger.let_go(attempt=2)
    load.finish()
    # It is back at work with a new lease.
    assert other.terminate() == 0
    load.start_mix(1)
    load.finish()
    assert sleeper.terminate() == 0


def test_workers_are_recycled_without_a_gap(cluster: Cluster, load: Load, ledger: Ledger) -> None:
    lifecycle = 10
    (daemon,) = cluster.start(user_module=MODULE, max_action_lifecycle=lifecycle)

    def workers() -> list[int]:
        """In the order of their first action."""
        return list(dict.fromkeys(entry.pid for entry in ledger.entries()))

    def works() -> bool:
        load.result(load.start(flows.Chain, 5))
        return len(workers()) >= 3

    wait_until(works, "two workers were replaced")
    load.finish()
    assert load.outcomes().keys() == {"succeeded"}
    assert load.query("select max(attempt) from waymark.action_attempts") == [(1,)]
    begun = ledger.entries()
    for old, new in zip(workers(), workers()[1:], strict=False):
        assert sum(entry.pid == old for entry in begun) >= lifecycle
        born = next(entry.born for entry in begun if entry.pid == new)
        assert any(entry.pid == old and entry.at > born for entry in begun), "the old one worked until the new one could"
    wait_until(lambda: is_gone(workers()[0]), "a recycled worker ends")
    assert daemon.terminate() == 0
