"""Displays of sets, and `*` and `**` in displays and in calls of builtins; slices."""

# fmt: off
import asyncio

from tests.language.actions import User, add, double, echo, fail, mark, numbers
from tests.language.cases import agrees
from waymark import Workflow


@agrees(([1, 2],), ((),), ("ab",), ({"k": 1, "a": 2},), (range(3),), (b"ab",), (5,), (None,))
class Stars(Workflow):
    async def run(self, items):
        try:
            return [*items], [0, *items, 9, 10, *items], (*items,), (1, *items, 2), [*items, *[7]], [[*items]]
        except TypeError as error:
            return error


@agrees(([1, 2],), ((1, 1.0, True),), ([[]],), (5,), ("a",))
class Sets(Workflow):
    async def run(self, items):
        try:
            return {1, 2, 1.0}, {"a"}, {*items}, {0, *items, (1, 2)}, len({*items, *items}), 1 in {*items}, {None, True, 1} == {1, None}
        except TypeError as error:
            return error


@agrees(([],), ({},), ({1},))
class WhatHasNoHash(Workflow):
    async def run(self, value):
        found = []
        try:
            return {value, await mark("never")}
        except TypeError as error:
            found = found + [error]
        try:
            return {*[1], value, 1 / 0}
        except TypeError as error:
            found = found + [error]
        try:
            return {await mark("set"), *[1], value, await mark("never")}
        except TypeError as error:
            return found + [error]


@agrees(({"a": 1, "b": 2}, {"b": 3, "c": 4}), ({}, {1: 2}), ({"x": [1]}, {}), ({"a": 1}, 5), ({"a": 1}, None), ({"a": 1}, [("a", 1)]))
class Mappings(Workflow):
    async def run(self, first, second):
        try:
            return {**first}, {**first, "b": 9, **second, "z": 0}, {"b": 0, **first}, {**second, **first}, [*{**first, **second}]
        except TypeError as error:
            return error


@agrees()
class OrderWithAwaits(Workflow):
    async def run(self):
        x = 1
        a = [x, *await numbers(2), (x := 5), *[x], await double(x)]
        b = {**await echo({"k": x}), "y": (x := 6), **{"x": x, "k": await double(x)}}
        c = {await double(1), *await numbers(3), x}
        d = (*await numbers(2), *[await double(n) for n in (1, 2)])
        return a, b, c, d, await asyncio.gather(*[mark([*range(n)], {**b, "n": n}) for n in range(2)])


@agrees()
class InTry(Workflow):
    async def run(self):
        try:
            return [*[1], await mark("one"), *await fail("ValueError", 3), await mark("never")]
        except ValueError as error:
            return {**{"error": error.args}}


@agrees(([1, 2, 3, 4, 5, 6],), ("héllo w",), ((1, 2, 3, 4, 5),), (b"abcdef",), (range(2, 40, 3),), ([],), ("",))
class Slices(Workflow):
    async def run(self, x):
        return [
            x[:], x[1:], x[:3], x[1:4], x[-2:], x[:-1], x[::2], x[::-1], x[4:1:-1], x[-100:100], x[5:2], x[None:2], x[1:None:3], x[2:2],
            x[True:3], x[10**30:], x[: -(10**30)], x[:: 10**30], x[1:4][0:1], len(x[2:]),
        ]


@agrees(([1, 2], 0), ([1, 2], 1.5), ("ab", "a"), (5, 1), (None, 1), ({"a": 1}, 1), ({1, 2}, 1))
class SlicesThatFail(Workflow):
    async def run(self, x, step):
        try:
            return x[::step]
        except (TypeError, ValueError) as error:
            return error


@agrees()
class SlicesWithAwaits(Workflow):
    async def run(self):
        x = [0, 1, 2, 3, 4, 5]
        return x[await double(1) : await add(2, 3) : 1], (await numbers(5))[1:-1], [x[n:] [: await double(n)] for n in range(3)], self.tail(x)

    def tail(self, items):
        return items[1:] and [items[0], *self.tail(items[1:])]


@agrees(([3, 1, 2], {"reverse": True}), ([], {}), ([1], {"reverse": False}))
class InCalls(Workflow):
    async def run(self, items, options):
        return (
            max(*items, 7), sorted(*[items], **options), dict(**options, x=1), dict({"a": 1}, **options), list(zip(*[items, items])), set().union(*[items, [9]]),
            "{}-{}".format(*[1, 2]), range(*[1, 5]), User(**{"name": "a", "age": 3}), "a b".split(*[" "], **{"maxsplit": 1}),
        )


@agrees()
class CallsThatFail(Workflow):
    async def run(self):
        found, five, names = [], 5, {"a": 1}
        for case in range(6):
            try:
                match case:
                    case 0:
                        max(*five)
                    case 1:
                        dict(**five)
                    case 2:
                        dict(a=2, **names)
                    case 3:
                        dict(**names, **names)
                    case 4:
                        dict(**{1: 2})
                    case 5:
                        len(*names, *names)
            except TypeError as error:
                found = found + [error]
        return found
