"""What can be awaited: calls, taken apart into what is evaluated when they are made and what happens when they run.

`await f(x)` runs a call where it stands. A branch of a gather, or a task, evaluates the arguments and runs the call elsewhere:
calls of actions and child workflows as such, any other as a function that the compiler makes of it (`branch`).
"""

from __future__ import annotations

import ast
import copy
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from waymark.compiler.frame import Operand, Unit, span
from waymark.compiler.mutation import Mutations
from waymark.compiler.source import Method
from waymark.compiler.templates import Known, local
from waymark.ir.base import Span
from waymark.ir.expressions import AnyCall, Expression, FunctionCall, InvocationValue

CALL, CALLS, VALUE = "$call", "$calls", "$value"
"""Names of locals that hold one call that is not started, a list of such, and what else is evaluated for one."""


@dataclass(slots=True)
class Awaitable:
    """A call that can be awaited.

    `operands` are what is evaluated when it is made. `lower` awaits it where it stands; `start` gives the call as an invocation,
    from the values of the operands. `kinds` names the operands that are calls themselves.
    """

    operands: list[Operand]
    lower: Callable[[str | None], None]
    start: Callable[[Sequence[Expression]], AnyCall]
    kinds: dict[ast.expr, str] = field(default_factory=dict[ast.expr, str])


class Awaitables(Mutations):
    """Lowering of what can be awaited."""

    def __init__(self, unit: Unit, method: Method, first: int) -> None:
        super().__init__(unit, method, first)
        self.awaits: dict[ast.expr, ast.Await] = {}
        """The `await` that each call stands in."""

    def place(self, node: ast.expr) -> Span:
        """The place of a call, with the `await` before it."""
        return span(self.awaits.get(node, node))

    @abstractmethod
    def awaitable(self, node: ast.expr) -> Awaitable | None:
        """The awaitable call that `node` is, None when it is something else."""

    @abstractmethod
    def body(self, statements: list[ast.stmt]) -> None:
        """Adds the nodes of statements."""

    def composed(self, node: ast.expr, operands: list[Operand], lower: Callable[[str | None], None]) -> Awaitable:
        """An awaitable that runs as code: as a branch, it is a function of its own."""
        awaited = Awaitable(operands, lower, lambda values: self.branch(node, awaited, values))
        return awaited

    def branch(self, node: ast.expr, awaited: Awaitable, values: Sequence[Expression]) -> FunctionCall:
        """The call of a function that awaits `node`, with the values of its operands as arguments."""
        names: dict[ast.expr, str] = {}
        for operand in awaited.operands:
            prefix = awaited.kinds.get(operand.node, VALUE)
            names[operand.node] = f"{prefix}.{len(names) + 1}"
        index = self.unit.branch(self.method, settled(node, names), list(names.values()))
        return FunctionCall(index, self.hidden() | dict(zip(names.values(), values, strict=True)))

    def settle(self, node: ast.expr, awaited: Awaitable, more: Sequence[ast.expr] = ()) -> tuple[ast.expr, list[Expression]]:
        """`node` with its operands evaluated now and, after them, the values of `more`."""
        operands = [*awaited.operands, *(self.operand(other) for other in more)]
        values = self.sequence(operands)
        names: dict[ast.expr, str] = {}
        for operand, value in zip(awaited.operands, values, strict=False):
            name = self.graph.temporary(awaited.kinds.get(operand.node, VALUE).removeprefix("$"))
            self.assign(name, value, operand.node)
            names[operand.node] = name
        return settled(node, names), values[len(awaited.operands) :]

    def invocation_of(self, awaited: Awaitable) -> InvocationValue:
        """The invocation of a call, after the nodes that its operands need."""
        return InvocationValue(awaited.start(self.sequence(awaited.operands)))


def settled(node: ast.expr, names: Mapping[ast.expr, str]) -> ast.expr:
    """`node` with each operand replaced by the local that holds its value."""
    if node in names:
        return local(names[node], node)
    if isinstance(node, Known):
        return node
    found = copy.copy(node)
    for name, value in ast.iter_fields(node):
        setattr(found, name, _settled_field(value, names))
    return found


def _settled_field(value: Any, names: Mapping[ast.expr, str]) -> Any:  # noqa: ANN401 - whatever a node of syntax has
    match value:
        case list():
            return [_settled_field(item, names) for item in cast("list[Any]", value)]
        case ast.keyword():
            found = copy.copy(value)
            found.value = settled(value.value, names)
            return found
        case ast.expr():
            return settled(value, names)
        case _:
            return value
