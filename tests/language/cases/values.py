"""Every kind of value from argument to action to local to result, and module constants."""

# fmt: off
import datetime as dt
import decimal
import enum
import math
import pathlib
import uuid
import zoneinfo

from tests.language import actions
from tests.language.actions import Address, CardDeclined, Color, Level, Money, PaymentError, Point, User, echo, fail, mark
from tests.language.cases import agrees
from waymark import Workflow

_VALUES = [
    None, True, False, 0, 1, -1, 2**63, -(2**63) - 1, 10**300, 1.0, -0.0, 0.1, 1e16, 1e-7, 1e308, 5e-324, float("inf"), float("-inf"), float("nan"),
    123456789.123456789, "", "a", "é\u4e2d\U0001f600", "a\0b", "\ud800", "'\"\\\n\t\r", "$", "null", "x" * 5000, b"", b"\x00\xff", b"text",
    [], [1, [2, [3, []]]], [None, True, 1, 1.0, "1"], (), (1,), (1, (2, [3])), {}, {"b": 1, "a": 2}, {"a": 1, "b": 2}, {"": 0, "$": 1, "v": 2},
    {1: "int", "1": "str", None: 0, (1, 2): [], 1.5: "f", b"k": "b", True and "t": 1}, {"nested": {"z": {"y": {}}, "a": ()}}, {"a\0": 1},
    set(), {1, 2, 3}, {"a", (1, 2), None}, frozenset(), frozenset([1, frozenset([2])]), range(0), range(3), range(10, -5, -3), range(2**70, 2**71),
    dt.datetime(2024, 2, 29, 23, 59, 59, 999999), dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC), dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31),
    dt.datetime(2024, 10, 27, 2, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"), fold=1), dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=-5, minutes=-30))),
    dt.date(2024, 2, 29), dt.time(1, 2, 3, 4), dt.time(23, tzinfo=dt.UTC), dt.timedelta(0), dt.timedelta(days=-1, microseconds=5), dt.timedelta.max,
    uuid.UUID(int=0), uuid.UUID("12345678-1234-5678-1234-567812345678"), decimal.Decimal("1.10"), decimal.Decimal("-0"), decimal.Decimal("1E+50"),
    decimal.Decimal("NaN"), pathlib.PurePosixPath("/a/b"), pathlib.Path("relative/x"), Color.RED, Color.GREEN, Level.HIGH,
    User(name="ann"), User(name="é", age=3, address=Address(street="s", number=2), tags=[1.0, (2,)]), Point(1, [2]), Point((), {"a": Point(0)}),
    Money(5), Money(-1, currency="USD"), ValueError("a", 1), KeyError("k"), CardDeclined(1, card="c"), PaymentError(), OSError(2, "No such file"),
    [User(name="a"), Point(1), Color.RED, dt.date(2024, 1, 1), {1}, b"x"], {"u": User(name="b"), "e": ValueError("x"), "t": (Money(1),)},
]


@agrees(*[(value,) for value in _VALUES])
class ThroughEverything(Workflow):
    async def run(self, value):
        local = value
        first = await echo(local)
        pair = await echo((first, [value]))
        again, (inner,) = pair
        data = {"value": again, "list": [inner, local], "tuple": (value,)}
        await mark("saved", data)
        kept = [x for x in data["list"]]
        return [value, first, again, inner, data, kept, self.same(value), await self.same_async(value)]

    def same(self, value):
        other = value
        return other

    async def same_async(self, value):
        await mark("in a helper", value)
        return value


@agrees(*[(value,) for value in _VALUES])
class AsIs(Workflow):
    async def run(self, value):
        return value


TEXT, NUMBER, FRACTION, NOTHING, FLAG = "constant", 10**20, 0.25, None, True
PAIR = (1, ("a", 2.0), None)
RAW = b"\x00"
NAMES = frozenset(["a"])
SPAN = dt.timedelta(seconds=90)
MOMENT = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
PRICE = decimal.Decimal("9.99")
IDENTITY = uuid.UUID(int=7)
FAVOURITE = Color.GREEN
STEPS = range(3)


@agrees()
class Constants(Workflow):
    async def run(self):
        values = [TEXT, NUMBER, FRACTION, NOTHING, FLAG, PAIR, RAW, NAMES, SPAN, MOMENT, PRICE, IDENTITY, FAVOURITE, STEPS]
        return values, TEXT + "!", NUMBER * 2, PAIR[1][0], FAVOURITE.name, FLAG and FRACTION, [x for x in STEPS], await echo(PAIR), math.pi, SPAN.days


@agrees()
class ConstantsOfModules(Workflow):
    async def run(self):
        return actions.Color.RED, actions.Color.RED.value, actions.Level.LOW.name, math.inf, dt.datetime.min, dt.timedelta.max, math.e


@agrees()
class ConstantsAreShadowed(Workflow):
    async def run(self):
        TEXT = "local"
        return TEXT, [NUMBER for NUMBER in (1, 2)], NUMBER


@agrees((), (5,), (5, "b"), (None, None, False))
class Parameters(Workflow):
    async def run(self, a=1, b=TEXT, c=(1, 2.0)):
        return a, b, c


@agrees((1,))
class KeywordOnly(Workflow):
    async def run(self, a, *, b=2, c=PAIR):
        return a, b, c


@agrees(({"user": {"tags": ["a", "b"], "age": 3}},), ([{"id": 1}],))
class JsonLike(Workflow):
    async def run(self, data):
        result = {"data": data, "count": 0}
        for item in data:
            result = {"data": result["data"], "count": result["count"] + 1, "last": item}
        return await echo(result)


@agrees((100,), (2000,))
class LargeState(Workflow):
    async def run(self, size):
        table = [{"id": n, "name": "n" * (n % 7), "tags": [n, n + 1.0, (n,)]} for n in range(size)]
        await mark("saved")
        more = await echo(table)
        return more == table, table[-1], more[size // 2]


@agrees()
class LocalsSurviveActions(Workflow):
    async def run(self):
        a, b, c, d, e = 1.0, (1, [2]), {"z": 1, "a": ()}, "\0", -0.0
        f, g, h = math.nan, None, 10**40
        await mark("one")
        before = [a, b, c, d, e, f, g, h]
        await mark("two", before)
        return before, a, b, c, d, e, f, g, h
