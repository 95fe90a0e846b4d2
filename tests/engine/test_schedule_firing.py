"""What firing does, time by time: each once, in order, as overlap, catch-up, jitter and limits say; what cannot start is said."""

import datetime as dt
from collections.abc import Callable

import psycopg
import pytest

from tests.engine import programs
from tests.engine.session import Session
from tests.engine.test_schedules import create, edit, now, read

Connect = Callable[..., psycopg.Connection]
SECOND, MINUTE, HOUR, DAY = (dt.timedelta(seconds=s) for s in (1, 60, 3_600, 86_400))


@pytest.fixture
def session(connection: psycopg.Connection) -> Session:
    connection.execute("set timezone = 'UTC'")
    session = Session(connection)
    session.register(programs.one_action())
    return session


def fire(session: Session, batch: int = 100) -> tuple[int, int | None]:
    row = session.connection.execute("select * from waymark.fire_schedules(%s)", (batch,)).fetchone()
    assert row is not None
    return row


def at(session: Session, time: dt.datetime, batch: int = 100) -> int:
    """Fire at a time, until nothing is due."""
    session.move_clock((time - session.value("select clock_timestamp()")).total_seconds())
    fired = 0
    while True:
        runs, due_in = fire(session, batch)
        fired += runs
        if due_in != 0:
            return fired


def times(session: Session, name: str) -> list[dt.datetime]:
    """For which times a schedule has started runs."""
    prefix = f"schedule:{name}:"
    query = "select substr(idempotency_key, %s)::timestamptz from waymark.runs where starts_with(idempotency_key, %s) order by 1"
    return [time for (time,) in session.connection.execute(query, (len(prefix) + 1, prefix))]


def finish(session: Session) -> None:
    """All that runs ends, by a daemon of that time: its lease is alive."""
    session = Session(session.connection)
    while claims := session.turn(capacity=100):
        session.turn(*[claim.succeeded(1) for claim in claims], capacity=0)


def test_a_time_is_fired_once_it_is_due_and_the_next_is_set(session: Session) -> None:
    create(session, "s", "@every 10 seconds", queue="night", tags={"a": "b"}, priority=4)
    assert fire(session)[0] == 0
    created = read(session, "s", "created_at")
    assert 9_000 < (fire(session)[1] or 0) <= 10_000
    assert at(session, created + 10.5 * SECOND) == 1
    assert 9_000 < (fire(session)[1] or 0) <= 9_500
    query = "select run_id, workflow, arguments, queue, tags, priority::int, idempotency_key, state from waymark.runs"
    ((run_id, *run),) = session.connection.execute(query).fetchall()
    assert run[:5] == ["One", {"n": 1}, "night", {"a": "b"}, 4]
    assert run[5] == f"schedule:s:{(created + 10 * SECOND).strftime('%Y-%m-%dT%H:%M:%S.%fZ')}"
    row = read(session, "s", "last_run_id", "last_fire_at", "fire_at", "runs_started", "fires_skipped")
    assert row == (run_id, created + 10 * SECOND, created + 20 * SECOND, 1, 0)
    session.value("select waymark.delete_schedule('s')")
    assert fire(session) == (0, None)


def test_an_interval_does_not_drift(session: Session) -> None:
    create(session, "s", "@every 1.1 seconds", overlap="allow")
    created = read(session, "s", "created_at")
    for n in range(1, 41):
        assert at(session, created + n * 1.1 * SECOND + 0.9 * SECOND) == 1
    assert times(session, "s") == [created + dt.timedelta(microseconds=1_100_000) * n for n in range(1, 41)]


@pytest.mark.parametrize(
    ("catch_up", "fired"), [("skip", []), ("one", [10]), ("all", list(range(1, 11))), ("limited", [8, 9, 10])]
)
def test_catching_up(session: Session, catch_up: str, fired: list[int]) -> None:
    options = {"catch_up": "all", "catch_up_limit": 3} if catch_up == "limited" else {"catch_up": catch_up}
    create(session, "s", "@every 10 minutes", overlap="allow", **options)
    created = read(session, "s", "created_at")
    at(session, created + 109 * MINUTE)
    assert times(session, "s") == [created + n * 10 * MINUTE for n in fired]
    assert read(session, "s", "runs_started", "fires_skipped") == (len(fired), 10 - len(fired))
    at(session, created + 110 * MINUTE + SECOND)
    assert times(session, "s")[-1] == created + 110 * MINUTE, "what is a second late is not missed"


def test_many_missed_times_are_counted_and_not_each_looked_at(session: Session) -> None:
    for n, options in enumerate([{"timezone": "Europe/Berlin"}, {"catch_up": "all", "overlap": "allow"}, {"catch_up": "skip"}]):
        create(session, f"s{n}", "* * * * *", **options)
    begin = read(session, "s0", "fire_at")
    session.connection.execute("set statement_timeout = '10s'")
    at(session, begin + 400 * DAY + 30 * SECOND)
    for n, started in enumerate([1, 100, 1]):
        assert read(session, f"s{n}", "runs_started", "fires_skipped") == (started, 400 * 1440 + 1 - started)
        assert times(session, f"s{n}")[-1] == begin + 400 * DAY
        assert read(session, f"s{n}", "fire_at") == begin + 400 * DAY + MINUTE


def test_overlap_skip(session: Session) -> None:
    create(session, "s", "@every 1 hour")
    created = read(session, "s", "created_at")
    for n in (1, 2, 3):
        at(session, created + n * HOUR)
    finish(session)
    for n in (4, 5):
        at(session, created + n * HOUR)
    assert times(session, "s") == [created + n * HOUR for n in (1, 4)]
    assert read(session, "s", "runs_started", "fires_skipped") == (2, 3)


def test_overlap_queues_one(session: Session) -> None:
    create(session, "s", "@every 1 hour", overlap="queue")
    created = read(session, "s", "created_at")
    for n in (1, 2, 3):
        at(session, created + n * HOUR)
    assert times(session, "s") == [created + HOUR]
    assert read(session, "s", "queued_fire_at", "fires_skipped") == (created + 2 * HOUR, 1)
    assert fire(session) == (0, 1000), "whether the run has ended is looked at every second"
    daemon = Session(session.connection)
    daemon.turn(*[claim.succeeded(1) for claim in daemon.turn()], capacity=0)
    assert fire(session)[0] == 1
    assert times(session, "s") == [created + HOUR, created + 2 * HOUR]
    assert read(session, "s", "queued_fire_at", "last_fire_at") == (None, created + 2 * HOUR)
    at(session, created + 4 * HOUR)
    finish(session)
    at(session, created + 5 * HOUR)
    assert times(session, "s") == [created + n * HOUR for n in (1, 2, 4)]
    assert read(session, "s", "queued_fire_at") == created + 5 * HOUR, "what was in line goes first"
    session.value("select waymark.pause_schedule('s')")
    assert read(session, "s", "queued_fire_at", "fires_skipped") == (None, 2)
    finish(session)
    assert fire(session) == (0, None)


def test_what_is_queued_runs_although_the_schedule_has_ended(session: Session) -> None:
    create(session, "s", "@every 1 hour", overlap="queue", max_runs=2)
    created = read(session, "s", "created_at")
    for n in (1, 2):
        at(session, created + n * HOUR)
    assert read(session, "s", "state", "fire_at", "runs_started") == ("ended", None, 1)
    finish(session)
    assert fire(session) == (1, None)
    assert times(session, "s") == [created + HOUR, created + 2 * HOUR]
    assert read(session, "s", "state", "runs_started") == ("ended", 2)


def test_overlap_cancels_the_running(session: Session) -> None:
    create(session, "s", "@every 1 hour", overlap="cancel", catch_up="all")
    created = read(session, "s", "created_at")
    at(session, created + HOUR)
    first = read(session, "s", "last_run_id")
    Session(session.connection).turn()
    at(session, created + 4 * HOUR)
    assert times(session, "s") == [created + HOUR, created + 4 * HOUR]
    assert read(session, "s", "fires_skipped") == 2
    finish(session)
    finish(session)
    assert session.outcome(first)[0] == "cancelled"
    assert session.outcome(read(session, "s", "last_run_id"))[0] == "succeeded"
    at(session, created + 5 * HOUR)
    assert session.is_quiet() is False
    assert session.value("select count(*) from waymark.timers") == 0, "a run that has ended is not told"


def test_overlap_allows(session: Session) -> None:
    create(session, "s", "@every 1 hour", overlap="allow", catch_up="all")
    created = read(session, "s", "created_at")
    at(session, created + 3 * HOUR)
    assert session.value("select count(*) from waymark.runs where state = 'live'") == 3
    assert read(session, "s", "last_fire_at") == created + 3 * HOUR


def test_a_run_beside_the_plan_does_not_overlap(session: Session) -> None:
    create(session, "s", "@every 1 hour")
    session.value("select waymark.trigger_schedule('s')")
    assert at(session, read(session, "s", "created_at") + HOUR) == 1


def test_a_pruned_run_does_not_overlap(session: Session) -> None:
    for overlap in ("skip", "queue"):
        create(session, overlap, "@every 1 hour", overlap=overlap)
    created = read(session, "skip", "created_at")
    at(session, created + HOUR + MINUTE)
    finish(session)
    session.move_clock(10_000)
    assert session.value("select (waymark.prune('succeeded', '0')).pruned") == 2
    assert at(session, created + 2 * HOUR + MINUTE) == 2


def test_a_start_an_end_and_a_number_of_runs(session: Session) -> None:
    begin = now(session).replace(microsecond=0) + HOUR
    when = {"start_at": begin.isoformat(), "end_at": (begin + 3 * HOUR).isoformat(), "catch_up": "all", "overlap": "allow"}
    create(session, "s", "@every 1 hour", **when)
    create(session, "m", "@every 1 hour", **when, max_runs=2)
    at(session, begin + DAY)
    assert times(session, "s") == [begin, begin + HOUR, begin + 2 * HOUR]
    assert times(session, "m") == [begin, begin + HOUR]
    for name in ("s", "m"):
        assert read(session, name, "state", "fire_at", "due_at", "fires_skipped") == ("ended", None, None, 0)
    edit(session, "m", max_runs=3, end_at=None)
    assert read(session, "m", "state", "fire_at") == ("active", begin + 25 * HOUR)


def test_jitter_is_the_same_each_time_and_loses_none(session: Session) -> None:
    create(session, "s", "@every 10 seconds", jitter=3_600, overlap="allow")
    created = read(session, "s", "created_at")
    delays: list[dt.timedelta] = []
    for n in range(1, 31):
        due, fire_at = read(session, "s", "due_at", "fire_at")
        assert fire_at == created + n * 10 * SECOND
        assert session.value("select waymark._due_at(s, %s) from waymark.schedules s", fire_at) == due
        delays.append(due - fire_at)
        at(session, due - 0.05 * SECOND)
        assert read(session, "s", "runs_started") == n - 1
        at(session, due + 0.001 * SECOND)
    assert len(times(session, "s")) == 30
    assert min(delays) < 2.5 * SECOND
    assert max(delays) > 7.5 * SECOND
    assert all(dt.timedelta(0) <= delay < 10 * SECOND for delay in delays)
    # Of several that were missed, the last waits for its own.
    at(session, read(session, "s", "fire_at") + 100 * SECOND)
    fired = times(session, "s")[-1]
    assert session.value("select waymark._due_at(s, %s) <= waymark._now() from waymark.schedules s", fired)
    assert session.value("select due_at > waymark._now() from waymark.schedules")
    assert read(session, "s", "runs_started + fires_skipped") == (fired - created) // (10 * SECOND)


def test_what_cannot_start_is_said_and_holds_up_nothing(session: Session) -> None:
    """Another program takes other arguments; a zone is gone from the database."""
    session.register(programs.one_action("Two"))
    for name in ("a", "b", "c", "d"):
        create(session, name, "@every 1 hour", overlap="allow")
    session.value("""select waymark.create_schedule('t', 'Two', '@every 1 hour', '{"n": 1}')""")
    session.connection.execute("update waymark.schedules set arguments = '{\"m\": 1}' where name = 'b'")
    session.connection.execute(
        "update waymark.schedules set timezone = 'Nowhere/Else', cron = waymark._parse_cron('@hourly'), every = null"
        " where name = 'c'"
    )
    created = read(session, "d", "created_at")
    assert at(session, created + HOUR) == 3
    assert read(session, "b", "fires_failed", "runs_started", "last_error", "last_run_id", "state") == (
        1, 0, 'WM202: One is missing the argument "n"', None, "active",
    )  # fmt: skip
    assert read(session, "b", "fire_at - created_at") == 2 * HOUR
    state, error, due_at, fire_at = read(session, "c", "state", "last_error", "due_at", "fire_at")
    assert (state, error) == ("active", '22023: time zone "Nowhere/Else" not recognized')
    assert due_at > now(session) + 50 * SECOND
    assert fire_at <= created + HOUR, "its time is not lost"
    edit(session, "c", timezone="UTC")
    edit(session, "b", arguments={"n": 2})
    at(session, created + 2 * HOUR)
    for name in ("b", "c"):
        assert read(session, name, "runs_started", "last_error") == (1, None)


def test_a_workflow_that_is_gone_is_said(session: Session) -> None:
    create(session, "s", "@every 1 hour")
    session.connection.execute("delete from waymark.workflows")
    assert at(session, read(session, "s", "created_at") + HOUR) == 0
    assert read(session, "s", "fires_failed", "last_error") == (1, 'WM201: there is no workflow "One"')


def test_an_edit_does_not_lose_what_was_due(session: Session) -> None:
    create(session, "s", "0 * * * *", catch_up="all", overlap="allow")
    begin = read(session, "s", "fire_at")
    session.move_clock((begin + 2.5 * HOUR - session.value("select clock_timestamp()")).total_seconds())
    edit(session, "s", schedule="30 * * * *")
    at(session, begin + 2.6 * HOUR)
    assert times(session, "s") == [begin + (n + 0.5) * HOUR for n in range(3)]


def test_two_daemons_share_what_is_due(session: Session, connect: Connect) -> None:
    for n in range(10):
        create(session, f"s{n}", "@every 1 hour")
    other = Session(connect(autocommit=False))
    for each in (session, other):
        each.move_clock(3_700)
    assert fire(other, 4)[0] == 4
    session.connection.execute("set lock_timeout = '1ms'")
    assert fire(session) == (6, 1000), "what another daemon has in hand is looked at again"
    other.connection.rollback()
    assert fire(session)[0] == 4
    assert session.value("select count(*) from waymark.runs") == 10


def test_a_run_of_the_time_is_not_started_again(session: Session) -> None:
    """Whoever has lost track of what was fired: the key stands for the run that has it."""
    create(session, "s", "@every 1 hour")
    created = read(session, "s", "created_at")
    at(session, created + HOUR)
    first = read(session, "s", "last_run_id")
    session.connection.execute(
        "update waymark.schedules set due_at = last_fire_at, fire_at = last_fire_at, overlap = 'allow', state = 'active'"
    )
    assert fire(session)[0] == 1
    assert read(session, "s", "last_run_id") == first
    assert session.value("select count(*) from waymark.runs") == 1


def test_a_clock_that_goes_back_fires_nothing_twice(session: Session) -> None:
    create(session, "s", "* * * * * *", overlap="allow", catch_up="all", catch_up_limit=1000)
    begin = read(session, "s", "fire_at")
    for seconds in (10, 8, 20, 12, 21):
        at(session, begin + seconds * SECOND)
    assert times(session, "s") == [begin + n * SECOND for n in range(22)]


def test_a_call_is_bounded(session: Session) -> None:
    for n in range(3):
        create(session, f"s{n}", "* * * * * *", overlap="allow", catch_up="all", catch_up_limit=1000)
    session.move_clock(5_000)
    assert fire(session) == (1000, 0)
    assert fire(session) == (1000, 0)
    assert fire(session)[0] >= 1000


def test_programs_and_their_versions_come_and_go_beside_a_schedule(session: Session) -> None:
    """A run is of the newest program; pruning the others takes nothing that a schedule needs."""
    create(session, "s", "@every 1 hour")
    created = read(session, "s", "created_at")
    second = {**programs.one_action(), "source": {"module": "app", "file": "app.py", "first_line": 1, "text": "2\n2\n"}}
    newest = session.register(second)
    session.value("select waymark.set_retention('succeeded', '1 minute')")
    for seconds in (60, 3_000):
        session.move_clock(seconds)
        session.value("select runs from waymark.apply_retention()")
    assert session.value("select count(*) from waymark.programs") == 1
    assert at(session, created + HOUR) == 1
    assert session.value("select program_id from waymark.runs") == newest


def test_who_waits_is_told(session: Session, connect: Connect) -> None:
    """A daemon hears of what may be due sooner than it knows."""
    listener = connect()
    listener.execute("listen waymark")
    create(session, "s", "@yearly")
    edit(session, "s", schedule="@hourly")
    session.value("select waymark.pause_schedule('s')")
    session.value("select waymark.resume_schedule('s')")
    said = [notification.payload for notification in listener.notifies(timeout=5, stop_after=4)]
    assert said == ["schedules"] * 4
