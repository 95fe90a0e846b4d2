"""Child runs: a workflow that another one, or itself, calls and waits for."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.engine.concurrency import (
    act,
    cancel,
    catch,
    drain,
    fork,
    function,
    give,
    give_local,
    invoke,
    module,
    sleep,
    spawn,
    value_error,
    wait,
)
from tests.engine.programs import Json, call, const, local, op
from tests.engine.session import Session

CHILD = module(
    "Child",
    function(
        "run", act(local("n"), "n"), give(op("mul", local("n"), local("by"))), parameters=("n", {"name": "by", "default": 10})
    ),
)


def child(workflow: str = "Child", target: str = "r", error: int | None = None, **args: Json) -> Json:
    edges = {} if error is None else {"error": error}
    return {"kind": "child", "call": {"workflow": workflow, "args": args}, "target": target, **edges}


def parent(name: str, *nodes: Json, parameters: tuple[Json, ...] = ()) -> Json:
    return module(name, function("run", *nodes, parameters=parameters, local_names="r e t u"))


def children(session: Session, run_id: UUID) -> list[tuple[Any, ...]]:
    query = "select run_id, workflow, state, depth from waymark.runs where parent_run = %s order by run_id"
    return session.connection.execute(query, (run_id,)).fetchall()


def test_a_child_gives_its_result_to_its_parent(session: Session) -> None:
    session.register(CHILD)
    session.register(parent("Parent", child(n=const(4)), give_local()))
    run_id = session.start("Parent", {"priority": -5})
    (claim,) = session.turn()
    ((child_id, *facts),) = children(session, run_id)
    assert facts == ["Child", "live", 1]
    assert claim.run_id == child_id
    assert session.value("select priority from waymark.runs where run_id = %s", child_id) == -5
    assert session.value("select waymark.status(%s)", run_id) == "running"
    drain(session, [claim])
    assert session.outcome(run_id)[1] == 40
    assert session.is_quiet()
    query = "select name, arguments, outcome, value from waymark.action_attempts where run_id = %s"
    assert session.connection.execute(query, (run_id,)).fetchall() == [("Child", {"n": 4, "by": 10}, "succeeded", 40)]


def test_children_are_branches_and_tasks_too(session: Session) -> None:
    session.register(CHILD)
    many = fork(
        {"workflow": "Child", "args": {"n": const(1)}},
        call(n=const(2)),
        {"workflow": "Child", "args": {"n": const(3), "by": const(2)}},
    )
    session.register(
        parent(
            "Many",
            spawn({"workflow": "Child", "args": {"n": const(7)}}, "t"),
            many,
            wait("t", target="u"),
            give({"list": [local("r"), local("u")]}),
        )
    )
    run_id = session.start("Many")
    drain(session)
    assert session.outcome(run_id)[1] == [[10, 2, 6], [["returned", 70]]]
    assert session.is_quiet()


def test_the_failure_of_a_child_is_raised_in_its_parent(session: Session) -> None:
    session.register(parent("Bad", value_error("broken")))
    session.register(
        parent("Parent", child("Bad", error=2), give(const("no")), catch(), give(op("getattr", local("e"), const("args"))))
    )
    handled = session.start("Parent")
    session.register(parent("Through", child("Bad"), give(const("no"))))
    through = session.start("Through")
    drain(session)
    assert session.outcome(handled)[1] == {"$": "tuple", "v": ["broken"]}
    error = session.outcome(through)[2]
    assert (error["exception"]["type"], error["exception"]["args"], error["line"]) == ("ValueError", ["broken"], 1)


def test_arguments_are_bound_as_cpython_binds_them(session: Session) -> None:
    session.register(CHILD)
    for name, args, message in [
        ("Missing", {}, "Child.run() missing 1 required positional argument: 'n'"),
        ("Unexpected", {"n": const(1), "m": const(2)}, "Child.run() got an unexpected keyword argument 'm'"),
    ]:
        session.register(parent(name, child(**args), give_local()))
        run_id = session.start(name)
        session.turn()
        error = session.outcome(run_id)[2]["exception"]
        assert (error["type"], error["message"]) == ("TypeError", message)
    session.register(parent("Lost", child("Nowhere"), give_local()))
    run_id = session.start("Lost")
    session.turn()
    error = session.outcome(run_id)[2]["exception"]
    assert error["type"] == "waymark.errors:UnknownWorkflow"
    assert "Nowhere" in error["message"]


def test_a_workflow_calls_itself_to_a_stated_depth(session: Session) -> None:
    nodes = [
        {"kind": "branch", "test": op("eq", local("n"), const(0)), "then": 3, "else": 1},
        {**child("Deep", n=op("sub", local("n"), const(1)))},
        give(op("add", local("r"), const(1))),
        give(const(0)),
    ]
    session.register(parent("Deep", *nodes, parameters=("n",)))
    deep = session.start("Deep", n=200)
    drain(session, turns=1000)
    assert session.outcome(deep) == ("succeeded", 200, None)
    too_deep = session.start("Deep", n=201)
    drain(session, turns=1000)
    error = session.outcome(too_deep)[2]["exception"]
    assert (error["type"], "200 deep" in error["message"]) == ("RecursionError", True)
    assert session.is_quiet()


def test_a_child_runs_the_newest_program_and_its_parent_the_old_one(session: Session) -> None:
    session.register(CHILD)
    session.register(parent("Parent", act(const("first")), child(n=const(4)), give_local()))
    run_id = session.start("Parent")
    (first,) = session.turn()
    session.register(module("Child", function("run", give(const("new")), parameters=("n",))))
    drain(session, [first])
    assert session.outcome(run_id)[1] == "new"


def test_cancelling_passes_down_to_the_child_and_its_end_up(session: Session) -> None:
    """The child cleans up first; CancelledError then comes out of it where the parent waits."""
    session.register(
        module(
            "Child",
            function(
                "run",
                sleep(error=2),
                give(const(1)),
                catch(),
                act(const("clean up")),
                {"kind": "raise", "value": local("e")},
                local_names="e",
            ),
        )
    )
    session.register(
        module(
            "Parent",
            function("run", spawn(invoke(1), "t"), act(const("go")), cancel("t"), wait("t"), give_local(), local_names="t r"),
            function(
                "task", child(error=2), give(const("no")), catch(), act(const("told")), give(const("done")), local_names="r e"
            ),
        )
    )
    run_id = session.start("Parent")
    claims = session.turn()
    seen = []
    while claims or session.due_in_ms == 0 or session.backlog:
        seen += [c.arguments["n"] for c in claims]
        claims = session.turn(*(c.succeeded() for c in claims))
    assert seen == ["go", "clean up", "told"]
    assert session.outcome(run_id)[1] == [["returned", "done"]]
    ((child_id, _, state, _),) = children(session, run_id)
    assert state == "cancelled"
    assert session.outcome(child_id)[2]["exception"]["type"] == "asyncio.exceptions:CancelledError"
    assert session.is_quiet()


@pytest.mark.parametrize("how", ["returns", "raises", "fails early"])
def test_the_end_of_a_parent_ends_its_children(session: Session, how: str) -> None:
    session.register(parent("Sleeper", sleep(), give(const(1))))
    last = {"returns": give(const("over")), "raises": value_error("broken"), "fails early": give_local()}[how]
    body = [spawn({"workflow": "Sleeper", "args": {}}, "t"), act(const("go")), last]
    if how == "fails early":
        body = [fork({"workflow": "Sleeper", "args": {}}, call(n=const(0)), error=1, next=2), catch("r"), last]
    session.register(parent("Parent", *body))
    run_id = session.start("Parent")
    (claim,) = session.turn()
    session.turn(claim.failed() if how == "fails early" else claim.succeeded())
    drain(session)
    assert session.outcome(run_id)[0] == ("failed" if how == "raises" else "succeeded")
    assert [state for _, _, state, _ in children(session, run_id)] == ["cancelled"]
    assert session.is_quiet()


def test_what_a_child_cannot_compute_ends_its_parent_too(session: Session) -> None:
    """No handler of the parent may take it for an exception of Python."""
    session.register(parent("Refused", give(op("add", const({"$": "path", "v": "x", "type": "PosixPath"}), const(1)))))
    session.register(parent("Parent", child("Refused", error=2), give(const("no")), catch(), give(const("handled"))))
    run_id = session.start("Parent")
    drain(session)
    state, _, error = session.outcome(run_id)
    assert (state, error["exception"]["type"]) == ("failed", "waymark.errors:UnsupportedOperation")
    assert session.is_quiet()


def test_a_child_s_end_waits_for_nobody(session: Session, connect: Callable[..., psycopg.Connection]) -> None:
    """Another session has the parent locked: the child ends, and its parent hears of it afterwards."""
    session.register(CHILD)
    session.register(parent("Parent", fork({"workflow": "Child", "args": {"n": const(4)}}, call(n=const(1))), give_local()))
    run_id = session.start("Parent")
    own, of_child = sorted(session.turn(), key=lambda c: c.run_id != run_id)
    other = Session(connect(autocommit=False), ttl_ms=60_000)
    other.connection.commit()
    other.turn(own.succeeded(1))
    session.turn(of_child.succeeded(4))
    session.turn()
    assert session.outcome(run_id)[0] == "live"
    assert session.due_in_ms == 0
    other.connection.commit()
    drain(session)
    assert session.outcome(run_id)[1] == [40, 1]
    assert session.is_quiet()
