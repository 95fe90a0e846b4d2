"""Locals that hold what is no value: functions, views of dicts, iterators."""

# fmt: off
import asyncio
import operator
import re

from tests.language.actions import double, get_users, mark, numbers
from tests.language.cases import agrees
from waymark import Workflow


@agrees((1,), (-1,))
class LambdasThatLocalsHold(Workflow):
    async def run(self, sign):
        key = lambda user: (sign * len(user.name), user.name)  # noqa: E731
        is_even = lambda n: n % 2 == 0  # noqa: E731
        users, found = await get_users(["bo", "ann", "al"]), []
        for _ in range(2):
            found.append([user.name for user in sorted(users, key=key)])
            found.append((max(users, key=key).name, min(users, key=key, default=None).name))
            sign = -sign * await double(1)
        return found, list(filter(is_even, range(5))), [list(map(is_even, row)) for row in [[1, 2], [4]]], sum(map(is_even, await numbers(4)))


@agrees((True,), (False,))
class ChosenByABranch(Workflow):
    async def run(self, flag):
        if flag:
            key = lambda n: n  # noqa: E731
            found = sorted([3, 1, 2], key=key)
        else:
            key = lambda n: -n  # noqa: E731
            found = sorted([3, 1, 2], key=key)
        return found


@agrees()
class FunctionsThatLocalsHold(Workflow):
    async def run(self):
        size = len
        lower = str.lower
        by = operator.itemgetter("n", "m")
        fetch = double
        pattern = re.compile(r"(\w)-(\w)")
        rows = [{"n": 2, "m": 1}, {"n": 1, "m": 5}, {"n": 1, "m": 4}]
        found = [fetch(n) for n in range(3)]
        return (
            sorted(["bb", "a"], key=size), size([1, 2]), sorted(["B", "a"], key=lower), lower("Q"), sorted(rows, key=by),
            await fetch(2), await asyncio.gather(*found), pattern.sub(r"\2-\1", "a-b"), [pattern.match(t) is None for t in ("a-b", "")],
        )


@agrees(({"b": 1, "a": 2},), ({},), ([1],), (None,))
class ViewsThatLocalsHold(Workflow):
    async def run(self, given):
        try:
            return await self.seen(given)
        except AttributeError as error:
            return error

    async def seen(self, given):
        keys = given.keys()
        items = given.items()
        found = [len(keys), "a" in keys, list(items), sorted(keys)]
        given["c"] = await double(2)
        for key in keys:
            found.append(key)
        total = 0
        for _, value in items:
            total += await double(value)
        values = given.values()
        return found, total, sum(values), len(keys), {**dict(items)}, keys & {"a"}


@agrees()
class ViewsInLoops(Workflow):
    async def run(self):
        found = []
        for row in [{"x": 1}, {"y": 2, "z": 3}]:
            items = row.items()
            found += [f"{key}{value}" for key, value in items]
            for key, value in items:
                found.append(await mark(f"{key}={value}"))
        return found


@agrees(([1, 2, 3], [4, 5]), ([], [1]), ("ab", "cd"), (1, 2))
class IteratorsThatLocalsHold(Workflow):
    async def run(self, left, right):
        try:
            pairs = zip(left, right)
            found = list(pairs)
        except TypeError as error:
            return error
        pairs = zip(left, right)
        total = 0
        counted = []
        for a, b in pairs:
            total += 1
            counted.append((a, await double(b)))
        doubled = map(lambda item: item * 2, left)
        found.extend(doubled)
        numbered = enumerate(right, 1)
        as_dict = dict(numbered)
        back = reversed(left)
        turned = [await double(item) for item in back]
        squares = (item * 3 for item in right)
        joined = [*squares]
        first = iter(left)
        return found, total, counted, as_dict, turned, joined, next(first, None)


@agrees()
class AGeneratorSeesWhatIsBoundLater(Workflow):
    async def run(self):
        factor, found = 1, []
        products = (item * factor for item in [1, 2, 3])
        for product in products:
            found.append(product)
            factor = await double(product)
        return found


@agrees()
class InHelpers(Workflow):
    async def run(self):
        first, second = await asyncio.gather(self.names({"b": 1, "a": 2}), self.names({}))
        return first, second, self.ordered(["bb", "a"])

    async def names(self, given):
        items = given.items()
        await double(1)
        by = lambda item: item[1]  # noqa: E731
        return [key for key, _ in sorted(items, key=by)]

    def ordered(self, words):
        key = len
        return sorted(words, key=key)
