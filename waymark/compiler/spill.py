"""What the engine may refuse is evaluated in nodes that can wait for CPython to do it: assignments and decisions.

Arguments of calls, results, delays and branches belong to nodes that suspend or end anyway. Operators that may be refused are
taken out of them into temporaries, in the order in which the engine would have evaluated them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import fields, replace
from typing import Any, cast

from waymark.ir.expressions import (
    AnyCall,
    Comprehension,
    ComprehensionBody,
    Const,
    DictDisplay,
    Expression,
    FunctionCall,
    Generator,
    Invocation,
    InvocationValue,
    ListDisplay,
    Local,
    Model,
    Not,
    Operator,
    Policy,
    TupleDisplay,
    WorkflowCall,
)
from waymark.ir.nodes import AnyNode, Assign, Branch

_PATIENT = frozenset([Assign, Branch])
"""The kinds of nodes that can wait for the value of their expression, unless it holds calls, which are no values."""

ARGS = "$args"
"""The variable of a spread whose elements are tuples of arguments."""

_TOTAL = frozenset(["py.is_none", "py.is", "py.exception_matches", "py.list_append", "py.concat"])
"""Operators that the engine never refuses."""


def needs_spilling(kind: Callable[..., AnyNode], values: dict[str, Any]) -> bool:
    """Whether a node of this kind cannot wait for what the engine may refuse."""
    return kind not in _PATIENT or _holds_calls(values.get("value"))


def spilled(values: dict[str, Any], bound: Collection[str]) -> tuple[dict[str, Any], list[Expression]]:
    """The fields of a node without what the engine may refuse, and that: what the temporaries `$1s`, `$2s`, … stand for.

    `bound` are the locals that have a value. Others may raise, and must not do so after what is spilled: they are, too.
    """
    if not Spill(None).fields(values)[1]:
        return values, []
    return Spill(bound).fields(values)


class Spill:
    """`bound` are the locals whose reading cannot fail, None for all of them."""

    def __init__(self, bound: Collection[str] | None) -> None:
        self._bound = bound
        self._saved: list[Expression] = []

    def fields(self, values: dict[str, Any]) -> tuple[dict[str, Any], list[Expression]]:
        """The fields, and the expressions that were taken out of them."""
        return {key: self._field(value) for key, value in values.items()}, self._saved

    def _field(self, value: object) -> object:
        """A field of a node: an expression, a call, arguments by name, or anything else, which stays."""
        match value:
            case Invocation() | FunctionCall() | WorkflowCall():
                return _mapped(value, self._settled)
            case tuple():
                return tuple(map(self._field, cast("tuple[object, ...]", value)))
            case dict():
                return {name: self._settled(item) for name, item in cast("dict[str, Expression]", value).items()}
            case Model():
                return self._branches(cast("Expression", value))
            case _:
                return value

    def _settled(self, value: Expression) -> Expression:
        if self._is_total(value):
            return value
        self._saved.append(value)
        return Local(f"${len(self._saved)}s")

    def _is_total(self, value: Expression, scope: Collection[str] = ()) -> bool:
        """Whether the engine never refuses `value`, nor raises anything."""
        match value:
            case Const():
                return True
            case Local(name):
                return self._bound is None or name.startswith("$") or name in self._bound or name in scope
            case ListDisplay(items) | TupleDisplay(items):
                return all(self._is_total(item, scope) for item in items)
            case DictDisplay(items):
                keys = all(isinstance(key, Const) and isinstance(key.value, str) for key, _ in items)
                return keys and all(self._is_total(item, scope) for _, item in items)
            case Not(Not() | Operator() as operand):
                return self._is_total(operand, scope)
            case Operator("py.getitem", (Local(name), _)) if name == ARGS:
                return True
            case Operator(name, args):
                return name in _TOTAL and all(self._is_total(arg, scope) for arg in args)
            case _:
                return False

    def _branches(self, value: Expression) -> Expression:
        match value:
            case InvocationValue(call):
                return InvocationValue(_mapped(call, self._settled))
            case ListDisplay(items) if _holds_calls(value):
                return ListDisplay(tuple([self._branches(item) for item in items]))
            case Operator("py.concat" | "py.list_append" as name, args):
                return Operator(name, tuple([self._branches(arg) for arg in args]))
            case Comprehension(ComprehensionBody(InvocationValue(call), generators)):
                return self._spread(call, generators)
            case _:
                return self._settled(value)

    def _spread(self, call: AnyCall, generators: tuple[Generator, ...]) -> Expression:
        """A call for each element. The elements are collected first, and where its arguments may be refused, those, as tuples."""
        parts: list[Expression] = []

        def collect(value: Expression) -> Expression:
            if isinstance(value, Const):
                return value
            parts.append(value)
            return Operator("py.getitem", (Local(ARGS), Const(len(parts) - 1)))

        collected = _mapped(call, collect)
        match generators:
            case [Generator(target, iterable, ())] if all(self._is_total(part, (target,)) for part in parts):
                source = iterable if isinstance(iterable, Comprehension) or target == ARGS else Operator("py.list", (iterable,))
            case _:
                target, call = ARGS, collected
                source = Comprehension(ComprehensionBody(TupleDisplay(tuple(parts)), generators))
        return Comprehension(ComprehensionBody(InvocationValue(call), (Generator(target, self._settled(source)),)))


def _holds_calls(value: object) -> bool:
    match value:
        case InvocationValue() | Comprehension(ComprehensionBody(InvocationValue(), _)):
            return True
        case ListDisplay(items) | Operator("py.concat" | "py.list_append", items):
            return any(map(_holds_calls, items))
        case _:
            return False


def _mapped(call: AnyCall, change: Callable[[Expression], Expression]) -> AnyCall:
    """A call with each expression changed, in the order in which the engine evaluates them: that of jsonb keys."""
    args = {name: change(call.args[name]) for name in sorted(call.args, key=_jsonb_order)}
    if not isinstance(call, Invocation) or call.policy is None:
        return replace(call, args=args)
    given = [(field.name, getattr(call.policy, field.name)) for field in fields(call.policy)]
    policy = {name: value for name, value in given if value is not None}
    return replace(call, args=args, policy=Policy(**{name: change(policy[name]) for name in sorted(policy, key=_jsonb_order)}))


def _jsonb_order(name: str) -> tuple[int, bytes]:
    return len(name.encode()), name.encode()
