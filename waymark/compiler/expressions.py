"""Expressions: pure trees where possible; awaits, helper calls and what is evaluated once become nodes."""

from __future__ import annotations

import ast
import enum
import re
from typing import cast

from waymark.codec import class_name
from waymark.compiler.binding import PackedArguments, PackedKeywords
from waymark.compiler.constants import constant, stored
from waymark.compiler.library import call
from waymark.compiler.names import Scope
from waymark.compiler.strings import Strings
from waymark.ir.expressions import (
    Callable,
    Const,
    Expression,
    Local,
    Operator,
)

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "py.add",
    ast.Sub: "py.sub",
    ast.Mult: "py.mul",
    ast.Div: "py.truediv",
    ast.FloorDiv: "py.floordiv",
    ast.Mod: "py.mod",
    ast.Pow: "py.pow",
    ast.LShift: "py.lshift",
    ast.RShift: "py.rshift",
    ast.BitAnd: "py.bitand",
    ast.BitOr: "py.bitor",
    ast.BitXor: "py.bitxor",
}
_UNARY: dict[type[ast.unaryop], str] = {ast.USub: "py.neg", ast.UAdd: "py.pos", ast.Invert: "py.invert"}

_AS_FUNCTION = "call it in a list comprehension: `sorted([(self.f(x), x) for x in items], key=lambda pair: pair[0])`"

_SPECIAL = frozenset(["__cause__", "__name__", "__qualname__"])
"""Special attributes that exceptions and classes have as values."""


class Expressions(Strings):
    """Lowering of expressions."""

    def value(self, node: ast.expr) -> Expression:  # noqa: C901, PLR0911, PLR0912 - one case a kind of expression
        """The value of `node` as an expression for `here`, after the nodes that it needs."""
        match node:
            case ast.Constant(value=value):
                found = constant(value)
                return found if found is not None else self.refuse("WMC107", node)
            case ast.Name():
                return self._name(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Subscript():
                return self._subscript(node)
            case ast.BinOp(left=left, op=op, right=right):
                operands = self.sequence([self.operand(side, self.operand_of) for side in (left, right)])
                return self.binary(op, operands[0], operands[1], node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BoolOp():
                return self.choice(node)
            case ast.Compare():
                return self.comparison(node)
            case ast.IfExp():
                return self.conditional(node)
            case PackedArguments(elts=elements, callee=callee):
                return self.list_display(elements, Const(callee))
            case PackedKeywords(keys=keys, values=values, callee=callee):
                return self.dict_display(keys, values, Const(callee))
            case ast.List(elts=elements):
                return self.list_display(elements)
            case ast.Tuple(elts=elements):
                return self.tuple_display(elements)
            case ast.Set(elts=elements):
                return self.set_display(elements)
            case ast.Dict(keys=keys, values=values):
                return self.dict_display(keys, values)
            case ast.ListComp() | ast.SetComp() | ast.DictComp():
                return self.collected(node)
            case ast.JoinedStr():
                return self.joined(node)
            case ast.Await():
                target = self.graph.temporary()
                self.awaited(node, target)
                return Local(target)
            case ast.NamedExpr():
                return self._named(node)
            case ast.Call():
                return self.call(node)
            case _:
                return self._refuse_expression(node)

    # --- Names and places -----------------------------------------------------------------------------------------------

    def _name(self, node: ast.Name) -> Expression:
        if node.id in self.scope:
            bound = self.scope[node.id]
            return bound if bound is not None else self.refuse("WMC105", node, name=node.id)
        if node.id == self.names.self_name:
            return self.refuse("WMC106", node, name=node.id)
        if node.id in self.unstarted.kinds:
            return Local(self.held_name(node.id))
        if node.id in self.contexts:
            return self.refuse("WMC509", node, name=node.id)
        match self.names.lookup(node.id):
            case Scope.LOCAL:
                return Local(node.id)
            case Scope.CLOSURE:
                return self.refuse("WMC102", node, name=node.id)
            case Scope.UNDEFINED:
                return self.refuse("WMC101", node, name=node.id)
            case _ if self.names.is_rebound(node.id):
                return self.refuse("WMC108", node, name=node.id)
            case found:
                return self._known(node, found.value)

    def _known(self, node: ast.expr, value: object) -> Expression:
        """A value that is known when the class is decorated; a compiled pattern is compiled again where it is used."""
        if isinstance(value, re.Pattern):
            pattern = cast("re.Pattern[str]", value)
            return call("re.compile", [self.constant(node, pattern.pattern), Const(pattern.flags)])
        return self.constant(node, value)

    def _attribute(self, node: ast.Attribute) -> Expression:
        if found := self.own_property(node):
            target = self.graph.temporary()
            self.call_helper(ast.copy_location(ast.Call(node, [], []), node), found, target, awaited=False)
            return Local(target)
        if node.attr == "__name__" and (name := self._class_name(node.value)):
            return name
        if held := self.instance_attribute(node) if self.self_member(node) is not None else None:
            return held
        if self.self_member(node) is not None:
            found = self.class_attribute(node.attr)
            rewrite = _AS_FUNCTION.replace("self.f", ast.unparse(node)) if self.callee(node) else ""
            return self._known(node, found.value) if found else self.refuse("WMC106", node, name=ast.unparse(node), hint=rewrite)
        if node.attr.startswith("__") and node.attr.endswith("__") and node.attr not in _SPECIAL:
            return self.refuse("WMC313", node, name=node.attr)
        found = self.names.static(node)
        if found is not None:
            return self._known(node, found.value)
        owner = self.names.static(node.value)
        if owner is not None and isinstance(owner.value, enum.Enum) and node.attr in {"name", "value"}:
            return self.constant(node, getattr(owner.value, node.attr))
        is_known = owner is not None and stored(owner.value) is not None and not self.names.is_changed(node.value)
        if owner is not None and not is_known:
            code = "WMC103" if constant(owner.value) is None and not callable(owner.value) else "WMC101"
            if type(owner.value).__name__ == "module" or isinstance(owner.value, type):
                code = "WMC101"
            return self.refuse(code, node, name=ast.unparse(node), type=type(owner.value).__name__)
        return Operator("py.getattr", (self.value(node.value), Const(node.attr)))

    def _class_name(self, node: ast.expr) -> Expression | None:
        """The `__name__` of `node`, if that is a class: a known one, or the type of a value."""
        known = self.static_value(node)
        if isinstance(known, type):
            return self.constant(node, known.__name__)
        match node:
            case ast.Name(id=name) if name == self.names.self_name and self.method.kind == "class":
                return Const(self.unit.cls.__name__)
            case ast.Call(func=func, args=[owner], keywords=[]) if self.static_value(func) is type:
                pass
            case ast.Attribute(value=owner, attr="__class__"):
                pass
            case _:
                return None
        if isinstance(owner, ast.Name) and owner.id == self.names.self_name:
            return Const(self.unit.cls.__name__)
        return Operator("py.type_name", (self.value(owner),))

    def _named(self, node: ast.NamedExpr) -> Expression:
        value, name = self.value(node.value), node.target.id
        if name == self.names.self_name:
            return self.refuse("WMC214", node.target, name=name)
        self.assign(name, value, node)
        return Local(name)

    def _subscript(self, node: ast.Subscript) -> Expression:
        match node.slice:
            case ast.Slice(lower=lower, upper=upper, step=step):
                bounds = [bound or ast.copy_location(ast.Constant(None), node) for bound in (lower, upper, step)]
                return Operator("py.getslice", tuple(self.values([node.value, *bounds])))
            case ast.Tuple(elts=parts) if slices := [part for part in parts if isinstance(part, ast.Slice)]:
                return self.refuse("WMC308", slices[0])
            case _:
                pass
        if isinstance(cls := self.static_value(node.value), enum.EnumType):
            return Operator("py.getitem", (Callable(class_name(cls)), self.value(node.slice)))
        return Operator("py.getitem", tuple(self.values([node.value, node.slice])))

    # --- Operators ------------------------------------------------------------------------------------------------------

    def binary(self, op: ast.operator, left: Expression, right: Expression, node: ast.AST) -> Expression:
        """`left op right`."""
        name = BINARY.get(type(op))
        return Operator(name, (left, right)) if name else self.refuse("WMC310", node)

    def _unary(self, node: ast.UnaryOp) -> Expression:
        match node:
            case ast.UnaryOp(op=ast.Not()):
                return self.negation(node)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() | complex() as number)):
                negative = constant(-number)
                assert negative is not None
                return negative
            case _:
                return Operator(_UNARY[type(node.op)], (self.value(node.operand),))

    def _refuse_expression(self, node: ast.expr) -> Expression:
        match node:
            case ast.GeneratorExp():
                return self.refuse("WMC306", node, name="a generator expression")
            case _:
                return self.refuse(REFUSED.get(type(node).__name__, "WMC399"), node, name=type(node).__name__)


REFUSED: dict[str, str] = {
    "Lambda": "WMC302",
    "Yield": "WMC005",
    "YieldFrom": "WMC005",
    "Slice": "WMC308",
    "TemplateStr": "WMC314",
    "Interpolation": "WMC314",
}
"""Kinds of expressions that are refused wherever they stand; newer Pythons have more of them than this one."""
