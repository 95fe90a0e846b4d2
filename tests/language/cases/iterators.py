"""enumerate, zip, reversed, map, filter, views of dicts and generator expressions in loops and comprehensions: one element at a time."""

# fmt: off
import asyncio

from tests.language.actions import add, double, fail, mark, numbers
from tests.language.cases import agrees
from waymark import Workflow


@agrees((["a", "b", "c"],), ("xy",), ((),), ({"k": 1, "j": 2},), (range(3, 9, 2),), (b"ab",), (5,), (None,))
class Walks(Workflow):
    async def run(self, items):
        found = []
        try:
            for i, x in enumerate(items):
                found = found + [(i, x)]
            for pair in enumerate(items, 5):
                found = found + [pair]
            for x in reversed(items):
                found = found + [x]
            for x, y in zip(items, range(2)):
                found = found + [[x, y]]
            for x, (i, y) in zip(items, enumerate(items, start=-1)):
                found = found + [x, i, y]
            for x in zip(items):
                found = found + [x]
            return found, [(i, x) for i, x in enumerate(items)], list(zip(items, items)), dict(enumerate(items)), list(reversed(items)), list(zip())
        except TypeError as error:
            return found, error


@agrees(({"a": 1, "b": 2},), ({1: "x", (2, 3): None},), ({},), ([1],), ("ab",), (None,))
class Views(Workflow):
    async def run(self, data):
        found = []
        try:
            for key, value in data.items():
                found = found + [key, value]
            for key in data.keys():
                found = found + [key]
            for value in data.values():
                found = found + [value]
            for key in reversed(data):
                found = found + [key]
            for item in reversed(data.items()):
                found = found + [item]
            return (
                found, [*data], list(data.items()), sorted(data.values(), key=str), {v: k for k, v in data.items()}, sum(1 for _ in data.values()),
                len(data.keys()), max(data.keys(), default=None, key=str), [(i, k, v) for i, (k, v) in enumerate(data.items())], dict(zip(data.keys(), data.values())),
            )
        except (AttributeError, TypeError) as error:
            return found, error


@agrees(([1, 2, 3], [1, 2]), ([1], [1, 2]), ([], []), ([1, 2], [3, 4]), ([], [1]), ([1], 5))
class Strictly(Workflow):
    async def run(self, a, b):
        found = []
        try:
            for x, y in zip(a, b, strict=True):
                found = found + [x, y, await mark(x)]
        except (ValueError, TypeError) as error:
            found = found + [error]
        try:
            for x in zip(a, a, b, strict=True):
                found = found + [x]
        except (ValueError, TypeError) as error:
            found = found + [error]
        try:
            found = found + [list(zip(a, b, strict=True)), [x + y for x, y in zip(a, b, strict=True)]]
        except (ValueError, TypeError) as error:
            found = found + [error]
        return found


@agrees((0,), (1.5,), ("a",), (True,), (-3,), (2**70,), (None,))
class StartsOfEnumerate(Workflow):
    async def run(self, start):
        found = []
        try:
            for i, x in enumerate("ab", start):
                found = found + [i, x]
            return found, list(enumerate("ab", start=start))
        except TypeError as error:
            return found, error


@agrees()
class WithAwaits(Workflow):
    async def run(self):
        found = []
        for i, n in enumerate(await numbers(3), await double(1)):
            found = found + [i, await double(n)]
        for a, b in zip(await numbers(2), [await double(1), await double(2)]):
            found = found + [await add(a, b)]
        for n in reversed(await numbers(3)):
            found = found + [n]
        pairs = [(i, await double(x)) for i, x in enumerate([5, 6])]
        items = {k: await double(v) for k, v in {"a": 1, "b": 2}.items()}
        many = await asyncio.gather(*[add(i, x) for i, x in enumerate([5, 6])], *[double(v) for v in items.values()])
        return found, pairs, items, many, [await add(a, b) for a, b in zip([1, 2], reversed([3, 4])) if await double(a)]


@agrees()
class ControlFlow(Workflow):
    async def run(self):
        found = []
        for i, (a, b) in enumerate(zip("abcd", reversed("wxyz"))):
            if i == 1:
                continue
            if i == 3:
                break
            found = found + [a, b]
        else:
            found = found + ["never"]
        for i, x in enumerate([1]):
            pass
        else:
            found = found + ["else", i, x]
        for i in (n * 2 for n in range(5) if n % 2):
            if i > 4:
                break
            found = found + [i, await double(i)]
        for k, v in {"a": 1}.items():
            for i, _ in enumerate(k * 2):
                found = found + [k, v, i]
        return found


@agrees()
class InTry(Workflow):
    async def run(self):
        found = []
        try:
            for i, x in enumerate([2, 1, 0]):
                found = found + [await mark(i), 2 / x]
                if i == 2:
                    await fail("ValueError", 1)
        except ZeroDivisionError as error:
            return found, error
        finally:
            for k in reversed(found):
                await mark(k)


@agrees()
class GeneratorsAreLazy(Workflow):
    async def run(self):
        x, found = 1, []
        for y in (x * n for n in range(3)):
            x = x + 1
            found = found + [y]
        for y in (n for n in filter(lambda n: n > x - 4, range(6))):
            x = x + 1
            found = found + [y, x]
        return found


@agrees()
class InHelpers(Workflow):
    async def run(self):
        return self.index(["a", "b"]), await self.total({"a": 1, "b": 2})

    def index(self, items):
        for i, item in enumerate(items):
            if item == "b":
                return i

    async def total(self, data):
        total = 0
        for _, value in sorted(data.items()):
            total += await double(value)
        return total


@agrees()
class UnpacksIterators(Workflow):
    async def run(self):
        a, b = map(int, "12")
        c, *d = reversed([1, 2, 3])
        (e, f), g = zip("ab", "cd")
        h, i = {"x": 1, "y": 2}.values()
        return a, b, c, d, e, f, g, h, i
