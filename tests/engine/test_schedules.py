"""Schedules as rows: created, changed, paused, counted; when they fire is in test_schedule_firing."""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.engine import programs
from tests.engine.session import Session
from tests.fuzz.cron import Expressions

Connect = Callable[..., psycopg.Connection]
UTC = dt.UTC


@pytest.fixture
def session(connection: psycopg.Connection) -> Session:
    connection.execute("set timezone = 'UTC'")
    session = Session(connection)
    session.register(programs.one_action())
    return session


def create(session: Session, name: str, schedule: str, **options: Any) -> None:
    session.connection.execute(
        "select waymark.create_schedule(%s, 'One', %s, %s, %s)", (name, schedule, Jsonb({"n": 1}), Jsonb(options))
    )


def edit(session: Session, name: str, **changes: Any) -> None:
    session.connection.execute("select waymark.edit_schedule(%s, %s)", (name, Jsonb(changes)))


def read(session: Session, name: str, *columns: str) -> Any:
    row = session.connection.execute(f"select {', '.join(columns)} from waymark.schedules where name = %s".encode(), (name,))
    values = row.fetchone()
    assert values is not None
    return values if len(columns) > 1 else next(iter(values))


def now(session: Session) -> dt.datetime:
    return session.value("select waymark._now()")


def backfill(session: Session, name: str, start: str, end: str) -> list[UUID]:
    return session.value("select waymark.backfill_schedule(%s, %s, %s)", name, start, end)


def refused(session: Session, query: str, *parameters: object) -> str | None:
    with pytest.raises(psycopg.Error) as error:
        session.connection.execute(query.encode(), parameters)
    return error.value.sqlstate


def test_a_schedule_is_listed_as_it_was_given(session: Session) -> None:
    when = {"start_at": "2100-01-01T00:00:00Z", "end_at": "2100-06-01T00:00:00+02:00", "timezone": "Europe/Berlin"}
    how = {"overlap": "queue", "catch_up": "all", "catch_up_limit": 7, "max_runs": 3, "jitter": 1.5}
    options = {**when, **how, "priority": 5.0, "queue": "night", "tags": {"a": "b"}}
    create(session, "b", "30 9 * * MON-FRI", **options)
    create(session, "a", "@every 90.000001 seconds")
    create(session, "c", "@daily")
    session.value("select waymark.pause_schedule('c')")
    listed = session.connection.execute(
        "select name, schedule, timezone, state, arguments, options, next_fire_at, runs_started from waymark.list_schedules()"
    ).fetchall()
    assert [row[0] for row in listed] == ["a", "b", "c"]
    times = {"start_at": "2100-01-01T00:00:00+00:00", "end_at": "2100-05-31T22:00:00+00:00"}
    given = {key: value for key, value in (options | times | {"priority": 5}).items() if key != "timezone"}
    first = dt.datetime(2100, 1, 1, 8, 30, tzinfo=UTC)
    assert listed[1][1:] == ("30 9 * * MON-FRI", "Europe/Berlin", "active", {"n": 1}, given, first, 0)
    assert listed[2][3] == "paused"
    assert listed[2][6] is None
    assert session.value("select array_agg(name) from waymark.list_schedules('active')") == ["a", "b"]
    assert session.value(
        "select due_at - next_fire_at < '1.5 s' and due_at > next_fire_at from waymark.list_schedules() where name = 'b'"
    )
    assert read(session, "a", "fire_at - created_at") == dt.timedelta(seconds=90, microseconds=1)


def test_intervals(session: Session) -> None:
    for n, (text, seconds) in enumerate(
        [
            ("1 second", 1),
            ("90 seconds", 90),
            ("1 day", 86_400),
            ("1 week 02:00", 612_000),
            ("PT15M", 900),
            ("36500 days", 3_153_600_000),
        ]
    ):
        create(session, f"s{n}", f" @EVERY  {text} ")
        assert read(session, f"s{n}", "fire_at - created_at") == dt.timedelta(seconds=seconds)
    for text in [
        "0.999999 seconds",
        "-1 day",
        "1 month",
        "1 year",
        "36501 days",
        "",
        "soon",
        "1 day; drop",
        "infinity",
        "9" * 30 + " days",
    ]:
        assert refused(session, "select waymark.create_schedule('x', 'One', %s, '{\"n\": 1}')", f"@every {text}") == "WM215"
    assert refused(session, "select waymark.create_schedule('x', 'One', '@everyday', '{\"n\": 1}')") == "WM210"


def test_an_interval_is_counted_from_its_start(session: Session) -> None:
    create(session, "s", "@every 1 hour", start_at="2100-03-01T10:30:00Z")
    assert read(session, "s", "fire_at").isoformat() == "2100-03-01T10:30:00+00:00"
    edit(session, "s", start_at="2001-03-01T10:45:00Z")
    fire = read(session, "s", "fire_at")
    assert (fire.minute, fire.second, fire.microsecond) == (45, 0, 0)
    assert now(session) < fire <= now(session) + dt.timedelta(hours=1)


def test_an_edit_takes_effect_at_once_and_a_refused_one_changes_nothing(session: Session) -> None:
    create(session, "s", "@yearly", tags={"a": "b"}, max_runs=3)
    edit(session, "s", schedule="@every 1 minute")
    assert read(session, "s", "due_at") - now(session) < dt.timedelta(minutes=1)
    before = session.value("select s::text from waymark.schedules s")
    wrong: list[dict[str, Any]] = [{"schedule": "x"}, {"max_runs": 2, "timezone": "x"}, {"overlap": "allow", "arguments": {}}]
    for changes in [*wrong, {"colour": 1}]:
        assert refused(session, "select waymark.edit_schedule('s', %s)", Jsonb(changes)) is not None
    assert session.value("select s::text from waymark.schedules s") == before
    edit(session, "s", tags=None, max_runs=None, arguments={"n": 2}, schedule="0 0 1 1 *")
    assert read(session, "s", "tags", "max_runs", "arguments", "every") == (None, None, {"n": 2}, None)


def test_pause_and_resume_say_nothing_twice_and_count_what_was_skipped(session: Session) -> None:
    create(session, "s", "@every 1 minute")
    for _ in range(2):
        session.value("select waymark.pause_schedule('s')")
    assert read(session, "s", "state", "due_at") == ("paused", None)
    session.move_clock(600.5)
    edit(session, "s", priority=3)
    assert read(session, "s", "state", "due_at", "priority") == ("paused", None, 3)
    for _ in range(2):
        session.value("select waymark.resume_schedule('s')")
    assert read(session, "s", "state", "fires_skipped", "fire_at - created_at") == ("active", 10, dt.timedelta(minutes=11))
    create(session, "e", "@every 1 minute", end_at=(now(session) + dt.timedelta(minutes=5)).isoformat())
    session.value("select waymark.pause_schedule('e')")
    session.move_clock(3_600)
    session.value("select waymark.resume_schedule('e')")
    assert read(session, "e", "state", "fires_skipped", "fire_at", "due_at") == ("ended", 4, None, None)
    session.value("select waymark.pause_schedule('e')")
    session.value("select waymark.resume_schedule('e')")
    assert read(session, "e", "state") == "ended"
    edit(session, "e", end_at=None)
    assert read(session, "e", "state", "fire_at - created_at") == ("active", dt.timedelta(minutes=50))


def test_a_trigger_is_beside_the_plan(session: Session) -> None:
    create(session, "s", "@daily", queue="night", priority=7, tags={"a": "b"})
    before = read(session, "s", "fire_at", "due_at", "last_run_id", "runs_started", "state")
    session.value("select waymark.pause_schedule('s')")
    runs = [session.value("select waymark.trigger_schedule('s')") for _ in range(2)]
    session.value("select waymark.resume_schedule('s')")
    assert read(session, "s", "fire_at", "due_at", "last_run_id", "runs_started", "state") == before
    assert read(session, "s", "runs_triggered") == 2
    query = "select queue, priority, tags, arguments, state from waymark.runs where run_id = any (%s)"
    assert session.connection.execute(query, (runs,)).fetchall() == [("night", 7, {"a": "b"}, {"n": 1}, "live")] * 2


def test_a_backfill_starts_each_time_once(session: Session) -> None:
    create(session, "s", "0 */6 * * *", overlap="skip", max_runs=1)
    first = backfill(session, "s", "2026-01-01T00:00Z", "2026-01-02T00:00Z")
    both = backfill(session, "s", "2026-01-01T12:00Z", "2026-01-02T12:00Z")
    assert len(first) == 4
    assert both[:2] == first[2:]
    assert len(both) == 4
    assert read(session, "s", "runs_triggered", "runs_started", "state") == (6, 0, "active")
    keys = session.value("select array_agg(idempotency_key order by idempotency_key) from waymark.runs")
    assert keys[0] == "schedule:s:2026-01-01T00:00:00Z"
    assert len(keys) == 6
    assert backfill(session, "s", "2026-01-01T00:01Z", "2026-01-01T00:02Z") == []
    create(session, "i", "@every 0.5 hours 1 microsecond", start_at="2026-01-01T00:00:00Z", end_at="2100-01-01T00:00:00Z")
    assert len(backfill(session, "i", "2025-12-31T23:00Z", "2026-01-01T01:00Z")) == 3, "as of its times, also before its start"
    assert session.value("select min(idempotency_key) from waymark.runs where idempotency_key like '%%:i:%%'") == (
        "schedule:i:2025-12-31T23:29:59.999999Z"
    )


def test_a_backfill_has_a_limit_and_says_how_many_there_are(session: Session) -> None:
    create(session, "x" * 200, "* * * * *")
    assert len(backfill(session, "x" * 200, "2026-01-01T00:00Z", "2026-01-01T16:40Z")) == 1000
    with pytest.raises(psycopg.Error, match="the schedule has 1001 times from"):
        backfill(session, "x" * 200, "2026-01-01T00:00Z", "2026-01-01T16:41Z")
    with pytest.raises(psycopg.Error, match="the schedule has 525600 times from"):
        backfill(session, "x" * 200, "2025-01-01T00:00Z", "2026-01-01T00:00Z")


def test_times_are_passed_over_without_counting_each(session: Session) -> None:
    """Days and hours at once give what one after the other gives, also where clocks are set."""
    source = Expressions(7)
    chosen = random.Random(7)
    zones = ["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]
    texts = [source.schedule().text for _ in range(20)] + [
        "* * * * *",
        "*/20 * * * *",
        "0,30 2,3 * * *",
        "15 * * * *",
        "5 1-4 * * *",
    ] * 4
    compared = 0
    for n, text in enumerate(texts):
        zone = chosen.choice(zones)
        try:
            create(session, f"s{n}", text, timezone=zone)
        except psycopg.DatabaseError:  # it never fires
            continue
        start = dt.datetime(2026, *chosen.choice([(3, 27), (10, 23), (10, 2), (4, 3)]), chosen.randrange(24), 7, tzinfo=UTC)
        times = session.value("select array(select waymark.cron_next(%s, %s, %s, 300))", text, start, zone)
        for count in {1, 2, 3, len(times) // 2, chosen.randrange(1, len(times) or 2)} & set(range(1, len(times))):
            query = """select (k).times, (k).fire_at from (
                         select waymark._skip_times(s, %s, %s, %s) as k from waymark.schedules s where s.name = %s) x"""
            until = times[count] - dt.timedelta(microseconds=1)
            for last, limit in [(until, None), (times[-1], count)]:
                found = session.connection.execute(query, (times[0], last, limit, f"s{n}")).fetchone()
                assert found == (count, times[count]), (text, zone, start)
                compared += 1
    assert compared > 100


def test_a_year_of_seconds_is_counted_at_once(session: Session) -> None:
    create(session, "s", "* * * * * *", timezone="Europe/Berlin")
    session.value("select waymark.pause_schedule('s')")
    session.move_clock(365 * 86_400)
    session.connection.execute("set statement_timeout = '10s'")
    session.value("select waymark.resume_schedule('s')")
    assert 0 <= read(session, "s", "fires_skipped") - 365 * 86_400 <= 10


def test_names_are_taken_once(session: Session, connect: Connect) -> None:
    create(session, "s", "@daily")
    session.value("select waymark.delete_schedule('s')")
    create(session, "s", "@hourly")
    other = connect(role="waymark_client")
    assert refused(session, "select waymark.create_schedule('s', 'One', '@daily', '{\"n\": 1}')") == "WM213"
    with pytest.raises(psycopg.Error, match="there is a schedule 's' already"):
        other.execute("select waymark.create_schedule('s', 'One', '@daily', '{\"n\": 1}')")
    assert session.value("select count(*) from waymark.schedules") == 1
