"""Builtins, functions of the library, methods of values, constructors; isinstance, type and getattr."""

# fmt: off
import asyncio
import datetime as dt
import enum
import json
import math
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import pydantic

from tests.language.actions import Address, CardDeclined, Color, Level, PaymentError, Point, User, add, double, echo, get_user, mark, numbers
from tests.language.cases import agrees
from waymark import Workflow

NUMBERS = (int, float)


@agrees(([3, 1, 2],), ("abc",), ({"a": 1},), (5,), (-2.5,), (None,), (True,), ((),), (b"ab",), ({1, 2},), ("12",), (2**70,))
class Builtins(Workflow):
    async def run(self, x):
        found = []
        for case in range(16):
            try:
                match case:
                    case 0:
                        value = len(x), sorted(x)
                    case 1:
                        value = abs(x), round(x), divmod(x, 2)
                    case 2:
                        value = int(x), float(x)
                    case 3:
                        value = str(x), repr(x), bool(x)
                    case 4:
                        value = sum(x)
                    case 5:
                        value = min(x), max(x)
                    case 6:
                        value = any(x), all(x)
                    case 7:
                        value = list(x), tuple(x)
                    case 8:
                        value = set(x), frozenset(x)
                    case 9:
                        value = dict(x)
                    case 10:
                        value = pow(x, 2), pow(2, 3, 5), round(x, 1)
                    case 11:
                        value = hex(x), bin(x), oct(x), chr(x)
                    case 12:
                        value = ord(x), ascii(x)
                    case 13:
                        value = bytes(x), type(x).__name__, callable(x)
                    case 14:
                        value = [isinstance(x, int), isinstance(x, (str, float)), isinstance(x, NUMBERS), isinstance(x, int | str | None), isinstance(x, dict)]
                    case _:
                        value = int(), str(), list(), dict(), tuple(), float(), bool(), bytes(), dict(a=x), int(str(x), base=10)
            except (TypeError, ValueError, OverflowError) as error:
                value = error
            found = found + [value]
        return found


@agrees()
class Methods(Workflow):
    async def run(self):
        text, items, data = " Hello World ", [3, 1, 3], {"a": 1, "b": None}
        return [
            text.strip(), text.upper().lower(), text.split(), text.replace("l", "L", 1), "a,b".split(","), ",".join(["x", "y"]), text.startswith((" H", "x")), text.find("o"),
            "abc".index("c"), "x".zfill(3), "a-b".partition("-"), text.title(), "é".encode(), "é".encode("utf-8").decode(), "ab".isalpha(), "%".center(5, "*"), text.count("l"),
            items.count(3), items.index(1), items.copy(), (1, 2).count(1), data.get("a"), data.get("z"), data.get("z", 5), data.copy(), (5).bit_length(), (1.5).is_integer(), (0.5).hex(),
            {1, 2}.union([3]), {1, 2} - {2}, {1}.issubset({1, 2}), {1, 2}.isdisjoint([3]), b"ab".hex(), bytes.fromhex("00ff"), dict.fromkeys("ab", 0), int.from_bytes(b"\x01\x00", "big"),
        ]


@agrees(("index", "z"), ("split", ""), ("none", None), ("encode", "no-such"))
class MethodsThatFail(Workflow):
    async def run(self, case, argument):
        try:
            match case:
                case "index":
                    "abc".index(argument)
                case "split":
                    "abc".split(argument)
                case "none":
                    argument.strip()
                case _:
                    "abc".encode(argument)
        except (ValueError, AttributeError, LookupError) as error:
            return error


@agrees()
class Modules(Workflow):
    async def run(self):
        when = dt.datetime(2024, 2, 29, 12, 30)
        later = when + dt.timedelta(days=1, hours=2)
        return [
            math.sqrt(16), math.floor(-1.5), math.gcd(12, 18), math.pi, json.dumps({"a": [1, None]}), json.loads('{"x": [1.5, "y"]}'), when.isoformat(), later.date(), later.strftime("%Y/%m"),
            (later - when).total_seconds(), dt.date.fromisoformat("2024-01-31").replace(day=1), Decimal("1.10") + Decimal(2), str(Decimal("3.30")), UUID("12345678123456781234567812345678").hex,
            later > when, when.year, dt.datetime.fromisoformat("2024-01-01T00:00:00+00:00").tzinfo is None,
        ]


@agrees((1,), ("x",), (None,))
class Constructors(Workflow):
    async def run(self, value):
        try:
            user = User(name="ann", age=value, address=Address(street="s"))
            return user, user.age, Point(value), Point(x=1, y=value), User(**{"name": "b"}), user.model_copy(update={"age": 5}).age, user.model_dump()["name"]
        except pydantic.ValidationError:
            return "invalid"


@agrees(("red",), ("none",), (1,))
class Enums(Workflow):
    async def run(self, value):
        try:
            color = Color(value)
            return color, color is Color.RED, color is not Color.RED, color.name, [c.value for c in Color], len(list(Color)), Level(1) < Level.HIGH, isinstance(color, enum.Enum)
        except ValueError as error:
            return error


@agrees()
class Exceptions(Workflow):
    async def run(self):
        error = ValueError("a", 1)
        found = [error, error.args, str(error), isinstance(error, Exception), isinstance(error, (KeyError, ValueError)), repr(KeyError("k"))]
        try:
            raise CardDeclined(402, card="x")
        except PaymentError as caught:
            return found, caught.code, isinstance(caught, CardDeclined), type(caught).__name__, caught.__class__.__name__


@agrees()
class Types(Workflow):
    async def run(self):
        user = await get_user("ann")
        return (
            type(1) is int, type(True) is int, type(user) is User, type(user) is not Address, type(1) == type(2), type([]).__name__, type(user).__name__, user.__class__.__name__,
            isinstance(user, User), isinstance(user, pydantic.BaseModel), isinstance(user.address, Address), isinstance(user, Point), isinstance(True, int), isinstance(None, type(None)),
            getattr(user, "name"), getattr(user, "nothing", 5), hasattr(user, "age"), hasattr(user, "nothing"), callable(user), issubclass(bool, int),
        )


@agrees()
class WithAwaits(Workflow):
    async def run(self):
        x = 1
        first = max(x, await double(2), (x := 9), x)
        return (
            first, len(await numbers(3)), str(await double(4)).zfill(3), (await echo("a b")).split(), ", ".join([str(n) for n in await numbers(3)]), User(name=await echo("z"), age=await double(4)),
            await asyncio.gather(mark(len("abc"), {"k": abs(-1)}), mark(str(x).upper())), [len(await echo(t)) for t in ("a", "bb")], await add(len("ab"), b=max(1, 5)), round(await echo(2.567), ndigits=await double(1)),
        )


@agrees()
class InFlow(Workflow):
    async def run(self):
        found, n = [], 0
        while len(found) < 3 and not any(x > 100 for x in found):
            n += 1
            try:
                found = found + [int("x1"[n - 1 :] or "7")]
            except ValueError as error:
                found = found + [len(str(error))]
        return found, self.clean(" A "), await self.clean_later(["b ", " c"])

    def clean(self, text):
        return text.strip().lower() or "none"

    async def clean_later(self, texts):
        return [self.clean(t) for t in texts if len(await echo(t)) > 1]


@agrees((0,), ("",), (None,), ([1],), ("ab",))
class Choices(Workflow):
    async def run(self, value):
        return (
            str(value).strip("0") or "empty", len(str(value)) and str(value)[0], 0 <= len(str(value)) < 3 <= abs(-4), 1 < int("2") < len("abc") > 2, (value or [7])[0], not str(value),
            sorted([value or 1, 3], key=lambda x: str(x) or "z"), [x for x in ["a", "", "b"] if x.strip() or None], {"k": str(value).upper() or None},
        )


@dataclass
class Local:
    x: int = 1
    y: tuple = ()


@agrees()
class Dataclasses(Workflow):
    async def run(self):
        return Local(), Local(5), Local(y=(1, 2)), [Local(n).x for n in range(2)], Local(1) == Local(), (await echo(Local(7))).x
