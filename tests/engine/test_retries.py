"""What ends an action's attempts: their number, their time, an exception that says so; and what is told of them."""

from collections.abc import Callable

import psycopg
import pytest

from tests.engine import programs
from tests.engine.programs import const
from tests.engine.session import Session

Connect = Callable[..., psycopg.Connection]
NON_RETRYABLE = "waymark.errors:NonRetryable"


@pytest.mark.parametrize(
    ("policy", "type_name", "mro"),
    [
        ({}, "app:Closed", (NON_RETRYABLE,)),
        ({}, NON_RETRYABLE, ()),
        ({"give_up_on": const(["Closed"])}, "app:Closed", ()),
        ({"give_up_on": const(["app:Refused"]), "retry_on": const(["Exception"])}, "app:Closed", ("app:Refused",)),
    ],
)
def test_what_is_not_retryable_is_tried_once(
    session: Session, policy: dict[str, object], type_name: str, mro: tuple[str, ...]
) -> None:
    session.register(programs.one_action(policy={"attempts": const(5), **policy}))
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    session.turn(claim.failed(type_name, mro=mro))
    assert session.outcome(run_id)[2]["exception"]["type"] == type_name


def test_no_attempt_begins_after_max_elapsed(session: Session) -> None:
    policy = {"attempts": const(100), "backoff": const(4), "max_elapsed": const(10)}
    session.register(programs.one_action(policy=policy))
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    for passed in (5, 9.5):
        assert session.turn(claim.failed()) == []
        session.move_clock(passed)
        (claim,) = session.turn()
    session.turn(claim.failed())
    assert session.outcome(run_id)[0] == "failed"
    assert [outcome for outcome, *_ in session.outcomes_of_attempts(run_id)] == ["failed"] * 3


def test_a_deadline_bounds_every_attempt_and_all_of_them(session: Session) -> None:
    session.register(programs.one_action(policy={"attempts": const(9), "timeout": const(20), "deadline": const(30)}))
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    assert (claim.timeout_ms, claim.context) == (20_000, {"deadline_ms": 30_000})
    session.move_clock(20)
    (claim,) = session.turn(claim.timed_out())
    assert 9_000 < claim.context["deadline_ms"] <= 10_000
    session.move_clock(31)
    session.turn(claim.timed_out())
    assert session.outcome(run_id)[2]["attempts"] == 2
    error = session.outcome(run_id)[2]["exception"]
    assert (error["type"], error["message"]) == ("waymark.errors:ExhaustedRetries", "app:act did not end before its deadline")
    assert error["attrs"]["attempts"] == [
        {"attempt": 1, "outcome": "timed_out", "message": "WaymarkTimeout: app:act did not end within 20 s"},
        {"attempt": 2, "outcome": "timed_out", "message": "ExhaustedRetries: app:act did not end before its deadline"},
    ]


def test_a_deadline_passes_while_nobody_takes_the_action(session: Session, connect: Connect) -> None:
    session.register(programs.one_action(policy={"deadline": const(30), "queue": const("gpu")}))
    run_id = session.start("One", n=1)
    assert session.turn() == []
    session.move_clock(31)
    gpu = Session(connect(), queues=("gpu",))
    gpu.move_clock(31)
    assert gpu.turn() == []
    assert [session.value("select waymark.reclaim(10)") for _ in range(2)] == [0, 1]
    assert session.outcome(run_id)[2]["exception"]["message"] == "app:act did not end before its deadline"
    assert session.is_quiet()


def test_a_deadline_passes_while_the_run_is_paused(session: Session) -> None:
    session.register(programs.one_action(policy={"attempts": const(3), "deadline": const(30), "backoff": const(1)}))
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    session.turn(claim.failed())
    session.value("select waymark.pause(%s)", run_id)
    session.move_clock(31)
    assert [session.value("select waymark.reclaim(10)") for _ in range(2)] == [0, 1]
    session.value("select waymark.resume(%s)", run_id)
    session.turn()
    assert session.outcome(run_id)[2]["exception"]["type"] == "waymark.errors:ExhaustedRetries"
    assert session.is_quiet()


def test_the_sweep_ends_an_attempt_at_the_final_deadline(session: Session) -> None:
    session.register(programs.one_action(policy={"timeout": const(300), "deadline": const(5)}))
    run_id = session.start("One", n=1)
    session.turn()
    session.move_clock(14)
    assert session.value("select waymark.reclaim(10)") == 0
    session.move_clock(16)
    assert session.value("select waymark.reclaim(10)") == 1
    assert session.outcome(run_id)[0] == "failed"


def test_an_exception_carries_the_attempts_before_it(session: Session) -> None:
    session.register(programs.one_action(policy={"attempts": const(25)}))
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    (claim,) = session.turn(claim.lost("killed"))
    for n in range(3, 26):
        (claim,) = session.turn(claim.failed("app:Refused", f"no {n}" * 100))
    session.turn(claim.failed("app:Refused", "no"))
    error = session.outcome(run_id)[2]["exception"]
    assert (error["type"], error["args"]) == ("app:Refused", ["no"])
    attempts = error["attrs"]["__waymark_attempts__"]
    assert [attempt["attempt"] for attempt in attempts] == list(range(6, 26))
    assert attempts[-1] == {"attempt": 25, "outcome": "failed", "message": "Refused: no"}
    assert max(len(attempt["message"]) for attempt in attempts) == 200
    assert session.outcome(run_id)[2]["attempts"] == 25


def test_a_first_failure_carries_nothing(session: Session) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    session.turn(claim.failed())
    assert "attrs" not in session.outcome(run_id)[2]["exception"]
    assert "attempts" not in session.outcome(run_id)[2]
