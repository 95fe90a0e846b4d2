"""Schedules from Python."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

import waymark
from tests.sdk import flows
from waymark import (
    ArgumentError,
    CronSyntaxError,
    EncodeError,
    IntervalError,
    JitterError,
    NeverFires,
    OptionError,
    ScheduleAlreadyExistsError,
    ScheduleInfo,
    UnknownSchedule,
    UnknownTimeZone,
    UnknownWorkflow,
    backfill_schedule,
    delete_schedule,
    edit_schedule,
    list_schedules,
    next_fires,
    pause_schedule,
    resume_schedule,
    schedule_workflow,
    trigger_schedule,
)
from waymark.errors import OptionOutOfRange, UnknownOption

UTC = dt.UTC
NAIVE = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - it is to be refused


async def info(name: str) -> ScheduleInfo:
    (found,) = (schedule for schedule in await list_schedules() if schedule.name == name)
    return found


async def test_a_schedule_is_listed_with_the_types_it_was_given(engine: str) -> None:
    start, end = dt.datetime(2100, 1, 1, 12, tzinfo=ZoneInfo("Europe/Berlin")), dt.datetime(2101, 1, 1, tzinfo=UTC)
    await schedule_workflow(
        flows.Mixed,
        schedule_name="all of it",
        schedule="30 9 * * MON-FRI",
        inputs={"name": "Ann", "when": start},
        timezone=ZoneInfo("Europe/Berlin"),
        jitter=dt.timedelta(minutes=1),
        priority=-5,
        queue="night",
        tags={"team": "mail"},
        overlap="queue",
        catch_up="all",
        catch_up_limit=7,
        start_at=start,
        end_at=end,
        max_runs=3,
    )
    found = await info("all of it")
    assert found == ScheduleInfo(
        name="all of it",
        workflow="Mixed",
        schedule="30 9 * * MON-FRI",
        timezone="Europe/Berlin",
        state="active",
        arguments=found.arguments,
        jitter=dt.timedelta(minutes=1),
        priority=-5,
        queue="night",
        tags={"team": "mail"},
        overlap="queue",
        catch_up="all",
        catch_up_limit=7,
        start_at=start,
        end_at=end,
        max_runs=3,
        next_fire_at=dt.datetime(2100, 1, 4, 8, 30, tzinfo=UTC),
        due_at=found.due_at,
        last_fire_at=None,
        last_run_id=None,
        queued_fire_at=None,
        runs_started=0,
        runs_triggered=0,
        fires_skipped=0,
        fires_failed=0,
        last_error=None,
        created_at=found.created_at,
    )
    assert found.inputs == {"name": "Ann", "when": start}
    assert found.next_fire_at is not None
    assert found.due_at is not None
    assert found.next_fire_at < found.due_at < found.next_fire_at + dt.timedelta(minutes=1)
    assert found.created_at.utcoffset() == dt.timedelta(0)


async def test_what_is_not_said_is_the_default(engine: str) -> None:
    await schedule_workflow(flows.Doubling, schedule_name="plain", schedule=dt.timedelta(hours=1), inputs={"n": 1})
    found = await info("plain")
    assert (found.schedule, found.timezone, found.inputs, found.tags) == (dt.timedelta(hours=1), "UTC", {"n": 1}, {})
    assert (found.jitter, found.priority, found.queue) == (dt.timedelta(0), 0, "default")
    assert (found.overlap, found.catch_up, found.catch_up_limit) == ("skip", "one", 100)
    assert (found.start_at, found.end_at, found.max_runs, found.last_error) == (None, None, None, None)
    assert found.next_fire_at == found.created_at + dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("@every 90 seconds", dt.timedelta(seconds=90)),
        (" @EVERY 1 day 02:00 ", dt.timedelta(hours=26)),
        (dt.timedelta(seconds=1, microseconds=1), dt.timedelta(seconds=1, microseconds=1)),
        (dt.timedelta(days=36_500), dt.timedelta(days=36_500)),
        ("@daily", "@daily"),
    ],
)
async def test_intervals(engine: str, text: Any, every: Any) -> None:
    await schedule_workflow(flows.Summing, schedule_name="s", schedule=text, inputs={"n": 1})
    assert (await info("s")).schedule == every


async def test_an_edit_changes_what_it_names(engine: str) -> None:
    limits: dict[str, Any] = {"end_at": dt.datetime(2100, 1, 1, tzinfo=UTC), "max_runs": 9, "tags": {"a": "b"}, "jitter": 5}
    await schedule_workflow(flows.Doubling, schedule_name="s", schedule="@daily", inputs={"n": 1}, **limits)
    before = await info("s")
    await edit_schedule("s")
    assert await info("s") == before
    zone = ZoneInfo("Asia/Tokyo")
    await edit_schedule("s", schedule=dt.timedelta(days=2), inputs={"n": 2, "times": 3}, timezone=zone, priority=4)
    await edit_schedule("s", overlap="allow", catch_up="skip", catch_up_limit=1, queue="q", jitter=dt.timedelta(seconds=2))
    after = await info("s")
    assert (after.schedule, after.inputs, after.timezone, after.priority) == (
        dt.timedelta(days=2),
        {"n": 2, "times": 3},
        "Asia/Tokyo",
        4,
    )
    assert (after.overlap, after.catch_up, after.catch_up_limit, after.queue) == ("allow", "skip", 1, "q")
    assert (after.jitter, after.end_at, after.max_runs, after.tags) == (
        dt.timedelta(seconds=2),
        limits["end_at"],
        9,
        {"a": "b"},
    )
    await edit_schedule("s", end_at=None, max_runs=None, tags=None, jitter=None)
    freed = await info("s")
    assert (freed.end_at, freed.max_runs, freed.tags, freed.jitter) == (None, None, {}, dt.timedelta(0))


async def test_pause_resume_filter_delete(engine: str) -> None:
    for name in ("a", "b"):
        await schedule_workflow(flows.Doubling, schedule_name=name, schedule="@hourly", inputs={"n": 1})
    for _ in range(2):
        await pause_schedule("a")
    assert [schedule.name for schedule in await list_schedules("paused")] == ["a"]
    assert (await info("a")).next_fire_at is None
    assert [schedule.name for schedule in await list_schedules("active")] == ["b"]
    assert await list_schedules("ended") == []
    for _ in range(2):
        await resume_schedule("a")
    assert [schedule.name for schedule in await list_schedules("active")] == ["a", "b"]
    await delete_schedule("a")
    assert [schedule.name for schedule in await list_schedules()] == ["b"]


async def test_trigger_and_backfill_start_runs(engine: str, connection: psycopg.Connection) -> None:
    start = dt.datetime(2024, 1, 1, tzinfo=UTC)
    await schedule_workflow(flows.Doubling, schedule_name="s", schedule="@daily", inputs={"n": 1}, tags={"by": "s"})
    now = await trigger_schedule("s")
    assert await now.status() == "queued"
    runs = await backfill_schedule("s", start, start + dt.timedelta(days=3))
    assert [await run.status() for run in runs] == ["queued"] * 3
    wider = await backfill_schedule("s", start - dt.timedelta(days=1), start + dt.timedelta(days=3))
    assert wider[1:] == runs
    assert (await info("s")).runs_triggered == 5
    stored = connection.execute("select distinct workflow, arguments, tags from waymark.runs").fetchall()
    assert stored == [("Doubling", {"n": 1, "times": 1}, {"by": "s"})]


async def test_next_fires(engine: str) -> None:
    hours = dt.timedelta(hours=1)
    start = dt.datetime(2100, 1, 1, tzinfo=UTC)
    first = [start + n * hours for n in range(3)]
    await schedule_workflow(flows.Doubling, schedule_name="s", schedule=hours, inputs={"n": 1}, start_at=start, max_runs=5)
    assert await next_fires("s") == first[:1]
    assert await next_fires("s", 3) == first
    assert len(await next_fires("s", 1000)) == 5
    await edit_schedule("s", end_at=start + 3 * hours)
    await pause_schedule("s")
    assert await next_fires("s", 1000) == first
    await edit_schedule("s", end_at=None, start_at=dt.datetime(2020, 1, 1, 0, 30, tzinfo=UTC))
    (soon,) = await next_fires("s")
    assert dt.datetime.now(UTC) < soon < dt.datetime.now(UTC) + hours
    assert soon.minute == 30
    with pytest.raises(UnknownSchedule):
        await next_fires("nobody")
    with pytest.raises(OptionOutOfRange):
        await next_fires("s", 0)


REFUSED: list[tuple[type[Exception], dict[str, Any]]] = [
    (CronSyntaxError, {"schedule": "61 * * * *"}),
    (CronSyntaxError, {"schedule": ""}),
    (UnknownTimeZone, {"timezone": "Europe/Atlantis"}),
    (NeverFires, {"schedule": "0 0 30 2 *"}),
    (NeverFires, {"end_at": dt.datetime(2001, 1, 1, tzinfo=UTC)}),
    (IntervalError, {"schedule": dt.timedelta(0)}),
    (IntervalError, {"schedule": dt.timedelta(minutes=-5)}),
    (IntervalError, {"schedule": dt.timedelta(microseconds=-1)}),
    (IntervalError, {"schedule": "@every blue moon"}),
    (JitterError, {"jitter": -1}),
    (JitterError, {"jitter": dt.timedelta(seconds=-1)}),
    (ArgumentError, {"inputs": {}}),
    (ArgumentError, {"inputs": {"n": 1, "colour": 2}}),
    (EncodeError, {"inputs": {"n": object()}}),
    (OptionOutOfRange, {"priority": 1001}),
    (OptionOutOfRange, {"overlap": "perhaps"}),
    (OptionOutOfRange, {"catch_up": "never"}),
    (OptionOutOfRange, {"catch_up_limit": 0}),
    (OptionOutOfRange, {"max_runs": 0}),
    (OptionOutOfRange, {"jitter": float("nan")}),
    (OptionOutOfRange, {"tags": {"n": 1}}),
    (OptionOutOfRange, {"start_at": NAIVE}),
    (OptionOutOfRange, {"queue": object()}),
]


@pytest.mark.parametrize(("error", "given"), REFUSED, ids=[f"{e.__name__}-{g}" for e, g in REFUSED])
async def test_what_is_wrong_stores_nothing(engine: str, error: type[Exception], given: dict[str, Any]) -> None:
    plan: dict[str, Any] = {"schedule": "@daily", "inputs": {"n": 1}}
    with pytest.raises(error):
        await schedule_workflow(flows.Doubling, schedule_name="s", **(plan | given))
    assert await list_schedules() == []
    await schedule_workflow(flows.Doubling, schedule_name="s", **plan)
    before = await info("s")
    with pytest.raises(error):
        await edit_schedule("s", **given)
    assert await info("s") == before


async def test_names(engine: str) -> None:
    await schedule_workflow(flows.Doubling, schedule_name="s", schedule="@daily", inputs={"n": 1})
    with pytest.raises(ScheduleAlreadyExistsError, match="there is a schedule 's' already"):
        await schedule_workflow(flows.Summing, schedule_name="s", schedule="@hourly", inputs={"n": 1})
    assert (await info("s")).workflow == "Doubling"
    with pytest.raises(OptionOutOfRange, match="1 to 200 characters"):
        await schedule_workflow(flows.Doubling, schedule_name="x" * 201, schedule="@daily", inputs={"n": 1})
    now = dt.datetime.now(UTC)
    for call in (pause_schedule, resume_schedule, delete_schedule, trigger_schedule, edit_schedule):
        with pytest.raises(UnknownSchedule, match="nobody"):
            await call("nobody")
    with pytest.raises(UnknownSchedule):
        await backfill_schedule("nobody", now - dt.timedelta(days=1), now)
    for start, end in [(now, now), (now, now + dt.timedelta(days=1)), (NAIVE, now)]:
        with pytest.raises(OptionOutOfRange):
            await backfill_schedule("s", start, end)
    with pytest.raises(OptionOutOfRange, match="3652 times"):
        await backfill_schedule("s", dt.datetime(2016, 1, 1, tzinfo=UTC), dt.datetime(2025, 12, 31, tzinfo=UTC))
    with pytest.raises(OptionOutOfRange, match="no state"):
        await list_schedules("asleep")  # type: ignore[arg-type] - it is to be refused
    with pytest.raises(UnknownOption, match="colour"):
        await edit_schedule("s", colour=1)  # type: ignore[call-arg] - as well


async def test_allow_duplicate_is_an_overlap(engine: str) -> None:
    plan: dict[str, Any] = {"schedule": "@daily", "inputs": {"n": 1}, "allow_duplicate": True}
    with pytest.raises(OptionError, match='allow_duplicate=True is overlap="allow"'):
        await schedule_workflow(flows.Doubling, schedule_name="s", overlap="skip", **plan)
    await schedule_workflow(flows.Doubling, schedule_name="s", **plan)
    await schedule_workflow(flows.Doubling, schedule_name="t", overlap="allow", **plan)
    assert [schedule.overlap for schedule in await list_schedules()] == ["allow", "allow"]


async def test_the_program_is_registered_again_in_a_database_made_anew(engine: str, connection: psycopg.Connection) -> None:
    await schedule_workflow(flows.Doubling, schedule_name="s", schedule="@daily", inputs={"n": 1})
    connection.execute("delete from waymark.workflows")
    with pytest.raises(UnknownWorkflow):
        await edit_schedule("s", inputs={"n": 2})
    await schedule_workflow(flows.Doubling, schedule_name="t", schedule="@daily", inputs={"n": 1})


async def test_an_undecorated_class_is_no_workflow(engine: str) -> None:
    with pytest.raises(TypeError, match="not decorated"):
        await schedule_workflow(waymark.Workflow, schedule_name="s", schedule="@daily")
