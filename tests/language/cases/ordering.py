"""`sorted`, `min` and `max` by a key."""

# fmt: off
from tests.language.actions import double, echo, get_users
from tests.language.cases import agrees
from waymark import Workflow

_ROWS = [("a", 2), ("b", 1), ("c", 2), ("d", 1)]


@agrees((_ROWS,), (_ROWS[:1],), ([],), ([("a", 1), ("b", 1.0), ("c", True)],), ([("x", [2]), ("y", [1, 0])],), ([("x", (1, None)), ("y", (1, 2))],))
class TiesKeepTheirOrder(Workflow):
    async def run(self, rows):
        up, down = sorted(rows, key=lambda row: row[1]), sorted(rows, key=lambda row: row[1], reverse=True)
        odd = sorted(rows, key=lambda row: row[1], reverse=1), sorted(rows, key=lambda row: row[1], reverse=len(rows) == 1)
        return up, down, odd, min(rows, key=lambda row: row[1], default=None), max(rows, key=lambda row: row[1], default="none")


@agrees(([1, "a", None],), ([None, 1],), ([1, 2],), ([],), ([float("nan"), 1.0, 2.0],), ([0, 1, "b"],), ([3, 0, 1],))
class ErrorsInTheirOrder(Workflow):
    async def run(self, items):
        seen = []
        for kind in range(6):
            try:
                if kind == 0:
                    seen.append(sorted(items, key=lambda x: x))
                elif kind == 1:
                    seen.append(max(items, key=lambda x: 1 / x))
                elif kind == 2:
                    seen.append(min(items, key=lambda x: {0: 0, 1: 1, "a": "b", 2: 2}[x]))
                elif kind == 3:
                    seen.append(sorted(items, key=lambda x: [x][x or 0]))
                elif kind == 4:
                    seen.append(max(items, key=lambda x: -x))
                else:
                    seen.append(sorted(items, key=lambda x: (str(x), x), reverse=True))
            except (TypeError, ValueError, KeyError, ZeroDivisionError, IndexError) as error:
                seen.append((type(error).__name__, error.args))
        return seen


@agrees()
class InLoopsAndBranches(Workflow):
    async def run(self):
        weights, found = {"ann": 2, "bo": 3, "al": 2}, []
        for sign in (1, -1):
            best = max(await get_users(list(weights)), key=lambda user: sign * weights[user.name])
            found.append((best.name, [name for name in sorted(weights, key=lambda name: (sign * weights[name], name))]))
            weights = {**weights, "al": weights["al"] + await double(1)}
        rows = [{"n": n, "tags": [n]} for n in (2, 1, 2)]
        first = max(rows, key=lambda row: row["n"])["n"], [row["n"] for row in sorted(rows, key=lambda row: -row["n"])]
        return found, first, [min(pair, key=lambda x: abs(x - limit)) for limit in (1, 5) for pair in [(0, 2), (4, 6)]], await echo(max("abc", key=lambda c: c != "b"))
