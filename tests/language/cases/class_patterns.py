"""`match` with class patterns: builtins, models, dataclasses, Enum members, exceptions."""

# fmt: off
import datetime as dt

from tests.language import actions
from tests.language.actions import Color, Level, Money, Outage, PaymentError, Point, User, echo, fail, get_point, get_user, mark
from tests.language.cases import agrees
from waymark import Workflow

VALUES = [
    1, True, 2.5, "text", b"x", None, [1, "a"], (1, 2.0), {"k": 1}, {1}, frozenset([1]), range(2), Color.RED, Level.LOW, Point(0, [1]),
    Point(1, 2), Money(5), dt.date(2020, 1, 2), dt.datetime(2020, 1, 2, 3), ValueError("bad"), KeyError("k"), PaymentError(1),
]


@agrees(*[(value,) for value in VALUES])
class Builtins(Workflow):
    async def run(self, value):
        match value:
            case bool(x):
                return "bool", x
            case int(x) | float(x):
                return "number", x
            case str() as text:
                return text
            case [int(a), str(b)]:
                return a, b
            case tuple((a, float())):
                return "tuple", a
            case list() | tuple():
                return "list"
            case dict():
                return "dict"
            case bytes(b"x"):
                return "x"
            case set() | frozenset():
                return "set"
        return "other"


@agrees(*[(value,) for value in VALUES])
class Dataclasses(Workflow):
    async def run(self, value):
        match value:
            case Point(0, [y]):
                return "positional", y
            case Point(x=1, y=int(y)):
                return "keywords", y
            case Money(amount, currency="EUR"):
                return "money", amount
            case Point() | actions.Money():
                return "never"
            case Color(value="red") | Level(name="LOW"):
                return "enum"
            case dt.datetime(year=year):
                return year
            case dt.date(month=month, day=day):
                return month, day
            case object(missing=_):
                return "never"
            case BaseException(args=[x, *_]):
                return x
            case object():
                return "other"


@agrees((0,), (1,), (40,))
class Models(Workflow):
    async def run(self, age):
        match await get_user("ann", age=age):
            case User(age=0):
                return "zero"
            case User(name=name, address=actions.Address(street=street), tags=[_, tag]) if await echo(tag) == 1:
                return name, street, tag
            case User() as user:
                return user


@agrees((0,), (1,), (2,), (3,))
class Exceptions(Workflow):
    async def run(self, n):
        try:
            if n == 0:
                await fail("card", 5)
            elif n == 1:
                raise Outage("busy", 7)
            elif n == 2:
                return {}["missing"]
            raise ValueError(n)
        except Exception as error:
            match error:
                case PaymentError(args=(first, *_)):
                    return await mark("payment", first)
                case OSError(args=("busy", n)):
                    return "busy", n
                case LookupError(nothing=1):
                    return "never"
                case LookupError():
                    return "lookup"
                case _:
                    raise


@agrees()
class InLoops(Workflow):
    async def run(self):
        total = 0
        for shape in [await get_point(1, 2), 5, await get_point(3, 0), "end", 7]:
            match shape:
                case Point(x, 0):
                    total += x
                case Point(x, y):
                    total += await echo(x * y)
                case int(n):
                    total += n
                case str():
                    break
        return total
