"""`for call in asyncio.as_completed(…)`: the results of tasks in the order in which they end.

The loop variable is no value: all that a round may do with it is to await it, once.
"""

from __future__ import annotations

import ast
import asyncio
import copy
from typing import cast

from waymark.compiler.contexts import Contexts
from waymark.compiler.intrinsics import Intrinsic
from waymark.compiler.syntax import walk
from waymark.compiler.templates import Template, known, local
from waymark.ir.expressions import ListDisplay, Local

_TASKS = Template("""
    tasks = await task_list(given)
""")
_LOOPS = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Completed(Contexts):
    """Lowering of as_completed."""

    def is_completion(self, node: ast.expr) -> bool:
        """Whether `node` is the call of as_completed."""
        return isinstance(node, ast.Call) and self.static_value(node.func) is asyncio.as_completed

    def lower_completed(self, node: ast.For) -> None:
        """Adds the nodes of a loop over as_completed."""
        tasks, ready = self._tasks(node.iter)
        if not isinstance(node.target, ast.Name):
            self.refuse("WMC510", node.target, name=ast.unparse(node.target))
            return
        rounds = self._rounds_over(tasks, node.iter)
        taking = _Taking(node.target.id, tasks, ready)
        loop = copy.copy(node)
        loop.target, loop.iter = local(self.graph.temporary("round"), node), rounds
        loop.body = [taking.statement(statement) for statement in node.body]
        self._check(node.target, taking)
        self.body([loop])

    def over_completed(self, node: ast.ListComp) -> ast.ListComp:
        """A comprehension over as_completed as one over the tasks; any other as it is."""
        first = node.generators[0]
        if not self.is_completion(first.iter) or not isinstance(first.target, ast.Name):
            return node
        tasks, ready = self._tasks(first.iter)
        taking = _Taking(first.target.id, tasks, ready)
        source = ast.comprehension(
            target=local(self.graph.temporary("round"), node),
            iter=self._rounds_over(tasks, first.iter),
            ifs=[taking.expression(test) for test in first.ifs],
            is_async=first.is_async,
        )
        element = taking.expression(node.elt)
        self._check(first.target, taking, whole=False)
        return ast.copy_location(ast.ListComp(elt=element, generators=[source, *node.generators[1:]]), node)

    def _rounds_over(self, tasks: str, node: ast.expr) -> ast.expr:
        rounds = self.graph.temporary("rounds")
        self.assign(rounds, Local(tasks), node)
        return local(rounds, node)

    def _tasks(self, node: ast.expr) -> tuple[str, str]:
        """The locals of the tasks that run and of the outcomes that were not taken yet."""
        assert isinstance(node, ast.Call)
        tasks, ready = self.graph.temporary("tasks"), self.graph.temporary("ready")
        self.assign(ready, ListDisplay(()), node)
        if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
            why, rewrite = "it takes the calls or tasks only", "put the loop into `async with asyncio.timeout(…)`"
            self.refuse("WMC411", node, name="asyncio.as_completed", why=why, rewrite=rewrite)
            return tasks, ready
        (given,) = node.args
        if self.is_calls(given):
            calls = self.calls(given)
            self.assign(tasks, ListDisplay(()), node)
            self.spawn_all(node, calls, tasks)
        else:
            value = self.named(self.value(given), given)
            self.body(_TASKS.fill(node, self.graph.temporary, given=value, tasks=tasks))
        return tasks, ready

    def _check(self, target: ast.Name, taking: _Taking, *, whole: bool = True) -> None:
        """The loop variable stands for no value, so that nothing else may read it."""
        others = [
            child
            for child in walk(self.method.node)
            if whole and isinstance(child, ast.Name) and child.id == target.id and isinstance(child.ctx, ast.Load)
        ]
        loops = sum(
            1
            for child in walk(self.method.node)
            if isinstance(child, ast.Await) and isinstance(child.value, ast.Name) and child.value.id == target.id
        )
        if taking.count != 1 or taking.is_repeated or taking.others or len(others) > loops:
            self.refuse("WMC510", target, name=target.id)


class _Taking(ast.NodeTransformer):
    """Replaces `await name` by what takes the next outcome, and counts the other uses."""

    def __init__(self, name: str, tasks: str, ready: str) -> None:
        self.name, self.tasks, self.ready = name, tasks, ready
        self.count = self.others = 0
        self.is_repeated = False
        self._depth = 0

    def statement(self, node: ast.stmt) -> ast.stmt:
        return cast("ast.stmt", self.visit(copy.deepcopy(node)))

    def expression(self, node: ast.expr) -> ast.expr:
        return cast("ast.expr", self.visit(copy.deepcopy(node)))

    def visit(self, node: ast.AST) -> ast.AST:
        is_loop = isinstance(node, _LOOPS)
        self._depth += is_loop
        found = super().visit(node)
        self._depth -= is_loop
        return found

    def visit_Name(self, node: ast.Name) -> ast.AST:
        self.others += node.id == self.name
        return node

    def visit_Await(self, node: ast.Await) -> ast.AST:
        if not isinstance(node.value, ast.Name) or node.value.id != self.name:
            return self.generic_visit(node)
        self.count += 1
        self.is_repeated |= self._depth > 0
        place = node.value
        names: list[ast.expr] = [local(self.ready, place), local(self.tasks, place)]
        call = ast.Call(func=known(Intrinsic.NEXT_COMPLETED, place), args=names, keywords=[])
        return ast.copy_location(ast.Await(value=ast.copy_location(call, place)), node)
