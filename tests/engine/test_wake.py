"""`waymark.wake`: sleeps end early, once, and nothing else does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.cluster import wait_until
from tests.engine import programs
from tests.engine.concurrency import HELPER, act, fork, function, give, give_local, invoke, module, sleep
from tests.engine.control import LIVE, finish
from tests.engine.programs import call, const, local
from tests.engine.session import Session
from tests.engine.test_control import RESULTS, control
from tests.engine.test_locks import is_blocked

Connect = Callable[..., psycopg.Connection]

AWAKE = {"delayed": "queued", "sleeping": "running"}
NAP = function("nap", sleep(), give(const("slept")))


def timers(session: Session) -> int:
    return session.value("select count(*) from waymark.timers")


@pytest.mark.parametrize("state", AWAKE)
def test_what_sleeps_goes_on_at_once(session: Session, state: str) -> None:
    subject = LIVE[state](session)
    assert timers(session) == 1
    assert [control(session, "wake", subject.run_id) for _ in range(2)] == [AWAKE[state]] * 2
    assert timers(session) == 0
    session.turn(*(c.succeeded(1) for c in session.turn()))
    assert session.outcome(subject.run_id)[:2] == ("succeeded", RESULTS[state])
    assert session.is_quiet()


@pytest.mark.parametrize("state", sorted(LIVE.keys() - AWAKE.keys() - {"cancelling"}))
def test_what_does_not_sleep_goes_on_as_it_does(session: Session, state: str) -> None:
    subject = LIVE[state](session)
    row = "select state, step_no, ready_at from waymark.tasks where run_id = %s"
    before = session.connection.execute(row, (subject.run_id,)).fetchone(), timers(session)
    status = session.value("select waymark.status(%s)", subject.run_id)
    assert control(session, "wake", subject.run_id) == status
    assert (session.connection.execute(row, (subject.run_id,)).fetchone(), timers(session)) == before
    control(session, "resume", subject.run_id)
    finish(session, subject.claims or session.turn(), turns=20)
    assert session.outcome(subject.run_id)[:2] == ("succeeded", RESULTS[state])


def test_branches_that_sleep_wake_and_timeouts_stay(session: Session) -> None:
    """A gather of sleeps, a call that takes its time and a wait for a signal with a timeout."""
    take = {"kind": "signal", "name": const("go"), "type": None, "timeout": const(500), "target": "r"}
    waits = function("waits", take, give_local(), local_names="r")
    body = function("run", fork(*(invoke(n) for n in (1, 1, 2)), call(n=const(1))), give_local(), local_names="r")
    session.register(module("Gathers", body, NAP, waits))
    run_id = session.start("Gathers")
    (claim,) = session.turn()
    assert timers(session) == 3
    assert control(session, "wake", run_id) == "running"
    assert timers(session) == 1
    session.turn(claim.succeeded(7))
    session.value("select waymark.signal(%s, 'go', '8')", run_id)
    finish(session, [])
    assert session.outcome(run_id)[:2] == ("succeeded", ["slept", "slept", 8, 7])
    assert session.is_quiet()


def test_a_loop_of_sleeps_is_woken_one_by_one(session: Session) -> None:
    session.register(module("Naps", function("run", sleep(), sleep(), give(const("up")))))
    run_id = session.start("Naps")
    session.turn()
    assert control(session, "wake", run_id) == "running"
    session.turn()
    assert control(session, "status", run_id) == "sleeping"
    assert control(session, "wake", run_id) == "running"
    session.turn()
    assert session.outcome(run_id)[:2] == ("succeeded", "up")


@pytest.mark.parametrize("has_expired", [False, True])
def test_a_paused_run_wakes_when_it_is_resumed(session: Session, *, has_expired: bool) -> None:
    subject = LIVE["sleeping"](session)
    control(session, "pause", subject.run_id)
    if has_expired:
        session.move_clock(1000)
        session.turn()
    assert control(session, "wake", subject.run_id) == "paused"
    session.turn()
    assert (session.outcome(subject.run_id)[0], session.due_in_ms) == ("live", None)
    assert control(session, "resume", subject.run_id) == "running"
    session.turn()
    assert session.outcome(subject.run_id)[:2] == ("succeeded", "awake")
    assert session.is_quiet()


def test_children_sleep_on(session: Session) -> None:
    session.register(programs.sleeper("Inner"))
    child = {"kind": "child", "call": {"workflow": "Inner", "args": {}}, "target": "r"}
    session.register(module("Outer", function("run", child, give_local(), local_names="r")))
    outer = session.start("Outer")
    session.turn()
    inner = session.value("select run_id from waymark.runs where workflow = 'Inner'")
    assert control(session, "wake", outer) == "running"
    assert control(session, "status", inner) == "sleeping"
    assert control(session, "wake", inner) == "running"
    finish(session, [])
    assert session.outcome(outer)[:2] == ("succeeded", "awake")


def test_many_are_woken_in_bulk(session: Session) -> None:
    session.register(programs.sleeper())
    for _ in range(5):
        session.start("Sleeper")
    session.turn()
    query = """select (waymark.bulk('wake', '{"states": ["sleeping"]}', '{"dry_run": false}')).done"""
    assert [session.value(query) for _ in range(2)] == [5, 0]
    session.turn()
    assert session.is_quiet()


@pytest.mark.parametrize("first", ["turn", "wake"])
@pytest.mark.parametrize("ends", ["commit", "rollback"])
def test_who_wakes_and_the_clock_agree(session: Session, connect: Connect, first: str, ends: str) -> None:
    """The sleep has expired. Whoever comes second waits, or passes over it; the action behind it is offered once."""
    body = function("run", sleep(0.001), act(const(1), "r"), give_local(), local_names="r")
    session.register(module("Naps", body, HELPER))
    run_id = session.start("Naps")
    session.turn(capacity=0)
    session.turn()
    session.move_clock(10)
    other = connect(autocommit=False)
    lane = Session(connect(), ttl_ms=60_000) if first == "wake" else Session(other, ttl_ms=60_000)
    other.commit()
    lane.move_clock(10)
    if first == "wake":
        other.execute("select waymark.wake(%s)", (run_id,))
        assert lane.turn() == []
        getattr(other, ends)()
        claims = lane.turn()
    else:
        claims = lane.turn()
        assert len(claims) == 1
        with ThreadPoolExecutor(1) as pool:
            asking = connect()
            woken = pool.submit(lambda: asking.execute("select waymark.wake(%s)", (run_id,)).fetchone())
            wait_until(lambda: is_blocked(session.connection, asking.info.backend_pid), "who wakes waits for the turn")
            getattr(other, ends)()
            assert woken.result(timeout=30) == ("running",)
        if ends == "rollback":
            claims = session.turn()
    assert [claim.arguments for claim in claims] == [{"n": 1}]
    session.turn(*(claim.succeeded(3) for claim in claims))
    assert session.outcome(run_id)[:2] == ("succeeded", 3)
    assert session.value("select count(*) from waymark.action_attempts") == 1
    assert session.is_quiet()


def test_a_daemon_that_waits_is_told(session: Session) -> None:
    subject = LIVE["sleeping"](session)
    session.turn(resting=True)
    session.connection.execute("listen waymark")
    control(session, "wake", subject.run_id)
    assert [told.payload for told in session.connection.notifies(timeout=5, stop_after=1)] == [""]


def test_a_sleep_is_never_shorter_than_asked_for(session: Session) -> None:
    """It begins where the body stands, not where the turn began: the steps before it take their time."""
    clock = {"op": "py.call", "args": [const("time.time"), {"list": []}, {"dict": []}]}
    count = [
        {"kind": "assign", "target": "i", "value": const(0)},
        {"kind": "branch", "test": programs.op("lt", local("i"), const(1000)), "then": 2, "else": 3},
        {"kind": "assign", "target": "i", "value": programs.op("add", local("i"), const(1)), "next": 1},
    ]
    before, after = ({"kind": "assign", "target": name, "value": clock} for name in ("t", "u"))
    slept = programs.op("sub", local("u"), local("t"))
    session.register(module("Timed", function("run", *count, before, sleep(0.02), after, give(slept), local_names="i t u")))
    runs = [session.start("Timed") for _ in range(20)]
    session.turn(capacity=100)
    wait_until(lambda: session.turn() == [] and session.is_quiet(), "they have slept")
    assert min(session.outcome(run_id)[1] for run_id in runs) >= 0.02
