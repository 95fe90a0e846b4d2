"""Limits of queues: how many actions run at once, how many begin in an interval, whichever sessions claim them."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.engine import programs
from tests.engine.session import Claim, Session

Connect = Callable[..., psycopg.Connection]
RUNNING = "select count(*) from waymark.actions where queue = 'gpu' and state = 'running'"


def set_queue(session: Session, queue: str = "gpu", **limits: object) -> None:
    session.connection.execute("select waymark.set_queue(%s, %s)", (queue, Jsonb(limits)))


def starts(session: Session, count: int, queue: str = "gpu", workflow: str = "One") -> None:
    query = "select waymark.start(%s, '{\"n\": 3}', jsonb_build_object('queue', %s::text)) from generate_series(1, %s)"
    session.connection.execute(query, (workflow, queue, count))


@pytest.fixture
def gpu(connect: Connect) -> Session:
    session = Session(connect(), queues=("gpu", "default"))
    session.register(programs.one_action())
    session.register(programs.loop())
    return session


@pytest.mark.parametrize("limit", [0, 1, 5, 16, 37])
def test_no_more_than_the_limit_run_and_one_that_ends_makes_room_for_one(gpu: Session, limit: int) -> None:
    set_queue(gpu, concurrency=limit)
    starts(gpu, 50)
    claims = gpu.turn(capacity=100)
    assert len(claims) == limit
    assert gpu.turn(capacity=100) == []
    assert not gpu.backlog
    if limit:
        assert len(gpu.turn(claims[0].succeeded(1), capacity=100)) == 1
        assert gpu.value(RUNNING) == limit


def test_what_a_step_creates_is_within_the_limit(gpu: Session) -> None:
    """Nothing of a limited queue is inserted already running."""
    set_queue(gpu, concurrency=3)
    starts(gpu, 10, workflow="Loop")
    claims = gpu.turn(capacity=100)
    finished = 0
    while claims:
        assert len(claims) <= 3
        finished += len(claims)
        claims = gpu.turn(*(claim.succeeded(1) for claim in claims), capacity=100)
    assert finished == 30
    assert gpu.is_quiet()


def test_the_limit_holds_over_sessions_under_load(gpu: Session, connect: Connect) -> None:
    set_queue(gpu, concurrency=20)
    starts(gpu, 1000, workflow="Loop")
    done = threading.Event()

    def work(_: int) -> int:
        mine = Session(connect(), queues=("gpu",))
        claims: list[Claim] = []
        count = idle = 0
        while claims or idle < 20:
            claims = mine.turn(*(claim.succeeded(1) for claim in claims), capacity=15)
            count += len(claims)
            idle = 0 if claims or mine.backlog else idle + 1
            time.sleep(0 if claims or mine.backlog else 0.01)
        return count

    def watch() -> list[int]:
        mine = connect()
        seen: list[int] = []
        while not done.is_set():
            row = mine.execute(RUNNING.encode()).fetchone()
            assert row is not None
            seen.append(row[0])
        return seen

    with ThreadPoolExecutor(5) as pool:
        watching = pool.submit(watch)
        counts = list(pool.map(work, range(4)))
        done.set()
        seen = watching.result(timeout=60)
    assert sum(counts) == 3000
    assert len(seen) > 50
    assert 10 < max(seen) <= 20
    assert gpu.is_quiet()


def test_a_share_that_somebody_has_is_passed_over_and_asked_for_again(gpu: Session, connect: Connect) -> None:
    set_queue(gpu, concurrency=1)
    starts(gpu, 2)
    (claim,) = gpu.turn()
    other = Session(connect(autocommit=False), queues=("gpu",))
    other.connection.commit()
    other.connection.execute("select from waymark.queue_shares for no key update")
    assert gpu.turn(claim.succeeded(1)) == []
    assert gpu.backlog
    other.connection.rollback()
    assert len(gpu.turn()) == 1
    assert not gpu.backlog


def test_room_that_a_session_cannot_use_wakes_another(gpu: Session, connect: Connect) -> None:
    set_queue(gpu, concurrency=1)
    starts(gpu, 2)
    (claim,) = gpu.turn()
    other = Session(connect(), queues=("gpu",))
    assert other.turn(resting=True) == []
    other.connection.execute("listen waymark")
    assert gpu.turn(claim.succeeded(1), capacity=0) == []
    assert len(list(other.connection.notifies(timeout=10, stop_after=1))) == 1
    assert len(other.turn()) == 1


@pytest.mark.parametrize("how", ["lost", "released", "failed"])
def test_whatever_ends_an_attempt_gives_its_place_back(gpu: Session, how: str) -> None:
    gpu.register(programs.one_action("Again", {"attempts": programs.const(2)}))
    set_queue(gpu, concurrency=1)
    starts(gpu, 1, workflow="Again")
    (claim,) = gpu.turn()
    (again,) = gpu.turn(claim.lost("gone") if how == "lost" else claim.released() if how == "released" else claim.failed())
    assert again.action_id == claim.action_id


def test_reclaimed_work_gives_its_place_back(gpu: Session, connect: Connect) -> None:
    set_queue(gpu, concurrency=1)
    starts(gpu, 1)
    dying = Session(connect(), ttl_ms=1000, queues=("gpu",))
    assert len(dying.turn()) == 1
    assert gpu.turn() == []
    gpu.move_clock(2)
    assert gpu.value("select waymark.reclaim(10)") == 1
    assert len(gpu.turn()) == 1


@pytest.mark.parametrize(("rate", "capacity"), [(1, 100), (10, 100), (40, 100), (40, 3)])
def test_no_interval_begins_more_than_the_rate(gpu: Session, rate: int, capacity: int) -> None:
    set_queue(gpu, rate=rate, seconds=60)
    starts(gpu, 4 * rate)
    begun: list[float] = []
    for second in range(0, 260, 2):
        gpu.move_clock(second)
        claims = gpu.turn(capacity=capacity)
        begun += [second] * len(claims)
        gpu.turn(*(claim.succeeded(1) for claim in claims), capacity=0)
    assert max(sum(start <= moment < start + 60 for moment in begun) for start in begun) == rate
    assert len(begun) == 4 * rate


def test_a_rate_says_when_it_will_let_more_begin(gpu: Session) -> None:
    set_queue(gpu, rate=2, seconds=60)
    starts(gpu, 3)
    assert len(gpu.turn(capacity=10)) == 2
    assert not gpu.backlog
    assert gpu.due_in_ms is not None
    assert 60_000 <= gpu.due_in_ms <= 64_000
    gpu.move_clock(gpu.due_in_ms / 1000 + 0.01)
    assert len(gpu.turn(capacity=10)) == 1


def test_limits_change_while_actions_run(gpu: Session) -> None:
    set_queue(gpu, concurrency=40)
    starts(gpu, 100)
    claims = gpu.turn(capacity=100)
    assert len(claims) == 40
    set_queue(gpu, concurrency=4)
    assert gpu.turn(*(claim.succeeded(1) for claim in claims[:20]), capacity=100) == []
    rest = gpu.turn(*(claim.succeeded(1) for claim in claims[20:]), capacity=100)
    assert len(rest) == 4
    set_queue(gpu, concurrency=10)
    assert len(gpu.turn(capacity=100)) == 6
    set_queue(gpu)
    assert len(gpu.turn(capacity=100)) == 50
    assert gpu.value("select count(*) from waymark.queue_shares") == 0


def test_sessions_learn_that_there_are_limits(gpu: Session, connect: Connect) -> None:
    query = "select array_agg(limited order by session_id) from waymark.sessions"
    set_queue(gpu, concurrency=1)
    Session(connect())
    assert gpu.value(query) == [True, True]
    set_queue(gpu)
    assert gpu.value(query) == [False, False]


def test_limited_and_other_queues_share_a_session(gpu: Session) -> None:
    """Neither is starved by the other, whichever has waited longer."""
    set_queue(gpu, concurrency=1000)
    starts(gpu, 40)
    starts(gpu, 40, queue="default")
    first = gpu.turn(capacity=20)
    gpu.move_clock(5)
    claims = [*first, *gpu.turn(capacity=20), *gpu.turn(capacity=20)]
    of_gpu = gpu.value(RUNNING)
    assert 15 <= of_gpu <= len(claims) - 15
    assert len(claims) == 60


REFUSED: list[tuple[str | None, Any, str, str]] = [
    ("gpu", {"colour": 1}, "WM204", "colour"),
    ("gpu", [], "WM205", "JSON object"),
    ("gpu", None, "WM205", "JSON object"),
    ("gpu", {"concurrency": -1}, "WM205", "concurrency"),
    ("gpu", {"concurrency": 1.5}, "WM205", "concurrency"),
    ("gpu", {"concurrency": "many"}, "WM205", "concurrency"),
    ("gpu", {"rate": 0, "seconds": 1}, "WM205", "rate"),
    ("gpu", {"rate": 5}, "WM205", "seconds"),
    ("gpu", {"seconds": 5}, "WM205", "rate"),
    ("gpu", {"rate": 5, "seconds": 0}, "WM205", "seconds"),
    ("", {"concurrency": 1}, "WM205", "name"),
    (None, {"concurrency": 1}, "WM205", "name"),
]


@pytest.mark.parametrize(("queue", "limits", "sqlstate", "says"), REFUSED)
def test_bad_limits_are_refused(gpu: Session, queue: str | None, limits: Any, sqlstate: str, says: str) -> None:
    with pytest.raises(psycopg.Error, match=says) as refusal:
        gpu.value("select waymark.set_queue(%s, %s)", queue, Jsonb(limits))
    assert refusal.value.sqlstate == sqlstate
    assert gpu.value("select count(*) from waymark.queues") == 0
