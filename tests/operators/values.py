"""Edge values for the operators, and the reasons for which the engine may refuse an operation."""

import datetime as dt
import decimal
import enum
import math
import pathlib
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any

import pydantic

from tests.sdk.values import Color, Level, OutOfStock, Point, User

NAN = float("nan")
INF = float("inf")
UTC = dt.UTC
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")

NUMBERS: list[Any] = [
    False, True, 0, 1, -1, 2, 7, -7, 64, 255, 2**31, 2**53, 2**53 + 1, -(2**63), 2**63, 10**22, 10**23, 3**200, -(10**400),
    0.0, -0.0, 1.0, -1.0, 0.1, 2.5, -7.5, 1234.56789, 2.0**53, 1e15, 9999999999999998.0, 1e16, 1e22, 1e23, 1e-4, 1e-5,
    5e-324, -2.5e-308, 1e200, 1.7976931348623157e308, -1e308, INF, -INF, NAN,
]  # fmt: skip
STRINGS: list[Any] = [
    "", "a", "ab", "B", "1", "$", "é", "e\u0301", "\uffee", "\U0001d4b3", "\0", "\ud800", "\udc00a", "it's",
    "say \"it's\"\n\t\\\x7f",
]  # fmt: skip
CONTAINERS: list[Any] = [
    [], [1], [True], [1, 2], [2, 1.0], ["a"], [[]], [NAN], [None, (1,)], [0.1, 1e-5],
    (), (1,), (1.0, 2), ("a", []), (NAN,),
    {}, {"a": 1}, {"b": 1, "a": 2}, {"a": 2.0, "b": True}, {1: 2}, {True: 2, "a": 1}, {"$": 1}, {(1, 2): [1]},
    {"a": NAN}, {"\0": None},
    set(), {1}, {1.0, 2}, {"a", 1}, frozenset(), frozenset({1}), frozenset({"a", (1, 2)}), {frozenset({1})},
    b"", b"a", b"\0\xff", range(0), range(3), range(3, 3), range(10, 0, -3), range(2**70, 2**70 + 5, 2),
]  # fmt: skip
OTHERS: list[Any] = [
    None,
    dt.datetime(2024, 1, 2, 3, 4, 5), dt.datetime(2024, 1, 2, 3, 4, 5, 6),  # noqa: DTZ001
    dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), dt.datetime(2024, 7, 1, 12, tzinfo=BERLIN),
    dt.datetime(2024, 1, 2, 4, 4, 5, tzinfo=dt.timezone(dt.timedelta(hours=1))),
    dt.date(2024, 1, 2), dt.date(999, 1, 2), dt.time(1, 2), dt.time(1, 2, 3, 4),
    dt.timedelta(0), dt.timedelta(-1, 5, 6), dt.timedelta(3), uuid.UUID(int=5), uuid.UUID(int=2**127),
    decimal.Decimal("1.00"), decimal.Decimal("0.1"), decimal.Decimal("-0"), decimal.Decimal("1E+30"),
    decimal.Decimal("NaN"), decimal.Decimal("-Infinity"), pathlib.PurePosixPath("/a/b"), pathlib.PosixPath("/a/b"),
    Color.RED, Color.GREEN, Level.LOW, Level.HIGH, User(name="ann"), User(name="ann", tags=[1]), Point(1, 2), Point(1.0, 2),
    ValueError("a"), KeyError(), OutOfStock("tea", left=0),
]  # fmt: skip
VALUES: list[Any] = NUMBERS + STRINGS + CONTAINERS + OTHERS

# Operators of these types belong to their class, or are not computed by the engine.
OPEN = (pydantic.BaseModel, Point, enum.Enum, OutOfStock)
UNCOVERED = (*OPEN, decimal.Decimal, dt.datetime, dt.date, dt.timedelta, pathlib.PurePath)

SETS = frozenset(["sub", "bitand", "bitor", "bitxor"])
ARITHMETIC = SETS | {"add", "mul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "neg", "pos", "invert"}
ORDER = frozenset(["lt", "le", "gt", "ge"])
MEMBERSHIP = frozenset(["in", "not_in"])
COMPARISON = ORDER | MEMBERSHIP | {"eq", "ne"}
LOOKUP = MEMBERSHIP | {"getitem"}


def is_number(value: object) -> bool:
    return isinstance(value, float | decimal.Decimal)


def is_int(value: object) -> bool:
    return type(value) in (int, bool)


def is_aware(value: object) -> bool:
    return isinstance(value, dt.datetime) and value.tzinfo is not None


def holds_nan(value: object) -> bool:
    """Whether a value is nan or has one inside, where Python compares it by identity first."""
    if is_number(value):
        return value != value  # noqa: PLR0124 - that is what nan is
    if isinstance(value, dict):
        return any(holds_nan(item) for pair in value.items() for item in pair)
    return isinstance(value, list | tuple | set | frozenset) and any(map(holds_nan, value))


def is_too_large(name: str, left: Any, right: Any = None) -> bool:
    """Whether the result has more digits or elements than the engine holds, and CPython should not even try."""
    if name == "pow" and is_int(left) and is_int(right) and right > 0 and abs(left) > 1:
        return right * math.log10(abs(left)) > 131_072
    if name == "lshift" and is_int(left) and is_int(right):
        return left != 0 and right > 435_000
    if name == "mul":
        sequence, count = (left, right) if is_int(right) else (right, left)
        if is_int(count) and isinstance(sequence, str | bytes | list | tuple):
            return 0 < count < 2**63 and len(sequence) * count > 1_000_000
    return False


Pair = Callable[[Any, Any], bool]


def any_of(*types: type) -> Pair:
    return lambda left, right: isinstance(left, types) or isinstance(right, types)


def keys(predicate: Callable[[Any], bool], *containers: type) -> Pair:
    """The key or element of a lookup, whichever side it stands on."""
    return lambda left, right: (
        (isinstance(left, containers) and predicate(right)) or (isinstance(right, containers) and predicate(left))
    )


# Every reason for which an operator may refuse its operands.
REFUSALS: list[tuple[str, frozenset[str], Pair]] = [
    ("formatting", frozenset(["mod"]), lambda left, _: isinstance(left, str | bytes)),
    ("arithmetic of an uncovered type or a user's class", ARITHMETIC, any_of(*UNCOVERED)),
    ("order of an uncovered type or a user's class", ORDER, any_of(*UNCOVERED)),
    (
        "a complex number",
        frozenset(["pow"]),
        lambda left, right: isinstance(left, int | float) and left < 0 and isinstance(right, float) and right % 1 != 0,
    ),
    ("nan as an element", SETS, lambda left, right: holds_nan(left) or holds_nan(right)),
    (
        "exceptions are equal by identity",
        COMPARISON,
        lambda left, right: type(left) is type(right) and isinstance(left, BaseException),
    ),
    (
        "nan in a container is equal by identity",
        COMPARISON,
        lambda left, right: holds_nan(left) and holds_nan(right) and not (is_number(left) and is_number(right)),
    ),
    (
        "equality across zones",
        COMPARISON,
        lambda left, right: is_aware(left) and is_aware(right) and BERLIN in (left.tzinfo, right.tzinfo),
    ),
    ("an Enum may derive from its value's type", COMPARISON | {"truth"}, any_of(enum.Enum)),
    ("a container of a user's class", LOOKUP, any_of(*OPEN)),
    (
        "keys that hash by identity or code",
        LOOKUP,
        keys(lambda key: isinstance(key, BaseException) or holds_nan(key), dict, set, frozenset),
    ),
    ("aware datetimes as keys", LOOKUP, keys(is_aware, dict, set, frozenset)),
    ("the order of a set", frozenset(["list"]), lambda left, _: isinstance(left, set | frozenset) and len(left) > 1),
    ("iteration of a user's class", frozenset(["list"]), any_of(*OPEN)),
]


def may_refuse(name: str, left: Any, right: Any = None) -> bool:
    return any(name in operators and applies(left, right) for _, operators, applies in REFUSALS)
