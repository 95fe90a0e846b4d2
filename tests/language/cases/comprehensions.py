"""List comprehensions: conditions, several generators, scope, errors midway, awaits inside."""

# fmt: off
from tests.language.actions import User, add, check, double, echo, fail, get_users, mark, numbers
from tests.language.cases import agrees
from waymark import Workflow

LIMIT = 3


@agrees(([1, 2, 3],), ((1, 2),), ("ab",), ({"k": 1, "a": 2},), (range(4),), ([],), (b"ab",), ("é\U0001f600",))
class OverEverything(Workflow):
    async def run(self, items):
        return [x for x in items], [(x, x) for x in items], [[x] for x in items if x]


@agrees((5,), (None,), (1.5,), (True,))
class OverWhatCannotBeIterated(Workflow):
    async def run(self, items):
        try:
            return [x for x in items]
        except TypeError as error:
            return error


@agrees()
class Conditions(Workflow):
    async def run(self):
        return (
            [x for x in range(10) if x % 2 == 0],
            [x for x in range(20) if x % 2 == 0 if x % 3 == 0],
            [x for x in range(10) if not x % 3 or x == 4],
            [x for x in [0, 1, "", "a", None, [], [0]] if x],
            [x for x in range(6) if 1 < x < 4],
            [x for x in range(4) if x > LIMIT - 2 and x != 3],
        )


@agrees()
class SeveralGenerators(Workflow):
    async def run(self):
        return (
            [(x, y) for x in [1, 2, 3] for y in "ab"],
            [(x, y) for x in range(4) if x % 2 for y in range(x) if y != 1],
            [x + y for x in [[1], [2]] for y in [[3], [4]]],
            [z for x in [[[1, 2], [3]], [[4]]] for y in x for z in y],
            [(a, b, c) for a in range(2) for b in range(2) for c in range(2) if a + b + c == 2],
        )


@agrees()
class Nested(Workflow):
    async def run(self):
        matrix = [[1, 2, 3], [4, 5, 6]]
        return (
            [[x * 10 for x in row] for row in matrix],
            [[row[i] for row in matrix] for i in range(3)],
            [x for x in [y * 2 for y in range(3)]],
            [[x for x in range(y) if x != z] for y in range(3) for z in range(2)],
            [[[x for x in range(y)] for y in range(z)] for z in range(3)],
        )


@agrees()
class Scope(Workflow):
    """The variable lives in the comprehension only; the first iterable is evaluated outside."""

    async def run(self):
        x = [1, 2]
        y = 10
        first = [x for x in x]
        second = [y for y in range(3)]
        third = [x for y in x for x in [y, y + 1]]
        return x, y, first, second, third


@agrees()
class ScopeOfAnUnboundName(Workflow):
    async def run(self):
        squares = [n * n for n in range(3)]
        try:
            return n
        except NameError:
            n = "not leaked"
        return n, squares


@agrees()
class ShadowsParameters(Workflow):
    async def run(self, item="outer"):
        inner = [item for item in [1, 2]]
        return item, inner, [item for _ in inner]


@agrees()
class Unpacking(Workflow):
    async def run(self):
        pairs = [(1, "a"), (2, "b")]
        return (
            [b for a, b in pairs],
            [a for a, b in pairs if b != "a"],
            [(b, a) for (a, b) in [[3, 4]]],
            [(a, b, c) for a, (b, c) in [(1, (2, 3))]],
            [k for k, v in [["x", 1]] if v],
            [(a, d) for a, b in pairs for c, d in [(b, a)]],
        )


@agrees()
class WrongUnpacking(Workflow):
    async def run(self):
        seen = []
        for items in [[(1, 2), (3,)], [(1, 2, 3)], [5], ["ab", "a"]]:
            try:
                seen = seen + [[a for a, b in items]]
            except (ValueError, TypeError) as error:
                seen = seen + [error]
        return seen


@agrees()
class DisplaysAsElements(Workflow):
    async def run(self):
        return [{"n": n, "sq": n * n} for n in range(3)], [[n, [n]] for n in range(2)], [(n,) for n in range(2)], [{} for n in range(2)], [None for _ in "ab"]


@agrees(([1, 2, 0, 3],), ([1, 2],), ([0],), (["a"],), ([2, "a", 0],))
class ErrorsMidway(Workflow):
    async def run(self, divisors):
        try:
            return [6 // d for d in divisors]
        except (ZeroDivisionError, TypeError) as error:
            return error


@agrees(([0, "a"],), (["a", 0],), ([1, "a"],), ([1, 0],), ([None, 0, "a"],))
class TheFirstErrorWins(Workflow):
    """Element and conditions are evaluated item by item: what fails first is what Python meets first."""

    async def run(self, items):
        seen = []
        try:
            seen = seen + [[1 // x for x in items if x > -1]]
        except (ZeroDivisionError, TypeError) as error:
            seen = seen + [error]
        try:
            seen = seen + [[(x, 1 // y) for x in items for y in [x, 1] if x != y + 1]]
        except (ZeroDivisionError, TypeError) as error:
            seen = seen + [error]
        try:
            seen = seen + [[x for x in items if x >= 0 if 1 / x]]
        except (ZeroDivisionError, TypeError) as error:
            seen = seen + [error]
        return seen


@agrees()
class LaterIterablesAreEvaluatedLate(Workflow):
    async def run(self):
        seen = []
        try:
            seen = seen + [[1 // y for x in [0, None] for y in range(x)]]
        except TypeError as error:
            seen = seen + [error]
        try:
            seen = seen + [[1 // y for x in [1, None] for y in range(x)]]
        except ZeroDivisionError as error:
            seen = seen + [error]
        seen = seen + [[y for x in [] for y in 1 / 0]]
        return seen


@agrees()
class AwaitInTheElement(Workflow):
    async def run(self):
        return [await add(x, 10) for x in range(3)], [(x, await echo(x)) for x in "ab" if x != "a"], [[await echo(n)] for n in (1, 2)]


@agrees()
class AwaitInTheIterable(Workflow):
    async def run(self):
        return [x * 2 for x in await numbers(3)], [(x, y) for x in await numbers(2) for y in await numbers(x + 1)]


@agrees()
class AwaitInTheCondition(Workflow):
    async def run(self):
        return [x for x in range(4) if await mark(x, x % 2)], [x for x in range(4) if x and await mark(x, x > 1) if x != 3]


@agrees()
class AwaitEverywhere(Workflow):
    async def run(self):
        return [await mark("element", (x, y)) for x in await mark("outer", [1, 2]) if await mark("if", x) for y in await mark("inner", [x, 5])]


@agrees()
class AwaitNested(Workflow):
    async def run(self):
        rows = [[await add(x, y) for x in range(2)] for y in range(2)]
        return rows, [x for x in [await double(n) for n in range(3)] if x], [[x for x in await numbers(n)] for n in range(3)]


@agrees()
class AwaitWithErrors(Workflow):
    async def run(self):
        try:
            return [await check(x) for x in range(5)]
        except ValueError as error:
            return error.args


@agrees()
class AwaitScope(Workflow):
    async def run(self):
        x = "outer"
        inner = [await echo(x) for x in range(2)]
        more = [(await echo(x), y) for y in [x] for _ in inner]
        return x, inner, more


@agrees()
class AwaitUnpacking(Workflow):
    async def run(self):
        return [await add(a, b) for a, b in [(1, 2), ("x", "y")]], [c for a, (b, c) in await echo([(1, (2, 3))])]


@agrees()
class OfModels(Workflow):
    async def run(self):
        users = await get_users(["ann", "bert", "cleo", "d"])
        return [u.name for u in users if u.active], [u for u in users if u.age > 3], [{"n": u.name, "older": u.age + 1} for u in users][0]


@agrees()
class InsideExpressions(Workflow):
    async def run(self):
        n = [x for x in range(5)][2]
        joined = [x for x in "ab"] + [y for y in (1, 2)]
        return n, joined, 3 in [x for x in range(4)], [1] == [x for x in (1.0,)], {"l": [x for x in range(2)]}, [] or [x for x in "q"], -[5 for _ in "a"][0]


@agrees()
class InsideConditions(Workflow):
    async def run(self):
        if [x for x in range(3) if x > 5]:
            return "never"
        while not [x for x in [] if x]:
            break
        return "empty" if not [x for x in ()] else "never"


@agrees((0,), (3,))
class InsideLoops(Workflow):
    async def run(self, n):
        result = []
        for x in [y * y for y in range(n)]:
            result = result + [[x - z for z in range(n) if z < x]]
        return result


@agrees()
class ManyGenerators(Workflow):
    async def run(self):
        return [a + b + c + d + e for a in "ab" for b in "c" for c in "de" for d in "f" for e in "gh" if a != "b" or e == "g"]


@agrees()
class Underscore(Workflow):
    async def run(self):
        return [1 for _ in range(3)], [_ for _ in range(2)], [_ for _ in "a" for _x in "b"]


@agrees((100,), (1000,))
class Long(Workflow):
    async def run(self, n):
        squares = [x * x for x in range(n)]
        even = [x for x in squares if x % 2 == 0]
        return squares[-1], even[-1], even[3]


@agrees()
class TripleThroughRows(Workflow):
    async def run(self):
        orders = [{"id": 1, "lines": [{"sku": "a", "n": 2}, {"sku": "b", "n": 0}]}, {"id": 2, "lines": []}]
        return [(o["id"], line["sku"]) for o in orders for line in o["lines"] if line["n"]], [len_ for o in orders for len_ in [o["id"] * 2]]
