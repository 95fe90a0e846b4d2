"""Failed runs that go on from a signal, from what their deadline cut short, or after tasks of theirs have ended."""

import pytest

from tests.engine import programs
from tests.engine.concurrency import HELPER, act, fork, function, give, give_local, invoke, module, sleep, spawn, spread, wait
from tests.engine.control import finish, parent
from tests.engine.programs import const, local, op
from tests.engine.session import Session
from tests.engine.test_cancellation import scope
from tests.engine.test_control import control, error_of
from tests.engine.test_signals import take, waiter

DIVIDE = {"kind": "assign", "target": "r", "value": op("truediv", const(1), local("r"))}
OVERDUE = "waymark.errors:RunDeadlineExceeded"


def failure(session: Session, run_id: object) -> str:
    state, _, error = session.outcome(run_id)  # type: ignore[arg-type]
    assert state == "failed"
    return error["exception"]["type"]


def taken(session: Session, run_id: object) -> list[bool]:
    query = "select taken_at is not null from waymark.signals where run_id = %s order by seq"
    return [row[0] for row in session.connection.execute(query, (run_id,))]


def test_a_signal_that_was_taken_is_still_there(session: Session) -> None:
    session.register(module("Divides", function("run", take(), DIVIDE, take("more", "m"), give_local(), local_names="r m")))
    run_id = session.start("Divides")
    session.turn()
    session.value("select waymark.signal(%s, 'go', '0')", run_id)
    session.value("select waymark.signal(%s, 'go', '2')", run_id)
    for _ in range(2):
        session.turn()
        session.turn()
        assert failure(session, run_id) == "ZeroDivisionError"
        assert taken(session, run_id) == [True, False]
        assert control(session, "retry", run_id) == "running"
    session.value("select waymark.cancel(%s)", run_id)
    session.turn()
    assert session.outcome(run_id)[0] == "cancelled"
    assert taken(session, run_id) == [False, False], "cancelled before it went on, it gives the signal back"
    assert session.is_quiet()


def test_a_wait_that_timed_out_has_timed_out(session: Session) -> None:
    session.register(waiter(timeout=10))
    run_id = session.start("Waiter")
    session.turn()
    session.move_clock(11)
    session.turn()
    assert failure(session, run_id) == "TimeoutError"
    control(session, "retry", run_id)
    session.turn()
    assert failure(session, run_id) == "TimeoutError"
    assert session.is_quiet()


@pytest.mark.parametrize("arrives", ["before", "after", "too late"])
def test_a_run_that_was_overdue_waits_for_its_signal_again(session: Session, arrives: str) -> None:
    session.register(waiter(timeout=60))
    run_id = session.start("Waiter", {"deadline": 10})
    session.turn()
    session.move_clock(11)
    if arrives == "before":
        insert = "insert into waymark.signals (run_id, name, value, sent_at) values (%s, 'go', '5', now())"
        session.connection.execute(insert, (run_id,))
    session.turn()
    assert failure(session, run_id) == OVERDUE
    assert control(session, "retry", run_id) == "running"
    assert session.turn() == []
    if arrives == "after":
        assert session.outcome(run_id)[0] == "live"
        session.value("select waymark.signal(%s, 'go', '5')", run_id)
    session.move_clock(70)
    session.turn()
    assert session.outcome(run_id)[0] == ("live" if arrives == "too late" else "succeeded")
    session.move_clock(80)
    session.turn()
    if arrives == "too late":
        assert failure(session, run_id) == "TimeoutError"
    else:
        assert session.outcome(run_id)[1] == 5
    assert session.is_quiet()


def test_an_overdue_run_goes_on_with_its_actions(session: Session) -> None:
    session.register(programs.one_action())
    session.register(parent(n=const(7)))
    gather = function(
        "run", spread({"action": "app:act", "args": {"n": local("x")}}), give_local(), parameters=("xs",), local_names="r"
    )
    session.register(module("Gather", gather))
    runs = [session.start("One", {"deadline": 10}, n=7), session.start("Parent", {"deadline": 10})]
    runs.append(session.start("Gather", {"deadline": 10}, xs=[1, 2, 3]))
    claims = session.turn() + session.turn()
    (done,) = [claim for claim in claims if claim.arguments["n"] == 2]
    session.turn(done.succeeded("two"))
    session.move_clock(11)
    finish(session, [], turns=3)
    for run_id in runs:
        assert failure(session, run_id) == OVERDUE
        control(session, "retry", run_id)
    finish(session, [])
    assert [session.outcome(run_id)[:2] for run_id in runs] == [("succeeded", 7), ("succeeded", 7), ("succeeded", [1, "two", 3])]
    assert session.is_quiet()


def test_tasks_that_have_ended_are_no_hindrance(session: Session) -> None:
    body = function(
        "run", spawn(invoke(1, n=const(1)), "t"), wait("t"), act(const(2), "s"), wait("t"), give_local(), local_names="t r s"
    )
    session.register(module("Spawns", body, HELPER))
    branches = function(
        "run", fork(invoke(1, n=const(1)), invoke(1, n=const(3))), act(const(2), "s"), give_local(), local_names="r s"
    )
    session.register(module("Branches", branches, HELPER))
    runs = [session.start("Spawns"), session.start("Branches")]
    claims = session.turn()
    while claims:
        claims = session.turn(*(c.failed() if c.arguments["n"] == 2 else c.succeeded(c.arguments["n"]) for c in claims))
    for run_id in runs:
        assert failure(session, run_id) == "ValueError"
        control(session, "retry", run_id)
    finish(session, session.turn())
    assert [session.outcome(run_id)[0] for run_id in runs] == ["succeeded", "succeeded"]
    assert session.is_quiet()


SEMAPHORE = {"kind": "semaphore", "value": const(1), "bounded": False, "target": "s"}
NAP = function("nap", sleep(), give(const(1)))
LOST = {
    "a task": (function("run", spawn(invoke(1), "t"), act(), give(const(1)), local_names="t"), NAP),
    "an open timeout": (function("run", scope(None), act(), give(const(1)), local_names="s"),),
    "a semaphore": (function("run", SEMAPHORE, act(), give(const(1)), local_names="s"),),
    "a branch": (function("run", fork(invoke(1)), give(const(1)), local_names="r"), function("f", act(), give(const(1)))),
}


@pytest.mark.parametrize("how", ["failed", "overdue"])
@pytest.mark.parametrize("what", LOST)
def test_what_would_be_lost_is_restarted_instead(session: Session, what: str, how: str) -> None:
    session.register(module("Loses", *LOST[what]))
    run_id = session.start("Loses", {"deadline": 10})
    claims = session.turn() or session.turn()
    if how == "failed":
        session.turn(*(claim.failed() for claim in claims))
    session.move_clock(11)
    session.turn()
    session.turn()
    assert failure(session, run_id) == ("ValueError" if how == "failed" else OVERDUE)
    assert error_of(session, "select waymark.retry(%s)", run_id) == "WM305"
    assert session.value("select count(*) from waymark.failed_tasks") == (1 if (what, how) == ("a branch", "failed") else 0)
    assert session.is_quiet()


def test_a_sleep_that_the_deadline_cut_short(session: Session) -> None:
    session.register(programs.sleeper(seconds=100))
    run_id = session.start("Sleeper", {"deadline": 10})
    session.turn()
    session.move_clock(11)
    session.turn()
    assert failure(session, run_id) == OVERDUE
    assert error_of(session, "select waymark.retry(%s)", run_id) == "WM305"
