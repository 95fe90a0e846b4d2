"""Tasks of a run: branches, handles, waits, cancellation, scopes, semaphores, as asyncio has them."""

import time

import psycopg
import pytest

from tests.engine.concurrency import (
    HELPER,
    act,
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
    spread,
    value_error,
    wait,
)
from tests.engine.programs import call, const, local, op
from tests.engine.session import Claim, Session


def test_branches_may_be_functions_and_actions(session: Session) -> None:
    session.register(
        module(
            "Mixed",
            function("run", fork(invoke(1, n=const(1)), call(n=const(2)), invoke(1, n=const(3))), give_local(), local_names="r"),
            HELPER,
        )
    )
    run_id = session.start("Mixed")
    drain(session)
    assert session.outcome(run_id)[1] == [10, 2, 30]
    assert session.is_quiet()
    history = session.connection.execute("select name, slot, status, value from waymark.task_history order by slot").fetchall()
    assert history == [("helper", 0, "returned", 10), ("helper", 2, "returned", 30)]


def test_a_failing_branch_fails_the_gather_and_the_others_go_on_unobserved(session: Session) -> None:
    session.register(
        module(
            "Fails",
            function(
                "run",
                fork(invoke(1), invoke(2), error=2),
                give(const("no")),
                catch(target="r"),
                act(const("after")),
                give_local("r"),
                local_names="r",
            ),
            function("bad", act(const("bad")), value_error("broken")),
            function("good", act(const("good")), act(const("second")), give(const(1))),
        )
    )
    run_id = session.start("Fails")
    bad, good = sorted(session.turn(), key=lambda c: c.arguments["n"])
    (after,) = session.turn(bad.succeeded())
    assert after.arguments == {"n": "after"}
    (second,) = session.turn(good.succeeded())
    assert second.arguments == {"n": "second"}
    assert session.turn(after.succeeded()) == []
    assert session.outcome(run_id)[1]["args"] == ["broken"]
    assert session.turn(second.succeeded()) == []
    assert session.rejected == [(run_id, second.action_id, second.fencing_token)]
    assert session.is_quiet()


def test_settle_makes_failures_of_branches_values(session: Session) -> None:
    session.register(
        module(
            "Settles",
            function("run", fork(invoke(1), call(n=const(5)), settle=True), give_local(), local_names="r"),
            function("bad", value_error("broken")),
        )
    )
    run_id = session.start("Settles")
    drain(session)
    failure, value = session.outcome(run_id)[1]
    assert (failure["type"], failure["args"], value) == ("ValueError", ["broken"], 5)


def test_a_spawned_task_runs_beside_its_maker_and_is_awaited_twice(session: Session) -> None:
    session.register(
        module(
            "Spawns",
            function(
                "run",
                spawn(invoke(1, n=const(1)), "t"),
                spawn(call(n=const(2)), "u"),
                act(const("mine")),
                wait("t", "u", "t"),
                wait("t", until="now", target="again"),
                give({"list": [local("r"), local("again")]}),
                local_names="t u r again",
            ),
            HELPER,
        )
    )
    run_id = session.start("Spawns")
    claims = session.turn()
    assert sorted(str(c.arguments["n"]) for c in claims) == ["1", "2", "mine"]
    drain(session, claims)
    assert session.outcome(run_id)[1] == [[["returned", 10], ["returned", 2], ["returned", 10]], [["returned", 10]]]
    assert session.is_quiet()


def test_a_wait_ends_with_the_first_the_first_failure_or_its_timeout(session: Session) -> None:
    session.register(
        module(
            "Waits",
            function(
                "run",
                spawn(invoke(1), "bad"),
                spawn(call(n=const(1)), "one"),
                spawn(call(n=const(2)), "two"),
                wait("one", "two", until="first", target="a"),
                wait("bad", "two", until="first_exception", target="b"),
                wait("two", timeout=30, target="c"),
                wait("two", "one", target="d"),
                give({"list": [local("a"), local("b"), local("c"), local("d")]}),
                local_names="bad one two a b c d",
            ),
            function("fails", act(const("fails")), value_error("broken")),
        )
    )
    run_id = session.start("Waits")
    claims = {c.arguments["n"]: c for c in session.turn()}
    session.turn(claims[1].succeeded("first"))
    session.turn(claims["fails"].succeeded())
    assert session.due_in_ms is not None
    session.move_clock(31)
    session.turn()
    assert session.outcome(run_id)[0] == "live"
    session.turn(claims[2].succeeded("second"))
    a, b, c, d = session.outcome(run_id)[1]
    assert a == [["returned", "first"], ["pending", None]]
    assert [status for status, _ in b] == ["raised", "pending"]
    assert c == [["pending", None]]
    assert d == [["returned", "second"], ["returned", "first"]]
    assert session.is_quiet()


def test_a_semaphore_is_first_come_first_served_and_never_exceeded(session: Session) -> None:
    session.register(
        module(
            "Bounded",
            function(
                "run",
                {"kind": "semaphore", "value": const(3), "target": "s"},
                spread(invoke(1, s=local("s"), x=local("x"))),
                give_local(),
                parameters=("xs",),
                local_names="s r",
            ),
            function(
                "one",
                {"kind": "acquire", "semaphore": local("s")},
                act(local("x"), "r"),
                {"kind": "release", "semaphore": local("s")},
                give_local(),
                parameters=("s", "x"),
                local_names="r",
            ),
        )
    )
    run_id = session.start("Bounded", xs=list(range(50)))
    claims = session.turn(capacity=100)
    begun: list[int] = []
    while claims:
        assert len(claims) <= 3
        begun += sorted(c.arguments["n"] for c in claims)
        claims = session.turn(*(c.succeeded(c.arguments["n"]) for c in claims), capacity=100)
    assert begun == list(range(50))
    assert session.outcome(run_id)[1] == list(range(50))
    assert session.is_quiet()
    assert session.value("select count(*) from waymark.semaphores") == 0


def test_an_operation_that_is_refused_in_a_branch_ends_the_run(session: Session) -> None:
    session.register(
        module(
            "Refuses",
            function("run", fork(invoke(1), invoke(2), settle=True), give_local(), local_names="r"),
            function("bad", give(op("add", const({"$": "path", "v": "x", "type": "PosixPath"}), const(1)))),
            function("good", sleep(), give(const(1))),
        )
    )
    run_id = session.start("Refuses")
    session.turn()
    session.turn()
    assert session.outcome(run_id)[0] == "failed"
    assert session.is_quiet()


def test_a_branch_that_breaks_a_turn_ends_its_run_and_no_other(session: Session) -> None:
    poison = function("poison", act(const(1)), give(const(1)))
    good = module("Good", function("run", fork(invoke(1)), give_local(), local_names="r"), poison)
    session.register(good)
    session.register({**good, "workflow": "Poison"})
    function_name = session.value("select function_name from waymark.programs where workflow = 'Poison'")
    source = session.value("select pg_get_functiondef(('waymark_programs.' || %s)::regproc)", function_name)
    broken = "\nbegin\n  if p_pc = 2 then\n    perform 1 / (p_pc - p_pc);\n  end if;\n"
    session.connection.execute(source.replace("\nbegin\n", broken, 1).encode())
    healthy, bad = session.start("Good"), session.start("Poison")
    with pytest.raises(psycopg.errors.DivisionByZero):
        session.turn()
    (claim,) = session.turn(isolate=True)
    assert claim.run_id == healthy
    error = session.outcome(bad)[2]
    assert error["exception"]["type"] == "waymark.errors:EngineError"
    drain(session, [claim])
    assert session.outcome(healthy)[1] == [1]
    assert session.is_quiet()


def test_tasks_are_seen_in_their_view(session: Session) -> None:
    session.register(
        module(
            "Seen",
            function("run", spawn(invoke(1), "t"), act(const("go")), wait("t"), give_local(), local_names="t r"),
            function("nap", sleep(60), give(const("rested"))),
        )
    )
    run_id = session.start("Seen")
    (go,) = session.turn()
    query = "select name, status, line, value from waymark.task_overview where run_id = %s order by task_no"
    assert session.connection.execute(query, (run_id,)).fetchall() == [("run", "waiting", 2, None), ("nap", "sleeping", 5, None)]
    session.turn(go.succeeded())
    waits_for = session.value("select waits_for from waymark.run_overview where run_id = %s", run_id)
    assert waits_for == "1 outstanding of: line 3"
    session.move_clock(61)
    drain(session)
    assert session.connection.execute(query, (run_id,)).fetchall() == [("nap", "returned", None, '"rested"')]


@pytest.mark.parametrize("name", ["Fan", "Bounded"])
def test_the_cost_of_a_branch_does_not_grow_with_their_number(session: Session, name: str) -> None:
    session.register(
        module(
            "Fan", function("run", spread(invoke(1, n=local("x"))), give(const(1)), parameters=("xs",), local_names="r"), HELPER
        )
    )
    session.register(
        module(
            "Bounded",
            function(
                "run",
                {"kind": "semaphore", "value": const(10), "target": "s"},
                spread(invoke(1, s=local("s"), x=local("x"))),
                give(const(1)),
                parameters=("xs",),
                local_names="s r",
            ),
            function(
                "one",
                {"kind": "acquire", "semaphore": local("s")},
                act(local("x"), "r"),
                {"kind": "release", "semaphore": local("s")},
                give_local(),
                parameters=("s", "x"),
                local_names="r",
            ),
        )
    )

    def seconds(branches: int) -> float:
        run_id = session.start(name, xs=list(range(branches)))
        began = time.monotonic()
        claims: list[Claim] = []
        while session.outcome(run_id)[0] == "live":
            claims = session.turn(*(c.succeeded(0) for c in claims), capacity=200)
            assert name == "Fan" or len(claims) <= 10
        return time.monotonic() - began

    few = min(seconds(200) for _ in range(3))
    assert seconds(4000) < 60 * few, "twenty times the branches cost a few dozen times as much, not 400 times"
    assert session.is_quiet()
