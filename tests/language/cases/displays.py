"""Displays of lists, tuples and dicts, and literals of every kind."""

# fmt: off
from tests.language.actions import Color, echo, mark
from tests.language.cases import agrees
from waymark import Workflow


@agrees()
class Literals(Workflow):
    async def run(self):
        return [
            0, -1, 2**0, 1_000_000, 0xFF, 0b101, 0o17, 123456789012345678901234567890, 1.0, -2.5, 1e3, 1e100, 1e-7, .5, 5., 1e400, -1e400,
            True, False, None, "", "a", 'b"\'', "tab\tnew\nline\\", "\0", "é\u4e2d\U0001f600", r"\d", "con" "cat", """a
b""", b"", b"\x00\xff", (), (1,), [], {}, [[]], ((),),
        ]


@agrees()
class StringsForSql(Workflow):
    async def run(self):
        return ["'", "''", "\\", "$$", "$frame$", "%s", "%", ":x", "--", "/*", "E'\\n'", "{}", "%I", "null", "<save>", "\u2028", "\r\n", "\x7f", "\x1b"]


@agrees()
class Lists(Workflow):
    async def run(self):
        x = 1
        return [x, x + 1, [x, [x]], (x,), {"x": x}], [], [[], [[]]], [None, True]


@agrees()
class Tuples(Workflow):
    async def run(self):
        x = 1
        return (x, x), (x,), (), ((),), (x, (x, [x, (x,)]))


@agrees()
class OrderOfDicts(Workflow):
    async def run(self):
        return {"b": 1, "a": 2, "aa": 3, "": 4, "c": 5}, {"z": 1, "y": {"q": 1, "p": 2}}, {}, {"one": {}}


@agrees()
class DuplicateKeys(Workflow):
    """The first key keeps its place, the last value wins."""

    async def run(self):
        one = 1
        return {"a": 1, "b": 2, "a": 3}, {1: "int", True: "bool", 1.0: "float"}, {0: "a", False: "b", "0": "c", -0.0: "d"}, {one: 1, one: 2}


@agrees()
class KeysOfDicts(Workflow):
    async def run(self):
        n = 2
        return {1: 2, "a": 1}, {(1, (2,)): "x"}, {None: 0, True: 1}, {n: n, n + 1: n, "n": n}, {2.5: 1}, {b"k": 1}, {"$": 1, "v": 2}, {-1: 0}


@agrees(([],), ({},), (([1],),), ({1},))
class UnhashableKeys(Workflow):
    async def run(self, key):
        try:
            return {"a": 1, key: 2, "b": 1 / 0}
        except (TypeError, ZeroDivisionError) as error:
            return error


@agrees()
class NanAndZeroKeys(Workflow):
    async def run(self):
        return {0.0: "zero", 1: "one"}[-0.0], {0: 1}[0.0], {0: "a", 0.0: "b"}


@agrees()
class OrderOfEvaluation(Workflow):
    async def run(self):
        a = [await mark(1, "a"), await mark(2, "b"), (await mark(3, "c"), await mark(4, "d"))]
        b = {await mark(5, "k"): await mark(6, "v"), await mark(7, "l"): await mark(8, "w")}
        return a, b


@agrees()
class ErrorInTheMiddle(Workflow):
    async def run(self):
        nothing = None
        try:
            return [await mark(1), 1 / 0, await mark(2)]
        except ZeroDivisionError:
            pass
        try:
            return {await mark(3): 1, {}["x"]: await mark(4)}
        except KeyError:
            pass
        try:
            return {await mark(5, "k"): nothing[0], await mark(6): 1}
        except TypeError as error:
            return error


@agrees()
class NestedDeep(Workflow):
    async def run(self):
        value = [[[[[[[[[[{"a": ({"b": [(1, [2, {"c": None}])]},)}]]]]]]]]]]
        return value, value[0][0][0][0][0][0][0][0][0][0]["a"][0]["b"][0][1][1]["c"]


@agrees()
class BuiltFromLocals(Workflow):
    async def run(self):
        a, b = [1], {"k": 2}
        both = [a, b, a]
        a = a + [3]
        return both, a, [both, both], {"a": a, "b": b, "both": both}


@agrees()
class Wide(Workflow):
    async def run(self):
        return [
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33,
            34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65,
            66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97,
            98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120,
        ], {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8, "i": 9, "j": 10, "k": 11, "l": 12, "m": 13, "n": 14, "o": 15, "p": 16, "q": 17}


@agrees()
class EnumMembers(Workflow):
    async def run(self):
        return [Color.RED, (Color.GREEN,), {"c": Color.RED}], await echo({"color": Color.GREEN})


@agrees()
class EqualButNotSame(Workflow):
    async def run(self):
        return [1, 1.0, True], (0, 0.0, -0.0, False), {"a": 1}, {"a": 1.0}, [1 == 1.0, [1] == [True]]


@agrees((None,), (1,))
class ThroughActions(Workflow):
    async def run(self, x):
        value = await echo({"b": [x, (x, 1.0)], "a": {"z": {}, "y": ()}, 3: [[], [()]]})
        return value, await echo([value, value])
