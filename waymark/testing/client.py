"""The client of a test: whoever waits for a run lets the engine execute it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import psycopg

from waymark.client.connections import Pool, translate
from waymark.client.core import Client
from waymark.client.waiting import Outcome, Waiting
from waymark.testing.driver import Wait

if TYPE_CHECKING:
    from waymark.testing.engine import WaymarkEngine


class _Silent(Waiting):
    """Nobody listens: there is no daemon elsewhere that could tell."""

    async def listen(self) -> None:
        """Nothing to be done."""


class _Shared(Pool):
    """The one connection that executes the runs: a test begins soonest with as few as can be."""

    def __init__(self, url: str, engine: "WaymarkEngine") -> None:
        super().__init__(url)
        self._engine = engine

    async def fetch(self, query: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        """The rows of one statement."""
        driver = await self._engine.driver()
        try:
            return await driver.session.rows(query, *parameters)
        except psycopg.Error as error:
            raise translate(error) or error from error


class DrivingClient(Client):
    """`Client`, but waiting for a run executes it, and lets the engine's time pass."""

    def __init__(self, url: str, engine: "WaymarkEngine") -> None:
        super().__init__(url)
        self._pool = _Shared(url, engine)
        self.waiting = _Silent(url)
        self._engine = engine

    async def outcome(self, run_id: uuid.UUID, timeout: float | None, *, notified: int | None = None) -> Outcome:  # noqa: ARG002, ASYNC109
        """Execute runs until this one has ended, at most for `timeout` seconds of the engine's time."""
        driver = await self._engine.driver()
        until = None if timeout is None else self._engine.now() + dt.timedelta(seconds=timeout)
        outcome = await driver.wait(Wait(run_id, until))
        assert outcome is not None
        return outcome
