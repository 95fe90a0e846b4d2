"""Concurrency keys: of the actions of a queue that have the same key one runs at a time, whichever sessions claim them."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.cluster import wait_until
from tests.engine import programs
from tests.engine.concurrency import function, give_local, module, spawn, wait
from tests.engine.programs import call, const, local
from tests.engine.session import Claim, Session

Connect = Callable[..., psycopg.Connection]


def keyed(name: str = "Keyed", **policy: Any) -> programs.Json:
    """One action with the key that the run is given."""
    return programs.one_action(name, {"concurrency_key": local("n")} | {field: const(value) for field, value in policy.items()})


def turns(session: Session, *results: Any, count: int = 2) -> list[Claim]:
    """The turns until what they say is due has happened: the first takes the results, the next what their timers tell."""
    claims = session.turn(*results)
    for _ in range(count):
        claims += session.turn()
    return claims


def run_of(claims: list[Claim]) -> UUID:
    (claim,) = claims
    return claim.run_id


@pytest.fixture(autouse=True)
def programs_of_the_tests(session: Session) -> None:
    session.register(keyed())


def test_one_at_a_time_of_each_key_and_the_next_as_soon_as_it_ends(session: Session) -> None:
    runs = [session.start("Keyed", n=n) for n in ["a", "a", "a", "b", "b"]]
    first = turns(session)
    assert {claim.run_id for claim in first} == {runs[0], runs[3]}
    (second,) = turns(session, next(c for c in first if c.run_id == runs[0]).succeeded(1))
    assert second.run_id == runs[1]
    assert session.due_in_ms is None
    third = turns(session, *(c.succeeded(1) for c in [*first, second]))
    assert {claim.run_id for claim in third} == {runs[2], runs[4]}
    turns(session, *(claim.succeeded(1) for claim in third))
    assert {session.outcome(run_id)[0] for run_id in runs} == {"succeeded"}
    assert session.is_quiet()


def test_an_action_that_is_created_says_when_it_can_begin(session: Session) -> None:
    session.start("Keyed", n="a")
    assert session.turn() == []
    assert session.due_in_ms == 0
    assert len(session.turn()) == 1


def test_the_line_is_in_the_order_of_priority_and_age(session: Session) -> None:
    holder = session.start("Keyed", n="a")
    (claim,) = turns(session)
    assert claim.run_id == holder
    later = session.start("Keyed", {"priority": 2}, n="a")
    turns(session)
    session.move_clock(30)
    urgent = session.start("Keyed", n="a")
    turns(session)
    for expected in (urgent, later):
        (claim,) = turns(session, claim.succeeded(1))
        assert claim.run_id == expected


def test_a_key_is_of_its_queue(session: Session, connect: Connect) -> None:
    for queue in ("default", "gpu"):
        session.start("Keyed", {"queue": queue}, n="a")
    gpu = Session(connect(), queues=("gpu",))
    assert len(turns(session)) == 1
    assert len(turns(gpu)) == 1


def test_branches_and_tasks_have_keys(session: Session) -> None:
    element: programs.Json = {"invocation": call(policy={"concurrency_key": const("k")}, n=local("x"))}
    generators: programs.Json = [{"target": "x", "iter": const([1, 2, 3]), "conditions": []}]
    branches: programs.Json = {"comprehension": {"element": element, "generators": generators}}
    gather: programs.Json = {"kind": "fork", "branches": branches, "settle": False, "target": "r"}
    spawned = call(policy={"concurrency_key": const("k")}, n=const(4))
    session.register(
        module("Tree", function("run", spawn(spawned, "t"), gather, wait("t", target="s"), give_local(), local_names="t r s"))
    )
    run_id = session.start("Tree")
    done: list[int] = []
    claims = turns(session, count=4)
    while claims:
        (claim,) = claims
        done.append(claim.arguments["n"])
        claims = turns(session, claim.succeeded(claim.arguments["n"]), count=4)
    assert sorted(done) == [1, 2, 3, 4]
    assert session.outcome(run_id)[:2] == ("succeeded", [1, 2, 3])
    assert session.is_quiet()


# --- Whatever ends an attempt gives the key away ------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["lost", "released", "failed"])
def test_what_is_tried_again_goes_to_the_end_of_the_line(session: Session, how: str) -> None:
    session.register(keyed("Again", attempts=2, backoff=0))
    first = session.start("Again", n="a")
    (claim,) = turns(session)
    second = session.start("Again", n="a")
    turns(session)
    result = claim.lost("gone") if how == "lost" else claim.released() if how == "released" else claim.failed()
    (claim,) = turns(session, result)
    assert claim.run_id == second
    assert run_of(turns(session, claim.succeeded(1))) == first


def test_a_holder_that_dies_is_freed_by_its_lease(session: Session, connect: Connect) -> None:
    first, second = (session.start("Keyed", n="a") for _ in range(2))
    dying = Session(connect(), ttl_ms=60_000)
    assert run_of(turns(dying)) == first
    session.move_clock(30)
    assert session.value("select waymark.reclaim(10)") == 0
    assert turns(session) == []
    session.move_clock(61)
    assert session.value("select waymark.reclaim(10)") == 1
    (claim,) = turns(session)
    assert claim.run_id == second
    assert run_of(turns(session, claim.succeeded(1))) == first


@pytest.mark.parametrize("state", ["running", "ready"])
@pytest.mark.parametrize("verb", ["cancel", "terminate"])
def test_the_end_of_the_run_that_holds_it(session: Session, connect: Connect, verb: str, state: str) -> None:
    first, second = (session.start("Keyed", n="a") for _ in range(2))
    other = Session(connect(), queues=() if state == "ready" else ("default",))
    assert len(turns(other)) == (state == "running")
    session.value(f"select waymark.{verb}(%s)", first)
    (claim,) = turns(session)
    assert claim.run_id == second
    turns(session, claim.succeeded(1))
    assert session.is_quiet()


def test_a_run_that_is_paused_gives_way(session: Session, connect: Connect) -> None:
    first, second = (session.start("Keyed", n="a") for _ in range(2))
    turns(Session(connect(), queues=()))
    session.value("select waymark.pause(%s)", first)
    (claim,) = turns(session)
    assert claim.run_id == second
    session.value("select waymark.resume(%s)", first)
    assert turns(session) == []
    (claim,) = turns(session, claim.succeeded(1))
    assert claim.run_id == first
    turns(session, claim.succeeded(1))
    assert session.is_quiet()


@pytest.mark.parametrize("verb", ["cancel", "terminate", "pause"])
def test_who_leaves_the_line_leaves_the_key_with_who_has_it(session: Session, verb: str) -> None:
    session.start("Keyed", n="a")
    (claim,) = turns(session)
    second, third = (session.start("Keyed", n="a") for _ in range(2))
    turns(session)
    session.value(f"select waymark.{verb}(%s)", second)
    assert turns(session) == []
    assert run_of(turns(session, claim.succeeded(1))) == third


def test_a_deadline_passes_in_the_line(session: Session) -> None:
    session.register(keyed("Hurried", deadline=30))
    session.start("Keyed", n="a")
    (claim,) = turns(session)
    hurried = session.start("Hurried", n="a")
    turns(session)
    session.move_clock(31)
    assert [session.value("select waymark.reclaim(10)") for _ in range(2)] == [0, 1]
    assert session.outcome(hurried)[2]["exception"]["message"] == "app:act did not end before its deadline"
    turns(session, claim.succeeded(1))
    assert session.is_quiet()


# --- Sessions that meet -------------------------------------------------------------------------------------------------


def test_a_key_that_another_session_asks_for_is_asked_for_again(session: Session, connect: Connect) -> None:
    """It has found the key held, and has not said yet who has come into line."""
    session.start("Keyed", n="a")
    (claim,) = turns(session)
    other = Session(connect(autocommit=False))
    second = session.start("Keyed", n="a")
    other.connection.commit()
    assert turns(other) == []
    assert turns(session, claim.succeeded(1)) == []
    assert session.due_in_ms is not None
    other.connection.commit()
    assert run_of(wait_until(session.turn, "the key is asked for again")) == second


def test_the_only_one_in_line_is_locked_when_the_key_becomes_free(session: Session, connect: Connect) -> None:
    session.start("Keyed", n="a")
    (claim,) = turns(session)
    second = session.start("Keyed", n="a")
    turns(session)
    asking = connect(autocommit=False)
    asking.execute("select waymark.set_priority(%s, 5)", (second,))
    assert turns(session, claim.succeeded(1)) == []
    asking.commit()
    assert run_of(wait_until(session.turn, "the key is asked for again")) == second


def test_the_key_holds_over_sessions_under_load(session: Session, connect: Connect) -> None:
    """Four lanes, of which some fail, lose and give back what they claim, and verbs: nobody is forgotten in a line."""
    session.register(keyed("Again", attempts=1000))
    runs = [session.start("Again", {"priority": n % 3}, n=f"k{n % 7}") for n in range(400)]
    over = threading.Event()

    def work(seed: int) -> None:
        mine, chance = Session(connect()), random.Random(seed)
        claims: list[Claim] = []
        while claims or not over.is_set():
            results = [
                chance.choices([c.succeeded(1), c.failed(), c.released(), c.lost("gone")], [8, 1, 1, 1])[0] for c in claims
            ]
            claims = mine.turn(*results, capacity=4)
            keys = [claim.arguments["n"] for claim in claims]
            assert len(keys) == len(set(keys))

    def disturb() -> None:
        mine, chance = connect(), random.Random(5)
        for run_id in chance.sample(runs, 100):
            for verb in chance.choice([["terminate"], ["pause", "resume"], ["set_priority"]]):
                more = ", 1" if verb == "set_priority" else ""
                try:
                    mine.execute(f"select waymark.{verb}(%s{more})".encode(), (run_id,))
                except psycopg.Error as error:
                    assert error.sqlstate == "WM305"  # noqa: PT017 - it may have ended

    with ThreadPoolExecutor(5) as pool:
        workers = [pool.submit(work, seed) for seed in range(4)]
        try:
            pool.submit(disturb).result(timeout=60)
            ended = "select count(*) from waymark.runs where state <> 'live'"
            wait_until(lambda: session.value(ended) == len(runs), "every run ends")
        finally:
            over.set()
        for worker in workers:
            worker.result(timeout=30)
    turns(session)
    assert session.is_quiet()


# --- For people ---------------------------------------------------------------------------------------------------------


def test_why_says_who_holds_the_key(session: Session) -> None:
    first, second = (session.start("Keyed", n="account 7") for _ in range(2))
    turns(session)
    assert session.value("select waymark.why(%s)", second) == (
        'Keyed: it waits for action app:act in queue "default", attempt 1, waiting for the concurrency key "account 7" '
        f"held by run {first} (line 1)"
    )
    session.value("select waymark.terminate(%s)", first)
    assert '"account 7", which is free' in session.value("select waymark.why(%s)", second)


@pytest.mark.parametrize("key", ["", "k" * 201, 7, ["a"]])
def test_a_key_that_is_none_is_a_value_error(session: Session, key: Any) -> None:
    run_id = session.start("Keyed", n=key)
    session.turn()
    assert session.outcome(run_id)[2]["exception"]["type"] == "ValueError"


def test_none_is_no_key(session: Session) -> None:
    session.start("Keyed", n=None)
    assert len(session.turn()) == 1


def test_a_second_holder_cannot_be_written(session: Session) -> None:
    for _ in range(2):
        session.start("Keyed", n="a")
    turns(session)
    with pytest.raises(psycopg.errors.UniqueViolation):
        session.connection.execute("update waymark.actions set state = 'ready' where state = 'blocked'")
