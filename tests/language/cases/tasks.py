"""`asyncio.create_task` and what can be done with tasks."""

# fmt: off
import asyncio

from tests.language.actions import double, echo, fail, mark, slow, slow_fail
from tests.language.cases import agrees, agrees_in_any_order
from waymark import Workflow


@agrees_in_any_order()
class CreateAndAwait(Workflow):
    async def run(self):
        first = asyncio.create_task(double(1))
        second = asyncio.create_task(self.helper(2), name="second")
        third = asyncio.ensure_future(echo("third"))
        a = await first
        b = await second
        return a, b, await third, await first

    async def helper(self, x):
        return await double(await double(x))


@agrees_in_any_order((0,), (3,))
class InContainers(Workflow):
    async def run(self, n):
        tasks = [asyncio.create_task(double(x)) for x in range(n)]
        by_name = {str(x): asyncio.create_task(self.helper(x)) for x in range(n)}
        results = [await task for task in tasks]
        named = {name: await task for name, task in by_name.items()}
        return results, named, len(tasks)

    async def helper(self, x):
        return await echo(x)


@agrees_in_any_order()
class GatherOfTasks(Workflow):
    async def run(self):
        tasks = [asyncio.create_task(double(x)) for x in range(3)]
        single = asyncio.create_task(self.helper("s"))
        first = await asyncio.gather(*tasks)
        second = await asyncio.gather(single, double(5), *tasks, self.helper("t"), *[echo(x) for x in "ab"])
        failing = [asyncio.create_task(fail("key", x)) for x in range(2)]
        third = await asyncio.gather(*failing, single, return_exceptions=True)
        return first, second, third

    async def helper(self, x):
        return await echo(x)


@agrees()
class FailureOfATask(Workflow):
    async def run(self):
        task = asyncio.create_task(fail("card", 7))
        seen = []
        for _ in range(2):
            try:
                await task
            except Exception as error:
                seen = seen + [error]
        return seen, task.done(), task.cancelled(), task.exception()


@agrees()
class GatherRaisesTheFirst(Workflow):
    async def run(self):
        tasks = [asyncio.create_task(slow_fail("late", 1.5)), asyncio.create_task(slow_fail("early", 0.01))]
        try:
            await asyncio.gather(*tasks)
        except ValueError as error:
            return error.args, tasks[0].done(), tasks[1].done()


@agrees()
class StateOfATask(Workflow):
    async def run(self):
        task = asyncio.create_task(slow("value", 0.05))
        before = task.done(), task.cancelled()
        try:
            task.result()
        except asyncio.InvalidStateError as error:
            early = error.args
        try:
            task.exception()
        except asyncio.InvalidStateError as error:
            early = early + error.args
        await task
        return before, early, task.done(), task.result(), task.exception(), task.cancel()


@agrees()
class CancelBeforeTheStart(Workflow):
    async def run(self):
        task = asyncio.create_task(mark("never"))
        asked = task.cancel()
        try:
            await task
        except asyncio.CancelledError as error:
            return asked, error, task.cancelled(), task.done()


@agrees()
class CancelInTheMiddle(Workflow):
    async def run(self):
        task = asyncio.create_task(self.helper())
        await slow("first", 0.2)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            return "cancelled", task.cancelled()

    async def helper(self):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await mark("caught")
            raise
        finally:
            await mark("finally")


@agrees()
class CancelIsSwallowed(Workflow):
    async def run(self):
        task = asyncio.create_task(self.helper())
        await slow("first", 0.2)
        task.cancel()
        return await task, task.cancelled()

    async def helper(self):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return await echo("saved")


@agrees()
class CancelledErrorIsNoException(Workflow):
    async def run(self):
        task = asyncio.create_task(asyncio.sleep(60))
        await slow("first", 0.1)
        task.cancel()
        try:
            await task
        except Exception:
            return "never"
        except BaseException as error:
            return error


@agrees()
class UncaughtCancellation(Workflow):
    async def run(self):
        task = asyncio.create_task(asyncio.sleep(60))
        task.cancel()
        results = await asyncio.gather(task, return_exceptions=True)
        return results


@agrees()
class LeftBehind(Workflow):
    """What is left when the body ends is cancelled."""

    async def run(self):
        asyncio.create_task(asyncio.sleep(0.2))
        task = asyncio.create_task(asyncio.sleep(0.2))
        return await echo(task.done())


@agrees_in_any_order()
class InHelpersAndLoops(Workflow):
    async def run(self):
        seen = []
        for n in range(3):
            tasks = await self.begin(n)
            try:
                for task in tasks:
                    seen = seen + [await task]
            finally:
                seen = seen + [await echo(len(tasks))]
        return seen

    async def begin(self, n):
        return [asyncio.create_task(self.job(x)) for x in range(n)]

    async def job(self, x):
        return await double(x)


@agrees_in_any_order()
class TasksStartTasks(Workflow):
    async def run(self):
        return await asyncio.create_task(self.level(2))

    async def level(self, n):
        if n == 0:
            return await echo("end")
        task = asyncio.create_task(self.level(n - 1))
        return [n, await task]


@agrees_in_any_order()
class OfGathers(Workflow):
    async def run(self):
        future = asyncio.gather(double(1), double(2))
        task = asyncio.create_task(self.helper())
        return await future, await task

    async def helper(self):
        return await asyncio.gather(echo(1), echo(2))


@agrees()
class Shielded(Workflow):
    async def run(self):
        inner = asyncio.create_task(slow("kept", 0.3))
        try:
            await asyncio.wait_for(asyncio.shield(inner), 0.05)
        except asyncio.TimeoutError:
            return "late", inner.cancelled(), await inner, await asyncio.shield(double(4))


@agrees()
class NoTask(Workflow):
    async def run(self):
        try:
            await self.helper(5)
        except TypeError as error:
            return error

    async def helper(self, value):
        return await value
