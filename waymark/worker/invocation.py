"""One attempt of an action on a worker: its time, its heartbeats, whether it is still wanted."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from waymark.actions import CurrentAction
from waymark.codec import decode, encode
from waymark.errors import EncodeError
from waymark.worker import protocol
from waymark.worker.protocol import Run

HEARTBEAT_INTERVAL = 1.0
"""Seconds between two heartbeats of an attempt that go out."""
MAX_DETAILS = 64 * 1024
"""Bytes that the details of a heartbeat may have."""


class Invocation:
    """An attempt that is queued or running. All but `heartbeat` and `current` belong to the event loop."""

    __slots__ = (
        "_alive_at",
        "_deadline",
        "_details",
        "_loop",
        "_scheduled",
        "_send",
        "_sent_at",
        "_timer",
        "_unwanted",
        "run",
        "task",
        "timed_out",
    )

    def __init__(self, run: Run, loop: asyncio.AbstractEventLoop, send: Callable[[bytes], None]) -> None:
        self.run = run
        self.task: asyncio.Task[None] | None = None
        self.timed_out = False
        self._loop = loop
        self._send = send
        self._timer: asyncio.TimerHandle | None = None
        self._unwanted = False
        self._details = b""
        self._scheduled: asyncio.Handle | bool = False
        self._sent_at = -HEARTBEAT_INTERVAL
        self._alive_at = 0.0
        self._deadline: float | None = None

    def begin(self, task: asyncio.Task[None]) -> None:
        """From here on its time is running."""
        self.task = task
        self._alive_at = self._loop.time()
        if self.run.context and "deadline_ms" in (context := json.loads(self.run.context)):
            self._deadline = self._alive_at + context["deadline_ms"] / 1000
        if self.run.timeout_ms:
            self._timer = self._loop.call_at(self._ends_at(), self._check_time)

    def cancel(self) -> None:
        """Raise CancelledError in the action. A function in a thread goes on; its next heartbeat raises it there."""
        self._unwanted = True
        if self.task is not None:
            self.task.cancel()

    def end(self, *, succeeded: bool) -> None:
        """It has ended: unless it has succeeded, the next attempt wants to know what is still to be told."""
        if self._timer is not None:
            self._timer.cancel()
        if self._scheduled and not succeeded:
            self._send(protocol.heartbeat(self.run.invocation, self._details))
        if isinstance(self._scheduled, asyncio.Handle):
            self._scheduled.cancel()
        self._unwanted = True

    def current(self) -> CurrentAction:
        """What `waymark.current_action()` gives inside the action."""
        run = self.run
        return CurrentAction(UUID(bytes=run.run_id), run.action_id, run.attempt, _details(run.context), self.heartbeat)

    def heartbeat(self, details: object = None) -> None:
        """`waymark.heartbeat` for this attempt, from any thread."""
        if self._unwanted:
            raise asyncio.CancelledError("this attempt is no longer wanted")
        if details is not None:
            encoded = encode(details, "details").encode()
            if len(encoded) > MAX_DETAILS:
                raise EncodeError(f"{len(encoded):,} bytes; a heartbeat carries at most {MAX_DETAILS:,}", "details")
            self._details = encoded
        self._alive_at = self._loop.time()
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon_threadsafe(self._schedule)

    def _schedule(self) -> None:
        if not self._unwanted:
            self._scheduled = self._loop.call_at(self._sent_at + HEARTBEAT_INTERVAL, self._tell)

    def _tell(self) -> None:
        # Cleared first: what another thread tells from now on is told next time.
        self._scheduled = False
        self._sent_at = self._loop.time()
        self._send(protocol.heartbeat(self.run.invocation, self._details))

    def _ends_at(self) -> float:
        ends_at = self._alive_at + self.run.timeout_ms / 1000
        return ends_at if self._deadline is None else min(ends_at, self._deadline)

    def _check_time(self) -> None:
        ends_at = self._ends_at()
        if ends_at > self._loop.time():
            self._timer = self._loop.call_at(ends_at, self._check_time)
        else:
            self.timed_out = True
            self.cancel()


def _details(context: str) -> Any:  # noqa: ANN401 - any value
    """What an earlier attempt has told, out of the text of the context."""
    if not context:
        return None
    details = json.loads(context).get("details")
    return None if details is None else decode(json.dumps(details))
