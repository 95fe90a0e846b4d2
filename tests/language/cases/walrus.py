"""Assignment expressions: everywhere they may stand, and the order of evaluation around them."""

# fmt: off
import asyncio

from tests.language.actions import add, double, echo, fail, mark, numbers
from tests.language.cases import agrees
from waymark import Workflow


@agrees((0,), (3,), (7,))
class InConditions(Workflow):
    async def run(self, n):
        if (half := n // 2) and (rest := n - half) > 1:
            return half, rest
        try:
            return half, rest
        except UnboundLocalError:
            return half


@agrees()
class InLoops(Workflow):
    async def run(self):
        found, n = [], 0
        while (n := await add(n, 1)) < 4:
            found = found + [n]
        for item in (items := [1, 2]):
            found = found + [item, items]
        return found, n


@agrees()
class BeforeAndAfter(Workflow):
    async def run(self):
        y = 1
        a = y + (y := 10) + y
        b = [y, (y := 2), y, (y := y + 1), y]
        c = (y, (y := 5)) + (y,)
        d = {y: (y := 6), (y := 7): y}
        e = y if (y := 0) else (y := 8)
        y += (y := 100) + y
        return a, b, c, d, e, y


@agrees((1,), (5,))
class InComparisons(Workflow):
    async def run(self, y):
        a = y < (y := 3) < y + 1
        b = 0 < y < (y := 2)
        c = y == (z := 2) == y != (y := 9) > z
        return a, b, c, y, z


@agrees()
class InChoices(Workflow):
    async def run(self):
        a = (x := 0) or (y := 5) or (z := 6)
        b = (x := 1) and (y := 0) and (z := 7)
        try:
            return a, b, x, y, z
        except NameError:
            return a, b, x, y


@agrees()
class WithAwaits(Workflow):
    async def run(self):
        x = 1
        total = x + (x := await double(x)) + await add(x, (x := 10)) + x
        both = await asyncio.gather(double((y := 3)), add(y, (y := 4)), double(y))
        pair = (value := await echo([1])) + value
        return total, both, pair, await mark((a := "x"), a + "y"), x, y


@agrees(([1, 2, 3, 4],), ([],), ([0],), (None,))
class InComprehensions(Workflow):
    async def run(self, items):
        try:
            kept = [half for item in items if (half := item // 2)]
            last = [(seen := item) for item in items]
            big = [item for item in items if (witness := item) > 2]
            return kept, last, big, half, seen, witness
        except (NameError, TypeError) as error:
            return error


@agrees()
class BindsOutsideOfComprehensions(Workflow):
    async def run(self):
        total = 0
        sums = [total := total + n for n in range(5)]
        nested = [[(inner := (x, y)) for y in range(2)] for x in range(2)]
        awaited = [(got := await double(n)) for n in range(3)]
        return sums, total, nested, inner, awaited, got


@agrees()
class InTry(Workflow):
    async def run(self):
        x = "before"
        try:
            [(x := "during"), await fail("ValueError", 1), (x := "after")]
        except ValueError:
            return x
        finally:
            [y := x]


@agrees((3,))
class InHelpers(Workflow):
    async def run(self, n):
        return await self.walk(n), [k for k in await numbers(n) if (m := self.twice(k)) > 2], m

    async def walk(self, n):
        steps = 0
        while (n := n - 1) and (steps := steps + await double(1)):
            pass
        return n, steps

    def twice(self, n):
        return (m := n * 2) and m
