"""Cancellation as asyncio has it: wherever a task waits, by a request, by a scope, at the end of the run."""

import pytest

from tests.engine.concurrency import (
    HELPER,
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

CANCELLED = "asyncio.exceptions:CancelledError"


def cancels(name: str, *body: Json) -> Json:
    """A run that spawns `body`, lets it begin, cancels it and says how it ended; what it does when cancelled is an action."""
    return module(
        name,
        function("run", spawn(invoke(1), "t"), act(const("go")), cancel("t"), wait("t"), give_local("r"), local_names="t r"),
        function("task", *body, local_names="r e s u v"),
        HELPER,
    )


def ending(at: int) -> tuple[Json, ...]:
    """Behind the node that waits, at `at`: what a handler of its exception at `at` + 2 does."""
    return give(const("finished")), catch(), act(op("getattr", local("e"), const("args"))), {"kind": "raise", "value": local("e")}


CASES = {
    "action": [act(const("waits"), error=2), *ending(0)],
    "sleep": [sleep(error=2), *ending(0)],
    "gather": [fork(call(n=const(1)), invoke(2, n=const(2)), error=2), *ending(0)],
    "settle": [fork(call(n=const(1)), invoke(2, n=const(2)), settle=True, error=2), *ending(0)],
    "wait": [spawn(invoke(2, n=const(1)), "u"), wait("u", error=3), *ending(1)],
    "timeout": [spawn(invoke(2, n=const(1)), "u"), wait("u", timeout=50, error=3), *ending(1)],
    "semaphore": [
        {"kind": "semaphore", "value": const(0), "target": "s"},
        {"kind": "acquire", "semaphore": local("s"), "error": 3},
        *ending(1),
    ],
}


@pytest.mark.parametrize("what", CASES)
def test_cancelling_raises_cancelled_error_where_the_task_waits(session: Session, what: str) -> None:
    session.register(cancels("Cancels", *CASES[what]))
    run_id = session.start("Cancels")
    claims = session.turn()
    (go,) = (c for c in claims if c.arguments["n"] == "go")
    others = [c for c in claims if c != go]
    (handler,) = session.turn(go.succeeded())
    assert handler.arguments["n"] == {"$": "tuple", "v": []}
    assert session.outcome(run_id)[0] == "live"
    session.turn(handler.succeeded(), *(c.succeeded(1) for c in others))
    drain(session)
    ((status, value),) = session.outcome(run_id)[1]
    assert (status, value["type"]) == ("cancelled", CANCELLED)
    assert session.is_quiet()
    assert session.value("select count(*) from waymark.semaphores") == 0
    late = [c for c in others if what not in ("wait", "timeout")]
    assert len(session.rejected) <= len(late)


def test_the_late_result_of_a_cancelled_action_is_rejected(session: Session) -> None:
    session.register(cancels("Late", act(const("waits"), "r"), give_local("r")))
    run_id = session.start("Late")
    go, waits = sorted(session.turn(), key=lambda c: c.arguments["n"])
    session.turn(go.succeeded())
    assert session.outcome(run_id)[1][0][0] == "cancelled"
    session.turn(waits.succeeded(1))
    assert session.rejected == [(run_id, waits.action_id, waits.fencing_token)]
    assert ("cancelled", 1, True) in session.outcomes_of_attempts(run_id)


def test_a_task_that_swallows_the_cancellation_goes_on(session: Session) -> None:
    session.register(cancels("Stubborn", sleep(error=2), give(const(1)), catch(), act(const("on")), give(const("mine"))))
    run_id = session.start("Stubborn")
    drain(session)
    assert session.outcome(run_id)[1] == [["returned", "mine"]]


def test_a_task_cancelled_before_it_began_never_runs(session: Session) -> None:
    session.register(
        module(
            "Early",
            function("run", spawn(invoke(1), "t"), cancel("t"), wait("t"), give_local(), local_names="t r"),
            function("task", act(const("never")), give(const(1))),
        )
    )
    run_id = session.start("Early")
    assert session.turn() == []
    assert session.outcome(run_id)[1][0][0] == "cancelled"
    assert session.is_quiet()


def test_cancelling_a_linked_wait_cancels_what_it_waits_for(session: Session) -> None:
    session.register(
        module(
            "Linked",
            function("run", spawn(invoke(1), "t"), act(const("go")), cancel("t"), wait("t"), give_local("r"), local_names="t r"),
            function("outer", spawn(invoke(2), "u"), wait("u", linked=True), give_local("r"), local_names="u r"),
            function("inner", sleep(error=2), give(const(1)), catch(), give(const("swallowed")), local_names="e"),
        )
    )
    run_id = session.start("Linked")
    drain(session)
    assert session.outcome(run_id)[1] == [["returned", [["returned", "swallowed"]]]]


def scope(seconds: object, target: str = "s") -> Json:
    return {"kind": "scope", "seconds": None if seconds is None else const(seconds), "target": target}


def unscope(target: str = "fired", scope: str = "s", **edges: int) -> Json:
    return {"kind": "unscope", "scope": scope, "target": target, **edges}


def test_a_scope_fires_by_the_clock_and_says_so(session: Session) -> None:
    session.register(
        module(
            "Timeout",
            function(
                "run",
                scope(5),
                act(const("slow"), "r", error=4),
                unscope(),
                give_local("r"),
                catch(),
                unscope(),
                act(local("fired"), "r"),
                give({"list": [local("fired"), op("getattr", local("e"), const("args"))]}),
                local_names="s r e fired",
            ),
        )
    )
    quick, slow = session.start("Timeout"), session.start("Timeout")
    claims = {c.run_id: c for c in session.turn()}
    session.turn(claims[quick].succeeded("in time"))
    assert session.outcome(quick)[1] == "in time"
    session.move_clock(6)
    (after,) = session.turn()
    assert after.arguments == {"n": True}
    session.turn(claims[slow].succeeded("late"))
    assert [r[0] for r in session.rejected] == [slow]
    session.turn(after.succeeded())
    assert session.outcome(slow)[1][0] is True
    assert session.is_quiet()
    assert session.value("select count(*) from waymark.scopes") == 0


def test_a_cancel_from_outside_is_not_taken_for_the_scope_s_own(session: Session) -> None:
    session.register(
        cancels("Both", scope(5), sleep(error=3), give(const(0)), catch(), unscope("r"), act(local("r")), give_local("r"))
    )
    run_id = session.start("Both")
    (go,) = session.turn()
    (told,) = session.turn(go.succeeded())
    assert told.arguments == {"n": False}
    session.turn(told.succeeded())
    assert session.outcome(run_id)[1] == [["returned", False]]
    assert session.is_quiet()


def test_a_failure_in_a_group_fires_its_scope(session: Session) -> None:
    session.register(
        module(
            "Group",
            function(
                "run",
                scope(None),
                spawn(invoke(1), "t", "s"),
                act(const("body"), error=4),
                give(const(0)),
                catch(),
                unscope(),
                wait("t"),
                give({"list": [local("fired"), local("r")]}),
                local_names="s t e r fired",
            ),
            function("bad", act(const("bad")), value_error("broken")),
        )
    )
    run_id = session.start("Group")
    claims = {c.arguments["n"]: c for c in session.turn()}
    session.turn(claims["bad"].succeeded())
    fired, ((status, value),) = session.outcome(run_id)[1]
    assert (fired, status, value["args"]) == (True, "raised", ["broken"])
    assert session.is_quiet()


def test_the_end_of_the_body_cancels_what_is_left_and_waits_for_it(session: Session) -> None:
    session.register(
        module(
            "Leaves",
            function(
                "run",
                spawn(invoke(1), "t"),
                spawn(call(n=const("bare")), "u"),
                act(const("body"), "r"),
                give_local(),
                local_names="t u r",
            ),
            function(
                "task",
                sleep(error=2),
                give(const(1)),
                catch(),
                act(const("clean up")),
                {"kind": "raise", "value": local("e")},
                local_names="e",
            ),
        )
    )
    run_id = session.start("Leaves")
    claims = {c.arguments["n"]: c for c in session.turn()}
    (clean_up,) = session.turn(claims["body"].succeeded("done"))
    assert clean_up.arguments == {"n": "clean up"}
    assert session.outcome(run_id)[0] == "live"
    assert session.value("select waymark.status(%s)", run_id) == "running"
    session.turn(clean_up.succeeded(), claims["bare"].succeeded())
    assert session.outcome(run_id)[1] == "done"
    assert session.is_quiet()
