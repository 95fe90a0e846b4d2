"""One client for each event loop and database, made when it is first needed and closed with its loop."""

import asyncio
import atexit
import json
import os
import threading
import uuid
import weakref
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from waymark import config
from waymark.client.borrowed import Call
from waymark.client.connections import Pool
from waymark.client.waiting import READ_OUTCOMES, Outcome, Waiting
from waymark.errors import ResultNotReady, UnknownWorkflow

START = "select waymark.start(%s, cast(%s as jsonb), cast(%s as jsonb))"
START_MANY = "select waymark.start_many(%s, cast(cast(%s as text[]) as jsonb[]), cast(%s as jsonb), cast(%s as text[]))"
REGISTER = "select waymark.register(cast(%s as jsonb))"
SIGNAL = "select waymark.signal(cast(%s as uuid), %s, cast(%s as jsonb), cast(%s as jsonb))"


Verb = Literal["cancel", "terminate", "pause", "resume", "wake", "retry", "restart", "set_priority"]


class Batch(NamedTuple):
    """A row of `waymark.bulk`."""

    matched: int
    done: int
    last: uuid.UUID | None
    more: bool


class Finding(NamedTuple):
    """A row of `waymark.doctor`: `status` is `ok`, `warning` or `failure`; `hint` says what to do, None when all is well."""

    check_name: str
    status: Literal["ok", "warning", "failure"]
    detail: str
    hint: str | None


class Client:
    """Calls of the engine's functions over connections of its own."""

    def __init__(self, url: str) -> None:
        self._pool = Pool(url)
        self.waiting = Waiting(url)
        self._registered: set[str] = set()

    async def register(self, programs: Sequence[str]) -> None:
        """Register IRs (canonical JSON texts) once each."""
        for program in programs:
            if program not in self._registered:
                await self._pool.fetch(REGISTER, [program])
                self._registered.add(program)

    async def start(self, programs: Sequence[str], call: Call) -> Any:  # noqa: ANN401 - one run id, several or none
        """Start or schedule what `call` says, of these programs; one statement, apart from registering them the first time."""
        await self.register(programs)
        try:
            rows = await self._pool.fetch(*call)
        except UnknownWorkflow:
            # The database was made anew since this process registered the program.
            self._registered.difference_update(programs)
            await self.register(programs)
            rows = await self._pool.fetch(*call)
        return rows[0][0]

    async def fetch(self, query: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        """The rows of one statement, which is its own transaction."""
        return await self._pool.fetch(query, parameters)

    async def status(self, run_id: uuid.UUID) -> str:
        """How a run stands."""
        return (await self._pool.fetch("select waymark.status(%s)", [run_id]))[0][0]

    async def control(self, verb: Verb, run_id: uuid.UUID) -> Any:  # noqa: ANN401 - restart answers a run id, the others a status
        """Do one thing to one run."""
        return (await self._pool.fetch(f"select waymark.{verb}(%s)", [run_id]))[0][0]

    async def set_priority(self, run_id: uuid.UUID, priority: int) -> str:
        """Change the priority of a live run; its status."""
        return (await self._pool.fetch("select waymark.set_priority(%s, %s)", [run_id, priority]))[0][0]

    async def bulk(self, verb: Verb, criteria: Mapping[str, object], **options: object) -> Batch:
        """Do one thing to a batch of the runs that a filter picks, or only count them (docs/control.md).

        Args:
            verb: what to do.
            criteria: `workflow`, `queue`, `states`, `tags`, `created_after`, `created_before`, `error`, each optional.
            options: `dry_run` (default True), `limit` (default 1000), `after` (the `last` of the batch before), `priority`.
        """
        parameters = [verb, json.dumps(criteria), json.dumps(options, default=str)]
        return Batch(*(await self._pool.fetch("select * from waymark.bulk(%s, %s::jsonb, %s::jsonb)", parameters))[0])

    async def why(self, run_id: uuid.UUID) -> str:
        """What a run waits for, or how it ended, in a sentence."""
        return (await self._pool.fetch("select waymark.why(%s)", [run_id]))[0][0]

    async def doctor(self) -> list[Finding]:
        """Examine the health of the engine: one finding a check that is well, one for each problem (docs/doctor.md)."""
        return [Finding(*row) for row in await self._pool.fetch("select * from waymark.doctor()", [])]

    async def signal(self, run_id: uuid.UUID, name: str, value: str, options: str) -> int:
        """Send a signal, its value and options as JSON texts, and return its number."""
        return (await self._pool.fetch(SIGNAL, [run_id, name, value, options]))[0][0]

    async def set_queue(
        self, queue: str, *, concurrency: int | None = None, rate: int | None = None, seconds: float | None = None
    ) -> None:
        """Limit a queue; what is not given is not limited (docs/queues.md).

        Args:
            queue: its name.
            concurrency: at most so many of its actions run at once, in the whole database; 0 stops the queue.
            rate: at most so many attempts begin in any interval of `seconds`.
            seconds: the interval of the rate, 0.1 to 2,592,000 (30 days).

        Raises:
            OptionOutOfRange: a limit is out of its range, or a rate has no interval.
        """
        limits = {"concurrency": concurrency, "rate": rate, "seconds": seconds}
        given = json.dumps({name: limit for name, limit in limits.items() if limit is not None})
        await self._pool.fetch("select waymark.set_queue(%s, %s::jsonb)", [queue, given])

    async def set_retention(self, state: str, age: timedelta | None) -> None:
        """Keep runs of a state so long after they have ended; None: for ever (docs/retention.md).

        Raises:
            OptionOutOfRange: there is no such final state, or the age is negative.
        """
        await self._pool.fetch("select waymark.set_retention(%s, %s)", [state, age])

    async def outcome(self, run_id: uuid.UUID, timeout: float | None, *, notified: int | None = None) -> Outcome:  # noqa: ASYNC109
        """Wait until a run has ended, at most `timeout` seconds.

        Args:
            run_id: the run.
            timeout: seconds; None waits for ever.
            notified: `waiting.notifications` from before the run was started with this client as its waiter; without
                it the engine is asked now to notify this client.

        Raises:
            ResultNotReady: it has not ended in time.
            UnknownRun: there is no such run.
        """
        try:
            async with asyncio.timeout(timeout):
                await self.waiting.listen()
                if notified is None:
                    await self._pool.fetch("select waymark.add_waiter(%s, %s)", [run_id, self.waiting.name])
                outcome = self.waiting.expect(run_id)
                try:
                    if notified != self.waiting.notifications:
                        self.waiting.deliver([run_id], await self._pool.fetch(READ_OUTCOMES, [[run_id]]))
                    return await outcome
                finally:
                    self.waiting.forget(run_id, outcome)
        except TimeoutError as error:
            raise ResultNotReady(f"run {run_id} has not ended within {timeout} s; it goes on") from error

    async def close(self) -> None:
        """Close all connections."""
        await self.waiting.close()
        await self._pool.close()


client_type: Callable[[str], Client] = Client
"""Makes the client of a database; `waymark.testing` has clients of its own."""

_Clients = dict[str, tuple[Client, AsyncGenerator[None, None]]]
_clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Clients] = weakref.WeakKeyDictionary()


async def current_client() -> Client:
    """The client of the running event loop for the database of `WAYMARK_DATABASE_URL`."""
    url = config.database_url()
    clients = _clients.setdefault(asyncio.get_running_loop(), {})
    if url not in clients:
        client = client_type(url)
        lifetime = _close_with_the_loop(client, clients, url)
        clients[url] = (client, lifetime)
        await anext(lifetime)
    return clients[url][0]


def forget_clients(url: str) -> None:
    """Whoever wants a client for this database from now on gets a new one, in whatever event loop."""
    for clients in _clients.values():
        clients.pop(url, None)


async def _close_with_the_loop(client: Client, clients: _Clients, url: str) -> AsyncGenerator[None, None]:
    """An event loop that ends in order (asyncio.run) closes its suspended generators, this one and so the client too."""
    try:
        yield
    finally:
        clients.pop(url, None)
        await client.close()


async def _end_tasks() -> None:
    """End what runs in this event loop, then what is suspended in it, in the order of asyncio.run."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()


class _Background:
    """An event loop in a thread, for callers that have none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop, started when it is first needed."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="waymark client", daemon=True)
                self._thread.start()
                atexit.register(self.close)
            return self._loop

    def close(self) -> None:
        """Close the clients of the loop and stop it."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            asyncio.run_coroutine_threadsafe(_end_tasks(), loop).result(5)
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join()
            loop.close()

    def forget(self) -> None:
        """After a fork the child has the loop, but not its thread."""
        self._lock = threading.Lock()
        self._loop = None


background = _Background()
os.register_at_fork(after_in_child=background.forget)
