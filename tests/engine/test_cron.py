"""Cron expressions: what they mean, what is refused, what they cost; docs/schedules.md is true. Random ones: tests/fuzz."""

import datetime as dt
import re
from collections.abc import Callable

import psycopg
import pytest

from tests.cluster import ROOT
from tests.fuzz.cron import MONTHS, WEEKDAYS

Connect = Callable[..., psycopg.Connection]
PAGE = (ROOT / "docs/schedules.md").read_text()


def fires(connection: psycopg.Connection, expression: str, after: str, zone: str = "UTC", count: int = 1) -> list[str]:
    """The next times, as the clocks of the zone show them with their offset."""
    with connection.transaction():
        connection.execute("select set_config('timezone', %s, true)", (zone,))
        query = "select c::text from waymark.cron_next(%s, %s, %s, %s) c"
        return [time for (time,) in connection.execute(query, (expression, after, zone, count))]


def refusal(connection: psycopg.Connection, expression: str | None, zone: str | None = "UTC") -> tuple[str | None, str]:
    with pytest.raises(psycopg.Error) as refused:
        connection.execute("select waymark.cron_next(%s, '2026-01-01Z', %s)", (expression, zone))
    return refused.value.sqlstate, refused.value.diag.message_primary or ""


def test_the_page(connection: psycopg.Connection) -> None:
    """Each statement answers what stands below it, whatever the zone of the session."""
    examples = [
        (statement, re.findall(r"-- (.*)", answer))
        for block in re.findall(r"^```sql\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
        for statement, answer in re.findall(r"^(select .*)\n((?:-- .*\n)+)", block, re.MULTILINE)
    ]
    assert len(examples) == 11
    for statement, answer in examples:
        if answer[0].startswith("WM"):
            with pytest.raises(psycopg.Error) as refused:
                connection.execute(statement.encode())
            assert [f"{refused.value.sqlstate}: {refused.value.diag.message_primary}"] == answer
            continue
        found = []
        for zone in ("UTC", "America/New_York"):
            connection.execute("select set_config('timezone', %s, false)", (zone,))
            found.append([time for (time,) in connection.execute(statement.encode())])
        assert [f"{time.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S+00}" for time in found[0]] == answer
        assert found[0] == found[1]


def test_names_case_sundays_and_nicknames(connection: psycopg.Connection) -> None:
    def sets(expression: str) -> object:
        return connection.execute("select waymark._parse_cron(%s)::text", (expression,)).fetchone()

    assert sets(f"0 0 * {','.join(MONTHS).lower()} *") == sets("0 0 * 1-12 *")
    assert sets(f"0 0 * * {','.join(WEEKDAYS).title()}") == sets("0 0 * * 0-6")
    assert sets("0 0 * * 0") == sets("0 0 * * 7") == sets("0 0 * * sun") == sets("  0\t0 * * SUN\n") == sets("0 0 0 * * SUN")
    assert sets("0 0 * * 5-7") == sets("0 0 * * FRI,SAT,SUN")
    nicknames = dict(re.findall(r"`(@\w+)`(?: and `@\w+`)? (?:is|are) `([^`]+)`", PAGE))
    nicknames |= {"@annually": nicknames["@yearly"], "@midnight": nicknames["@daily"]}
    assert len(nicknames) == 7
    for name, meaning in nicknames.items():
        assert sets(name) == sets(f" {name.upper()} ") == sets(meaning)


TIMES = [
    # Leap years, of which 1900 and 2100 are none.
    ("0 0 29 2 *", "2026-01-01Z", "UTC", ["2028-02-29 00:00:00+00", "2032-02-29 00:00:00+00"]),
    ("0 0 29 2 *", "2096-03-01Z", "UTC", ["2104-02-29 00:00:00+00", "2108-02-29 00:00:00+00"]),
    ("0 0 * 2 MON#5", "2072-03-01Z", "UTC", ["2112-02-29 00:00:00+00", "2140-02-29 00:00:00+00"]),
    ("0 0 L 2 *", "2027-02-28Z", "UTC", ["2028-02-29 00:00:00+00", "2029-02-28 00:00:00+00"]),
    # The nearest weekday stays in its month: Saturday the 1st, Sunday the 31st.
    ("0 0 1W * *", "2026-07-31Z", "UTC", ["2026-08-03 00:00:00+00", "2026-09-01 00:00:00+00"]),
    ("0 0 31W * *", "2026-05-01Z", "UTC", ["2026-05-29 00:00:00+00", "2026-07-31 00:00:00+00"]),
    ("0 0 L-30 * *", "2026-03-02Z", "UTC", ["2026-05-01 00:00:00+00", "2026-07-01 00:00:00+00"]),
    # After, and not at; fractions of a second are after.
    ("0 0 * * *", "2026-01-01Z", "UTC", ["2026-01-02 00:00:00+00", "2026-01-03 00:00:00+00"]),
    ("* * * * * *", "2026-01-01 00:00:00.5Z", "UTC", ["2026-01-01 00:00:01+00", "2026-01-01 00:00:02+00"]),
    ("59 59 23 31 12 *", "2026-12-31 23:59:58Z", "UTC", ["2026-12-31 23:59:59+00", "2027-12-31 23:59:59+00"]),
    # Set forward: what falls into the gap fires once, at its end, where it may meet what fires there anyway.
    ("0,30 2 * * *", "2026-03-28 12:00Z", "Europe/Berlin", ["2026-03-29 03:00:00+02", "2026-03-30 02:00:00+02"]),
    ("0 2,3 * * *", "2026-03-28 12:00Z", "Europe/Berlin", ["2026-03-29 03:00:00+02", "2026-03-30 02:00:00+02"]),
    ("*/20 30 2 * * *", "2026-03-28 12:00Z", "Europe/Berlin", ["2026-03-29 03:00:00+02", "2026-03-30 02:30:00+02"]),
    ("*/30 2 * * *", "2026-03-28 12:00Z", "Europe/Berlin", ["2026-03-30 02:00:00+02", "2026-03-30 02:30:00+02"]),
    ("0 */2 * * *", "2026-03-28 23:30Z", "Europe/Berlin", ["2026-03-29 04:00:00+02", "2026-03-29 06:00:00+02"]),
    # Set back: the first of two, also for who asks between them.
    ("30 2 * * *", "2026-10-25 00:45Z", "Europe/Berlin", ["2026-10-26 02:30:00+01", "2026-10-27 02:30:00+01"]),
    ("30 2,3 * * *", "2026-10-25 01:10Z", "Europe/Berlin", ["2026-10-25 03:30:00+01", "2026-10-26 02:30:00+01"]),
    ("30 * * * *", "2026-10-25 00:10Z", "Europe/Berlin", ["2026-10-25 02:30:00+02", "2026-10-25 02:30:00+01"]),
    # By half an hour; at midnight; back over midnight, into the day before; over a day that was left out.
    ("15 2 * * *", "2026-10-03 00:00Z", "Australia/Lord_Howe", ["2026-10-04 02:30:00+11", "2026-10-05 02:15:00+11"]),
    ("30 0 * * *", "2018-11-03 12:00Z", "America/Sao_Paulo", ["2018-11-04 01:00:00-02", "2018-11-05 00:30:00-02"]),
    ("30 23 * * *", "2010-11-06 12:00Z", "America/St_Johns", ["2010-11-06 23:30:00-02:30", "2010-11-07 23:30:00-03:30"]),
    ("*/30 23 * * *", "2010-11-07 02:00Z", "America/St_Johns", ["2010-11-06 23:30:00-03:30", "2010-11-07 23:00:00-03:30"]),
    ("0 12 * * *", "2011-12-30 00:00Z", "Pacific/Apia", ["2011-12-31 00:00:00+14", "2011-12-31 12:00:00+14"]),
]


def test_times(connection: psycopg.Connection) -> None:
    for expression, after, zone, expected in TIMES:
        assert fires(connection, expression, after, zone, 2) == expected
        assert fires(connection, expression, expected[0], zone) == expected[1:], "what fires does not depend on who asks when"


EXPECTED = {
    "second": "a second from 0 to 59",
    "minute": "a minute from 0 to 59",
    "hour": "an hour from 0 to 23",
    "day": "a day of the month from 1 to 31",
    "month": "a month from 1 to 12 or JAN to DEC",
    "weekday": "a day of the week from 0 to 7 or SUN to SAT",
    "special": "L, L-1 to L-30, LW or 1W to 31W",
    "step": "a step from 1 to 9999",
    "nickname": "@yearly, @annually, @monthly, @weekly, @daily, @midnight or @hourly",
    "field": "one more of minute, hour, day of month, month and day of week",
}


SYNTAX_ERRORS = [
    (None, 1, "", "field"),
    ("", 1, "", "field"),
    ("* * * *", 8, "", "field"),
    ("* * * * * * 2026", 13, "2026", "the end"),
    ("* * * * *" + " " * 1000 + "*", 1001, " " * 9 + "*", "the end"),
    ("@dayly", 1, "@dayly", "nickname"),
    (" @daily 5", 2, "@daily 5", "nickname"),
    ("60 * * * * *", 1, "60", "second"),
    ("60 * * * *", 1, "60", "minute"),
    ("-1 * * * *", 1, "-1", "minute"),
    ("1.5 * * * *", 1, "1.5", "minute"),
    ("٣ * * * *", 1, "٣", "minute"),
    ("99999999999999999999 * * * *", 1, "99999999999999999999", "minute"),
    ("? * * * *", 1, "?", "minute"),
    ("*-5 * * * *", 1, "*-5", "minute"),
    ("** * * * *", 1, "**", "minute"),
    ("1,,2 * * * *", 3, "", "minute"),
    ("1,2, * * * *", 5, "", "minute"),
    ("5- * * * *", 3, "", "minute"),
    ("5-6-7 * * * *", 3, "6-7", "minute"),
    ("* 24 * * *", 3, "24", "hour"),
    ("* 5-3 * * *", 5, "3", "the end of a range, not below 5,"),
    ("* */0 * * *", 5, "0", "step"),
    ("* */x * * *", 5, "X", "step"),
    ("* */ * * *", 5, "", "step"),
    ("* 1-5/2/2 * * *", 7, "2/2", "step"),
    ("* * 0 * *", 5, "0", "day"),
    ("* * 32 * *", 5, "32", "day"),
    ("* * MON * *", 5, "MON", "day"),
    ("* * W * *", 5, "", "day"),
    ("* * 32W * *", 5, "32", "day"),
    ("* * L-0 * *", 5, "L-0", "special"),
    ("* * L-31 * *", 5, "L-31", "special"),
    ("* * L/2 * *", 5, "L/2", "special"),
    ("* * 1,LW-3 * *", 7, "LW-3", "special"),
    ("* * * 13 *", 7, "13", "month"),
    ("* * * JANUARY *", 7, "JANUARY", "month"),
    ("* * * * 8", 9, "8", "weekday"),
    ("* * * * L", 9, "", "weekday"),
    ("* * * * FRI-MON", 13, "MON", "the end of a range, not below FRI,"),
    ("* * * * MON,8L", 13, "8", "weekday"),
    ("* * * * 5#0", 11, "0", "a number from 1 to 5"),
    ("* * * * 5#6", 11, "6", "a number from 1 to 5"),
    ("* * * * 5L#2", 9, "5L#2", "weekday"),
]


def test_what_does_not_parse(connection: psycopg.Connection) -> None:
    for expression, position, found, expected in SYNTAX_ERRORS:
        where = (
            f"'{found}' where {EXPECTED.get(expected, expected)} is expected"
            if found
            else f"nothing where {EXPECTED[expected]} is expected"
        )
        message = f"the cron expression does not parse at position {position}: {where}"
        assert refusal(connection, expression) == ("WM210", message)


ZONES = [
    "UTC",
    "utc",
    "GMT",
    "Europe/Berlin",
    "europe/berlin",
    "Etc/GMT-14",
    "Etc/GMT+5",
    "America/Port-au-Prince",
    "Japan",
    "Etc/GMT0",
]
NO_ZONES = [
    None,
    "",
    "Europe/Atlantis",
    "CET",
    "PST",
    "UTC+3",
    "Europe/Berlin2",
    "Etc/GMT+13",
    "+02:00",
    "02",
    "Europe",
    "../UTC",
    "x" * 300,
]


def test_zones(connection: psycopg.Connection) -> None:
    for zone in ZONES:
        assert len(fires(connection, "@daily", "2026-01-01Z", zone)) == 1
    for unknown in NO_ZONES:
        named = f"'{unknown[:100]}'" if unknown is not None else "null"
        assert refusal(connection, "@daily", unknown) == ("WM211", f"unknown time zone {named}")


NEVER = [
    ("0 0 30 2 *", "UTC"),
    ("0 0 31 2,4,6,9,11 *", "UTC"),
    ("0 0 31W 2 *", "UTC"),
    ("0 0 L-29 2 *", "UTC"),
    ("0 0 */31 * 1#2", "UTC"),  # both have to match: the 1st is no second Monday
    ("*/5 2 * 3 SUN#2", "America/New_York"),  # the hour that is left out, on an interval
]


def test_what_never_fires(connection: psycopg.Connection) -> None:
    for expression, zone in NEVER:
        assert refusal(connection, expression, zone) == ("WM212", f"the cron expression '{expression}' never fires")


def test_the_last_time_is_the_last(connection: psycopg.Connection) -> None:
    """Summer time in New York began on the first Sunday of April until 2006: since then, this hour is left out every time."""
    assert fires(connection, "*/30 2 * 3 SUN#2", "2006-01-01Z", "America/New_York", 5) == [
        "2006-03-12 02:00:00-05",
        "2006-03-12 02:30:00-05",
    ]


def test_arguments_out_of_range(connection: psycopg.Connection) -> None:
    for after, count in [(None, 1), ("-infinity", 1), ("10000-01-01Z", 1), ("2026-01-01Z", 0), ("2026-01-01Z", None)]:
        with pytest.raises(psycopg.Error) as refused:
            connection.execute("select waymark.cron_next('@daily', %s, 'UTC', %s)", (after, count))
        assert refused.value.sqlstate == "WM205"


def test_the_first_and_the_last_year(connection: psycopg.Connection) -> None:
    assert fires(connection, "@yearly", "0001-01-01Z", "Europe/Berlin", 1)[0].startswith("0002-01-01 00:00:00")
    assert fires(connection, "0 0 29 2 *", "9999-12-31Z", "UTC", 2) == ["10000-02-29 00:00:00+00", "10004-02-29 00:00:00+00"]


def test_it_does_not_go_step_by_step(connect: Connect) -> None:
    """A thousand times in at most a second or so; a busy machine is given more."""
    connection = connect(role="waymark_reader")
    connection.execute("set statement_timeout = '10s'")
    for expression in ["*/5 * * * *", "30 2 * * *", "0-59 0-59 0-23 * * *", "0 9 LW * *", "0 0 1 1 *", "0 0 29 2 *"]:
        assert len(fires(connection, expression, "2026-01-01Z", "Europe/Berlin", 1000)) == 1000
