"""A year of a thousand schedules of every kind under virtual time, compared with cronsim fire by fire.

The schedules of `make test` fire at most 30 times a year; `make fuzz` takes other ones, up to 1,000 times.
"""

import datetime as dt
import itertools
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable
from zoneinfo import ZoneInfo

import psycopg
from cronsim import CronSim, CronSimError

from tests.engine import programs
from tests.engine.session import Session
from tests.fuzz.cron import SET_BACK, UTC, Expressions
from tests.fuzz.test_cron import ORDINARY

LONG = bool(os.environ.get("FUZZ"))
SCHEDULES, MOST = 1000, 1000 if LONG else 30
BEGIN, END = dt.datetime(2027, 1, 1, tzinfo=UTC), dt.datetime(2028, 1, 1, tzinfo=UTC)
LOOKS = dt.timedelta(hours=31)
"""How often due schedules are fired: what is due then is caught up with."""

FIRED = r"""
select k[1], k[2]::timestamptz from waymark.runs, regexp_match(idempotency_key, '^schedule:(\w+):(.*)$') k order by 2
"""


def a_cron(source: Expressions) -> tuple[str, str, list[dt.datetime]] | None:
    """An expression that cronsim has, in a zone, and its times in the year; none where they are too many."""
    schedule, zone = source.schedule(), source.random.choice(ORDINARY)
    # It has the rules of fixed times for five fields only; see tests/fuzz/test_cron.
    if not schedule.to_cronsim or not (zone == "UTC" or schedule.elapsed or len(schedule.text.split()) == 5):
        return None
    begin = BEGIN - (dt.timedelta(seconds=1) if schedule.elapsed else SET_BACK)
    try:
        every = (fire.astimezone(UTC) for fire in CronSim(schedule.text, begin.astimezone(ZoneInfo(zone))))
        times = itertools.takewhile(lambda fire: fire < END, (fire for fire in every if fire >= BEGIN))
        found = list(itertools.islice(times, MOST + 1))
    except CronSimError:  # there is no such day
        return None
    return (schedule.text, zone, found) if 0 < len(found) <= MOST else None


def an_interval(source: Expressions) -> tuple[str, str, list[dt.datetime]]:
    every = dt.timedelta(microseconds=source.random.randrange(365 * 86_400 * 10**6 // MOST, 200 * 86_400 * 10**6))
    times = [BEGIN + n * every for n in range((END - BEGIN) // every + 1)]
    return f"@every {every // dt.timedelta(microseconds=1)} microseconds", "UTC", [fire for fire in times if fire < END]


def test_a_year(connection: psycopg.Connection) -> None:
    source = Expressions(time.time_ns() if LONG else 0)
    kinds: list[Callable[[Expressions], tuple[str, str, list[dt.datetime]] | None]] = [a_cron] * 6 + [an_interval]
    found = (source.random.choice(kinds)(source) for _ in itertools.count())
    expected: dict[str, list[dt.datetime]] = {}
    session = Session(connection)
    session.register(programs.one_action())

    def at(now: dt.datetime) -> None:
        session.move_clock((now - session.value("select clock_timestamp()")).total_seconds())

    at(BEGIN - LOOKS)
    plans: dict[str, tuple[str, str]] = {}
    for n, (text, zone, times) in enumerate(itertools.islice(filter(None, found), SCHEDULES)):
        expected[f"s{n}"], plans[f"s{n}"] = times, (text, zone)
        jitter = source.random.choice([0, 0, 0, 5, 3_600])
        options = {"timezone": zone, "overlap": "allow", "catch_up": "all", "catch_up_limit": 1000, "jitter": jitter}
        options |= {"start_at": BEGIN.isoformat(), "end_at": END.isoformat()}
        connection.execute(
            "select waymark.create_schedule(%s, 'One', %s, '{\"n\": 1}', %s)", (f"s{n}", text, json.dumps(options))
        )
    now = BEGIN
    while now < END + LOOKS:
        now += LOOKS
        at(now)
        while session.value("select due_in_ms from waymark.fire_schedules(%s)", source.random.randint(50, 300)) == 0:
            pass
    fired: dict[str, list[dt.datetime]] = defaultdict(list)
    for name, fire in connection.execute(FIRED):
        fired[name].append(fire.astimezone(UTC))
    for name, times in expected.items():
        assert fired[name] == times, plans[name]
    query = "select count(*), min(state), max(state), sum(fires_skipped)::int from waymark.schedules"
    assert connection.execute(query).fetchone() == (SCHEDULES, "ended", "ended", 0)
