"""Child workflows: other ones, in gathers, and the workflow itself."""

# fmt: off
import asyncio

from tests.language.actions import PaymentError, add, double, echo, fail, mark, slow
from tests.language.cases import agrees, agrees_in_any_order
from waymark import Workflow, workflow


@workflow(name="children.Doubler")
class Doubler(Workflow):
    async def run(self, n, times=2, *, suffix="s"):
        for _ in range(times):
            n = await double(n)
        return n, suffix


@workflow(name="children.Failing")
class Failing(Workflow):
    async def run(self, kind, detail=1):
        await fail(kind, detail)


@workflow(name="children.Parent")
class Parent(Workflow):
    async def run(self, n):
        return await Doubler().run(n), await echo("parent")


@agrees()
class OneChild(Workflow):
    async def run(self):
        return await Doubler().run(3), await Doubler().run(n="a", times=1), (await Doubler().run(1, 0, suffix=[1, (2,)]))[1]


@agrees()
class ChildOfAChild(Workflow):
    async def run(self):
        first = await Parent().run(2)
        return first, await echo(first)


@agrees_in_any_order()
class InGather(Workflow):
    async def run(self):
        return await asyncio.gather(Doubler().run(1), double(5), *[Doubler().run(x, suffix=x) for x in range(3)], self.helper(7))

    async def helper(self, x):
        return await Doubler().run(x, times=1)


@agrees_in_any_order()
class FailureOfAChild(Workflow):
    async def run(self):
        try:
            await Failing().run("card", 5)
        except PaymentError as error:
            seen = [error, error.code]
        try:
            await asyncio.gather(Doubler().run(1), Failing().run("key"))
        except KeyError as error:
            seen = seen + [error]
        settled = await asyncio.gather(Failing().run("value", 2), Failing().run("payment"), return_exceptions=True)
        return seen, settled


@agrees()
class UncaughtFailureOfAChild(Workflow):
    async def run(self):
        await Failing().run("card", 5)


@agrees((0,), (1,), (4,))
class ItsOwnChild(Workflow):
    async def run(self, n):
        if n == 0:
            return [await echo("end")]
        return [n] + await ItsOwnChild().run(n - 1)


@agrees((3,))
class ItsOwnChildByType(Workflow):
    async def run(self, n):
        if n == 0:
            return 0
        a = await type(self)().run(n - 1)
        b = await self.__class__().run(0)
        return a + b + await double(n)


@agrees((3,))
class ItsOwnBody(Workflow):
    async def run(self, n, log=()):
        if n == 0:
            return log, await echo("end")
        return await self.run(n - 1, log=(*log, n))


@agrees_in_any_order((3,))
class Tree(Workflow):
    async def run(self, n):
        if n <= 1:
            return await double(n)
        left, right = await asyncio.gather(Tree().run(n - 1), Tree().run(n - 2))
        return left + right


@agrees()
class InLoopAndTry(Workflow):
    async def run(self):
        seen = []
        for kind in ["key", "value"]:
            try:
                seen = seen + [await Doubler().run(kind)]
                await Failing().run(kind)
            except KeyError:
                continue
            except ValueError as error:
                seen = seen + [error.args]
            finally:
                seen = seen + [await Doubler().run(0, times=0)]
        return seen


@agrees()
class ArgumentsInOrder(Workflow):
    async def run(self):
        result = await Doubler().run(suffix=await echo("first"), n=await echo("second"))
        return result, await add(1, 2)


@workflow(name="children.Marking")
class Marking(Workflow):
    async def run(self, seconds):
        try:
            return await slow("marked", seconds)
        finally:
            await mark("over")


@agrees((False,), (True,))
class CancelledBeforeItBegins(Workflow):
    async def run(self, asks):
        task = asyncio.create_task(Marking().run(5))
        if asks:
            asks = task.done(), task.cancelled()
        log = [asks, task.cancel()]
        try:
            await task
        except asyncio.CancelledError:
            log.append("cancelled")
        return log, task.cancelled()


@agrees()
class NeverBegunInAGroup(Workflow):
    async def run(self):
        try:
            async with asyncio.TaskGroup() as group:
                task = group.create_task(Marking().run(5))
                raise KeyError("body")
        except ExceptionGroup as error:
            return repr(error), task.cancelled()


@agrees()
class CancelledAtWork(Workflow):
    async def run(self):
        task = asyncio.create_task(Marking().run(5))
        await slow("other", 0.05)
        task.cancel()
        ended = await asyncio.gather(task, return_exceptions=True)
        return [repr(each) for each in ended]
