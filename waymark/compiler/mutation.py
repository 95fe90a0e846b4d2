"""Changing objects in place: stores to elements and attributes, `del`, augmented assignment, mutator methods."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Sequence

from waymark.compiler.calls import Calls
from waymark.compiler.frame import NONE, Operand, span
from waymark.compiler.instance import SELF
from waymark.compiler.library import call
from waymark.compiler.source import MUTATORS
from waymark.ir.expressions import Const, DictDisplay, Expression, Local, Operator
from waymark.ir.nodes import Mutate

_INPLACE: dict[type[ast.operator], str] = {
    ast.Add: "__iadd__",
    ast.Sub: "__isub__",
    ast.Mult: "__imul__",
    ast.BitAnd: "__iand__",
    ast.BitOr: "__ior__",
    ast.BitXor: "__ixor__",
}
"""Augmented assignments by which an object of a builtin type changes; the others always make a new value."""


_CONSUMING = frozenset({"extend", "update", "difference_update", "intersection_update", "symmetric_difference_update"})
"""Methods that consume an iterator."""


class Mutations(Calls):
    """Lowering of what changes objects."""

    @abstractmethod
    def iterable(self, node: ast.expr) -> Expression:
        """The value of `node` where it is consumed at once."""

    @abstractmethod
    def argument(self, node: ast.expr) -> Expression:
        """An argument of a function of the library: a value, or a function or class."""

    @abstractmethod
    def binary(self, op: ast.operator, left: Expression, right: Expression, node: ast.AST) -> Expression:
        """`left op right`."""

    def mutate(
        self,
        node: ast.AST,
        method: str,
        values: Sequence[Expression],
        target: str | None = None,
        kwargs: dict[str, Expression] | None = None,
    ) -> None:
        """Adds the change of the object `values[0]` by a method with the other values as arguments."""
        instance, *args = values
        fields = {"method": method, "object": instance, "args": tuple(args), "kwargs": kwargs or {}, "target": target}
        self.graph.step(Mutate, span(node), self.error(), **fields)
        if target is not None:
            self.bind(target)

    def mutator(self, node: ast.expr) -> tuple[ast.expr, str] | None:
        """The object and the method, if `node` is the call of a method that changes its object."""
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=method)) if (
                method in MUTATORS and self.names.static(owner) is None
            ):
                return owner, method
            case _:
                return None

    def mutator_call(self, node: ast.Call, owner: ast.expr, method: str, target: str | None) -> None:
        """Adds the call of `owner.method(…)`, a method that changes its object."""
        for argument in [*node.args, *node.keywords]:
            if isinstance(argument, ast.Starred) or (isinstance(argument, ast.keyword) and argument.arg is None):
                self.refuse("WMC309", argument, kind="*" if isinstance(argument, ast.Starred) else "**", name=f".{method}")
        given = [argument for argument in node.args if not isinstance(argument, ast.Starred)]
        named = [keyword for keyword in node.keywords if keyword.arg is not None]
        if method == "sort" and not given:
            self._sort(node, owner, named, target)
            return
        consumes = method in _CONSUMING
        operands = [self.operand(owner), *(self._argument(argument, consumes=consumes) for argument in given)]
        values = self.sequence([*operands, *(self.operand(keyword.value) for keyword in named)])
        count = 1 + len(given)
        kwargs = {str(keyword.arg): value for keyword, value in zip(named, values[count:], strict=True)}
        self.mutate(node, method, values[:count], target, kwargs)

    def _argument(self, node: ast.expr, *, consumes: bool) -> Operand:
        return Operand(node, self.effects.emits(node), lambda: self.iterable(node) if consumes else self.value(node))

    def _sort(self, node: ast.Call, owner: ast.expr, named: list[ast.keyword], target: str | None) -> None:
        """The elements are sorted as by `sorted`, once it is known that there is a list."""
        found = self.spill(self.value(owner), owner)
        self.mutate(node, "sort", [found, Const(None)])
        options = [
            Operand(word.value, self.effects.emits(word.value), lambda word=word: self.argument(word.value)) for word in named
        ]
        kwargs = DictDisplay(tuple(zip([Const(word.arg) for word in named], self.sequence(options), strict=True)))
        self.mutate(node, "sort", [found, self.spill(call("sorted", [found], kwargs), node)], target)

    # --- Stores ---------------------------------------------------------------------------------------------------------

    def store(self, target: ast.Subscript | ast.Attribute, value: Expression) -> None:
        """`target = value`. The value has been evaluated; the object and the key come after it."""
        if isinstance(target, ast.Attribute) and self.self_member(target) is not None:
            self._set_own(target, value)
            return
        place = self._place(target)
        settle = self.saved if any(operand.emits for operand in place) else self.spill
        self._set(target, place, settle(value, target))

    def delete(self, target: ast.Subscript | ast.Attribute) -> None:
        """`del target`."""
        if self.self_member(target) is not None:
            self.refuse("WMC212", target, kind="an attribute of the workflow")
            return
        method = "__delattr__" if isinstance(target, ast.Attribute) else "__delitem__"
        self.mutate(target, method, self.sequence(self._place(target)))

    def augment(self, node: ast.AugAssign, target: ast.Subscript | ast.Attribute) -> None:
        """`target op= value`: the object and the key are evaluated once, then read, changed and stored."""
        if isinstance(target, ast.Attribute) and self.self_member(target) is not None:
            read = ast.copy_location(ast.Attribute(value=target.value, attr=target.attr, ctx=ast.Load()), target)
            result = self.graph.temporary()
            self.assign(result, self.value(read), target)
            self.combine(node, Local(result), result)
            self._set_own(target, Local(result))
            return
        place = [self.spill(value, target) for value in self.sequence(self._place(target))]
        result = self.graph.temporary()
        self.assign(result, self._read(target, place), target)
        self.combine(node, Local(result), result)
        self.mutate(target, "__setattr__" if isinstance(target, ast.Attribute) else "__setitem__", [*place, Local(result)])

    def combine(self, node: ast.AugAssign, old: Expression, target: str) -> None:
        """`target = old op= value`, where the object `old` itself may change."""
        plain = self.binary(node.op, old, self.value(node.value), node)
        method = _INPLACE.get(type(node.op))
        if method is not None and isinstance(plain, Operator):
            self.mutate(node, method, plain.args, target)
        elif isinstance(plain, Operator):
            self.assign(target, Operator("py.inplace", (Const(plain.op.removeprefix("py.")), *plain.args)), node)

    def _set(self, target: ast.Subscript | ast.Attribute, place: list[Operand], value: Expression) -> None:
        method = "__setattr__" if isinstance(target, ast.Attribute) else "__setitem__"
        self.mutate(target, method, [*self.sequence(place), value])

    def _set_own(self, target: ast.Attribute, value: Expression) -> None:
        """`self.name = value`."""
        state, name = self.unit.state, target.attr
        if state is None or self.method.kind != "method":
            self.refuse("WMC212", target, kind="an attribute of the class")
        elif state.is_fixed:
            more = DictDisplay(((Const(name), value),))
            self.assign(SELF, Operator("py.merge", (Local(SELF), more, NONE)), target)
        else:
            self.mutate(target, "__setitem__", [Local(SELF), Const(name), self.spill(value, target)])

    def _place(self, target: ast.Subscript | ast.Attribute) -> list[Operand]:
        """The object, and the key, the attribute's name or the three parts of the slice."""
        owner = self.operand(target.value)
        match target:
            case ast.Attribute(attr=name):
                return [owner, Operand(target, emits=False, lower=lambda: Const(name))]
            case ast.Subscript(slice=ast.Slice(lower=lower, upper=upper, step=step)):
                none = Operand(target, emits=False, lower=lambda: Const(None))
                return [owner, *(none if part is None else self.operand(part) for part in (lower, upper, step))]
            case _:
                return [owner, self.operand(target.slice)]

    def _read(self, target: ast.Subscript | ast.Attribute, place: list[Expression]) -> Expression:
        match target:
            case ast.Attribute():
                return Operator("py.getattr", tuple(place))
            case ast.Subscript(slice=ast.Slice()):
                return Operator("py.getslice", tuple(place))
            case _:
                return Operator("py.getitem", tuple(place))
