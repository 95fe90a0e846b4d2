"""A real worker process, spoken to over a real socket."""

import asyncio
import os
import re
import signal
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.sdk.values import OutOfStock, Point, User
from tests.worker.harness import DRAIN, RUN_ID, Worker
from waymark.errors import EncodeError

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker(tmp_path_factory: pytest.TempPathFactory):
    """One worker for all tests that leave it alive."""
    async with Worker(tmp_path_factory.mktemp("worker"), user_module="tests.worker.actions") as worker:
        yield worker


@pytest_asyncio.fixture(loop_scope="module")
async def own_worker(tmp_path: Path):
    """A worker that the test may end."""
    async with Worker(tmp_path, user_module="tests.worker.actions") as worker:
        yield worker


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that the worker does outside of the protocol."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


def written(path: Path, text: str) -> Callable[[], bool]:
    return lambda: path.exists() and path.read_text() == text


async def test_it_says_hello_and_gets_ready(worker: Worker) -> None:
    assert worker.hello == (1, worker.process.pid)
    assert worker.ready.is_set()
    assert worker.programs == []


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("double", {"n": 21}, 42),
        ("double_in_thread", {"n": 21}, (42, False)),
        ("echo", {"value": {"b": (1, {2.5}), "a": -0.0}}, {"b": (1, {2.5}), "a": -0.0}),
        ("echo", {"value": User(name="ann")}, User(name="ann")),
        (
            "describe",
            {"user": User(name="ann"), "points": (Point(1), Point(2)), "rest": {"x": 1}},
            ["ann", (Point(1), Point(2)), 1.0, {"x": 1}],
        ),
        ("billing.charge", {}, "charged"),
    ],
)
async def test_an_action_succeeds(worker: Worker, name: str, arguments: dict[str, Any], expected: Any) -> None:
    result = await worker.run(name, **arguments)
    assert result.outcome == "succeeded"
    assert result.value == expected
    assert type(result.value) is type(expected)


async def test_a_failure_tells_all(worker: Worker) -> None:
    result = await worker.run("fail", item="tea")
    assert result.outcome == "failed"
    error = result.value
    assert isinstance(error, OutOfStock)
    assert (error.args, error.item, error.left) == (("2 left of tea",), "tea", 2)
    assert isinstance(error.__cause__, KeyError)
    assert "raise OutOfStock(item, left=2)" in result.text
    assert "executor.py" not in result.text


@pytest.mark.parametrize(
    ("name", "arguments", "kind", "message"),
    [
        ("tests.worker.nowhere:x", {}, "NameNotFound", "tests.worker.nowhere"),
        ("tests.worker.actions:nothing", {}, "NameNotFound", "has no 'nothing'"),
        ("not_an_action", {}, "NameNotFound", "is not an action"),
        ("unknown.name", {}, "NameNotFound", "WAYMARK_USER_MODULE"),
        ("tests.worker.broken:x", {}, "NameNotFound", "RuntimeError: broken on purpose"),
        ("double", {}, "TypeError", "missing 1 required positional argument: 'n'"),
        ("double", {"n": 1, "m": 2}, "TypeError", "unexpected keyword argument 'm'"),
        ("unencodable", {}, "EncodeError", r"result\['rows'\]\[1\]"),
        ("fail_uncaught", {"kind": "exit"}, "SystemExit", "3"),
        ("fail_uncaught", {"kind": "interrupt"}, "KeyboardInterrupt", ""),
        ("fail_uncaught", {"kind": "cancelled"}, "CancelledError", ""),
        ("fail_uncaught", {"kind": "exit in a task"}, "SystemExit", "4"),
    ],
)
async def test_a_failed_attempt_is_not_a_dead_worker(
    worker: Worker, name: str, arguments: dict[str, Any], kind: str, message: str
) -> None:
    result = await worker.run(name, **arguments)
    assert result.outcome == "failed"
    assert type(result.value).__name__ == kind
    assert re.search(message, str(result.value))
    assert (await worker.run("double", n=1)).value == 2


async def test_malformed_arguments_fail_the_attempt(worker: Worker) -> None:
    for text in ("{", "[]", '{"n": {"$": "no_such_module:C"}}'):
        result = await worker.run("double", text)
        assert (result.outcome, type(result.value).__name__) == ("failed", "DecodeError")


async def test_a_result_that_is_too_large_says_so(worker: Worker) -> None:
    result = await worker.run("big", size=50 * 1024 * 1024)
    assert result.outcome == "failed"
    assert isinstance(result.value, EncodeError)
    assert "can travel" in str(result.value)


async def test_a_large_frame_arrives_in_pieces(worker: Worker) -> None:
    value = "é" * 3_000_000
    assert (await worker.run("echo", value=value)).value == value


@pytest.mark.parametrize("name", ["who", "who_in_thread"])
async def test_an_action_knows_its_attempt(worker: Worker, name: str) -> None:
    future = worker.run(name, attempt=3)
    assert (await future).value == [RUN_ID, 40 + future.number, 3]
    assert isinstance(RUN_ID, uuid.UUID)


async def test_actions_do_not_see_each_others_context(worker: Worker) -> None:
    assert [(await worker.run("set_request_id")).value for _ in range(2)] == ["none", "none"]


# --- Dependencies ---------------------------------------------------------------------------------------------------


async def test_dependencies_are_resolved_and_cleaned_up(worker: Worker) -> None:
    assert (await worker.run("inject", n=1)).value == [1, "connection", "file"]
    assert (await worker.run("ledger")).value == ["open settings", "open sync", "close sync", "close"]


async def test_dependencies_are_cleaned_up_after_a_failure(worker: Worker) -> None:
    result = await worker.run("inject", n=1, fails=True)
    assert (result.outcome, str(result.value)) == ("failed", "no")
    assert (await worker.run("ledger")).value == ["open settings", "open sync", "close sync", "ValueError", "close"]


async def test_dependencies_of_a_function_in_a_thread(worker: Worker) -> None:
    assert (await worker.run("inject_in_thread", n=2)).value == [2, "connection"]


async def test_a_dependency_cannot_swallow_a_failure(worker: Worker) -> None:
    result = await worker.run("swallowed")
    assert (result.outcome, str(result.value)) == ("failed", "not lost")


# --- Time and order -------------------------------------------------------------------------------------------------


async def test_an_attempt_that_takes_too_long_is_cancelled(worker: Worker, tmp_path: Path) -> None:
    note = tmp_path / "note"
    result = await worker.run("sleep", seconds=60, note=str(note), timeout=0.2)
    assert (result.outcome, result.text) == ("timed_out", "")
    assert result.run_us >= 200_000
    assert note.read_text() == "cancelled"


async def test_a_thread_that_takes_too_long_is_left_behind(worker: Worker) -> None:
    blocked = worker.run("block", seconds=3, timeout=0.1)
    assert (await blocked).outcome == "timed_out"
    assert (await worker.run("double_in_thread", n=1)).value[0] == 2


async def test_an_action_that_ignores_its_timeout_has_timed_out_all_the_same(worker: Worker) -> None:
    assert (await worker.run("stubborn", timeout=0.1)).outcome == "timed_out"


async def test_a_cancelled_action_answers(worker: Worker, tmp_path: Path) -> None:
    note = tmp_path / "note"
    sleeping = worker.run("sleep", seconds=60, note=str(note))
    await until(written(note, "started"))
    worker.cancel(sleeping)
    result = await sleeping
    assert (result.outcome, type(result.value)) == ("failed", asyncio.CancelledError)
    assert note.read_text() == "cancelled"
    with worker.together():
        at_once = worker.run("sleep", seconds=60)
        worker.cancel(at_once)
    assert (await at_once).outcome == "failed"


async def test_no_more_than_its_concurrency_at_once(tmp_path: Path) -> None:
    async with Worker(tmp_path, concurrency=2, user_module="tests.worker.actions") as worker:
        notes = [tmp_path / f"note{n}" for n in range(3)]
        sleeping = [worker.run("sleep", seconds=60, note=str(note)) for note in notes]
        await until(lambda: all(note.exists() for note in notes[:2]))
        assert not notes[2].exists()
        worker.cancel(sleeping[0])
        await until(written(notes[2], "started"))
        third = worker.run("echo", value=1)
        worker.cancel(third)
        assert (await third).outcome == "released"


async def test_many_actions(worker: Worker) -> None:
    results = await asyncio.gather(*[worker.run("double", n=n) for n in range(3000)])
    assert [result.value for result in results] == [2 * n for n in range(3000)]


# --- Life -----------------------------------------------------------------------------------------------------------


async def test_a_drained_worker_finishes_gives_back_and_leaves(tmp_path: Path) -> None:
    async with Worker(tmp_path, concurrency=1, user_module="tests.worker.actions") as worker:
        note = tmp_path / "note"
        running = worker.run("sleep", seconds=0.3, note=str(note))
        await until(note.exists)
        queued = worker.run("double", n=1)
        worker.send(DRAIN)
        late = worker.run("double", n=2)
        assert (await queued).outcome == "released"
        assert (await late).outcome == "released"
        assert "drained" in (await late).value
        assert (await running).value == "slept"
        assert await worker.process.wait() == 0


async def test_an_idle_worker_leaves_at_once_when_drained(own_worker: Worker) -> None:
    own_worker.send(DRAIN)
    assert await own_worker.process.wait() == 0


async def test_a_thread_that_never_ends_does_not_keep_a_drained_worker(own_worker: Worker) -> None:
    assert (await own_worker.run("block", seconds=600, timeout=0.1)).outcome == "timed_out"
    own_worker.send(DRAIN)
    assert await asyncio.wait_for(own_worker.process.wait(), 20) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_signals(own_worker: Worker, tmp_path: Path, number: signal.Signals) -> None:
    """SIGTERM drains; Ctrl-C, which the whole group gets, is the daemon's to answer."""
    note = tmp_path / "note"
    running = own_worker.run("sleep", seconds=0.3, note=str(note))
    await until(note.exists)
    os.kill(own_worker.process.pid, number)
    assert (await running).value == "slept"
    if number == signal.SIGINT:
        assert (await own_worker.run("double", n=1)).value == 2
    else:
        assert await own_worker.process.wait() == 0


async def test_a_worker_ends_with_its_daemon(own_worker: Worker, tmp_path: Path) -> None:
    note = tmp_path / "note"
    own_worker.run("sleep", seconds=60, note=str(note))
    await until(note.exists)
    own_worker._writer.close()
    assert await own_worker.process.wait() == 2
    assert note.read_text() == "cancelled"


async def test_what_an_action_prints_stays_on_standard_output(tmp_path: Path) -> None:
    async with Worker(tmp_path, user_module="tests.worker.actions") as worker:
        await worker.run("say", text="hello")
        worker.send(DRAIN)
        await worker.process.wait()
    assert worker.stdout == "hello\n"
    assert worker.stderr == ""


@pytest.mark.parametrize(
    ("modules", "sentence"),
    [
        ("no_such_module", "module no_such_module of WAYMARK_USER_MODULE cannot be imported: ModuleNotFoundError"),
        ("tests.worker.actions,tests.worker.broken", "tests.worker.broken .* RuntimeError: broken on purpose"),
        ("tests.worker.exits", "SystemExit"),
        ("1x", 'WAYMARK_USER_MODULE is "1x": it must be the dotted name'),
    ],
)
async def test_a_worker_that_cannot_work_says_why(tmp_path: Path, modules: str, sentence: str) -> None:
    async with Worker(tmp_path, user_module=modules) as worker:
        assert await worker.process.wait() == 1
        await worker.lost.wait()
    assert worker.fatal is not None
    assert re.search(sentence, worker.fatal)


async def test_another_protocol_version_is_refused(tmp_path: Path) -> None:
    async with Worker(tmp_path, version=9) as worker:
        assert await worker.process.wait() == 1
        await worker.lost.wait()
    assert worker.fatal is not None
    assert "version 9" in worker.fatal


async def test_modules_of_actions_are_imported_when_they_are_needed(tmp_path: Path) -> None:
    async with Worker(tmp_path) as worker:
        assert (await worker.run("double", n=4)).value == 8


async def test_programs_are_sent_before_ready(tmp_path: Path) -> None:
    async with Worker(tmp_path, programs=True, user_module="tests.worker.flows") as worker:
        assert worker.ready.is_set()
        assert [program["workflow"] for program in worker.programs] == ["Doubling", "renamed"]


async def test_two_workflows_of_one_name_are_refused(tmp_path: Path) -> None:
    async with Worker(tmp_path, programs=True, user_module="tests.worker.flows,tests.worker.more_flows") as worker:
        assert await worker.process.wait() == 1
        await worker.lost.wait()
    assert worker.fatal is not None
    assert "tests.worker.flows:Doubling and tests.worker.more_flows:Doubling" in worker.fatal
