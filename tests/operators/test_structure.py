"""Slices, displays and orders: CPython's result, or left to it (WM502). What must not be left to it is counted."""

import decimal
import itertools
from collections.abc import Callable, Iterable
from typing import Any

from tests.operators.oracle import Engine, expected
from tests.operators.values import CONTAINERS, NUMBERS, OTHERS, STRINGS, VALUES, holds_nan
from waymark.codec import encode


def share_computed(engine: Engine, name: str, operation: Callable[..., object], cases: Iterable[tuple[Any, ...]]) -> float:
    """The share of the cases that the engine computes itself; each as CPython does."""
    cases = [case for case in cases if expected(operation, *case)]
    results = engine.call(name, [[encode(operand) for operand in case] for case in cases])
    computed = [(case, result) for case, result in zip(cases, results, strict=True) if result.kind != "refused"]
    assert [(case, result) for case, result in computed if result != expected(operation, *case)] == []
    return len(computed) / len(cases)


BOUNDS = [None, 0, 1, 2, 5, -1, -2, -9, True, 2**70, -(2**70)]
STEPS = [None, 1, 2, 3, -1, -2, 2**70, -(2**70)]
SEQUENCES = [
    [],
    [1],
    [1, 2, 3, [4], None],
    (),
    (1, "a", 2.0),
    "",
    "a",
    "añ\U0001d4b3bc",
    b"",
    b"\0a\xff",
    range(0),
    range(3, 40, 7),
    range(5, -5, -3),
]


def test_slices(engine: Engine) -> None:
    def sliced(sequence: Any, start: Any, stop: Any, step: Any) -> object:
        return sequence[start:stop:step]

    assert share_computed(engine, "py_getslice", sliced, itertools.product(SEQUENCES, BOUNDS, BOUNDS, STEPS)) == 1
    assert share_computed(engine, "py_getslice", sliced, ((item, 0, 1, None) for item in VALUES)) > 0.2
    assert (
        share_computed(
            engine, "py_getslice", sliced, (([1, 2, 3], *part) for part in [(1.0, 2, 1), ("a", 1, 1), (0, 3, 0), (0, 3, 2.0)])
        )
        == 0
    )


def test_sets_of_elements(engine: Engine) -> None:
    hashable = [item for item in VALUES if item.__hash__ is not None]
    lists: list[Any] = [[], [1, 1.0, True], ["a", "b", "a"], [1, "1", 1.0, None], [[]], [{}], [(1, []), 2], ["\0", "a"], hashable]
    lists += [list(pair) for pair in itertools.product(hashable, repeat=2)]
    assert share_computed(engine, "_py_set_of", set, ((item,) for item in lists)) > 0.8


def test_spreads(engine: Engine) -> None:
    def spread(iterable: Any, _: None) -> object:
        return [*iterable]

    assert share_computed(engine, "py_spread", spread, ((item, None) for item in CONTAINERS)) > 0.9
    assert share_computed(engine, "py_spread", spread, ((item, None) for item in [*NUMBERS, *OTHERS])) == 0


def test_merges(engine: Engine) -> None:
    def display(left: Any, right: Any, _: None) -> object:
        return {**left, **right}

    def call(left: Any, right: Any, _: str) -> object:
        return dict(**left, **right)

    dicts = [item for item in CONTAINERS if isinstance(item, dict)] + [{"c": 0, "b": 1}, {1: 0, "a": 5}]
    assert share_computed(engine, "py_merge", display, ((*pair, None) for pair in itertools.product(dicts, repeat=2))) == 1
    named = [item for item in dicts if all(isinstance(key, str) for key in item)]
    assert 0.1 < share_computed(engine, "py_merge", call, ((*pair, "dict") for pair in itertools.product(named, dicts))) < 1
    assert (
        share_computed(engine, "py_merge", display, (({"a": 1}, item, None) for item in VALUES if not isinstance(item, dict)))
        == 0
    )


def order(keys: list[Any], reverse: Any) -> list[int]:
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=reverse)


def test_orders(engine: Engine) -> None:
    plain = [
        [],
        *([item] for item in VALUES),
        [number for number in NUMBERS if not holds_nan(number)],
        [*STRINGS[:10]],
        [3, 1, 2.0, True, 1.0],
    ]
    plain += [
        [("b", 1), ("a", 2), ("a", 1.5), ("b", 1.0)],
        [[1, "a"], [1, "B"]],
        [(1, (2, "x")), (1, (2, "a"))],
        ["é", "z", "\U0001d4b3", "\uffee"],
    ]
    plain += [[item for item in OTHERS if type(item) is kind] for kind in map(type, OTHERS[6:15])]
    plain += [OTHERS[1:3], [(item, "x") for item in OTHERS[1:3]]]
    cases = list(itertools.product(plain, [False, True, 0, 7]))
    assert share_computed(engine, "_py_order", order, cases) > 0.9
    comparable = [item for item in VALUES if not isinstance(item, decimal.Decimal)]  # comparing their nan signals
    mixed = [list(pair) for pair in itertools.product(comparable, repeat=2)]
    assert share_computed(engine, "_py_order", order, ((keys, False) for keys in mixed)) > 0.1
    assert (
        share_computed(engine, "_py_order", order, [([1, "a"], 0), ([(1, 2), (1, "a")], 0), ([{1}, {2}], 0), ([1, 2], "x")]) == 0
    )
