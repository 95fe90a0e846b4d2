"""Which expressions need nodes of their own, and which are pure trees that one node evaluates.

An expression *emits* when lowering it adds nodes: awaits, helper calls and assignments.
Operands that come before an emitting one have to be saved first, so that they are evaluated in Python's order.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from waymark.compiler.source import MUTATORS
from waymark.compiler.syntax import children, walk

_MAX_REPEATED = 2

AnyComprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class Effects:
    """Answers for the expressions of one method."""

    def __init__(self, is_compiled: Callable[[ast.expr], bool], acts: Callable[[ast.Call], bool]) -> None:
        self._is_compiled = is_compiled
        self._acts = acts
        self._known: dict[ast.expr, bool] = {}

    def emits(self, node: ast.expr) -> bool:
        """Whether the value of `node` needs nodes."""
        if node not in self._known:
            self._known[node] = self._value_emits(node)
        return self._known[node]

    def note(self, node: ast.expr, emits: bool) -> None:
        """Says of a call that is not awaited where it stands whether its operands need nodes."""
        self._known[node] = emits

    def _value_emits(self, node: ast.expr) -> bool:
        match node:
            case ast.Await() | ast.NamedExpr():
                return True
            case ast.Call() | ast.Attribute() if self._is_compiled(node):
                return True
            case ast.Call() if self._acts(node):
                return True
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in MUTATORS:
                return True
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return self.emits(node.generators[0].iter) or self.needs_loop(node)
            case _:
                return any(self.emits(child) for child in _children(node))

    def stores(self, node: ast.expr) -> frozenset[str]:
        """The variables of the method that evaluating `node` assigns."""
        return frozenset(child.target.id for child in walk(node) if isinstance(child, ast.NamedExpr))

    def needs_loop(self, node: AnyComprehension) -> bool:
        """Whether a comprehension cannot be one expression, apart from its first iterable."""
        elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        conditions = [condition for generator in node.generators for condition in generator.ifs]
        return any(map(self.emits, [*elements, *conditions, *(generator.iter for generator in node.generators[1:])]))


def is_cheap(node: ast.expr, depth: int = 0) -> bool:
    """Whether `node` may be evaluated twice: a constant, a name, or few accesses from one. It has no effects."""
    match node:
        case ast.Constant() | ast.Name():
            return True
        case ast.Attribute(value=value) if depth < _MAX_REPEATED:
            return is_cheap(value, depth + 1)
        case ast.Subscript(value=value, slice=ast.Constant() | ast.Name()) if depth < _MAX_REPEATED:
            return is_cheap(value, depth + 1)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return True
        case _:
            return False


def is_truth(node: ast.expr) -> bool:
    """Whether the value of `node` is always True or False."""
    match node:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()) | ast.Constant(value=True | False):
            return True
        case ast.BoolOp(values=values):
            return all(map(is_truth, values))
        case _:
            return False


def _children(node: ast.expr) -> list[ast.expr]:
    found: list[ast.expr] = []
    for child in children(node):
        if isinstance(child, ast.expr):
            found.append(child)
        elif isinstance(child, ast.keyword):
            found.append(child.value)
    return found
