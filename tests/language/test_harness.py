"""The harness sees what it is there to see: every difference of value, type, exception and order of calls."""

import dataclasses
import math

import pytest

from tests.language.actions import CardDeclined, Color, Point, User, echo, mark
from tests.language.harness import Engine, compiled, ending, form_of
from waymark import Workflow
from waymark.ir import from_json, to_json

DIFFERENT = [
    (1, 1.0), (1, True), (0, False), (0.0, -0.0), ("1", 1), (b"a", "a"), (None, 0), ([1], (1,)), ([1], [1.0]), ([], ()), ({}, []),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ({1: 1}, {True: 1}), ({1}, frozenset([1])), (ValueError("a"), ValueError("b")),
    (ValueError("a"), TypeError("a")), (ValueError(1), ValueError(True)), (CardDeclined(1, card="a"), CardDeclined(1, card="b")),
    (Point(1), Point(1.0)), (User(name="a"), User(name="a", age=0)), (Color.RED, "red"), (range(2), [0, 1]),
    (range(0), range(1, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_different_values_have_different_forms(left: object, right: object) -> None:
    assert form_of(left) != form_of(right)
    assert form_of([left]) != form_of([right])


@pytest.mark.parametrize(
    "value", [math.nan, [math.nan], {1, 2, 3}, {"b": 1, "a": 2}, Point(1), User(name="a"), ValueError(math.nan)]
)
def test_a_value_has_one_form(value: object) -> None:
    assert form_of(value) == form_of(value)


class Twice(Workflow):
    async def run(self, n):
        await mark("a")
        return [await echo(n), n]


async def test_calls_count() -> None:
    async def run() -> None:
        await mark("a")

    async def run_twice() -> None:
        await mark("a")
        await mark("a")

    assert await ending(run) != await ending(run_twice)


class Broken(Workflow):
    async def run(self, n):
        return n + 1


async def test_a_miscompiled_body_is_seen(engine: Engine) -> None:
    assert await engine.inline(Twice, 1) == await engine.durable(Twice, 1)
    cls = compiled(Broken)
    text = to_json(cls.program)
    text["nodes"][0]["value"]["op"] = "py.sub"
    cls.program = from_json(text)
    assert dataclasses.replace(await engine.durable(Broken, 1), form=None) == dataclasses.replace(
        await engine.inline(Broken, 1), form=None
    )
    assert await engine.durable(Broken, 1) != await engine.inline(Broken, 1)
