"""Failed runs that go on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest

from tests.cluster import wait_until
from tests.engine import programs
from tests.engine.concurrency import HELPER, act, fork, function, give, give_local, invoke, module, sleep, spawn, spread
from tests.engine.control import ENDED, LIVE, finish, parent
from tests.engine.programs import call, const, local, op
from tests.engine.session import Session
from tests.engine.test_control import control, error_of
from tests.engine.test_locks import is_blocked

Connect = Callable[..., psycopg.Connection]


def test_the_action_that_failed_is_called_again_and_what_was_done_stays(session: Session) -> None:
    session.register(programs.loop())
    run_id = session.start("Loop", n=3)
    (first,) = session.turn()
    (second,) = session.turn(first.succeeded(10))
    session.turn(second.failed())
    assert session.outcome(run_id)[0] == "failed"
    assert control(session, "retry", run_id) == "running"
    assert session.outcome(run_id) == ("live", None, None)
    (again,) = session.turn()
    assert (again.arguments, again.attempt) == (second.arguments, 1)
    (third,) = session.turn(again.succeeded(20))
    session.turn(third.succeeded(30))
    assert session.outcome(run_id)[:2] == ("succeeded", 60)
    assert session.outcomes_of_attempts(run_id) == [
        ("succeeded", 1, True), ("failed", 1, True), ("succeeded", 1, True), ("succeeded", 1, True)
    ]  # fmt: skip
    assert session.is_quiet()
    assert session.value("select count(*) from waymark.failed_tasks") == 0


def test_it_has_its_policy_again(session: Session) -> None:
    session.register(programs.one_action(policy={"attempts": const(2)}))
    run_id = session.start("One", n=1)
    for _ in range(2):
        for attempt in (1, 2):
            (claim,) = session.turn()
            assert claim.attempt == attempt
            session.turn(claim.failed(), capacity=0)
        assert session.outcome(run_id)[0] == "failed"
        control(session, "retry", run_id)
    (claim,) = session.turn()
    session.turn(claim.succeeded(5))
    assert session.outcome(run_id)[1] == 5
    assert session.is_quiet()
    assert session.value("select count(*) from waymark.failed_calls") == 0


def test_of_a_gather_only_what_has_no_result(session: Session) -> None:
    gather = function("run", spread(call(n=local("x"))), give_local(), parameters=("xs",), local_names="r")
    session.register(module("Gather", gather))
    run_id = session.start("Gather", xs=[0, 1, 2, 3])
    claims = {c.arguments["n"]: c for c in session.turn()}
    session.turn(claims[0].succeeded("a"), claims[2].failed())
    assert session.outcome(run_id)[0] == "failed"
    control(session, "retry", run_id)
    again = {c.arguments["n"]: c for c in session.turn(claims[3].succeeded("late"))}
    assert [r[0] for r in session.rejected] == [run_id]
    assert sorted(again) == [1, 2, 3]
    session.turn(*(again[n].succeeded(n) for n in again))
    assert session.outcome(run_id)[:2] == ("succeeded", ["a", 1, 2, 3])
    assert session.is_quiet()


def fail_in_a_child(session: Session) -> UUID:
    """A run that has failed because its child had, half an hour before."""
    run_id = session.start("Parent")
    (claim,) = session.turn()
    control(session, "pause", run_id)
    session.turn(claim.failed())
    session.move_clock(1800)

    control(session, "resume", run_id)
    session.turn()
    assert session.outcome(run_id)[0] == "failed"
    return run_id


@pytest.mark.parametrize("is_pruned", [False, True])
def test_a_child_is_started_anew(session: Session, is_pruned: bool) -> None:
    session.register(programs.one_action())
    session.register(parent(n=const(7)))
    run_id = fail_in_a_child(session)
    if is_pruned:
        session.value("select waymark.prune('failed', '20 minutes')")
        assert session.value("select array_agg(run_id) from waymark.runs") == [run_id]
    control(session, "retry", run_id)
    claims = session.turn()
    assert [(c.arguments, c.run_id == run_id) for c in claims] == [({"n": 7}, False)]
    finish(session, claims)
    assert session.outcome(run_id)[:2] == ("succeeded", 7)
    query = "select state from waymark.runs where parent_run = %s order by created_at, run_id"
    assert session.connection.execute(query, (run_id,)).fetchall() == [("failed",)] * (not is_pruned) + [("succeeded",)]
    assert session.is_quiet()


def test_a_pruned_child_whose_workflow_takes_other_arguments_is_not(session: Session) -> None:
    session.register(programs.one_action())
    session.register(parent(n=const(7)))
    run_id = fail_in_a_child(session)
    session.value("select waymark.prune('failed', '20 minutes')")
    session.register(module("One", function("run", give_local("m"), parameters=("m",))))
    assert error_of(session, "select waymark.retry(%s)", run_id) == "WM305"
    assert session.outcome(run_id)[0] == "failed"


def test_a_parent_that_has_not_heard_of_the_failure_goes_on_waiting(session: Session) -> None:
    session.register(programs.one_action())
    session.register(parent(n=const(7)))
    run_id = session.start("Parent")
    (claim,) = session.turn()
    control(session, "pause", run_id)
    session.turn(claim.failed())
    session.turn()
    control(session, "retry", claim.run_id)
    control(session, "resume", run_id)
    finish(session, session.turn())
    assert session.outcome(run_id)[:2] == ("succeeded", 7)
    assert session.is_quiet()


def test_code_that_failed_runs_again_with_the_result_it_had(session: Session) -> None:
    divide = {"kind": "assign", "target": "r", "value": op("truediv", const(1), local("r"))}
    session.register(module("Divides", function("run", act(const("n"), "r"), divide, give_local(), local_names="r")))
    session.register(module("Sleeps", function("run", sleep(5), divide, give_local(), local_names="r")))
    divides, sleeps = session.start("Divides"), session.start("Sleeps")
    (claim,) = session.turn()
    session.turn(claim.succeeded(0))
    session.move_clock(6)
    session.turn()
    for run_id, error in ((divides, "ZeroDivisionError"), (sleeps, "UnboundLocalError")):
        control(session, "retry", run_id)
        assert session.turn() == []
        assert session.outcome(run_id)[2]["exception"]["type"] == error
    assert session.is_quiet()


def test_large_state_is_kept(session: Session) -> None:
    """What is kept in pages goes when the run has succeeded, not before."""
    body = function(
        "run", act(const("go"), "r"), give({"list": [local("text"), local("r")]}), parameters=("text",), local_names="r"
    )
    session.register(module("Large", body))
    text = [f"line {n}" for n in range(3000)]
    run_id = session.start("Large", text=text)
    (claim,) = session.turn()
    session.turn(claim.failed())
    assert session.value("select count(*) from waymark.pages") > 0
    control(session, "retry", run_id)
    (again,) = session.turn()
    session.turn(again.succeeded(1))
    assert session.outcome(run_id)[1] == [text, 1]
    assert session.value("select count(*) from waymark.pages") == 0


@pytest.mark.parametrize("state", [*LIVE, *(s for s in ENDED if s != "failed")])
def test_only_a_failed_run_is_retried(session: Session, state: str) -> None:
    subject = (LIVE | ENDED)[state](session)
    assert error_of(session, "select waymark.retry(%s)", subject.run_id) == "WM305"


def test_runs_of_several_tasks_are_restarted_instead(session: Session) -> None:
    session.register(
        module(
            "Spawns", function("run", spawn(invoke(1, n=const(1)), "t"), act(const(1)), give_local("t"), local_names="t"), HELPER
        )
    )
    session.register(
        module("Branches", function("run", fork(invoke(1, n=const(1)), call(n=const(2))), give_local(), local_names="r"), HELPER)
    )
    runs = [session.start("Spawns"), session.start("Branches")]
    session.turn(*(c.failed() for c in session.turn()))
    finish(session, [])
    for run_id in runs:
        assert session.outcome(run_id)[0] == "failed"
        assert error_of(session, "select waymark.retry(%s)", run_id) == "WM305"
    assert session.is_quiet()


def test_two_that_retry_at_once_retry_once(session: Session, connect: Connect) -> None:
    subject = ENDED["failed"](session)
    first, second = connect(autocommit=False), connect()
    first.execute("select waymark.retry(%s)", (subject.run_id,))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: second.execute("select waymark.retry(%s)", (subject.run_id,)))
        wait_until(lambda: is_blocked(session.connection, second.info.backend_pid), "the second waits")
        first.commit()
        with pytest.raises(psycopg.Error) as caught:
            waiting.result(timeout=30)
    assert caught.value.sqlstate == "WM305"
    (claim,) = session.turn()
    session.turn(claim.succeeded(3))
    assert session.outcome(subject.run_id)[1] == 3


def test_an_unknown_run(session: Session) -> None:
    assert error_of(session, "select waymark.retry(gen_random_uuid())") == "WM301"
