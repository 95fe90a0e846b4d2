"""`asyncio.Semaphore`, `BoundedSemaphore` and `Lock`: values that the tasks of a run share."""

from __future__ import annotations

import ast
import asyncio

from waymark.compiler.awaitables import Awaitable
from waymark.compiler.frame import span
from waymark.compiler.tasks import Tasks
from waymark.compiler.templates import Template
from waymark.ir.expressions import Const, Expression, Local
from waymark.ir.nodes import Release, Semaphore

_LOCKS = (asyncio.Semaphore, asyncio.BoundedSemaphore, asyncio.Lock)
_ACQUIRE = Template("""
    await acquire(semaphore)
    result = True
""")


class Semaphores(Tasks):
    """Lowering of semaphores. A lock is a semaphore of one."""

    def is_lock(self, node: ast.expr) -> bool:
        """Whether `node` makes a semaphore."""
        return isinstance(node, ast.Call) and any(self.static_value(node.func) is cls for cls in _LOCKS)

    def lock(self, node: ast.Call) -> Expression:
        """The handle of the semaphore that `node` makes."""
        match node:
            case ast.Call(args=[], keywords=[]):
                value = Const(1)
            case ast.Call(args=[count], keywords=[]) | ast.Call(args=[], keywords=[ast.keyword(arg="value", value=count)]) if (
                self.static_value(node.func) is not asyncio.Lock and not isinstance(count, ast.Starred)
            ):
                value = self.value(count)
            case _:
                name = ast.unparse(node.func)
                return self.refuse("WMC411", node, name=name, why="it takes its first value only", rewrite=f"write `{name}(10)`")
        target = self.graph.temporary("semaphore")
        bounded = self.static_value(node.func) is not asyncio.Semaphore
        self.graph.step(Semaphore, span(node), self.error(), value=value, bounded=bounded, target=target)
        return Local(target)

    def is_release(self, node: ast.Call) -> bool:
        """Whether `node` gives back a semaphore."""
        return self._is_method(node, "release")

    def release(self, node: ast.Call) -> Expression:
        """`semaphore.release()`."""
        assert isinstance(node.func, ast.Attribute)
        self.graph.step(Release, span(node), self.error(), semaphore=self.handle(node.func.value, "semaphore", "release"))
        return Const(None)

    def acquisition(self, node: ast.Call) -> Awaitable | None:
        """`semaphore.acquire()` as an awaitable."""
        if not self._is_method(node, "acquire"):
            return None
        assert isinstance(node.func, ast.Attribute)
        semaphore = node.func.value

        def lower(target: str | None) -> None:
            held = self.named(self.handle(semaphore, "semaphore", "acquire"), semaphore)
            result = target or self.graph.temporary("result")
            self.body(_ACQUIRE.fill(node, self.graph.temporary, semaphore=held, result=result))

        return self.composed(node, [self.operand(semaphore)], lower)

    def _is_method(self, node: ast.Call, name: str) -> bool:
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr=attr), args=[], keywords=[]):
                return attr == name and self.names.static(value) is None
            case _:
                return False
