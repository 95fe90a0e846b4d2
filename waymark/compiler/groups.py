"""`except*`: each handler takes its part of an exception group; what they raise and what none took leaves together."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from waymark.compiler.frame import Landing, span
from waymark.compiler.graph import Label
from waymark.compiler.tries import Tries
from waymark.ir.expressions import Const, ListDisplay, Local, Not, Operator


@dataclass(frozen=True, slots=True)
class _Star:
    """A handler of `except*`: how a bare `raise` in it leaves."""

    landing: Landing
    depth: int
    again: str
    found: str
    ends: list[Label | None] = field(default_factory=list[Label | None])


class Groups(Tries):
    """Lowering of `except*`."""

    stars: Mapping[str, _Star] = MappingProxyType({})
    """The handlers of `except*` around a statement, by the local that holds their part."""

    def handled_star(self, node: ast.TryStar) -> None:
        """Adds a `try` with `except*`, without its `finally`."""
        outer, landing = self.landing, Landing(self.graph.temporary("exception"), self.graph.point())
        self.landing = landing
        self.body(node.body)
        self.landing = outer
        self.body(node.orelse)
        ends = [self.graph.here]
        self.land(landing, node)
        left, again, raised, rest = (self.graph.temporary(name) for name in ("left", "again", "raised", "rest"))
        self.assign(left, Const(None), node)
        self.assign(again, ListDisplay(()), node)
        self.assign(raised, ListDisplay(()), node)
        for handler in node.handlers:
            self._star(handler, landing.exception, left, again, raised)
        parts = (Local(landing.exception), Local(left), Local(again), Local(raised))
        self.assign(rest, Operator("py.group_rest", parts), node)
        end, self.graph.here = self.graph.branch(span(node), None, Operator("py.is_none", (Local(rest),)))
        self.propagate(rest, node)
        self.graph.join(end, *ends)

    def _star(self, handler: ast.ExceptHandler, exception: str, left: str, again: str, raised: str) -> None:
        assert handler.type is not None
        classes = Const(self.class_names(handler.type, groups=False))
        parts, match, found = (self.graph.temporary(name) for name in ("parts", "match", "found"))
        self.assign(parts, Operator("py.group_split", (Local(exception), Local(left), classes)), handler.type)
        for index, name in enumerate((match, found, left)):
            self.assign(name, Operator("py.getitem", (Local(parts), Const(index))), handler.type)
        test = Not(Operator("py.is_none", (Local(match),)))
        self.graph.here, otherwise = self.graph.branch(span(handler.type), None, test)
        outer, self.landing = self.landing, Landing(self.graph.temporary("exception"), self.graph.point())
        inner = self.landing
        star = _Star(inner, len(self.exits), again, found)
        self.stars = {**self.stars, match: star}
        self.handler(handler, match)
        self.landing = outer
        star.ends.append(self.graph.here)
        self.land(inner, handler)
        self.assign(raised, Operator("py.list_append", (Local(raised), Local(inner.exception))), handler)
        self.graph.join(self.graph.here, otherwise, *star.ends)

    def raise_again(self, node: ast.Raise, exception: str) -> bool:
        """A bare `raise` in a handler of `except*` gives its part back; False where it stands in another handler."""
        star = self.stars.get(exception)
        if star is None:
            return False
        if self.landing is None or self.landing.exception != star.landing.exception:
            self.refuse("WMC210", node)
        self.assign(star.again, Operator("py.concat", (Local(star.again), Local(star.found))), node)
        self.leave(star.depth, node)
        star.ends.append(self.graph.here)
        self.graph.here = None
        return True
