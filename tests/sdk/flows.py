"""Workflows and actions for the tests of the SDK."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from tests.sdk.values import OutOfStock, User
from waymark import BackoffPolicy, Depend, RetryPolicy, Workflow, action, current_action, workflow


@action
async def double(n: int) -> int:
    return 2 * n


@action
async def make_user(name: str) -> User:
    return User(name=name)


@action
async def sell(item: str) -> None:
    raise OutOfStock(item, left=2)


@action
async def leave() -> None:
    raise SystemExit(3)


@action
def shout(text: str) -> str:
    return text.upper()


def unit() -> str:
    return "cm"


@action
async def measure(length: float, unit: Annotated[str, Depend(unit)]) -> str:
    return f"{length} {unit}"


@action(retry=RetryPolicy(attempts=3), backoff=BackoffPolicy(base_delay=0.01))
async def third_time() -> int:
    current = current_action()
    if current is not None and current.attempt < 3:
        raise ValueError("not yet")
    return current.attempt if current else 3


@workflow
class Doubling(Workflow):
    async def run(self, n: int, times: int = 1) -> int:
        for _ in range(times):
            n = await double(n)
        return n


@workflow
class Mixed(Workflow):
    async def run(self, name: str, when: datetime) -> list[Any]:
        user = await make_user(name)
        rest = await asyncio.gather(shout(name), measure(1.5), self.run_action(double(2), timeout=5))
        return [user, when, rest, await third_time()]


@workflow
class Selling(Workflow):
    async def run(self, item: str, attempts: int = 1) -> None:
        await self.run_action(sell(item), retry=RetryPolicy(attempts))


@workflow
class Leaving(Workflow):
    async def run(self) -> None:
        await leave()


@action
def make_and_remove(path: str) -> int:
    Path(path).touch(exist_ok=False)
    Path(path).unlink()
    return 1


@workflow
class Exclusive(Workflow):
    """Makes a file that must not be there, alone in the body and in branches."""

    async def run(self, path: str, count: int) -> int:
        branches = [self.run_action(make_and_remove(path), concurrency_key=path) for _ in range(count)]
        total = sum(await asyncio.gather(*branches))
        for _ in range(count):
            total += await self.run_action(make_and_remove(path), concurrency_key=path)
        return total


@workflow
class Sleeping(Workflow):
    async def run(self, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "slept"


@workflow(name="takes-options")
class Options(Workflow):
    """Its parameters have the names of options."""

    async def run(self, priority: str, delay: int = 0) -> list[Any]:
        return [priority, delay]


@workflow
class Summing(Workflow):
    """Calls another workflow, and itself."""

    async def run(self, n: int) -> int:
        if n == 0:
            return 0
        return await Doubling().run(n) + await Summing().run(n - 1)
