"""Expressions: pure trees where possible; awaits, helper calls and what is evaluated once become nodes."""

from __future__ import annotations

import ast
import enum
from functools import reduce

from waymark.compiler.comprehensions import Comprehensions
from waymark.compiler.constants import constant, is_immutable
from waymark.compiler.effects import is_cheap, is_truth
from waymark.compiler.exceptions import exception, is_plain
from waymark.compiler.frame import span
from waymark.compiler.graph import Label
from waymark.compiler.names import Scope
from waymark.ir.expressions import (
    And,
    Const,
    DictDisplay,
    Expression,
    If,
    ListDisplay,
    Local,
    Not,
    Operator,
    Or,
    TupleDisplay,
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
_KEYS_AT_ONCE = 15
"""Up to so many pairs, CPython evaluates all of a dict display before it hashes the first key."""


class Expressions(Comprehensions):
    """Lowering of expressions."""

    def value(self, node: ast.expr) -> Expression:  # noqa: C901, PLR0911, PLR0912 - one case a kind of expression
        """The value of `node` as an expression for `here`, after the nodes that it needs."""
        match node:
            case ast.Constant(value=value):
                found = constant(value)
                return found if found is not None else self.refuse("WMC107", node, name=ast.unparse(node))
            case ast.Name():
                return self._name(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Subscript():
                return self._subscript(node)
            case ast.BinOp(left=left, op=op, right=right):
                operands = self.values([left, right])
                return self.binary(op, operands[0], operands[1], node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BoolOp():
                return self._emitted_choice(node) if self.effects.emits(node) else self._choice(node)
            case ast.Compare():
                return self._decided(node) if self.effects.emits(node) else self._comparisons(node)
            case ast.IfExp():
                return self._conditional(node)
            case ast.List(elts=elements):
                return ListDisplay(self._elements(elements))
            case ast.Tuple(elts=elements):
                return TupleDisplay(self._elements(elements))
            case ast.Dict():
                return self._dict(node)
            case ast.ListComp():
                return self.list_comprehension(node)
            case ast.Await():
                target = self.graph.temporary()
                self.awaited(node, target)
                return Local(target)
            case ast.NamedExpr():
                return self._named(node)
            case ast.Call():
                return self._call(node)
            case _:
                return self._refuse_expression(node)

    # --- Names and places -----------------------------------------------------------------------------------------------

    def _name(self, node: ast.Name) -> Expression:
        if node.id in self.scope:
            bound = self.scope[node.id]
            return bound if bound is not None else self.refuse("WMC105", node, name=node.id)
        if node.id == self.names.self_name:
            return self.refuse("WMC106", node, name=node.id)
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
                return self._constant(node, found.value)

    def _constant(self, node: ast.expr, value: object) -> Expression:
        found = constant(value)
        if found is not None:
            return found
        kind = type(value).__name__
        if callable(value) or kind == "module":
            return self.refuse("WMC104", node, name=ast.unparse(node), type="class" if isinstance(value, type) else kind)
        return self.refuse("WMC103", node, name=ast.unparse(node), type=kind)

    def _attribute(self, node: ast.Attribute) -> Expression:
        if found := self.own_property(node):
            target = self.graph.temporary()
            self.call_helper(ast.copy_location(ast.Call(node, [], []), node), found, target, awaited=False)
            return Local(target)
        if self.self_member(node) is not None:
            return self.refuse("WMC106", node, name=ast.unparse(node))
        if node.attr.startswith("__") and node.attr.endswith("__") and node.attr != "__cause__":
            return self.refuse("WMC313", node, name=node.attr)
        found = self.names.static(node)
        if found is not None:
            return self._constant(node, found.value)
        owner = self.names.static(node.value)
        if owner is not None and isinstance(owner.value, enum.Enum) and node.attr in {"name", "value"}:
            return self._constant(node, getattr(owner.value, node.attr))
        if owner is not None and not is_immutable(owner.value):
            code = "WMC103" if constant(owner.value) is None and not callable(owner.value) else "WMC101"
            if type(owner.value).__name__ == "module" or isinstance(owner.value, type):
                code = "WMC101"
            return self.refuse(code, node, name=ast.unparse(node), type=type(owner.value).__name__)
        return Operator("py.getattr", (self.value(node.value), Const(node.attr)))

    def _named(self, node: ast.NamedExpr) -> Expression:
        value, name = self.value(node.value), node.target.id
        if name == self.names.self_name:
            return self.refuse("WMC214", node.target, name=name)
        self.assign(name, value, node)
        return Local(name)

    def _subscript(self, node: ast.Subscript) -> Expression:
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for part in parts:
            if isinstance(part, ast.Slice):
                return self.refuse("WMC308", part)
        return Operator("py.getitem", tuple(self.values([node.value, node.slice])))

    # --- Operators ------------------------------------------------------------------------------------------------------

    def binary(self, op: ast.operator, left: Expression, right: Expression, node: ast.AST) -> Expression:
        """`left op right`."""
        name = BINARY.get(type(op))
        return Operator(name, (left, right)) if name else self.refuse("WMC310", node)

    def _unary(self, node: ast.UnaryOp) -> Expression:
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self._decided(node) if self.effects.emits(node) else Not(self.truth(operand))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                negative = constant(-number)
                assert negative is not None
                return negative
            case _:
                return Operator(_UNARY[type(node.op)], (self.value(node.operand),))

    def _comparisons(self, node: ast.Compare) -> Expression:
        operands = self.values([node.left, *node.comparators])
        nodes = [node.left, *node.comparators]
        pairs = [
            self._comparison(op, operands[index : index + 2], nodes[index : index + 2], node) for index, op in enumerate(node.ops)
        ]
        return pairs[0] if len(pairs) == 1 else And(tuple(pairs))

    def _comparison(self, op: ast.cmpop, operands: list[Expression], nodes: list[ast.expr], node: ast.Compare) -> Expression:
        name = _COMPARE.get(type(op))
        if name is not None:
            return Operator(name, tuple(operands))
        constants = [isinstance(side, ast.Constant) and (side.value is None or type(side.value) is bool) for side in nodes]
        if not any(constants):
            return self.refuse("WMC311", node)
        match operands:
            case [value, Const(value=None)] | [Const(value=None), value]:
                same = Operator("py.is_none", (value,))
            case _:
                same = Operator("py.is", tuple(operands))
        return same if isinstance(op, ast.Is) else Not(same)

    # --- Choices --------------------------------------------------------------------------------------------------------

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

    def _choice(self, node: ast.BoolOp) -> Expression:
        """`and`/`or` as one expression: the first operands are truth values, or cheap enough to be evaluated twice."""
        if is_truth(node):
            return self.truth(node)
        is_and = isinstance(node.op, ast.And)

        def combine(rest: Expression, operand: ast.expr) -> Expression:
            test = self.truth(operand)
            value = Const(not is_and) if is_truth(operand) else self.value(operand)
            return If((test, rest, value) if is_and else (test, value, rest))

        return reduce(combine, reversed(node.values[:-1]), self.value(node.values[-1]))

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

    def _conditional(self, node: ast.IfExp) -> Expression:
        if not self.effects.emits(node):
            return If((self.truth(node.test), self.value(node.body), self.value(node.orelse)))
        result = self.graph.temporary()
        self.graph.here, otherwise = self.test(node.test)
        self.assign(result, self.value(node.body), node.body)
        end, self.graph.here = self.graph.here, otherwise
        self.assign(result, self.value(node.orelse), node.orelse)
        self.graph.join(end, self.graph.here)
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
        if not self.effects.test_emits(node):
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
        """A comparison with awaits in it, or a chain whose middle operands are to be evaluated once."""
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
            compared = self._comparison(op, [left, right], nodes[index : index + 2], node)
            then, otherwise = self.graph.branch(span(node), self.risks(compared), compared)
            exits.append(otherwise)
            self.graph.here = then
        then, self.graph.here = self.graph.here, None
        return then, self.graph.meet(*exits)

    def _repeats(self, nodes: list[ast.expr], index: int) -> bool:
        """Whether a middle operand may be evaluated for both of its comparisons."""
        return is_cheap(nodes[index]) and not self.effects.emits(nodes[index + 1])

    # --- Displays and calls ---------------------------------------------------------------------------------------------

    def _elements(self, nodes: list[ast.expr]) -> tuple[Expression, ...]:
        for node in nodes:
            if isinstance(node, ast.Starred):
                self.refuse("WMC309", node, kind="*")
        return tuple(self.values([node for node in nodes if not isinstance(node, ast.Starred)]))

    def _dict(self, node: ast.Dict) -> Expression:
        nodes: list[ast.expr] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                self.refuse("WMC309", value, kind="**")
            else:
                nodes += [key, value]
        if len(nodes) > 2 * _KEYS_AT_ONCE and not all(isinstance(key, ast.Constant) for key in nodes[::2]):
            return self.refuse("WMC009", node, what=f"a dict display of more than {_KEYS_AT_ONCE} computed keys")
        values = self.values(nodes)
        return DictDisplay(tuple(zip(values[::2], values[1::2], strict=True)))

    def _call(self, node: ast.Call) -> Expression:
        if self.self_member(node.func) == "run_action":
            return self.refuse("WMC408", node, name=ast.unparse(node.func))
        if callee := self.callee(node.func):
            target = self.graph.temporary()
            self.call_helper(node, callee, target, awaited=False)
            return Local(target)
        found = self.static_value(node.func)
        if found is range:
            return self._range(node)
        if isinstance(found, type) and issubclass(found, BaseException):
            return self.instance(node)
        return self.refuse_call(node)

    def instance(self, node: ast.expr) -> Expression:
        """The value of `node`; where it names an exception class, an instance of the class, as `raise` makes it."""
        match node:
            case ast.Call(func=func, args=args, keywords=keywords):
                complete = not keywords and not any(isinstance(arg, ast.Starred) for arg in args)
            case _:
                func, args, complete = node, [], True
        cls = self.static_value(func)
        if not isinstance(cls, type):
            return self.value(node)
        if not complete or not is_plain(cls, len(args)):
            return self.refuse("WMC602", node, name=f"`{ast.unparse(node)}`")
        return exception(cls, self.values(args))

    def _range(self, node: ast.Call) -> Expression:
        if node.keywords or any(isinstance(arg, ast.Starred) for arg in node.args) or not 1 <= len(node.args) <= 3:  # noqa: PLR2004
            why, rewrite = "it takes one to three positional arguments", "write `range(start, stop, step)`"
            return self.refuse("WMC411", node, name="range", why=why, rewrite=rewrite)
        match self.values(node.args):
            case [stop]:
                return Operator("py.range", (Const(0), stop, Const(1)))
            case [start, stop]:
                return Operator("py.range", (start, stop, Const(1)))
            case values:
                return Operator("py.range", tuple(values))

    def _refuse_expression(self, node: ast.expr) -> Expression:
        match node:
            case ast.SetComp():
                return self.refuse("WMC305", node, kind="set")
            case ast.DictComp():
                return self.refuse("WMC305", node, kind="dict")
            case ast.Starred():
                return self.refuse("WMC309", node, kind="*")
            case _:
                return self.refuse(REFUSED.get(type(node).__name__, "WMC399"), node, name=type(node).__name__)


REFUSED: dict[str, str] = {
    "Lambda": "WMC302",
    "JoinedStr": "WMC303",
    "FormattedValue": "WMC303",
    "Set": "WMC304",
    "GeneratorExp": "WMC306",
    "Yield": "WMC005",
    "YieldFrom": "WMC005",
    "Slice": "WMC308",
    "TemplateStr": "WMC314",
    "Interpolation": "WMC314",
}
"""Kinds of expressions that are refused wherever they stand; newer Pythons have more of them than this one."""
