"""The turn: results, retries, joins, timers, fairness, isolation."""

from typing import Any

import psycopg
import pytest

from tests.engine import programs
from tests.engine.programs import call, const, local, op, program
from tests.engine.session import Claim, Session


def drain(session: Session, capacity: int = 10, answer: Any = lambda claim: claim.succeeded(claim.arguments["n"])) -> int:
    """Turn until nothing comes any more; the number of actions executed."""
    done = 0
    claims = session.turn(capacity=capacity)
    while claims or session.backlog:
        done += len(claims)
        claims = session.turn(*map(answer, claims), capacity=capacity)
    return done


def test_a_loop_runs_to_its_end_and_leaves_only_history(session: Session) -> None:
    session.register(programs.loop())
    run_id = session.start("Loop", n=10)
    assert drain(session) == 10
    assert session.outcome(run_id) == ("succeeded", 45, None)
    assert session.outcomes_of_attempts(run_id) == [("succeeded", 1, True)] * 10
    assert session.is_quiet()


def test_a_result_counts_once(session: Session) -> None:
    session.register(programs.loop())
    run_id = session.start("Loop", n=2)
    (first,) = session.turn()
    (second,) = session.turn(first.succeeded(5))
    assert session.turn(first.succeeded(100)) == []
    assert session.rejected == [(first.run_id, first.action_id, first.fencing_token)]
    session.turn(second.succeeded(6), first.succeeded(7))
    assert session.outcome(run_id)[1] == 11


def test_an_exception_is_tried_once_by_default(session: Session) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    session.turn(claim.failed("app:Refused", "card"))
    state, _, error = session.outcome(run_id)
    assert (state, error["exception"]["type"], error["node"]) == ("failed", "app:Refused", 0)
    assert session.outcomes_of_attempts(run_id) == [("failed", 1, True)]


def test_a_policy_tries_again_with_backoff(session: Session) -> None:
    policy = {"attempts": const(3), "backoff": const(2), "multiplier": const(10)}
    session.register(programs.one_action(policy=policy))
    run_id = session.start("One", n=1)
    (first,) = session.turn()
    assert session.turn(first.failed()) == []
    assert session.due_in_ms is not None
    assert 1000 < session.due_in_ms <= 2000
    assert session.value("select status from waymark.action_overview where status = 'backoff'") == "backoff"
    session.move_clock(3)
    (second,) = session.turn()
    assert (second.action_id, second.attempt) == (first.action_id, 2)
    assert second.fencing_token > first.fencing_token
    assert session.turn(second.failed()) == []
    assert session.due_in_ms is not None
    assert 19_000 < session.due_in_ms <= 20_000
    session.move_clock(60)
    (third,) = session.turn()
    session.turn(third.failed())
    assert session.outcome(run_id)[0] == "failed"
    assert session.outcomes_of_attempts(run_id) == [("failed", 1, False), ("failed", 2, False), ("failed", 3, True)]
    assert session.is_quiet()


def test_a_policy_tries_only_the_exceptions_it_names_again(session: Session) -> None:
    policy = {"attempts": const(3), "retry_on": const(["ConnectionError"])}
    session.register(programs.one_action(policy=policy))
    refused, reset = session.start("One", n=1), session.start("One", n=2)
    first, second = session.turn()
    (again,) = session.turn(first.failed("ValueError"), second.failed("ConnectionResetError", mro=("ConnectionError", "OSError")))
    assert (again.run_id, again.attempt) == (reset, 2)
    assert session.outcome(refused)[0] == "failed"


def test_timeouts_and_lost_workers_are_tried_without_limit_by_default(session: Session) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    for attempt in range(2, 12):
        (claim,) = session.turn(claim.timed_out() if attempt % 2 else claim.lost("killed by signal 9"))
        assert claim.attempt == attempt
    session.turn(claim.succeeded(1))
    assert session.outcome(run_id)[0] == "succeeded"
    reasons = session.value(
        """select string_agg(distinct value->>'message', '; ' order by value->>'message')
             from waymark.action_attempts where outcome <> 'succeeded'"""
    )
    assert reasons == "app:act did not end within 300 s; app:act lost its worker: killed by signal 9"


def test_a_timeout_that_is_final_surfaces_as_waymark_timeout(session: Session) -> None:
    session.register(programs.one_action(policy={"attempts": const(1), "timeout": const(0.5)}))
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    assert claim.timeout_ms == 500
    session.turn(claim.timed_out())
    error = session.outcome(run_id)[2]["exception"]
    assert error["type"] == "waymark.errors:ExhaustedRetries"
    assert "TimeoutError" in error["mro"]


def test_released_work_goes_back_without_an_attempt_counted(session: Session) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    (again,) = session.turn(claim.released())
    assert (again.attempt, again.action_id) == (1, claim.action_id)
    assert again.fencing_token > claim.fencing_token
    session.turn(claim.succeeded("late"))
    assert len(session.rejected) == 1
    session.turn(again.succeeded("on time"))
    assert session.outcome(run_id)[1] == "on time"
    assert session.outcomes_of_attempts(run_id) == [("succeeded", 1, True)]


def test_a_gather_gives_its_results_in_order(session: Session) -> None:
    session.register(programs.gather())
    run_id = session.start("Gather", xs=list(range(7)))
    claims = session.turn(capacity=3)
    assert len(claims) == 3
    while claims:
        first, *rest = sorted(claims, key=lambda claim: -claim.arguments["n"])
        claims = rest + session.turn(first.succeeded(first.arguments["n"] * 10), capacity=1)
    assert session.outcome(run_id)[1] == [0, 10, 20, 30, 40, 50, 60]


def test_an_empty_gather_is_an_empty_list(session: Session) -> None:
    session.register(programs.gather())
    run_id = session.start("Gather", xs=[])
    assert session.turn() == []
    assert session.outcome(run_id)[1] == []


def test_a_gather_raises_the_first_failure_at_once_and_the_others_go_on(session: Session) -> None:
    session.register(programs.gather())
    run_id = session.start("Gather", xs=[1, 2, 3])
    one, two, three = session.turn()
    (clean_up,) = session.turn(two.failed("ValueError", "two"))
    assert clean_up.name == "app:clean_up"
    assert clean_up.arguments["n"]["message"] == "two"
    session.turn(one.succeeded(1))
    assert session.rejected == []
    session.turn(clean_up.succeeded("cleaned"))
    assert session.outcome(run_id)[1] == "cleaned"
    session.turn(three.succeeded(3))
    assert session.rejected == [(three.run_id, three.action_id, three.fencing_token)]
    assert [o for o, _, _ in session.outcomes_of_attempts(run_id)] == ["succeeded", "failed", "abandoned", "succeeded"]
    assert session.is_quiet()


def test_a_settled_gather_gives_failures_as_values(session: Session) -> None:
    session.register(programs.gather(settle=True))
    run_id = session.start("Gather", xs=[1, 2])
    one, two = session.turn()
    assert session.turn(two.failed("ValueError", "two")) == []
    session.turn(one.succeeded(1))
    first, second = session.outcome(run_id)[1]
    assert (first, second["$"], second["message"]) == (1, "exception", "two")


def test_a_join_of_1000_is_counted_once_a_batch(session: Session) -> None:
    session.register(programs.gather())
    run_id = session.start("Gather", xs=list(range(1000)))
    claims = session.turn(capacity=1000)
    assert len(claims) == 1000
    updates = "select pg_stat_force_next_flush(); select n_tup_upd from pg_stat_user_tables where relname = 'tasks'"

    def count() -> int:
        cursor = session.connection.execute(updates)
        cursor.nextset()
        return cursor.fetchone()[0]  # type: ignore[index]

    before = count()
    session.turn(*(claim.succeeded(0) for claim in claims[:999]), capacity=0)
    assert count() - before == 1
    session.turn(claims[999].succeeded(0))
    assert session.outcome(run_id)[1] == [0] * 1000


def test_a_sleep_is_durable_and_ends_on_time(session: Session) -> None:
    session.register(programs.sleeper())
    run_id = session.start("Sleeper")
    session.turn()
    assert session.value("select waymark.status(%s)", run_id) == "sleeping"
    session.move_clock(590)
    session.turn()
    assert session.outcome(run_id)[0] == "live"
    assert session.due_in_ms is not None
    assert session.due_in_ms <= 10_000
    session.move_clock(601)
    session.turn()
    assert session.outcome(run_id)[1] == "awake"
    assert session.is_quiet()


@pytest.mark.parametrize("seconds", [0, -5, 0.0, {"$": "float", "v": "-0.0"}, {"$": "float", "v": "-inf"}])
def test_a_sleep_of_nothing_does_not_wait(session: Session, seconds: Any) -> None:
    session.register(programs.sleeper(seconds=seconds))
    run_id = session.start("Sleeper")
    session.turn()
    assert session.outcome(run_id)[1] == "awake"


def test_a_sleep_of_text_is_the_type_error_of_asyncio(session: Session) -> None:
    session.register(programs.sleeper(seconds="soon"))
    run_id = session.start("Sleeper")
    session.turn()
    error = session.outcome(run_id)[2]["exception"]
    assert (error["type"], error["message"]) == ("TypeError", "'<=' not supported between instances of 'str' and 'int'")


@pytest.mark.parametrize("seconds", [4_000_000_000, {"$": "float", "v": "inf"}])
def test_a_sleep_past_the_limit_is_said(session: Session, seconds: Any) -> None:
    session.register(programs.sleeper(seconds=seconds))
    run_id = session.start("Sleeper")
    session.turn()
    assert session.outcome(run_id)[2]["exception"]["type"] == "waymark.errors:LimitExceeded"


def test_endless_runs_in_every_slot_do_not_keep_a_new_run_out(session: Session) -> None:
    session.register(programs.loop())
    session.register(programs.one_action())
    for _ in range(4):
        session.start("Loop", n=-1)
    claims = session.turn(capacity=4)
    assert len(claims) == 4
    new = session.start("One", n=1)
    for turn in range(1, 20):
        session.move_clock(turn * 0.5)
        claims = session.turn(*(claim.succeeded(1) for claim in claims), capacity=4)
        assert len(claims) == 4
        if session.outcome(new)[0] == "succeeded":
            return
    raise AssertionError("the new run starved")


def test_higher_priority_work_goes_before_claims_on_create(session: Session) -> None:
    session.register(programs.loop())
    session.register(programs.gather())
    session.start("Gather", {"priority": -1}, xs=[1, 2, 3])
    session.start("Loop", n=-1)
    claims = session.turn(capacity=1)
    seen: list[str] = []
    for _ in range(4):
        seen.append("gather" if claims[0].arguments["n"] in (1, 2, 3) else "loop")
        claims = session.turn(claims[0].succeeded(0), capacity=1)
    assert seen[:3] == ["gather"] * 3


def test_a_long_step_yields_and_lets_others_go(session: Session) -> None:
    session.register(programs.spin())
    session.register(programs.one_action())
    spinner = session.start("Spin", n=100_000)
    other = session.start("One", n=1)
    claims: list[Claim] = []
    turns = 0
    while session.outcome(spinner)[0] == "live":
        claims = session.turn(*(claim.succeeded(1) for claim in claims))
        turns += 1
        if turns == 2:
            session.turn(*(claim.succeeded(1) for claim in claims))
            assert session.outcome(other)[0] == "succeeded"
            claims = []
    assert turns > 5
    assert session.outcome(spinner)[1] == 100_000


def test_a_run_that_breaks_a_turn_is_isolated(session: Session) -> None:
    session.register(programs.one_action())
    session.register(programs.one_action("Poison"))
    name = session.value("select function_name from waymark.programs where workflow = 'Poison'")
    good, bad = session.start("One", n=1), session.start("Poison", n=1)
    source = session.value("select pg_get_functiondef(('waymark_programs.' || %s)::regproc)", name)
    session.connection.execute(source.replace("\nbegin\n", "\nbegin\n  perform 1 / (p_pc - p_pc);\n", 1).encode())
    with pytest.raises(psycopg.errors.DivisionByZero):
        session.turn()
    (claim,) = session.turn(isolate=True)
    assert claim.run_id == good
    error = session.outcome(bad)[2]["exception"]
    assert error["type"] == "waymark.errors:EngineError"
    assert "division by zero" in error["message"]
    assert session.outcome(good)[0] == "live"


def test_helpers_push_and_pop_call_records(session: Session) -> None:
    ir = program("Factorial", {"kind": "call", "function": 1, "args": {"n": local("n")}, "target": "n", "next": 1},
                 {"kind": "return", "value": local("n")}, parameters=({"name": "n"},))  # fmt: skip
    helper = program("helper",
        {"kind": "branch", "test": op("eq", local("n"), const(0)), "then": 4, "else": 1},
        {"kind": "call", "function": 1, "args": {"n": op("sub", local("n"), const(1))}, "target": "below", "next": 2},
        {"kind": "action", "call": call("app:multiply", n=local("n"), below=local("below")), "target": "n", "next": 3},
        {"kind": "return", "value": local("n")},
        {"kind": "return", "value": const(1)},
        parameters=({"name": "n"},), local_names="below")  # fmt: skip
    for node in helper["nodes"]:
        node["id"] += 2
        for edge in ("next", "then", "else"):
            if edge in node:
                node[edge] += 2
    ir["nodes"] += helper["nodes"]
    ir["functions"].append({**helper["functions"][0], "name": "factorial", "entry": 2, "nodes": [2, 6]})
    session.register(ir)
    run_id = session.start("Factorial", n=6)
    drain(session, answer=lambda claim: claim.succeeded(claim.arguments["n"] * claim.arguments["below"]))
    assert session.outcome(run_id)[1] == 720
    deep = session.start("Factorial", n=2000)
    session.turn()
    assert session.outcome(deep)[2]["exception"]["type"] == "RecursionError"


def test_a_policy_out_of_range_is_a_value_error_of_the_body(session: Session) -> None:
    ir = programs.one_action(policy={"attempts": local("n")})
    session.register(ir)
    run_id = session.start("One", n=0)
    session.turn()
    error = session.outcome(run_id)[2]["exception"]
    assert (error["type"], error["message"]) == ("ValueError", "policy: attempts cannot be 0")


def test_capacity_bounds_what_is_handed_out(session: Session) -> None:
    session.register(programs.gather())
    session.start("Gather", xs=list(range(50)))
    assert len(session.turn(capacity=7)) == 7
    assert session.turn(capacity=0) == []
    assert len(session.turn(capacity=100)) == 43


def test_a_condition_is_not_evaluated_without_an_element(session: Session) -> None:
    """One that does not name the element could be evaluated once, before the first."""
    fails = op("floordiv", const(1), const(0))
    generators = [{"target": "x", "iter": local("xs"), "conditions": [fails]}]
    comprehension = {"comprehension": {"element": const(1), "generators": generators}}
    session.register(program("Empty", {"kind": "return", "value": comprehension}, parameters=({"name": "xs"},)))
    empty, one = session.start("Empty", xs=[]), session.start("Empty", xs=[1])
    session.turn()
    assert session.outcome(empty)[1] == []
    assert session.outcome(one)[2]["exception"]["type"] == "ZeroDivisionError"
