"""The worker's own executor in the test's event loop: attempts in, results out, without a socket between."""

import asyncio
import contextlib
import struct
from collections.abc import Callable

from waymark.actions import Action
from waymark.testing.session import Claim, Result
from waymark.worker import protocol
from waymark.worker.executor import Executor

OUTCOMES = {
    protocol.SUCCEEDED: "succeeded",
    protocol.FAILED: "failed",
    protocol.TIMED_OUT: "timed_out",
    protocol.RELEASED: "released",
}

_RESULT = struct.Struct("<QBQ")
_HEARTBEAT = struct.Struct("<Q")


class _Executor(Executor):
    """Executes what the test says, which may be another thing each time."""

    def __init__(self, concurrency: int, send: Callable[[bytes], None], find: Callable[[str], Action]) -> None:
        super().__init__(concurrency, send, lambda: None)
        self._finder = find

    def _find(self, name: str) -> Action:
        return self._finder(name)


class Worker:
    """Executes the attempts of one event loop."""

    def __init__(self, concurrency: int, find: Callable[[str], Action]) -> None:
        self._executor = _Executor(concurrency, self._receive, find)
        self._reader = protocol.FrameReader()
        self._claims: dict[int, Claim] = {}
        self._results: list[Result] = []
        self._beats: dict[int, tuple[Claim, str | None]] = {}
        self._arrived = asyncio.Event()

    @property
    def claims(self) -> list[Claim]:
        """The attempts that are being executed."""
        return list(self._claims.values())

    @property
    def has_results(self) -> bool:
        """Whether there are results to be taken."""
        return bool(self._results)

    def submit(self, claim: Claim) -> None:
        """Execute an attempt."""
        number = claim.fencing_token << 48 | claim.action_id
        self._claims[number] = claim
        self._executor.submit(
            protocol.Run(
                number,
                claim.run_id.bytes,
                claim.action_id,
                claim.attempt,
                claim.timeout_ms,
                claim.name,
                claim.context or "",
                claim.arguments,
            )
        )

    def cancel(self, claims: list[Claim]) -> None:
        """Raise CancelledError in attempts."""
        for number in [number for number, claim in self._claims.items() if claim in claims]:
            self._executor.cancel(number)

    async def wait(self, seconds: float | None = None) -> None:
        """Let attempts go on until one has ended, at most so long."""
        if not self._results and self._claims:
            self._arrived.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._arrived.wait()
        await asyncio.sleep(0)  # what ends in the same round of the event loop goes in the same turn

    def take_results(self) -> list[Result]:
        """What has ended since the last call."""
        found, self._results = self._results, []
        return found

    def take_heartbeats(self) -> list[tuple[Claim, str | None]]:
        """The attempts that have told that they go on since the last call, and their details."""
        found, self._beats = self._beats, {}
        return list(found.values())

    async def abandon(self) -> None:
        """Nobody wants the results."""
        await self._executor.abandon()

    def _receive(self, frame: bytes) -> None:
        for kind, body in self._reader.feed(frame):
            if kind == protocol.HEARTBEAT:
                (number,) = _HEARTBEAT.unpack_from(body)
                details = body[_HEARTBEAT.size :].decode() or None
                if number in self._claims:
                    self._beats[number] = self._claims[number], details
            else:
                number, outcome, run_us = _RESULT.unpack_from(body)
                value = body[_RESULT.size :].decode() or None
                self._results.append(Result(self._claims.pop(number), OUTCOMES[outcome], value, run_us))
                self._arrived.set()
