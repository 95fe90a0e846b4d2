"""Which functions a call may enter: helper methods, also inherited ones, and plain functions of the program's own package."""

from __future__ import annotations

import ast
from types import FunctionType
from typing import TypeGuard

from waymark.compiler.frame import Callee, Frame
from waymark.compiler.instance import SELF
from waymark.compiler.names import Static
from waymark.ir.expressions import Const, Expression, Local, Operator
from waymark.ir.library import function_name

_MISSING = object()
ENGINE_METHODS = ("run_action", "wait_for_signal")
"""Methods of Workflow that become nodes of their own."""


class Callees(Frame):
    """Finding what a callee names."""

    def self_member(self, node: ast.expr) -> str | None:
        """The name `x` of `self.x`, also of `cls.x` in a class method."""
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=member) if name == self.names.self_name:
                return member
            case _:
                return None

    def callee(self, func: ast.expr) -> Callee | None:
        """What `func` names, if a call of it is compiled with the workflow, or refused as a member of the workflow."""
        member = self.self_member(func)
        if member is not None:
            is_set = self.unit.state is not None and member in self.unit.state.attributes
            return None if member in ENGINE_METHODS else self._member(member, () if is_set else self.unit.cls.__mro__)
        match func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super"), args=[], keywords=[]), attr=name) if self._is_super():
                mro = self.unit.cls.__mro__
                assert self.method.owner is not None
                return self._member(name, mro[mro.index(self.method.owner) + 1 :])
            case ast.Attribute(value=value, attr=name) if (owner := self.names.static(value)) and self._is_own_class(owner.value):
                found = self._member(name, owner.value.__mro__)
                # In a class method that is called of a base, `cls` would be the base.
                kinds = (staticmethod, classmethod) if owner.value is self.unit.cls else (staticmethod,)
                return found if isinstance(found.member, kinds) else None
            case _:
                found = self.names.static(func)
                return self._own_function(found.value) if found else None

    def _member(self, name: str, mro: tuple[type, ...]) -> Callee:
        owner = next((base for base in mro if name in vars(base)), None)
        return Callee(name, _MISSING) if owner is None else Callee(name, vars(owner)[name], owner)

    def _is_own_class(self, value: object) -> TypeGuard[type]:
        """Whether a value is the class of the workflow or one of its bases."""
        return isinstance(value, type) and issubclass(self.unit.cls, value)

    def _is_super(self) -> bool:
        found = self.names.lookup("super")
        return self.method.owner is not None and self.names.self_name is not None and found == Static(super)

    def _own_function(self, value: object) -> Callee | None:
        """A plain function of the package that the workflow is in; foreign code is not compiled."""
        if not isinstance(value, FunctionType) or hasattr(value, "__waymark_action__") or function_name(value):
            return None
        package = self.unit.cls.__module__.partition(".")[0]
        return Callee(value.__name__, value) if value.__module__.partition(".")[0] == package else None

    def own_property(self, node: ast.expr) -> Callee | None:
        """The getter of the property that an attribute of the workflow reads, if it is one."""
        member = self.self_member(node) if self.method.kind == "method" else None
        found = None if member is None else self._member(member, self.unit.cls.__mro__)
        match found:
            case Callee(member=property(fget=getter)):
                return Callee(found.name, getter, found.owner)
            case _:
                return None

    def instance_attribute(self, node: ast.Attribute) -> Expression | None:
        """`self.name`, if methods set it."""
        state = self.unit.state
        if state is None or self.method.kind != "method" or node.attr not in state.attributes:
            return None
        return Operator("py.self_attribute", (Local(SELF), Const(node.attr), Const(self.unit.cls.__name__)))

    def class_attribute(self, name: str) -> Static | None:
        """What `self.name` reads from the class: its own attributes that are neither methods nor properties."""
        owner = next((base for base in self.unit.cls.__mro__ if name in vars(base)), None)
        value = vars(owner)[name] if owner is not None else None
        return None if owner is None or hasattr(value, "__get__") else Static(value)

    def is_compiled(self, node: ast.expr) -> bool:
        """Whether a call or an attribute runs code that is compiled with the workflow."""
        if isinstance(node, ast.Call):
            return self.self_member(node.func) is not None or self.callee(node.func) is not None
        return self.own_property(node) is not None
