"""Exceptions: `try` with its handlers and `finally`, and `raise`."""

from __future__ import annotations

import ast
from abc import abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import cast

from waymark.codec import class_name
from waymark.compiler.exceptions import exception
from waymark.compiler.expressions import Expressions
from waymark.compiler.frame import Landing, Operand, span
from waymark.compiler.graph import Label
from waymark.compiler.names import Static
from waymark.ir.expressions import UNBOUND, Const, Expression, Local, Operator
from waymark.ir.nodes import Assign, Catch, Raise


@dataclass(slots=True)
class LoopExit:
    """A loop around a statement: where `continue` goes, and the points that `break` leaves from."""

    head: Label | None
    breaks: list[Label | None]


@dataclass(frozen=True, slots=True)
class FinallyExit:
    """A `finally` that runs when its statement is left; its own exceptions go to `landing`."""

    body: list[ast.stmt]
    landing: Landing | None


@dataclass(frozen=True, slots=True)
class UnbindExit:
    """A handler whose variable is unbound when it is left."""

    name: str


class Tries(Expressions):
    """Lowering of exceptions. A `finally` is lowered once for each way that leaves its statement, as in CPython."""

    exits: tuple[LoopExit | FinallyExit | UnbindExit, ...] = ()
    """What surrounds a statement and has to be run or known when it is left early, innermost last."""
    handling: str | None = None
    """The local that holds the exception of the handler around a statement."""

    @abstractmethod
    def body(self, statements: list[ast.stmt]) -> None:
        """Adds the nodes of statements."""

    @abstractmethod
    def handled_star(self, node: ast.TryStar) -> None:
        """Adds a `try` with `except*`, without its `finally`."""

    @abstractmethod
    def raise_again(self, node: ast.Raise, exception: str) -> bool:
        """A bare `raise` in a handler of `except*` gives its part back; False where it stands in another handler."""

    def lower_try(self, node: ast.Try | ast.TryStar) -> None:
        """Adds the nodes of a `try` statement."""
        if not node.finalbody:
            self._handled(node)
            return
        outer, landing = self.landing, Landing(self.graph.temporary("exception"), self.graph.point())
        self.landing = landing
        self.exits += (FinallyExit(node.finalbody, outer),)
        self._handled(node)
        self.exits, self.landing = self.exits[:-1], outer
        self._finally(node.finalbody)
        end = self.graph.here
        self.land(landing, node)
        self._finally(node.finalbody)
        self.propagate(landing.exception, node)
        self.graph.here = end

    def _finally(self, statements: list[ast.stmt]) -> None:
        handling, self.handling = self.handling, None
        self.body(statements)
        self.handling = handling

    def _handled(self, node: ast.Try | ast.TryStar) -> None:
        """The statement without its `finally`."""
        if isinstance(node, ast.TryStar):
            self.handled_star(node)
            return
        if not node.handlers:
            self.body(node.body)
            return
        outer, landing = self.landing, Landing(self.graph.temporary("exception"), self.graph.point())
        self.landing = landing
        self.body(node.body)
        self.landing = outer
        self.body(node.orelse)
        ends = [self.graph.here]
        self.land(landing, node)
        for handler in node.handlers:
            otherwise = None
            if handler.type is not None:
                classes = Const(self.class_names(handler.type))
                test = Operator("py.exception_matches", (Local(landing.exception), classes))
                self.graph.here, otherwise = self.graph.branch(span(handler.type), None, test)
            self.handler(handler, landing.exception)
            ends.append(self.graph.here)
            self.graph.here = otherwise
        self.propagate(landing.exception, node)
        self.graph.join(*ends)

    def handler(self, handler: ast.ExceptHandler, exception: str) -> None:
        """Adds the body of a handler, in which its variable is bound."""
        saved = self.handling, self.exits, self.landing
        self.handling = exception
        name, outer = handler.name, self.landing
        if name is not None:
            if name == self.names.self_name:
                self.refuse("WMC214", handler, name=name)
            self.assign(name, Local(exception), handler)
            self.exits += (UnbindExit(name),)
            if outer is not None:
                self.landing = Landing(outer.exception, self.graph.point())
        self.body(handler.body)
        inner = self.landing
        self.handling, self.exits, self.landing = saved
        if name is None:
            return
        self.unbind(name, handler)
        if outer is not None and inner is not None:
            end = self.graph.here
            self.land(inner, handler)
            self.unbind(name, handler)
            if self.graph.here is not None:
                outer.entries.append(self.graph.here)
            self.graph.here = end

    def unbind(self, name: str, node: ast.AST) -> None:
        """Adds the end of a variable, which may not be bound."""
        self.graph.step(Assign, span(node), target=name, value=UNBOUND)

    def land(self, landing: Landing, node: ast.AST) -> None:
        """Moves `here` to where the exceptions of a landing arrive."""
        self.graph.here = landing.catch if landing.catch.used else None
        self.graph.step(Catch, span(node), target=landing.exception)
        self.graph.join(self.graph.here, *landing.entries)

    def propagate(self, exception: str, node: ast.AST) -> None:
        """Ends the flow by raising on what was caught."""
        if self.landing is None:
            self.graph.emit(Raise, span(node), value=Local(exception))
        elif self.graph.here is not None:
            if self.landing.exception != exception:
                self.assign(self.landing.exception, Local(exception), node)
            self.landing.entries.append(self.graph.here)
        self.graph.here = None

    # --- Leaving early --------------------------------------------------------------------------------------------------

    def leave(self, depth: int, node: ast.AST, *, unbind: bool = True) -> None:
        """Runs what has to run when a statement leaves all but the outer `depth` statements around it."""
        saved = self.exits, self.landing
        while len(self.exits) > depth:
            last, self.exits = self.exits[-1], self.exits[:-1]
            match last:
                case FinallyExit():
                    self.landing = last.landing
                    self._finally(last.body)
                case UnbindExit(name=name) if unbind:
                    self.unbind(name, node)
                case _:
                    pass
        self.exits, self.landing = saved

    # --- Classes and values ---------------------------------------------------------------------------------------------

    def class_names(self, node: ast.expr, *, groups: bool = True) -> list[str]:
        """The exception classes that a handler names; `except*` cannot have groups among them."""
        found = self.names.static(node)
        nodes: list[tuple[ast.expr, Static | None]] = [(node, found)]
        if isinstance(node, ast.Tuple):
            nodes = [(element, self.names.static(element)) for element in node.elts]
        elif isinstance(values := self.static_value(node), tuple):
            nodes = [(node, Static(item)) for item in cast("tuple[object, ...]", values)]
        names: list[str] = []
        for element, item in nodes:
            if item is None or not isinstance(item.value, type) or not issubclass(item.value, BaseException):
                self.refuse("WMC601", element)
            elif not groups and issubclass(item.value, BaseExceptionGroup):
                self.refuse("WMC605", element)
            else:
                names.append(class_name(item.value))
        return names

    def lower_raise(self, node: ast.Raise) -> None:
        """Adds the nodes of a `raise` statement; no path leads behind it."""
        if node.exc is not None:
            value = self._raised(node.exc, node.cause)
        elif self.handling is None:
            value = self.refuse("WMC604", node)
        elif self.raise_again(node, self.handling):
            return
        else:
            value = Local(self.handling)
        self.graph.emit(Raise, span(node), self.error(), value=value)
        self.graph.here = None

    def _raised(self, exc: ast.expr, cause: ast.expr | None) -> Expression:
        """The exception of `raise exc from cause`. A class among them is called without arguments."""
        if cause is None:
            return self.instance(exc)
        is_new = isinstance(exc, ast.Call) or isinstance(self.static_value(exc), type)
        if not is_new and not (isinstance(exc, ast.Name) and self.names.is_private_handler(exc.id)):
            return self.refuse("WMC603", exc, name=ast.unparse(exc))
        operands = [Operand(part, self.effects.emits(part), partial(self.instance, part)) for part in (exc, cause)]
        value = Operator("py.with_cause", tuple(self.sequence(operands)))
        if is_new:
            return value
        assert isinstance(exc, ast.Name)
        self.assign(exc.id, value, exc)
        return Local(exc.id)

    def lower_assert(self, node: ast.Assert) -> None:
        """Adds the nodes of an `assert` statement; the message is evaluated only when it fails."""
        holds, self.graph.here = self.test(node.test)
        message = [self.value(node.msg)] if node.msg is not None else []
        self.graph.emit(Raise, span(node), self.error(), value=exception(AssertionError, message))
        self.graph.here = holds
