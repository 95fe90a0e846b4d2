"""Expressions of the IR: small pure trees that one step evaluates (docs/internals/ir.md).

The JSON form of an expression is an object with one distinguishing key; the alias of the field is that key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, Tag


class Model:
    """Base of all models of the IR: unknown keys are errors."""

    __slots__ = ()
    __pydantic_config__ = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Const(Model):
    """A value, encoded as docs/internals/values.md says."""

    value: Annotated[Any, Field(alias="const")]


@dataclass(frozen=True, slots=True)
class Local(Model):
    """A variable of the function or of an enclosing comprehension."""

    name: Annotated[str, Field(alias="local")]


@dataclass(frozen=True, slots=True)
class Operator(Model):
    """A call of the dialect's operator library (`waymark.ir.operators`)."""

    op: str
    args: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ListDisplay(Model):
    """A list of its items, evaluated in order."""

    items: Annotated[tuple[Expression, ...], Field(alias="list")]


@dataclass(frozen=True, slots=True)
class TupleDisplay(Model):
    """A tuple of its items, evaluated in order."""

    items: Annotated[tuple[Expression, ...], Field(alias="tuple")]


@dataclass(frozen=True, slots=True)
class DictDisplay(Model):
    """A dict of its pairs, evaluated in order, each key before its value."""

    items: Annotated[tuple[tuple[Expression, Expression], ...], Field(alias="dict")]


@dataclass(frozen=True, slots=True)
class And(Model):
    """The truth of the whole; short-circuits."""

    operands: Annotated[tuple[Expression, ...], Field(alias="and")]


@dataclass(frozen=True, slots=True)
class Or(Model):
    """The truth of the whole; short-circuits."""

    operands: Annotated[tuple[Expression, ...], Field(alias="or")]


@dataclass(frozen=True, slots=True)
class Not(Model):
    """Whether the operand is false."""

    operand: Annotated[Expression, Field(alias="not")]


@dataclass(frozen=True, slots=True)
class If(Model):
    """`(test, then, otherwise)`: lazy, yields the value of the part that is taken."""

    parts: Annotated[tuple[Expression, Expression, Expression], Field(alias="if")]


@dataclass(frozen=True, slots=True)
class Generator(Model):
    """One `for target in iter if condition …` of a comprehension."""

    target: str
    iter: Expression
    conditions: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class ComprehensionBody(Model):
    """The element, and the generators from the outermost to the innermost."""

    element: Expression
    generators: tuple[Generator, ...]


@dataclass(frozen=True, slots=True)
class Comprehension(Model):
    """A list built element by element."""

    body: Annotated[ComprehensionBody, Field(alias="comprehension")]


@dataclass(frozen=True, slots=True)
class Callable(Model):
    """A function or class as an argument (`key=len`, `isinstance(x, User)`): listed in `waymark.ir.library`, or a class."""

    name: Annotated[str, Field(alias="callable")]


@dataclass(frozen=True, slots=True)
class LambdaBody(Model):
    """`parameters` are scoped to `body`, as the targets of a comprehension are to its element."""

    parameters: tuple[str, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class Lambda(Model):
    """A function as an argument, which must not outlive the expression."""

    function: Annotated[LambdaBody, Field(alias="lambda")]


@dataclass(frozen=True, slots=True)
class Policy(Model):
    """How an action is retried and bounded. Times are seconds; what is absent is the engine's default."""

    attempts: Expression | None = None
    retry_on: Expression | None = None
    backoff: Expression | None = None
    multiplier: Expression | None = None
    max_backoff: Expression | None = None
    jitter: Expression | None = None
    timeout: Expression | None = None
    queue: Expression | None = None
    deadline: Expression | None = None
    max_elapsed: Expression | None = None
    give_up_on: Expression | None = None
    concurrency_key: Expression | None = None


@dataclass(frozen=True, slots=True)
class Invocation(Model):
    """A call of an action: `action` is its `module:qualname`, `args` are by parameter name."""

    action: str
    args: dict[str, Expression]
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class FunctionCall(Model):
    """A call of a function of this program that runs as a task of its own."""

    function: int
    args: dict[str, Expression]


@dataclass(frozen=True, slots=True)
class WorkflowCall(Model):
    """A child run of the newest program of a workflow."""

    workflow: str
    args: dict[str, Expression]


_CALLS: dict[str, type[object]] = {"action": Invocation, "function": FunctionCall, "workflow": WorkflowCall}
_CALL_TAGS = {kind: tag for tag, kind in _CALLS.items()}


def _call_tag(value: object) -> str | None:
    if isinstance(value, dict):
        return next((tag for tag in _CALLS if tag in value), None)
    return _CALL_TAGS.get(type(value))


AnyCall = Annotated[
    Annotated[Invocation, Tag("action")] | Annotated[FunctionCall, Tag("function")] | Annotated[WorkflowCall, Tag("workflow")],
    Discriminator(_call_tag),
]


@dataclass(frozen=True, slots=True)
class InvocationValue(Model):
    """A call that is not yet started; only inside `fork.branches`."""

    invocation: AnyCall


@dataclass(frozen=True, slots=True)
class Load(Model):
    """The content of the object that a reference names, with references inside; any other value is itself."""

    value: Annotated[Expression, Field(alias="load")]


@dataclass(frozen=True, slots=True)
class Pack(Model):
    """A value without any references: a deep copy of what they name."""

    value: Annotated[Expression, Field(alias="pack")]


@dataclass(frozen=True, slots=True)
class New(Model):
    """A new object of the heap with this content; an immutable value is itself. Only inside the value of an assign node."""

    value: Annotated[Expression, Field(alias="new")]


@dataclass(frozen=True, slots=True)
class Box(Model):
    """`(levels, value)`: a plain tree, its mutable containers made objects of the heap at the levels that say so.

    The first level is the value itself; the last one stands for all below it. Only inside the value of an assign node.
    """

    parts: Annotated[tuple[tuple[bool, ...], Expression], Field(alias="box")]


@dataclass(frozen=True, slots=True)
class Shared(Model):
    """`(levels, value)`: a value that may be, or hold, objects of the heap, boxed as in `Box`.

    Where the engine refuses it, CPython evaluates it with the objects themselves. Only as the value of an assign node.
    """

    parts: Annotated[tuple[tuple[bool, ...], Expression], Field(alias="shared")]


@dataclass(frozen=True, slots=True)
class Plain(Model):
    """A value that the engine refuses to look at where objects of the heap are in it."""

    value: Annotated[Expression, Field(alias="plain")]


@dataclass(frozen=True, slots=True)
class Walk(Model):
    """What a loop walks, as `py.iter`, but alive: it sees what happens to objects of the heap meanwhile."""

    value: Annotated[Expression, Field(alias="walk")]


_KINDS: dict[str, type[object]] = {
    "const": Const,
    "local": Local,
    "op": Operator,
    "list": ListDisplay,
    "tuple": TupleDisplay,
    "dict": DictDisplay,
    "and": And,
    "or": Or,
    "not": Not,
    "if": If,
    "comprehension": Comprehension,
    "callable": Callable,
    "lambda": Lambda,
    "invocation": InvocationValue,
    "load": Load,
    "pack": Pack,
    "new": New,
    "box": Box,
    "shared": Shared,
    "plain": Plain,
    "walk": Walk,
}
_TAGS = {kind: tag for tag, kind in _KINDS.items()}


def _tag(value: object) -> str | None:
    if isinstance(value, dict):
        return next((tag for tag in _KINDS if tag in value), None)
    return _TAGS.get(type(value))


Expression = Annotated[
    Annotated[Const, Tag("const")]
    | Annotated[Local, Tag("local")]
    | Annotated[Operator, Tag("op")]
    | Annotated[ListDisplay, Tag("list")]
    | Annotated[TupleDisplay, Tag("tuple")]
    | Annotated[DictDisplay, Tag("dict")]
    | Annotated[And, Tag("and")]
    | Annotated[Or, Tag("or")]
    | Annotated[Not, Tag("not")]
    | Annotated[If, Tag("if")]
    | Annotated[Comprehension, Tag("comprehension")]
    | Annotated[Callable, Tag("callable")]
    | Annotated[Lambda, Tag("lambda")]
    | Annotated[InvocationValue, Tag("invocation")]
    | Annotated[Load, Tag("load")]
    | Annotated[Pack, Tag("pack")]
    | Annotated[New, Tag("new")]
    | Annotated[Box, Tag("box")]
    | Annotated[Shared, Tag("shared")]
    | Annotated[Plain, Tag("plain")]
    | Annotated[Walk, Tag("walk")],
    Discriminator(_tag),
]

UNBOUND = Const({"$": "unbound"})
"""Assigned to a local, it unbinds it."""
