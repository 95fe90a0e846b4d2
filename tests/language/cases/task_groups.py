"""`asyncio.TaskGroup`."""

# fmt: off
import asyncio

from tests.language.actions import double, echo, fail, mark, slow, slow_fail
from tests.language.cases import agrees, agrees_in_any_order
from waymark import Workflow


@agrees_in_any_order((0,), (3,))
class Results(Workflow):
    async def run(self, n):
        async with asyncio.TaskGroup() as group:
            first = group.create_task(double(1))
            second = group.create_task(self.helper("s"), name="second")
            tasks = [group.create_task(double(x)) for x in range(n)]
        return first.result(), second.result(), [task.result() for task in tasks]

    async def helper(self, x):
        return [await echo(x)]


@agrees()
class EmptyGroup(Workflow):
    async def run(self):
        async with asyncio.TaskGroup():
            value = await echo(1)
        return value


@agrees()
class FailureOfAChild(Workflow):
    async def run(self):
        try:
            async with asyncio.TaskGroup() as group:
                failing = group.create_task(slow_fail("x", 0.05))
                other = group.create_task(asyncio.sleep(60))
        except ExceptionGroup as error:
            return error.args[0], [inner.args for inner in error.exceptions], failing.done(), other.cancelled()


@agrees()
class UncaughtFailure(Workflow):
    async def run(self):
        async with asyncio.TaskGroup() as group:
            group.create_task(fail("key", "k"))


@agrees()
class FailureCancelsTheBody(Workflow):
    async def run(self):
        log = []
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(slow_fail("x", 0.05))
                try:
                    await asyncio.sleep(60)
                except asyncio.CancelledError:
                    log = log + ["body cancelled"]
                    raise
        except ExceptionGroup as error:
            return log, len(error.exceptions)


@agrees()
class FailureOfTheBody(Workflow):
    async def run(self):
        try:
            async with asyncio.TaskGroup() as group:
                task = group.create_task(self.helper())
                await slow(1, 0.2)
                raise KeyError("body")
        except ExceptionGroup as error:
            return [inner.args for inner in error.exceptions], task.cancelled()

    async def helper(self):
        try:
            await asyncio.sleep(60)
        finally:
            await mark("cleanup")


@agrees()
class FailuresInCleanup(Workflow):
    async def run(self):
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(slow_fail("first", 0.3))
                group.create_task(self.helper())
        except ExceptionGroup as error:
            return [inner.args for inner in error.exceptions]

    async def helper(self):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise KeyError("cleanup") from None


@agrees()
class NestedGroups(Workflow):
    async def run(self):
        try:
            async with asyncio.TaskGroup() as outer:
                outer.create_task(asyncio.sleep(60))
                async with asyncio.TaskGroup() as inner:
                    inner.create_task(slow_fail("x", 0.05))
                    inner.create_task(asyncio.sleep(60))
        except ExceptionGroup as error:
            return len(error.exceptions), [len(group.exceptions) for group in error.exceptions]


@agrees(("return",), ("break",), ("fall",))
class ExitsOfABlock(Workflow):
    async def run(self, way):
        log = []
        for n in range(2):
            async with asyncio.TaskGroup() as group:
                task = group.create_task(double(n))
                if way == "return":
                    return log
                if way == "break":
                    break
            log = log + [task.result()]
        return log, task.result()


@agrees()
class WithATimeout(Workflow):
    async def run(self):
        try:
            async with asyncio.timeout(0.2), asyncio.TaskGroup() as group:
                task = group.create_task(asyncio.sleep(60))
        except TimeoutError:
            return task.cancelled()


@agrees_in_any_order()
class InHelpersAndBranches(Workflow):
    async def run(self):
        return await asyncio.gather(self.all([1, 2]), self.all([3]))

    async def all(self, items):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.one(item)) for item in items]
        return [task.result() for task in tasks]

    async def one(self, item):
        return await double(item)


@agrees_in_any_order()
class NoTasksWhileShuttingDown(Workflow):
    async def run(self):
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(slow_fail("x", 0.05))
                group.create_task(self.tidy())
                try:
                    await asyncio.sleep(60)
                finally:
                    await echo("cleanup")
                    [group.create_task(self.item(item)) for item in ["never", "made"]]
        except BaseExceptionGroup as error:
            return [repr(inner) for inner in error.exceptions]

    async def item(self, item):
        return await mark(item)

    async def tidy(self):
        try:
            await asyncio.sleep(60)
        finally:
            await slow("tidy", 0.5)


@agrees()
class NoTasksAfterASwallowedCancellation(Workflow):
    async def run(self):
        log = []
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(slow_fail("x", 0.05))
                log.append(await group.create_task(self.stubborn()))
                try:
                    group.create_task(double(3))
                except RuntimeError as error:
                    log.append(repr(error))
                log.append("end")
        except BaseExceptionGroup as error:
            return log, [repr(inner) for inner in error.exceptions]

    async def stubborn(self):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return "swallowed"


@agrees_in_any_order()
class SiblingsAreCancelledAtOnce(Workflow):
    async def run(self):
        try:
            async with asyncio.TaskGroup() as group:
                sibling = group.create_task(self.sibling())
                group.create_task(slow_fail("x", 0.05))
                try:
                    await asyncio.sleep(60)
                finally:
                    await slow("cleanup", 0.3)
                    is_over = sibling.done()
        except ExceptionGroup as error:
            return len(error.exceptions), is_over

    async def sibling(self):
        try:
            await asyncio.sleep(60)
        finally:
            await mark("sibling")


@agrees()
class CleanupIsWaitedFor(Workflow):
    async def run(self):
        log = []
        try:
            async with asyncio.timeout(0.15):
                async with asyncio.TaskGroup() as group:
                    group.create_task(slow_fail("x", 0.02))
                    tidy = group.create_task(self.tidy())
                    await asyncio.sleep(60)
        except (TimeoutError, ExceptionGroup) as error:
            log.append(type(error).__name__)
        return log, tidy.done(), tidy.result()

    async def tidy(self):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return await slow("cleanup", 0.4)
