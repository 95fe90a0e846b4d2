"""Waiting for runs to end: one listening connection for all runs that this event loop waits for.

The engine notifies the channel of this *waiter* when such a run has ended. A notification is a hint; what makes sure is
that the outcomes are read now and then without one. After a lost connection the loop connects and listens again.
"""

import asyncio
import itertools
import time
import uuid
from collections.abc import Iterable
from typing import Any, NamedTuple, Never

import psycopg

from waymark.client.connections import connect, translate
from waymark.errors import DatabaseUnreachable, UnknownRun, WaymarkError

FIRST_POLL, LAST_POLL = 0.05, 1.0
"""Seconds to the first reading without a notification, and between later ones."""

RECONNECT_LIMIT = 60.0
"""Waiting ends with DatabaseUnreachable when the database has been away for so many seconds. The runs go on."""

_BATCH = 1000
READ_OUTCOMES = "select run_id, workflow, state, result::text, error::text from waymark.read_outcomes(%s::uuid[])"


class Outcome(NamedTuple):
    """A row of `waymark.read_outcomes`; `result` and `error` are JSON texts."""

    run_id: uuid.UUID
    workflow: str
    state: str
    result: str | None
    error: str | None


class Waiting:
    """The runs that one event loop waits for."""

    def __init__(self, url: str) -> None:
        self.name = f"c{uuid.uuid4().hex}"
        """The waiter's name, which the engine is given with each run."""
        self.notifications = 0
        """Grows with each notification, so that a caller sees whether it may have missed its own."""
        self._url = url
        self._waiters: dict[uuid.UUID, set[asyncio.Future[Outcome]]] = {}
        self._wanted = asyncio.Event()
        self._attempt: asyncio.Future[BaseException | None] | None = None
        """Of the present or next connection: None once it listens, or why it could not."""
        self._task: asyncio.Task[None] | None = None

    async def listen(self) -> None:
        """Return once this loop listens: a run that is started from then on cannot end unheard.

        Raises:
            DatabaseUnreachable, EngineNotInstalled, EngineVersionError: the attempt at hand failed.
        """
        if self._task is None or self._task.done():
            self._attempt = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._run(), name="waymark waiting for runs")
        assert self._attempt is not None
        failure = self._attempt.result() if self._attempt.done() else await asyncio.shield(self._attempt)
        if failure is not None:
            raise failure

    def expect(self, run_id: uuid.UUID) -> asyncio.Future[Outcome]:
        """The outcome of a run, once it has ended; to be given back with `forget`."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(run_id, set()).add(future)
        self._wanted.set()
        return future

    def forget(self, run_id: uuid.UUID, future: asyncio.Future[Outcome]) -> None:
        """The caller of `expect` waits no longer."""
        future.cancel()
        futures = self._waiters.get(run_id, set())
        futures.discard(future)
        if not futures:
            self._waiters.pop(run_id, None)

    def deliver(self, run_ids: Iterable[uuid.UUID], rows: Iterable[tuple[Any, ...]]) -> None:
        """Hand the outcomes that were read for these runs to whom waits for them."""
        found = {row[0]: Outcome(*row) for row in rows}
        for run_id in run_ids:
            outcome = found.get(run_id)
            if outcome is None:
                self._fail(run_id, UnknownRun(f"there is no run {run_id} any more"))
            elif outcome.state != "live":
                for future in self._waiters.pop(run_id, ()):
                    if not future.done():
                        future.set_result(outcome)

    async def close(self) -> None:
        """Stop listening. Whoever still waits is cancelled."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        for futures in list(self._waiters.values()):
            for future in futures:
                future.cancel()

    def _fail(self, run_id: uuid.UUID, error: BaseException) -> None:
        for future in self._waiters.pop(run_id, ()):
            if not future.done():
                future.set_exception(error)

    async def _run(self) -> None:
        """Listen for as long as the event loop lives; give up where nothing can be hoped for."""
        lost_at: float | None = None
        pause = 0.1
        while True:
            assert self._attempt is not None
            try:
                async with await connect(self._url) as connection:
                    await connection.execute(f"listen waymark_done_{self.name}".encode())
                    lost_at, pause = None, 0.1
                    self._attempt.set_result(None)
                    await self._serve(connection)
            except (psycopg.Error, WaymarkError) as error:
                failure = translate(error) or error
            lost_at = time.monotonic() if lost_at is None else lost_at
            if self._attempt.done():
                self._attempt = asyncio.get_running_loop().create_future()
            elif self._give_up(failure, time.monotonic() - lost_at):
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, 2.0)

    def _give_up(self, failure: BaseException, away: float) -> bool:
        """Whether a failed attempt to connect was the last one. Whoever waits for it hears why it failed."""
        assert self._attempt is not None
        self._attempt.set_result(failure)
        if self._waiters and isinstance(failure, DatabaseUnreachable) and away < RECONNECT_LIMIT:
            self._attempt = asyncio.get_running_loop().create_future()
            return False
        for run_id in list(self._waiters):
            self._fail(run_id, failure)
        return True

    async def _serve(self, connection: psycopg.AsyncConnection[Any]) -> Never:
        pause = FIRST_POLL
        await self._read(connection)
        while True:
            if not self._waiters:
                self._wanted.clear()
                await self._wanted.wait()
                pause = FIRST_POLL
            async for _ in connection.notifies(timeout=pause, stop_after=1):
                self.notifications += 1
                pause = FIRST_POLL
            await self._read(connection)
            pause = min(1.5 * pause, LAST_POLL)

    async def _read(self, connection: psycopg.AsyncConnection[Any]) -> None:
        run_ids = iter(list(self._waiters))
        while batch := list(itertools.islice(run_ids, _BATCH)):
            cursor = await connection.execute(READ_OUTCOMES.encode(), [batch])
            self.deliver(batch, await cursor.fetchall())
