"""`match`: literals, values, captures, sequences, mappings, alternatives, `as` and guards, in CPython's order."""

# fmt: off
import asyncio

from tests.language.actions import Color, double, echo, fail, get_point, get_user, mark
from tests.language.cases import agrees
from waymark import Workflow

LIMIT = 10
VALUES = [
    1, 1.0, True, False, 0, None, "a", "ab", b"ab", 10, -1, 2.5, [], [1], [1, 2], (1, 2), (1, [2, 3]), [1, 2, 3, 4], range(2), "xyz", (),
    {}, {"k": 1}, {"k": 1, "more": [2]}, {1: "one", "k": {"deep": 5}}, {"a": None}, {1, 2}, Color.RED, [[1], [2]], [None],
]


@agrees(*[(value,) for value in VALUES])
class Literals(Workflow):
    async def run(self, value):
        match value:
            case 1:
                return "one"
            case None:
                return "none"
            case True | False:
                return "bool"
            case "a" | "ab" as text:
                return text
            case b"ab":
                return "bytes"
            case -1 | 2.5:
                return "number"
            case _:
                return "other"


@agrees(*[(value,) for value in VALUES])
class Singletons(Workflow):
    async def run(self, value):
        match value:
            case True:
                return "true"
            case False:
                return "false"
            case 0:
                return "zero"
            case 1:
                return "one"


class Names:
    LIMIT = 10


@agrees(*[(value,) for value in VALUES])
class Values(Workflow):
    async def run(self, value):
        match value:
            case Color.RED:
                return "red"
            case Names.LIMIT:
                return "limit"
            case Color.GREEN | Color.RED:
                return "green"


@agrees(*[(value,) for value in VALUES])
class Sequences(Workflow):
    async def run(self, value):
        match value:
            case []:
                return "empty"
            case [1, x]:
                return "one and", x
            case (x,):
                return "single", x
            case [1, *_, last]:
                return "last", last
            case [[a], [b]]:
                return a, b
            case [first, *rest]:
                return first, rest
            case [*_]:
                return "any sequence"
        return "no sequence"


@agrees(*[(value,) for value in VALUES])
class Mappings(Workflow):
    async def run(self, value):
        match value:
            case {1: x, "k": {"deep": deep}}:
                return x, deep
            case {"k": 1, **rest} if rest:
                return rest
            case {"k": 1, **rest}:
                return "rest", rest
            case {"a": a}:
                return a
            case {}:
                return "any mapping"
        return "no mapping"


@agrees(*[(value,) for value in VALUES])
class Or(Workflow):
    async def run(self, value):
        match value:
            case [x] | (1, [x, *_]) | {"k": x}:
                return x
            case ([a, b] | [a, _, b, _]) as whole:
                return a, b, whole
            case (1 | 2.5 | "a") as x:
                return "atom", x


@agrees((1,), (5,), (9,), (11,), ("a",), (None,))
class Guards(Workflow):
    async def run(self, n):
        match n:
            case int if n == "never":
                return "never", int
            case x if self.small(x):
                return "small", x
            case x if await double(x) > 10 and x < 10:
                return "middle", x
            case x:
                return "large", x

    def small(self, n):
        return n in (1, 2)


@agrees(([1, 2],), ([1, 3],), ({"k": 5},), (0,))
class NamesAreBoundWhenAllMatches(Workflow):
    async def run(self, value):
        x = "unbound"
        seen = []
        match value:
            case [x, 9]:
                seen = ["never"]
            case [x, y] if y == 99:
                seen = ["never"]
            case {"k": x, "missing": y}:
                seen = ["never"]
            case [1, 2]:
                seen = ["bound by the failed guard"]
        return seen, x


@agrees((1,), ([2],))
class NothingMatches(Workflow):
    async def run(self, value):
        try:
            match value:
                case "x" as y:
                    pass
            return y
        except UnboundLocalError as error:
            return error


@agrees(*[(n,) for n in range(6)])
class SubjectIsEvaluatedOnce(Workflow):
    async def run(self, n):
        match await mark("subject", n), self.twice(n):
            case 0, x:
                return "zero", x
            case (1, x) | (x, 4):
                return "four", x
            case (n, m) if n == 3:
                await mark("in the body")
                return n, m
            case whole:
                return whole

    def twice(self, n):
        return n * 2


@agrees((["add", 1, 2],), (["neg", 5],), (["sum", [1, 2, 3]],), (["what"],), ([],), (["neg", "x"],))
class Commands(Workflow):
    async def run(self, command):
        try:
            return await self.execute(command)
        except (TypeError, ValueError) as error:
            return error
        finally:
            await mark("done")

    async def execute(self, command):
        match command:
            case ["add", left, right]:
                return await echo(left + right)
            case ["neg", value]:
                return -value
            case ["sum", [*items]]:
                total = 0
                for item in items:
                    match item:
                        case 2:
                            continue
                        case _:
                            total += await double(item)
                return total
            case [name, *_]:
                raise ValueError("unknown", name)
            case _:
                raise ValueError("empty")


@agrees()
class InLoops(Workflow):
    async def run(self):
        found = []
        for event in [{"type": "a", "n": 1}, {"type": "b"}, {"type": "stop"}, {"type": "a", "n": 2}]:
            match event:
                case {"type": "stop"}:
                    break
                case {"type": "a", "n": n}:
                    found = found + [await echo(n)]
                case {"type": kind, **rest}:
                    found = found + [kind, rest]
        else:
            found = "never"
        return found


@agrees()
class OverResults(Workflow):
    async def run(self):
        results = await asyncio.gather(echo([1, 2]), fail("x", 1), echo({"a": 1}), get_point(1, 2), get_user("ann"), return_exceptions=True)
        shown = []
        for result in results:
            match result:
                case [a, b]:
                    shown = shown + [a + b]
                case {"a": a}:
                    shown = shown + [a]
                case _:
                    shown = shown + [result]
        return shown


@agrees((0,), (1,))
class InTry(Workflow):
    async def run(self, n):
        try:
            match n:
                case 0 if 1 / n:
                    return "never"
                case x if [][x]:
                    return "never"
        except (ZeroDivisionError, IndexError) as error:
            return error


class Keys:
    FIRST = "k"
    SECOND = "k"
    LISTS = ("x", ())


@agrees(({"k": 1},), ({},), ({"k": 1, "x": 2},), (5,))
class DuplicateKeys(Workflow):
    async def run(self, value):
        try:
            match value:
                case {Keys.FIRST: a, Keys.SECOND: b}:
                    return a, b
                case _:
                    return "other"
        except ValueError as error:
            return error
