"""A database that goes away, connections that break, notifications that do not arrive: every run ends once, in time."""

import time

import psycopg

from tests.cluster import Cluster, wait_until
from tests.faults import flows
from tests.faults.load import Ledger, Load
from tests.proxy import ANSWERS, Proxy
from waymark.db.embedded import EmbeddedServer

MODULE = "tests.faults.flows"
# Seconds. What ends far sooner was not found by a poll.
SLOW_POLL = 10
NO_NOTIFY = "create or replace function waymark._wake_hungry() returns void language sql as ''"


def backends(connection: psycopg.Connection, purpose: str) -> list[int]:
    query = "select pid from pg_stat_activity where application_name like %s and datname = current_database() order by 1"
    return [pid for (pid,) in connection.execute(query, (f"waymark {purpose}",)).fetchall()]


def terminate(connection: psycopg.Connection, purpose: str) -> list[int]:
    """End the server's side of the daemons' connections for this purpose."""
    pids = backends(connection, purpose)
    connection.execute("select pg_terminate_backend(pid, 5000) from unnest(%s) pid", (pids,))
    return pids


def took(load: Load, *args: object) -> float:
    """Seconds from the start of a run to its result."""
    began = time.monotonic()
    assert load.result(load.start(flows.Chain, 1)) == 0
    return time.monotonic() - began


def test_postgres_crashes_and_results_are_kept(
    own_postgres: EmbeddedServer, cluster: Cluster, own_load: Load, ledger: Ledger
) -> None:
    """Actions end while there is no database; their results are handed in when it is back, and nothing is executed again."""
    (daemon,) = cluster.start(url=own_load.url, user_module=MODULE, lock_ttl_ms=60_000)
    for n in range(5):
        own_load.start(flows.Held, n)
    ledger.wait_for(5, name="held")
    own_postgres.stop("immediate")
    ledger.let_go()
    ledger.wait_for(5, "end", "held")
    wait_until(lambda: "again" in daemon.output(), "the daemon notices")
    own_postgres.start()
    own_load.finish()
    assert own_load.outcomes() == {"succeeded": 10}
    assert own_load.query("select max(attempt) from waymark.action_attempts") == [(1,)]
    assert daemon.terminate() == 0


def test_postgres_crashes_under_load(own_postgres: EmbeddedServer, cluster: Cluster, own_load: Load) -> None:
    settings = {"user_module": MODULE, "concurrent_per_worker": 4, "lock_ttl_ms": 3000, "lock_heartbeat_ms": 500}
    daemons = cluster.start(2, url=own_load.url, **settings)
    own_load.start_mix(10)
    wait_until(lambda: own_load.attempts() > 40, "work goes on")
    own_postgres.restart("immediate")
    own_load.start_mix(2)
    own_load.finish()
    assert [daemon.terminate() for daemon in daemons] == [0, 0]


def test_connections_break_under_load(cluster: Cluster, load: Load, connection: psycopg.Connection) -> None:
    (daemon,) = cluster.start(user_module=MODULE, lock_ttl_ms=3000, lock_heartbeat_ms=500)
    load.start_mix(15)
    for purpose in ("lane 0", "lane%", "session", "listen", "lane%", "%"):
        before = load.attempts()
        wait_until(lambda before=before: load.attempts() > before + 15, "work goes on")
        assert terminate(connection, purpose)
        load.start_mix(2)
    load.finish()
    assert daemon.terminate() == 0


def test_a_claim_whose_answer_was_lost_is_given_back_while_others_go_on(
    cluster: Cluster, load: Load, postgres: EmbeddedServer, ledger: Ledger
) -> None:
    """Long before the end of the lease, and of the action that the daemon knows of."""
    with Proxy(int(str(postgres.port))) as proxy:
        url = load.url.replace(f":{postgres.port}/", f":{proxy.port}/")
        (daemon,) = cluster.start(url=url, user_module=MODULE, lock_ttl_ms=60_000, lock_heartbeat_ms=200)
        load.start(flows.Held, 1)
        ledger.wait_for(1, name="held")
        proxy.cut_within(ANSWERS, b"tests.faults.flows:", 30)
        assert load.result(load.start(flows.Chain, 2)) == 1
        assert "a retired session is closed" in daemon.output()
        ledger.let_go()
        load.finish()
        assert load.query("select max(attempt) from waymark.action_attempts") == [(1,)]
        assert daemon.terminate() == 0


def test_a_broken_listener_listens_again(cluster: Cluster, load: Load, connection: psycopg.Connection) -> None:
    cluster.start(user_module=MODULE, poll_interval_ms=1000 * SLOW_POLL)
    assert took(load) < SLOW_POLL / 4
    (old,) = terminate(connection, "listen")
    wait_until(lambda: backends(connection, "listen") not in ([], [old]), "there is a new listener")
    # Its LISTEN may still be under way, and what was notified before is found when it listens.
    assert took(load) < SLOW_POLL / 4
    assert took(load) < SLOW_POLL / 4
    load.finish()


def test_without_notifications_polling_finds_the_work(cluster: Cluster, load: Load, connection: psycopg.Connection) -> None:
    """As behind a connection pooler in transaction mode."""
    connection.execute(NO_NOTIFY)
    cluster.start(user_module=MODULE, poll_interval_ms=50)
    load.start_mix(2)
    load.finish()
    # At rest it polls less and less, but at least once in three seconds.
    idle = "select hungry from waymark.sessions"
    wait_until(lambda: connection.execute(idle).fetchone() == (True,), "the daemon rests")
    assert took(load) < 10
    load.finish()


def test_a_daemon_that_cannot_listen_keeps_polling_at_its_interval(
    cluster: Cluster, load: Load, postgres: EmbeddedServer
) -> None:
    """No further connection is let in, so the listener stays away until it is."""
    cluster.start(user_module=MODULE, poll_interval_ms=100)
    with psycopg.connect(load.url, autocommit=True) as connection, psycopg.connect(postgres.url(), autocommit=True) as admin:
        connection.execute(NO_NOTIFY)
        name = connection.info.dbname
        took(load)  # From here on the client has its connections.
        admin.execute(f"alter database {name} allow_connections false".encode())
        (old,) = terminate(connection, "listen")
        polls: set[object] = set()

        def polled_often() -> bool:
            query = f"select query_start from pg_stat_activity where application_name like 'waymark lane%' and datname = '{name}'"
            polls.update(connection.execute(query.encode()).fetchall())
            return len(polls) > 40

        wait_until(polled_often, "an idle daemon polls every 100 ms", 8)
        load.result(load.start(flows.Chain, 3))
        assert backends(connection, "listen") == []
        admin.execute(f"alter database {name} allow_connections true".encode())
        wait_until(lambda: backends(connection, "listen") not in ([], [old]), "there is a new listener")
    load.finish()


def test_an_idle_daemon_asks_less_than_once_a_second(own_postgres: EmbeddedServer, cluster: Cluster, own_load: Load) -> None:
    """Statements as Postgres counts them; nobody else uses this database meanwhile."""
    seconds = 10
    with psycopg.connect(own_postgres.url("template1"), autocommit=True) as connection:
        connection.execute("alter system set autovacuum = off")
        connection.execute("select pg_reload_conf()")
        cluster.start(url=own_load.url, user_module=MODULE)
        samples: list[tuple[float, int]] = []

        def is_at_rest() -> bool:
            connection.execute("select pg_stat_clear_snapshot()")
            query = "select xact_commit + xact_rollback from pg_stat_database where datname = 'postgres'"
            ((statements,),) = connection.execute(query).fetchall()
            now = time.monotonic()
            samples.append((now, statements))
            return any(now - at >= seconds and statements - before <= now - at for at, before in samples)

        wait_until(is_at_rest, f"at most one statement a second over {seconds} s", 40)
    assert took(own_load) < 5, "and it is awake"
    own_load.finish()
