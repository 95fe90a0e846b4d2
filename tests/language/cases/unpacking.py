"""Starred targets, `del` of names, and annotations that bind nothing."""

# fmt: off
from tests.language.actions import echo, get_point, mark, numbers
from tests.language.cases import agrees
from waymark import Workflow


@agrees(([1, 2, 3, 4],), ((1, 2),), ("abc",), (b"xyz",), ({"a": 1, "b": 2},), (range(5),), ({1},), ([1],), (5,), (None,), (2.5,))
class Starred(Workflow):
    async def run(self, value):
        try:
            first, *rest = value
        except (TypeError, ValueError) as error:
            return error
        *most, last = value
        [*whole] = value
        return first, rest, most, last, whole


@agrees(([1, 2],), ([1, 2, 3],), ("abcde",), ([1],), ([],), (7,))
class StarredInTheMiddle(Workflow):
    async def run(self, value):
        a, *b, c = value
        return a, b, c


@agrees()
class StarredNested(Workflow):
    async def run(self):
        a, (b, *c), *d = await echo([1, [2, 3, 4], 5, (6,)])
        (e, *f), *[g, *h] = "xy", "z", [7]
        return a, b, c, d, e, f, g, h


@agrees(([[1, 2, 3], (4,)],), ([[1], []],), ([5],))
class StarredInLoops(Workflow):
    async def run(self, rows):
        seen = []
        for first, *rest in rows:
            seen = seen + [(first, rest, await mark(first))]
        return seen, [(a, b) for a, *b in rows], [await echo([a, b]) for *a, b in rows]


@agrees()
class StarredIsBoundBeforeTheNextFails(Workflow):
    async def run(self):
        a = b = c = d = 0
        try:
            a, *b, (c, *d) = [1, 2, 3, ()]
        except ValueError as error:
            return a, b, c, d, error.args


@agrees()
class StarredFromHelper(Workflow):
    async def run(self):
        head, *tail = await self.load()
        x, *y = head, *tail = head, tail
        return x, y, head, tail

    async def load(self):
        return await numbers(4)


@agrees((True,), (False,))
class Delete(Workflow):
    async def run(self, again):
        x, y, z = 1, 2, 3
        del x, (y, [z])
        if again:
            x = await mark("again", 5)
        try:
            return x
        except UnboundLocalError as error:
            return error


@agrees((1,))
class DeleteParameter(Workflow):
    async def run(self, n):
        del n
        return n


@agrees()
class DeleteTwice(Workflow):
    async def run(self):
        x = 1
        for _ in range(2):
            await mark("deleting")
            del x


@agrees()
class DeleteInTry(Workflow):
    async def run(self):
        seen = []
        for n in [1, 2]:
            try:
                if n == 1:
                    x = n
                del x
            except UnboundLocalError as error:
                seen = seen + [error.args]
            else:
                seen = seen + ["deleted"]
            finally:
                await mark("finally")
        return seen, self.gone(1)

    def gone(self, n):
        del n
        n = 2
        return n


@agrees()
class AnnotatedPlaces(Workflow):
    async def run(self):
        point = await get_point(1, 2)
        point.x: int
        [point][0]: "not evaluated"
        (y): int = 5
        try:
            {}["k"].x: int
        except KeyError as error:
            return y, error.args
