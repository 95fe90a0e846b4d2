"""Nodes of tasks, child runs, cancel scopes, semaphores and signals (docs/internals/ir.md, "Concurrency")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from waymark.ir.base import NodeBase
from waymark.ir.expressions import AnyCall, Expression, WorkflowCall

Until = Literal["all", "first", "first_exception", "first_failure", "now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Child(NodeBase):
    """Starts a child run and waits for its end."""

    kind: Literal["child"] = "child"
    call: WorkflowCall
    target: str | None
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spawn(NodeBase):
    """Starts a task and goes on with its handle; a failure of the task fires the scope in the local `group`."""

    kind: Literal["spawn"] = "spawn"
    call: AnyCall
    group: str | None
    target: str | None
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(NodeBase):
    """Waits for tasks; the value is the list of their `[status, value]`.

    `linked`: cancelling the waiting task cancels the tasks instead, and it waits on for their end.
    """

    kind: Literal["wait"] = "wait"
    tasks: Expression
    until: Until
    timeout: Expression | None
    linked: bool
    target: str | None
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(NodeBase):
    """Asks tasks to cancel; those that have ended are passed over."""

    kind: Literal["cancel"] = "cancel"
    tasks: Expression
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope(NodeBase):
    """Opens a cancel scope, which fires after `seconds`."""

    kind: Literal["scope"] = "scope"
    seconds: Expression | None
    target: str
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unscope(NodeBase):
    """Closes the scope in the local `scope`; the value is whether it had fired."""

    kind: Literal["unscope"] = "unscope"
    scope: str
    target: str
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Semaphore(NodeBase):
    """Makes a semaphore; a bounded one is never above its first value."""

    kind: Literal["semaphore"] = "semaphore"
    value: Expression
    bounded: bool = False
    target: str
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquire(NodeBase):
    """Waits, first come first served, until the semaphore is above zero, and takes one."""

    kind: Literal["acquire"] = "acquire"
    semaphore: Expression
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(NodeBase):
    """Gives one back to a semaphore."""

    kind: Literal["release"] = "release"
    semaphore: Expression
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal(NodeBase):
    """Waits for a signal and takes it; TimeoutError after `timeout` seconds. `type`: what senders may send, None for anything."""

    kind: Literal["signal"] = "signal"
    name: Expression
    type: Any
    timeout: Expression | None
    target: str | None
    next: int
