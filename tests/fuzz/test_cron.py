"""`waymark.cron_next` fires when two oracles say: cronsim, where it has the constructs, and trying every time of day.

A short run is part of `make test`; `make fuzz N=100000` is the long one, with another seed each time.
"""

import datetime as dt
import itertools
import os
import time
from functools import cache
from zoneinfo import ZoneInfo

import psycopg
from cronsim import CronSim, CronSimError

from tests.fuzz.cron import FAR, SET_BACK, UTC, Expressions, Schedule

SHORT = 150
LONG = int(os.environ.get("FUZZ", "0"))
COUNT = 3

# Clocks that are set at night, by an hour.
ORDINARY = (
    ["UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles"]
    + ["Australia/Sydney", "Pacific/Auckland", "Asia/Kolkata", "Asia/Kathmandu"]
)  # fmt: skip
# By half an hour or two, at midnight, over midnight, over a whole day: what cronsim does not have in every case.
ODD = (
    ["Australia/Lord_Howe", "Antarctica/Troll", "America/Sao_Paulo", "America/Havana"]
    + ["America/St_Johns", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia"]
)  # fmt: skip
YEARS = dt.datetime(1990, 1, 1, tzinfo=UTC), dt.datetime(2022, 1, 1, tzinfo=UTC)


@cache
def changes(name: str) -> list[dt.datetime]:
    """The days on which the clocks of a zone are set."""
    zone, (begin, end) = ZoneInfo(name), YEARS
    days = [begin + dt.timedelta(days=n) for n in range((end - begin).days)]
    return [a for a, b in itertools.pairwise(days) if a.astimezone(zone).utcoffset() != b.astimezone(zone).utcoffset()]


def instant(source: Expressions, zone: str) -> dt.datetime:
    """Anywhere, or around a change of the clocks; a fraction of a second, or none."""
    begin, end = YEARS
    if changes(zone) and source.random.random() < 0.6:
        begin = source.random.choice(changes(zone)) - dt.timedelta(hours=12)
        end = begin + dt.timedelta(hours=48)
    fraction = source.random.choice([0, 1, 999_999])
    after = begin + dt.timedelta(seconds=source.random.randrange(int((end - begin).total_seconds())), microseconds=fraction)
    return source.random.choice([after, after.replace(second=0, microsecond=0)])


def fires_in_cronsim(schedule: Schedule, after: dt.datetime, zone: ZoneInfo) -> list[dt.datetime]:
    # What it answers for the second pass of an hour depends on where it began: so it begins earlier.
    begin = after if schedule.elapsed else after - SET_BACK
    try:
        times = (time.astimezone(UTC) for time in CronSim(schedule.text, begin.astimezone(zone)))
        later = (time for time in times if time > after)
        return list(itertools.islice(itertools.takewhile(lambda time: time < after + FAR, later), COUNT))
    except CronSimError as error:
        assert str(error) == "Bad day-of-month"  # noqa: PT017 - how it says that there is no such day
        return []


def fires(connection: psycopg.Connection, text: str, after: dt.datetime, zone: str) -> list[dt.datetime]:
    query = "select c at time zone 'UTC' from waymark.cron_next(%s, %s, %s, %s) c"
    try:
        return [time.replace(tzinfo=UTC) for (time,) in connection.execute(query, (text, after, zone, COUNT))]
    except psycopg.Error as error:
        if error.sqlstate == "WM212":
            return []
        raise


def test_random_expressions(connection: psycopg.Connection) -> None:
    compared = 0
    begin = time.time_ns() if LONG else 0
    for seed in range(begin, begin + (LONG or SHORT)):
        source = Expressions(seed)
        schedule, zone = source.schedule(), source.random.choice(source.random.choice([ORDINARY, ODD]))
        after = instant(source, zone)
        case = f"seed {seed}: {schedule.text!r} after {after} in {zone}"
        found = fires(connection, schedule.text, after, zone)
        soon = [time for time in found if time < after + FAR]
        assert soon == schedule.fires(after, ZoneInfo(zone), COUNT), case
        # It has the rules of fixed times for five fields only.
        if schedule.to_cronsim and zone in ORDINARY and (zone == "UTC" or schedule.elapsed or len(schedule.text.split()) == 5):
            compared += 1
            assert soon == fires_in_cronsim(schedule, after, ZoneInfo(zone)), case
    assert compared > (LONG or SHORT) / 8


def sqlstate(connection: psycopg.Connection, text: str) -> str | None:
    try:
        connection.execute("select waymark.cron_next(%s, '2020-01-01Z')", (text,))
    except psycopg.Error as error:
        return error.sqlstate
    return None


def test_random_text_is_an_expression_or_is_refused(connection: psycopg.Connection) -> None:
    begin = time.time_ns() if LONG else 0
    for seed in range(begin, begin + (LONG or SHORT)):
        source = Expressions(seed)
        text = list(source.schedule().text)
        for _ in range(source.random.randint(1, 3)):
            place = source.random.randrange(len(text))
            text[place : place + source.random.randint(0, 1)] = source.random.choice(
                ["0", "9", "*", "/", ",", "-", "L", "W", "#", "?", "@", "A", "é", "٣"] + [" ", ""]
            )
        assert sqlstate(connection, "".join(text)) in {None, "WM210", "WM212"}, (seed, "".join(text))
