"""Truth, equality and attributes of instances: as CPython says, or refused where the stored form does not tell, never guessed."""

import copy
from typing import Any

import pytest

from tests.language.behaviour import (
    Batch,
    Cached,
    CaselessModel,
    Child,
    Computed,
    Extended,
    Grade,
    Insensitive,
    Mode,
    Model,
    Plain,
    PlainChild,
    SecretModel,
    SoftError,
    Switch,
    Token,
    Tree,
)
from tests.language.harness import Engine
from waymark import Workflow

PLAIN = [Plain(1), Plain(1, 2), PlainChild(1), Model(x=1), Model(), ValueError("x"), [Plain(0)], {"k": Model(x=Plain(1))}]
TRUTH = [Batch([]), Batch([1]), Switch(on=False), Tree([]), Mode.OFF, Mode.ON, SoftError("x")]
NOT_KEPT = [Token(1), SecretModel(), float("nan"), ValueError("x")]
EQUALITY = [
    Cached("a", 1),
    Child("a", 2),
    Extended("a"),
    Insensitive("A"),
    CaselessModel(name="a"),
    Grade.A,
]


class Truth(Workflow):
    async def run(self, value: Any):
        return 1 if value else 2


class Equality(Workflow):
    async def run(self, left: Any, right: Any):
        return left == right, left != right, [left] == [right], left in [right, right], (1, left) == (1, right)


class Key(Workflow):
    async def run(self, value: Any):
        return value in {"a": 1}


class Attribute(Workflow):
    async def run(self, value: Any):
        return value.secret


async def agrees(engine: Engine, cls: type[Workflow], *args: object) -> bool:
    return await engine.durable(cls, *args) == await engine.inline(cls, *args)


async def is_refused(engine: Engine, cls: type[Workflow], *args: object) -> bool:
    return await engine.failure(cls, *args) == "waymark.errors:UnsupportedOperation"


@pytest.mark.parametrize("value", PLAIN + EQUALITY[:-1], ids=repr)
async def test_truth_agrees(engine: Engine, value: object) -> None:
    assert await agrees(engine, Truth, value)


@pytest.mark.parametrize("value", TRUTH, ids=repr)
async def test_own_truth_agrees(engine: Engine, value: object) -> None:
    assert await agrees(engine, Truth, value)


@pytest.mark.parametrize("left", [*(v for v in PLAIN if not isinstance(v, ValueError)), *TRUTH[:6]], ids=repr)
async def test_equality_agrees(engine: Engine, left: object) -> None:
    for right in [Plain(1), Plain(1.0, 2), PlainChild(1), Model(x=1), Model(x=0), Batch([1]), 7, None, [Plain(0.0)], Mode.ON]:
        assert await agrees(engine, Equality, left, right), right


@pytest.mark.parametrize("value", EQUALITY, ids=repr)
async def test_own_equality_agrees(engine: Engine, value: object) -> None:
    for other in (copy.copy(value), Plain(1), 1, None):
        assert await agrees(engine, Equality, value, other)
        assert await agrees(engine, Equality, [other], [value])


@pytest.mark.parametrize("value", NOT_KEPT, ids=repr)
async def test_equality_by_what_is_not_stored_is_refused(engine: Engine, value: object) -> None:
    assert await is_refused(engine, Equality, value, value)
    assert await is_refused(engine, Equality, [value], [value])


async def test_keys_of_own_equality_agree(engine: Engine) -> None:
    assert await agrees(engine, Key, Grade.A)
    assert await agrees(engine, Key, Mode.ON)


async def test_own_attributes_agree(engine: Engine) -> None:
    assert await agrees(engine, Attribute, Computed(1))
