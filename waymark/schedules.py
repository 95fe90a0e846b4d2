"""Schedules: workflows that run again and again, as a cron expression or an interval says (docs/schedules.md)."""

import dataclasses
import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack
from zoneinfo import ZoneInfo

from waymark import codec
from waymark.errors import OptionOutOfRange
from waymark.workflow import Workflow

if TYPE_CHECKING:
    from waymark.runs import RunHandle

Overlap = Literal["skip", "queue", "cancel", "allow"]
CatchUp = Literal["skip", "one", "all"]
ScheduleState = Literal["active", "paused", "ended"]

CREATE = "select waymark.create_schedule(%s, %s, %s, cast(%s as jsonb), cast(%s as jsonb))"
EDIT = "select waymark.edit_schedule(%s, cast(%s as jsonb) || cast(%s as jsonb))"
BACKFILL = "select waymark.backfill_schedule(%s, %s, %s)"
LIST = r"""
    select name, workflow, schedule, timezone, state, arguments::text, (options ->> 'jitter')::float8,
           (options ->> 'priority')::int, options ->> 'queue', coalesce(options -> 'tags', '{}'), options ->> 'overlap',
           options ->> 'catch_up', (options ->> 'catch_up_limit')::int, (options ->> 'start_at')::timestamptz,
           (options ->> 'end_at')::timestamptz, (options ->> 'max_runs')::bigint, next_fire_at, due_at, last_fire_at, last_run_id,
           queued_fire_at, runs_started, runs_triggered, fires_skipped, fires_failed, last_error, created_at,
           (extract(epoch from substring(schedule from '(?i)^\s*@every\s(.*)$')::interval) * 1000000)::bigint
      from waymark.list_schedules(%s)"""


class ScheduleChanges(TypedDict, total=False):
    """What `edit_schedule` changes, each as `schedule_workflow` takes it; None removes it."""

    schedule: str | dt.timedelta
    inputs: Mapping[str, object]
    timezone: str | ZoneInfo
    jitter: float | dt.timedelta | None
    priority: int
    queue: str
    tags: Mapping[str, str] | None
    overlap: Overlap
    catch_up: CatchUp
    catch_up_limit: int
    start_at: dt.datetime | None
    end_at: dt.datetime | None
    max_runs: int | None


@dataclasses.dataclass(frozen=True)
class ScheduleInfo:
    """A schedule as it stands. All times are in UTC.

    Attributes:
        name, workflow, schedule, timezone, jitter, priority, queue, tags, overlap, catch_up, catch_up_limit, start_at,
            end_at, max_runs: as `schedule_workflow` was given them.
        arguments: the inputs as JSON text; `inputs` are the values.
        state: `active`, `paused`, or `ended`: no more times come, or `max_runs` runs were started.
        next_fire_at: the next time of an active schedule.
        due_at: when that is fired: later by its part of the jitter.
        last_fire_at: the time that the last run was started for.
        last_run_id: that run; `RunHandle(last_run_id)` is its handle.
        queued_fire_at: the time that waits for the run before to end.
        runs_started: runs that it has started by its plan.
        runs_triggered: runs beside the plan.
        fires_skipped: times that started no run: because of `overlap`, `catch_up` or a pause.
        fires_failed: times whose start was refused; `last_error` is why.
    """

    name: str
    workflow: str
    schedule: str | dt.timedelta
    timezone: str
    state: ScheduleState
    arguments: str
    jitter: dt.timedelta
    priority: int
    queue: str
    tags: Mapping[str, str]
    overlap: Overlap
    catch_up: CatchUp
    catch_up_limit: int
    start_at: dt.datetime | None
    end_at: dt.datetime | None
    max_runs: int | None
    next_fire_at: dt.datetime | None
    due_at: dt.datetime | None
    last_fire_at: dt.datetime | None
    last_run_id: uuid.UUID | None
    queued_fire_at: dt.datetime | None
    runs_started: int
    runs_triggered: int
    fires_skipped: int
    fires_failed: int
    last_error: str | None
    created_at: dt.datetime

    @property
    def inputs(self) -> dict[str, Any]:
        """The arguments of the runs, by name.

        Raises:
            DecodeError: the class of one cannot be imported here.
        """
        return codec.decode_arguments(self.arguments)


async def schedule_workflow(  # noqa: PLR0913 - one keyword each
    cls: type[Workflow],
    *,
    schedule_name: str,
    schedule: str | dt.timedelta,
    inputs: Mapping[str, object] | None = None,
    timezone: str | ZoneInfo = "UTC",
    jitter: float | dt.timedelta | None = None,
    priority: int | None = None,
    queue: str | None = None,
    tags: Mapping[str, str] | None = None,
    overlap: Overlap | None = None,
    allow_duplicate: bool = False,
    catch_up: CatchUp = "one",
    catch_up_limit: int = 100,
    start_at: dt.datetime | None = None,
    end_at: dt.datetime | None = None,
    max_runs: int | None = None,
) -> None:
    """Start runs of a workflow again and again. Each is of the newest program that is registered when it starts.

    Args:
        cls: the workflow.
        schedule_name: 1 to 200 characters; there is one schedule of a name in a database.
        schedule: a cron expression, `@every 90 seconds`, or a timedelta of at least a second: counted from `start_at`, or
            from now.
        inputs: the arguments of `run` by name, the same for every run.
        timezone: the zone in which a cron expression is read.
        jitter: seconds by which a run may start later; always the same for the same time, and before the next one.
        priority: of the runs, see `Workflow.options`; so are the next two.
        queue: the queue of their actions.
        tags: texts to find them by.
        overlap: when the run before is still live: `skip` this time (the default), `queue` one run until it has ended,
            `cancel` it, or `allow` both.
        allow_duplicate: the same as `overlap="allow"`.
        catch_up: when times were missed because no daemon ran: fire `one` for all of them, `skip` them, or fire `all`, at
            most `catch_up_limit` (1 to 1000).
        catch_up_limit: see `catch_up`.
        start_at: the first time is not before; with a time zone.
        end_at: the last time is before; with a time zone.
        max_runs: it has ended after so many.

    Raises:
        ScheduleAlreadyExistsError: there is a schedule of this name.
        CronSyntaxError, UnknownTimeZone, NeverFires, IntervalError, JitterError: there is no such plan.
        ArgumentError, EncodeError: the inputs are not what `run` takes.
        OptionError: an option is out of its range, or `overlap` contradicts `allow_duplicate`.
        DatabaseUnreachable, EngineNotInstalled, EngineVersionError.
    """
    from waymark.client import current_client  # noqa: PLC0415 - psycopg is loaded when it is first needed

    if allow_duplicate and overlap not in (None, "allow"):
        raise OptionOutOfRange(f'allow_duplicate=True is overlap="allow", not {overlap!r}')
    given: dict[str, Any] = {
        "timezone": timezone,
        "jitter": jitter,
        "priority": priority,
        "queue": queue,
        "tags": tags,
        "overlap": "allow" if allow_duplicate else overlap,
        "catch_up": catch_up,
        "catch_up_limit": catch_up_limit,
        "start_at": start_at,
        "end_at": end_at,
        "max_runs": max_runs,
    }
    options = _json({name: value for name, value in given.items() if value is not None})
    arguments = cls._encode((), inputs or {})  # pyright: ignore[reportPrivateUsage]
    name = cls._name()  # pyright: ignore[reportPrivateUsage]
    programs = cls._programs()  # pyright: ignore[reportPrivateUsage]
    await (await current_client()).start(programs, (CREATE, [schedule_name, name, _plan(schedule), arguments, options]))


async def edit_schedule(schedule_name: str, **changes: Unpack[ScheduleChanges]) -> None:
    """Change a schedule; what is not given stays. It takes effect at once, and on runs that have not started only.

    Raises:
        UnknownSchedule: there is no such schedule.
        CronSyntaxError, UnknownTimeZone, NeverFires, IntervalError, JitterError, ArgumentError, EncodeError, OptionError:
            as `schedule_workflow`; nothing is changed.
    """
    given: dict[str, Any] = dict(changes)
    inputs = given.pop("inputs", None)
    arguments = "{}" if inputs is None else f'{{"arguments": {codec.encode_arguments(inputs)}}}'
    await _fetch(EDIT, schedule_name, _json(given), arguments)


async def pause_schedule(schedule_name: str) -> None:
    """Start no runs of a schedule until it is resumed. One that is paused or has ended stays as it is.

    Raises:
        UnknownSchedule: there is no such schedule.
    """
    await _fetch("select waymark.pause_schedule(%s)", schedule_name)


async def resume_schedule(schedule_name: str) -> None:
    """Let a paused schedule go on; what fell into the pause is skipped. One that is not paused stays as it is.

    Raises:
        UnknownSchedule: there is no such schedule.
    """
    await _fetch("select waymark.resume_schedule(%s)", schedule_name)


async def delete_schedule(schedule_name: str) -> None:
    """Delete a schedule. Its runs go on.

    Raises:
        UnknownSchedule: there is no such schedule.
    """
    await _fetch("select waymark.delete_schedule(%s)", schedule_name)


async def list_schedules(status_filter: ScheduleState | None = None) -> list[ScheduleInfo]:
    """The schedules of a state, or all, by name.

    Raises:
        OptionOutOfRange: there is no such state.
    """
    return [_info(row) for row in await _fetch(LIST, status_filter)]


async def next_fires(schedule_name: str, count: int = 1) -> list[dt.datetime]:
    """The next times of a schedule, without jitter; fewer than `count` (at most 1000) where it ends before.

    Of a paused one those that it would have if it were resumed now.

    Raises:
        UnknownSchedule: there is no such schedule.
        OptionOutOfRange: `count` is not from 1 to 1000.
    """
    rows = await _fetch("select waymark.next_fires(%s, %s)", schedule_name, count)
    return [time.astimezone(dt.UTC) for (time,) in rows]


async def trigger_schedule(schedule_name: str) -> "RunHandle[Any]":
    """Start a run of a schedule now, beside its plan and whatever `overlap` and its state say.

    Raises:
        UnknownSchedule: there is no such schedule.
        ArgumentError: the workflow takes other arguments now.
    """
    from waymark.runs import RunHandle  # noqa: PLC0415

    return RunHandle((await _fetch("select waymark.trigger_schedule(%s)", schedule_name))[0][0])


async def backfill_schedule(schedule_name: str, start: dt.datetime, end: dt.datetime) -> "list[RunHandle[Any]]":
    """Start a run for each time of a schedule from `start` on and before `end`, which are not in the future.

    A time that has a run already is answered with that one, so that nothing runs twice.

    Returns:
        The runs, in the order of their times.

    Raises:
        UnknownSchedule: there is no such schedule.
        OptionOutOfRange: the range is empty, in the future or has no time zone, or there are more than 1,000 times in it.
        ArgumentError: the workflow takes other arguments now.
    """
    from waymark.runs import RunHandle  # noqa: PLC0415

    ((run_ids,),) = await _fetch(BACKFILL, schedule_name, _moment("start", start), _moment("end", end))
    return [RunHandle(run_id) for run_id in run_ids]


async def _fetch(query: str, *parameters: object) -> list[tuple[Any, ...]]:
    from waymark.client import current_client  # noqa: PLC0415

    return await (await current_client()).fetch(query, parameters)


def _plan(schedule: str | dt.timedelta) -> str:
    """A schedule as the engine reads it."""
    if not isinstance(schedule, dt.timedelta):
        return schedule
    microseconds = schedule // dt.timedelta(microseconds=1)
    return f"@every {'-' * (microseconds < 0)}{abs(microseconds) // 1_000_000}.{abs(microseconds) % 1_000_000:06} seconds"


def _json(options: Mapping[str, Any]) -> str:
    """Options as the engine reads them; it checks their ranges."""
    values = {name: _option(name, value) for name, value in options.items()}
    try:
        return json.dumps(values, allow_nan=False, default=dict)  # tags may be any mapping
    except (TypeError, ValueError) as error:
        raise OptionOutOfRange(f"an option of a schedule cannot be written as JSON: {error}") from None


def _option(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    match name, value:
        case "schedule", _:
            return _plan(value)
        case "jitter", None:
            return 0
        case _, dt.timedelta():
            return value.total_seconds()
        case _, dt.datetime():
            return _moment(name, value)
        case _, ZoneInfo():
            return str(value)
        case _:
            return value


def _moment(name: str, value: dt.datetime) -> str:
    """A point in time as the engine reads it."""
    if value.utcoffset() is None:
        raise OptionOutOfRange(f"{name} is {value!r}, which has no time zone", hint="Give it one: datetime(…, tzinfo=UTC).")
    return value.astimezone(dt.UTC).isoformat()


def _info(row: tuple[Any, ...]) -> ScheduleInfo:
    """A row of LIST, whose columns are the fields in their order, and then an interval."""
    *columns, every = row
    names = [field.name for field in dataclasses.fields(ScheduleInfo)]
    values = (value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value for value in columns)
    fields: dict[str, Any] = dict(zip(names, values, strict=True))
    fields["jitter"] = dt.timedelta(seconds=fields["jitter"])
    if every is not None:
        fields["schedule"] = dt.timedelta(microseconds=every)
    return ScheduleInfo(**fields)
