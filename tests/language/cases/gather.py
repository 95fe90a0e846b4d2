"""`asyncio.gather` in all its forms, with failures and with `return_exceptions`."""

# fmt: off
import asyncio
from asyncio import gather

from tests.language.actions import (
    PaymentError, add, check, double, echo, fail, fail_in_thread, get_user, get_users, in_thread, keywords, mark, nothing, numbers, slow, slow_fail,
)
from tests.language.cases import agrees
from waymark import RetryPolicy, Workflow


@agrees()
class Static(Workflow):
    async def run(self):
        a, b = await asyncio.gather(double(1), echo("b"))
        results = await gather(double(2), add(1, b=2), nothing())
        one = await gather(echo([1]))
        none = await asyncio.gather()
        return a, b, results, one, none


@agrees((0,), (1,), (5,))
class Spread(Workflow):
    async def run(self, n):
        return (
            await asyncio.gather(*[double(x) for x in range(n)]),
            await asyncio.gather(*[add(x, y) for x in range(n) for y in range(x) if x != y + 1]),
            await asyncio.gather(*(echo(x) for x in range(n))),
            await asyncio.gather(*[echo({"x": x}) for x in range(n) if x % 2 == 0], return_exceptions=True),
        )


@agrees()
class Mixed(Workflow):
    async def run(self):
        return (
            await gather(echo("first"), *[double(x) for x in range(2)], echo("middle"), *[echo(y) for y in "ab"], echo("last")),
            await gather(*[echo(1), echo(2)], *(echo(3), echo(4))),
            await gather(*[], echo(1), *[echo(x) for x in []]),
        )


@agrees()
class ResultsInOrder(Workflow):
    async def run(self):
        return await gather(slow("slow", 0.02), echo("fast"), slow("middle", 0.01), in_thread(1))


@agrees()
class ResultsAreAList(Workflow):
    async def run(self):
        results = await gather(echo(1), echo((2,)), echo(None))
        return results, results + [3]


@agrees()
class UnpackedResults(Workflow):
    async def run(self):
        (a, b), [c, d] = await gather(numbers(2), echo((3, 4)))
        first, second = await gather(*[echo(x) for x in (7, 8)])
        try:
            x, y = await gather(echo(1), echo(2), echo(3))
        except ValueError as error:
            return a, b, c, d, first, second, error


@agrees()
class ArgumentsAreEvaluatedFirst(Workflow):
    async def run(self):
        x = 1
        return await gather(echo(await mark(1, "a")), echo(x), add(await mark(2, x), await mark(3, 2)), *[echo(x + y) for y in await mark(4, [1, 2])])


@agrees()
class SpreadWithAwaits(Workflow):
    async def run(self):
        return (
            await gather(*[echo(await mark(x, x * 2)) for x in range(3)]),
            await gather(*[echo(x) for x in await numbers(3) if await mark(x, x)]),
            await gather(*[add(a=x, b=await double(x)) for x in range(2)], echo(await mark("after"))),
        )


@agrees()
class ErrorsInTheArguments(Workflow):
    """No branch starts when an argument fails."""

    async def run(self):
        seen = []
        try:
            await gather(echo(1), echo(1 / 0))
        except ZeroDivisionError as error:
            seen = seen + [error]
        try:
            await gather(*[echo(6 // x) for x in [1, 2, 0]])
        except ZeroDivisionError as error:
            seen = seen + [error]
        try:
            await gather(*[echo(x) for x in 5])
        except TypeError as error:
            seen = seen + [error]
        try:
            await gather(echo(await mark("first")), echo({}["k"]), return_exceptions=True)
        except KeyError as error:
            seen = seen + [error]
        return seen


@agrees()
class OrderOfFailingArguments(Workflow):
    async def run(self):
        nothing = None
        seen = []
        try:
            await gather(keywords(1, 2, long_name=nothing["x"], c=1 / 0))
        except (TypeError, ZeroDivisionError) as error:
            seen = seen + [error]
        try:
            await gather(*[keywords(1, 2, long_name=nothing["x"], c=1 // x) for x in [1, 0]])
        except (TypeError, ZeroDivisionError) as error:
            seen = seen + [error]
        return seen


@agrees()
class Failure(Workflow):
    async def run(self):
        try:
            await gather(echo(1), fail("card", 2), echo(3))
        except PaymentError as error:
            return error, error.code


@agrees()
class UncaughtFailure(Workflow):
    async def run(self):
        return await gather(echo(1), fail("key", "k"))


@agrees()
class FirstFailureInTime(Workflow):
    async def run(self):
        try:
            await gather(slow_fail("late", 1.0), slow(1, 0.05), slow_fail("early", 0.005))
        except ValueError as error:
            return error.args


@agrees()
class FirstFailureOfEquals(Workflow):
    async def run(self):
        try:
            await gather(echo(1), fail("value", "a"), fail("value", "b"))
        except ValueError as error:
            return error.args


@agrees()
class FailuresAsValues(Workflow):
    async def run(self):
        results = await gather(echo(1), fail("card", 2), fail("key", 3), slow(4), fail_in_thread(5), return_exceptions=True)
        try:
            raise results[1]
        except PaymentError as error:
            return results, error.code, results[2].args


@agrees()
class FailuresAsValuesInSpread(Workflow):
    async def run(self):
        results = await gather(*[check(x, limit=1) for x in range(4)], return_exceptions=True)
        strict = await gather(*[check(x, limit=9) for x in range(4)], return_exceptions=False)
        return results, strict


@agrees()
class TheRunGoesOnAfterAFailure(Workflow):
    """The others go on unobserved; what they return later disturbs nobody."""

    async def run(self):
        seen = []
        for n in range(3):
            try:
                await gather(slow(n, 0.01), fail("value", n), echo(n))
            except ValueError as error:
                seen = seen + [error.args]
        await slow("wait", 0.02)
        more = await gather(echo("x"), slow("y", 0.001))
        return seen, more


@agrees()
class InLoops(Workflow):
    async def run(self):
        rounds = []
        for n in range(3):
            rounds = rounds + [await gather(*[add(n, x) for x in range(n)])]
            if n == 1:
                rounds = rounds + await gather(echo("one"), echo("more"))
        return rounds


@agrees()
class InHelpers(Workflow):
    async def run(self):
        return await self.both(1, 2), [await self.both(x, x) for x in "ab"], await self.each([1, 5, 2])

    async def both(self, a, b):
        return await gather(echo(a), double(b))

    async def each(self, items):
        results = await gather(*[check(item) for item in items], return_exceptions=True)
        return results


@agrees()
class InTry(Workflow):
    async def run(self):
        seen = []
        try:
            seen = seen + await gather(echo(1), echo(2))
        except ValueError:
            seen = seen + ["never"]
        else:
            seen = seen + await gather(echo(3))
        finally:
            seen = seen + await gather(echo(4), return_exceptions=True)
        return seen


@agrees()
class InExpressions(Workflow):
    async def run(self):
        return (
            (await gather(echo(5), echo(6)))[1],
            [x * 2 for x in await gather(echo(1), echo(2))],
            await gather(echo(1)) + await gather(echo(2)),
            await gather(echo(0)) == [0],
            {"k": await gather(echo("v"))},
            1 if await gather() else 2,
            await echo(await gather(echo(1), echo(2))),
        )


@agrees()
class Nested(Workflow):
    """Fan out over what a fan out gave."""

    async def run(self):
        users = await get_users(["ann", "bo", "cleo"])
        first = await gather(*[get_user(user.name, age=user.age) for user in users if not user.active], return_exceptions=True)
        second = await gather(*[echo((user.name, tag)) for user in first for tag in user.tags])
        return first, second


@agrees()
class ResultIgnored(Workflow):
    async def run(self):
        await gather(mark(1), mark(2), *[mark(x) for x in (3, 4)])
        return "done"


@agrees()
class WithPolicies(Workflow):
    async def run(self):
        return await gather(
            self.run_action(echo(1), retry=RetryPolicy(attempts=2)),
            self.run_action(double(2), timeout=30),
            *[self.run_action(echo(x), retry=RetryPolicy(attempts=x + 1)) for x in range(2)],
        )


@agrees()
class Wide(Workflow):
    async def run(self):
        results = await gather(*[double(x) for x in range(200)])
        return results[0], results[199], [r for r in results if r % 50 == 0]


@agrees()
class VariablesOfSpreads(Workflow):
    async def run(self):
        x, item = "outer", "item"
        results = await gather(*[add(x, item) for x in (1, 2) for item in (10, 20)], echo(x), echo(item))
        pairs = await gather(*[add(a, b) for a, b in [(1, 2), ("x", "y")]])
        return x, item, results, pairs
