"""Cancelled tasks among the branches of gathers, scopes around child runs, and what gets its error from asyncio itself."""

# fmt: off
import asyncio

from tests.language.actions import echo, mark, slow
from tests.language.cases import agrees
from waymark import Workflow, workflow


@agrees()
class CancelledAmongGathered(Workflow):
    """A gather raises as soon as one of its tasks is cancelled."""

    async def run(self):
        task = asyncio.create_task(asyncio.sleep(60))
        other = asyncio.create_task(asyncio.sleep(0.5))
        gathering = asyncio.create_task(self.gathered(task, other))
        await slow("first", 0.1)
        task.cancel()
        try:
            await gathering
        except asyncio.CancelledError:
            return gathering.cancelled(), other.done()

    async def gathered(self, task, other):
        return await asyncio.gather(task, other)


@workflow(name="cancelling.Cleaning")
class Cleaning(Workflow):
    async def run(self):
        try:
            await asyncio.sleep(60)
        finally:
            await mark("cleanup")


@agrees()
class TimeoutOfAChild(Workflow):
    async def run(self):
        try:
            await asyncio.wait_for(Cleaning().run(), 0.2)
        except TimeoutError as error:
            return error, await echo("after")


@agrees(("text",), ([],))
class TimeoutsThatAreNoNumbers(Workflow):
    async def run(self, seconds):
        seen = []
        try:
            async with asyncio.timeout(seconds):
                await echo("never")
        except TypeError as error:
            seen.append(error)
        try:
            await asyncio.wait([asyncio.create_task(asyncio.sleep(0.1))], timeout=seconds)
        except TypeError as error:
            seen.append(error)
        return seen
