"""Decimals, dates, times and durations: what the engine computes is CPython's result."""

import datetime as dt
import itertools
import operator
from decimal import Decimal
from typing import Any

import pytest

from tests.operators.oracle import Engine
from tests.operators.test_calls import compare
from tests.operators.test_structure import share_computed
from tests.operators.values import BERLIN

TEXTS = ["0", "1", "-1", "1.10", "2.2", "-0", "0.00", "0.000001", "0.0000001", "12345678901234567890.12345678", "-7.5"]
DECIMALS = [Decimal(text) for text in [*TEXTS, "1E+3", "NaN", "Infinity"]]
HOUR = dt.timezone(dt.timedelta(hours=1))
MOMENTS: list[Any] = [
    dt.datetime(2024, 2, 29, 23, 59, 59, 999999), dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23),  # noqa: DTZ001
    dt.datetime(2024, 2, 29, tzinfo=dt.UTC), dt.datetime(2023, 12, 31, 23, 30, 0, 5, tzinfo=HOUR),
    dt.datetime(2024, 7, 1, tzinfo=BERLIN),
    dt.date(2024, 2, 29), dt.date(1, 1, 1), dt.date(9999, 12, 31),
]  # fmt: skip
DELTAS = [
    dt.timedelta(0), dt.timedelta(1), dt.timedelta(-1, 5, 6), dt.timedelta(0, 1, 1), dt.timedelta(999999999),
    dt.timedelta(-999999999),
    dt.timedelta(hours=25, microseconds=-1), dt.timedelta(365),
]  # fmt: skip
INTS = [0, 1, -3, True, 10**12]


@pytest.mark.parametrize("name", ["add", "sub", "mul"])
def test_arithmetic(engine: Engine, name: str) -> None:
    values: list[Any] = [*MOMENTS, *DELTAS, *INTS]
    shares = [
        share_computed(engine, f"py_{name}", getattr(operator, name), itertools.product(some, repeat=2))
        for some in ([*DECIMALS[:-3], *INTS], values)
    ]
    assert shares[0] > 0.3
    assert shares[1] > (0.05 if name == "mul" else 0.2)


def test_constructors(engine: Engine) -> None:
    texts = [
        "1.50",
        "007.5",
        "-0",
        "0.0000001",
        "1e5",
        " 1",
        "x",
        "",
        "NaN",
        "+5",
        "-3.00",
        ".5",
        "5.",
        "1_0",
        "0.000000",
        "0.0000000",
    ]
    cases = [(), *((item,) for item in [*texts, *INTS, 2.5, None, *DECIMALS])]
    assert compare(engine, "py.call", "decimal.Decimal", Decimal, cases).share() > 0.5
    parts = [0, 1, -5, 10**10, 2.5, "a"]
    cases = [case for count in range(4) for case in itertools.product(parts, repeat=count)]
    assert compare(engine, "py.call", "datetime.timedelta", dt.timedelta, cases).share() > 0.4
    hours = [(1, 90), (0, -1), (2.5, 1)]
    assert compare(engine, "py.call", "datetime.timedelta", dt.timedelta, hours, "hours", "minutes")["computed"] == 2
    dates = itertools.product([0, 1, 2023, 2024, 9999, 10000, True, 1.0], [1, 2, 12, 13, 0], [1, 28, 29, 30, 31, 32, 0, "a"])
    assert compare(engine, "py.call", "datetime.date", dt.date, dates).share() == 1


@pytest.mark.parametrize("name", ["isoformat", "weekday", "isoweekday", "toordinal", "date"])
def test_methods_of_times(engine: Engine, name: str) -> None:
    receivers = [item for item in [*MOMENTS, dt.time(1, 2, 3, 4)] if hasattr(item, name)]
    assert compare(engine, "py.method", name, operator.methodcaller(name), ((item,) for item in receivers)).share() == 1


def test_total_seconds(engine: Engine) -> None:
    deltas = [*DELTAS, *(dt.timedelta(days, 86_399, 999_999) for days in (10**8, -(10**8), 12_345_678, 104_249_991))]
    assert compare(engine, "py.method", "total_seconds", dt.timedelta.total_seconds, ((item,) for item in deltas)).share() == 1
