"""Unpacking: which operator gives the parts of a value for the targets `a, (b, c), *d`."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from waymark.ir.expressions import Const, Expression, Local, Operator, TupleDisplay


def unpacked(targets: Sequence[ast.AST], value: Expression) -> Operator:
    """The parts of `value` for these targets, of which at most one is starred, as an engine list."""
    stars = [index for index, target in enumerate(targets) if isinstance(target, ast.Starred | ast.MatchStar)]
    if not stars:
        return Operator("py.unpack", (value, Const(len(targets))))
    before = stars[0]
    return Operator("py.unpack_star", (value, Const(before), Const(len(targets) - before - 1)))


def parts_of(targets: Sequence[ast.expr], parts: str) -> list[tuple[ast.expr, Expression]]:
    """Each target, without its star, with its part of the local `parts`."""
    plain = [target.value if isinstance(target, ast.Starred) else target for target in targets]
    return [(target, Operator("py.getitem", (Local(parts), Const(index)))) for index, target in enumerate(plain)]


def known_parts(targets: Sequence[ast.expr], value: Expression) -> list[tuple[ast.expr, Expression]] | None:
    """Each target with its part, where `value` is a tuple that was just made with one part for each."""
    if not isinstance(value, TupleDisplay) or len(value.items) != len(targets):
        return None
    is_starred = any(isinstance(target, ast.Starred) for target in targets)
    return None if is_starred else list(zip(targets, value.items, strict=True))
