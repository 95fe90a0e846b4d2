"""Lowering of the variables that hold calls which are not started (`waymark.compiler.unstarted`)."""

from __future__ import annotations

import ast

from waymark.compiler.completed import Completed
from waymark.compiler.frame import span
from waymark.ir.expressions import Expression, ListDisplay, Local, Operator
from waymark.ir.nodes import Assign


class Coroutines(Completed):
    """Statements that make calls and keep them."""

    def lower_unstarted(self, node: ast.stmt) -> bool:
        """Adds the nodes of a statement that binds or extends a variable of calls; False when it is another statement."""
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if name in self.unstarted.kinds:
                self._hold(name, self._made(value), node)
            case ast.AugAssign(target=ast.Name(id=name), value=value) if name in self.unstarted.kinds:
                self._extend(name, self._made(value), node)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method), args=[value])) if (
                name in self.unstarted.kinds and method in {"append", "extend"}
            ):
                made = self._made(value)
                if method == "append":
                    held = Local(self.held_name(name))
                    self._hold(name, Operator("py.list_append", (held, made)), node)
                else:
                    self._extend(name, made, node)
            case _:
                return False
        return True

    def _made(self, value: ast.expr) -> Expression:
        """The calls that `value` makes."""
        if isinstance(value, ast.List) and not value.elts:
            return ListDisplay(())
        if self.is_calls(value):
            return self.calls(value)
        assert self.is_call(value)
        return self.value(value)

    def _extend(self, name: str, made: Expression, node: ast.stmt) -> None:
        self._hold(name, Operator("py.concat", (Local(self.held_name(name)), made)), node)

    def _hold(self, name: str, value: Expression, node: ast.stmt) -> None:
        self.graph.step(Assign, span(node), self.risks(value), target=self.held_name(name), value=value)
