"""Displays of lists, tuples, sets and dicts: what `*` and `**` spread is joined in the order of the source."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from waymark.compiler.comprehensions import Comprehensions
from waymark.compiler.frame import NONE
from waymark.compiler.library import call
from waymark.ir.expressions import Const, DictDisplay, Expression, ListDisplay, Operator, TupleDisplay

_KEYS_AT_ONCE = 15
"""Up to so many pairs, CPython evaluates all of a dict display before it hashes the first key."""

_Groups = Sequence[list[ast.expr]]


class Displays(Comprehensions):
    """Lowering of displays."""

    def list_display(self, nodes: list[ast.expr], callee: Const = NONE) -> Expression:
        """`[a, *b]`, also for the positional arguments of `callee`."""

        def spread(node: ast.expr) -> Expression:
            return Operator("py.spread", (self.iterable(node), callee))

        return self._joined(_groups(nodes), self._list, spread, "py.concat") if nodes else ListDisplay(())

    def tuple_display(self, nodes: list[ast.expr]) -> Expression:
        """`(a, *b)`."""
        if any(isinstance(node, ast.Starred) for node in nodes):
            return call("tuple", [self.list_display(nodes)])
        return TupleDisplay(self._list(nodes).items)

    def set_display(self, nodes: list[ast.expr]) -> Expression:
        """`{a, *b}`: behind the first star, each element is hashed before the next is evaluated."""
        first, *others = _groups(nodes)
        groups = [first, *([node] for group in others for node in group)]
        return self._joined(
            groups, lambda group: call("set", [self._list(group)]), lambda node: call("set", [self.iterable(node)]), "py.bitor"
        )

    def dict_display(self, keys: Sequence[ast.expr | None], values: Sequence[ast.expr], callee: Const = NONE) -> Expression:
        """`{a: b, **c}`, also for the keyword arguments of `callee`."""
        groups: list[list[ast.expr]] = []
        is_open = False
        for key, value in zip(keys, values, strict=True):
            if key is None:
                groups.append([value])
            elif is_open:
                groups[-1] += [key, value]
            else:
                groups.append([key, value])
            is_open = key is not None
        result: Expression | None = None
        for group in groups:
            result = self._settled_before(result, group)
            is_spread = len(group) == 1
            part = self.value(group[0]) if is_spread else self._pairs(group)
            result = part if result is None and not is_spread else Operator("py.merge", (result or DictDisplay(()), part, callee))
        return result or DictDisplay(())

    def _list(self, nodes: Sequence[ast.expr]) -> ListDisplay:
        return ListDisplay(tuple(self.values(nodes)))

    def _pairs(self, nodes: list[ast.expr]) -> Expression:
        if len(nodes) > 2 * _KEYS_AT_ONCE and not all(isinstance(key, ast.Constant) for key in nodes[::2]):
            return self.refuse("WMC009", nodes[0], what=f"a dict display of more than {_KEYS_AT_ONCE} computed keys")
        values = self.values(nodes)
        return DictDisplay(tuple(zip(values[::2], values[1::2], strict=True)))

    def _joined(
        self,
        groups: _Groups,
        display: Callable[[list[ast.expr]], Expression],
        spread: Callable[[ast.expr], Expression],
        join: str,
    ) -> Expression:
        """The display of each group of elements, and each spread, joined."""
        result: Expression | None = None
        for group in groups:
            result = self._settled_before(result, group)
            found = spread(group[0].value) if isinstance(group[0], ast.Starred) else display(group)
            result = found if result is None else Operator(join, (result, found))
        assert result is not None, "there is at least one group"
        return result

    def _settled_before(self, result: Expression | None, group: list[ast.expr]) -> Expression | None:
        """What was built before a group that needs nodes is saved: its errors come first."""
        return self.spill(result, group[0]) if result is not None and any(map(self.effects.emits, group)) else result


def _groups(nodes: Sequence[ast.expr]) -> _Groups:
    """Neighbouring elements together, each star alone."""
    groups: list[list[ast.expr]] = []
    for node in nodes:
        if groups and not isinstance(node, ast.Starred) and not isinstance(groups[-1][0], ast.Starred):
            groups[-1].append(node)
        else:
            groups.append([node])
    return groups
