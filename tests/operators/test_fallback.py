"""What the engine refuses, a worker computes: every operator, function and method of the library over edge values, with CPython
as the oracle. The engine or a worker may compute a case; neither may give anything else, and few reasons leave it refused."""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.operators.oracle import BINARY, UNARY, Engine, Outcome, expected
from tests.operators.values import VALUES, holds_nan, is_too_large
from tests.sdk.values import Color, Level, Point, User
from waymark.codec import decode, encode
from waymark.ir.library import FUNCTIONS, METHODS
from waymark.ir.operators import OPERATORS
from waymark.worker.evaluate import evaluate
from waymark.worker.operations import OPERATIONS

POOL: list[Any] = [
    None, True, 0, -3, 2.5, float("inf"), "", "aB1 é", "%s", b"a\xff", [], [3, 1, 2], ["b", "a"], (1, "x"), {}, {"b": [2]},
    {1, 2}, frozenset(), range(4), Decimal("1.50"), dt.date(2024, 2, 29), dt.datetime(2024, 1, 2, 3, 4, 5), dt.timedelta(1, 2),  # noqa: DTZ001
    uuid.UUID(int=7),
    dt.UTC, dt.timezone(dt.timedelta(hours=1), "X"), zoneinfo.ZoneInfo("UTC"),
    PurePosixPath("/a/b.c"), Color.RED, Level.HIGH, User(name="ann"), Point(1, 2), ValueError("a", 1),
]  # fmt: skip
SECOND: list[Any] = [None, 0, 2, "a", "utf-8", [1, 2], {"a": 1}, Decimal(2)]
OTHER_EVERY_TIME = ("random.", "secrets.", "time.", "uuid.uuid1", "uuid.uuid4")
OF_THE_CLOCK = frozenset(["now", "today", "utcnow", "fromtimestamp", "utcfromtimestamp", "timestamp", "astimezone"])
KEPT_APART = OF_THE_CLOCK | {"deepcopy", "type"}  # a second argument is changed; makes a class of three
LISTED = [name for name in FUNCTIONS if not name.startswith(OTHER_EVERY_TIME) and name.rpartition(".")[2] not in KEPT_APART]


def remote(name: str, *arguments: Any) -> Outcome | None:
    """What a worker gives for an operator: from and to JSON, as it travels. None for a value without a stored form."""
    expression = {"op": f"py.{name}", "args": [{"local": f"x{index}"} for index in range(len(arguments))]}
    sent = encode({"expression": expression, "locals": {f"x{index}": item for index, item in enumerate(arguments)}})

    return expected(lambda: evaluate(**decode(sent)))


def of_both(engine: Engine, name: str, cases: Sequence[tuple[Any, ...]]) -> Iterator[tuple[tuple[Any, ...], Outcome | None]]:
    """Each case with what becomes of it: computed by the engine, or by a worker where the engine refuses."""
    found = engine.call(f"py_{name}", [[encode(argument) for argument in case] for case in cases])
    for case, outcome in zip(cases, found, strict=True):
        yield case, remote(name, *case) if outcome.kind == "refused" else outcome


def test_every_operator_has_its_meaning() -> None:
    # Tasks are no values.
    names = ("closing_group", "failures", "has_fired", "outcome", "task_list", "task_sets", "task_split", "handle")
    of_tasks = {f"py.{name}" for name in names}
    of_references = {"py.is_object", "py.exception_of"}  # no worker sees a reference
    assert OPERATIONS.keys() == OPERATORS.keys() - of_tasks - of_references


@pytest.mark.parametrize("name", [*BINARY, *UNARY])
def test_operator(engine: Engine, name: str) -> None:
    operation = BINARY.get(name) or UNARY[name]
    cases = [(left, right) for left in VALUES for right in POOL] if name in BINARY else [(value,) for value in VALUES]
    for case, outcome in of_both(engine, name, [case for case in cases if not is_too_large(name, *case)]):
        if isinstance(outcome, Outcome) and outcome.kind == "refused":
            assert sum(isinstance(item, BaseException) or holds_nan(item) for item in case) > 1, f"{name}{case}: {outcome}"
        else:
            assert outcome == expected(operation, *case), f"{name}{case}"


def is_iterator(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.kind == "value" and '"$": "iterator"' in outcome.text


@pytest.mark.parametrize("name", LISTED)
def test_function(engine: Engine, name: str) -> None:
    function = FUNCTIONS[name]
    given = [(), *((item,) for item in POOL), *((first, second) for first in POOL for second in SECOND)]
    for (_, arguments, _), outcome in of_both(engine, "call", [(name, list(arguments), {}) for arguments in given]):
        if not is_iterator(outcome):
            assert outcome == expected(function, *arguments), f"{name}{tuple(arguments)}"


def methods(item: Any) -> list[str]:
    listed = {name for cls in type(item).__mro__ for name in METHODS.get(cls, ()) if hasattr(item, name)}
    return sorted(listed - OF_THE_CLOCK)


@pytest.mark.parametrize("item", list(filter(methods, POOL)), ids=repr)
def test_methods(engine: Engine, item: Any) -> None:
    given = [(), *((first,) for first in POOL), *((first, second) for first in SECOND for second in SECOND)]
    for name in methods(item):
        method = getattr(item, name)
        for (_, _, arguments, _), outcome in of_both(engine, "method", [(item, name, list(rest), {}) for rest in given]):
            if not is_iterator(outcome):
                assert outcome == expected(method, *arguments), f"{item!r}.{name}{tuple(arguments)}"
