"""Set and dict comprehensions and generator expressions: as one expression, with awaits, and which error comes first."""

# fmt: off
import asyncio

from tests.language.actions import add, check, double, fail, get_users, mark, numbers
from tests.language.cases import agrees
from waymark import Workflow


@agrees(([3, 1, 3, 2],), ("abca",), ([],), ({"a": 1, "b": 2},), ([[1]],), (5,), ([(1, 2), (1, 3)],))
class Kinds(Workflow):
    async def run(self, items):
        try:
            return {x for x in items}, {x: i for i, x in enumerate(items)}, {x: x for x in items if x}, {(x, y) for x in items for y in range(2)}
        except TypeError as error:
            return error


@agrees()
class Unpacking(Workflow):
    async def run(self):
        pairs = [("a", (1, 2)), ("b", (3, 4))]
        return (
            {k: v for k, v in pairs}, {k: x + y for k, (x, y) in pairs}, {x for _, (x, *_) in pairs}, [k for k, *rest in pairs if rest],
            {k: [v for v in vs if v > 1] for k, vs in pairs}, {k: {v: k for v in vs} for k, vs in pairs}, sum(x for _, (x, _) in pairs),
            [a for a in [[1, 2], [3]] for a in a], {k: v for k, v in {"x": 1, "y": 2}.items() if v > 1},
        )


@agrees(([1, 2, 3],), ([],), ([0, "a"],), ([None],), (["b", "a"],), (7,), ([[1], [2]],))
class Consumers(Workflow):
    async def run(self, items):
        found = []
        for case in range(12):
            try:
                match case:
                    case 0:
                        value = sum(x for x in items)
                    case 1:
                        value = [any(x for x in items), all(x for x in items)]
                    case 2:
                        value = max((x for x in items), default="none")
                    case 3:
                        value = min(x for x in items)
                    case 4:
                        value = sorted(x for x in items)
                    case 5:
                        value = list(x for x in items), tuple(x for x in items)
                    case 6:
                        value = set(x for x in items)
                    case 7:
                        value = dict((x, 1) for x in items)
                    case 8:
                        value = ",".join(str(x) for x in items)
                    case 9:
                        value = "".join(x for x in items)
                    case 10:
                        value = next((x for x in items if x != 1), "no")
                    case _:
                        value = frozenset(x for x in items), [*(x for x in items)], next(x for x in items)
            except (TypeError, ValueError, StopIteration) as error:
                value = error
            found = found + [value]
        return found


@agrees(([1, 0, 2],), ([0, 1],), ([1, "a", 0],), (["a", 0],), ([[], 0],), ([1, 2],))
class WhichErrorComesFirst(Workflow):
    async def run(self, items):
        found = []
        for case in range(8):
            try:
                match case:
                    case 0:
                        value = sum(x if x else 1 / x for x in items)
                    case 1:
                        value = any(x == 1 or 1 / x for x in items)
                    case 2:
                        value = all(x != 1 and 1 / x for x in items)
                    case 3:
                        value = max(x if x else 1 / x for x in items)
                    case 4:
                        value = {x if x != 0 else 1 / x for x in items}
                    case 5:
                        value = {x: 1 / x if x == 0 else 1 for x in items}
                    case 6:
                        value = dict((x, 1) if x else 1 / 0 for x in items)
                    case _:
                        value = [1 / x for x, _ in zip(items, [1], strict=True)]
            except (TypeError, ZeroDivisionError, ValueError) as error:
                value = error
            found = found + [value]
        return found


@agrees()
class WithAwaits(Workflow):
    async def run(self):
        return (
            {await double(n) for n in range(3)}, {n: await double(n) for n in range(3)}, {await double(n): await add(n, 1) for n in await numbers(2) if await double(n)},
            sum([await double(n) for n in range(4)]), any([await double(n) for n in range(2)]), sum(n for n in await numbers(4)),
            await asyncio.gather(*(double(n) for n in {1: 2, 3: 4})), {k: [await add(k, v) for v in vs] for k, vs in {1: [2, 3]}.items()},
        )


@agrees()
class NoHashWithAwaits(Workflow):
    async def run(self):
        found = []
        try:
            return {await mark(n, [n]) if n else n for n in range(3)}
        except TypeError as error:
            found = found + [error]
        try:
            return {(await mark(n) if n < 2 else []): await mark("value") for n in range(4)}
        except TypeError as error:
            return found + [error]


@agrees()
class InTry(Workflow):
    async def run(self):
        try:
            return {n: await check(n) for n in range(5)}
        except Exception as error:
            return error.args
        finally:
            await mark("done")


@agrees()
class InHelpers(Workflow):
    async def run(self):
        users = await get_users(["ann", "bert"])
        return self.by_name(users), await self.doubled({"a": 1}), any(user.active for user in users), {self.size(user.name) for user in users}

    def by_name(self, users):
        return {user.name: sum(len(tag) for tag in user.tags) for user in users}

    async def doubled(self, data):
        return {key: await double(value) for key, value in data.items()}

    def size(self, text):
        return len(text)


@agrees()
class FailsInside(Workflow):
    async def run(self):
        try:
            return {n: await fail("ValueError", n) for n in range(2)}
        except ValueError as error:
            return error.args


@agrees(([1, 2, 3],), ([],), ([0, 4],), ([5, "a"],), (None,))
class OfHelpers(Workflow):
    async def run(self, items):
        try:
            return (
                any(self.is_big(x) for x in items), all(self.is_big(x) for x in items if x), list(self.half(x) for x in items), sorted(self.half(x) for x in items),
                "".join(str(self.half(x)) for x in items), any((found := x) > 2 for x in items), all((last := x) < 2 for x in items) or [found, last],
                any(True for x in items if self.is_big(x)), not any(self.is_big(x) for x in items) and await mark("none"),
            )
        except (TypeError, NameError) as error:
            return error

    def is_big(self, x):
        return x > 2

    def half(self, x):
        return x / 2


@agrees(({"a": 1, "b": 2}, {"b": 3}), ({}, {}), ({1: 1}, {"a": 1}))
class OfViews(Workflow):
    async def run(self, a, b):
        return (
            sorted(a.keys() & b.keys(), key=str), "a" in a.keys(), ("b", 3) in b.items(), 2 not in a.values(), a.keys() == b.keys(), a.items() == {"a": 1, "b": 2}.items(),
            sorted(a.keys() - b.keys(), key=str), len(a.keys() | b.keys()), a.keys() <= {"a", "b"}, sorted(a.keys() ^ {"a"}, key=str),
        )
