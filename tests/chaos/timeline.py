"""Events of a trial in their order, on one thread."""

import heapq
import itertools
import time
from collections.abc import Callable

import psycopg

from waymark import WaymarkError

Event = Callable[[], None]
PAUSE = 0.1


class Timeline:
    def __init__(self) -> None:
        self.now = 0.0
        self.log: list[str] = []
        self._events: list[tuple[float, int, Event]] = []
        self._numbers = itertools.count()

    def at(self, when: float, event: Event) -> None:
        """Let something happen so many seconds after the beginning."""
        heapq.heappush(self._events, (when, next(self._numbers), event))

    def after(self, seconds: float, event: Event) -> None:
        self.at(self.now + seconds, event)

    def note(self, what: str) -> None:
        self.log.append(f"{self.now:5.2f} s  {what}")

    def run(self, meanwhile: Event) -> None:
        """Let everything happen, and call `meanwhile` now and then."""
        began = time.monotonic()
        while self._events:
            when, _, event = heapq.heappop(self._events)
            while (left := began + when - time.monotonic()) > 0:
                meanwhile()
                time.sleep(min(left, PAUSE / 2))
            self.now = time.monotonic() - began
            try:
                event()
            except (psycopg.OperationalError, WaymarkError):
                # The database is away. Who starts a run or sends a signal does so again: idempotency keys make it once.
                self.after(PAUSE, event)
