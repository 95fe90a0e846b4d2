"""Functions as arguments: lambdas, builtins, classes and methods of types as `key=`, in map, filter and reduce."""

# fmt: off
import asyncio
import functools
import itertools
import operator

from tests.language.actions import Point, User, double, get_users, mark, numbers
from tests.language.cases import agrees
from waymark import Workflow


@agrees((["bb", "a", "CC", "ccc"],), ([],), (["a", 1],), ([[2, 1], [1]],), (5,))
class Keys(Workflow):
    async def run(self, items):
        found = []
        for case in range(6):
            try:
                match case:
                    case 0:
                        value = sorted(items, key=len)
                    case 1:
                        value = sorted(items, key=lambda x: x[-1], reverse=True)
                    case 2:
                        value = min(items, key=lambda x: (len(x), x)), max(items, key=len)
                    case 3:
                        value = max(items, key=str, default="none"), min(items, default=None, key=None)
                    case 4:
                        value = sorted(items, key=str.lower)
                    case _:
                        value = max("b", "aa", key=len), min(3, -4, key=abs), sorted(items, key=None, reverse=len(items) > 2)
            except (TypeError, ValueError) as error:
                value = error
            found = found + [value]
        return found


@agrees()
class OfModels(Workflow):
    async def run(self):
        users = await get_users(["eve", "ann", "bert"])
        limit = 3
        return (
            [user.name for user in sorted(users, key=lambda user: user.name)], max(users, key=lambda u: (u.active, len(u.name))).name,
            sorted(users, key=lambda u: u.name[limit - 1])[0], [*map(lambda u: u.name.upper(), users)], [u.name for u in filter(lambda u: len(u.name) > limit, users)],
            sorted({"b": 1, "a": 2}.items(), key=lambda item: item[1]), sorted([{"n": 2}, {"n": 1}], key=operator.itemgetter("n")),
            [u.name for u in sorted(users, key=operator.attrgetter("name"))],
        )


@agrees(([1, 2, 3],), (["1", " 2 "],), ([],), ([None],), (["x"],), (3,))
class MapsAndFilters(Workflow):
    async def run(self, items):
        found = []
        for case in range(7):
            try:
                match case:
                    case 0:
                        value = list(map(str, items)), tuple(map(bool, items))
                    case 1:
                        value = sum(map(int, items))
                    case 2:
                        value = list(map(lambda x: x * 2, items)), list(filter(None, items)), list(filter(lambda x: x != 2, items))
                    case 3:
                        value = list(map(lambda x, y: (y, x), items, items)), list(map(max, items, items))
                    case 4:
                        value = [x for x in map(lambda x: [x], items) if x != [2]]
                    case 5:
                        value = functools.reduce(lambda a, b: a + b, items), functools.reduce(operator.add, items)
                    case _:
                        value = list(itertools.accumulate(items, lambda a, b: a + b)), list(itertools.accumulate(items))
            except (TypeError, ValueError) as error:
                value = error
            found = found + [value]
        return found


@agrees()
class WithAwaits(Workflow):
    async def run(self):
        n = 2
        return (
            sorted(await numbers(4), key=lambda x: -x), [await double(x) for x in map(lambda x: x + n, await numbers(2))],
            await asyncio.gather(*[mark(x) for x in sorted({"a": 1}, key=len)]), max([await double(x) for x in (3, 1)], key=lambda x: -x),
        )


@agrees()
class InLoops(Workflow):
    async def run(self):
        found = []
        for name in sorted(["b", "a"], key=lambda text: text):
            for n in map(int, ["1", "2"]):
                found = found + [name * n, await double(n)]
        for n in filter(lambda n: n % 2, range(5)):
            found = found + [n]
        for text in map(self.twice, "ab"):
            found = found + [text]
        return found

    def twice(self, text):
        return text * 2


@agrees()
class MapIsLazy(Workflow):
    async def run(self):
        found = []
        try:
            for x in map(lambda x: 1 / x, [1, 2, 0, 4]):
                found = found + [await mark(x)]
        except ZeroDivisionError as error:
            return found, error


@agrees()
class Constructors(Workflow):
    async def run(self):
        return [*map(Point, [1, 2])], [p.x for p in map(lambda x: Point(x, y=3), range(2))], list(map(User.model_validate, [{"name": "a"}]))


@agrees()
class Scopes(Workflow):
    async def run(self):
        x = 10
        rows = [[3, 1], [2]]
        return [sorted(x, key=lambda x: -x) for x in rows], sorted([1, 2], key=lambda y: -y * x), [max(r, key=lambda v: v * x) for r in rows for x in (1, -1)], x


@agrees()
class FunctionsBeforeAwaits(Workflow):
    async def run(self):
        by = await double(1)
        return functools.reduce(lambda a, b: a + b * by, await numbers(4)), list(map(lambda a, b: a + b, await numbers(2), [1, by]))
