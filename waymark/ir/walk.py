"""Walking nodes and expressions without knowing their kinds."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
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


def operands(value: object) -> list[Expression]:
    """The expressions directly inside a node, an expression or a call."""
    found: list[Expression] = []
    for name in _names(type(value)):
        _collect(getattr(value, name), found)
    return found


def _collect(value: object, found: list[Expression]) -> None:
    match value:
        case None | str() | int():
            pass
        case Invocation() | FunctionCall() | WorkflowCall() | Policy() | LambdaBody() | ComprehensionBody() | Generator():
            found += operands(value)
        case tuple():
            for item in cast("tuple[object, ...]", value):
                _collect(item, found)
        case dict():
            for item in cast("dict[str, object]", value).values():
                _collect(item, found)
        case Model():
            found.append(cast("Expression", value))
        case _:
            pass


def mapped(value: T, change: Callable[[Expression], Expression]) -> T:
    """A node or expression with all its operands changed."""
    made: Any = type(value)
    return made(**{name: _changed(getattr(value, name), change) for name in _names(made)})


def _changed(value: Any, change: Callable[[Expression], Expression]) -> Any:  # noqa: ANN401 - any field of the IR
    match value:
        case None | str() | int():
            return value
        case Invocation() | FunctionCall() | WorkflowCall() | Policy() | LambdaBody() | ComprehensionBody() | Generator():
            return mapped(value, change)
        case tuple():
            return tuple([_changed(item, change) for item in cast("tuple[Any, ...]", value)])
        case dict():
            return {key: _changed(item, change) for key, item in cast("dict[str, Any]", value).items()}
        case Model():
            return change(cast("Expression", value))
        case _:
            return value


@functools.cache
def _names(cls: type) -> tuple[str, ...]:
    """The fields of a class of the IR."""
    return tuple(field.name for field in dataclasses.fields(cls))
