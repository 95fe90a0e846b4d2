"""`*args`, `**kwargs`, keyword-only and positional-only parameters, and calls with `*` and `**`."""

# fmt: off
import asyncio

from tests.language.actions import add, echo, mark
from tests.language.cases import agrees
from waymark import Workflow, action


@action
async def collected(first, *rest, key=1, **more):
    return [first, rest, key, more]


@action
async def strict(a, b=2, /, c=3, *, d, e=5):
    return [a, b, c, d, e]


def total(*numbers, start=0):
    for n in numbers:
        start += n
    return start


def shown(a, b=2, /, c=3, *others, d=4, **more):
    return a, b, c, others, d, more


@agrees()
class Variadic(Workflow):
    async def run(self):
        return [
            total(), total(1, 2, 3), total(1, start=5), total(*[1, 2], 3, *range(2), start=await echo(7)), shown(1), shown(1, 2, 3, 4, 5, d=6, e=7),
            shown(*"ab", c=1), shown(1, **{"c": 2, "x": 3}, y=4), shown(1, **{"b": 5}), self.helper(1, 2, 3), self.helper(a=1, z=2),
            await self.later(*[1], **{"k": 2}), await self.later(), self.static(*(1, 2)),
        ]

    def helper(self, a=0, *rest, **more):
        return a, rest, more

    async def later(self, *args, **kwargs):
        return await echo([args, kwargs])

    @staticmethod
    def static(a, b):
        return a - b


@agrees(([1],), ([1, 2],), ([1, 2, 3, 4],), ([],), ((5,),), ("ab",), ({"x": 1},), (5,), (None,))
class Positional(Workflow):
    async def run(self, args):
        seen = []
        try:
            seen = seen + [self.two(*args)]
        except TypeError as error:
            seen = seen + [error.args]
        try:
            seen = seen + [await add(*args)] if len(args) == 2 else seen
            seen = seen + [await collected(*args)]
        except TypeError as error:
            seen = seen + [error.args]
        return seen

    def two(self, a, b=10):
        return a, b


@agrees(
    ({"d": 1},), ({"d": 1, "c": 2, "e": 3},), ({},), ({"d": 1, "a": 2},), ({"d": 1, "zz": 2},), ({"d": 1, "b": 2, "a": 3},), ({3: 1},), (5,),
    ({"self": 1, "d": 1},),
)
class Named(Workflow):
    async def run(self, options):
        seen = []
        try:
            seen = seen + [self.helper(1, **options)]
        except TypeError as error:
            seen = seen + [error.args]
        try:
            return seen + [await strict(1, **options)]
        except TypeError as error:
            return seen + [error.args]

    def helper(self, a, b=2, /, c=3, *, d, e=5):
        return [a, b, c, d, e]


@agrees((0,), (1,), (2,), (3,), (4,), (5,))
class Wrong(Workflow):
    async def run(self, n):
        nothing, one, two, words = [], [1], [1, 2], {"c": 1, "d": 2}
        try:
            if n == 0:
                return self.three(*nothing)
            if n == 1:
                return self.three(*one, *two, *two)
            if n == 2:
                return self.three(*two, **words)
            if n == 3:
                return self.three(1, *one, a=5, **{})
            if n == 4:
                return self.words(*one)
            return self.words(*two, *two, **words)
        except TypeError as error:
            return error

    def three(self, a, b, c):
        return a, b, c

    def words(self, a=1, *, c, d, e=0):
        return a, c, d, e


@agrees()
class OwnByName(Workflow):
    async def run(self):
        return self.helper(*[1], **{"cls": 3}), self.made(*[], **{"self": 2}), shown(1, **{"self": 5})

    def helper(self, /, *rest, **more):
        return rest, more

    @classmethod
    def made(cls, /, **more):
        return more


@agrees((["a", 1],), (["a"],))
class OrderOfArguments(Workflow):
    async def run(self, items):
        return shown(await mark("first"), *await echo(items), *[await mark("more", 5)], **await echo({"k": 1}), d=await mark("last", 6))


@agrees()
class InGather(Workflow):
    async def run(self):
        pairs = [(1, 2), (3, 4)]
        options = [{"e": 1}, {"e": 2, "c": 5}]
        return (
            await asyncio.gather(*[add(*pair) for pair in pairs], add(*pairs[0]), collected(1, 2, 3, z=4)),
            await asyncio.gather(*[strict(n, d=n, **each) for n, each in enumerate(options)]),
            await self.run_action(add(*pairs[1]), timeout=9),
        )


@agrees()
class InComprehensions(Workflow):
    async def run(self):
        pairs = [(1, 2), (3, 4)]
        return [await add(*pair) for pair in pairs], [total(*pair) for pair in pairs]


@agrees((), (1,), (1, 2, 3))
class OwnPositional(Workflow):
    async def run(self, *args):
        return args, len(args), await echo(args)


class Own(Workflow):
    async def run(self, first, *rest, key=2, **more):
        return first, rest, key, more


@agrees((1, 2, 3),)
class OwnOfEveryKind(Own):
    async def run(self, first, *rest, key=2, **more):
        return await super().run(first, *rest, key=key, **more), [*rest, key], more


@agrees()
class KeywordOnly(Workflow):
    async def run(self, a=1, *, b=2):
        return a, b, self.helper(b=3, a=1), self.position(1, 2)

    def helper(self, a, *, b, c=4):
        return a, b, c

    def position(self, a, b, /):
        return [a, b]


@agrees()
class ObjectsStayThemselves(Workflow):
    async def run(self):
        items, more = [], {"k": []}
        self.fill(*[items, 1], **more)
        self.fill(items, 2, 3, k=more["k"])
        appended = self.keep(items, key=items)
        appended[0].append("end")
        return items, more, appended

    def fill(self, target, *values, k):
        target.append(values)
        k.append(len(values))

    def keep(self, *args, **kwargs):
        kwargs["key"].append("kept")
        return [*args, kwargs["key"]]
