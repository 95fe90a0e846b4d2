"""Branches of a gather that are no plain actions: helper methods, nested gathers, sleeps, calls that were made before."""

# fmt: off
import asyncio

from tests.language.actions import add, check, double, echo, fail, mark, numbers, slow, slow_fail
from tests.language.cases import agrees, agrees_in_any_order
from waymark import RetryPolicy, Workflow


@agrees_in_any_order((0,), (1,), (4,))
class Helpers(Workflow):
    async def run(self, n):
        pair = await asyncio.gather(self.twice(1), self.twice(x=2, by=3))
        spread = await asyncio.gather(*[self.twice(x) for x in range(n)])
        generated = await asyncio.gather(*(self.twice(x, by=n) for x in range(n) if x % 2))
        return pair, spread, generated

    async def twice(self, x, by=2):
        once = await double(x)
        return await add(once, x * by)


@agrees_in_any_order()
class Mixed(Workflow):
    async def run(self):
        return await asyncio.gather(
            double(1), self.helper("a"), asyncio.sleep(0.01, "slept"), asyncio.gather(echo(1), self.helper("b")),
            self.run_action(echo(2), retry=RetryPolicy(attempts=2)), *[self.helper(x) for x in "cd"], asyncio.sleep(0), asyncio.gather(),
        )

    async def helper(self, x):
        return [x, await echo(x)]


@agrees_in_any_order()
class NestedDeep(Workflow):
    async def run(self):
        return await asyncio.gather(asyncio.gather(asyncio.gather(double(1), double(2)), double(3)), *[asyncio.gather(*[add(x, y) for x in range(y)]) for y in range(3)])


@agrees_in_any_order()
class ArgumentsAreEvaluatedFirst(Workflow):
    async def run(self):
        x = 1
        results = await asyncio.gather(self.both(x, await mark("first", 5)), self.both(await mark("second", 6), x), *[self.both(i, await mark("in", i)) for i in range(2)])
        return results

    async def both(self, a, b):
        return a, b, await add(a, b)


@agrees()
class ErrorsInTheArguments(Workflow):
    async def run(self):
        seen = []
        try:
            await asyncio.gather(self.helper(1), self.helper(1 / 0))
        except ZeroDivisionError as error:
            seen = seen + [error]
        try:
            await asyncio.gather(*[self.helper(6 // x) for x in [1, 0]])
        except ZeroDivisionError as error:
            seen = seen + [error]
        return seen

    async def helper(self, x):
        return await mark("never", x)


@agrees()
class FailureOfABranch(Workflow):
    async def run(self):
        try:
            await asyncio.gather(self.helper(1), self.helper(0))
        except ZeroDivisionError as error:
            return error

    async def helper(self, x):
        await slow(x, 0.01)
        return 1 // x


@agrees_in_any_order((True,), (False,))
class FailuresAsValues(Workflow):
    async def run(self, settle):
        results = await asyncio.gather(self.helper(0), self.helper(1), fail("key", "k"), asyncio.gather(double(1), fail("card", 1)), return_exceptions=True)
        return results

    async def helper(self, x):
        await double(x)
        return 1 // x


SETTLE = True


@agrees_in_any_order()
class SettledByAConstant(Workflow):
    async def run(self):
        return await asyncio.gather(fail("key", 1), double(2), return_exceptions=SETTLE)


@agrees_in_any_order()
class TryInABranch(Workflow):
    async def run(self):
        return await asyncio.gather(*[self.guarded(x) for x in range(4)])

    async def guarded(self, x):
        log = [x]
        try:
            log = log + [await check(x, limit=1)]
        except ValueError as error:
            log = log + [error.args]
        else:
            log = log + ["else"]
        finally:
            log = log + [await mark("finally", x)]
        return log


@agrees_in_any_order()
class LoopsInABranch(Workflow):
    async def run(self):
        return await asyncio.gather(*[self.total(n) for n in range(4)], self.rounds(3))

    async def total(self, n):
        total = 0
        for i in range(n):
            if i == 2:
                continue
            total += await double(i)
        return total

    async def rounds(self, n):
        found = []
        while n:
            found = found + await asyncio.gather(*[add(n, x) for x in range(n)])
            n -= 1
        return found


@agrees_in_any_order()
class GatherInGatherInLoopInTry(Workflow):
    async def run(self):
        seen = []
        for n in range(3):
            try:
                seen = seen + await asyncio.gather(self.inner(n), self.inner(n + 1))
            except ValueError as error:
                seen = seen + [error.args]
            finally:
                seen = seen + [await echo(n)]
        return seen

    async def inner(self, n):
        return await asyncio.gather(*[check(x, limit=1) for x in range(n + 1)])


@agrees_in_any_order()
class RecursionInBranches(Workflow):
    async def run(self):
        return await self.tree(3)

    async def tree(self, n):
        if n == 0:
            return await double(1)
        return await asyncio.gather(self.tree(n - 1), self.tree(n - 1))


@agrees_in_any_order((3,))
class CallsInAVariable(Workflow):
    async def run(self, n):
        calls = [double(x) for x in range(n)]
        first = await asyncio.gather(*calls)
        more = []
        for x in range(n):
            more.append(self.helper(x))
        second = await asyncio.gather(*more, echo("last"))
        mixed = [echo(1)]
        mixed.append(double(2))
        mixed += [self.helper(3)]
        mixed.extend([echo(x) for x in "ab"])
        size = len(mixed)
        third = await asyncio.gather(*mixed, return_exceptions=True)
        none = []
        if n > 5:
            none.append(echo(1))
        return first, second, third, size, await asyncio.gather(*none) if not none else "some"

    async def helper(self, x):
        return [await double(x)]


@agrees_in_any_order()
class OneCallInAVariable(Workflow):
    async def run(self):
        a = double(1)
        b = self.helper(2)
        c = echo("c")
        first, second = await asyncio.gather(a, b)
        return first, second, await c

    async def helper(self, x):
        return await double(x)


@agrees_in_any_order()
class CallsAreNotStartedBefore(Workflow):
    async def run(self):
        call = mark("call", 1)
        await mark("before", 0)
        never = [mark("never", 1)]
        if len(never) > 5:
            await asyncio.gather(*never)
        return await call


@agrees()
class CallsAreAwaitedOnce(Workflow):
    async def run(self):
        calls = [double(x) for x in range(2)]
        seen = [await asyncio.gather(*calls)]
        for _ in range(2):
            try:
                seen = seen + [await asyncio.gather(*calls)]
            except RuntimeError as error:
                seen = seen + [error, len(calls)]
        one = echo(1)
        seen = seen + [await one]
        try:
            await one
        except RuntimeError as error:
            return seen + [error]


@agrees_in_any_order()
class CallsInALoop(Workflow):
    async def run(self):
        seen = []
        for n in range(3):
            calls = []
            for x in range(n):
                calls.append(double(x))
            seen = seen + [await asyncio.gather(*calls)]
        return seen


@agrees_in_any_order((1,), (2,))
class ChosenCalls(Workflow):
    async def run(self, n):
        one = await asyncio.gather(double(1) if n == 1 else self.helper(1), *[echo(x) if x % n else self.helper(x) for x in range(4)])
        return one

    async def helper(self, x):
        return [await double(x)]


@agrees_in_any_order()
class SharedArgumentsAreTheirOwn(Workflow):
    async def run(self):
        items = [1, 2]
        results = await asyncio.gather(self.total(items), self.total(items), asyncio.gather(echo(items)))
        return results, items

    async def total(self, items):
        total = 0
        for item in items:
            total = total + await double(item)
        return total, items


@agrees_in_any_order()
class StaticAndOtherHelpers(Workflow):
    async def run(self):
        return await asyncio.gather(self.static(1), StaticAndOtherHelpers.static(2), self.of_class(3))

    @staticmethod
    async def static(x):
        return await double(x)

    @classmethod
    async def of_class(cls, x):
        return await cls.static(x)


@agrees_in_any_order()
class FirstFailureInTime(Workflow):
    async def run(self):
        try:
            await asyncio.gather(self.late(), slow(1, 0.01), self.early())
        except ValueError as error:
            return error.args

    async def late(self):
        await slow_fail("late", 1.5)

    async def early(self):
        await slow(1, 0.005)
        await slow_fail("early", 0.005)


@agrees()
class Sleeps(Workflow):
    async def run(self):
        n = 0.001
        first = await asyncio.sleep(0), await asyncio.sleep(n * 2, result=[n]), await asyncio.sleep(delay=0, result="r")
        second = await asyncio.gather(asyncio.sleep(n, 1), asyncio.sleep(0, 2), *[asyncio.sleep(x / 1000, x) for x in range(3)])
        return first, second


@agrees_in_any_order()
class Wide(Workflow):
    async def run(self):
        results = await asyncio.gather(*[self.helper(x) for x in range(100)])
        return sum(results), len(results)

    async def helper(self, x):
        return await double(x) + 1


@agrees_in_any_order()
class InComprehensions(Workflow):
    async def run(self):
        return [await asyncio.gather(self.helper(x), echo(x)) for x in await numbers(3)]

    async def helper(self, x):
        return await double(x)


@agrees_in_any_order()
class ArgumentsThatCPythonComputes(Workflow):
    async def run(self):
        words = ["b", "a\u0301", "c"]
        calls = [echo("%5s|" % word) for word in words]
        calls.append(echo(f"{words[0]:>4}"))
        spread = await asyncio.gather(*[echo(f"{word!a}") for word in words], echo(await mark("then", 1)))
        return await asyncio.gather(*calls), spread, await asyncio.gather(self.helper("%r" % (words,)))

    async def helper(self, x):
        return await echo(x)
