"""The pass of pruning that daemons make: what is set is done, in batches, by one at a time; unused versions of programs go."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import errors
from psycopg.types.json import Jsonb

from tests.cluster import wait_until
from tests.engine import programs
from tests.engine.concurrency import const, function, give_local, module
from tests.engine.session import Session

Connect = Callable[..., psycopg.Connection]
Turn = tuple[int, int, int | None]
HOUR, DAY = 3_600, 86_400

# Whatever has a column for a run is to be emptied with it.
TABLES = """
select distinct a.attrelid::regclass::text from pg_attribute a join pg_class c on c.oid = a.attrelid
 where c.relkind = 'r' and c.relnamespace = 'waymark'::regnamespace and a.attname = 'run_id' order by 1
"""
CHECKS = """
select conrelid::regclass::text, quote_ident(conname) from pg_constraint
 where connamespace = 'waymark'::regnamespace and contype = 'c'
"""


def keep(session: Session, state: str, age: str | None) -> None:
    session.connection.execute("select waymark.set_retention(%s, %s)", (state, age))


def apply(session: Session) -> Turn:
    row = session.connection.execute("select * from waymark.apply_retention()").fetchone()
    assert row is not None
    return row


def version(n: int, name: str = "One") -> programs.Json:
    """Versions of a workflow that differ in their text."""
    return {**programs.one_action(name), "source": {"module": "app", "file": "app.py", "first_line": 1, "text": f"{n}\n" * 2}}


def finish(session: Session, count: int = 1) -> list[UUID]:
    ids = [session.start("One", n=n) for n in range(count)]
    session.turn(*[claim.succeeded(1) for claim in session.turn(capacity=count)])
    return ids


def count(session: Session, table: str) -> int:
    return session.value(f"select count(*) from {table}")


def functions(session: Session) -> int:
    """Programs that have their two functions, the step and its batch; what else is there counts too."""
    return session.value("select count(*) / 2.0 from pg_proc where pronamespace = 'waymark_programs'::regnamespace")


def later(session: Session, seconds: float) -> Turn:
    """A batch at that time; the session itself, and its lease, stay in the present."""
    session.move_clock(seconds)
    turn = apply(session)
    session.move_clock(0)
    return turn


def test_nothing_is_pruned_until_it_is_set(session: Session) -> None:
    session.register(programs.one_action())
    finish(session, 2)
    assert later(session, 1000 * DAY) == (0, 0, None)
    keep(session, "failed", "1 day")
    assert later(session, 1000 * DAY) == (0, 0, None)
    keep(session, "succeeded", "1 day")
    assert later(session, 1000 * DAY) == (2, 0, None)
    keep(session, "failed", None)
    keep(session, "succeeded", None)
    finish(session)
    assert later(session, 2000 * DAY) == (0, 0, None)
    assert count(session, "waymark.runs") == 1


def test_states_have_ages_of_their_own_and_live_runs_stay(session: Session) -> None:
    session.register(programs.one_action())
    keep(session, "succeeded", "1 hour")
    keep(session, "failed", "2 days")
    finish(session)
    failed, live = session.start("One", n=1), session.start("One", n=2)
    session.turn(*[c.failed() for c in session.turn() if c.run_id == failed])
    assert later(session, HOUR - 60) == (0, 0, None)
    assert later(session, HOUR + 60) == (1, 0, None)
    assert later(session, DAY) == (0, 0, None)
    assert later(session, 2 * DAY + 60) == (1, 0, None)
    assert session.value("select array_agg(run_id) from waymark.runs") == [live]


def test_a_pass_goes_in_batches_and_rests(session: Session) -> None:
    session.register(programs.one_action())
    finish(session, 1000)
    finish(session, 1)
    keep(session, "succeeded", "1 day")
    assert later(session, 2 * DAY) == (1000, 0, 1000)
    assert later(session, 2 * DAY + 0.9) == (0, 0, None), "not before the pause is over"
    assert later(session, 2 * DAY + 1.1) == (1, 0, None)
    finish(session)
    assert later(session, 2 * DAY + 50) == (0, 0, None), "not before the rest is over"
    assert later(session, 2 * DAY + 120) == (1, 0, None)


def test_a_batch_is_cut_where_histories_are_long(session: Session) -> None:
    session.register(programs.one_action())
    ids = sorted(finish(session, 3))  # ids of one millisecond come in any order where Postgres has no uuidv7 of its own
    session.connection.execute(
        """insert into waymark.action_attempts (run_id, task_no, step_no, slot, attempt, action_id, node, name, arguments,
                                                outcome, final, ready_at, ended_at)
           select %s, 0, 9, n, 1, 1, 1, 'x', '{}', 'succeeded', true, now(), now() from generate_series(1, 10000) n""",
        (ids[0],),
    )
    session.move_clock(2 * DAY)
    prune = "select (p).pruned, (p).last, (p).more from (select waymark.prune('succeeded', '1 day') as p) p"
    assert session.connection.execute(prune).fetchone() == (1, ids[0], True)
    assert session.connection.execute(prune).fetchone() == (2, ids[2], False)


def test_one_daemon_at_a_time_and_nobody_waits(session: Session, connect: Connect) -> None:
    session.register(programs.one_action())
    finish(session)
    keep(session, "succeeded", "0")
    other = Session(connect(autocommit=False))
    assert later(other, HOUR) == (1, 0, None)
    session.connection.execute("set lock_timeout = '1ms'")
    assert later(session, HOUR) == (0, 0, None)
    finish(session)
    other.connection.rollback()
    assert later(session, HOUR) == (2, 0, None)


def fill(session: Session, table: str, run_id: UUID) -> None:
    """A row of this run, with any values of the right types."""
    query = """select attname, atttypid::regtype::text from pg_attribute
                where attrelid = %s::regclass and attnum > 0 and attnotnull and attidentity = '' and not atthasdef"""
    values: dict[str, Any] = {
        "uuid": str(run_id),
        "text": "x",
        "jsonb": {},
        "boolean": True,
        "timestamp with time zone": "2020-01-01",
    }
    row = {name: values.get(kind, 1) for name, kind in session.connection.execute(query, (table,))}
    columns, record = ", ".join(row), f"jsonb_populate_record(null::{table}, %s)"
    insert = f"insert into {table} ({columns}) select {columns} from {record} on conflict do nothing"
    session.connection.execute(insert.encode(), (Jsonb(row),))


def test_nothing_of_a_run_is_left(session: Session) -> None:
    """Whatever has a column for a run, those tables included that are to come."""
    session.register(programs.one_action())
    (run_id,) = finish(session)
    # A run that still has an action is kept.
    tables = [table for (table,) in session.connection.execute(TABLES) if table != "waymark.actions"]
    assert {"waymark.failed_calls", "waymark.failed_tasks", "waymark.signals", "waymark.action_attempts"} <= set(tables)
    for table, name in session.connection.execute(CHECKS).fetchall():
        session.connection.execute(f"alter table {table} drop constraint {name}".encode())
    for table in tables:
        fill(session, table, run_id)
        assert session.value(f"select count(*) from {table} where run_id = %s", run_id) > 0
    # Of a run that has ended there is none, so it is not looked for.
    live = {"waymark.tasks"}
    keep(session, "succeeded", "1 hour")
    assert later(session, DAY) == (1, 0, None)
    left = {table for table in tables if session.value(f"select count(*) from {table} where run_id = %s", run_id) > 0}
    assert left == live


def test_the_pages_of_a_failed_run_go_with_it(session: Session) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    session.turn(*[claim.failed() for claim in session.turn()])
    session.connection.execute("insert into waymark.pages values (7, 1, 1, '{}')")
    session.connection.execute("update waymark.failed_tasks set heap = '{\"store\": 7}' where run_id = %s", (run_id,))
    session.move_clock(DAY)
    assert session.value("select (waymark.prune('failed', '1 hour')).pruned") == 1
    assert count(session, "waymark.pages") == 0


# --- Versions of programs ---------------------------------------------------------------------------------------------------


def test_versions_without_a_run_go_with_their_functions(session: Session) -> None:
    old, unused = session.register(version(1)), session.register(version(2))
    session.register(version(1))
    (done,) = finish(session)
    newest = session.register(version(3))
    assert functions(session) == 3
    assert later(session, DAY) == (0, 0, None), "nothing is set"
    keep(session, "succeeded", "10 days")
    assert later(session, DAY) == (0, 1, None)
    assert session.value("select array_agg(program_id order by program_id) from waymark.programs") == [old, newest]
    assert later(session, 11 * DAY) == (1, 1, None)
    assert (functions(session), count(session, "waymark.program_nodes")) == (1, 2)
    assert session.value("select count(*) from waymark.runs where run_id = %s", done) == 0
    assert session.register(version(2)) not in (old, unused, newest), "it can come back"
    finish(session)


def test_a_version_with_a_live_run_stays_however_old(session: Session) -> None:
    old = session.register(version(1))
    run_id = session.start("One", n=5)
    session.register(version(2))
    keep(session, "succeeded", "0")
    for day in range(1, 4):
        assert later(session, day * DAY) == (0, 0, None)
    assert session.value("select program_id from waymark.runs where run_id = %s", run_id) == old
    session.turn(*[claim.succeeded(1) for claim in session.turn()])
    assert session.outcome(run_id)[0] == "succeeded"


def test_a_start_that_is_not_committed_keeps_its_version(session: Session, connect: Connect) -> None:
    """It has read that the version is the newest; its run cannot be seen yet."""
    session.register(version(1))
    caller = connect(autocommit=False)
    run_id = Session(caller).start("One", n=1)
    session.register(version(2))
    keep(session, "succeeded", "1 day")
    assert [later(session, n * HOUR) for n in (1, 2)] == [(0, 0, None)] * 2
    caller.commit()
    assert [later(session, n * HOUR) for n in (3, 4)] == [(0, 0, None)] * 2
    session.turn(*[claim.succeeded(1) for claim in session.turn()])
    assert session.outcome(run_id)[0] == "succeeded"


def test_a_start_that_is_rolled_back_lets_its_version_go(session: Session, connect: Connect) -> None:
    session.register(version(1))
    caller = connect(autocommit=False)
    caller.execute("""select waymark.start('One', '{"n": 1}')""")
    session.register(version(2))
    keep(session, "succeeded", "1 day")
    assert later(session, HOUR) == (0, 0, None)
    caller.rollback()
    # Others that came after are not waited for: they start the newest version.
    caller.execute("""select waymark.start('One', '{"n": 1}')""")
    assert later(session, 2 * HOUR) == (0, 1, None)


def test_a_child_that_is_not_committed_keeps_its_version(session: Session, connect: Connect) -> None:
    session.register(version(1))
    child = {"kind": "child", "call": {"workflow": "One", "args": {"n": const(1)}}, "target": "r"}
    session.register(module("Parent", function("run", child, give_local(), local_names="r")))
    parent = session.start("Parent")
    other = Session(connect(autocommit=False))
    (claim,) = other.turn()
    session.register(version(2))
    keep(session, "succeeded", "0")
    assert later(session, HOUR) == (0, 0, None)
    other.connection.commit()
    assert later(session, 2 * HOUR) == (0, 0, None)
    session.turn(claim.succeeded(1))
    session.turn()
    assert session.outcome(parent)[0] == "succeeded"


def test_an_old_snapshot_starts_no_version_that_is_gone(session: Session, connect: Connect) -> None:
    session.register(version(1))
    caller = connect(autocommit=False)
    caller.execute("set transaction isolation level repeatable read")
    caller.execute("select 1")
    session.register(version(2))
    keep(session, "succeeded", "1 day")
    assert later(session, HOUR) == (0, 1, None)
    with pytest.raises(errors.SerializationFailure):
        caller.execute("""select waymark.start('One', '{"n": 1}')""")
    caller.rollback()
    caller.execute("set transaction isolation level repeatable read")
    caller.execute("""select waymark.start('One', '{"n": 1}')""")


def test_a_version_that_is_registered_again_meanwhile_stays(session: Session, connect: Connect) -> None:
    """A rollback of the code: before it is committed the version is locked, after it the newest."""
    old = session.register(version(1))
    session.register(version(2))
    keep(session, "succeeded", "1 day")
    worker = Session(connect(autocommit=False))
    assert worker.register(version(1)) == old
    assert [later(session, n * HOUR) for n in (1, 2)] == [(0, 0, None)] * 2
    worker.connection.commit()
    assert [later(session, n * HOUR) for n in (3, 4)] == [(0, 0, None), (0, 1, None)], "the other one goes"
    assert session.value("select array_agg(program_id) from waymark.programs") == [old]
    finish(session)


def test_what_is_registered_while_it_is_pruned_is_registered_anew(session: Session, connect: Connect) -> None:
    old = session.register(version(1))
    session.register(version(2))
    keep(session, "succeeded", "1 day")
    daemon = Session(connect(autocommit=False))
    assert later(daemon, HOUR) == (0, 1, None)
    with ThreadPoolExecutor(1) as pool:
        registered = pool.submit(session.register, version(1))
        other = connect()
        waits = (
            "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and query like '%%waymark.register%%')"
        )
        wait_until(lambda: other.execute(waits).fetchone() == (True,), "the registration waits for the end of the pruning")
        daemon.connection.commit()
        assert registered.result(10) != old
    finish(session)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("waymark.set_retention('live', '1 day')", "no runs are pruned that are live"),
        ("waymark.set_retention(null, '1 day')", "no runs are pruned that are null"),
        ("waymark.set_retention('failed', '-1 day')", "the age is -1 days"),
    ],
)
def test_bad_calls(session: Session, call: str, message: str) -> None:
    with pytest.raises(psycopg.Error, match=message) as refusal:
        session.value(f"select {call}")
    assert refusal.value.sqlstate == "WM205"
