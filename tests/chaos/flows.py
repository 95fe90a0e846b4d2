"""The load. Run inline under CPython, the same bodies say what results and effects must be.

Each execution of an action has a number of its own, writes it into the ledger when it begins and ends, and returns it beside its
value. So it is known of every result in the engine's history which execution in which process made it. The bodies drop it.
"""

import asyncio
import contextlib
import json
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import psycopg

import waymark
from waymark import BackoffPolicy, Depends, RetryPolicy, Workflow, action, current_action, workflow

LEDGER = "CHAOS_LEDGER"
DAEMON = os.getppid()
PATIENT = RetryPolicy(attempts=100)


@contextlib.contextmanager
def execution() -> Iterator[str]:
    """An execution and its number; inline nothing is written."""
    number = uuid.uuid4().hex
    record("begin", number)
    try:
        yield number
    finally:
        record("end", number)


def record(event: str, execution: str) -> None:
    if current := current_action():
        write(event, execution=execution, run_id=str(current.run_id), action_id=current.action_id, attempt=current.attempt)


def write(event: str, **details: object) -> None:
    entry = {"event": event, "worker": os.getpid(), "daemon": DAEMON, "at": time.time(), **details}
    # One small write in append mode is atomic: many processes share this file.
    with Path(os.environ[LEDGER]).open("a") as ledger:
        ledger.write(json.dumps(entry) + "\n")


async def work(seconds: float) -> None:
    if current_action() is not None:
        await asyncio.sleep(seconds)


@action
async def add(left: int, right: int, seconds: float = 0.0) -> list[Any]:
    with execution() as number:
        await work(seconds)
        return [left + right, number]


@action
def square(n: int, seconds: float = 0.0) -> list[Any]:
    """In a thread, which nobody can interrupt."""
    with execution() as number:
        if current_action() is not None:
            time.sleep(seconds)
        return [n * n, number]


@action
async def label(n: int, size: int) -> list[Any]:
    with execution() as number:
        return [f"{n}:" + "x" * size, number]


@action
async def refuse(n: int) -> None:
    with execution():
        raise ValueError(f"no {n}")


@action
async def flaky(n: int, failures: int) -> list[Any]:
    """Fails in its first attempts."""
    with execution() as number:
        current = current_action()
        if current is not None and current.attempt <= failures:
            raise ConnectionError(f"attempt {current.attempt}")
        return [n, number]


@action
async def pay(
    reference: str, n: int, seconds: float, db: Annotated[psycopg.AsyncConnection, Depends(waymark.transaction)]
) -> list[Any]:
    with execution() as number:
        await db.execute("insert into chaos.effects values (%s, %s, %s)", (reference, n, number))
        await work(seconds)
        return [n, number]


@workflow
class Chain(Workflow):
    async def run(self, steps: int, seconds: float) -> int:
        total = 0
        for step in range(steps):
            total = (await add(total, step, seconds))[0]
        return total


@workflow
class Fan(Workflow):
    async def run(self, width: int, seconds: float) -> list[Any]:
        squares = await asyncio.gather(*[square(n, seconds) for n in range(width)])
        both = await asyncio.gather(add(width, 1, seconds), refuse(width), return_exceptions=True)
        return [[found[0] for found in squares], both[0][0], str(both[1])]


@workflow
class Slow(Workflow):
    """Its actions last as long as a lease: their results may come when others have begun them anew."""

    async def run(self, n: int, seconds: float) -> list[int]:
        first, second = await asyncio.gather(add(n, 1, seconds), square(n, seconds))
        return [first[0], second[0], (await add(n, 2, seconds))[0]]


@workflow
class Retried(Workflow):
    async def run(self, n: int, failures: int) -> int:
        backoff = BackoffPolicy(base_delay=0.02, multiplier=2, max_delay=0.2, jitter=0.5)
        first = await self.run_action(flaky(n, failures), retry=PATIENT, backoff=backoff)
        second = await self.run_action(flaky(n, 1), retry=PATIENT)
        return first[0] + second[0]


@workflow
class Sleeper(Workflow):
    async def run(self, n: int, seconds: float) -> int:
        before = (await add(n, 1))[0]
        await asyncio.sleep(seconds)
        middle = (await add(before, 1))[0]
        await asyncio.sleep(seconds / 4)
        return middle


@workflow
class Approval(Workflow):
    """Takes signals in their order, between actions and beside one."""

    async def run(self, parts: int) -> list[int]:
        taken: list[int] = []
        for n in range(parts):
            part: int = await self.wait_for_signal("part")
            taken = taken + [(await add(part, n))[0]]
        last, beside = await asyncio.gather(self.wait_for_signal("last"), square(parts, 0.05))
        return taken + [last, beside[0]]


@workflow
class Child(Workflow):
    async def run(self, n: int, seconds: float) -> int:
        squared = (await square(n, seconds))[0]
        await asyncio.sleep(seconds)
        if n % 3 == 2:
            await refuse(n)
        return squared


@workflow
class Family(Workflow):
    async def run(self, children: int, seconds: float) -> list[str]:
        found = await asyncio.gather(*[Child().run(n, seconds) for n in range(children)], return_exceptions=True)
        alone = await Child().run(children * 3, seconds)
        return [str(one) for one in found] + [str(alone)]


@workflow
class Tasks(Workflow):
    async def run(self, n: int, seconds: float) -> list[int]:
        limit = asyncio.Semaphore(2)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.limited(limit, x, seconds)) for x in range(n)]
        return [task.result() for task in tasks]

    async def limited(self, limit: asyncio.Semaphore, x: int, seconds: float) -> int:
        async with limit:
            return (await add(x, x, seconds))[0]


@workflow
class Growing(Workflow):
    """Its state becomes so large that it is kept in pages."""

    async def run(self, rows: int, size: int) -> list[str]:
        found: list[str] = []
        for n in range(rows):
            found.append((await label(n, size))[0])  # noqa: PERF401 - this is what grows
        return found


@workflow
class Refused(Workflow):
    async def run(self, n: int) -> None:
        await add(n, 1)
        await refuse(n)


@workflow
class Payments(Workflow):
    async def run(self, reference: str, payments: int, seconds: float) -> list[int]:
        first = await pay(reference, 0, seconds)
        rest = await asyncio.gather(*[pay(reference, n, seconds) for n in range(1, payments)])
        last = await pay(reference, payments, 0.0)
        return [first[0]] + [paid[0] for paid in rest] + [last[0]]


if LEDGER in os.environ and "WAYMARK_USER_MODULE" in os.environ:
    write("born")
