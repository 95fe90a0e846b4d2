"""Expressions as programs use them, many kinds in one."""

# fmt: off
import asyncio
import functools
import itertools
import math
import operator
import re

from tests.language.actions import add, double, echo, get_users, mark
from tests.language.cases import agrees
from waymark import Workflow

CONST = "a-b-c"
SEP = "-"


@agrees()
class Constants(Workflow):
    async def run(self):
        return CONST.split(SEP), SEP.join("abc"), "x" "y" f"{1}" "z", b"a" b"b", CONST.upper()[::-1], "%s" % CONST, -3 ** 2, not 1 == 2, 1 if [] else 2


@agrees(([3, 1, 2],))
class Ranking(Workflow):
    async def run(self, xs):
        return [i for i, _ in sorted(enumerate(xs), key=lambda p: p[1])], max(range(len(xs)), key=lambda i: xs[i]), min(xs, key=xs.index), sorted(xs, key=xs.index)


@agrees(([3, 1, 2],))
class Pairing(Workflow):
    async def run(self, xs):
        total = 0
        for i, (a, b) in enumerate(zip(xs, xs[1:]), 1):
            total += i * (a - b)
        return total, list(zip(*[[1, 2], [3, 4]])), [*zip(*{"a": (1, 2)}.values())]


@agrees(([3, 1, 2],))
class StandardLibrary(Workflow):
    async def run(self, xs):
        return functools.reduce(operator.mul, xs, 1), list(itertools.chain(xs, [9])), [list(p) for p in itertools.pairwise(xs)], list(itertools.accumulate(xs)), [a for a, b in itertools.product(xs, "ab") if b == "a"], math.prod(xs), re.findall(r"\d", "a1b2"), re.sub(r"\d", lambda m: m.group() * 2, "a1b2"), re.match("a(.)", "ab").group(1)


@agrees(("x",), (None,), (5,))
class TextOrNone(Workflow):
    async def run(self, v):
        try:
            return f"{v.upper()!r:>6}" + (v and v.strip() or "none")
        except AttributeError as e:
            return str(e), e.args


@agrees()
class Nesting(Workflow):
    async def run(self):
        a = [x for x in range(3) if (y := x) or True]
        b = [[z for z in range(w)] for w in range(3)]
        c = {**{k: v for k, v in zip("ab", range(2))}, **dict(c=3)}
        d = [(x, y) for x in range(2) for y in (x, x + 1) if x != y]
        e = sorted({(-n) % 3 for n in range(7)}), sum(n for n in range(3) for _ in range(2)), {n: {m for m in range(n)} for n in range(3)}
        return a, y, b, c, d, e


@agrees()
class Scopes(Workflow):
    async def run(self):
        x = "outer"
        found = [x for x in ["inner"]]
        f = {x: x for x in "ab"}
        g = list(map(lambda x: x + "!", ["m"]))
        return x, found, f, g, [x for x in [x] for x in [x, x]]


@agrees()
class Failing(Workflow):
    async def run(self):
        out = []
        for case in range(5):
            try:
                match case:
                    case 0: v = sorted([1, "a"])
                    case 1: v = max([])
                    case 2: v = next(iter([]))
                    case 3: v = [x for x in 5]
                    case _: v = {}["a"].upper()
            except (TypeError, ValueError, StopIteration, KeyError) as e:
                v = type(e).__name__, str(e)
            out.append(v)
        return out


@agrees()
class Report(Workflow):
    async def run(self):
        users = await get_users(["bo", "ann"])
        names = sorted((u.name for u in users), reverse=True)
        table = "\n".join(f"{u.name:<5}|{u.age:>3}" for u in users)
        groups = {}
        for u in users:
            groups.setdefault(len(u.name), []).append(u.name)
        return names, table, groups, [f"{k}:{','.join(v)}" for k, v in groups.items()], sum(len(v) for v in groups.values()), any(u.name == "bo" for u in users)


@agrees()
class FanOut(Workflow):
    async def run(self):
        results = await asyncio.gather(*[double(n) for n in range(3)], *map(double, [5]), *(echo(k) for k, v in {"a": 1}.items()))
        total = sum(r for r in results if isinstance(r, int))
        return total, dict(zip(map(str, range(3)), results)), [*filter(lambda r: not isinstance(r, int), results)]


@agrees()
class Conditions(Workflow):
    async def run(self):
        try:
            return any(1 / n for n in (0,)), 1
        except ZeroDivisionError:
            pass
        x = [1, 2, 3]
        while x and (n := x.pop()) > 1:
            await mark(n)
        return x, n, not x, all([]), min(await double(3), n), str(await double(2)) + "!" if await double(1) else "", (await echo([1, 2]))[await double(0)], -(await double(1))


@agrees((3,))
class AwaitsInside(Workflow):
    async def run(self, n):
        return [await double(x) if x % 2 else -x for x in range(n)], {x: (await double(x), y) for x, y in enumerate("ab")}
