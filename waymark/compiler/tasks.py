"""Tasks: `asyncio.create_task` and what can be done with a task, `asyncio.wait`, `wait_for`, `shield` and `sleep`."""

from __future__ import annotations

import ast
import asyncio
from abc import abstractmethod
from collections.abc import Callable
from functools import partial

from waymark.compiler.awaitables import CALL, Awaitable
from waymark.compiler.frame import NONE, Operand, span
from waymark.compiler.gather import Gather
from waymark.compiler.templates import Template, known, local
from waymark.ir.expressions import AnyCall, Const, Expression, ListDisplay, Local, Operator
from waymark.ir.nodes import Assign, Fork, Sleep, Spawn

_AWAIT = Template("""
    ended = await wait([task], "all", None, True)
    result = await outcome(ended[0])
""")
_SHIELD = Template("""
    ended = await wait([task], "all", None, False)
    result = await outcome(ended[0])
""")
_METHODS = {
    "result": Template("""
    ended = await wait([task], "now", None, False)
    result = await outcome(ended[0])
"""),
    "exception": Template("""
    ended = await wait([task], "now", None, False)
    if ended[0][0] == "pending":
        raise InvalidStateError("Exception is not set.")
    if ended[0][0] == "cancelled":
        raise CancelledError
    result = ended[0][1] if ended[0][0] == "raised" else None
"""),
    "done": Template("""
    ended = await wait([task], "now", None, False)
    result = ended[0][0] != "pending"
"""),
    "cancelled": Template("""
    ended = await wait([task], "now", None, False)
    result = ended[0][0] == "cancelled"
"""),
    "cancel": Template("""
    ended = await wait([task], "now", None, False)
    await cancel([task])
    result = ended[0][0] == "pending"
"""),
}
_CLOSING = Template("""
    fired = await has_fired(scope)
    if fired:
        ended = await wait(tasks, "now", None, False)
        await closing_group(ended)
""")
_WAIT = Template("""
    tasks = await task_list(given)
    if not tasks:
        raise ValueError("Set of Tasks/Futures is empty.")
    ended = await wait(tasks, until, timeout, False)
    result = await task_sets(tasks, ended)
""")
_WAIT_FOR = Template("""
    if timeout is not None and timeout <= 0:
        pass
        LATE
    scope = await open_scope(timeout)
    fired = False
    try:
        result = AWAITED
    except CancelledError as error:
        fired = await close_scope(scope)
        if fired:
            raise TimeoutError from error
        raise
    except BaseException:
        await close_scope(scope)
        raise
    await close_scope(scope)
""")
_LATE = Template("""
    raise TimeoutError
""")
_UNTIL = {"ALL_COMPLETED": "all", "FIRST_COMPLETED": "first", "FIRST_EXCEPTION": "first_exception"}
_FUTURES = (asyncio.gather, asyncio.shield)
_CREATORS = (asyncio.create_task, asyncio.ensure_future)


class Tasks(Gather):
    """Lowering of tasks. A task is a value, its handle, that locals, lists and helper methods may hold."""

    def is_creation(self, node: ast.expr) -> bool:
        """Whether `node` is the call that makes a task."""
        return isinstance(node, ast.Call) and (
            any(self.static_value(node.func) is creator for creator in _CREATORS) or self.group_of(node) is not None
        )

    def is_task_method(self, node: ast.Call) -> bool:
        """Whether `node` calls what only tasks have."""
        match node.func:
            case ast.Attribute(value=value, attr=name):
                return name in _METHODS and not node.args and not node.keywords and self.names.static(value) is None
            case _:
                return False

    def group_of(self, node: ast.Call) -> tuple[str, str] | None:
        """The scope and the list of tasks of the TaskGroup whose `create_task` is called."""
        match node.func:
            case ast.Attribute(value=ast.Name(id=name), attr="create_task"):
                return self.groups.get(name)
            case _:
                return None

    def expiry(self, node: ast.Call) -> Expression | None:
        """The value of `expired()` of a timeout that is behind; None for any other call."""
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="expired"), args=[], keywords=[]) if (
                name in self.expired
            ):
                return Local(expired_local(name))
            case _:
                return None

    @abstractmethod
    def is_lock(self, node: ast.expr) -> bool:
        """Whether `node` makes a semaphore."""

    # --- Making tasks ---------------------------------------------------------------------------------------------------

    def creation(self, node: ast.Call) -> Expression:
        """The handle of the task that `node` makes."""
        match node:
            case ast.Call(args=[call], keywords=keywords):
                names = [keyword for keyword in keywords if keyword.arg == "name"]
            case _:
                call, names, keywords = node, [], [*node.keywords, ast.keyword("", node)]
        if len(keywords) > len(names) or isinstance(call, ast.Starred):
            why, rewrite = "it takes one call, and `name=`", "write `create_task(call(…))`"
            return self.refuse("WMC411", node, name=ast.unparse(node.func), why=why, rewrite=rewrite)
        group = self.group_of(node)
        creator = self.static_value(node.func)
        if creator is not asyncio.ensure_future and isinstance(call, ast.Call) and self.static_value(call.func) in _FUTURES:
            why, rewrite = "it takes a coroutine, and this has begun by itself", "bind it to a variable as it is, and await that"
            return self.refuse("WMC411", node, name=ast.unparse(node.func), why=why, rewrite=rewrite)
        if not self.is_call(call):
            if creator is asyncio.ensure_future:
                return self.value(call)
            return self.refuse("WMC508", call, name=ast.unparse(node.func))
        awaited = self.any_awaitable(call)
        operands = [*awaited.operands, *(self.operand(keyword.value) for keyword in names)]
        values = self.sequence(operands)
        if names and not self.is_settled(values[-1]):
            self.spill(values[-1], names[0].value)
        calls = values[: len(awaited.operands)]
        if group is None:
            return self.spawn(node, awaited.start(calls))
        scope, tasks = group
        calls = [self.spill(value, node) for value in calls]
        self.body(_CLOSING.fill(node, self.graph.temporary, scope=scope, tasks=tasks))
        handle = self.spawn(node, awaited.start(calls), scope)
        self.append(tasks, handle, node)
        return handle

    def spawn(self, node: ast.expr, call: AnyCall, group: str | None = None) -> Local:
        """Adds the start of a task; the value is its handle."""
        target = self.graph.temporary("task")
        self.graph.step(Spawn, span(node), self.error(), call=call, group=group, target=target)
        return Local(target)

    # --- Using tasks ----------------------------------------------------------------------------------------------------

    def task_method(self, node: ast.Call) -> Expression:
        """The value of a method of a task."""
        assert isinstance(node.func, ast.Attribute)
        return self._with_task(node, _METHODS[node.func.attr], node.func.value, node.func.attr)

    def task(self, node: ast.expr) -> Awaitable:
        """A task, or whatever value `node` has, as an awaitable."""
        return self.composed(node, [self.operand(node)], self._result(node, lambda: self._with_task(node, _AWAIT, node, "await")))

    def shield(self, node: ast.Call) -> Awaitable:
        """`asyncio.shield`: the call goes on when the one that waits for it is cancelled."""
        if len(node.args) != 1 or node.keywords:
            return self._refused(node, "asyncio.shield", "it takes one call or task", "write `asyncio.shield(call(…))`")
        (inner,) = node.args
        created = inner
        if self.is_call(inner):
            created = ast.copy_location(ast.Call(func=known(asyncio.create_task, node), args=[inner], keywords=[]), node)
        awaited = self.any_awaitable(inner)
        return self.composed(
            node, awaited.operands, self._result(node, lambda: self._with_task(node, _SHIELD, created, "gather"))
        )

    def handle(self, node: ast.expr, kind: str, use: str) -> Expression:
        """The handle that `node` is expected to be, for a use that only a task or a semaphore has."""
        is_new = isinstance(node, ast.Call) and (self.is_creation(node) or self.is_lock(node))
        value = self.value(node)
        return value if is_new else Operator("py.handle", (value, Const(kind), Const(use)))

    def _with_task(self, node: ast.expr, template: Template, task: ast.expr, use: str) -> Expression:
        held, result = self.graph.temporary("task"), self.graph.temporary("result")
        self.assign(held, self.handle(task, "task", use), task)
        self.body(template.fill(node, self.graph.temporary, task=held, result=result))
        return Local(result)

    def _result(self, node: ast.expr, lower: Callable[[], Expression]) -> Callable[[str | None], None]:
        def to_target(target: str | None) -> None:
            value = lower()
            if target is not None:
                self.assign(target, value, node)

        return to_target

    def any_awaitable(self, node: ast.expr) -> Awaitable:
        """What `node` stands for when it is awaited."""
        return self.awaitable(node) or (self.call_held(node) if self.is_call(node) else self.task(node))

    def call_held(self, node: ast.expr) -> Awaitable:
        """A call that is held by a local as an awaitable."""
        operand = self.call_operand(node)
        awaited = self.composed(node, [operand], partial(self._held, node))
        awaited.kinds[operand.node] = CALL
        return awaited

    def _held(self, node: ast.expr, target: str | None) -> None:
        results = self.graph.temporary("results")
        branches = ListDisplay((self.calls(node),))
        self.graph.step(Fork, span(node), self.error(), branches=branches, settle=False, target=results)
        if target is not None:
            self.assign(target, Operator("py.getitem", (Local(results), Const(0))), node)

    def named(self, value: Expression, node: ast.AST) -> ast.Name:
        """A name for `value`."""
        if not isinstance(value, Local) or not value.name.startswith("$"):
            name = self.graph.temporary("value")
            self.assign(name, value, node)
            value = Local(name)
        return local(value.name, node)

    def append(self, name: str, value: Expression, node: ast.AST) -> None:
        """Appends to the list in the temporary `name`."""
        extended = Operator("py.list_append", (Local(name), value))
        self.graph.step(Assign, span(node), target=name, value=extended)

    def _literal(self, node: ast.expr) -> object:
        return node.value if isinstance(node, ast.Constant) else self.static_value(node)

    def _refused(self, node: ast.Call, name: str, why: str, rewrite: str) -> Awaitable:
        self.refuse("WMC411", node, name=name, why=why, rewrite=rewrite)
        return self.composed(node, [], lambda _: None)

    # --- asyncio --------------------------------------------------------------------------------------------------------

    def sleep(self, node: ast.Call) -> Awaitable:
        """`asyncio.sleep`."""
        parameters: dict[str, ast.expr] = dict(zip(("delay", "result"), node.args, strict=False))
        for keyword in node.keywords:
            if keyword.arg in {"delay", "result"} - parameters.keys():
                parameters[keyword.arg] = keyword.value
            else:
                parameters.clear()
        starred = any(isinstance(argument, ast.Starred) for argument in node.args)
        if starred or "delay" not in parameters or len(parameters) < len(node.args) + len(node.keywords):
            return self._refused(
                node, "asyncio.sleep", "it takes the delay in seconds, and a result", "write `await asyncio.sleep(seconds)`"
            )
        operands = [self.operand(value) for value in parameters.values()]

        def lower(target: str | None) -> None:
            values = dict(zip(parameters, self.sequence(operands), strict=True))
            result = self.spill(values.get("result", NONE), node)
            self.graph.step(Sleep, self.place(node), self.error(), seconds=values["delay"])
            if target is not None:
                self.graph.step(Assign, span(node), self.risks(result), target=target, value=result)

        return self.composed(node, operands, lower)

    def wait(self, node: ast.Call) -> Awaitable:
        """`asyncio.wait`."""
        options = {keyword.arg: keyword.value for keyword in node.keywords}
        until = options.pop("return_when", None)
        mode = "all" if until is None else _UNTIL.get(str(self._literal(until)))
        if len(node.args) != 1 or isinstance(node.args[0], ast.Starred) or options.keys() - {"timeout"} or mode is None:
            why = "it takes tasks, `timeout=`, and `return_when=` as a constant of asyncio"
            return self._refused(
                node, "asyncio.wait", why, "write `await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)`"
            )
        timeout = options.get("timeout", ast.copy_location(ast.Constant(value=None), node))
        (aws,) = node.args
        awaited_tasks = Operand(aws, self.effects.emits(aws), partial(self.iterable, aws))
        operands = [awaited_tasks, self.operand(timeout)]

        def lower(target: str | None) -> None:
            tasks, seconds = (self.spill(value, node) for value in self.sequence(operands))
            given, limit = self.named(tasks, node), self.named(seconds, node)
            result = target or self.graph.temporary("result")
            word = ast.copy_location(ast.Constant(value=mode), node)
            self.body(_WAIT.fill(node, self.graph.temporary, given=given, timeout=limit, until=word, result=result))

        return self.composed(node, operands, lower)

    def wait_for(self, node: ast.Call) -> Awaitable:
        """`asyncio.wait_for`: the call runs in a cancel scope with a timer."""
        match node:
            case (
                ast.Call(args=[call, timeout], keywords=[])
                | ast.Call(args=[call], keywords=[ast.keyword(arg="timeout", value=timeout)])
            ):
                pass
            case _:
                why = "it takes a call or task, and the timeout in seconds"
                return self._refused(node, "asyncio.wait_for", why, "write `await asyncio.wait_for(call(…), timeout)`")
        awaited = self.any_awaitable(call)
        is_task = not self.is_call(call)

        def lower(target: str | None) -> None:
            inner, (seconds,) = self.settle(call, awaited, [timeout])
            limit = self.named(self.spill(seconds, timeout), timeout)
            result = target or self.graph.temporary("result")
            run = ast.copy_location(ast.Await(value=inner), node)
            late = [] if is_task else _LATE.fill(node, self.graph.temporary)
            self.body(_WAIT_FOR.fill(node, self.graph.temporary, timeout=limit, AWAITED=run, LATE=late, result=result))

        whole = self.composed(node, [*awaited.operands, self.operand(timeout)], lower)
        whole.kinds |= awaited.kinds
        return whole


def expired_local(name: str) -> str:
    """The local that holds what `name.expired()` gives."""
    return f"$expired.{name}"
