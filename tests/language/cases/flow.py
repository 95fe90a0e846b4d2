"""Loops: `for` and `while` with `else`, `break`, `continue`, over everything that can be iterated."""

# fmt: off
from tests.language.actions import check, double, echo, fail, get_users, mark, numbers
from tests.language.cases import agrees
from waymark import Workflow


@agrees(([1, 2.5, "x", None],), ((1, (2,)),), ("héllo",), ({"b": 1, "a": 2},), ({1: "x", (2,): "y"},), (range(2, 9, 3),), ([],), ("",), (b"ab",), ({},), (range(0),))
class ForOver(Workflow):
    async def run(self, items):
        seen = []
        for item in items:
            seen = seen + [item]
        else:
            seen = seen + ["end"]
        return seen


@agrees((5,), (None,), (1.5,), (True,))
class ForOverWhatCannotBeIterated(Workflow):
    async def run(self, items):
        seen = []
        try:
            for item in items:
                seen = seen + [item]
            else:
                seen = seen + ["else"]
        except TypeError as error:
            return seen, error


@agrees((3,), (0,), (-2,), (True,))
class ForRange(Workflow):
    async def run(self, n):
        seen = []
        for i in range(n):
            seen = seen + [i]
        for i in range(n, 6):
            seen = seen + [i]
        for i in range(10, n, -4):
            seen = seen + [i]
        return seen


@agrees((0,), (1.0,), ("a",), (None,))
class WrongRange(Workflow):
    async def run(self, step):
        try:
            for i in range(0, 5, step):
                pass
        except (ValueError, TypeError) as error:
            return error


@agrees()
class RangesAreValues(Workflow):
    async def run(self):
        r = range(5)
        s = range(2, 2**70, 2**69)
        return r, r[1], r == range(0, 5), 3 in r, [x for x in s], s, [range(n) for n in range(3)], range(3) == [0, 1, 2], not range(0)


@agrees()
class LoopVariableAfterwards(Workflow):
    async def run(self):
        for i in range(3):
            pass
        for x, (y, z) in [(1, (2, 3)), (4, (5, 6))]:
            pass
        i = i + 10
        return i, x, y, z


@agrees()
class LoopVariableReassigned(Workflow):
    async def run(self):
        seen = []
        for i in range(4):
            i = i * 10
            seen = seen + [i]
        items = [1, 2, 3]
        for item in items:
            items = []
            seen = seen + [item]
        return seen, i, items


@agrees()
class LoopVariableUnpackingErrors(Workflow):
    async def run(self):
        seen = []
        try:
            for a, b in [(1, 2), (3,), (4, 5)]:
                seen = seen + [a + b]
        except ValueError as error:
            return seen, a, b, error


@agrees((0,), (2,), (9,))
class ForElse(Workflow):
    async def run(self, wanted):
        for n in range(5):
            if n == wanted:
                found = "found"
                break
        else:
            found = "missing"
        return found, n


@agrees()
class Continue(Workflow):
    async def run(self):
        seen = []
        for n in range(6):
            if n % 2:
                continue
            if n == 4:
                continue
            seen = seen + [n]
        else:
            seen = seen + ["else"]
        return seen


@agrees()
class NestedLoops(Workflow):
    async def run(self):
        seen = []
        for a in range(4):
            for b in range(4):
                if b == a:
                    break
                if b == 1:
                    continue
                seen = seen + [(a, b)]
            else:
                seen = seen + [("else", a)]
                continue
            if a == 2:
                break
        else:
            seen = seen + ["never"]
        return seen, a, b


@agrees((0,), (1,), (7,), (27,))
class While(Workflow):
    async def run(self, n):
        steps = 0
        while n != 1 and n != 0:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        else:
            steps = steps + 0.5
        return n, steps


@agrees()
class WhileTrue(Workflow):
    async def run(self):
        n = 0
        while True:
            n += 1
            if n < 3:
                continue
            if n > 5:
                break
        else:
            n = "never"
        return n


@agrees((3,), (10,))
class WhileElse(Workflow):
    async def run(self, limit):
        n = 0
        while n < 5:
            if n == limit:
                break
            n += 1
        else:
            return "exhausted", n
        return "broken", n


@agrees()
class WhileWithAwaits(Workflow):
    async def run(self):
        n = 0
        while await mark("test", n < 3):
            n = await mark("body", n + 1)
            if await mark("skip", n == 2):
                continue
            n = n + 0
        else:
            await mark("else")
        return n


@agrees()
class ForWithAwaits(Workflow):
    async def run(self):
        seen = []
        for n in await numbers(4):
            if n == 1:
                continue
            value = await double(n)
            seen = seen + [value]
            if await mark("stop", value > 4):
                break
        else:
            await mark("else")
        return seen


@agrees()
class IterableIsEvaluatedOnce(Workflow):
    async def run(self):
        total = 0
        for n in await mark("once", [1, 2, 3]):
            total += n
        return total


@agrees()
class ReturnInsideLoops(Workflow):
    async def run(self):
        for a in range(5):
            for b in range(5):
                while True:
                    if a * b == 6:
                        return a, b
                    break
        return None


@agrees()
class EmptyBodies(Workflow):
    async def run(self):
        for _ in range(3):
            pass
        for _ in []:
            ...
        while False:
            pass
        "a docstring in the middle"
        if True:
            pass
        return _


@agrees()
class DeadCode(Workflow):
    async def run(self):
        for n in range(3):
            if n == 1:
                break
                n = 100
        while True:
            return n
            n = "never"
        return "never"


@agrees()
class LoopInLoopVariable(Workflow):
    """The inner loop's variable is the outer one's."""

    async def run(self):
        seen = []
        for i in range(3):
            for i in "ab":
                seen = seen + [i]
            seen = seen + [i]
        return seen, i


@agrees()
class RunFallsOffTheEnd(Workflow):
    async def run(self):
        for n in range(2):
            await mark(n)


@agrees()
class OnlyDocstring(Workflow):
    async def run(self):
        """Does nothing."""


@agrees()
class ReturnWithoutValue(Workflow):
    async def run(self):
        if await echo(1):
            return
        return 5


@agrees()
class PlainExpressions(Workflow):
    """Expressions whose value nobody takes are evaluated all the same."""

    async def run(self):
        x = [1]
        x[0]
        x == 2
        await echo("result unused")
        try:
            x[5]
        except IndexError as error:
            message = error.args
        try:
            x < 1
        except TypeError as error:
            return message, error.args
