"""`self.wait_for_signal`, of signals that were sent before."""

# fmt: off
import asyncio
from typing import Literal

from tests.language.actions import double, echo, mark
from tests.language.cases import signalled
from tests.language.models import Flavor, Order, Version
from waymark import Workflow


@signalled({"approved": [True]})
class Plain(Workflow):
    async def run(self):
        return await self.wait_for_signal("approved")


@signalled({"a": [1, 2, 3], "b": [{"x": [1]}, None]})
class OrderedByName(Workflow):
    async def run(self):
        found = [await self.wait_for_signal("b")]
        for _ in range(3):
            found.append(await self.wait_for_signal(name="a"))
        found.append(await self.wait_for_signal("b", timeout=None))
        return found


@signalled({"version": [Version(1, 2)], "order": [Order(note="Ann")], "n": [5], "many": [[1, 2]], "vote": ["yes"], "flavor": [Flavor.SWEET]})
class Typed(Workflow):
    async def run(self):
        version: Version = await self.wait_for_signal("version")
        order = await self.wait_for_signal("order", Order)
        n: int | None = await self.wait_for_signal("n", timeout=10)
        many: list[int] = await asyncio.wait_for(self.wait_for_signal("many"), 10)
        vote: Literal["yes", "no"] = await self.wait_for_signal("vote")
        flavor: "Flavor" = await self.wait_for_signal("flavor")
        return version, version.major, order.note, n, many, vote, flavor


@signalled({"n": [2], "m": [3]})
class InExpressions(Workflow):
    async def run(self):
        if await self.wait_for_signal("n") == 2 and (m := await self.wait_for_signal("m")):
            return f"{m} {await double(m) + 1}"
        return None


@signalled({"0": ["a"], "1": ["b"], "2": ["c"]}, in_order=False)
class Gathered(Workflow):
    async def run(self):
        return await asyncio.gather(echo(1), *[self.wait_for_signal(str(i)) for i in range(3)])


@signalled({"x": [1, 2, 3]}, in_order=False)
class FirstComeFirstServed(Workflow):
    async def run(self):
        tasks = [asyncio.create_task(self.one(i)) for i in range(3)]
        return [await task for task in tasks]

    async def one(self, i):
        return i, await self.wait_for_signal("x")


@signalled({"x": [7]}, in_order=False)
class Completed(Workflow):
    async def run(self):
        found = []
        for call in asyncio.as_completed([self.wait_for_signal("x"), double(2)]):
            found.append(await call)
        return sorted(found)


@signalled({})
class TimedOut(Workflow):
    async def run(self):
        found = []
        for name in "ab":
            try:
                await self.wait_for_signal(name, timeout=0.01)
            except TimeoutError as error:
                found.append(str(error))
        return found


@signalled({"late": [1]})
class NotTakenInVain(Workflow):
    """What a cancelled wait has not taken is there for the next one."""

    async def run(self):
        try:
            await self.wait_for_signal("other", timeout=0)
        except TimeoutError:
            await mark("nothing")
        task = asyncio.create_task(self.wait_for_signal("late"))
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            await mark("cancelled")
        return await self.wait_for_signal("late", timeout=5)


@signalled({"x": [1]})
class TimedOutByScopes(Workflow):
    async def run(self):
        try:
            await asyncio.wait_for(self.wait_for_signal("never"), 0.01)
        except TimeoutError:
            await mark("wait_for")
        try:
            async with asyncio.timeout(0.01):
                await self.wait_for_signal("never")
        except TimeoutError:
            await mark("timeout")
        async with asyncio.timeout(5):
            return await self.wait_for_signal("x")


@signalled({"go": [1, 2]})
class InHelpersAndLoops(Workflow):
    async def run(self):
        total = 0
        while total < 3:
            total += await self.next_one()
        call = self.wait_for_signal("go", timeout=0)
        try:
            await call
        except TimeoutError:
            return total

    async def next_one(self):
        return await self.wait_for_signal("go")


@signalled({"x": [[1]]})
class Changed(Workflow):
    """The value is an object of the body's own."""

    async def run(self):
        found = await self.wait_for_signal("x")
        other = found
        other.append(2)
        return found


@signalled({"x": [1]})
class BadNames(Workflow):
    async def run(self):
        found = []
        for name in (1, ""):
            try:
                await self.wait_for_signal(name)
            except (TypeError, ValueError) as error:
                found.append(repr(error))
        return found, await self.wait_for_signal("x")


@signalled({"x": [{"lines": 1}]})
class Unfit(Workflow):
    async def run(self):
        try:
            return await self.wait_for_signal("x", Order)
        except ValueError as error:
            return str(error)
