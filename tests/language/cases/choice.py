"""Truth, `and`, `or`, `not`, the conditional expression."""

# fmt: off
from tests.language.actions import Color, Level, Point, User, echo, mark
from tests.language.cases import agrees
from waymark import Workflow

_TRUTHS = [
    0, 1, -1, 0.0, -0.0, 0.5, float("nan"), True, False, None, "", "a", "0", "False", [], [0], (), (0,), {}, {"a": 0}, set(), {0},
    frozenset(), b"", b"\0", range(0), range(1), range(3, 3), range(5, 0, -1), 10**40, "\0", "\ud800", ((),), [[]], {1: 2}, {"$": 1},
]


@agrees(*[(value,) for value in _TRUTHS])
class Truth(Workflow):
    async def run(self, x):
        if x:
            a = "true"
        else:
            a = "false"
        count = 0
        while x and count < 2:
            count = count + 1
        return a, not x, not not x, 1 if x else 2, x and 1, x or 1, [1 for _ in [0] if x], count


@agrees(*[(a, b, c) for a in (0, 2) for b in ("", "b") for c in ([], [3])])
class ValuesOfAndOr(Workflow):
    async def run(self, a, b, c):
        return (
            a and b and c, a or b or c, a and b or c, a or b and c, (a or b) and c, a and (b or c), not a or b, not (a and b),
            not a and not b, (a and b) == (b and a),
        )


@agrees()
class NothingAfterTheDecision(Workflow):
    async def run(self):
        return [0 and 1 / 0, 1 or 1 / 0, [] and {}["x"], "a" or [][0], 0 and 1 / 0 or 5, (1 or 1 / 0) and 6]


@agrees()
class ErrorsBeforeTheDecision(Workflow):
    async def run(self):
        seen = []
        for n in range(4):
            try:
                if n == 0:
                    1 / 0 and 0
                elif n == 1:
                    1 / 0 or 1
                elif n == 2:
                    1 and 1 / 0
                else:
                    0 or 1 / 0
                seen = seen + ["none"]
            except ZeroDivisionError:
                seen = seen + [n]
        return seen


@agrees()
class AwaitsShortCircuit(Workflow):
    async def run(self):
        a = await mark(1, 0) and await mark("never")
        b = await mark(2, "x") or await mark("never")
        c = await mark(3, "x") and await mark(4, []) or await mark(5, "last")
        d = (await mark(6, 0) or await mark(7, 0)) and await mark("never")
        e = not await mark(8, 0) and await mark(9, "e")
        return a, b, c, d, e


@agrees()
class AwaitsShortCircuitInConditions(Workflow):
    async def run(self):
        seen = []
        if await mark(1, True) and not await mark(2, False) and (await mark(3, 0) or await mark(4, 1)):
            seen = seen + ["all"]
        if await mark(5, False) and await mark("never") or await mark(6, True):
            seen = seen + ["or"]
        while await mark(7, seen) and seen != []:
            seen = []
        return seen


@agrees((True,), (False,))
class Conditional(Workflow):
    async def run(self, flag):
        a = "yes" if flag else "no"
        b = 1 / 0 if not flag and flag else "safe"
        c = await mark("then", 1) if flag else await mark("else", 2)
        d = (await mark("test", flag)) and ("x" if flag else "y")
        return a, b, c, d


@agrees((0,), (1,), (2,), (3,))
class ConditionalNested(Workflow):
    async def run(self, n):
        return "zero" if n == 0 else "one" if n == 1 else ("two" if n == 2 else "many") + "!"


@agrees((0,), (1,))
class ConditionalInsideEverything(Workflow):
    async def run(self, n):
        items = [1 if n else 2, (3 if not n else 4), {"k" if n else "l": 5 if n else 6}]
        picked = items[0 if n else 1]
        text = ("a" if n else "b") + ("c" if picked else "d")
        for x in [1, 2] if n else [3]:
            text = text + ("e" if x > 1 else "f")
        return items, picked, text, await echo(value="v" if n else "w")


@agrees()
class TruthOfConstants(Workflow):
    async def run(self):
        seen = []
        if True:
            seen = seen + [1]
        if not False:
            seen = seen + [2]
        if None or 0 or "" or () or 0.0:
            seen = seen + ["never"]
        elif "0":
            seen = seen + [3]
        while False:
            seen = seen + ["never"]
        return seen


@agrees()
class BooleansKeepTheirType(Workflow):
    async def run(self):
        x = await echo(True)
        y = await echo(1)
        return x and y, y and x, x or y, not y, x == y, [x, y], {"x": x}, x + 0, (not 0) + 1


@agrees()
class TruthOfComparisons(Workflow):
    async def run(self):
        x, y = 1, 0
        return x > y and "more", x < y or "not less", (x < y) or (y < x), not x > y, (x > y) and (x == 1.0)


@agrees()
class TruthOfUnbound(Workflow):
    async def run(self):
        try:
            if unbound or True:
                pass
        except UnboundLocalError:
            unbound = 1
        return unbound and True and unbound


@agrees((3, 4), (0, 4), (3, 0), (None, None))
class Defaults(Workflow):
    """The idioms of defaults."""

    async def run(self, a, b):
        limit = a or 10
        page = b if b is not None else 1
        both = a and b
        return limit, page, both, (a or b or "none"), not (a or b)


@agrees((5,), (50,), (500,), (-1,))
class Grades(Workflow):
    async def run(self, n):
        if n < 0:
            grade = "negative"
        elif n < 10:
            grade = "small"
        elif n < 100:
            grade = "medium"
        else:
            grade = "large"
        return grade


@agrees((True, True), (True, False), (False, True), (False, False))
class IfNested(Workflow):
    async def run(self, a, b):
        result = "none"
        if a:
            if b:
                result = await mark("both", "both")
            else:
                result = await mark("a", "a")
        else:
            if b:
                result = await mark("b", "b")
        if a or b:
            result = result + "!"
        else:
            pass
        return result


@agrees((1,), (2,))
class ReturnFromBranches(Workflow):
    async def run(self, n):
        if n == 1:
            return "one"
        else:
            return "other"


@agrees((True,), (False,))
class FallingOffTheEnd(Workflow):
    async def run(self, flag):
        if flag:
            return "explicit"


@agrees()
class DeepTernary(Workflow):
    async def run(self):
        return [("fizzbuzz" if n % 15 == 0 else "fizz" if n % 3 == 0 else "buzz" if n % 5 == 0 else n) for n in range(1, 16)]
