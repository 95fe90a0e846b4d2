"""Nodes, functions and the program: the flat control-flow graph of docs/internals/ir.md."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field

from waymark.ir.base import NodeBase
from waymark.ir.base import Span as Span  # noqa: PLC0414 - front ends have it from here
from waymark.ir.concurrency import Acquire, Cancel, Child, Release, Scope, Semaphore, Signal, Spawn, Unscope, Wait
from waymark.ir.expressions import Expression, Invocation, Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(NodeBase):
    """Evaluates and binds."""

    kind: Literal["assign"] = "assign"
    target: str
    value: Expression
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(NodeBase):
    """Goes on by the truth of `test`."""

    kind: Literal["branch"] = "branch"
    test: Expression
    then: int
    otherwise: Annotated[int, Field(alias="else")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Iterate(NodeBase):
    """Binds the next element of the local `iterator` and counts the local `index` up, or goes to `done`."""

    kind: Literal["iterate"] = "iterate"
    iterator: str
    index: str
    target: str
    next: int
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(NodeBase):
    """Runs an action; the step ends here."""

    kind: Literal["action"] = "action"
    call: Invocation
    target: str | None
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork(NodeBase):
    """Runs all invocations of a list; `settle` makes failures values."""

    kind: Literal["fork"] = "fork"
    branches: Expression
    settle: bool
    target: str | None
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleep(NodeBase):
    """Waits by a durable timer."""

    kind: Literal["sleep"] = "sleep"
    seconds: Expression
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(NodeBase):
    """Enters a helper method."""

    kind: Literal["call"] = "call"
    function: int
    args: dict[str, Expression]
    target: str | None
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutate(NodeBase):
    """Changes `object` in place by a method of its type; the method's result is bound."""

    kind: Literal["mutate"] = "mutate"
    method: str
    object: Expression
    args: tuple[Expression, ...]
    kwargs: dict[str, Expression]
    target: str | None
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Catch(NodeBase):
    """Where error edges land: binds the exception."""

    kind: Literal["catch"] = "catch"
    target: str
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise(NodeBase):
    """Raises an exception value."""

    kind: Literal["raise"] = "raise"
    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Return(NodeBase):
    """Leaves the function."""

    kind: Literal["return"] = "return"
    value: Expression


Concurrent = Child | Spawn | Wait | Cancel | Scope | Unscope | Semaphore | Acquire | Release | Signal
AnyNode = Assign | Branch | Iterate | Action | Fork | Sleep | Call | Mutate | Catch | Raise | Return | Concurrent
Node = Annotated[AnyNode, Discriminator("kind")]


class Default(enum.Enum):
    """Stands for the default of a parameter that has none."""

    REQUIRED = "required"


def _required() -> Default:
    return Default.REQUIRED


@dataclass(frozen=True, slots=True)
class Parameter(Model):
    """`default` is an encoded value, or `Default.REQUIRED`."""

    name: str
    default: Any = field(default_factory=_required)

    @property
    def required(self) -> bool:
        """Whether a caller must give an argument."""
        return self.default is Default.REQUIRED


@dataclass(frozen=True, slots=True)
class Source(Model):
    """`text` are lines of `file`, from `first_line` on."""

    module: str
    file: str
    first_line: int
    text: str


@dataclass(frozen=True, slots=True)
class Function(Model):
    """`nodes` is the inclusive range of its nodes; `parameters` are its first locals; `source` for one of another file."""

    name: str
    parameters: tuple[Parameter, ...]
    locals: tuple[str, ...]
    entry: int
    nodes: tuple[int, int]
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Program(Model):
    """One version of a workflow. `functions[0]` is the body, the others are its helper methods."""

    ir_version: Literal[1] = 1
    dialect: Literal["python"] = "python"
    workflow: str
    functions: tuple[Function, ...]
    nodes: tuple[Node, ...]
    source: Source

    def __hash__(self) -> int:
        return hash((self.workflow, self.source))
