"""Constants: containers and models of modules, class attributes, imports inside a body."""

# fmt: off
from typing import ClassVar, Final

from tests.language import actions
from tests.language.actions import Color, Point, User, double, echo, mark
from tests.language.cases import agrees
from waymark import Workflow

LEVELS = ["low", "mid", ["high"]]
SETTINGS: Final = {"rate": 2.5, "names": ("a", "b"), 3: None}
KINDS = {"x", "y"}
ONE_KIND = {"x"}
ORIGIN = Point(0, [1])
OWNER = User(name="ann", age=3)
BY_COLOR = {Color.RED: 1, Color.GREEN: 2}


class Limits:
    SMALL = 3
    ALL = [1, 2, 3]


@agrees((0,), (2,), (9,))
class Containers(Workflow):
    async def run(self, n):
        try:
            return [
                LEVELS[n], SETTINGS["rate"] * n, SETTINGS[3], n in LEVELS, "x" in KINDS, ONE_KIND, LEVELS, [x for x in LEVELS],
                await echo(SETTINGS), Limits.ALL[0], Limits.SMALL, BY_COLOR[Color.RED],
            ]
        except IndexError as error:
            return error


@agrees()
class Models(Workflow):
    async def run(self):
        owner = OWNER
        return ORIGIN.x, ORIGIN, owner.name, OWNER.age + 1, OWNER, await mark(ORIGIN, OWNER.tags)


@agrees()
class InLoops(Workflow):
    async def run(self):
        seen = []
        for level in LEVELS:
            seen = seen + [level]
        for key in SETTINGS:
            seen = seen + [key, await echo(SETTINGS[key])]
        return seen


class Defaults(Workflow):
    limit = 5
    names: ClassVar[list] = ["a", "b"]
    color = Color.RED
    _hidden = "under"


@agrees((2,), (7,))
class ClassAttributes(Defaults):
    limit = 6
    extra = {"k": [1]}

    async def run(self, n):
        if n > self.limit:
            return await double(self.limit), self.names, self._hidden
        return self.helper(n), self.made(), self.extra["k"], [self.limit for _ in self.names], self.color.value, ClassAttributes.limit

    def helper(self, n):
        return self.limit * n, self.color == Color.RED

    @classmethod
    def made(cls):
        return cls.limit, cls.names[1]


@agrees((4,))
class Imports(Workflow):
    async def run(self, n):
        """A docstring."""
        import asyncio
        import math as m

        from tests.language.actions import add, fail
        from tests.language.shared import price

        try:
            await asyncio.sleep(0)
            first = await add(n, price(n))
            await fail("x", m.pi > 3)
        except actions.PaymentError as error:
            return first, error, self.inner(n)

    def inner(self, n):
        from tests.language import shared
        return shared.price(n), shared.RATE
