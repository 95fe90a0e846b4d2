"""Comparisons, `and`, `or`, `not` and the conditional expression: one expression where no operand needs nodes, else branches."""

from __future__ import annotations

import ast
import enum
from collections.abc import Sequence
from functools import reduce
from typing import cast

from waymark.compiler.constants import constant
from waymark.compiler.effects import is_cheap, is_truth
from waymark.compiler.frame import Operand, span
from waymark.compiler.graph import Label
from waymark.compiler.iteration import Iteration
from waymark.ir.expressions import (
    And,
    Comprehension,
    ComprehensionBody,
    Const,
    Expression,
    Generator,
    If,
    ListDisplay,
    Local,
    Not,
    Operator,
    Or,
)

_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "py.eq",
    ast.NotEq: "py.ne",
    ast.Lt: "py.lt",
    ast.LtE: "py.le",
    ast.Gt: "py.gt",
    ast.GtE: "py.ge",
    ast.In: "py.in",
    ast.NotIn: "py.not_in",
}


class Choices(Iteration):
    """Lowering of what decides."""

    # --- As one expression ----------------------------------------------------------------------------------------------

    def truth(self, node: ast.expr) -> Expression:
        """The truth of a `node` that needs no nodes of its own."""
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return And(tuple(map(self.truth, values)))
            case ast.BoolOp(values=values):
                return Or(tuple(map(self.truth, values)))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self.truth(operand))
            case _:
                return self.value(node)

    def choice(self, node: ast.BoolOp) -> Expression:
        """The value of `and` or `or`."""
        if self.effects.emits(node):
            return self._emitted_choice(node)
        return self.truth(node) if is_truth(node) else self._plain_choice(node)

    def _plain_choice(self, node: ast.BoolOp) -> Expression:
        is_and = isinstance(node.op, ast.And)

        def either(test: Expression, value: Expression, rest: Expression) -> Expression:
            return If((test, rest, value) if is_and else (test, value, rest))

        def combine(rest: Expression, operand: ast.expr) -> Expression:
            if is_truth(operand):
                return either(self.truth(operand), Const(not is_and), rest)
            value = self.value(operand)
            if is_cheap(operand):
                return either(value, value, rest)
            return _let({"$let": value}, either(Local("$let"), Local("$let"), rest))

        return reduce(combine, reversed(node.values[:-1]), self.value(node.values[-1]))

    def comparison(self, node: ast.Compare) -> Expression:
        """The value of a comparison or of a chain of them."""
        if self.effects.emits(node):
            return self._decided(node)
        nodes = [node.left, *node.comparators]
        if not all(map(is_cheap, nodes[1:-1])):
            return self._chain(node, nodes, self.value(nodes[0]))
        operands = self.sequence([self._side(side) for side in nodes])
        pairs = [
            self._compared(op, operands[index : index + 2], nodes[index : index + 2], node) for index, op in enumerate(node.ops)
        ]
        return pairs[0] if len(pairs) == 1 else And(tuple(pairs))

    def _chain(self, node: ast.Compare, nodes: list[ast.expr], left: Expression, index: int = 0) -> Expression:
        """The chain from operand `index` on, each operand evaluated once, and only if the comparisons before it hold."""
        right = self.value(nodes[index + 1])
        if index + 1 == len(node.ops):
            return self._compared(node.ops[index], [left, right], nodes[index : index + 2], node)
        bound: dict[str, Expression] = {}
        if not index and not self.is_settled(left):
            bound["$let"], left = left, Local("$let")
        bound[f"$let{index}"], right = right, Local(f"$let{index}")
        first = self._compared(node.ops[index], [left, right], nodes[index : index + 2], node)
        return _let(bound, And((first, self._chain(node, nodes, right, index + 1))))

    def _compared(self, op: ast.cmpop, operands: list[Expression], nodes: list[ast.expr], node: ast.Compare) -> Expression:
        name = _COMPARE.get(type(op))
        if name is not None:
            return Operator(name, tuple(operands))
        match operands:
            case [value, Const(value=None)] | [Const(value=None), value]:
                same = Operator("py.is_none", (value,))
            case _ if any(isinstance(side, ast.Constant) and type(side.value) is bool for side in nodes):
                same = Operator("py.is", tuple(operands))
            case _ if any(map(self._is_member, nodes)) or all(map(self._is_class, nodes)):
                same = Operator("py.eq", tuple(operands))
            case _ if any(isinstance(side, Const) and _is_sole(side.value) for side in operands):
                same = Operator("py.is", tuple(operands))
            case _:
                return self.refuse("WMC311", node)
        return same if isinstance(op, ast.Is) else Not(same)

    def _side(self, node: ast.expr) -> Operand:
        """An operand of a comparison: a value, a view, or the class that `type(x)` is compared with."""
        is_class = isinstance(node, ast.Name | ast.Attribute) and self._is_class(node) and not self.root_is_rebound(node)
        found = (constant(self.static_value(node)) or self.function(node)) if is_class else None
        return self.operand(node, lambda side: self.operand_of(side) if found is None else found)

    def _is_member(self, node: ast.expr) -> bool:
        """Whether `node` is a member of an Enum that compares by identity, so that `is` and `==` are the same."""
        value = self.static_value(node)
        return isinstance(value, enum.Enum) and type(value).__eq__ is object.__eq__

    def _is_class(self, node: ast.expr) -> bool:
        """Whether `node` is `type(x)` or names a class: classes compare by identity."""
        found = self.static_value(node.func) if isinstance(node, ast.Call) and len(node.args) == 1 else self.static_value(node)
        return found is type if isinstance(node, ast.Call) else isinstance(found, type)

    def conditional(self, node: ast.IfExp) -> Expression:
        """The value of `a if test else b`."""
        if not self.effects.emits(node):
            return If((self.truth(node.test), self.value(node.body), self.value(node.orelse)))
        result = self.graph.temporary()
        self.graph.here, otherwise = self.test(node.test)
        self.assign(result, self.value(node.body), node.body)
        end, self.graph.here = self.graph.here, otherwise
        self.assign(result, self.value(node.orelse), node.orelse)
        self.graph.join(end, self.graph.here)
        return Local(result)

    def negation(self, node: ast.UnaryOp) -> Expression:
        """The value of `not x`."""
        return self._decided(node) if self.effects.emits(node) else Not(self.truth(node.operand))

    # --- As branches ----------------------------------------------------------------------------------------------------

    def _emitted_choice(self, node: ast.BoolOp) -> Expression:
        result = self.graph.temporary()
        ends: list[Label | None] = []
        for operand in node.values[:-1]:
            self.assign(result, self.value(operand), operand)
            then, otherwise = self.graph.branch(span(operand), None, Local(result))
            self.graph.here, end = (then, otherwise) if isinstance(node.op, ast.And) else (otherwise, then)
            ends.append(end)
        self.assign(result, self.value(node.values[-1]), node.values[-1])
        self.graph.join(self.graph.here, *ends)
        return Local(result)

    def _decided(self, node: ast.expr) -> Expression:
        """The truth of `node`, decided by nodes, as a value."""
        result = self.graph.temporary()
        self.graph.here, otherwise = self.test(node)
        self.assign(result, Const(True), node)
        end, self.graph.here = self.graph.here, otherwise
        self.assign(result, Const(False), node)
        self.graph.join(end, self.graph.here)
        return Local(result)

    def test(self, node: ast.expr) -> tuple[Label | None, Label | None]:
        """Ends the flow with a decision on the truth of `node`: where it goes on if it is true, and if not."""
        if not self.effects.emits(node):
            truth = self.truth(node)
            return self.graph.branch(span(node), self.risks(truth), truth)
        match node:
            case ast.BoolOp(op=op, values=values):
                return self._test_all(values, isinstance(op, ast.And))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                then, otherwise = self.test(operand)
                return otherwise, then
            case ast.Compare():
                return self._test_chain(node)
            case _:
                value = self.value(node)
                return self.graph.branch(span(node), self.risks(value), value)

    def _test_all(self, values: list[ast.expr], is_and: bool) -> tuple[Label | None, Label | None]:
        exits: list[Label | None] = []
        through: Label | None = None
        for index, operand in enumerate(values):
            if index:
                self.graph.here = through
            then, otherwise = self.test(operand)
            through, end = (then, otherwise) if is_and else (otherwise, then)
            exits.append(end)
        met = self.graph.meet(*exits)
        return (through, met) if is_and else (met, through)

    def _test_chain(self, node: ast.Compare) -> tuple[Label | None, Label | None]:
        """A comparison with operands that need nodes."""
        exits: list[Label | None] = []
        nodes = [node.left, *node.comparators]
        once = len(nodes) > 2 and not self._repeats(nodes, 1)  # noqa: PLR2004 - a chain
        left, right = self.sequence([self.operand(side, settle=once) for side in nodes[:2]])
        for index, op in enumerate(node.ops):
            if index:
                left, following = right, nodes[index + 1]
                if self.effects.emits(following):
                    left = self.held(right, nodes[index], self.effects.stores(following))
                right = self.value(following)
                if index + 1 < len(node.ops) and not self._repeats(nodes, index + 1):
                    right = self.spill(right, nodes[index + 1])
            compared = self._compared(op, [left, right], nodes[index : index + 2], node)
            then, otherwise = self.graph.branch(span(node), self.risks(compared), compared)
            exits.append(otherwise)
            self.graph.here = then
        then, self.graph.here = self.graph.here, None
        return then, self.graph.meet(*exits)

    def _repeats(self, nodes: Sequence[ast.expr], index: int) -> bool:
        """Whether a middle operand may be evaluated for both of its comparisons."""
        return is_cheap(nodes[index]) and not self.effects.emits(nodes[index + 1])


def _is_sole(encoded: object) -> bool:
    """Whether an encoded value is a class or the ellipsis: its identity is its name."""
    return isinstance(encoded, dict) and cast("dict[str, object]", encoded).get("$") in {"class", "ellipsis"}


def _let(bound: dict[str, Expression], body: Expression) -> Expression:
    """`body` with names for values that are evaluated once."""
    generators = tuple(Generator(name, ListDisplay((value,))) for name, value in bound.items())
    return Operator("py.getitem", (Comprehension(ComprehensionBody(body, generators)), Const(0)))
