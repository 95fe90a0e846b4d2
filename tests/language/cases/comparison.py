"""Comparison, membership, identity with the singletons, chains."""

# fmt: off
from tests.language.actions import Color, Level, Money, Point, User, echo, mark
from tests.language.cases import agrees
from waymark import Workflow

NAN = float("nan")


@agrees(
    (1, 1), (1, 1.0), (1, True), (0, False), (0.0, -0.0), (1, "1"), ("a", "a"), ("a", "b"), (None, None), (None, 0), ([], ()),
    ([1], [1.0]), ([1, [2]], [True, [2]]), ((1, 2), (1, 2)), ({"a": 1, "b": 2}, {"b": 2.0, "a": True}), ({"a": 1}, {"a": 2}),
    ({1: "x"}, {1.0: "x"}), ({}, []), (NAN, 1), (2**53, 2.0**53), (2**53 + 1, 2.0**53), (10**400, float("inf")),
    ({1, 2}, {2, 1}), (frozenset([1]), {1}), (b"a", b"a"), (b"a", "a"), (range(3), range(0, 3, 1)), (range(0), range(5, 5)),
    (range(3), [0, 1, 2]), (0.1 + 0.2, 0.3), (1 << 200, 1 << 200),
)
class Equality(Workflow):
    async def run(self, a, b):
        return a == b, a != b, not a == b, [a] == [b], (a,) == (b,), {"k": a} == {"k": b}


@agrees(
    (1, 2), (2, 1), (1, 1), (1, 1.5), (1.5, 1), (True, 2), (0.0, -0.0), (NAN, 1), (1, NAN), (float("inf"), 10**400), (2**53 + 1, 2.0**53),
    ("a", "b"), ("B", "a"), ("a", "ab"), ("", "a"), ("é", "z"), ("\uffee", "\U0001d4b3"), ([1], [2]), ([1], [1, 0]), ([], [0]),
    ((1, "a"), (1, "b")), ((1, "a"), (2, None)), ((1, None), (1, "a")), ([1, [2]], [1, [3]]), (b"a", b"b"),
    ({1}, {1, 2}), ({1, 2}, {1, 3}), (frozenset(), {1}),
    (1, "a"), ("a", 1), (None, 1), (None, None), ([1], (1,)), ({}, {}), ({"a": 1}, {"a": 2}), (1, None), (True, "x"), (b"a", "a"),
)
class Order(Workflow):
    async def run(self, a, b):
        results = []
        for step in range(4):
            try:
                if step == 0:
                    results = results + [a < b]
                elif step == 1:
                    results = results + [a <= b]
                elif step == 2:
                    results = results + [a > b]
                else:
                    results = results + [a >= b]
            except TypeError as error:
                results = results + [error]
        return results


@agrees(
    (1, [1, 2]), (1.0, [1]), (True, (1,)), ("a", "cat"), ("", "cat"), ("at", "cat"), ("x", {"x": 1}), (1, {1.0: 2}), (1, {"1": 1}),
    (2, range(0, 10, 2)), (3, range(0, 10, 2)), (2.0, range(3)), ("a", range(3)), (None, [None]), ([1], [[1]]), ((1,), {(1,): 2}),
    (97, b"a"), (b"a", b"cat"), (1, {1, 2}), (1, frozenset([1.0])), (NAN, [1]),
    (1, "a"), (1, 5), (1, None), ([1], {1: 2}), ([], {1}), ({}, {}), ("a", 1.5), ("a", b"a"), (300, b"a"),
)
class Membership(Workflow):
    async def run(self, item, container):
        results = []
        try:
            results = results + [item in container]
        except (TypeError, ValueError) as error:
            results = results + [error]
        try:
            results = results + [item not in container]
        except (TypeError, ValueError) as error:
            results = results + [error]
        return results


@agrees((None,), (True,), (False,), (0,), (1,), ("",), ([],), (1.0,))
class Identity(Workflow):
    async def run(self, x):
        return x is None, x is not None, x is True, x is not True, x is False, None is x, not x is None, False is not x


@agrees((1, 2, 3), (1, 3, 2), (3, 2, 1), (1, 1, 1), (1, 2.5, 3), (1, None, 3), (3, 2, None), ("a", "b", "c"), (1, "a", None))
class Chain(Workflow):
    async def run(self, a, b, c):
        try:
            return a < b < c, a <= b <= c, a < b > c, a == b == c, a != b != c, a < b == c, a < b < c < 10
        except TypeError as error:
            return error


@agrees((0,), (5,), (10,), (11,), (-1,))
class ChainAroundValue(Workflow):
    async def run(self, n):
        if 0 < n < 10:
            return "inside"
        elif 0 <= n <= 10:
            return "edge"
        return "outside"


@agrees()
class ChainStopsAtTheFirstFalse(Workflow):
    async def run(self):
        seen = []
        seen = seen + [1 > 2 < 1 / 0]
        seen = seen + [1 > 2 > None]
        seen = seen + [await mark("a", 1) > await mark("b", 2) > await mark("never", 3)]
        seen = seen + [await mark("c", 1) < await mark("d", 2) < await mark("e", 3)]
        return seen


@agrees()
class ChainEvaluatesTheMiddleOnce(Workflow):
    async def run(self):
        return 1 < await mark("middle", 2) < 3, 1 < await mark("x", 2) <= 2 < await mark("y", 3), 0 < (1 + 1) < 3 != 4


@agrees()
class ChainWithMembership(Workflow):
    async def run(self):
        items = [[1], 2]
        return 2 in items != [], 1 in items[0] in items, 1 < 2 in items, 2 not in items in items, None is None is not True


@agrees()
class ChainInConditions(Workflow):
    async def run(self):
        low, high, count = 0, 5, 0
        while low < count + 1 <= high:
            count = count + 1
        kept = [n for n in range(10) if low < n < high != n]
        return count, kept, ("yes" if 0 <= count < 6 else "no"), not low < high < 3


@agrees()
class ComparisonsAreNotAssociative(Workflow):
    async def run(self):
        return (1 < 2) < 3, 1 < (2 < 3), 3 > 2 == True, (3 > 2) == True, 1 == 1 in [1], (1 == 1) in [1]


@agrees((1,), (2,))
class WithActionResults(Workflow):
    async def run(self, n):
        return await echo(n) == await echo(1.0), await echo("x") in await echo(["x", n]), not await echo(n) == 2


@agrees()
class NanIsNotItself(Workflow):
    async def run(self):
        x = await echo(NAN)
        return x == x, x != x, x < x, x >= 1, 1 < x, not x == x


@agrees()
class OrderedContainersCompareElementWise(Workflow):
    async def run(self):
        versions = [(1, 2), (1, 10), (1, 2, 0), (0, 99)]
        return [[a < b for b in versions] for a in versions]


@agrees((User(name="ann", age=3), Point(1, [2])))
class EqualityOfModels(Workflow):
    async def run(self, ann, point):
        return ann.name == "ann", point.y == [2], point.x == 1.0, ann.address is None, ann.tags == []


@agrees()
class ComparisonOfEnumMembers(Workflow):
    async def run(self):
        color = await echo(Color.RED)
        return color == Color.RED, color != Color.GREEN, color == Color.GREEN, color.value == "red", Color.RED == Color.RED


@agrees((0,), (1,), (2,))
class LargeNumbersInOrder(Workflow):
    async def run(self, step):
        big = 10**30 + step
        return big > 10**30, big == 1e30, big >= 1e30, big < 1e30, -big < 0.5, [big] > [10**30]
