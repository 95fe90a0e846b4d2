"""Workflows for the tests of faults. Run inline under CPython, the same bodies say what the results must be.

Their actions write a ledger: which attempt began and ended, when, and in which process. So a test knows what really
happened, whatever the database says about it. Inline there is no attempt, and nothing is written.
"""

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from waymark import BackoffPolicy, RetryPolicy, WaymarkTimeout, Workflow, action, current_action, workflow

FOLDER = "FAULTS_FOLDER"
BORN = time.monotonic()


def record(event: str, name: str) -> None:
    current = current_action()
    if current is None:
        return
    entry: dict[str, Any] = {"event": event, "name": name, "pid": os.getpid(), "born": BORN, "at": time.monotonic()}
    entry |= {"run_id": str(current.run_id), "action_id": current.action_id, "attempt": current.attempt}
    # One small write in append mode is atomic: many processes share this file.
    with (Path(os.environ[FOLDER]) / "ledger").open("a") as ledger:
        ledger.write(json.dumps(entry) + "\n")


@contextlib.contextmanager
def recorded(name: str) -> Iterator[None]:
    record("begin", name)
    yield
    record("end", name)


@action
async def add(left: int, right: int) -> int:
    with recorded("add"):
        return left + right


@action
async def square(n: int, seconds: float = 0.0) -> int:
    with recorded("square"):
        await asyncio.sleep(seconds)
        return n * n


@action
def cube(n: int) -> int:
    with recorded("cube"):
        time.sleep(0.002)
        return n**3


@action
async def refuse(n: int) -> None:
    with recorded("refuse"):
        raise ValueError(f"no {n}")


@action
async def flaky(n: int, failures: int) -> int:
    """Fails in its first attempts."""
    with recorded("flaky"):
        current = current_action()
        if current is not None and current.attempt <= failures:
            raise ConnectionError(f"attempt {current.attempt}")
        return n


@action
async def held(n: int) -> int:
    """Ends when the test lets it go, or lets this attempt go."""
    with recorded("held"):
        current = current_action()
        if current is not None:
            gates = [Path(os.environ[FOLDER]) / name for name in ("go", f"go-{current.attempt}")]
            while not any(gate.exists() for gate in gates):
                await asyncio.sleep(0.01)
        return n


@action
async def slow_at_first(seconds: float, kind: str) -> str:
    """Takes so long in its first attempt: waiting, in a thread, or blocking the event loop."""
    with recorded("slow_at_first"):
        current = current_action()
        if current is not None and current.attempt == 1:
            match kind:
                case "waiting":
                    await asyncio.sleep(seconds)
                case _:
                    time.sleep(seconds)
        return kind


@action
def slow_in_thread(seconds: float) -> str:
    with recorded("slow_in_thread"):
        current = current_action()
        if current is not None and current.attempt == 1:
            time.sleep(seconds)
        return "thread"


@action
async def die(status: int) -> None:
    record("begin", "die")
    os._exit(status)


@action
async def unencodable() -> Any:
    with recorded("unencodable"):
        return {"rows": [1, object()]}


@workflow
class Chain(Workflow):
    async def run(self, steps: int) -> int:
        total = 0
        for step in range(steps):
            total = await add(total, step)
        return total


@workflow
class Fan(Workflow):
    async def run(self, width: int) -> list[Any]:
        squares = await asyncio.gather(*[square(n, 0.01) for n in range(width)])
        both = await asyncio.gather(cube(width), refuse(width), return_exceptions=True)
        return [squares, both]


@workflow
class Persistent(Workflow):
    async def run(self, n: int) -> int:
        first = await self.run_action(
            flaky(n, 2), retry=RetryPolicy(attempts=100), backoff=BackoffPolicy(base_delay=0.01, max_delay=0.05)
        )
        second = await self.run_action(flaky(n, 1), retry=RetryPolicy(attempts=100, exception_types=[OSError]))
        return first + second


@workflow
class Nap(Workflow):
    async def run(self, n: int, seconds: float) -> int:
        before = await add(n, 1)
        await asyncio.sleep(seconds)
        return await add(before, 1)


@workflow
class Helped(Workflow):
    async def run(self, n: int) -> list[int]:
        found = []
        for i in range(n):
            if i % 2 == 0:
                found = found + [await self.power(i)]
        return found

    async def power(self, i: int) -> int:
        squared = await square(i)
        return await add(squared, await cube(i))


@workflow
class Refused(Workflow):
    async def run(self, n: int) -> None:
        await add(n, 1)
        await refuse(n)


@workflow
class Early(Workflow):
    """The gather's first failure ends the run while its other branch still goes on."""

    async def run(self, n: int) -> str:
        try:
            await asyncio.gather(refuse(n), square(n, 0.05))
        except ValueError:
            return "refused"
        return "accepted"


@workflow
class Held(Workflow):
    async def run(self, n: int) -> int:
        return await add(await held(n), 1)


@workflow
class Overdue(Workflow):
    """One attempt only: the body sees the timeout."""

    async def run(self, seconds: float, kind: str, limit: float) -> str:
        try:
            return await self.run_action(slow_at_first(seconds, kind), retry=RetryPolicy(attempts=1), timeout=limit)
        except WaymarkTimeout:
            return "overdue"


@workflow
class Patient(Workflow):
    """A timeout is tried again without limit."""

    async def run(self, seconds: float, kind: str, limit: float) -> str:
        if kind == "thread":
            return await self.run_action(slow_in_thread(seconds), timeout=limit)
        return await self.run_action(slow_at_first(seconds, kind), timeout=limit)


@workflow
class Deadly(Workflow):
    async def run(self, status: int, attempts: int) -> None:
        await self.run_action(die(status), retry=RetryPolicy(attempts=attempts))


@workflow
class Unencodable(Workflow):
    async def run(self) -> None:
        await unencodable()
