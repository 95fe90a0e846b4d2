"""Actions in the test process: real ones, stubs, faults, and what ends a test that cannot go on."""

import asyncio
import datetime as dt
from unittest.mock import AsyncMock, Mock

import psycopg
import pytest

from tests.testing import flows
from tests.testing.flows import (
    Asking,
    Booking,
    Converting,
    Counting,
    Hanging,
    Napping,
    Paying,
    Reminder,
    Rendering,
    Tuning,
    book,
    charge,
    convert,
    count_rows,
    hang,
    render,
    send_mail,
)
from waymark import EncodeError, ExhaustedRetries, RunCancelled, WorkflowFailed, actions
from waymark.testing import ActionNotLoaded, ActionStuck, RunStuck, WaymarkEngine


async def test_real_actions_get_what_is_injected(waymark_engine: WaymarkEngine) -> None:
    assert await Converting().run(6) == 42
    assert waymark_engine.calls(convert)[0].arguments == {"amount": 6}


async def test_an_action_with_a_transaction(waymark_engine: WaymarkEngine, database: psycopg.Connection) -> None:
    database.execute("create table public.bookings (amount int)")
    assert await Booking().run(6) == "booked 6"
    assert database.execute("select amount from public.bookings").fetchall() == [(6,)]
    assert [call.outcome for call in waymark_engine.calls(book)] == ["succeeded"]
    waymark_engine.stub(book, returns="nothing done")
    assert await Booking().run(7) == "nothing done"
    assert database.execute("select amount from public.bookings").fetchall() == [(6,)]


async def test_stubs(waymark_engine: WaymarkEngine) -> None:
    waymark_engine.stub(charge, returns="free")
    assert await Paying().run(1) == "free"
    waymark_engine.stub(charge)
    assert await Paying().run(1) is None
    waymark_engine.stub(charge, raises=LookupError("no card"))
    with pytest.raises(LookupError, match="no card"):
        await Paying().run(1)
    waymark_engine.stub("tests.testing.flows:charge", calls=lambda amount: f"{amount}, called")
    assert await Paying().run(1) == "1, called"
    for mock in (Mock(return_value="mocked"), AsyncMock(return_value="mocked")):
        waymark_engine.stub(charge, calls=mock)
        assert await Paying().run(9) == "mocked"
        mock.assert_called_once_with(amount=9)
    waymark_engine.unstub(charge)
    assert await Paying().run(1) == "charged 1"
    outcomes = [call.outcome for call in waymark_engine.calls(charge)]
    assert outcomes == ["succeeded"] * 2 + ["failed"] * 3 + ["succeeded"] * 4


async def test_a_stub_is_encoded_as_the_action_is(waymark_engine: WaymarkEngine) -> None:
    waymark_engine.stub(render, returns=object())
    with pytest.raises(EncodeError):
        await Rendering().run(["a"])


def test_bad_stubs_and_faults(waymark_engine: WaymarkEngine) -> None:
    with pytest.raises(TypeError, match="is no action"):
        waymark_engine.stub(flows.get_rate)  # type: ignore[arg-type] - it is to be refused
    with pytest.raises(TypeError, match="one of the three"):
        waymark_engine.stub(charge, returns=1, raises=OSError)
    with pytest.raises(TypeError, match="is no exception"):
        waymark_engine.fail_next(charge, "no")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least one"):
        waymark_engine.time_out(charge, times=0)


async def test_calls_are_recorded(waymark_engine: WaymarkEngine) -> None:
    began = waymark_engine.now()
    run = await Reminder().start("Ann")
    await waymark_engine.advance(30 * 86400)
    (call,) = waymark_engine.calls(send_mail)
    assert (call.run_id, call.attempt, call.outcome) == (run.id, 1, "succeeded")
    assert call.arguments == {"to": "Ann", "subject": "reminder"}
    assert call.at == began + dt.timedelta(days=30)
    assert waymark_engine.calls(charge) == []


async def test_faults_happen_in_their_order(waymark_engine: WaymarkEngine) -> None:
    began = waymark_engine.now()
    waymark_engine.fail_next(charge, OSError)
    waymark_engine.time_out(charge)
    assert await Paying().run(3) == "charged 3"
    calls = waymark_engine.calls(charge)
    assert [(call.outcome, call.attempt, (call.at - began).total_seconds()) for call in calls] == [
        ("failed", 1, 0),
        ("timed_out", 2, 60),
        ("succeeded", 3, 60 + 30 + 120),
    ]


async def test_a_lost_worker(waymark_engine: WaymarkEngine, database: psycopg.Connection) -> None:
    waymark_engine.lose_worker(charge, times=3)
    with pytest.raises(ExhaustedRetries, match="lost its worker: the lease of session"):
        await Paying().run(3)
    assert [call.outcome for call in waymark_engine.calls(charge)] == ["lost"] * 3
    waymark_engine.lose_worker(charge)
    assert await Paying().run(3) == "charged 3"
    assert database.execute("select count(*) from waymark.sessions").fetchone() == (1,)


async def test_an_attempt_that_is_lost_takes_no_other_with_it(waymark_engine: WaymarkEngine) -> None:
    waymark_engine.lose_worker(render)
    assert await Rendering().run(["a", "b", "c"]) == ["a rendered", "b rendered", "c rendered"]
    assert [call.outcome for call in waymark_engine.calls(render)] == ["lost", "succeeded", "succeeded", "succeeded"]


async def test_a_timeout_that_nobody_waits_for_any_more(waymark_engine: WaymarkEngine) -> None:
    began = waymark_engine.now()
    waymark_engine.time_out(hang)
    run = await Hanging().start()
    await waymark_engine.settle()
    await run.cancel()
    with pytest.raises(RunCancelled):
        await run.result()
    assert waymark_engine.now() == began


async def test_a_timeout_in_real_time_with_a_heartbeat(waymark_engine: WaymarkEngine) -> None:
    assert await Counting().run() == 17
    assert [call.outcome for call in waymark_engine.calls(count_rows)] == ["timed_out", "succeeded"]


async def test_an_action_that_runs_is_cancelled(waymark_engine: WaymarkEngine) -> None:
    run = await Hanging().start()
    settling = asyncio.create_task(waymark_engine.settle())
    while not waymark_engine.calls(hang):
        await asyncio.sleep(0.001)
    await run.cancel()
    await settling
    assert await run.status() == "cancelled"


async def test_an_action_may_wait_for_another_run(waymark_engine: WaymarkEngine) -> None:
    began = waymark_engine.now()
    # Time is skipped while the action is executed, to no end of its own.
    assert await Asking().run(1 / 24 / 60) == [began, began + dt.timedelta(minutes=1)]


async def test_an_action_that_does_not_end(waymark_engine: WaymarkEngine) -> None:
    waymark_engine.patience = 0.1
    with pytest.raises(ActionStuck, match=r"after 0\.1 s: tests\.testing\.flows:hang[^$]*stub what is slow"):
        await Hanging().run()


async def test_an_action_that_no_module_has(waymark_engine: WaymarkEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(actions._registry, hang.__waymark_action__.name)
    monkeypatch.delattr(flows, "hang")
    run = await Hanging().start()
    for _ in range(2):
        with pytest.raises(ActionNotLoaded, match=r"asks for the action tests\.testing\.flows:hang[^$]*stub it"):
            await run.result()
    waymark_engine.stub("tests.testing.flows:hang")
    assert await run.result() == "done"


async def test_queues_and_their_limits(waymark_engine: WaymarkEngine, database: psycopg.Connection) -> None:
    began = waymark_engine.now()
    database.execute("""select waymark.set_queue('gpu', '{"rate": 1, "seconds": 60}')""")
    scenes = ["a", "b", "c"]
    assert await Rendering().run(scenes) == [f"{scene} rendered" for scene in scenes]
    assert waymark_engine.now() - began >= dt.timedelta(minutes=2)
    database.execute("""select waymark.set_queue('gpu', '{"concurrency": 0}')""")
    with pytest.raises(RunStuck, match="Rendering: it waits for"):
        await Rendering().run(scenes)


async def test_an_action_that_nobody_takes_ends_at_its_deadline(
    waymark_engine: WaymarkEngine, database: psycopg.Connection
) -> None:
    began = waymark_engine.now()
    database.execute("""select waymark.set_queue('slow', '{"concurrency": 0}')""")
    with pytest.raises(ExhaustedRetries, match="did not end before its deadline"):
        await Tuning().run()
    assert waymark_engine.now() - began == dt.timedelta(minutes=10)


async def test_who_waits_may_be_cancelled(waymark_engine: WaymarkEngine) -> None:
    run = await Hanging().start()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(run.result(), 0.05)
    await run.cancel()
    with pytest.raises(RunCancelled):
        await run.result()


async def test_a_transaction_that_holds_a_run(waymark_engine: WaymarkEngine, database: psycopg.Connection) -> None:
    waymark_engine.patience = 0.2
    run = await Napping().start(1)
    await waymark_engine.settle()
    with database.transaction():
        database.execute("select from waymark.tasks where run_id = %s for update", [run.id])
        with pytest.raises(RunStuck, match="Does a transaction of the test hold a run"):
            await run.result()
    await run.result()


async def test_a_failure_is_told_as_elsewhere(waymark_engine: WaymarkEngine) -> None:
    waymark_engine.stub(hang, raises=LookupError("no"))
    with pytest.raises(LookupError) as caught:
        await Hanging().run()
    assert isinstance(caught.value.__cause__, WorkflowFailed)
    assert caught.value.__cause__.source is not None
    assert "await hang()" in caught.value.__cause__.source


def test_a_test_without_an_event_loop(waymark_engine: WaymarkEngine) -> None:
    began = waymark_engine.now()
    assert Reminder().run_sync("Ann") == "escalation to boss"
    run = Reminder().start_sync("Bob")
    waymark_engine.settle_sync()
    assert run.status_sync() == "running"
    waymark_engine.advance_sync(dt.timedelta(days=31))
    run.signal_sync("answered")
    assert run.result_sync() == "answered late"
    assert waymark_engine.now() == began + dt.timedelta(days=91)
