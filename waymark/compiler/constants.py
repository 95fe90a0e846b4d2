"""Which Python objects may be compiled into a program as constants, and how."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import pathlib
import uuid
import zoneinfo
from typing import Any, cast

from waymark.codec import to_jsonable
from waymark.errors import EncodeError
from waymark.ir.expressions import Const

_ATOMS = (
    type(None),
    bool,
    int,
    float,
    complex,
    type(...),
    str,
    bytes,
    range,
    dt.datetime,
    dt.date,
    dt.time,
    dt.timedelta,
    dt.timezone,
    zoneinfo.ZoneInfo,
    decimal.Decimal,
    uuid.UUID,
    pathlib.PurePosixPath,
    pathlib.PureWindowsPath,
    pathlib.PosixPath,
    pathlib.WindowsPath,
)


def is_immutable(value: object) -> bool:
    """Whether `value` and all it holds can never change."""
    if isinstance(value, type):
        return True
    if isinstance(value, enum.Enum):
        return is_immutable(value.value)
    if type(value) in (tuple, frozenset):
        return all(is_immutable(item) for item in cast("tuple[object, ...]", value))
    return type(value) in _ATOMS


def constant(value: object) -> Const | None:
    """`value` as an expression, or None when it is mutable or has no exact stored form."""
    return stored(value) if is_immutable(value) else None


def stored(value: object) -> Const | None:
    """`value` as it is now as an expression, or None when it has no exact stored form."""
    if isinstance(value, BaseException):
        return None
    try:
        return Const(to_jsonable(value))
    except EncodeError:
        return None


def holds_mutable(encoded: object) -> bool:
    """Whether an encoded constant is, or holds, an object that can be changed."""
    if not isinstance(encoded, dict):
        return isinstance(encoded, list)
    value = cast("dict[str, Any]", encoded)
    match value.get("$"):
        case "tuple":
            return any(map(holds_mutable, value["v"]))
        case str(tag):
            return tag in {"dict", "set"} or ":" in tag
        case _:
            return True
