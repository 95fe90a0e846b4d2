"""Calls of the library's functions and methods, of classes, and of `self`'s helper methods, as values."""

from __future__ import annotations

import ast
import dataclasses
import enum
import typing
from collections.abc import Callable
from itertools import takewhile
from typing import cast

from waymark.codec import class_name
from waymark.codec.encode import is_model
from waymark.compiler.callees import ENGINE_METHODS
from waymark.compiler.exceptions import exception, is_plain
from waymark.compiler.frame import Operand
from waymark.compiler.lambdas import Lambdas
from waymark.compiler.library import CONSUMERS, CONSUMING_METHODS, ITERATORS, OF_VIEWS, VIEWS, call, method
from waymark.ir.expressions import Const, DictDisplay, Expression, ListDisplay, Local, Operator
from waymark.ir.library import METHOD_NAMES, function_name

_CONSTRUCTORS = frozenset(["model_construct", "model_validate", "model_validate_json", "parse_obj", "parse_raw"])
_REPLACING = frozenset(["sub", "subn"])
"""Methods of patterns that take a function."""
_COLLECTING = frozenset(["list", "sorted", "tuple"])
"""Functions that take all elements of an iterator before they look at the first, as `str.join` does."""
_COMPARING = frozenset(["max", "min"])
_BY_NAME = frozenset(["getattr", "hasattr"])
_MAX_RANGE = 3


class Functions(Lambdas):
    """Lowering of calls."""

    def call(self, node: ast.Call) -> Expression:
        """The value of a call."""
        acted = self.act(node)
        if acted is not None:
            return acted
        if self.is_iterator(node):
            return self.refuse("WMC306", node, name=f"`{ast.unparse(node.func)}(…)`")
        return self._called(node)

    def iterable(self, node: ast.expr) -> Expression:
        """The value of `node` where it is consumed at once: it may be a generator, another iterator, or an Enum class."""
        match node:
            case ast.GeneratorExp():
                return self.generator(node)
            case ast.Call() if self.is_iterator(node):
                spread = self.as_generator(node)
                return self._called(node) if spread is None else self.generator(spread)
            case ast.Name() | ast.Attribute() if members := self._members(node):
                return ListDisplay(tuple(self.constant(node, member) for member in members))
            case _:
                return self.value(node)

    def _called(self, node: ast.Call) -> Expression:  # noqa: C901 - one case a kind of callee
        if self.self_member(node.func) in ENGINE_METHODS:
            return self.refuse("WMC408", node, name=ast.unparse(node.func))
        if found := self.mutator(node):
            target = self.graph.temporary()
            self.mutator_call(node, *found, target)
            return Local(target)
        if helper := self.callee(node.func):
            target = self.graph.temporary()
            self.call_helper(node, helper, target, awaited=False)
            return Local(target)
        callee, name = self.called(node.func), self._function_name(node.func)
        match node.func:
            case func if callee is not None and self.root_is_rebound(func):
                return self.value(func)
            case _ if callee is typing.cast and len(node.args) == len(("type", "value")):
                return self.value(node.args[1])
            case _ if name is not None:
                return self._library_call(node, name)
            case func if isinstance(callee, type) and is_own(callee):
                return self.instance(node)
            case ast.Attribute(value=owner, attr=attribute) if attribute in _CONSTRUCTORS and self._is_model(owner):
                return self._construct(node, f"{class_name(cast('type', self.static_value(owner)))}.{attribute}")
            case ast.Attribute(value=owner) if callee is None and self.is_opaque(owner):
                return self.refuse_call(node)
            case ast.Attribute(attr=attribute) if callee is None and attribute in METHOD_NAMES:
                return self._method_call(node, node.func)
            case _:
                return self.refuse_call(node)

    def operand_of(self, node: ast.expr) -> Expression:
        """An operand of an operator or a comparison, which may be a view."""
        return self._called(node) if isinstance(node, ast.Call) and self.is_view(node) else self.value(node)

    # --- What is called -------------------------------------------------------------------------------------------------

    def _function_name(self, func: ast.expr) -> str | None:
        callee = self.called(func)
        return None if callee is None else function_name(callee)

    def is_iterator(self, node: ast.Call) -> bool:
        """Whether the value of a call is an iterator or a view."""
        if self._function_name(node.func) in ITERATORS:
            return True
        return self.is_view(node)

    def is_view(self, node: ast.expr) -> bool:
        """Whether the value of an expression is a view of a dict."""
        match node:
            case ast.Call(func=ast.Attribute(attr=attribute) as func, args=[], keywords=[]):
                return attribute in VIEWS and self.self_member(func) is None and self.called(func) is None
            case _:
                return False

    def _members(self, node: ast.expr) -> list[enum.Enum]:
        """The members of the Enum class that a name stands for."""
        found = self.static_value(node)
        return list(cast("type[enum.Enum]", found)) if isinstance(found, enum.EnumType) else []

    def _is_model(self, node: ast.expr) -> bool:
        found = self.static_value(node)
        return isinstance(found, type) and is_model(found)

    def as_generator(self, node: ast.Call) -> ast.GeneratorExp | None:
        """`map` and `filter` over one iterable as the generator expression that they are."""
        match self.called(node.func), node:
            case built, ast.Call(args=[function, items], keywords=[]) if not isinstance(items, ast.Starred):
                lower = {map: self.mapped, filter: self.filtered}.get(cast("type", built))
                return lower(function, items) if lower else None
            case _:
                return None

    # --- Calls ----------------------------------------------------------------------------------------------------------

    def _library_call(self, node: ast.Call, name: str) -> Expression:
        if name == "range" and not node.keywords and 1 <= len(node.args) <= _MAX_RANGE and not _is_spread(node):
            return self._range(node)
        if name in _BY_NAME and not self._is_read(node):
            return self.refuse("WMC316", node, name=ast.unparse(node))

        def lower(argument: ast.expr) -> Expression:
            if name in _COLLECTING and isinstance(argument, ast.GeneratorExp):
                return self.gathered(argument)
            if name in CONSUMERS or (name in OF_VIEWS and self.is_view(argument)):
                return self._consumed(argument)
            return self.argument(argument)

        args, kwargs = self._arguments(node, name, lower)
        match args:
            case ListDisplay(items=(items,)) if name in _COMPARING and any(word.arg == "key" for word in node.keywords):
                # Keys are computed while elements are compared.
                args = ListDisplay((Operator("py.generator", (items,)),))
            case _:
                pass
        return call(name, args, kwargs)

    def _consumed(self, node: ast.expr) -> Expression:
        is_iterator = isinstance(node, ast.GeneratorExp) or (isinstance(node, ast.Call) and self.is_iterator(node))
        return self.iterable(node) if is_iterator or self._members(node) else self.argument(node)

    def _is_read(self, node: ast.Call) -> bool:
        """Whether an attribute that is read by its name is one that could be written."""
        match node.args:
            case [_, ast.Constant(value=str(name)), *_]:
                return not name.startswith("_")
            case _:
                return False

    def _range(self, node: ast.Call) -> Expression:
        match self.values(node.args):
            case [stop]:
                return Operator("py.range", (Const(0), stop, Const(1)))
            case [start, stop]:
                return Operator("py.range", (start, stop, Const(1)))
            case values:
                return Operator("py.range", tuple(values))

    def _method_call(self, node: ast.Call, func: ast.Attribute) -> Expression:
        def lower(argument: ast.expr) -> Expression:
            if func.attr == "join" and isinstance(argument, ast.GeneratorExp):
                return self.gathered(argument)
            if func.attr in CONSUMING_METHODS:
                return self.iterable(argument)
            return self.argument(argument) if func.attr in _REPLACING else self.value(argument)

        receiver = self.operand(func.value)
        operands = self._argument_operands(node, f".{func.attr}", lower)
        found = self.sequence([receiver, *operands])
        args, kwargs = self._grouped(node, found[1:])
        return method(found[0], func.attr, args, kwargs)

    def _construct(self, node: ast.Call, name: str) -> Expression:
        args, kwargs = self._arguments(node, name, self.value)
        return Operator("py.construct", (Const(name), args, kwargs))

    def instance(self, node: ast.expr) -> Expression:
        """The value of `node`; where it names an exception class, an instance of the class, as `raise` makes it."""
        found = node if isinstance(node, ast.Call) else ast.copy_location(ast.Call(node, [], []), node)
        cls = self.static_value(found.func)
        if not isinstance(cls, type) or not is_own(cls) or self.root_is_rebound(found.func):
            return self.value(node)
        if not found.keywords and not _is_spread(found) and issubclass(cls, BaseException) and is_plain(cls, len(found.args)):
            return exception(cls, self.values(found.args))
        return self._construct(found, class_name(cls))

    # --- Arguments ------------------------------------------------------------------------------------------------------

    def _arguments(self, node: ast.Call, name: str, lower: Callable[[ast.expr], Expression]) -> tuple[Expression, Expression]:
        """The list of the positional arguments and the dict of the others."""
        return self._grouped(node, self.sequence(self._argument_operands(node, name, lower)))

    def _argument_operands(self, node: ast.Call, name: str, lower: Callable[[ast.expr], Expression]) -> list[Operand]:
        """Each argument up to the first star, what is left of the positional ones as one list; the same with keywords."""
        plain = _plain(node)
        rest = node.args[len(plain) :]
        operands = [self._operand([argument], lambda argument=argument: lower(argument)) for argument in plain]
        if rest:
            operands.append(self._operand(rest, lambda: self.list_display(rest, Const(name))))
        values = [keyword.value for keyword in node.keywords]
        if all(keyword.arg for keyword in node.keywords):
            return operands + [self._operand([value], lambda value=value: lower(value)) for value in values]
        keys = [ast.copy_location(ast.Constant(word.arg), word.value) if word.arg else None for word in node.keywords]
        return [*operands, self._operand(values, lambda: self.dict_display(keys, values, Const(name)))]

    def _operand(self, nodes: list[ast.expr], lower: Callable[[], Expression]) -> Operand:
        stores = frozenset[str]().union(*map(self.effects.stores, nodes))
        return Operand(nodes[0], any(map(self.effects.emits, nodes)), lower, stores=stores)

    def _grouped(self, node: ast.Call, values: list[Expression]) -> tuple[Expression, Expression]:
        count = len(_plain(node))
        args: Expression = ListDisplay(tuple(values[:count]))
        values = values[count:]
        if count < len(node.args):
            args, values = Operator("py.concat", (args, values[0])) if count else values[0], values[1:]
        if all(keyword.arg for keyword in node.keywords):
            return args, DictDisplay(tuple((Const(word.arg), value) for word, value in zip(node.keywords, values, strict=True)))
        return args, values[0]


def is_own(cls: type) -> bool:
    """Whether instances of a class are values that users define."""
    return is_model(cls) or dataclasses.is_dataclass(cls) or issubclass(cls, enum.Enum | BaseException)


def _plain(node: ast.Call) -> list[ast.expr]:
    """The positional arguments before the first star."""
    return list(takewhile(lambda argument: not isinstance(argument, ast.Starred), node.args))


def _is_spread(node: ast.Call) -> bool:
    return len(_plain(node)) < len(node.args)
