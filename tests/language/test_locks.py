"""A lock that is released but not held: asyncio raises, the engine refuses."""

import asyncio

import pytest

from tests.language.actions import echo
from tests.language.harness import Engine
from waymark import Workflow


class OfALock(Workflow):
    async def run(self):
        lock = asyncio.Lock()
        async with lock:
            await echo(1)
            lock.release()


class OfABoundedSemaphore(Workflow):
    async def run(self):
        semaphore = asyncio.BoundedSemaphore(2)
        try:
            semaphore.release()
        except ValueError:
            return await echo("refused before")


class OfATask(Workflow):
    async def run(self):
        lock = asyncio.Lock()
        await asyncio.gather(self.released(lock), asyncio.sleep(60))

    async def released(self, lock: asyncio.Lock):
        lock.release()


@pytest.mark.parametrize("cls", [OfALock, OfABoundedSemaphore, OfATask])
async def test_a_release_too_many_is_refused(engine: Engine, cls: type[Workflow]) -> None:
    assert await engine.failure(cls) == "waymark.errors:UnsupportedOperation"
