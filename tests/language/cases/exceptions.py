"""Exceptions as objects: classes with their own __init__, text, type, attributes, tests of class."""

# fmt: off
from tests.language.actions import CardDeclined, Color, Level, Outage, PaymentError, Point, double, echo, fail, mark
from tests.language.cases import agrees
from waymark import Workflow


class Coded(ValueError):
    code = 7

    def __init__(self, detail, *, status=400):
        super().__init__(f"{detail} ({status})")
        self.detail = detail
        self.status = status


class Shouting(RuntimeError):
    def __str__(self):
        return "!".join(map(str, self.args))


KNOWN = (Coded, LookupError)


@agrees((0,), (1,), (2,), (3,), (4,))
class OwnInit(Workflow):
    async def run(self, n):
        try:
            if n == 0:
                raise Coded("bad")
            if n == 1:
                raise Coded(await double(n), status=500) from ValueError(1)
            if n == 2:
                raise CardDeclined(402, card="visa")
            if n == 3:
                raise Coded()
            raise Shouting("a", n)
        except KNOWN as error:
            return error, error.detail, error.status, error.args, str(error), repr(error), error.__cause__ is None
        except PaymentError as error:
            return await echo(error), error.code, error.card, str(error)
        except TypeError as error:
            return error
        except Exception as error:
            return error, str(error), f"{error}", f"{error!r}", [str(error)]


@agrees((0,), (1,), (2,), (3,))
class Text(Workflow):
    async def run(self, n):
        try:
            if n == 0:
                return {}["key"]
            if n == 1:
                return 1 / 0
            if n == 2:
                await fail("card", [1.5, None])
            raise ValueError("a", (1, "b"))
        except Exception as error:
            return str(error), repr(error), f"failed: {error}", "failed: " + str(error), type(error).__name__, len(error.args)


@agrees((0,), (1,), (2,))
class Tests(Workflow):
    async def run(self, n):
        errors = [PaymentError(1), Outage("x"), KeyError("k"), Coded("y"), None, "text"]
        found = [
            [isinstance(error, PaymentError), isinstance(error, (OSError, LookupError)), isinstance(error, KNOWN), isinstance(error, Exception)]
            for error in errors
        ]
        try:
            raise errors[n]
        except Exception as error:
            if isinstance(error, ConnectionError):
                await mark("connection")
            elif not isinstance(error, (KeyError, ZeroDivisionError)):
                return "payment", found
            return type(error).__name__, found


@agrees()
class LeavesAsItself(Workflow):
    async def run(self):
        try:
            raise Coded("inner", status=404)
        except Coded as error:
            kept = error
        raise kept


@agrees((0,), (1,), (2,))
class FromHelper(Workflow):
    async def run(self, n):
        try:
            return self.check(n)
        except Coded as error:
            return "caught", error.status, await echo(error.detail)

    def check(self, n):
        if n == 1:
            raise Coded("one", status=n)
        if n == 2:
            raise self.made(n)
        return n

    def made(self, n):
        return Coded(str(n))


@agrees()
class TypeNames(Workflow):
    async def run(self):
        values = [1, True, 2.5, "a", None, [1], (1,), {"a": 1}, {1}, b"x", range(2), Coded("x"), KeyError("k"), Color.RED, Point(1), Level.LOW]
        return [type(value).__name__ for value in values], values[0].__class__.__name__, type(self).__name__, Coded.__name__, await self.own(), self.named()

    @classmethod
    def named(cls):
        return cls.__name__

    async def own(self):
        return self.__class__.__name__, type(await double(2)).__name__
