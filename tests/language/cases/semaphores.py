"""`asyncio.Semaphore` and `asyncio.Lock`."""

# fmt: off
import asyncio

from tests.language.actions import double, echo, fail, mark, slow
from tests.language.cases import agrees, agrees_in_any_order
from waymark import Workflow


@agrees_in_any_order((1,), (2,), (20,))
class BoundedFanOut(Workflow):
    async def run(self, limit):
        semaphore = asyncio.Semaphore(limit)
        return await asyncio.gather(*[self.limited(semaphore, x) for x in range(10)])

    async def limited(self, semaphore, x):
        async with semaphore:
            return await double(x)


@agrees()
class OneAfterTheOther(Workflow):
    """A lock gives its holders' actions an order."""

    async def run(self):
        lock = asyncio.Lock()
        return await asyncio.gather(*[self.locked(lock, x) for x in range(4)])

    async def locked(self, lock, x):
        async with lock:
            await mark("begin", x)
            await slow(x, 0.002)
            return await mark("end", x)


@agrees()
class HeldOverAFailure(Workflow):
    async def run(self):
        semaphore = asyncio.BoundedSemaphore()
        results = await asyncio.gather(*[self.locked(semaphore, x) for x in range(3)], return_exceptions=True)
        async with semaphore as nothing:
            return results, nothing

    async def locked(self, semaphore, x):
        async with semaphore:
            if x == 1:
                await fail("key", x)
            return await echo(x)


@agrees()
class AcquireAndRelease(Workflow):
    async def run(self):
        semaphore = asyncio.Semaphore(value=1)
        got = await semaphore.acquire()
        task = asyncio.create_task(self.other(semaphore))
        await mark("held")
        semaphore.release()
        return got, await task

    async def other(self, semaphore):
        await semaphore.acquire()
        try:
            return await mark("other", 1)
        finally:
            semaphore.release()


@agrees()
class CancelledWhileWaiting(Workflow):
    async def run(self):
        lock = asyncio.Lock()
        async with lock:
            try:
                await asyncio.wait_for(lock.acquire(), 0.1)
            except TimeoutError:
                waited = "late"
        async with lock:
            return waited


@agrees()
class NegativeValue(Workflow):
    async def run(self, n=-1):
        try:
            asyncio.Semaphore(n)
        except ValueError as error:
            return error
