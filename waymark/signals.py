"""Signals under `run_inline`: what the engine's table is to a run."""

import asyncio
import contextvars
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

_MAX_NAME = 200


class Inbox:
    """The signals that a run is given, by name and in order."""

    def __init__(self, signals: Mapping[str, Iterable[object]]) -> None:
        self._queues = {name: deque(values) for name, values in signals.items()}

    async def take(self, name: str, timeout: float | None) -> Any:  # noqa: ANN401, ASYNC109 - as in the body
        """The next signal of the name. When there are no more, nobody sends one: only a timeout ends the wait."""
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"the name of a signal is a str, not {type(name).__name__}")
        if not 0 < len(name) <= _MAX_NAME:
            raise ValueError("the name of a signal has 1 to 200 characters")
        await asyncio.sleep(0)  # a wait lets others go on first, as in the engine
        if queue := self._queues.get(name):
            return queue.popleft()
        try:
            async with asyncio.timeout(timeout):
                await asyncio.get_running_loop().create_future()
        except TimeoutError:
            raise TimeoutError(f'no signal "{name}" in time') from None


inbox: contextvars.ContextVar[Inbox | None] = contextvars.ContextVar("waymark_signals", default=None)
"""The signals of the run that is executed inline."""
