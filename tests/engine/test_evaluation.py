"""What the engine refuses is left to CPython: the action that asks for it, and what becomes of its outcome."""

from typing import Any

import pytest

from tests.engine.programs import const, local, op, program
from tests.engine.session import Session

LEVEL = {"$": "enum", "type": "app:Level", "name": "LOW", "value": 1}
UNSUPPORTED = ("waymark.errors:UnsupportedOperation", "waymark.errors:WaymarkError")


def adder(name: str = "Adder") -> Any:
    """n + 1, or what was caught; a temporary before it, which must not be assigned again, and a local without a value."""
    return program(
        name,
        {"kind": "assign", "target": "before", "value": op("list_append", local("before"), const(1)), "next": 1},
        {"kind": "assign", "target": "r", "value": op("add", local("n"), const(1)), "next": 2, "error": 4},
        {"kind": "assign", "target": "before", "value": op("list_append", local("before"), local("r")), "next": 3},
        {"kind": "return", "value": {"list": [local("before"), local("r")]}},
        {"kind": "catch", "target": "e", "next": 5},
        {"kind": "return", "value": {"list": [const("caught"), local("e")]}},
        parameters=({"name": "n"}, {"name": "before", "default": []}),
        local_names="r e",
    )


def test_a_refused_expression_is_an_action(session: Session) -> None:
    session.register(adder())
    run_id = session.start("Adder", n=LEVEL)
    (claim,) = session.turn()
    assert claim.name == "waymark:evaluate"
    assert claim.arguments == {"expression": op("add", local("n"), const(1)), "locals": {"n": LEVEL}}
    assert session.turn(claim.succeeded(2)) == []
    assert session.outcome(run_id) == ("succeeded", [[1, 2], 2], None)
    assert session.is_quiet()


def test_what_the_engine_can_compute_needs_no_worker(session: Session) -> None:
    session.register(adder())
    run_id = session.start("Adder", n=1)
    assert session.turn() == []
    assert session.outcome(run_id)[:2] == ("succeeded", [[1, 2], 2])


def test_its_exception_is_raised_at_the_node(session: Session) -> None:
    session.register(adder())
    run_id = session.start("Adder", n=LEVEL)
    (claim,) = session.turn()
    session.turn(claim.failed("app:Overflow", "above", mro=("ArithmeticError",)))
    state, value, _ = session.outcome(run_id)
    assert (state, value[0], value[1]["type"]) == ("succeeded", "caught", "app:Overflow")
    assert session.outcomes_of_attempts(run_id) == [("failed", 1, True)]


def test_no_handler_catches_what_nobody_can_compute(session: Session) -> None:
    session.register(adder())
    run_id = session.start("Adder", n=LEVEL)
    (claim,) = session.turn()
    session.turn(claim.failed("waymark.errors:EncodeError", "cannot encode result: an iterator", mro=UNSUPPORTED[1:]))
    state, _, error = session.outcome(run_id)
    assert (state, error["exception"]["type"], error["node"]) == ("failed", UNSUPPORTED[0], 1)
    assert error["exception"]["message"] == "cannot encode result: an iterator"


def test_a_lost_worker_is_replaced_four_times(session: Session) -> None:
    session.register(adder())
    run_id = session.start("Adder", n=LEVEL)
    (claim,) = session.turn()
    for attempt in (1, 2, 3, 4):
        assert claim.attempt == attempt
        (claim,) = session.turn(claim.lost("killed"))
    session.turn(claim.lost("killed"))
    state, _, error = session.outcome(run_id)
    assert (state, error["exception"]["type"]) == ("failed", UNSUPPORTED[0])
    assert error["exception"]["message"] == "waymark:evaluate lost its worker: killed"


@pytest.mark.parametrize(("answer", "taken"), [(True, "then"), (False, "else")])
def test_a_decision_goes_on_by_the_answer(session: Session, answer: bool, taken: str) -> None:
    session.register(
        program(
            "Decide",
            {"kind": "branch", "test": local("n"), "then": 1, "else": 2},
            {"kind": "return", "value": const("then")},
            {"kind": "return", "value": const("else")},
            parameters=({"name": "n"},),
        )
    )
    model = {"$": "app:Basket", "$own": ["truth"], "items": []}
    run_id = session.start("Decide", n=model)
    (claim,) = session.turn()
    assert claim.arguments == {"expression": op("truth", local("n")), "locals": {"n": model}}
    session.turn(claim.succeeded(answer))
    assert session.outcome(run_id)[:2] == ("succeeded", taken)


def test_in_any_other_node_a_refusal_ends_the_run(session: Session) -> None:
    session.register(program("Direct", {"kind": "return", "value": op("add", local("n"), const(1))}, parameters=({"name": "n"},)))
    run_id = session.start("Direct", n=LEVEL)
    assert session.turn() == []
    state, _, error = session.outcome(run_id)
    assert (state, error["exception"]["type"], error["node"]) == ("failed", UNSUPPORTED[0], 0)
