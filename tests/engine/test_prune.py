"""Retention: what ended long ago goes with all that belongs to it; what a live run needs stays."""

from collections.abc import Callable

import psycopg
import pytest

from tests.engine import programs
from tests.engine.session import Session
from tests.engine.test_signals import send, started, waiter

Connect = Callable[..., psycopg.Connection]
DAY = 86_400


def prune(session: Session, state: str = "succeeded", age: str = "1 day", limit: int = 1000) -> int:
    return session.value("select (waymark.prune(%s, %s::interval, %s)).pruned", state, age, limit)


def finish(session: Session, count: int) -> None:
    for n in range(count):
        session.start("One", n=n)
    session.turn(*[claim.succeeded(1) for claim in session.turn(capacity=count)])


def test_what_ended_long_ago_goes_with_its_history(session: Session) -> None:
    session.register(programs.one_action())
    session.move_clock(-DAY - 120)
    finish(session, 3)
    session.move_clock(-180)
    finish(session, 1)
    assert prune(session) == 0
    session.move_clock(0)
    assert prune(session, "failed") == 0
    assert [prune(session, limit=2), prune(session, limit=2), prune(session, limit=2)] == [2, 1, 0]
    for table in ("runs", "action_attempts"):
        assert session.value(f"select count(*) from waymark.{table}") == 1


def test_a_live_run_keeps_its_children_and_they_it(session: Session) -> None:
    session.register(programs.one_action())
    finish(session, 2)
    live = session.start("One", n=9)
    old, other = (row[0] for row in session.connection.execute("select run_id from waymark.runs where state = 'succeeded'"))
    child = "update waymark.runs set parent_run = %s, parent_action = 1, depth = 1 where run_id = %s"
    session.connection.execute(child.encode(), (live, old))
    session.move_clock(2 * DAY)
    assert prune(session) == 1
    assert session.value("select count(*) from waymark.runs where run_id = %s", other) == 0
    session.connection.execute("update waymark.runs set parent_run = null, parent_action = null, depth = null")
    session.connection.execute(child.encode(), (old, live))
    assert prune(session) == 0
    session.connection.execute("update waymark.runs set parent_run = null, parent_action = null, depth = null")
    assert prune(session) == 1
    assert session.value("select run_id from waymark.runs") == live


def test_what_is_locked_is_passed_over(session: Session, connect: Connect) -> None:
    session.register(programs.one_action())
    finish(session, 2)
    session.move_clock(2 * DAY)
    other = connect(autocommit=False)
    other.execute("select from waymark.runs order by run_id limit 1 for update")
    assert prune(session) == 1
    other.rollback()
    assert prune(session) == 1


def test_a_signal_that_is_sent_and_a_run_that_is_pruned_meet_in_its_row(session: Session, connect: Connect) -> None:
    run_id = started(session, waiter())
    sender = Session(connect(autocommit=False))
    send(sender, run_id, 1)
    session.value("select waymark.terminate(%s)", run_id)
    session.move_clock(2 * DAY)
    assert prune(session, "terminated") == 0
    sender.connection.commit()
    Session(session.connection).turn()
    assert prune(session, "terminated") == 1
    assert session.value("select count(*) from waymark.signals") == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("waymark.prune('live', '1 day')", "no runs are pruned that are live"),
        ("waymark.prune(null, '1 day')", "no runs are pruned that are null"),
        ("waymark.prune('failed', '-1 day')", "the age is -1 days"),
        ("waymark.prune('failed', null)", "the age is null"),
        ("waymark.prune('failed', '1 day', 0)", "the limit is 0"),
    ],
)
def test_bad_calls(session: Session, call: str, message: str) -> None:
    with pytest.raises(psycopg.Error, match=message) as refusal:
        session.value(f"select {call}")
    assert refusal.value.sqlstate == "WM205"
