"""Runs actions: decode, inject dependencies, call, encode. At most `concurrency` at once, the rest waits in a queue."""

import asyncio
import collections
import time
from collections.abc import Callable

from waymark.actions import Action, find_action, running_action
from waymark.codec import decode_arguments, encode, encode_exception
from waymark.worker import protocol
from waymark.worker.evaluate import EVALUATE
from waymark.worker.invocation import Invocation
from waymark.worker.protocol import Run
from waymark.worker.transact import transact

GRACE = 5.0
"""Seconds that actions have to end once they are cancelled because the daemon has gone."""


class Executor:
    """The actions of one worker.

    Every RUN is answered by exactly one RESULT through `send`, whatever the action does.
    """

    def __init__(self, concurrency: int, send: Callable[[bytes], None], on_idle: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._concurrency = concurrency
        self._send = send
        self._on_idle = on_idle
        self._queue: collections.deque[Invocation] = collections.deque()
        self._running: dict[int, Invocation] = {}
        self._actions: dict[str, Action] = {EVALUATE.name: EVALUATE}
        self._draining = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing is queued or running."""
        return not self._running and not self._queue

    def submit(self, run: Run) -> None:
        """Execute an attempt as soon as there is room."""
        invocation = Invocation(run, self._loop, self._send)
        if self._draining:
            self._release(invocation, "the worker was drained")
        elif len(self._running) < self._concurrency:
            self._start(invocation)
        else:
            self._queue.append(invocation)

    def cancel(self, number: int) -> None:
        """Raise CancelledError in an action; one that has not started is given back."""
        running = self._running.get(number)
        if running is not None:
            # Not at once: a task that has not begun would be cancelled without ever running, and never answer.
            self._loop.call_soon(running.cancel)
            return
        for invocation in self._queue:
            if invocation.run.invocation == number:
                self._queue.remove(invocation)
                self._release(invocation, "it was cancelled before it started")
                return

    def drain(self) -> None:
        """Start nothing more and give back what waits."""
        self._draining = True
        while self._queue:
            self._release(self._queue.popleft(), "the worker was drained")
        if self.is_idle:
            self._on_idle()

    async def abandon(self) -> None:
        """The daemon has gone: nobody wants the results, and others will execute these actions again."""
        self._draining = True
        self._queue.clear()
        for invocation in self._running.values():
            invocation.cancel()
        tasks = [invocation.task for invocation in self._running.values() if invocation.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE)

    def _start(self, invocation: Invocation) -> None:
        run = invocation.run
        self._running[run.invocation] = invocation
        invocation.begin(self._loop.create_task(self._execute(invocation)))

    async def _execute(self, invocation: Invocation) -> None:
        run = invocation.run
        running_action.set(invocation)
        began = time.perf_counter_ns()
        try:
            action = self._actions.get(run.name) or self._find(run.name)
            arguments = decode_arguments(run.arguments)
            if action.is_plain and action.is_async:
                returned = await action.function(**arguments)
                value = encode(returned, "result").encode()
            elif action.transaction_kind is not None:
                value = await transact(action, action.transaction_kind, run, arguments)
            else:
                positional, keywords = action.bind(arguments)
                returned = await action.call(*positional, **keywords)
                value = encode(returned, "result").encode()
            outcome = protocol.SUCCEEDED
        except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt end the attempt, not the worker
            if run.name == EVALUATE.name and isinstance(error.__cause__, StopIteration):
                error = error.__cause__  # `next` in an expression: no coroutine stands between it and the body
            outcome, value = protocol.FAILED, encode_exception(error).encode()
        if invocation.timed_out:
            outcome, value = protocol.TIMED_OUT, b""
        elif len(value) > protocol.MAX_VALUE:
            outcome, value = protocol.FAILED, encode_exception(protocol.too_large(len(value))).encode()
        invocation.end(succeeded=outcome == protocol.SUCCEEDED)
        self._send(protocol.result(run.invocation, outcome, (time.perf_counter_ns() - began) // 1000, value))
        self._finish(invocation)

    def _find(self, name: str) -> Action:
        found = self._actions[name] = find_action(name)
        return found

    def _finish(self, invocation: Invocation) -> None:
        del self._running[invocation.run.invocation]
        if self._queue:
            self._start(self._queue.popleft())
        elif self._draining and self.is_idle:
            self._on_idle()

    def _release(self, invocation: Invocation, reason: str) -> None:
        self._send(protocol.result(invocation.run.invocation, protocol.RELEASED, 0, encode(reason).encode()))
