"""The state of lowering one method, and what all lowerings share."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import waymark.ir.expressions as ir
from waymark.compiler.diagnostics import Reporter
from waymark.compiler.effects import Effects
from waymark.compiler.graph import Graph, Label
from waymark.compiler.held import inlined
from waymark.compiler.instance import SELF, State
from waymark.compiler.names import Names
from waymark.compiler.source import Callee, Method
from waymark.ir.expressions import Const, Expression, Local
from waymark.ir.nodes import Assign, Span

NONE = Const(None)


@dataclass(slots=True)
class Landing:
    """Where the exceptions of a `try` body go: error edges to `catch`, other paths with `exception` set to `entries`."""

    exception: str
    catch: Label = field(default_factory=Label)
    entries: list[Label] = field(default_factory=list[Label])


@dataclass(slots=True)
class Operand:
    """One of several expressions that are evaluated in order.

    `settle` asks for its value in a temporary, because what uses the operands may evaluate them in another order.
    """

    node: ast.expr
    emits: bool
    lower: Callable[[], Expression]
    settle: bool = False
    stores: frozenset[str] = frozenset()
    """Variables that evaluating it assigns, beside those that `node` does."""


class Unit(ABC):
    """The workflow that a method belongs to."""

    cls: type
    reporter: Reporter
    state: State | None
    """What the instances hold."""

    @abstractmethod
    def helper(self, frame: Frame, callee: Callee, node: ast.AST) -> tuple[int, Method] | None:
        """The function index of a helper that `frame` calls at `node`; None when it was refused."""

    @abstractmethod
    def branch(self, outer: Method, awaited: ast.expr, parameters: list[str]) -> int:
        """The index of a function that the compiler makes: with these parameters, it awaits an expression of `outer`."""

    @abstractmethod
    def workflow_name(self, cls: type) -> str | None:
        """The name of a workflow, None when the class is not decorated."""


class Frame(ABC):
    """The lowering of one method; its subclasses add one part of the language each."""

    def __init__(self, unit: Unit, method: Method, first: int) -> None:
        self.unit = unit
        self.method = inlined(method, Names(method, unit.cls))
        self.names = Names(self.method, unit.cls)
        self.effects = Effects(self.is_compiled, self.acts)
        own = self.names.parameters[self.names.self_name is not None :]
        self.graph = Graph(first, frozenset(own) - self.names.volatile)
        self.landing: Landing | None = None
        self.scope: dict[str, Expression | None] = {}
        """What the names of the comprehensions around an expression stand for; None before they are bound."""

    @abstractmethod
    def value(self, node: ast.expr) -> Expression:
        """The value of `node` as an expression for `here`, after the nodes that it needs."""

    @abstractmethod
    def acts(self, node: ast.Call) -> bool:
        """Whether a call that is not awaited needs nodes of its own."""

    @abstractmethod
    def truth(self, node: ast.expr) -> Expression:
        """The truth of a `node` that needs no nodes of its own."""

    @abstractmethod
    def test(self, node: ast.expr) -> tuple[Label | None, Label | None]:
        """Ends the flow with a decision on the truth of `node`: where it goes on if it is true, and if not."""

    def hidden(self) -> dict[str, Expression]:
        """The arguments that methods pass on unseen: what the instance holds."""
        return {SELF: Local(SELF)} if self.unit.state is not None and self.method.kind == "method" else {}

    @abstractmethod
    def is_compiled(self, node: ast.expr) -> bool:
        """Whether a call or an attribute runs code that is compiled with the workflow."""

    # --- Refusing -------------------------------------------------------------------------------------------------------

    def refuse(self, code: str, node: ast.AST, **values: str) -> Const:
        """Reports a refusal; the result stands for the value, so that the rest of the body is still looked at."""
        self.unit.reporter.report(code, self.method.file.path, self.method.file.lines, node, **values)
        return NONE

    # --- Emitting -------------------------------------------------------------------------------------------------------

    def risks(self, *values: Expression) -> Label | None:
        """The error edge of a node that evaluates `values`: none when they cannot fail."""
        return None if self.landing is None or all(map(self.is_settled, values)) else self.landing.catch

    def error(self) -> Label | None:
        """The error edge of a node that can always fail."""
        return self.landing.catch if self.landing else None

    def assign(self, target: str, value: Expression, node: ast.AST) -> None:
        """Adds the assignment of `value` to the local `target`."""
        self.graph.step(Assign, span(node), self.risks(value), target=target, value=value)
        self.bind(target)

    def bind(self, target: str) -> None:
        """Notes that `target` has a value from here on; a name that a handler unbinds is never sure."""
        if target not in self.names.volatile and not target.startswith("$"):
            self.graph.bind(target)

    def spill(self, value: Expression, node: ast.AST) -> Expression:
        """`value` in a temporary, so that it is evaluated now and once."""
        if self.is_settled(value):
            return value
        name = self.graph.temporary()
        self.assign(name, value, node)
        return Local(name)

    def is_settled(self, value: Expression) -> bool:
        """Whether evaluating `value` later in the same statement gives the same and cannot fail."""
        match value:
            case Const() | ir.Lambda() | ir.Callable():
                return True
            case Local(name=name):
                known = self.graph.here.bound if self.graph.here is not None else frozenset[str]()
                return name.startswith("$") or name in known or value in self.scope.values()
            case _:
                return False

    @contextmanager
    def inner_scope(self, names: Mapping[str, Expression | None]) -> Generator[None]:
        """Inside, comprehension variables stand for what `names` says."""
        saved = self.scope
        self.scope = {**saved, **names}
        self.names.hidden = self.scope
        try:
            yield
        finally:
            self.scope = self.names.hidden = saved

    def sequence(self, operands: Sequence[Operand]) -> list[Expression]:
        """The values of operands, evaluated from left to right."""
        barrier = max((index for index, operand in enumerate(operands) if operand.emits or operand.settle), default=-1)
        values: list[Expression] = []
        for index, operand in enumerate(operands):
            value = operand.lower()
            if index < barrier or operand.settle:
                later = frozenset[str]().union(
                    *(other.stores | self.effects.stores(other.node) for other in operands[index + 1 :])
                )
                value = self.held(value, operand.node, later)
            values.append(value)
        return values

    def held(self, value: Expression, node: ast.AST, stores: frozenset[str]) -> Expression:
        """`value`, evaluated now, where no assignment to the variables `stores` can change it."""
        if isinstance(value, Local) and value.name in stores:
            return self.saved(value, node)
        return self.spill(value, node)

    def saved(self, value: Expression, node: ast.AST) -> Expression:
        """`value` where no assignment can change it."""
        if isinstance(value, Const | ir.Lambda | ir.Callable) or (isinstance(value, Local) and value.name.startswith("$")):
            return value
        name = self.graph.temporary()
        self.assign(name, value, node)
        return Local(name)

    def values(self, nodes: Sequence[ast.expr]) -> list[Expression]:
        """The values of plain operands, evaluated from left to right."""
        return self.sequence([self.operand(node) for node in nodes])

    def operand(self, node: ast.expr, lower: Callable[[ast.expr], Expression] | None = None, *, settle: bool = False) -> Operand:
        """`node` as an operand: its value, or what `lower` makes of it."""
        return Operand(node, self.effects.emits(node), partial(lower or self.value, node), settle)


def span(node: ast.AST) -> Span:
    """The place of `node` in the file."""
    return tuple(getattr(node, name) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"))  # pyright: ignore[reportReturnType]
