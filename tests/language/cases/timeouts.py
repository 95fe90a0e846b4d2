"""`asyncio.wait_for` and `asyncio.timeout`."""

# fmt: off
import asyncio
from asyncio import timeout

from tests.language.actions import double, echo, fail, mark, slow
from tests.language.cases import agrees
from waymark import Workflow


@agrees()
class InTime(Workflow):
    async def run(self):
        a = await asyncio.wait_for(double(1), 30)
        b = await asyncio.wait_for(self.helper(2), timeout=30.5)
        c = await asyncio.wait_for(double(3), None)
        d = await asyncio.wait_for(asyncio.gather(double(4), self.helper(5)), a * 20)
        task = asyncio.create_task(double(6))
        return a, b, c, d, await asyncio.wait_for(task, 30)

    async def helper(self, x):
        return await double(x)


@agrees((0.05,), (0,), (-1,))
class TooLate(Workflow):
    async def run(self, seconds):
        seen = []
        try:
            await asyncio.wait_for(asyncio.sleep(60), seconds)
        except asyncio.TimeoutError as error:
            seen = seen + [error, isinstance(error, TimeoutError)]
        try:
            await asyncio.wait_for(self.helper(), seconds)
        except TimeoutError as error:
            seen = seen + [error]
        task = asyncio.create_task(asyncio.sleep(60))
        try:
            await asyncio.wait_for(task, seconds)
        except TimeoutError as error:
            seen = seen + [error, task.cancelled()]
        return seen

    async def helper(self):
        await asyncio.sleep(60)


@agrees()
class UncaughtTimeout(Workflow):
    async def run(self):
        await asyncio.wait_for(asyncio.sleep(60), 0.01)


@agrees()
class CleanupOfWhatIsLate(Workflow):
    async def run(self):
        try:
            await asyncio.wait_for(self.helper(), 0.2)
        except TimeoutError:
            return await mark("after")

    async def helper(self):
        await mark("begin")
        try:
            await asyncio.sleep(60)
        finally:
            await mark("cleanup")


@agrees()
class FailureInTime(Workflow):
    async def run(self):
        try:
            await asyncio.wait_for(fail("card", 3), 30)
        except Exception as error:
            return error


@agrees()
class WaitForInABranch(Workflow):
    async def run(self):
        results = await asyncio.gather(
            asyncio.wait_for(double(1), 30), asyncio.wait_for(asyncio.sleep(60), 0.05), *[asyncio.wait_for(self.helper(x), 30) for x in range(2)],
            return_exceptions=True,
        )
        return results

    async def helper(self, x):
        return [x]


@agrees((0.1,), (None,), (30,))
class Blocks(Workflow):
    async def run(self, seconds):
        log = []
        try:
            async with asyncio.timeout(seconds) as limit:
                log = log + [await echo("in")]
                await asyncio.sleep(60 if seconds == 0.1 else 0.01)
                log = log + ["done"]
        except TimeoutError as error:
            log = log + [error]
        return log, limit.expired(), await echo("after")


@agrees()
class NestedBlocks(Workflow):
    async def run(self):
        log = []
        async with timeout(60) as outer:
            try:
                async with timeout(0.1) as inner:
                    async with timeout(50):
                        await asyncio.sleep(55)
            except TimeoutError:
                log = log + ["inner"]
            log = log + [await echo("between")]
        return log, inner.expired(), outer.expired()


@agrees()
class OuterBlockIsFirst(Workflow):
    async def run(self):
        try:
            async with timeout(0.1):
                try:
                    async with timeout(50):
                        await asyncio.sleep(60)
                except TimeoutError:
                    return "never"
        except TimeoutError as error:
            return error


@agrees(("return",), ("break",), ("continue",), ("raise",), ("fall",))
class ExitsOfABlock(Workflow):
    async def run(self, way):
        log = []
        for n in range(2):
            try:
                async with timeout(60):
                    log = log + [await echo(n)]
                    if way == "return":
                        return log
                    if way == "break":
                        break
                    if way == "continue":
                        continue
                    if way == "raise":
                        raise KeyError(n)
                    log = log + ["fell"]
            except KeyError as error:
                log = log + [error]
            finally:
                log = log + ["finally"]
        return log


@agrees()
class CleanupInABlock(Workflow):
    async def run(self):
        log = []
        try:
            async with timeout(0.2):
                try:
                    await self.helper()
                except asyncio.CancelledError:
                    log = log + ["cancelled"]
                    raise
                finally:
                    log = log + [await mark("finally", "f")]
        except TimeoutError:
            log = log + ["timeout"]
        return log

    async def helper(self):
        await asyncio.gather(asyncio.sleep(60), asyncio.sleep(70))


@agrees()
class AnotherErrorWins(Workflow):
    async def run(self):
        try:
            async with timeout(0.1):
                try:
                    await asyncio.sleep(60)
                except asyncio.CancelledError:
                    raise KeyError("other") from None
        except KeyError as error:
            return error


@agrees()
class InHelpersAndLoops(Workflow):
    async def run(self):
        return [await self.guarded(x) for x in [0.0, 60.0]]

    async def guarded(self, seconds):
        try:
            async with timeout(0.3):
                await asyncio.sleep(seconds)
                return "in time"
        except TimeoutError:
            return "late"


@agrees()
class SlowAction(Workflow):
    async def run(self):
        try:
            async with timeout(0.2):
                await slow("value", 5)
        except TimeoutError:
            return "late"


@agrees()
class AsLongAsItTakes(Workflow):
    async def run(self):
        log = []
        try:
            async with asyncio.timeout(0.3):
                try:
                    log.append(await asyncio.sleep(0.3, "slept"))
                finally:
                    log.append(await mark("cleanup", 1))
        except TimeoutError:
            log.append("late")
        return log
