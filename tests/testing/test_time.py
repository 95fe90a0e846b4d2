"""The clock of a test: it stands, skips to what is due, or is moved by hand; and all sessions see it."""

import asyncio
import datetime as dt
import time
import uuid
import zoneinfo

import psycopg
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine

from tests.testing.flows import (
    Approval,
    Computing,
    Napping,
    Parents,
    Paying,
    Polling,
    Reading,
    Reminder,
    Waiting,
    charge,
    send_mail,
)
from waymark import ResultNotReady, RunCancelled, RunDeadlineExceeded, RunHandle, UnknownRun, list_schedules, schedule_workflow
from waymark.testing import RunStuck, WaymarkEngine

DAY = dt.timedelta(days=1)


async def test_two_months_pass_by_themselves(waymark_engine: WaymarkEngine) -> None:
    began = waymark_engine.now()
    assert await Reminder().run("Ann") == "escalation to boss"
    assert [(call.arguments["to"], call.at - began) for call in waymark_engine.calls(send_mail)] == [
        ("Ann", 30 * DAY),
        ("boss", 60 * DAY),
    ]
    assert waymark_engine.now() == began + 60 * DAY


async def test_time_passes_by_hand(waymark_engine: WaymarkEngine) -> None:
    run = await Reminder().start("Ann")
    await waymark_engine.advance(30 * DAY - dt.timedelta(seconds=1))
    assert waymark_engine.calls(send_mail) == []
    await waymark_engine.advance(1)
    assert [call.arguments["to"] for call in waymark_engine.calls(send_mail)] == ["Ann"]
    await run.signal("answered")
    assert await run.result() == "answered late"


async def test_what_becomes_due_on_the_way_happens_at_its_time(waymark_engine: WaymarkEngine) -> None:
    began = waymark_engine.now()
    runs = [await Napping().start(days) for days in (3, 1, 2)]
    await waymark_engine.advance(10 * DAY)
    assert waymark_engine.now() == began + 10 * DAY
    assert [await run.result() for run in runs] == [[began, began + n * DAY] for n in (3, 1, 2)]
    assert waymark_engine.now() == began + 10 * DAY


async def test_what_a_body_reads_of_the_time_is_the_engines(waymark_engine: WaymarkEngine) -> None:
    now = waymark_engine.now()
    local = now.astimezone()
    assert await Reading().run(dt.timezone(dt.timedelta(hours=5))) == {
        "zone": now,
        "naive": local.replace(tzinfo=None),
        "today": local.date(),
        "utc": now.replace(tzinfo=None),
        "ns": int(now.timestamp()) * 10**9,
        "year": now.strftime("%Y"),
        "text": [time.ctime(now.timestamp())] * 2,
        "given": "1970",
    }


async def test_a_signal_before_the_wait_is_taken_and_no_time_passes(waymark_engine: WaymarkEngine) -> None:
    began = waymark_engine.now()
    run = await Reminder().start("Ann")
    await run.signal("answered")
    assert await run.result() == "answered"
    assert waymark_engine.now() == began


async def test_settle_works_off_what_can_be_done_now(waymark_engine: WaymarkEngine) -> None:
    run = await Napping().start(1)
    assert await run.status() == "queued"
    await waymark_engine.settle()
    assert await run.status() == "sleeping"


async def test_time_stands_still_when_it_is_not_automatic(waymark_engine: WaymarkEngine) -> None:
    waymark_engine.automatic = False
    run = await Napping().start(1)
    with pytest.raises(RunStuck, match=r"Napping: it waits for a sleep until[^$]*advance"):
        await run.result()
    with pytest.raises(ResultNotReady):
        await run.result(timeout=5 * 86400)
    await waymark_engine.advance(DAY)
    began, ended = await run.result()
    assert ended - began == DAY


async def test_a_timeout_of_result_is_in_the_time_of_the_engine(waymark_engine: WaymarkEngine) -> None:
    began = waymark_engine.now()
    run = await Napping().start(2)
    with pytest.raises(ResultNotReady):
        await run.result(timeout=60)
    assert waymark_engine.now() == began + dt.timedelta(seconds=60)
    assert await run.result(timeout=2 * 86400) == [began, began + 2 * DAY]


async def test_a_run_that_waits_for_what_nobody_sends_ends_the_test(waymark_engine: WaymarkEngine) -> None:
    for cls in (Approval, Waiting):
        with pytest.raises(RunStuck, match=rf"{cls.__name__}: it waits for [^$]*(signal|child)[^$]*Nothing is due any more"):
            await cls().run()


async def test_a_run_is_stuck_though_others_go_on(waymark_engine: WaymarkEngine) -> None:
    await Polling().start(100_000)
    with pytest.raises(RunStuck, match="passed 100 times for other runs"):
        await Approval().run()


async def test_a_run_that_sleeps_often_is_not_stuck(waymark_engine: WaymarkEngine) -> None:
    assert await Polling().run(150) == 150


async def test_a_body_that_computes_for_long_is_not_interrupted_by_time(waymark_engine: WaymarkEngine) -> None:
    began = waymark_engine.now()
    runs = [await Computing().start(20_000), await Napping().start(1)]
    assert await runs[0].result() == sum(range(20_000))
    assert waymark_engine.now() == began + DAY


async def test_delays_backoff_and_deadlines(waymark_engine: WaymarkEngine) -> None:
    began = waymark_engine.now()
    delayed = await Napping().options(delay=3600).start(1)
    assert await delayed.result() == [began + dt.timedelta(hours=1), began + dt.timedelta(hours=25)]
    begins = waymark_engine.now()
    waymark_engine.fail_next(charge, OSError("no"), times=2)
    assert await Paying().run(5) == "charged 5"
    assert [(call.at - begins).total_seconds() for call in waymark_engine.calls(charge)] == [0, 60, 180]
    begins = waymark_engine.now()
    with pytest.raises(RunDeadlineExceeded):
        await Napping().options(deadline=600).run(1)
    assert waymark_engine.now() - begins == dt.timedelta(minutes=10)


async def test_children_sleep_side_by_side(waymark_engine: WaymarkEngine) -> None:
    began = waymark_engine.now()
    assert await Parents().run([3, 1, 2]) == [[began, began + n * DAY] for n in (3, 1, 2)]


async def test_runs_that_are_waited_for_together(waymark_engine: WaymarkEngine) -> None:
    began = waymark_engine.now()
    found = await asyncio.gather(Napping().run(2), Napping().run(1))
    assert [ended - began for _, ended in found] == [2 * DAY, DAY]


async def test_cancel_pause_and_resume(waymark_engine: WaymarkEngine) -> None:
    run = await Napping().start(1)
    await waymark_engine.settle()
    await run.pause()
    with pytest.raises(RunStuck, match="being resumed"):
        await run.result()
    await waymark_engine.advance(2 * DAY)  # one has passed above, when the sleep was over
    await run.resume()
    began, ended = await run.result()
    assert ended - began == 3 * DAY
    run = await Napping().start(1)
    await waymark_engine.settle()
    await run.cancel()
    with pytest.raises(RunCancelled):
        await run.result()


async def test_a_sleep_that_is_ended_early(waymark_engine: WaymarkEngine) -> None:
    run = await Napping().start(10)
    await waymark_engine.advance(3 * DAY)
    await run.wake()
    began, ended = await run.result()
    assert ended - began == 3 * DAY


async def test_every_session_sees_the_clock(waymark_engine: WaymarkEngine, database: psycopg.Connection) -> None:
    """Connections that were open before, of whatever kind, and new ones."""
    now = "select waymark._now()"
    pooled = create_async_engine("postgresql+psycopg" + waymark_engine.url.removeprefix("postgresql"))
    blocking = sqlalchemy.create_engine("postgresql+psycopg" + waymark_engine.url.removeprefix("postgresql"))

    async def seen() -> set[dt.datetime]:
        async with pooled.connect() as one, await psycopg.AsyncConnection.connect(waymark_engine.url) as new:
            first = (await one.execute(sqlalchemy.text(now))).scalar_one()
            second = await (await new.execute(now)).fetchone()
        with blocking.connect() as one:
            third = one.execute(sqlalchemy.text(now)).scalar_one()
        fourth = database.execute(now).fetchone()
        assert second is not None
        assert fourth is not None
        return {first, second[0], third, fourth[0]}

    assert await seen() == {waymark_engine.now()}
    await waymark_engine.advance(40 * DAY)
    assert await seen() == {waymark_engine.now()}
    await pooled.dispose()
    blocking.dispose()


async def test_a_transaction_that_is_open_sees_the_clock_move(
    waymark_engine: WaymarkEngine, database: psycopg.Connection
) -> None:
    await Napping().start(0)
    await waymark_engine.settle()
    with database.transaction():
        database.execute("select 1")
        await waymark_engine.advance(DAY)
        row = database.execute("select waymark.start('Napping', '{\"days\": 1}')").fetchone()
    assert row is not None
    run: RunHandle[list[dt.datetime]] = RunHandle(row[0])
    assert await run.result() == [waymark_engine.now() - DAY, waymark_engine.now()]


async def test_a_run_that_is_not_committed_is_unknown(waymark_engine: WaymarkEngine, database: psycopg.Connection) -> None:
    with pytest.raises(UnknownRun):
        await RunHandle(uuid.uuid4()).result()


async def test_old_runs_are_pruned(waymark_engine: WaymarkEngine, database: psycopg.Connection) -> None:
    database.execute("select waymark.set_retention('succeeded', interval '90 days')")
    run = await Napping().start(1)
    await run.result()
    await waymark_engine.advance(89 * DAY)
    assert await run.status() == "succeeded"
    await waymark_engine.advance(2 * DAY)
    with pytest.raises(UnknownRun):
        await run.status()


async def test_schedules_fire_at_their_times(waymark_engine: WaymarkEngine) -> None:
    began = waymark_engine.now()
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    await schedule_workflow(Paying, schedule_name="daily", schedule="30 3 * * *", timezone=berlin, inputs={"amount": 1})
    await schedule_workflow(Napping, schedule_name="queued", schedule=DAY, inputs={"days": 1.5}, overlap="queue", max_runs=3)
    await waymark_engine.advance(150 * DAY)
    times = [call.at.astimezone(berlin) for call in waymark_engine.calls(charge)]
    assert 149 <= len(times) <= 151
    assert {time.strftime("%H:%M:%S") for time in times} == {"03:30:00"}
    assert len({time.date() for time in times}) == len(times)
    daily, queued = await list_schedules()
    assert (daily.runs_started, daily.fires_skipped) == (len(times), 0)
    assert (queued.state, queued.runs_started, queued.last_fire_at) == ("ended", 3, began + 3 * DAY)
    assert queued.last_run_id is not None
    slept = await RunHandle[list[dt.datetime]](queued.last_run_id).result()
    assert slept == [began + 4 * DAY, began + 5.5 * DAY]


async def test_a_run_is_stuck_though_schedules_fire(waymark_engine: WaymarkEngine) -> None:
    await schedule_workflow(Paying, schedule_name="often", schedule=dt.timedelta(minutes=1), inputs={"amount": 1})
    with pytest.raises(RunStuck, match="passed 100 times for other runs"):
        await Approval().run()
    assert len(waymark_engine.calls(charge)) == 100


async def test_the_clock_is_moved_forward_only(waymark_engine: WaymarkEngine) -> None:
    with pytest.raises(ValueError, match="forward only"):
        await waymark_engine.advance(-1)
    with pytest.raises(ValueError, match="forward only"):
        await waymark_engine.advance_to(waymark_engine.now() - DAY)
    with pytest.raises(ValueError, match="has no time zone"):
        await waymark_engine.advance_to(dt.datetime(2030, 1, 1))  # noqa: DTZ001 - that is the point
    new_year = waymark_engine.now().replace(month=1, day=1) + 366 * DAY
    await waymark_engine.advance_to(new_year)
    assert waymark_engine.now() == new_year
