"""`match`: patterns become decisions. As in CPython, a pattern binds its names only once all of it has matched."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from waymark.codec import class_name
from waymark.compiler.frame import Landing, span
from waymark.compiler.graph import Label
from waymark.compiler.groups import Groups
from waymark.compiler.unpacking import unpacked
from waymark.ir.expressions import Callable, Const, DictDisplay, Expression, ListDisplay, Local, Not, Operator
from waymark.ir.library import function_name

_WHOLE = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)
"""Classes whose only positional pattern is for the instance itself."""

_Captures = dict[str, Expression]


class Patterns(Groups):
    """Lowering of `match`."""

    def lower_match(self, node: ast.Match) -> None:
        """Adds the nodes of a `match` statement."""
        subject = self.saved(self.value(node.subject), node.subject)
        ends: list[Label | None] = []
        for case in node.cases:
            captures, failures = self._pattern(case.pattern, subject)
            for name, value in captures.items():
                if name == self.names.self_name:
                    self.refuse("WMC214", case.pattern, name=name)
                self.assign(name, value, case.pattern)
            if case.guard is not None:
                self.graph.here, otherwise = self.test(case.guard)
                failures.append(otherwise)
            self.body(case.body)
            ends.append(self.graph.here)
            self.graph.join(*failures)
        self.graph.join(self.graph.here, *ends)

    def _pattern(self, pattern: ast.pattern, value: Expression) -> tuple[_Captures, list[Label | None]]:
        """Goes on where `value` matches; what is captured then, and the points where it does not match."""
        match pattern:
            case ast.MatchValue(value=literal):
                return {}, [self._decide(pattern, Operator("py.eq", (value, self.value(literal))))]
            case ast.MatchSingleton(value=None):
                return {}, [self._decide(pattern, Operator("py.is_none", (value,)))]
            case ast.MatchSingleton(value=single):
                return {}, [self._decide(pattern, Operator("py.is", (value, Const(single))))]
            case ast.MatchSequence(patterns=patterns):
                return self._sequence(pattern, patterns, value)
            case ast.MatchMapping():
                return self._mapping(pattern, value)
            case ast.MatchClass():
                return self._class(pattern, value)
            case ast.MatchStar(name=name):
                return {} if name is None else {name: value}, []
            case ast.MatchAs(pattern=inner, name=name):
                captures, failures = ({}, []) if inner is None else self._pattern(inner, value)
                return captures if name is None else {**captures, name: value}, failures
            case ast.MatchOr(patterns=alternatives):
                return self._alternatives(alternatives, value)
            case _:
                self.refuse("WMC399", pattern, name=type(pattern).__name__)
                return {}, []

    def _decide(self, pattern: ast.pattern, test: Expression) -> Label | None:
        """Goes on where `test` is true; the point where it is false."""
        self.graph.here, otherwise = self.graph.branch(span(pattern), self.error(), test)
        return otherwise

    def _alternatives(self, patterns: list[ast.pattern], value: Expression) -> tuple[_Captures, list[Label | None]]:
        matched: list[Label | None] = []
        found: _Captures = {}
        for pattern in patterns:
            captures, failures = self._pattern(pattern, value)
            found = found or {name: Local(self.graph.temporary()) for name in captures}
            for name, item in captures.items():
                target = found[name]
                assert isinstance(target, Local)
                self.assign(target.name, item, pattern)
            matched.append(self.graph.here)
            self.graph.join(*failures)
        failed = self.graph.here
        self.graph.join(*matched)
        return found, [failed]

    def _each(self, patterns: Sequence[ast.pattern], values: Sequence[Expression]) -> tuple[_Captures, list[Label | None]]:
        """Matches each part of a value against its pattern."""
        captures: _Captures = {}
        failures: list[Label | None] = []
        for pattern, value in zip(patterns, values, strict=True):
            inner, failed = self._pattern(pattern, value)
            captures |= inner
            failures += failed
        return captures, failures

    def _taken(self, parts: Expression, count: int, pattern: ast.pattern) -> list[Expression]:
        """The elements of an engine list of parts, each in a temporary of its own."""
        return [self.spill(Operator("py.getitem", (parts, Const(index))), pattern) for index in range(count)]

    def _sequence(
        self, node: ast.pattern, patterns: list[ast.pattern], value: Expression
    ) -> tuple[_Captures, list[Label | None]]:
        is_open = any(isinstance(pattern, ast.MatchStar) for pattern in patterns)
        test = Operator("py.match_sequence", (value, Const(len(patterns) - is_open), Const(is_open)))
        failed = self._decide(node, test)
        if all(map(_is_wildcard, patterns)):
            return {}, [failed]
        parts = self.spill(unpacked(patterns, value), node)
        captures, failures = self._each(patterns, self._taken(parts, len(patterns), node))
        return captures, [failed, *failures]

    def _mapping(self, node: ast.MatchMapping, value: Expression) -> tuple[_Captures, list[Label | None]]:
        keys = self.spill(ListDisplay(tuple(self.values(node.keys))), node)
        parts = self.spill(Operator("py.match_keys", (value, keys)), node)
        failed = self._decide(node, Not(Operator("py.is_none", (parts,))))
        captures, failures = self._each(node.patterns, self._taken(parts, len(node.keys), node))
        if node.rest is not None:
            captures[node.rest] = self.spill(Operator("py.match_rest", (value, keys)), node)
        return captures, [failed, *failures]

    # --- Classes --------------------------------------------------------------------------------------------------------

    def _class(self, node: ast.MatchClass, value: Expression) -> tuple[_Captures, list[Label | None]]:
        cls = self.static_value(node.cls)
        if not isinstance(cls, type):
            self.refuse("WMC206", node.cls, name=ast.unparse(node.cls))
            return {}, []
        name = Callable(function_name(cls) or class_name(cls))
        test = Operator("py.call", (Const("isinstance"), ListDisplay((value, name)), DictDisplay(())))
        failed = self._decide(node, test)
        patterns = [*node.patterns, *node.kwd_patterns]
        if len(node.patterns) == 1 and not hasattr(cls, "__match_args__") and issubclass(cls, _WHOLE):
            values, missing = self._attributes(node, node.kwd_attrs, value)
            values = [value, *values]
        else:
            match_args: tuple[str, ...] = getattr(cls, "__match_args__", ())
            names = [*match_args[: len(node.patterns)], *node.kwd_attrs]
            if len(node.patterns) > len(match_args) or len(set(names)) < len(names):
                self.refuse("WMC209", node, name=ast.unparse(node))
                return {}, [failed]
            values, missing = self._attributes(node, names, value)
        captures, failures = self._each(patterns, values)
        return captures, [failed, missing, *failures]

    def _attributes(self, node: ast.MatchClass, names: Sequence[str], value: Expression) -> tuple[list[Expression], Label | None]:
        """The attributes of an instance, and the point where it has not all of them."""
        if not names:
            return [], None
        outer, landing = self.landing, Landing(self.graph.temporary("exception"), self.graph.point())
        self.landing = landing
        values = [self.spill(Operator("py.getattr", (value, Const(name))), node) for name in names]
        self.landing, found = outer, self.graph.here
        self.land(landing, node)
        test = Operator("py.exception_matches", (Local(landing.exception), Const(["AttributeError"])))
        missing, self.graph.here = self.graph.branch(span(node), None, test)
        self.propagate(landing.exception, node)
        self.graph.here = found
        return values, missing


def _is_wildcard(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs | ast.MatchStar) and pattern.name is None and getattr(pattern, "pattern", None) is None
