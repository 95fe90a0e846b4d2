"""Helper methods: sync and async, static, recursive, with defaults, inherited."""

# fmt: off
from tests.language.actions import PaymentError, add, double, echo, fail, get_users, mark
from tests.language.cases import agrees
from waymark import Workflow

RATE = 3


@agrees((2,), (2.5,), ("ab",))
class Sync(Workflow):
    async def run(self, n):
        return self.triple(n), self.triple(self.triple(n)), [self.triple(x) for x in [n]], {"k": self.triple(n)}

    def triple(self, x):
        return x * RATE


@agrees((2,))
class Async(Workflow):
    async def run(self, n):
        first = await self.step(n)
        return first, await self.step(first) + 1, [await self.step(x) for x in range(2)]

    async def step(self, x):
        y = await double(x)
        return await add(y, 1)


@agrees()
class Static(Workflow):
    async def run(self):
        return self.scale(3), self.scale(3, 5), await self.fetch("x")

    @staticmethod
    def scale(x, by=2):
        return x * by

    @staticmethod
    async def fetch(key):
        return await echo({key: 1})


@agrees()
class Arguments(Workflow):
    async def run(self):
        return [
            self.show(1), self.show(1, 2), self.show(1, 2, 3), self.show(c=7, a=5), self.show(1, c=9),
            self.only(a=1, b=2), self.only(b=2, a=1), self.only(a=1), self.position(1, 2), self.position(1),
        ]

    def show(self, a, b=10, c="c"):
        return [a, b, c]

    def only(self, *, a, b=None):
        return a, b

    def position(self, a, b=(1, 2), /):
        return a, b


@agrees()
class OrderOfArguments(Workflow):
    async def run(self):
        return await self.collect(await mark(1, "a"), c=await mark(2, "c"), b=await mark(3, "b"))

    async def collect(self, a, b, c):
        return [a, b, c]


@agrees()
class OrderOfFailingArguments(Workflow):
    async def run(self):
        nothing = None
        try:
            self.collect(c=nothing["type"], a=1 / 0, b={}["key"])
        except (TypeError, ZeroDivisionError, KeyError) as error:
            return error

    def collect(self, a, b, c):
        return [a, b, c]


@agrees((0,), (1,), (10,), (200,))
class Recursion(Workflow):
    async def run(self, n):
        return self.total(n)

    def total(self, n):
        if n == 0:
            return 0
        return n + self.total(n - 1)


@agrees((1,), (8,))
class RecursionTwice(Workflow):
    async def run(self, n):
        return self.fib(n)

    def fib(self, n):
        return n if n < 2 else self.fib(n - 1) + self.fib(n - 2)


@agrees()
class RecursionOverStructures(Workflow):
    async def run(self):
        tree = {"value": 1, "children": [{"value": 2, "children": [{"value": 3, "children": []}]}, {"value": 4, "children": []}]}
        return self.sum_of(tree), await self.visit(tree, 0)

    def sum_of(self, node):
        total = node["value"]
        for child in node["children"]:
            total += self.sum_of(child)
        return total

    async def visit(self, node, depth):
        seen = [await echo((depth, node["value"]))]
        for child in node["children"]:
            seen = seen + await self.visit(child, depth + 1)
        return seen


@agrees((6,), (7,))
class MutualRecursion(Workflow):
    async def run(self, n):
        return self.even(n), self.odd(n)

    def even(self, n):
        return True if n == 0 else self.odd(n - 1)

    def odd(self, n):
        return False if n == 0 else self.even(n - 1)


@agrees()
class EndlessRecursion(Workflow):
    async def run(self):
        try:
            return self.down(0)
        except RecursionError:
            return "too deep"

    def down(self, n):
        return self.down(n)


@agrees()
class EndlessRecursionIsRuntimeError(Workflow):
    async def run(self):
        try:
            await self.down([])
        except RuntimeError as error:
            return error.args

    async def down(self, n):
        await self.down(n)


@agrees()
class LocalsAreTheirOwn(Workflow):
    async def run(self):
        x, y = 1, 2
        z = self.other(10)
        return x, y, z

    def other(self, x):
        y = x + 1
        x = y * 2
        return x, y


@agrees()
class UnboundInHelper(Workflow):
    async def run(self):
        y = 1
        try:
            return self.broken()
        except UnboundLocalError as error:
            return y, error.args

    def broken(self):
        if False:
            y = 1
        return y


@agrees()
class ExceptionsPassThrough(Workflow):
    async def run(self):
        seen = []
        try:
            self.divide(1, 0)
        except ZeroDivisionError as error:
            seen = seen + [error]
        try:
            await self.pay()
        except PaymentError as error:
            seen = seen + [error, error.code]
        seen = seen + [await self.safe()]
        return seen

    def divide(self, a, b):
        return a // b

    async def pay(self):
        await mark("before")
        await fail("card", 5)
        await mark("never")

    async def safe(self):
        try:
            return await self.pay()
        except PaymentError:
            return "safe"
        finally:
            await mark("finally in the helper")


@agrees()
class UncaughtInHelper(Workflow):
    async def run(self):
        return await self.outer(1)

    async def outer(self, n):
        return await self.inner(n) + 1

    async def inner(self, n):
        raise KeyError("deep", n)


@agrees((0,), (3,))
class ReturnsEarly(Workflow):
    async def run(self, n):
        return self.first_over(n), self.nothing(), await self.nothing_async()

    def first_over(self, n):
        for x in [1, 5, 9]:
            if x > n:
                return x
        return None

    def nothing(self):
        pass

    async def nothing_async(self):
        await mark("nothing")


@agrees()
class AsStatements(Workflow):
    async def run(self):
        self.sync()
        await self.note("a")
        _ = await self.note("b")
        return "done"

    def sync(self):
        return 1

    async def note(self, label):
        await mark(label)


@agrees()
class InsideEverything(Workflow):
    async def run(self):
        if self.positive(1) and not self.positive(-1):
            kept = [x for x in range(-2, 3) if self.positive(x)]
        while self.positive(-1):
            pass
        for x in self.pair(3):
            kept = kept + [x]
        a, b = self.pair(7)
        total = 1 + self.pair(2)[1] * 2 - -self.pair(1)[0]
        chained = 0 < self.pair(2)[0] < self.pair(2)[1] < 4
        text = "yes" if self.positive(0) else "no"
        both = self.positive(0) or self.pair(0)
        return kept, a, b, total, chained, text, both, await echo(self.pair(1))

    def positive(self, x):
        return x > 0

    def pair(self, x):
        return x, x + 1


@agrees()
class InTry(Workflow):
    async def run(self):
        seen = []
        for n in [0, 1, "a"]:
            try:
                seen = seen + [self.inverse(n)]
            except ZeroDivisionError:
                seen = seen + ["zero"]
            except TypeError:
                seen = seen + ["type"]
            else:
                seen = seen + ["fine"]
            finally:
                seen = seen + [self.label(n)]
        return seen

    def inverse(self, n):
        try:
            return 1 / n
        finally:
            n = "changed"

    def label(self, n):
        return (n,)


@agrees((3,))
class Defaults(Workflow):
    async def run(self, n, extra=("a", 1), flag=True, nothing=None, rate=2.0):
        return self.with_defaults(), self.with_defaults(n), n, extra, flag, nothing, rate

    def with_defaults(self, a=RATE, b=-1, c=(1, (2.0, "x")), d=b"z", e=""):
        return [a, b, c, d, e]


class Base(Workflow):
    async def run(self, n):
        return await self.main(n), self.name_of()

    async def main(self, n):
        return self.combine(n, await double(n))

    def combine(self, a, b):
        return a + b

    def name_of(self):
        return "base"


@agrees((4,))
class Inherited(Base):
    def combine(self, a, b):
        return [b, a]

    def name_of(self):
        return "derived"


@agrees()
class ManyCalls(Workflow):
    async def run(self):
        total = 0
        for n in range(400):
            total += self.square(n) - self.minus(self.square(n), n)
        return total

    def square(self, n):
        return n * n

    def minus(self, a, b):
        return a - b


@agrees()
class DeepAwaits(Workflow):
    """Every level of the stack waits for an action."""

    async def run(self):
        return await self.level(12)

    async def level(self, n):
        if n == 0:
            return await mark("bottom", [])
        below = await self.level(n - 1)
        return below + [await echo(n)]


@agrees()
class ExceptionThroughDeepAwaits(Workflow):
    async def run(self):
        try:
            await self.level(8)
        except ValueError as error:
            return error.args

    async def level(self, n):
        if n == 0:
            await fail("value", "bottom")
        try:
            await self.level(n - 1)
        finally:
            await mark(n)
