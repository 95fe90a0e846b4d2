"""Functions as arguments: a lambda that does not escape, and a known function or class by its name."""

from __future__ import annotations

import ast
from typing import cast

from waymark.codec import class_name
from waymark.compiler.displays import Displays
from waymark.compiler.frame import NONE
from waymark.compiler.library import call
from waymark.compiler.syntax import walk
from waymark.ir.expressions import Callable, Expression, Lambda, LambdaBody, Local, TupleDisplay
from waymark.ir.library import function_name

_ITEM = "$.item"


class Lambdas(Displays):
    """Lowering of functions as arguments of a call that uses them at once."""

    def called(self, func: ast.expr) -> object:
        """The function or class that is called, if it is known: also a method of a class."""
        found = self.names.static(func)
        if found is not None:
            return found.value
        owner = self.static_value(func.value) if isinstance(func, ast.Attribute) else None
        return getattr(owner, func.attr, None) if isinstance(owner, type) and isinstance(func, ast.Attribute) else None

    def argument(self, node: ast.expr) -> Expression:
        """An argument of a function of the library: a value, or a function or class."""
        match node:
            case ast.Lambda():
                return self._lambda(node)
            case ast.Tuple(elts=elements) if elements and all(map(self._names_class, elements)):
                return TupleDisplay(tuple(map(self.argument, elements)))
            case ast.BinOp(left=left, op=ast.BitOr(), right=right) if self._names_class(left) and self._names_class(right):
                return TupleDisplay((self._alternative(left), self._alternative(right)))
            case _:
                found = self.function(node)
                return found if found is not None else self.value(node)

    def function(self, node: ast.expr) -> Expression | None:
        """The function or class, or tuple of classes, that a name stands for; None when it stands for a value."""
        found = self.called(node)
        if found is None or self.root_is_rebound(node):
            return None
        if isinstance(found, tuple):
            items = cast("tuple[object, ...]", found)
            is_classes = bool(items) and all(isinstance(item, type) for item in items)
            return TupleDisplay(tuple(Callable(_name(item)) for item in items)) if is_classes else None
        return Callable(_name(found)) if function_name(found) or isinstance(found, type) else None

    def _alternative(self, node: ast.expr) -> Expression:
        """One of a union of classes, in which None stands for its class."""
        is_none = isinstance(node, ast.Constant) and node.value is None
        return call("type", [NONE]) if is_none else self.argument(node)

    def _names_class(self, node: ast.expr) -> bool:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self._names_class(node.left) and self._names_class(node.right)
        if isinstance(node, ast.Tuple):
            return bool(node.elts) and all(map(self._names_class, node.elts))
        return isinstance(self.static_value(node), type) or (isinstance(node, ast.Constant) and node.value is None)

    def _lambda(self, node: ast.Lambda) -> Expression:
        names = _parameters(node)
        if names is None or self.effects.emits(node.body):
            return self.refuse("WMC302", node)
        fresh: dict[str, Expression | None] = {}
        with self.inner_scope({}):
            for name in names:
                self.scope[name] = fresh[name] = Local(self.fresh(name))
            body = self.value(node.body)
        return Lambda(LambdaBody(tuple(local.name for local in fresh.values() if isinstance(local, Local)), body))

    # --- As generators --------------------------------------------------------------------------------------------------

    def mapped(self, function: ast.expr, items: ast.expr) -> ast.GeneratorExp | None:
        """`map(function, items)` as a generator expression."""
        match function:
            case ast.Lambda() if (names := _parameters(function)) is not None and len(names) == 1:
                return _generator(function, function.body, ast.Name(names[0], ast.Store()), items)
            case ast.Lambda():
                return None
            case _ if self.callee(function) is None and self.called(function) is None:
                return None
            case _:
                applied = ast.Call(function, [ast.Name(_ITEM, ast.Load())], [])
                return _generator(function, applied, ast.Name(_ITEM, ast.Store()), items)

    def filtered(self, function: ast.expr, items: ast.expr) -> ast.GeneratorExp | None:
        """`filter(function, items)` as a generator expression."""
        if isinstance(function, ast.Constant) and function.value is None:
            return _generator(function, ast.Name(_ITEM, ast.Load()), ast.Name(_ITEM, ast.Store()), items, kept=True)
        mapped = self.mapped(function, items)
        if mapped is None:
            return None
        target = mapped.generators[0].target
        assert isinstance(target, ast.Name)
        kept = _generator(function, ast.Name(target.id, ast.Load()), target, items)
        kept.generators[0].ifs.append(mapped.elt)
        return kept


def _parameters(node: ast.Lambda) -> list[str] | None:
    """The names of the parameters of a lambda, if all are plain and it only evaluates an expression."""
    spec = node.args
    if spec.vararg or spec.kwarg or spec.kwonlyargs or spec.defaults:
        return None
    if any(isinstance(child, ast.NamedExpr | ast.Yield | ast.YieldFrom | ast.Await) for child in walk(node.body)):
        return None
    return [arg.arg for arg in [*spec.posonlyargs, *spec.args]]


def _generator(place: ast.expr, element: ast.expr, target: ast.Name, items: ast.expr, *, kept: bool = False) -> ast.GeneratorExp:
    source = ast.comprehension(target, items, [ast.Name(target.id, ast.Load())] if kept else [], 0)
    made = ast.GeneratorExp(element, [source])
    for child in walk(made):
        if "lineno" not in vars(child) and isinstance(child, ast.expr):
            ast.copy_location(child, place)
    return made


def _name(value: object) -> str:
    listed = function_name(value)
    return listed if listed is not None else class_name(cast("type", value))
