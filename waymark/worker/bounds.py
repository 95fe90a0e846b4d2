"""What an operation on plain values may make: more is refused before a worker's memory is gone.

A value of this size could not be stored anyway (an argument or result of more than 64 MB is refused), but CPython would first
make it, and a worker executes the actions of many runs.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from waymark.errors import LimitExceeded

MAX_ITEMS = 64 * 1024 * 1024
"""Characters, bytes or elements of a value."""
MAX_BITS = 8 * MAX_ITEMS
"""Bits of an int."""

_PADDING = frozenset(["center", "ljust", "rjust", "zfill", "expandtabs"])
_COLLECTING = frozenset(["list", "tuple", "set", "frozenset", "sorted", "dict.fromkeys", "bytes"])


def check_size(name: str, args: Sequence[Any]) -> None:
    """Refuses an operation whose value is too large to be made.

    Raises:
        LimitExceeded: it would have more than MAX_ITEMS items or MAX_BITS bits.
    """
    match name, args:
        case ("py.mul" | "py.inplace", [*_, str() | bytes() | list() | tuple(), int(times)]):
            _check(len(args[-2]) * times, MAX_ITEMS)
        case ("py.mul", [int(times), str() | bytes() | list() | tuple()]):
            _check(len(args[-1]) * times, MAX_ITEMS)
        case ("py.mul", [int(left), int(right)]):
            _check(left.bit_length() + right.bit_length(), MAX_BITS)
        case ("py.lshift", [int(left), int(right)]):
            _check(left and left.bit_length() + right, MAX_BITS)
        case ("py.pow", [int(left), int(right)]):
            _check(abs(left) > 1 and left.bit_length() * right, MAX_BITS)
        case ("py.method", [_, str(method), [int(width), *_], _]) if method in _PADDING:
            _check(width, MAX_ITEMS)
        case ("py.call", [str(function), [range() as items, *_], Mapping()]) if function in _COLLECTING:
            _check(_length(items), MAX_ITEMS)
        case ("py.call", ["bytes", [int(size)], Mapping()]) if size <= sys.maxsize:
            _check(size, MAX_ITEMS)
        case ("py.list" | "py.iter", [range() as items]):
            _check(_length(items), MAX_ITEMS)
        case _:
            pass


def _length(items: range) -> int:
    return max(
        0, (items.stop - items.start + items.step - (1 if items.step > 0 else -1)) // items.step
    )  # len() ends at sys.maxsize


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise LimitExceeded(f"a value of more than {limit} elements or bits in the body; make it in an action")
