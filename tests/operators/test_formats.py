"""Formatting: f-strings, str.format and %, digit for digit as CPython does it, or left to it."""

import itertools
import operator
from typing import Any

from tests.operators.oracle import Engine
from tests.operators.test_calls import compare
from tests.operators.test_structure import share_computed
from tests.operators.values import NUMBERS, OTHERS, STRINGS, VALUES

ALIGNED = ["", "5", "<9", ">9", "^9", "*^9", "=9", "0=12", "09", "<09", "+", " ", "-", "+09", "x<6", "é>6", "^0"]
SPECS = [
    *ALIGNED, "d", "+d", "08d", ",", "_", ",d", "12,d", "012,d", "*=12,", "b",
    "o", "x", "X", "#x", "#06x", "#b", ",x", "_x", "c", "n",
    "f", ".0f", ".1f", ".2f", "+.2f", "10.3f", "010.3f", "<10.1f", ",.2f",
    "15,.2f", "*^20,.1f", ".30f", "F", "%", ".1%", "+.0%", ",.0%",
    ".3", "e", ".2e", "g", ".3g", "G", "s", "10s", ".2s", "^7.1s", "=5s", "05s", ",s",
    "z.1f", "#.0f", "wrong", "5 ", "{", "10.", "<<8", "><8",
]  # fmt: skip
HALVES = [
    0.5,
    1.5,
    2.5,
    -0.5,
    0.125,
    0.375,
    2.675,
    1.005,
    1e15 + 0.5,
    0.05,
    0.15,
    0.25,
    1234567.891,
    -1234.5,
    999.995,
    -0.001,
    1e22,
]


def test_format(engine: Engine) -> None:
    cases = [
        *itertools.product([*NUMBERS, *HALVES, *STRINGS, *OTHERS, [1], (1, "a"), {"a": 1}], SPECS),
        *((item,) for item in VALUES),
    ]
    assert compare(engine, "py.call", "format", format, cases).share() > 0.5


def formatted(pattern: str, *args: Any, **kwargs: Any) -> str:
    return pattern.format(*args, **kwargs)


PATTERNS = [
    "",
    "a",
    "{}",
    "{} {}",
    "{0}{1}{0}",
    "{:>5}|{:.2f}",
    "{!r}{!s:>6}",
    "{{}}{}",
    "{",
    "}",
    "{0}{}",
    "{}{0}",
    "{0.real}",
    "{0[a]}",
    "{a}",
    "{:{}}",
    "{!a}",
]
PERCENTS = [
    "", "a", "%s", "%r", "%d", "%5d|", "%-5d|", "%05d", "%+d", "% d", "%i", "%x",
    "%X", "%o", "%.2f", "%8.3f", "%-8.1f|", "%08.2f", "%F", "%%",
    "100%%: %s", "%s %s", "%s=%d", "%10s|", "%-10s|", "%.1s|", "%.3d", "%c", "%e",
    "%g", "%(a)s", "%", "%y", "%*d", "%#x", "%a", "é%s\n",
]  # fmt: skip


def test_the_method(engine: Engine) -> None:
    some = [1, -2.5, "é", None, True, [1, "a"], "\0"]
    cases = [
        (pattern, *operands) for pattern in PATTERNS for count in range(3) for operands in itertools.product(some, repeat=count)
    ]
    assert compare(engine, "py.method", "format", formatted, cases).share() > 0.5
    named = [(pattern, 5) for pattern in ["{a}", "{a:>4}{a}", "{a!r}", "{b}", "{a.real}"]]
    assert compare(engine, "py.method", "format", formatted, named, "a")["computed"] == 3


def test_percent(engine: Engine) -> None:
    values = [*VALUES, *HALVES, (1, 2), ("a", 3), (2.5, "x"), (None,), ((1, 2),), ("a", 1, 2)]
    assert share_computed(engine, "py_mod", operator.mod, itertools.product(PERCENTS, values)) > 0.15
