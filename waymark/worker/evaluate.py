# ruff: noqa: ANN401 - an expression may give any value
"""`waymark:evaluate`: an expression of the IR, evaluated by CPython.

The engine computes what it can compute exactly. Where it would have to refuse (WM502), the step suspends with this action
instead, and goes on with the value, or with the exception that CPython raised. A worker that has loaded no module of the
user has it, too. What nobody can compute from encoded values alone is an UnsupportedOperation: see `operations`.
"""

from __future__ import annotations

from collections.abc import Callable as Function
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, assert_never

from pydantic import TypeAdapter, ValidationError

from waymark.actions import Action
from waymark.codec.encode import encode, encode_arguments
from waymark.errors import InvalidProgram
from waymark.ir.expressions import (
    And,
    Box,
    Callable,
    Comprehension,
    ComprehensionBody,
    Const,
    DictDisplay,
    Expression,
    Generator,
    If,
    InvocationValue,
    Lambda,
    LambdaBody,
    ListDisplay,
    Load,
    Local,
    New,
    Not,
    Operator,
    Or,
    Pack,
    Plain,
    Shared,
    TupleDisplay,
    Walk,
)
from waymark.worker.bounds import check_size
from waymark.worker.objects import Objects
from waymark.worker.operations import OPERATIONS, guarded, named_callable, refuse

_FORM: TypeAdapter[Expression] = TypeAdapter(Expression)
_LOST = '"waymark.errors:RemoteError"'
"""In the encoding: an exception whose own class is not here or cannot be made from its arguments."""
_RISKY = (
    '"$":"opaque"',
    _LOST,
    '"$":"float","v":"nan"',
    '"$":"decimal","v":"NaN"',
    '"$":"decimal","v":"sNaN"',
    '"$":"exception"',
    '"$own":',
)
"""In the encoding: values that Python may compare by identity, which decoding does not keep, or that stand for others."""


def evaluate(expression: Any, locals: dict[str, Any], objects: dict[str, Any] | None = None) -> Any:  # noqa: A002 - named as in the IR
    """The value of an expression whose constants are decoded, over decoded locals; what is missing there is unbound.

    `objects` are those of the heap that the locals refer to, by number.

    Raises:
        InvalidProgram: this is no expression.
        UnsupportedOperation: the values do not say what Python would do, or the expression changed one of its locals.
        Exception: what CPython raises.
    """
    try:
        form = _FORM.validate_python(expression)
    except (ValidationError, RecursionError) as error:
        raise InvalidProgram(f"malformed IR: no expression ({type(error).__name__})", detail="expression") from None
    levels, form = form.parts if isinstance(form, Shared) else ((), form)
    before = encode_arguments({**locals, "": objects})
    heap = Objects(objects or {}, locals)
    linked = heap.snapshot()
    value = Evaluation(guard=any(mark in before for mark in _RISKY)).value(form, locals)
    if heap.snapshot() != linked:
        refuse("code of a class changed an object of the body")
    if objects:
        heap.check_keys(value)
    if levels:
        value = heap.unlinked(value, levels)
    if _LOST in before and _LOST in encode(value):
        refuse("an exception whose class the worker cannot make again would lose its class")
    return value


EVALUATE = Action(evaluate, "waymark:evaluate", {})
"""The action, which every worker has."""


class Evaluation:
    """`guard` has operators checked for operands that do not tell what Python would do."""

    def __init__(self, *, guard: bool) -> None:
        self._guard = guard

    def value(self, form: Expression, scope: Mapping[str, Any]) -> Any:  # noqa: C901, PLR0911, PLR0912 - one case a form
        """The value of an expression; `scope` holds the variables that are bound."""
        match form:
            case Const(value):
                return value
            case Local(name):
                return _read(name, scope)
            case Operator("py.generator", (Comprehension(body),)):
                return self._generator(body, dict(scope))
            case Operator("py.generator", (elements,)):
                return self.value(elements, scope)
            case Operator(name, args):
                return self._operation(name, [self.value(arg, scope) for arg in args])
            case ListDisplay(items):
                return [self.value(item, scope) for item in items]
            case TupleDisplay(items):
                return tuple([self.value(item, scope) for item in items])
            case DictDisplay(items):
                return {self.value(key, scope): self.value(item, scope) for key, item in items}
            case And(operands):
                return all(self.value(operand, scope) for operand in operands)
            case Or(operands):
                return any(self.value(operand, scope) for operand in operands)
            case Not(operand):
                return not self.value(operand, scope)
            case If((test, then, otherwise)):
                return self.value(then if self.value(test, scope) else otherwise, scope)
            case Comprehension(body):
                return list(self._generator(body, dict(scope)))
            case Callable(name):
                return named_callable(name)
            case Lambda(function):
                return self._function(function, scope)
            case Load(value=operand) | Pack(value=operand) | Plain(value=operand) | New(value=operand) | Box(parts=(_, operand)):
                return self.value(operand, scope)  # the objects themselves stand in the place of references
            case Walk(value=operand):
                return self._operation("py.iter", [self.value(operand, scope)])
            case InvocationValue() | Shared():
                raise InvalidProgram("malformed IR: an invocation is no value", detail="expression")
            case _:
                assert_never(form)

    def _operation(self, name: str, args: list[Any]) -> Any:
        operation = OPERATIONS.get(name)
        if operation is None:
            return refuse(f"this worker does not know the operator {name}")
        if self._guard:
            guarded(name, args)
        check_size(name, args)
        return operation(*args)

    def _generator(self, body: ComprehensionBody, scope: dict[str, Any]) -> Iterator[Any]:
        """The elements, made when they are asked for; only the first iterable is evaluated at once."""
        first, rest = body.generators[0], body.generators[1:]
        return self._elements(body.element, (replace(first, iter=Const(iter(self.value(first.iter, scope)))), *rest), scope)

    def _elements(self, element: Expression, generators: tuple[Generator, ...], scope: dict[str, Any]) -> Iterator[Any]:
        if not generators:
            yield self.value(element, scope)
            return
        first, rest = generators[0], generators[1:]
        for item in self.value(first.iter, scope):
            scope[first.target] = item
            if all(self.value(condition, scope) for condition in first.conditions):
                yield from self._elements(element, rest, scope)

    def _function(self, function: LambdaBody, scope: Mapping[str, Any]) -> Function[..., Any]:
        wanted = len(function.parameters)

        def call(*args: Any) -> Any:
            if len(args) != wanted:
                raise TypeError(_arity(function.parameters, len(args)))
            return self.value(function.body, {**scope, **dict(zip(function.parameters, args, strict=True))})

        return call


def _arity(parameters: tuple[str, ...], given: int) -> str:
    wanted = len(parameters)
    if given > wanted:
        arguments = "argument" if wanted == 1 else "arguments"
        return f"<lambda>() takes {wanted} positional {arguments} but {given} {'was' if given == 1 else 'were'} given"
    *some, last = [f"'{name}'" for name in parameters[given:]]
    names = last if not some else f"{', '.join(some)}{',' if len(some) > 1 else ''} and {last}"
    return f"<lambda>() missing {wanted - given} required positional argument{'s' * (wanted - given > 1)}: {names}"


def _read(name: str, scope: Mapping[str, Any]) -> Any:
    try:
        return scope[name]
    except KeyError:
        raise UnboundLocalError(f"cannot access local variable '{name}' where it is not associated with a value") from None
