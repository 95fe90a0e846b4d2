"""One object under two names: each operation gives the object itself, or shares its elements, or makes a new one."""

# fmt: off
import copy
import dataclasses
import functools
import itertools
import random
import statistics

from tests.language.actions import Address, Point, User, mark
from tests.language.cases import agrees
from waymark import Workflow


@agrees(([{"age": 3}, {"age": 7}, {"age": 7}],), ([{"age": 1}],), ([],))
class Extremes(Workflow):
    async def run(self, users):
        oldest = max(users, key=lambda user: user["age"], default={})
        youngest = min(users, key=lambda user: user["age"], default=oldest)
        oldest["old"] = True
        youngest["young"] = True
        return users, oldest, youngest


@agrees()
class ExtremeOfSeveral(Workflow):
    async def run(self):
        a, b = [1], [2]
        c = max(a, b)
        c.append(3)
        d = max(a, b, key=lambda x: -x[0])
        d.append(4)
        e = min([a, b])
        e.append(5)
        return a, b, c, d, e


@agrees(([{"n": 2}, {"n": 1}],))
class Sorted(Workflow):
    async def run(self, rows):
        weight = {1: 5, 2: 3}
        weight[2] = 9
        by_lambda = sorted(rows, key=lambda row: weight[row["n"]])
        by_name = sorted(rows, key=str, reverse=True)
        by_lambda[0]["first"] = 1
        by_name[0]["last"] = 1
        by_lambda.append(0)
        lists = sorted([[2], [1]])
        lists[0].append(7)
        return rows, by_lambda, by_name, lists


@agrees()
class SortedOfLists(Workflow):
    async def run(self):
        low, high = [1], [2]
        high.append(0)
        first, second = sorted([high, low])
        first.append("low")
        second.append("high")
        return low, high


@agrees()
class FiltersAndMaps(Workflow):
    async def run(self):
        rows = [{"n": 1}, {"n": 2}, {"n": 3}]
        for row in filter(lambda row: row["n"] > 1, rows):
            row["kept"] = True
        same = list(map(lambda row: row, rows))
        same[0]["mapped"] = True
        inner = list(map(lambda row: row.setdefault, rows)) if False else []
        texts = list(map(str, rows))
        texts.append("more")
        found = next((row for row in rows if row["n"] == 2), None)
        found["found"] = True
        missing = next((row for row in rows if row["n"] == 9), rows)
        missing.append(0)
        return rows, same, inner, texts


@agrees()
class Iterators(Workflow):
    async def run(self):
        xs, ys = [[1], [2]], [[3]]
        for x in list(itertools.chain(xs, ys)):
            x.append(0)
        for x in list(itertools.islice(xs, 1)):
            x.append("first")
        last = functools.reduce(lambda a, b: b, xs)
        last.append("last")
        for x in reversed(xs):
            x.append(len(xs))
        for i, x in enumerate(xs):
            x.append(i)
        for x, y in zip(xs, ys, strict=False):
            x.append(y)
            y.append(5)
        return xs, ys, last


@agrees()
class Dicts(Workflow):
    async def run(self):
        xs, ys = [1], [2]
        named = dict(a=xs, b=ys)
        named["a"].append(3)
        paired = dict([("a", xs), ("b", ys)])
        paired["b"].append(4)
        zipped = dict(zip(["a", "b"], [xs, ys], strict=True))
        zipped["a"].append(5)
        again = dict(named, c=ys)
        again["c"].append(6)
        again["d"] = 1
        lists = dict([["k", xs], ["l", ys]])
        lists["k"].append(7)
        merged = {**named, "e": xs} | {"f": ys}
        merged["e"].append(8)
        merged["f"].append(9)
        return xs, ys, named, paired, zipped, again, lists, merged


@agrees()
class ComprehendedDicts(Workflow):
    async def run(self):
        groups = {key: [] for key in "ab"}
        groups["a"].append(1)
        by_name = {name: group for name, group in groups.items() if name}
        by_name["b"].append(2)
        for group in by_name.values():
            group.append(3)
        every = [group for _, group in groups.items()]
        every[0].append(4)
        groups.setdefault("c", []).append(5)
        groups.setdefault("a", []).append(6)
        groups.get("b", []).append(7)
        groups.get("z", every).append([8])
        taken = groups.pop("a")
        taken.append(9)
        return groups, by_name, every, taken


@agrees()
class KeysShareOneValue(Workflow):
    async def run(self):
        same = dict.fromkeys("ab", [])
        same["a"].append(1)
        return same


@agrees()
class Choices(Workflow):
    async def run(self):
        a, b, none = [1], [2], []
        first = none or a
        first.append(3)
        second = a and b
        second.append(4)
        third = a if len(a) > 5 else b
        third.append(5)
        (fourth := b).append(6)
        return a, b, first, second, third, fourth


@agrees()
class Copies(Workflow):
    async def run(self):
        inner = [1]
        outer = [inner, inner]
        flat, sliced, listed = outer.copy(), outer[:], list(outer)
        module, deep = copy.copy(outer), copy.deepcopy(outer)
        for each in (flat, sliced, listed, module, deep):
            each.append("own")
            each[0].append(len(each))
        return outer, flat, sliced, listed, module, deep, deep[0] is not None


@agrees()
class Sums(Workflow):
    async def run(self):
        xs, ys = [[1]], [[2]]
        both = sum([xs, ys], [])
        both[0].append(3)
        both.append(4)
        start = []
        same = sum([], start)
        same.append(5)
        counts = [1, 2]
        counts.append(3)
        return xs, ys, both, start, sum(counts)


@agrees()
class Models(Workflow):
    async def run(self):
        tags = ["a"]
        home = Address(street="s")
        user = User(name="ann", tags=tags, address=home)
        user.tags.append("b")
        user.address.number = 4
        twin = user.model_copy()
        twin.tags.append("c")
        twin.name = "bob"
        other = user.model_copy(update={"tags": tags})
        other.tags.append("d")
        deep = user.model_copy(deep=True)
        deep.tags.append("e")
        plain = user.model_dump()
        plain["tags"].append("f")
        return tags, home, user, twin, other, deep, plain


@agrees()
class Dataclasses(Workflow):
    async def run(self):
        xs = [1]
        point = Point(xs, 2)
        moved = dataclasses.replace(point, y=xs)
        moved.x.append(3)
        moved.y.append(4)
        point.y = 5
        plain = dataclasses.asdict(point)
        plain["x"].append(6)
        parts = dataclasses.astuple(moved)
        parts[0].append(7)
        return xs, point, moved, plain, parts


@agrees()
class NewValues(Workflow):
    async def run(self):
        xs = [3, 1]
        text, total, unique = repr(xs), sum(xs), set(xs)
        xs.append(1)
        return xs, text, total, unique, xs == [3, 1, 1], [3] in [xs]


@agrees()
class InArguments(Workflow):
    async def run(self):
        xs = [[1]]
        await mark(sorted(xs), max(xs, key=len))
        xs[0].append(2)
        await mark(max(xs), sorted(xs, key=len)[0])
        xs[0].append(3)
        return xs


@agrees()
class Chosen(Workflow):
    async def run(self):
        only = [[1]]
        random.choice(only).append(2)
        random.sample(only, 1)[0].append(3)
        random.choices(only, k=2)[1].append(4)
        statistics.median_low([only[0]]).append(5)
        return only


@agrees()
class Grouped(Workflow):
    async def run(self):
        rows = [("a", 1), ("b", 2), ("a", 3)]
        groups = {}
        for name, n in rows:
            groups.setdefault(name, []).append(n)
        best = max(groups.items(), key=lambda pair: sum(pair[1]))
        best[1].append("best")
        order = sorted(groups.items(), key=lambda pair: -len(pair[1]))
        order[0][1].append("first")
        return groups, best, order, {name: sum(1 for n in ns) for name, ns in groups.items()}


@agrees()
class ThroughHelpers(Workflow):
    async def run(self):
        rows = [{"n": 2}, {"n": 1}]
        top = self.top(rows)
        top["top"] = True
        try:
            raise ValueError(sorted(rows, key=lambda row: row["n"]))
        except ValueError as error:
            error.args[0][0]["caught"] = True
        return rows, top

    def top(self, rows):
        return max(rows, key=lambda row: row["n"])


@agrees()
class MayBecomeAList(Workflow):
    async def run(self):
        x = 1
        for _ in range(3):
            y = x + x
            if isinstance(y, list):
                y.append(0)
            x = [y]
        return x, y


@agrees()
class HoldsItself(Workflow):
    async def run(self):
        xs = [1]
        xs.append(xs)
        return repr(xs), len(max([xs, xs], key=len))


@agrees()
class OnlyLookedAt(Workflow):
    async def run(self):
        groups = {}
        for name in ["ann", "bo", "al"]:
            groups.setdefault(name[0], []).append(name)
        point = Point([1], 2)
        point.x.append(3)
        if sorted(groups.items(), key=repr)[0][1] == max(groups.values()):
            groups.setdefault("c", []).append("c")
        ordered = {key: sorted(names) for key, names in sorted(groups.items())}
        return ordered, dataclasses.replace(point, y=9), {k: sorted(v) for k, v in sorted(groups.items())}
