"""What the cases inherit and call from another file: bases of workflows, and plain functions."""

from tests.language.actions import Point, add, echo, mark
from waymark import Workflow

RATE = 7


class Base(Workflow):
    """A base whose methods use names of this file."""

    FACTOR = 2

    def scaled(self, n):
        return n * RATE

    async def load(self, n):
        return await add(self.scaled(n), 1)

    def overridden(self, n):
        return ["base", n]

    async def steps(self, n):
        return [await echo(n)]

    @classmethod
    def named(cls, n):
        return cls.tag(n), "base"

    @staticmethod
    def tag(n):
        return ("tag", n)

    def __private(self, n):
        return "private of the base", n

    def call_private(self, n):
        return self.__private(n)


class Loud:
    """A mixin."""

    def overridden(self, n):
        return ["loud", super().overridden(n)]

    def broken(self):
        raise LookupError("in the mixin")


def price(count, rate=RATE, *, discount=0):
    """A plain function."""
    if count > 100:
        raise ValueError("too many", count)
    return count * rate - discount


def even(n):
    return n == 0 or odd(n - 1)


def odd(n):
    return n != 0 and even(n - 1)


async def doubled_marks(labels):
    """An asynchronous function that calls actions."""
    return [await mark(label, label * 2) for label in labels]


def moved(point: Point):
    return point.x + RATE, point.y
