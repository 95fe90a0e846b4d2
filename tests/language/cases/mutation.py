"""Changing objects in place: elements, attributes, methods, and who else sees it."""

# fmt: off
import asyncio

from tests.language.actions import echo, get_point, get_user, mark, numbers
from tests.language.cases import agrees
from waymark import Workflow


@agrees(([],), ([1, 2],), ((1,),), (5,), ("ab",))
class Appended(Workflow):
    async def run(self, xs):
        xs.append(3)
        return xs


@agrees()
class AppendedInLoop(Workflow):
    async def run(self):
        done = []
        for i in range(5):
            done.append(await echo(i))
        return done


@agrees()
class Alias(Workflow):
    async def run(self):
        a = [1]
        b = a
        b.append(2)
        c = [a, b]
        c[0].append(3)
        a = a + [4]
        return a, b, c


@agrees(({"k": 1},), ({},), ({1: 2},), ([1, 2],), (None,))
class StoredKey(Workflow):
    async def run(self, d):
        d["a"] = 1
        d["b"] = [2]
        d["a"] = 3
        d["b"].append(4)
        return d


@agrees()
class RowsOfAnAction(Workflow):
    async def run(self):
        rows = await echo([{"n": 1}, {"n": 2}])
        for row in rows:
            row["m"] = row["n"] * 2
        first = rows[0]
        first["x"] = rows
        first["x"] = None
        return rows


@agrees()
class Repeated(Workflow):
    async def run(self):
        grid = [[0] * 3] * 2
        grid[0][1] = 5
        other = [[0] * 3 for _ in range(2)]
        other[0][1] = 5
        return grid, other


@agrees()
class HelperSees(Workflow):
    async def run(self):
        xs = []
        self.add(xs, 1)
        ys = self.same(xs)
        ys.append(2)
        await self.later(xs)
        return xs, ys

    def add(self, to, what):
        to.append(what)

    def same(self, xs):
        return xs

    async def later(self, xs):
        xs.append(await echo(7))


@agrees()
class Counting(Workflow):
    async def run(self):
        counts = {}
        for word in ["a", "b", "a"]:
            if word not in counts:
                counts[word] = 0
            counts[word] += 1
        groups = {}
        for n in [1, 2, 3]:
            if n % 2 not in groups:
                groups[n % 2] = []
            groups[n % 2] += [n]
        return counts, groups


@agrees()
class LiveIteration(Workflow):
    async def run(self):
        xs = [1, 2, 3]
        seen = []
        for x in xs:
            seen.append(x)
            if x < 3:
                xs.append(x + 2)
        d = {"a": 1}
        try:
            for key in d:
                d[key + "x"] = 1
        except RuntimeError as error:
            seen.append(error.args)
        return xs, seen, d


@agrees()
class InException(Workflow):
    async def run(self):
        xs = [1]
        try:
            raise ValueError("bad", xs)
        except ValueError as error:
            xs.append(2)
            first = error.args[1]
            first.append(3)
        return xs, first


@agrees()
class Raised(Workflow):
    async def run(self):
        xs = [1]
        xs.append(2)
        raise ValueError(xs)


@agrees((3,), ([1],), ("a",), ((1,),), (2.5,))
class AugmentedName(Workflow):
    async def run(self, x):
        y = x
        try:
            x += [2]
        except TypeError as error:
            return error.args
        x *= 2
        return x, y


@agrees()
class Garbage(Workflow):
    """Objects that nothing reaches any more are collected; those that are reached stay who they are."""

    async def run(self):
        kept = []
        other = {"kept": kept}
        for n in range(300):
            row = {"n": n, "parts": [n]}
            row["parts"].append(kept)
            row["parts"].pop()
            if n % 50 == 0:
                await echo(n)
                kept.append(row)
                row["parts"] += self.parts(row)
        other["kept"].append("end")
        return kept, len(other["kept"])

    def parts(self, row):
        made = []
        made.append(row["n"])
        return made


@agrees()
class SortedByKey(Workflow):
    async def run(self):
        words = await echo(["bb", "a", "ccc"])
        words.append("dddd")
        words.sort(key=lambda word: -len(word))
        first = list(words)
        words.sort(key=len, reverse=False)
        return first, words


@agrees()
class Together(Workflow):
    """Helpers that run as branches make objects of their own."""

    async def run(self):
        results = await asyncio.gather(self.collect(2), self.collect(3))
        results[1].append(2)
        results.append(await asyncio.gather(*[self.collect(n) for n in range(2)]))
        return results

    async def collect(self, count):
        found = []
        for n in range(count):
            found.append(n)
        return found


@agrees()
class Attributes(Workflow):
    """Fields of models and dataclasses are set for every name of the object."""

    async def run(self):
        user = await get_user("ann")
        other = user
        user.name = "bo"
        point = await get_point(1)
        points = [point, point]
        points[0].x += 5
        points[1].y = [1]
        point.y.append(2)
        return user, other, points, point.x
