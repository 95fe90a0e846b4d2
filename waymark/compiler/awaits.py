"""`await`: which construct each thing that is awaited belongs to."""

from __future__ import annotations

import ast
import asyncio
import inspect
from collections.abc import Callable, Sequence

from waymark.compiler.awaitables import Awaitable
from waymark.compiler.calls import Prepared
from waymark.compiler.exceptions import exception
from waymark.compiler.frame import Callee, span
from waymark.compiler.intrinsics import Intrinsic
from waymark.compiler.signals import Signals
from waymark.compiler.source import code_of
from waymark.compiler.templates import Template
from waymark.ir.expressions import Const, Expression, Invocation, Operator
from waymark.ir.nodes import Acquire, Action, Cancel, Raise, Release, Scope, Unscope, Wait

_OPERATORS = {
    Intrinsic.TASK_LIST: "py.task_list",
    Intrinsic.TASK_SETS: "py.task_sets",
    Intrinsic.TASK_SPLIT: "py.task_split",
    Intrinsic.FAILURES: "py.failures",
    Intrinsic.OUTCOME: "py.outcome",
    Intrinsic.HAS_FIRED: "py.has_fired",
    Intrinsic.CLOSING_GROUP: "py.closing_group",
}

_NEXT = Template("""
    if not ready:
        ended = await wait(tasks, "first", None, False)
        ready, tasks = await task_split(tasks, ended)
    first, *ready = ready
    result = await outcome(first)
""")
_LAZY = (asyncio.sleep, asyncio.wait_for, asyncio.wait)
"""Coroutine functions: nothing happens before they are awaited."""
_EAGER = (asyncio.gather, asyncio.shield)
"""Functions that start what they are given at once; their result is a future."""


class Awaits(Signals):
    """Lowering of `await`."""

    def awaited(self, node: ast.Await, target: str | None) -> None:
        """Adds the nodes of an await, whose value goes to `target`."""
        call = node.value
        self.awaits[call] = node
        function = self.static_value(call.func) if isinstance(call, ast.Call) else None
        if isinstance(call, ast.Call) and isinstance(function, Intrinsic):
            self._intrinsic(call, function, target)
        elif awaited := self.awaitable(call):
            awaited.lower(target)
        elif isinstance(call, ast.Call) and (callee := self.callee(call.func)):
            self.call_helper(call, callee, target, awaited=True)
        elif isinstance(call, ast.Call) and not self.is_creation(call):
            self.refuse_call(call)
        elif isinstance(call, ast.Constant | ast.List | ast.Tuple | ast.Dict | ast.BinOp | ast.Compare | ast.BoolOp):
            self.refuse("WMC410", node, name=f"`{ast.unparse(call)}`")
        else:
            self.any_awaitable(call).lower(target)
        if target is not None:
            self.bind(target)

    def awaitable(self, node: ast.expr) -> Awaitable | None:
        """The awaitable call that `node` is, None when it is something else."""
        if not isinstance(node, ast.Call):
            return None
        if self.is_action_call(node):
            return self._action(node)
        if self.is_signal(node):
            return self.signal(node)
        callee = self.callee(node.func)
        if callee is not None:
            return self._helper(node, callee)
        cls = self.child_class(node)
        if cls is not None:
            return self.child(node, cls)
        function = self.static_value(node.func)
        make = next((make for known, make in self._library() if known is function), self.acquisition)
        return make(node)

    def _library(self) -> list[tuple[object, Callable[[ast.Call], Awaitable | None]]]:
        return [
            (asyncio.gather, self.gather),
            (asyncio.sleep, self.sleep),
            (asyncio.wait_for, self.wait_for),
            (asyncio.wait, self.wait),
            (asyncio.shield, self.shield),
        ]

    # --- Calls that are not awaited -------------------------------------------------------------------------------------

    def acts(self, node: ast.Call) -> bool:
        """Whether a call that is not awaited needs nodes of its own."""
        return (
            self.is_creation(node)
            or self.is_lock(node)
            or self.is_release(node)
            or self.is_task_method(node)
            or any(self.static_value(node.func) is function for function in _EAGER)
        )

    def act(self, node: ast.Call) -> Expression | None:
        """The value of a call that is not awaited, where tasks and semaphores have a part in it; else None."""
        if node in self.unstarted.calls:
            awaited = self.awaitable(node)
            return awaited and self.invocation_of(awaited)
        if self.is_creation(node):
            return self.creation(node)
        if self.is_lock(node):
            return self.lock(node)
        if self.is_release(node):
            return self.release(node)
        if self.is_task_method(node):
            return self.task_method(node)
        if any(self.static_value(node.func) is function for function in _EAGER):
            return self.spawn(node, self.invocation_of(self.any_awaitable(node)).invocation)
        return self.expiry(node)

    def makes_call(self, node: ast.expr) -> bool:
        """Whether `node` is written as a call that can be awaited."""
        if not isinstance(node, ast.Call):
            return False
        callee = self.callee(node.func)
        return (
            self.is_action_call(node)
            or self.is_signal(node)
            or (callee is not None and _is_async(callee))
            or self.child_class(node) is not None
            or any(self.static_value(node.func) is function for function in _LAZY)
        )

    def _action(self, node: ast.Call) -> Awaitable:
        prepared = self.prepare(node) or Prepared(ast.unparse(node.func), [], {})
        operands = self.call_operands(prepared)

        def start(values: Sequence[Expression]) -> Invocation:
            return self.invocation(prepared, values)

        def lower(target: str | None) -> None:
            call = self.invocation(prepared, self.sequence(operands), awaited=True)
            self.graph.step(Action, self.place(node), self.error(), call=call, target=target)

        return Awaitable(operands, lower, start)

    def _helper(self, node: ast.Call, callee: Callee) -> Awaitable | None:
        if not _is_async(callee):
            return None
        operands = [self.operand(_unstarred(argument)) for argument in node.args]
        operands += [self.operand(keyword.value) for keyword in node.keywords]
        return self.composed(node, operands, lambda target: self.call_helper(node, callee, target, awaited=True))

    def _intrinsic(self, call: ast.Call, function: Intrinsic, target: str | None) -> None:  # noqa: C901 - one case an intrinsic
        place, error = span(call), self.error()
        if function in _OPERATORS:
            result = target or self.graph.temporary("result")
            self.assign(result, Operator(_OPERATORS[function], tuple(self.values(call.args))), call)
            return
        match function, call.args:
            case Intrinsic.WAIT, [tasks, ast.Constant(value=until), timeout, ast.Constant(value=linked)]:
                value, seconds = self.values([tasks, timeout])
                limit = None if seconds == Const(None) else seconds
                fields = {"until": until, "timeout": limit, "linked": linked}
                self.graph.step(Wait, place, error, tasks=value, **fields, target=target)
            case Intrinsic.CANCEL, [tasks]:
                self.graph.step(Cancel, place, error, tasks=self.value(tasks))
            case Intrinsic.OPEN_SCOPE, [seconds]:
                value = self.value(seconds)
                self.graph.step(Scope, place, error, seconds=None if value == Const(None) else value, target=target)
            case Intrinsic.CLOSE_SCOPE, [ast.Name(id=scope)]:
                self.graph.step(Unscope, place, scope=scope, target=target or self.graph.temporary("fired"))
            case Intrinsic.ACQUIRE, [semaphore]:
                self.graph.step(Acquire, place, error, semaphore=self.value(semaphore))
            case Intrinsic.RELEASE, [semaphore]:
                self.graph.step(Release, place, error, semaphore=self.value(semaphore))
            case Intrinsic.GROUP_ERROR, [errors]:
                assert target is not None
                arguments = [Const("unhandled errors in a TaskGroup"), self.value(errors)]
                self.assign(target, exception(ExceptionGroup, arguments), call)
            case Intrinsic.REUSED, []:
                again = exception(RuntimeError, [Const("cannot reuse already awaited coroutine")])
                self.graph.emit(Raise, place, error, value=again)
                self.graph.here = None
            case Intrinsic.NEXT_COMPLETED, [ast.Name(id=ready), ast.Name(id=tasks)]:
                result = target or self.graph.temporary("result")
                self.body(_NEXT.fill(call, self.graph.temporary, ready=ready, tasks=tasks, result=result))
            case _:
                raise AssertionError(ast.dump(call))


def _unstarred(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Starred) else node


def _is_async(callee: Callee) -> bool:
    code = code_of(callee.member)
    return code is not None and bool(code.co_flags & inspect.CO_COROUTINE)
