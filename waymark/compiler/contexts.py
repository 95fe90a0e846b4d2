"""`async with`: asyncio.TaskGroup, asyncio.timeout and semaphores."""

from __future__ import annotations

import ast
import asyncio

from waymark.compiler.frame import NONE
from waymark.compiler.syntax import walk
from waymark.compiler.tasks import expired_local
from waymark.compiler.templates import Template
from waymark.compiler.tries import Tries
from waymark.ir.expressions import ListDisplay

_TASK_GROUP = Template("""
    scope = await open_scope(None)
    body = None
    outer = None
    try:
        BODY
    except BaseException as error:
        body = error
    finally:
        if body is None:
            try:
                ended = await wait(tasks, "all", None, False)
            except CancelledError as error:
                body = error
        errors = []
        aborting = await has_fired(scope)
        await close_scope(scope)
        if body is not None:
            try:
                raise body
            except CancelledError:
                outer = body
            except BaseException:
                errors = [body]
            if not aborting:
                await cancel(tasks)
            ended = None
            while ended is None:
                try:
                    ended = await wait(tasks, "all", None, False)
                except CancelledError:
                    pass
        failed = await failures(ended)
        errors = [each[1] for each in failed if each[0] == "raised"] + errors
        if errors:
            group = await group_error(errors)
            raise group
        if outer is not None:
            raise outer
""")
_TIMEOUT = Template("""
    scope = await open_scope(seconds)
    failed = None
    try:
        BODY
    except BaseException as error:
        failed = error
    finally:
        fired = await close_scope(scope)
        if failed is not None:
            try:
                raise failed
            except CancelledError as error:
                if fired:
                    raise TimeoutError from error
                raise
""")
_SEMAPHORE = Template("""
    await acquire(semaphore)
    try:
        BODY
    finally:
        await release(semaphore)
""")


class Contexts(Tries):
    """Lowering of `async with`. What the `as` name stands for is known only to the statements inside."""

    def lower_async_with(self, node: ast.AsyncWith) -> None:
        """Adds the nodes of an `async with` statement."""
        first, *others = node.items
        statements: list[ast.stmt] = node.body
        if others:
            statements = [ast.copy_location(ast.AsyncWith(items=others, body=node.body), node)]
        cls = self.static_value(first.context_expr.func) if isinstance(first.context_expr, ast.Call) else None
        if cls is asyncio.TaskGroup:
            self._task_group(first, statements)
        elif cls is asyncio.timeout:
            self._timeout(first, statements)
        elif (cls is None and not isinstance(first.context_expr, ast.Call)) or self.is_lock(first.context_expr):
            self._semaphore(first, statements)
        else:
            self.refuse_with(node, "async with")

    def refuse_with(self, node: ast.With | ast.AsyncWith, kind: str) -> None:
        """Reports the statement, and goes on with what it holds."""
        self.refuse("WMC204", node, kind=kind)
        for item in node.items:
            for name in walk(item.optional_vars or ast.Pass()):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                    self.assign(name.id, NONE, node)
        self.body(node.body)

    def _task_group(self, item: ast.withitem, statements: list[ast.stmt]) -> None:
        node = item.context_expr
        assert isinstance(node, ast.Call)
        if node.args or node.keywords:
            self.refuse("WMC411", node, name="asyncio.TaskGroup", why="it takes nothing", rewrite="write `asyncio.TaskGroup()`")
        name = self._as_name(item)
        scope, tasks = self.graph.temporary("scope"), self.graph.temporary("tasks")
        self.assign(tasks, ListDisplay(()), node)
        outer = dict(self.groups)
        if name is not None:
            self.groups[name] = scope, tasks
        self.body(_TASK_GROUP.fill(node, self.graph.temporary, scope=scope, tasks=tasks, BODY=statements))
        self.groups = outer

    def _timeout(self, item: ast.withitem, statements: list[ast.stmt]) -> None:
        node = item.context_expr
        match node:
            case ast.Call(args=[value], keywords=[]) | ast.Call(args=[], keywords=[ast.keyword(arg="delay", value=value)]) if (
                not isinstance(value, ast.Starred)
            ):
                pass
            case _:
                why, rewrite = "it takes the delay in seconds", "write `asyncio.timeout(seconds)`"
                self.refuse("WMC411", node, name="asyncio.timeout", why=why, rewrite=rewrite)
                return
        name = self._as_name(item)
        seconds = self.named(self.value(value), value)
        fired = self.graph.temporary("fired") if name is None else expired_local(name)
        self.expired.discard(name or "")
        self.body(_TIMEOUT.fill(node, self.graph.temporary, seconds=seconds, fired=fired, BODY=statements))
        if name is not None:
            self.expired.add(name)

    def _semaphore(self, item: ast.withitem, statements: list[ast.stmt]) -> None:
        node = item.context_expr
        semaphore = self.named(self.saved(self.handle(node, "semaphore", "async with"), node), node)
        if item.optional_vars is not None:
            none = ast.copy_location(ast.Constant(value=None), node)
            statements = [ast.copy_location(ast.Assign(targets=[item.optional_vars], value=none), node), *statements]
        self.body(_SEMAPHORE.fill(node, self.graph.temporary, semaphore=semaphore, BODY=statements))

    def _as_name(self, item: ast.withitem) -> str | None:
        match item.optional_vars:
            case None:
                return None
            case ast.Name(id=name):
                return name
            case other:
                self.refuse("WMC509", other, name=ast.unparse(other))
                return None
