"""Calls of the library's functions and methods as expressions, and which of them consume an iterator at once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from waymark.ir.expressions import Const, DictDisplay, Expression, ListDisplay, Operator

NO_KEYWORDS = DictDisplay(())

Arguments = Sequence[Expression] | Expression
"""Positional arguments: expressions, or one for the list of them."""


def call(name: str, args: Arguments, kwargs: Expression = NO_KEYWORDS) -> Operator:
    """The call of a function of the library."""
    return Operator("py.call", (Const(name), _list(args), kwargs))


def method(
    receiver: Expression, name: str, args: Sequence[Expression] | Expression, kwargs: Expression = NO_KEYWORDS
) -> Operator:
    """The call of a method that changes nothing."""
    return Operator("py.method", (receiver, Const(name), _list(args), kwargs))


def _list(args: Arguments) -> Expression:
    return ListDisplay(tuple(args)) if isinstance(args, Sequence) else args


_ITERTOOLS = frozenset(f"itertools.{name}" for name in vars(itertools) if not name.startswith("_"))

_CONSUMERS = """all any bytes dict dict.fromkeys enumerate filter frozenset iter list map max min next set sorted sum tuple zip
    collections.Counter functools.reduce math.dist math.fsum math.prod math.sumprod statistics.fmean statistics.geometric_mean
    statistics.harmonic_mean statistics.mean statistics.median statistics.median_high statistics.median_low statistics.mode
    statistics.multimode statistics.pstdev statistics.pvariance statistics.quantiles statistics.stdev statistics.variance"""

CONSUMERS = _ITERTOOLS.union(_CONSUMERS.split())
"""Functions that take iterators, and keep none but in an iterator of their own."""

CONSUMING_METHODS = frozenset(
    ["difference", "intersection", "isdisjoint", "issubset", "issuperset", "join", "symmetric_difference", "union"]
)

ITERATORS = frozenset(["enumerate", "filter", "iter", "map", "re.finditer", "reversed", "zip"]) | _ITERTOOLS
"""Functions whose result is an iterator: it can be consumed where it is made, and is no value."""

VIEWS = frozenset(["items", "keys", "values"])
"""Methods of dicts whose result is a view: as an iterator, but with a length, and it can be walked backwards."""

OF_VIEWS = frozenset(["len", "reversed"])
"""Functions that take views, and no other iterators."""
