"""Construction by the worker: models with validators, dataclasses, Enum members, exceptions with their own `__init__`."""

# fmt: off
import asyncio
import copy
import dataclasses
import datetime as dt
import decimal
import math
import random
import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from pydantic import ValidationError

from tests.language.actions import Address, Color, Money, Point, User, double, echo, in_thread, mark
from tests.language.cases import agrees
from tests.language.models import Flavor, Line, Order, Rejected, Size, Version
from waymark import Workflow


@agrees(("tea", 2), ("", 1), ("tea", 0), (5, "x"), ("tea", "3"))
class Models(Workflow):
    async def run(self, sku, count):
        try:
            line = Line(sku=sku, count=count)
        except ValidationError as error:
            return "count" in str(error)
        order = Order(lines=[line, {"sku": "b", "price": "2.50"}], note=None)
        sent = await echo(order)
        return sent, sent == order, order.lines[1].total, line.sku, await echo(Line(sku=line.sku + "x", count=await double(2)))


@agrees()
class ModelMethods(Workflow):
    async def run(self):
        line = Line(sku="a", count=2)
        again = line.model_copy(update={"count": 5})
        kept = Order(lines=[line]).model_copy(deep=True)
        return (line, again, again.total, kept, line.model_dump(), again.model_dump(mode="json", exclude={"price"}), kept.model_dump_json(),
                Line.model_validate({"sku": "z"}), Line.model_validate_json('{"sku": "q", "count": 3}'), Order.model_validate({"lines": [{"sku": "n"}]}))


@agrees()
class InvalidModels(Workflow):
    async def run(self):
        seen = []
        for data in [{"sku": ""}, {"sku": "a", "count": "many"}, {}, {"sku": 1}]:
            try:
                seen = seen + [Line.model_validate(data)]
            except ValidationError as error:
                seen = seen + [str(error).count("validation error")]
        try:
            User(name="ann", nonsense=1, age="old")
        except ValueError as error:
            seen = seen + [type(error).__name__]
        try:
            Point()
        except TypeError as error:
            seen = seen + [str(error)]
        return seen


@agrees((1, 2), (-1, 0))
class Dataclasses(Workflow):
    async def run(self, major, minor):
        try:
            version = Version(major, minor=minor)
        except ValueError as error:
            return error.args
        point = Point(x=version, y=[Point(1)])
        other = replace(version, minor=9)
        return version, other, point, dataclasses.asdict(point), dataclasses.astuple(version), replace(point, y=None), Money(5, currency="USD"), copy.copy(point), copy.deepcopy(point)


@agrees(("red", 1), ("blue", 3), (("g", 2), 2), (None, True))
class EnumsByValue(Workflow):
    async def run(self, value, number):
        found = []
        try:
            found = found + [Color(value)]
        except ValueError as error:
            found = found + [str(error)]
        try:
            found = found + [Size(number)]
        except ValueError as error:
            found = found + [str(error)]
        return found, [color for color in Color], [flavor.value for flavor in Flavor], len(Size), Color["RED"], Color[value.upper() if value == "red" else "GREEN"], Flavor("sweet") == Flavor.SWEET


@agrees((503,), (7,), ("x",))
class Exceptions(Workflow):
    async def run(self, code):
        try:
            raise Rejected(code, reason="busy")
        except Rejected as error:
            first = error
        made = Rejected(1)
        try:
            await mark("made", made.code)
            raise Rejected(made.code) from first
        except Exception as error:
            return error.code, error.reason, error.args, error.__cause__.code, str(first)


@agrees()
class StandardTypes(Workflow):
    async def run(self):
        moment = datetime(2024, 2, 28, 23, 30, tzinfo=UTC)
        local = moment.astimezone(timezone(timedelta(hours=2)))
        parsed = datetime.fromisoformat("2024-03-01T10:00:00+01:00")
        day = dt.date.fromisoformat("2024-02-29")
        return (moment, local, parsed - moment, parsed > moment, parsed.astimezone(timezone.utc), day + timedelta(days=366), dt.time(1, 2), datetime.strptime("01.02.24", "%d.%m.%y"),
                datetime.combine(day, dt.time(5)), dt.datetime(2024, 1, 1).strftime("%A %j"), timedelta(hours=36) / 2, timedelta(days=1) // timedelta(hours=5),
                Decimal("1.10") + Decimal(3), Decimal("7").sqrt().quantize(Decimal("0.001"), rounding=decimal.ROUND_UP), uuid.UUID(int=3), uuid.uuid5(uuid.NAMESPACE_DNS, "a.b"),
                math.sqrt(2), math.gcd(12, 18), math.floor(2.5), round(Decimal("2.675"), 2))


@agrees()
class TimeAndChance(Workflow):
    """Evaluated once where they stand: what was drawn stays what it was."""

    async def run(self):
        started = datetime.now(UTC)
        clock = time.time()
        key = uuid.uuid4()
        drawn = random.randint(1, 6)
        some = random.sample(range(100), 5)
        pause = await asyncio.gather(*[in_thread(random.random()) for _ in range(3)])
        saved = await in_thread([key, drawn, some])
        ended = datetime.now(UTC)
        return (saved == [[key, drawn, some]] * 2, 1 <= drawn <= 6, len(set(some)), all(0 <= x < 1 for x, _ in pause), key.version, isinstance(key, uuid.UUID),
                abs(ended - started) < timedelta(hours=1), clock > 1e9, started.tzinfo == UTC, random.choice([5]), random.uniform(2, 2))
