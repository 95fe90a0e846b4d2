"""`waymark.heartbeat` in a real worker process."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

import waymark
from tests.worker.harness import Worker
from tests.worker.test_worker import until, written
from waymark.actions import running_action
from waymark.worker.invocation import Invocation
from waymark.worker.protocol import Run

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker(tmp_path_factory: pytest.TempPathFactory):
    async with Worker(tmp_path_factory.mktemp("worker"), user_module="tests.worker.actions") as worker:
        yield worker


def told(worker: Worker, future: Any) -> list[Any]:
    return [details for number, details in worker.heartbeats if number == future.number]


async def test_heartbeats_keep_an_attempt_alive_and_go_out_once_a_second(worker: Worker) -> None:
    future = worker.run("tell", timeout=0.3, details=list(range(1, 16)), pause=0.1)
    assert (await future).outcome == "succeeded"
    first, *rest = told(worker, future)
    assert first == 1
    assert len(rest) == 1


async def test_without_heartbeats_the_time_is_over(worker: Worker) -> None:
    assert (await worker.run("tell", timeout=0.2, details=[1], pause=5)).outcome == "timed_out"


async def test_heartbeats_do_not_extend_the_deadline(worker: Worker) -> None:
    future = worker.run("tell", timeout=0.2, context='{"deadline_ms": 400}', details=list(range(100)), pause=0.05)
    result = await future
    assert result.outcome == "timed_out"
    assert 350_000 < result.run_us < 3_000_000


async def test_a_failed_attempt_has_told_everything_before_its_result(worker: Worker) -> None:
    future = worker.run("tell", details=[{"row": 1}, {"row": 2}, {"row": 3}], fails=True)
    assert (await future).outcome == "failed"
    assert told(worker, future)[-1] == {"row": 3}


async def test_the_next_attempt_has_the_details(worker: Worker) -> None:
    context = '{"details": {"$": "tuple", "v": [1, 2]}, "deadline_ms": 60000}'
    assert (await worker.run("tell", context=context, details=[])).value == (1, 2)
    assert (await worker.run("tell", details=[])).value is None


async def test_a_thread_hears_that_it_is_cancelled(worker: Worker, tmp_path: Path) -> None:
    for number, cancels in enumerate((True, False)):
        note = tmp_path / str(number)
        future = worker.run(
            "tell_in_thread", timeout=60 if cancels else 0.2, context='{"deadline_ms": 700}', note=str(note), seconds=30
        )
        await until(lambda future=future: told(worker, future) != [])
        if cancels:
            worker.cancel(future)
        assert (await future).outcome == ("failed" if cancels else "timed_out")
        await until(written(note, "cancelled"))


@pytest.mark.parametrize(("details", "message"), [("x" * 70_000, "at most 65,536"), ({"a": object()}, r"details\['a'\]")])
async def test_details_have_a_limit(details: Any, message: str) -> None:
    sent: list[bytes] = []
    invocation = Invocation(Run(1, bytes(16), 1, 1, 1000, "a:b", "", "{}"), asyncio.get_running_loop(), sent.append)
    token = running_action.set(invocation)
    with pytest.raises(waymark.EncodeError, match=message):
        waymark.heartbeat(details)
    running_action.reset(token)
    assert sent == []


async def test_elsewhere_a_heartbeat_does_nothing() -> None:
    waymark.heartbeat({"n": 1})
    assert waymark.current_action() is None
