"""Walking nodes and expressions without knowing their kinds."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar, cast

from waymark.ir.expressions import (
    ComprehensionBody,
    Expression,
    FunctionCall,
    Generator,
    Invocation,
    LambdaBody,
    Model,
    Policy,
    WorkflowCall,
)

T = TypeVar("T")


def operands(value: object) -> Iterator[Expression]:
    """The expressions directly inside a node, an expression or a call."""
    for item in dataclasses.fields(cast("Any", value)):
        yield from _operands(getattr(value, item.name))


def _operands(value: object) -> Iterator[Expression]:
    match value:
        case Invocation() | FunctionCall() | WorkflowCall() | Policy() | LambdaBody() | ComprehensionBody() | Generator():
            yield from operands(value)
        case tuple():
            for item in cast("tuple[object, ...]", value):
                yield from _operands(item)
        case dict():
            for item in cast("dict[str, object]", value).values():
                yield from _operands(item)
        case Model():
            yield cast("Expression", value)
        case _:
            pass


def mapped(value: T, change: Callable[[Expression], Expression]) -> T:
    """A node or expression with all its operands changed."""
    fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(cast("Any", value))}
    return replace(cast("Any", value), **{name: _changed(item, change) for name, item in fields.items()})


def _changed(value: Any, change: Callable[[Expression], Expression]) -> Any:  # noqa: ANN401 - any field of the IR
    match value:
        case Invocation() | FunctionCall() | WorkflowCall() | Policy() | LambdaBody() | ComprehensionBody() | Generator():
            return mapped(value, change)
        case tuple():
            return tuple(_changed(item, change) for item in cast("tuple[Any, ...]", value))
        case dict():
            return {key: _changed(item, change) for key, item in cast("dict[str, Any]", value).items()}
        case Model():
            return change(cast("Expression", value))
        case _:
            return value
