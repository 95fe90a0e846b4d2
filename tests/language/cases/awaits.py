"""`await` anywhere in an expression: the order of action calls is CPython's order of evaluation."""

# fmt: off
import asyncio
import asyncio as aio
import datetime as dt

from tests.language import actions
from tests.language import actions as tools
from tests.language.actions import add, check, double, echo, fail, get_user, in_thread, keywords, limited, mark, mark as note, nothing, numbers, renamed, slow
from tests.language.cases import agrees
from waymark import Workflow


@agrees()
class InOperators(Workflow):
    async def run(self):
        return (await mark(1, 2) + await mark(2, 3) * await mark(3, 4)) - await mark(4, 1), -await mark(5, 6), not await mark(6, 0)


@agrees()
class LeftBeforeRight(Workflow):
    async def run(self):
        x = 1
        values = [x + await mark("a", 1), await mark("b", x) + x, x - await mark("c", 1) - x]
        return values, (x, await mark("d", 2), x), await mark("e", x) * x + await mark("f", 3)


@agrees()
class OperandsAreReadBeforeTheAwait(Workflow):
    """An operand on the left is evaluated, and fails, before the await on its right."""

    async def run(self):
        seen = []
        nothing = None
        try:
            seen = seen + [nothing["a"] + await mark("never")]
        except TypeError:
            seen = seen + ["left first"]
        try:
            seen = seen + [await mark("right", 1) + nothing["a"]]
        except TypeError:
            seen = seen + ["right later"]
        try:
            seen = seen + [[1, 2][await mark("index", 5)]]
        except IndexError:
            seen = seen + ["index"]
        try:
            seen = seen + [undefined + await mark("never")]
        except UnboundLocalError:
            undefined = seen + ["unbound"]
        return undefined


@agrees()
class TypeErrorsComeAfterBothSides(Workflow):
    async def run(self):
        try:
            return await mark("left", 1) + await mark("right", "a")
        except TypeError as error:
            return error


@agrees()
class InCalls(Workflow):
    async def run(self):
        return [
            await add(await mark(1, 10), await mark(2, 20)),
            await add(b=await mark(3, "b"), a=await mark(4, "a")),
            await keywords(await mark(5), await mark(6), long_name=await mark(7), c=await mark(8)),
            await echo(await echo(await echo("deep"))),
        ]


@agrees()
class ArgumentsInTheOrderOfTheSource(Workflow):
    """Of arguments that fail, the first of the source fails."""

    async def run(self):
        seen = []
        nothing = None
        try:
            await add(b=1 / 0, a=nothing["x"])
        except (ZeroDivisionError, TypeError) as error:
            seen = seen + [error]
        try:
            await keywords(1, 2, long_name={}["k"], c=1 / 0)
        except (KeyError, ZeroDivisionError) as error:
            seen = seen + [error]
        try:
            await keywords(1, 2, c=unbound, long_name=1 / 0)
        except (UnboundLocalError, ZeroDivisionError) as error:
            seen = seen + [error]
        unbound = 1
        return seen


@agrees()
class InSubscripts(Workflow):
    async def run(self):
        rows = [[1, 2], [3, 4]]
        return rows[await mark(1, 1)][await mark(2, 0)], (await mark(3, rows))[await mark(4, -1)], {"k": 5}[await mark(5, "k")]


@agrees()
class InConditions(Workflow):
    async def run(self):
        seen = []
        if await mark(1, 1) > await mark(2, 0):
            seen = seen + ["if"]
        elif await mark("never"):
            pass
        if await mark(3, 0):
            pass
        elif await mark(4, 1) == 1:
            seen = seen + ["elif"]
        while await mark(5, 3) < await mark(6, 3):
            pass
        return seen


@agrees()
class InAssignments(Workflow):
    async def run(self):
        a = b = await mark(1, 1)
        c, d = await mark(2, 2), await mark(3, 3)
        (e, f), g = await mark(4, (4, 5)), await mark(5, 6)
        h = (await mark(6, 7), await mark(7, 8))
        i: int = await mark(8, 9)
        i += await mark(9, 1) * 2
        return [a, b, c, d, e, f, g, h, i]


@agrees()
class InReturnAndRaise(Workflow):
    async def run(self):
        try:
            raise ValueError(await mark(1, "a"), await mark(2, "b"))
        except ValueError as error:
            return await mark(3, error.args), await mark(4)


@agrees()
class InForLoops(Workflow):
    async def run(self):
        for x in [await mark(1, "a"), await mark(2, "b")]:
            await mark(x)
        for x, y in await mark(3, [(1, 2)]):
            await mark((x, y))
        for x in range(await mark(4, 1), await mark(5, 4), await mark(6, 2)):
            await mark(x)


@agrees()
class InTernariesAndChains(Workflow):
    async def run(self):
        a = await mark(1, "then") if await mark(2, True) else await mark("never")
        b = await mark("never") if await mark(3, False) else await mark(4, "else")
        c = await mark(5, 1) < await mark(6, 2) < await mark(7, 2) < await mark("never")
        d = await mark(8, 0) or await mark(9, "") or await mark(10, "last")
        e = [await mark(11, 1) if x else await mark(12, 2) for x in (0, 1)]
        return a, b, c, d, e


@agrees()
class InDicts(Workflow):
    async def run(self):
        return {await mark(1, "a"): await mark(2, 1), "b": [await mark(3, 2)], await mark(4, "a"): await mark(5, 3)}


@agrees()
class SeveralInOneExpression(Workflow):
    async def run(self):
        x = 5
        return [x, await mark(1, x), x + 1, [await mark(2, x)][0], (await mark(3, {"k": x}))["k"] + (await get_user("ann")).age, x]


@agrees()
class ResultUnused(Workflow):
    async def run(self):
        await mark(1)
        await echo([1])
        (await mark(2)), await mark(3)
        [await mark(4)]
        await mark(5) or await mark(6)


@agrees()
class WaysToNameAnAction(Workflow):
    async def run(self):
        return await actions.echo(1), await tools.echo(2), await note("x", 3), await tests_module.mark("y", 4)


import tests.language.actions as tests_module


@agrees()
class WaysToPassArguments(Workflow):
    async def run(self):
        return [
            await keywords(1, 2), await keywords(1, b=2), await keywords(1, 2, c=4), await keywords(1, c=5, b=6), await keywords(1, 2, long_name=None),
            await get_user("a"), await get_user("a", 5), await get_user(name="a"), await get_user(age=1, name="b"), await nothing(), await double(3),
        ]


@agrees()
class OtherKindsOfActions(Workflow):
    async def run(self):
        return await renamed(1), await limited(3), await asyncio.gather(limited(9), renamed("x")), await in_thread(2)


@agrees()
class ErrorsOfActionsAnywhere(Workflow):
    async def run(self):
        seen = []
        for n in range(7):
            try:
                if n == 0:
                    seen = seen + [1 + await fail("value", n)]
                elif n == 1:
                    seen = seen + [[await mark("before"), await fail("value", n), await mark("never")]]
                elif n == 2:
                    if await fail("value", n):
                        seen = seen + ["never"]
                elif n == 3:
                    for _ in await fail("value", n):
                        seen = seen + ["never"]
                elif n == 4:
                    seen = seen + [await echo(await fail("value", n))]
                elif n == 5:
                    seen = seen + [await mark("a", 1) and await fail("value", n)]
                else:
                    return await fail("value", n)
            except ValueError as error:
                seen = seen + [error.args]
        return seen


@agrees()
class Sleep(Workflow):
    async def run(self):
        a = await asyncio.sleep(0)
        b = await asyncio.sleep(0.001)
        await aio.sleep(delay=await mark("seconds", 0.002))
        await asyncio.sleep(-1)
        await asyncio.sleep(False)
        for n in range(2):
            await asyncio.sleep(n / 1000)
        return a, b, [await asyncio.sleep(0) for _ in "ab"]


@agrees(("1",), (None,), ([1],))
class WrongSleep(Workflow):
    async def run(self, seconds):
        try:
            await asyncio.sleep(seconds)
        except TypeError as error:
            return error


@agrees((dt.timedelta(milliseconds=2),), (dt.timedelta(0),), (dt.timedelta(days=-1),))
class SleepForATimedelta(Workflow):
    async def run(self, delta):
        first = await asyncio.sleep(delta.total_seconds(), "awake")
        try:
            await asyncio.sleep(delta)
        except TypeError as error:
            first = first, error
        try:
            await asyncio.sleep(dt.datetime(2026, 1, 1) + delta)
        except TypeError as error:
            return first, error


@agrees((dt.timedelta(milliseconds=5),), (dt.timedelta(days=-1),))
class SleepUntil(Workflow):
    async def run(self, delta):
        when = dt.datetime.now(dt.UTC) + delta
        first = await self.sleep_until(when)
        other = when.astimezone(dt.timezone(dt.timedelta(hours=3))) + dt.timedelta(milliseconds=5)
        rest = await asyncio.gather(self.sleep_until(when=other), double(1))
        awake = dt.datetime.now(dt.UTC) >= other
        try:
            await self.sleep_until(dt.datetime(2026, 1, 1))
        except TypeError as error:
            return first, rest, awake, error


@agrees()
class SleepBetween(Workflow):
    async def run(self):
        x = await mark("before", [1, 2.5, "x"])
        await asyncio.sleep(0.001)
        try:
            await asyncio.sleep(0.001)
            await fail("key", x)
        except KeyError as error:
            await asyncio.sleep(0.001)
            return x, error.args


@agrees()
class ManyInARow(Workflow):
    async def run(self):
        total = 0
        for n in range(60):
            total += await double(n) if n % 2 else await echo(n)
        return total


@agrees()
class SlowOnes(Workflow):
    async def run(self):
        return await slow(1), await slow(2) + await slow(3), await in_thread("x") + await in_thread(await in_thread(None))


@agrees()
class ActionThatChangesItsArgument(Workflow):
    """What an action returns is what counts."""

    async def run(self):
        items = await numbers(2)
        more = await add(items, [5])
        return items, more
