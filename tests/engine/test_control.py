"""Every verb that controls runs, for every state that a run can be in."""

import psycopg
import pytest

from tests.engine import programs
from tests.engine.control import ENDED, LIVE, cleaning, finish, parent, swallowing
from tests.engine.session import Session

NOT_ENDED = ["pause", "resume", "wake", "set_priority"]
RESULTS = {
    "queued": 1, "delayed": 1, "sleeping": "awake", "running": 1, "ready": 1, "gathering": [10, 2, 3],
    "backing off": 1, "yielded": 30_000,
    "waiting for a child": 1, "paused": 1,
}  # fmt: skip


def control(session: Session, verb: str, run_id: object, *more: object) -> str:
    marks = ", ".join(["%s"] * (1 + len(more)))
    return session.value(f"select waymark.{verb}({marks})", run_id, *more)


def error_of(session: Session, query: str, *parameters: object) -> str | None:
    with pytest.raises(psycopg.Error) as caught:
        session.value(query, *parameters)
    return caught.value.sqlstate


# --- cancel -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", LIVE)
def test_cancel_ends_a_live_run_and_its_late_results_are_rejected(session: Session, state: str) -> None:
    subject = LIVE[state](session)
    said = control(session, "cancel", subject.run_id)
    assert said == ("cancelled" if state in ("queued", "delayed") else "running" if state != "yielded" else said)
    late = [] if state in ("cancelling", "waiting for a child") else subject.claims
    assert session.turn(*(c.succeeded(1) for c in late)) == []
    assert len(session.rejected) == len(late)
    finish(session, subject.claims if state == "cancelling" else [])
    ended, result, error = session.outcome(subject.run_id)
    if state == "yielded":
        # It never suspends again, so that there is no place where it could be told.
        assert (ended, result) == ("succeeded", 30_000)
    else:
        assert (ended, result) == ("cancelled", None)
        assert error["exception"]["type"] == "asyncio.exceptions:CancelledError"
        assert error["line"] is not None
        assert error_of(session, "select waymark.result(%s)", subject.run_id) == "WM303"
        assert session.value("select waymark.status(%s)", subject.run_id) == "cancelled"
    assert session.value("select count(*) from waymark.runs where state = 'live'") == 0
    assert session.is_quiet()


def test_cancel_lets_handlers_do_their_work_and_is_asked_once(session: Session) -> None:
    session.register(cleaning())
    run_id = session.start("Cleaning")
    session.turn()
    assert control(session, "cancel", run_id) == "running"
    (clean_up,) = session.turn()
    assert clean_up.arguments == {"n": "clean up"}
    # A second request would interrupt the cleaning up.
    assert control(session, "cancel", run_id) == "running"
    assert session.turn() == []
    session.turn(clean_up.succeeded())
    assert session.outcome(run_id)[0] == "cancelled"
    assert session.is_quiet()


def test_a_body_may_swallow_the_request(session: Session) -> None:
    session.register(swallowing())
    run_id = session.start("Swallowing")
    session.turn()
    control(session, "cancel", run_id)
    session.turn()
    assert session.outcome(run_id)[:2] == ("succeeded", "swallowed")
    assert session.is_quiet()


def test_cancel_goes_down_to_children_and_waits_for_them(session: Session) -> None:
    session.register(cleaning())
    session.register(parent(of="Cleaning"))
    run_id = session.start("Parent")
    session.turn()
    control(session, "cancel", run_id)
    (clean_up,) = session.turn()
    assert session.outcome(run_id)[0] == "live"
    session.turn(clean_up.succeeded())
    finish(session, [])
    assert session.connection.execute("select distinct state from waymark.runs").fetchall() == [("cancelled",)]
    assert session.is_quiet()


# --- terminate ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", LIVE)
def test_terminate_ends_a_live_run_at_once(session: Session, state: str) -> None:
    subject = LIVE[state](session)
    assert control(session, "terminate", subject.run_id) == "terminated"
    assert session.turn(*(c.succeeded(1) for c in subject.claims)) == []
    if state == "waiting for a child":
        assert session.rejected == [], "the child hears of it in the turn that takes its result"
    else:
        assert len(session.rejected) == len(subject.claims)
    session.turn()
    assert session.outcome(subject.run_id)[0] == "terminated"
    assert error_of(session, "select waymark.result(%s)", subject.run_id) == "WM304"
    assert session.value("select count(*) from waymark.runs where state = 'live'") == 0
    assert session.is_quiet()


def test_terminate_ends_the_children_too_and_a_parent_gets_it_raised(session: Session) -> None:
    session.register(programs.sleeper("Inner"))
    session.register(parent("Middle", of="Inner"))
    session.register(parent("Outer", of="Middle"))
    outer = session.start("Outer")
    session.turn()
    control(session, "terminate", session.value("select run_id from waymark.runs where workflow = 'Middle'"))
    finish(session, [])
    states = dict(session.connection.execute("select workflow, state from waymark.runs").fetchall())
    assert states == {"Inner": "terminated", "Middle": "terminated", "Outer": "failed"}
    assert session.outcome(outer)[2]["exception"]["type"] == "waymark.errors:RunTerminated"
    assert session.is_quiet()


# --- pause and resume ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [s for s in LIVE if s != "cancelling"])
def test_a_paused_run_stands_still_keeps_results_and_goes_on(session: Session, state: str) -> None:
    subject = LIVE[state](session)
    assert [control(session, "pause", subject.run_id) for _ in range(2)] == ["paused", "paused"]
    before = session.value("select step_no from waymark.tasks where run_id = %s", subject.run_id)
    session.move_clock(1000)
    assert session.turn(*(c.succeeded(c.arguments["n"]) for c in subject.claims)) == []
    assert session.rejected == []
    for _ in range(3):
        assert session.turn() == []
    assert session.due_in_ms is None, "a daemon that asks for due timers in vain would spin"
    assert session.value("select step_no from waymark.tasks where run_id = %s", subject.run_id) == before
    assert session.value("select waymark.status(%s)", subject.run_id) == "paused"
    assert control(session, "resume", subject.run_id) != "paused"
    control(session, "resume", subject.run_id)
    finish(session, session.turn(), turns=20)
    assert session.outcome(subject.run_id)[:2] == ("succeeded", RESULTS[state])
    assert session.is_quiet()


@pytest.mark.parametrize("outcome", ["failed", "lost", "released"])
def test_what_is_to_be_tried_again_waits_while_its_run_is_paused(session: Session, outcome: str) -> None:
    session.register(programs.one_action(policy={"attempts": {"const": 3}}))
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    control(session, "pause", run_id)
    results = {"failed": claim.failed(), "lost": claim.lost("gone"), "released": claim.released()}
    assert session.turn(results[outcome]) == []
    assert session.turn() == []
    control(session, "resume", run_id)
    (again,) = session.turn()
    assert again.attempt == (1 if outcome == "released" else 2)
    session.turn(again.succeeded(5))
    assert session.outcome(run_id)[1] == 5
    assert session.is_quiet()


# --- set_priority and restart -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", LIVE)
def test_set_priority_reaches_tasks_and_actions(session: Session, state: str) -> None:
    subject = LIVE[state](session)
    before = session.value("select waymark.status(%s)", subject.run_id)
    assert control(session, "set_priority", subject.run_id, -7) == before
    for table in ("runs", "tasks", "actions"):
        query = f"select distinct priority from waymark.{table} where run_id = %s"
        assert session.connection.execute(query.encode(), (subject.run_id,)).fetchall() in ([(-7,)], [])


def test_the_first_by_its_new_priority_is_claimed_first(session: Session) -> None:
    session.register(programs.one_action())
    first, second = (session.start("One", n=n) for n in (1, 2))
    control(session, "set_priority", second, -1)
    (claim,) = session.turn(capacity=1)
    assert (claim.run_id, first) == (second, first)


@pytest.mark.parametrize("state", [*LIVE, *ENDED])
def test_restart_starts_anew_with_the_same_input(session: Session, state: str) -> None:
    subject = (LIVE | ENDED)[state](session)
    before = session.outcome(subject.run_id)[0]
    new = control(session, "restart", subject.run_id)
    assert new != subject.run_id
    assert session.outcome(subject.run_id)[0] == before
    query = "select workflow, arguments, priority, queue, tags from waymark.runs where run_id = %s"
    assert session.connection.execute(query, (new,)).fetchone() == session.connection.execute(query, (subject.run_id,)).fetchone()
    assert session.value("select waymark.status(%s)", new) == "queued"


# --- bad calls ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ENDED)
def test_verbs_for_live_runs_say_so_of_ended_ones(session: Session, state: str) -> None:
    subject = ENDED[state](session)
    for verb in NOT_ENDED:
        more = ", 5" if verb == "set_priority" else ""
        assert error_of(session, f"select waymark.{verb}(%s{more})", subject.run_id) == "WM305"
    for verb in ("cancel", "terminate"):
        assert control(session, verb, subject.run_id) == state
    assert session.is_quiet()


@pytest.mark.parametrize("verb", ["cancel", "terminate", "restart", *NOT_ENDED])
def test_an_unknown_run_is_one(session: Session, verb: str) -> None:
    more = ", 5" if verb == "set_priority" else ""
    assert error_of(session, f"select waymark.{verb}(gen_random_uuid(){more})") == "WM301"


def test_a_priority_has_its_range(session: Session) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    assert error_of(session, "select waymark.set_priority(%s, 1001)", run_id) == "WM205"
    assert error_of(session, "select waymark.set_priority(%s, null)", run_id) == "WM205"
