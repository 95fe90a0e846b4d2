"""Variables that hold calls which are made but not awaited yet: `calls = [f(x) for x in xs]`, later `await gather(*calls)`.

A variable is one when every use of it is known here: it is bound to calls, appended to, counted, and handed to what runs
the calls.
"""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from waymark.compiler.syntax import children

Kind = Literal["single", "list"]
Use = tuple[Kind | None, bool, bool]
"""The kind of variable that a use is for, None for either; whether it makes calls; whether it takes them."""

_RUNNERS = (asyncio.gather, asyncio.create_task, asyncio.ensure_future, asyncio.wait_for, asyncio.shield)
_LOOPS = (ast.For, ast.While, ast.AsyncFor, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(slots=True)
class Unstarted:
    """What a method holds that is not started."""

    calls: set[ast.expr] = field(default_factory=set[ast.expr])
    """Calls that stand without `await`, and may."""
    kinds: dict[str, Kind] = field(default_factory=dict[str, Kind])
    """The variables that hold one call or a list of calls."""
    reused: set[str] = field(default_factory=set[str])
    """Those whose calls could be taken twice."""


def find(body: list[ast.stmt], is_call: Callable[[ast.expr], bool], static: Callable[[ast.expr], object]) -> Unstarted:
    """The variables of a method that hold calls."""
    return _Search(body, is_call, static).result()


class _Search:
    def __init__(self, body: list[ast.stmt], is_call: Callable[[ast.expr], bool], static: Callable[[ast.expr], object]) -> None:
        self.is_call, self.static = is_call, static
        self.parents: dict[ast.AST, ast.AST] = {}
        self.names: dict[str, list[ast.Name]] = {}
        pending: list[ast.AST] = list(body)
        while pending:
            node = pending.pop()
            if isinstance(node, ast.Name):
                self.names.setdefault(node.id, []).append(node)
            for child in children(node):
                self.parents[child] = node
                pending.append(child)

    def result(self) -> Unstarted:
        found = Unstarted()
        for name, places in self.names.items():
            uses = [self._use(place) for place in places]
            known = [use for use in uses if use is not None]
            kinds: set[Kind] = {kind for kind, _, _ in known if kind is not None}
            if len(known) < len(uses) or len(kinds) != 1 or not all(any(use[part] for use in known) for part in (1, 2)):
                continue
            found.kinds[name] = kinds.pop()
            taken = [place for place, (_, _, takes) in zip(places, known, strict=True) if takes]
            if len(taken) > 1 or any(isinstance(around, _LOOPS) for place in taken for around in self._around(place)):
                found.reused.add(name)
        return found

    def _around(self, node: ast.AST) -> Iterator[ast.AST]:
        while node in self.parents:
            node = self.parents[node]
            yield node

    def _use(self, node: ast.Name) -> Use | None:
        """What a variable is used for; None when it is something else."""
        parent = self.parents.get(node)
        match parent:
            case ast.Assign(targets=[_], value=value) | ast.AnnAssign(target=ast.Name(), value=ast.expr() as value) if (
                node is not value
            ):
                return self._made(value)
            case ast.AugAssign(op=ast.Add(), value=value) if node is not value:
                made = self._made(value)
                return made if made is not None and made[0] == "list" else None
            case ast.Await():
                return "single", False, True
            case ast.Starred() if self._is_runner(self.parents.get(parent)):
                return "list", False, True
            case ast.If() | ast.While() | ast.IfExp() if parent.test is node:
                return "list", False, False
            case ast.UnaryOp(op=ast.Not()):
                return "list", False, False
            case ast.Call() if node in parent.args:
                return self._argument(parent)
            case ast.Attribute(attr="append" | "extend" as method):
                return self._extended(parent, method)
            case _:
                return None

    def _argument(self, call: ast.Call) -> Use | None:
        if self.static(call.func) is len:
            return "list", False, False
        if self.static(call.func) is asyncio.as_completed:
            return "list", False, True
        return ("single", False, True) if self._is_runner(call) else None

    def _extended(self, method: ast.Attribute, name: str) -> Use | None:
        match self.parents.get(method):
            case ast.Call(args=[value], keywords=[]) as call if isinstance(self.parents.get(call), ast.Expr):
                made = self._made(value)
                return ("list", True, False) if made and made[1] and (made[0] == "list") is (name == "extend") else None
            case _:
                return None

    def _made(self, value: ast.expr) -> Use | None:
        match value:
            case ast.ListComp(elt=element) | ast.GeneratorExp(elt=element) if self.is_call(element):
                return "list", True, False
            case ast.List(elts=elements) if all(map(self.is_call, elements)):
                return "list", bool(elements), False
            case _ if self.is_call(value):
                return "single", True, False
            case _:
                return None

    def _is_runner(self, node: ast.AST | None) -> bool:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(), attr="create_task")):
                return True
            case ast.Call(func=func):
                return any(self.static(func) is runner for runner in _RUNNERS)
            case _:
                return False
