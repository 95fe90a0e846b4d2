"""Helpers that are not plain methods of the class: inherited, of mixins, class methods, properties, functions of modules."""

# fmt: off
import asyncio

from tests.language import shared
from tests.language.actions import add, echo, get_point, mark
from tests.language.cases import agrees
from tests.language.shared import Base, Loud, doubled_marks, even, price
from waymark import Workflow


def clamp(n, low=0, high=10):
    if n < low:
        return low
    return high if n > high else n


async def total_of(numbers):
    total = 0
    for n in numbers:
        total = await add(total, n)
    return total


def nested(n):
    return [clamp(n), clamp(n, high=n + 1), price(n, discount=1)]


@agrees((1,), (-5,), (50,), (500,))
class OfModules(Workflow):
    async def run(self, n):
        try:
            return clamp(n), nested(n), shared.price(n), price(n, 2, discount=n), await total_of([clamp(n), n])
        except ValueError as error:
            return error


@agrees()
class OfModulesInside(Workflow):
    async def run(self):
        kept = [clamp(n) for n in [-1, 5, 20] if even(clamp(n))]
        found = await asyncio.gather(echo(clamp(99)), *[add(clamp(n), 1) for n in [3, 30]])
        marks = await doubled_marks(["a", "b"])
        return kept, found, marks, shared.moved(await get_point(1, 2)), clamp(5) and clamp(-1) or even(7), -clamp(3)


@agrees((0,), (1,))
class OfModulesAsStatements(Workflow):
    async def run(self, n):
        clamp(n)
        await doubled_marks("x")
        value = price(1)
        value += price(n)
        try:
            price(1000)
        except ValueError as error:
            return value, error.args
        finally:
            await total_of([1])


@agrees()
class LeavesFromAnotherFile(Workflow):
    async def run(self):
        return price(101)


@agrees((2,))
class Inherited(Base):
    async def run(self, n):
        return self.scaled(n), await self.load(n), self.overridden(n), await self.steps(n), self.call_private(n)

    def overridden(self, n):
        return ["own", super().overridden(n)]

    async def steps(self, n):
        first = await super().steps(n)
        return first + await super().steps(n + 1)


class Middle(Base):
    def overridden(self, n):
        return ["middle", super().overridden(n)]


@agrees((2,))
class Mixins(Loud, Middle):
    async def run(self, n):
        try:
            return self.overridden(n), self.broken()
        except LookupError as error:
            return self.overridden(n), error


class WithBody(Workflow):
    async def run(self, n):
        return await echo(("inherited body", self.step(n)))

    def step(self, n):
        return n


@agrees((1,))
class InheritsBody(WithBody):
    def step(self, n):
        return "own step", super().step(n)


@agrees((1,))
class CallsInheritedBody(WithBody):
    async def run(self, n):
        return "more", await super().run(n)


@agrees((3,))
class ClassMethods(Base):
    async def run(self, n):
        return self.named(n), self.made(n), await self.loaded(n), ClassMethods.made(n), ClassMethods.tag(n)

    @classmethod
    def made(cls, n, by=2):
        return [cls.tag(n), cls.named(by)]

    @classmethod
    async def loaded(cls, n):
        return await echo(cls.made(n, by=5))


@agrees((3,), (0,))
class Properties(Workflow):
    async def run(self, n):
        try:
            return self.rate * n, [self.rate for _ in range(n)], self.rate if n else self.failing, 1 < self.rate < 9
        except ZeroDivisionError as error:
            return error
        finally:
            await mark(self.rate)

    @property
    def rate(self):
        return 1 + self.base

    @property
    def base(self):
        return clamp(3)

    @property
    def failing(self):
        return 1 / 0


@agrees((3,))
class ThroughABase(Base):
    async def run(self, n):
        return Base.tag(n), ThroughABase.tag(await echo(n)), ThroughABase.named(n), self.tag(n)
