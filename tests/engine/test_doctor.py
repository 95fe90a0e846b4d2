"""waymark.doctor: a healthy engine is well, and each thing that is broken once is found, with what to do."""

import re
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.conftest import SETTINGS, install_sources, make_server, server_folder
from tests.engine import programs
from tests.engine.programs import const
from tests.engine.session import Session
from waymark.db.embedded import EmbeddedServer

Connect = Callable[..., psycopg.Connection]

CHECKS = ["version", "roles", "functions", "sessions", "queues", "turns", "runs", "bloat", "snapshots", "notifications",
          "connections", "settings"]  # fmt: skip
# Of the servers that tests use.
KNOWN = {("settings", "failure", "fsync is off"), ("settings", "failure", "full_page_writes is off"),
         ("settings", "warning", "idle_in_transaction_session_timeout is 0")}  # fmt: skip


def examine(connection: psycopg.Connection) -> list[tuple[str, str, str, str | None]]:
    return connection.execute("select * from waymark.doctor()").fetchall()


def problems(connection: psycopg.Connection) -> set[tuple[str, str, str]]:
    """What is wrong; each says what to do, and no check is passed over."""
    found = examine(connection)
    assert [row[0] for row in found] == sorted((row[0] for row in found), key=CHECKS.index)
    assert {row[0] for row in found} == set(CHECKS)
    for check, status, detail, hint in found:
        assert status in ("ok", "warning", "failure")
        assert detail
        assert (hint is None) == (status == "ok"), check
        assert status != "ok" or [row[0] for row in found].count(check) == 1
    return {(check, status, detail) for check, status, detail, _ in found if status != "ok"} - KNOWN


@pytest.fixture
def undone(connection: psycopg.Connection) -> Iterator[None]:
    """What the test does, roles of the server included, is rolled back."""
    with connection.transaction(force_rollback=True):
        yield


def test_a_healthy_engine_is_well(session: Session, connect: Connect) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    session.turn(claim.succeeded(1))
    assert session.outcome(run_id)[0] == "succeeded"
    for role in (None, "waymark_client", "waymark_worker", "waymark_reader"):
        assert problems(connect(role=role)) == set()


TURN = "waymark.turn(bigint, int, text[], boolean, boolean, uuid[], bigint[], bigint[], text[], jsonb[], bigint[])"
BROKEN = {
    f"grant execute on function {TURN} to public": ("roles", "failure", r"everybody may call waymark\.turn\(.*"),
    "grant execute on function waymark._cancelled_error() to waymark_client": (
        "roles", "failure", r"waymark_client may call waymark\._cancelled_error\(\)"),
    "grant insert on waymark.runs to waymark_client": ("roles", "failure", r"waymark_client may insert waymark\.runs"),
    "grant select on waymark.runs to public": ("roles", "failure", r"everybody may select waymark\.runs"),
    "grant create on schema waymark to waymark_worker": ("roles", "failure", "waymark_worker may create schema waymark"),
    "revoke execute on function waymark.set_queue(text, jsonb) from waymark_client": (
        "roles", "failure", r"nobody may call waymark\.set_queue\(text,jsonb\)"),
    "alter table waymark.task_history owner to postgres": (
        "roles", "failure", r"table waymark\.task_history is not owned by waymark_owner"),
    "alter role waymark_owner login": ("roles", "failure", "waymark_owner can log in"),
    "alter function waymark.start(text, jsonb, jsonb) reset search_path": (
        "functions", "failure", r"waymark\.start\(text,jsonb,jsonb\) has no pinned search_path"),
    "alter function waymark.status(uuid) security invoker": (
        "functions", "failure", r"waymark\.status\(uuid\) does not run with the rights of its owner"),
    "alter function waymark._cancelled_error() security definer": (
        "functions", "failure", r"waymark\._cancelled_error\(\) runs with the rights of its owner"),
    "alter table waymark.timers set (autovacuum_enabled = off)": (
        "bloat", "failure", r"autovacuum is switched off for waymark\.timers"),
    "set local synchronous_commit = off": ("settings", "failure", "synchronous_commit is off"),
    "set local track_counts = off": ("settings", "failure", "track_counts is off"),
    "set local default_transaction_isolation = 'repeatable read'": (
        "settings", "failure", "default_transaction_isolation is repeatable read"),
    "set local default_transaction_read_only = on": ("settings", "failure", "default_transaction_read_only is on"),
    "set local transaction_read_only = on": ("settings", "failure", "transaction_read_only is on"),
    "set local statement_timeout = '5s'": ("settings", "warning", "statement_timeout is 5s"),
}  # fmt: skip


@pytest.mark.parametrize("statement", BROKEN)
@pytest.mark.usefixtures("undone")
def test_what_is_broken_is_found(session: Session, statement: str) -> None:
    session.connection.execute(statement.encode())
    ((check, status, detail),) = problems(session.connection)
    assert (check, status) == BROKEN[statement][:2]
    assert re.fullmatch(BROKEN[statement][2], detail)


def test_nobody_is_there(session: Session) -> None:
    session.value("select waymark.close_session(%s)", session.session_id)
    assert problems(session.connection) == {("sessions", "warning", "no daemon is alive")}
    session.register(programs.one_action())
    session.start("One", n=1)
    assert problems(session.connection) == {("sessions", "failure", "no daemon is alive, and runs wait")}


def test_leases_that_nobody_takes_over(session: Session) -> None:
    session.register(programs.one_action(policy={"timeout": const(10)}))
    session.start("One", n=1)
    info = Jsonb({"pid": 17, "host": "attic"})
    dead = session.value("select waymark.open_session(%s, 1000)", info)
    session.turn()
    assert problems(session.connection) == set()
    session.move_clock(62)
    found = problems(session.connection)
    assert {row[:2] for row in found} == {("sessions", "failure")}
    assert any(detail.startswith(f"the lease of session {dead} (pid 17 on attic) expired at ") for *_, detail in found)
    session.move_clock(100)
    assert any(
        re.match(r"attempt 1 of action app:act of run .* is over its deadline", d) for *_, d in problems(session.connection)
    )
    session.value("select waymark.reclaim(10)")
    assert problems(session.connection) == set()


def test_queues_that_nobody_serves_or_that_are_behind(session: Session) -> None:
    connection = session.connection
    session.register(programs.one_action("Gpu", policy={"queue": const("gpu")}))
    session.register(programs.one_action())
    session.start("Gpu", n=1)
    session.start("One", n=1)
    session.turn(capacity=1)
    session.turn(capacity=0)
    connection.execute("""update waymark.sessions set info = '{"queues": ["default", "gpu"]}'""")
    assert problems(connection) == set()
    session.move_clock(61)
    found = {row[2] for row in problems(connection)}
    assert any(re.fullmatch(r'the next action of queue "gpu" has waited since .{19}', detail) for detail in found)
    session.value("select waymark.set_queue('gpu', '{\"concurrency\": 0}')")
    assert any(detail.endswith(": the queue is at its limit of 0 at once") for _, _, detail in problems(connection))
    connection.execute("""update waymark.sessions set info = '{"queues": ["default"]}'""")
    failures = [detail for _, status, detail in problems(connection) if status == "failure"]
    assert len(failures) == 1
    assert failures[0].endswith('for a daemon of queue "gpu": none is alive')
    (hint,) = [hint for _, _, detail, hint in examine(connection) if detail == failures[0]]
    assert hint == "Start workers that serve it: start-workers --queues gpu."


def test_turns_that_do_not_keep_up(session: Session) -> None:
    session.register(programs.one_action())
    session.register(programs.sleeper(seconds=10))
    run_id, asleep = session.start("One", n=1), session.start("Sleeper", {"delay": 1})
    session.move_clock(62)
    found = problems(session.connection)
    assert {(check, status) for check, status, _ in found} == {("turns", "warning")}
    assert [d for *_, d in found if d.startswith(f"the body of run {run_id} waits since ")]
    assert [d for *_, d in found if d.startswith(f"a timer of run {asleep} waits since ")]


def test_runs_that_failed_lately(session: Session) -> None:
    session.register(programs.divider())
    for n in (0, 1, 0):
        session.start("Divider", n=n)
    session.turn()
    detail = "2 of 3 runs of Divider in the last hour failed, the last one with ZeroDivisionError: division by zero"
    assert problems(session.connection) == {("runs", "warning", detail)}
    session.move_clock(3601)
    assert "runs" not in {check for check, *_ in problems(session.connection)}


def test_daemons_of_several_versions(session: Session) -> None:
    for version in ("0.1.0", "0.2.0"):
        session.value("select waymark.open_session(%s, 60000)", Jsonb({"version": version}))
    session.value("select waymark.close_session(%s)", session.session_id)
    assert problems(session.connection) == {("version", "warning", "daemons of several versions are alive: 0.1.0, 0.2.0")}


def test_dead_rows_over_the_budget(session: Session) -> None:
    connection = session.connection
    connection.execute("insert into waymark.timers select gen_random_uuid(), 0, 0, now() from generate_series(1, 1000)")
    connection.execute("delete from waymark.timers")
    connection.execute("select pg_stat_force_next_flush()")
    query = "select check_name, status, detail from waymark._examine_bloat(%s)"
    for budget, status in ((900, "warning"), (90, "failure")):
        ((check, found, detail),) = connection.execute(query, (budget,)).fetchall()
        assert (check, found) == ("bloat", status)
        assert re.fullmatch(r"waymark\.timers has 1000 dead rows beside 0 live ones \(.* kB\); vacuumed last: never", detail)
    connection.execute("vacuum waymark.timers")
    connection.execute("select pg_stat_force_next_flush()")
    assert [row[1] for row in connection.execute(query, (90,))] == ["ok"]


@pytest.mark.parametrize(("usage", "status"), [(0.05, "ok"), (0.2, "warning"), (0.6, "failure")])
def test_the_queue_of_notifications(connection: psycopg.Connection, usage: float, status: str) -> None:
    row = connection.execute("select status from waymark._examine_notifications(%s)", (usage,)).fetchone()
    assert row == (status,)


def test_who_holds_the_oldest_snapshot(session: Session, connect: Connect) -> None:
    connection = session.connection
    reader, writer = connect(autocommit=False), connect(autocommit=False)
    reader.execute("set application_name = 'report'")
    reader.commit()
    reader.execute("set transaction isolation level repeatable read")
    reader.execute("select 1")
    writer.execute("set application_name = 'import'")
    writer.execute("create table public.half_done ()")
    pids = (reader.info.backend_pid, writer.info.backend_pid)

    def holders(minutes: int) -> list[tuple[str, str]]:
        with connection.transaction(force_rollback=True):
            connection.execute("grant pg_read_all_stats to waymark_owner")
            connection.execute("select set_config('waymark.clock_offset', %s, true)", (f"{minutes} minutes",))
            query = "select status, detail from waymark.doctor() where check_name = 'snapshots'"
            return connection.execute(query).fetchall()

    ((status, detail),) = holders(0)
    assert status == "ok"
    assert re.fullmatch(rf"session ({pids[0]} \(report|{pids[1]} \(import) of postgres, idle in transaction\) .*", detail)
    for minutes, status in ((6, "warning"), (31, "failure")):
        found = sorted(holders(minutes), key=lambda row: "(import" in row[1])
        for (said, detail), pid, name in zip(found, pids, ("report", "import"), strict=True):
            assert said == status
            assert re.fullmatch(
                rf"session {pid} \({name} of postgres, idle in transaction\) .* and {minutes} minutes ago", detail
            )
    # What Postgres does not show to the owner is not guessed.
    (hidden,) = [detail for check, _, detail, _ in examine(connection) if check == "snapshots"]
    assert re.fullmatch(r"session \d+ \((report|import) of postgres\) holds a snapshot from \d+ transactions ago", hidden)


@pytest.fixture
def neglected() -> Iterator[EmbeddedServer]:
    """A server with settings that can only be made at its start."""
    server = make_server(server_folder())
    server.settings |= SETTINGS | {
        "autovacuum": "off",
        "max_connections": "10",
        "max_prepared_transactions": "2",
        "wal_level": "logical",
    }
    server.start()
    yield server
    server.remove()


def test_a_neglected_server(neglected: EmbeddedServer) -> None:
    with psycopg.connect(neglected.url(), autocommit=True) as connection:
        install_sources(connection)
        session = Session(connection)
        assert problems(connection) == {("settings", "failure", "autovacuum is off")}
        connection.execute("begin; create table half_done (); prepare transaction 'lost'")
        session.move_clock(400)
        found = problems(connection)
        assert [
            d
            for c, s, d in found
            if (c, s) == ("snapshots", "warning") and d.startswith("prepared transaction 'lost' of postgres")
        ]
        connection.execute("rollback prepared 'lost'")
        connection.execute("select pg_create_logical_replication_slot('forgotten', 'pgoutput')")
        (oldest,) = [detail for check, _, detail, _ in examine(connection) if check == "snapshots"]
        assert oldest.startswith("replication slot 'forgotten' holds a snapshot from ")
        others = [psycopg.connect(neglected.url()) for _ in range(5)]
        assert ("connections", "warning", "6 of 7 connections are used") in problems(connection)
        others.append(psycopg.connect(neglected.url()))
        assert ("connections", "failure", "7 of 7 connections are used") in problems(connection)
        for other in others:
            other.close()
