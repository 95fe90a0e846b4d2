"""What the options of a start do to a run: its place among others, one run a key, a deadline, tags to find it by."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from tests.cluster import wait_until
from tests.engine import programs
from tests.engine.control import LIVE, parent
from tests.engine.session import Session
from tests.engine.test_locks import is_blocked

Connect = Callable[..., psycopg.Connection]
DEADLINE = "waymark.errors:RunDeadlineExceeded"


def shift(session: Session, run_id: object, seconds: int) -> None:
    """The run is as if it had been started so much earlier."""
    for table in ("tasks", "actions"):
        query = f"update waymark.{table} set ready_at = ready_at - %s * interval '1 second' where run_id = %s"
        session.connection.execute(query.encode(), (seconds, run_id))


@pytest.mark.parametrize("are", ["tasks", "actions"])
def test_a_minute_of_waiting_outweighs_one_level_of_priority(session: Session, connect: Connect, are: str) -> None:
    session.register(programs.one_action())
    runs = {n: session.start("One", {"priority": n}, n=n) for n in (10, 3, 0)}
    if are == "actions":
        assert Session(connect(), queues=("elsewhere",)).turn() == []
    shift(session, runs[10], 11 * 60)
    shift(session, runs[3], 2 * 60)
    assert [session.turn(capacity=1)[0].arguments["n"] for _ in runs] == [10, 0, 3]


def test_low_priority_does_not_starve_behind_a_stream_of_high(session: Session) -> None:
    session.register(programs.one_action())
    low = session.start("One", {"priority": 5}, n="low")
    minute = 0
    for minute in range(20):
        session.move_clock(60 * minute)
        for _ in range(2):
            session.start("One", {"priority": 0}, n="high")
        (claim,) = session.turn(capacity=1)
        if claim.run_id == low:
            break
    assert minute == 10  # when the oldest of the others began five minutes after it


def test_concurrent_starts_with_one_key_are_one_run(session: Session, connect: Connect) -> None:
    session.register(programs.one_action())
    first = Session(connect(autocommit=False))
    first.connection.commit()
    second = Session(connect())
    started = first.start("One", {"idempotency_key": "k"}, n=1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: second.start("One", {"idempotency_key": "k"}, n=2))
        wait_until(
            lambda: is_blocked(session.connection, second.connection.info.backend_pid), "the second start waits for the first"
        )
        first.connection.commit()
        assert waiting.result(timeout=30) == started
    assert [claim.arguments for claim in session.turn()] == [{"n": 1}]


def test_when_the_first_start_with_a_key_is_rolled_back_the_second_makes_the_run(session: Session, connect: Connect) -> None:
    session.register(programs.one_action())
    first = Session(connect(autocommit=False))
    first.connection.commit()
    second = Session(connect())
    first.start("One", {"idempotency_key": "k"}, n=1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: second.start("One", {"idempotency_key": "k"}, n=2))
        wait_until(
            lambda: is_blocked(session.connection, second.connection.info.backend_pid), "the second start waits for the first"
        )
        first.connection.rollback()
        waiting.result(timeout=30)
    assert [claim.arguments for claim in session.turn()] == [{"n": 2}]


def set_deadline(session: Session, run_id: object, seconds: int) -> None:
    """As if the run had been started with one."""
    query = "update waymark.runs set deadline = created_at + %s * interval '1 second' where run_id = %s"
    session.connection.execute(query, (seconds, run_id))
    query = """insert into waymark.timers (run_id, task_no, action_id, due_at)
               select run_id, 0, -3, deadline from waymark.runs where run_id = %s"""
    session.connection.execute(query, (run_id,))


@pytest.mark.parametrize("state", LIVE)
def test_a_run_over_its_deadline_fails_whatever_it_does(session: Session, state: str) -> None:
    subject = LIVE[state](session)
    set_deadline(session, subject.run_id, 10)
    session.move_clock(11)
    late = [] if state in ("cancelling", "waiting for a child") else subject.claims
    for _ in range(3):
        session.turn()
    ended, _, error = session.outcome(subject.run_id)
    assert (ended, error["exception"]["type"]) == ("failed", DEADLINE)
    assert error["exception"]["message"] == f"run {subject.run_id} did not end within 10 s"
    assert "TimeoutError" in error["exception"]["mro"]
    session.turn(*(c.succeeded(1) for c in late))
    assert len(session.rejected) == len(late)
    session.turn()
    assert session.is_quiet()


def test_a_run_that_ends_in_time_leaves_no_timer(session: Session) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", {"deadline": 0.5}, n=1)
    (claim,) = session.turn()
    assert session.due_in_ms is not None
    assert session.due_in_ms <= 500
    session.turn(claim.succeeded(2))
    assert session.outcome(run_id)[:2] == ("succeeded", 2)
    assert session.is_quiet()


def test_a_parent_over_its_deadline_takes_its_children_along(session: Session) -> None:
    session.register(programs.one_action())
    session.register(parent(n=programs.const(1)))
    run_id = session.start("Parent", {"deadline": 5})
    session.turn()
    session.move_clock(6)
    for _ in range(3):
        session.turn()
    states = session.connection.execute("select state from waymark.runs order by parent_run is null desc").fetchall()
    assert states == [("failed",), ("terminated",)]
    assert session.outcome(run_id)[2]["exception"]["type"] == DEADLINE
    assert session.is_quiet()


def test_a_restarted_run_has_as_much_time_as_the_first(session: Session) -> None:
    session.register(programs.one_action())
    again = session.value("select waymark.restart(%s)", session.start("One", {"deadline": 5}, n=1))
    query = "select extract(epoch from deadline - created_at)::float from waymark.runs where run_id = %s"
    assert session.value(query, again) == 5


@pytest.mark.parametrize("deadline", [0, -1, "soon", 4e9, None])
def test_a_bad_deadline_is_refused(session: Session, deadline: Any) -> None:
    session.register(programs.one_action())
    with pytest.raises(psycopg.Error, match="deadline") as refusal:
        session.start("One", {"deadline": deadline}, n=1)
    assert refusal.value.sqlstate == "WM205"


def test_runs_are_found_by_their_tags_through_an_index(session: Session) -> None:
    session.register(programs.one_action())
    query = """select waymark.start('One', '{"n": 1}', jsonb_build_object('tags', jsonb_build_object('customer', n::text)))
                 from generate_series(1, 2000) n"""
    session.connection.execute(query)
    session.connection.execute("vacuum analyze waymark.runs")
    query = """select run_id from waymark.run_overview where tags @> '{"customer": "77"}'"""
    assert len(session.connection.execute(query.encode()).fetchall()) == 1
    plan = "\n".join(row[0] for row in session.connection.execute(f"explain {query}".encode()))
    assert "runs_by_tags" in plan
