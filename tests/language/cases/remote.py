"""What CPython computes for the engine: in every place of a body, combined with awaits, loops, try, helpers and gathers."""

# fmt: off
import asyncio
import datetime as dt
import decimal
import uuid
from decimal import Decimal
from pathlib import PurePosixPath

from tests.language.actions import Color, add, double, echo, fail, mark
from tests.language.cases import agrees
from tests.language.models import Flavor, Line, Order, Rejected, Right, Size, Version
from waymark import Workflow

RATE = Decimal("1.19")
DAY = dt.timedelta(days=1)


@agrees((Decimal("2.50"), 3), (Decimal(0), 2), (Decimal("-4.00"), 2), (Decimal("1E+5"), -1), ("x", 2))
class DecimalsEverywhere(Workflow):
    async def run(self, price, count: int):
        total = price * count
        if total > 5:
            total -= 1
        rows = [price + n for n in range(count) if price * n != 3]
        gross = await echo(price * RATE)
        both = await asyncio.gather(echo(price + 1), *[double(price - n) for n in range(count)])
        try:
            share = RATE / price
        except (decimal.DivisionByZero, decimal.InvalidOperation, TypeError) as error:
            share = type(error).__name__
        return total, rows, gross, both, share, self.net(price * count), await self.later(price), price and price / 2, -price

    def net(self, amount):
        return amount / 2 if amount else amount

    async def later(self, amount):
        return await echo(amount - 1) + amount


@agrees((dt.date(2024, 2, 28),), (dt.datetime(2024, 2, 28, 23, 30),), (dt.datetime(2024, 12, 31, tzinfo=dt.UTC),))
class DatesEverywhere(Workflow):
    async def run(self, start):
        days = []
        day = start
        while day < start + DAY * 3:
            days = days + [day.isoformat()]
            day = day + DAY
        late = await echo(day - start)
        return days, late, late / 2, late // DAY, start.replace(year=2000), day > start, [start, day][0] - DAY, late.total_seconds(), start.weekday()


@agrees()
class EveryStatementLeavesItsExpression(Workflow):
    async def run(self):
        amount = await echo(Decimal(3))
        try:
            await mark("in arguments", amount / 0)
        except decimal.DivisionByZero:
            await mark("caught")
        try:
            return amount / 0
        except ZeroDivisionError as error:
            kept = error
        try:
            await asyncio.sleep(amount / 0)
        except ArithmeticError:
            await mark("slept not")
        try:
            self.fail_with(amount / 0)
        except ArithmeticError:
            await mark("called not")
        try:
            raise Rejected(amount / 0)
        except ArithmeticError:
            await mark("raised not")
        try:
            await asyncio.gather(echo(1), echo(amount / 0))
        except ArithmeticError:
            await mark("gathered not")
        try:
            await asyncio.gather(*[echo(amount / n) for n in [1, 0]])
        except ArithmeticError:
            await mark("spread not")
        finally:
            last = amount / 2
        for n in [amount + 1, amount / 3]:
            last = last + n
        while last > amount * 4:
            last = last / 2
        return last, len(kept.args)

    def fail_with(self, value):
        return value


@agrees((0,), (3,), (7,))
class InStraightLine(Workflow):
    """Nodes before one that is left to CPython are not executed again, nodes behind it are."""

    async def run(self, n: int):
        x = n
        y = x
        x = x + 1
        z = Decimal(x) + y
        y = y + 1
        w = Decimal(y) * z
        x = x + 1
        if w > 10:
            x = x * 10
            w = w - x
        a, b = w + 1, w - 1
        return x, y, z, w, a, b


@agrees((0,), (5,), (11,))
class InLoops(Workflow):
    async def run(self, n: int):
        total = Decimal(0)
        for i in range(n):
            if Decimal(i) % 2 == 1:
                continue
            total += Decimal(i) / 4
            if total > 5:
                break
            await double(i)
        else:
            total = -total
        return total


@agrees((Size.SMALL, 2), (Size.LARGE, Size.SMALL), (Flavor.SWEET, "sweet"), (Color.RED, "red"), (Right.READ, Right.WRITE), (Flavor.SOUR, Flavor.SWEET))
class Enums(Workflow):
    async def run(self, left, right):
        try:
            joined = left | right
        except TypeError as error:
            joined = str(error)
        try:
            added = left + right
        except TypeError as error:
            added = str(error)
        try:
            ordered = left < right
        except TypeError as error:
            ordered = str(error)
        return joined, added, ordered, left == right, left in [right], bool(left), left.name, left.value, str(left), f"{left}", repr(left)


@agrees(([Line(sku="a", price=Decimal("2.5"), count=2), Line(sku="b")],), ([],))
class ModelsCompute(Workflow):
    async def run(self, lines):
        order = Order(lines=lines)
        total = sum([line.total for line in lines], Decimal(0))
        rows = []
        for line in order.lines:
            rows = rows + [(line.sku, line.model_dump(), line.model_copy(update={"count": 9}).total)]
        empty = "empty" if not order else order[0].sku
        return total, rows, empty, "A" in order, len(order), order == Order(lines=lines), [line for line in order]


@agrees((1, 2), (-1, 0), ("x", 0), (2, 2))
class DataclassesCompute(Workflow):
    async def run(self, major, minor):
        try:
            version = Version(major, minor)
        except ValueError as error:
            return error.args
        try:
            newer = version + 1
        except TypeError as error:
            return str(error)
        found = await echo(newer)
        return version < newer, max(version, newer), found == Version(major + 1), str(version), f"{version}!", {version: 1}, {version, newer} == {newer, version}


@agrees()
class ExceptionsCompute(Workflow):
    async def run(self):
        try:
            raise Rejected(503, reason="busy")
        except Rejected as error:
            first = error.is_final, error.code, error.reason, str(error), error.args
        try:
            await fail("card", 7)
        except Exception as error:
            second = error.code + Decimal(1), str(error), isinstance(error, LookupError)
        return first, second


@agrees((uuid.UUID(int=5), PurePosixPath("/a/b.txt")))
class OtherValues(Workflow):
    async def run(self, key, path):
        return key.hex, key < uuid.UUID(int=6), str(key), path / "c", path.suffix, path.parent, path.with_name("x"), path < PurePosixPath("/b"), key.int + 1


@agrees(({1, 2, 3},), (set(),), (frozenset([5]),))
class Sets(Workflow):
    async def run(self, items):
        total = 0
        for item in items:
            total += item
        return total, [item * 2 for item in items], sorted(items), await asyncio.gather(*[double(item) for item in items])


@agrees((-8,), (4,))
class Unencodable(Workflow):
    """A value without a stored form is fine as long as it does not outlive its expression."""

    async def run(self, n: int):
        return abs(n ** 0.5) < 3, [str(x) for x in zip([n], "ab")], "%s %05.1f %x" % (n, n, abs(n)), b"%d" % n


@agrees((1,))
class TwoAtOnce(Workflow):
    async def run(self, n: int):
        first, second = await asyncio.gather(double(n), add(Decimal(n), n))
        return first + second


@agrees((Decimal(2),), (3,))
class InTasks(Workflow):
    """Branches of a gather that are helpers, and a task that is cancelled while CPython computes for it."""

    async def run(self, amount):
        pair = await asyncio.gather(self.grow(amount, 1), self.grow(amount, 2))
        task = asyncio.create_task(self.grow(amount / 4, 3))
        late = await task
        try:
            async with asyncio.timeout(60):
                nested = await self.grow(late - 1, 0)
        except TimeoutError:
            nested = None
        try:
            await asyncio.gather(self.grow(amount, 1), self.grow(amount * 0, 0))
        except ArithmeticError as error:
            return pair, late, nested, isinstance(error, ZeroDivisionError)

    async def grow(self, amount, times: int):
        for n in range(times):
            amount = await echo(amount * Decimal("1.5") + n)
        return 1 / Decimal(amount)


@agrees()
class ManySpills(Workflow):
    """Arguments that wait for CPython one after the other, beside arguments that do not."""

    async def run(self):
        d = await echo(Decimal("0.5"))
        first = await add(a=d * 3 % 2, b=[d ** 2, (d, -d)][0])
        second = await asyncio.gather(add(d / 7, first % 1), *[add(d * n, n) for n in (1, 2)], echo({"k": [d + 1]}))
        return first, second, self.pair(d // 1, right=d * 9 // 2)

    def pair(self, left, right):
        return [left, right, left % 3 == right % 3]
