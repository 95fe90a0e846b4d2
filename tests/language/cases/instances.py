"""Attributes of `self`: set in `__init__`, and by the methods of a run."""

# fmt: off
import asyncio

from tests.language.actions import add, echo, mark
from tests.language.cases import agrees
from waymark import Workflow


class Configured(Workflow):
    retries = 3

    def __init__(self):
        super().__init__()
        self.limit = 10
        self.names = ["a", "b"]
        self.rates = {"x": self.limit * 2}


@agrees((1,), (20,))
class SetInInit(Configured):
    async def run(self, n):
        if n > self.limit:
            return self.names, self.rates["x"]
        return self.scaled(n), self.retries, [self.limit for _ in self.names], await echo(self.rates), await self.later(n), self.half

    def scaled(self, n):
        return n * self.limit

    async def later(self, n):
        return await add(n, self.limit)

    @property
    def half(self):
        return self.limit / 2


@agrees((2,))
class InitIsInherited(Configured):
    def __init__(self):
        super().__init__()
        self.limit = self.limit + 1
        if self.retries:
            self.more = self.total([self.limit, 1])
            return
        self.never = 1

    async def run(self, n):
        try:
            return self.limit, self.more, self.names[n], self.never
        except IndexError as error:
            try:
                return self.never
            except AttributeError as missing:
                return error, missing.args

    def total(self, values):
        return sum(values) + self.limit


@agrees()
class InitInGather(Configured):
    async def run(self):
        return await asyncio.gather(self.step(1), self.step(2), *[self.step(n) for n in [3, 4]])

    async def step(self, n):
        return await add(n, self.limit), self.names


@agrees((3,))
class Counter(Workflow):
    count = 0

    async def run(self, n):
        for i in range(n):
            self.count += 1
            await self.step(i)
        return self.count, self.last, self.twice()

    async def step(self, i):
        self.last = await mark("step", i)
        self.count = self.count + 10

    def twice(self):
        return self.count * 2


@agrees((0,), (1,))
class Collecting(Workflow):
    def __init__(self):
        self.items = []
        self.by_name = {}
        self.state = "new"

    async def run(self, n):
        self.add("a")
        await self.later("b")
        self.by_name["x"] = self.items
        alias = self.items
        alias.append("alias")
        try:
            self.fail(n)
        except ZeroDivisionError:
            self.items.append("failed")
        self.first, *self.others = self.items
        return self.items, self.by_name, self.state, self.first, self.others

    def add(self, item):
        self.items.append(item)
        self.state = "added"

    async def later(self, item):
        self.add(await echo(item))

    def fail(self, n):
        self.state = "failing"
        self.by_name["result"] = 1 / n
        self.state = "done"


@agrees()
class Unset(Workflow):
    async def run(self):
        try:
            return self.value
        except AttributeError as error:
            self.value = 1
            return error, self.value


@agrees()
class LockedBySelf(Workflow):
    async def run(self):
        for name in ["a", "b"]:
            match name:
                case "a":
                    self.seen = [name]
                case other:
                    self.seen += [other]
        return self.seen, await echo(self.seen)
