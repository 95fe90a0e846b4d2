"""Every method that changes a list, dict or set, over edge values: result, content and error as in CPython."""

# fmt: off
from tests.language.actions import echo
from tests.language.cases import agrees
from waymark import Workflow


@agrees(
    ([1, 2, 3], 0), ([1, 2, 3], 2), ([1, 2, 3], -1), ([1, 2, 3], -3), ([1, 2, 3], 3), ([1, 2, 3], -4), ([], 0), ([1, 2], True),
    ([1], "0"), ([1], None), ([1], 1.0), ({"a": 1}, "a"), ({"a": 1}, "b"), ({1: "x", "b": 2}, 1.0), ({"a": 1}, [1]), ({}, None),
    ((1, 2), 0), ("ab", 0), (5, 0), (None, 0), (b"ab", 0), (range(3), 0), ({1, 2}, 0), ([1], 10**30),
)
class Elements(Workflow):
    async def run(self, xs, key):
        seen = []
        try:
            xs[key] = "new"
            seen.append(xs[key])
        except (TypeError, IndexError, KeyError) as error:
            seen.append(error)
        try:
            xs[key] += "er"
        except (TypeError, IndexError, KeyError) as error:
            seen.append(error)
        try:
            del xs[key]
        except (TypeError, IndexError, KeyError) as error:
            seen.append(error)
        return seen, xs


@agrees(([3, 1, 2],), ([],), ([[1], [0]],), (["b", "a"],), ((1,),), ({"a": 1},), (None,), ("abc",))
class ListMethods(Workflow):
    async def run(self, xs):
        seen = []
        try:
            seen.append(xs.append(9))
            seen.append(xs.extend((7, 8)))
            seen.append(xs.insert(1, "in"))
            seen.append(xs.insert(-100, "first"))
            seen.append(xs.insert(100, "last"))
            seen.append(xs.pop())
            seen.append(xs.pop(0))
            seen.append(xs.pop(-2))
            seen.append(xs.remove("in"))
            seen.append(xs.reverse())
            copy = list(xs)
            seen.append(copy)
            seen.append(xs.clear())
            xs.pop()
        except (AttributeError, IndexError, TypeError, ValueError) as error:
            seen.append(error)
        return seen, xs


@agrees(([],), ([1, 2],))
class ListErrors(Workflow):
    async def run(self, xs):
        seen = []
        try:
            xs.pop(5)
        except IndexError as error:
            seen.append(error)
        try:
            xs.pop("a")
        except (TypeError, IndexError) as error:
            seen.append(error)
        try:
            xs.insert(None, 1)
        except TypeError as error:
            seen.append(error)
        try:
            xs.remove(77)
        except ValueError as error:
            seen.append(error)
        try:
            xs.extend(5)
        except TypeError as error:
            seen.append(error)
        try:
            xs += None
        except TypeError as error:
            seen.append(error)
        try:
            xs -= [1]
        except TypeError as error:
            seen.append(error)
        xs *= 2
        return seen, xs


@agrees(([3, 1, 2],), ([],), (["b", "a", "c"],), ([2.5, 1, True],))
class Sorted(Workflow):
    async def run(self, xs):
        ys = xs
        xs.sort()
        first = list(xs)
        xs.sort(reverse=True)
        return first, xs, ys


@agrees(([0, 1, 2, 3, 4, 5],), ([],), ([1],))
class Slices(Workflow):
    async def run(self, xs):
        ys = xs
        xs[1:3] = ["a", "b", "c"]
        xs[:0] = [-1]
        xs[len(xs):] = (8, 9)
        xs[-2:-1] = []
        seen = [list(xs)]
        try:
            xs[::2] = ["x"]
        except ValueError as error:
            seen.append(error)
        try:
            xs[0:1] = 5
        except TypeError as error:
            seen.append(error)
        try:
            xs[::0] = []
        except ValueError as error:
            seen.append(error)
        del xs[1:2]
        seen.append(list(xs))
        del xs[::-2]
        xs[5:2] = ["end"]
        xs[0:1] += [7]
        return seen, xs, ys


@agrees(({"a": 1, "b": [2]},), ({},), ({1: 2, "x": 3},), ([1],), (None,))
class DictMethods(Workflow):
    async def run(self, d):
        seen = []
        try:
            seen.append(d.setdefault("a", 5))
            seen.append(d.setdefault("z", [1]))
            seen.append(d.setdefault("none"))
            d["z"].append(2)
            seen.append(d.pop("none"))
            seen.append(d.pop("missing", "default"))
            seen.append(d.update({"a": "new", "c": 3}))
            seen.append(d.update([("k", 1), ("l", 2)], m=3))
            seen.append(d.popitem())
            d |= {"u": 1}
            seen.append(list(d.items()))
            del d["u"]
            d.pop("missing")
        except (AttributeError, KeyError, TypeError) as error:
            seen.append(error)
        try:
            d.clear()
            d.popitem()
        except (AttributeError, KeyError) as error:
            seen.append(error)
        return seen, d


@agrees(({1, 2, 3},), (set(),), ({"a"},), (frozenset([1]),), ([1],))
class SetMethods(Workflow):
    async def run(self, s):
        seen = []
        try:
            seen.append(s.add(2))
            seen.append(s.add((1, 2)))
            seen.append(s.discard(7))
            seen.append(s.remove((1, 2)))
            s.update([5, 6])
            s.difference_update({1})
            s.intersection_update([2, 5, 6])
            s.symmetric_difference_update([6, 7])
            s |= {9}
            s -= {9}
            s &= {5, 7}
            s ^= {5}
            seen.append(sorted(s))
            s.remove("missing")
        except (AttributeError, KeyError, TypeError) as error:
            seen.append(error)
        try:
            s.add([1])
        except (AttributeError, TypeError) as error:
            seen.append(error)
        return seen, s


@agrees(([1],), ({1},), ({"a": 1},))
class AugmentedTypes(Workflow):
    async def run(self, x):
        seen = []
        y = x
        try:
            y += [2]
        except TypeError as error:
            seen.append(error)
        try:
            y |= {"k": 1}
        except TypeError as error:
            seen.append(error)
        try:
            y &= {1}
        except TypeError as error:
            seen.append(error)
        try:
            y *= 2
        except TypeError as error:
            seen.append(error)
        return seen, x, y


@agrees()
class OrderOfEvaluation(Workflow):
    async def run(self):
        log = []
        xs = [0, 0]
        xs[self.note(log, "key", 1)] = self.note(log, "value", 5)
        self.give(log, xs)[self.note(log, "k", 0)] += self.note(log, "v", 2)
        self.give(log, xs).append(self.note(log, "item", xs.pop()))
        return log, xs

    def note(self, log, what, value):
        log.append(what)
        return value

    def give(self, log, xs):
        log.append("object")
        return xs


@agrees()
class Nested(Workflow):
    async def run(self):
        state = {"rows": [], "by": {}}
        for n in range(3):
            row = {"n": n, "tags": []}
            state["rows"].append(row)
            state["by"][n] = row
            row["tags"].append(await echo(n))
        state["by"][1]["tags"] += ["x"]
        state["rows"][0]["n"], state["rows"][2]["n"] = 10, 20
        for state["last"] in [1, 2]:
            pass
        a = b = state["rows"][1]
        a["same"] = b
        del a["same"]
        return state, [row["n"] for row in state["rows"]], len(state["by"])


@agrees()
class Stack(Workflow):
    async def run(self):
        stack = [1, 2, 3]
        seen = []
        while stack:
            seen.append(stack.pop())
            if len(seen) == 2:
                stack.extend([7, 8])
        return seen, stack, [stack.append(n) for n in range(2)], stack
