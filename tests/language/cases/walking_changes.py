"""Objects that change while a loop walks them, or that functions and comprehensions hand on: each name still sees one object."""

# fmt: off
from tests.language.actions import double, mark
from tests.language.cases import agrees
from waymark import Workflow


@agrees(([1, 2, 3, 4],), ([2, 2, 1],), ([],))
class Walks(Workflow):
    async def run(self, items):
        items = list(items)
        seen = []
        for i, x in enumerate(items):
            seen.append((i, x))
            if len(items) < 6:
                items.append(x * 10)
        for x in reversed(items):
            if x % 2 == 0:
                items.remove(x)
        for a, b in zip(items, items):
            seen.append(a + b)
            if len(items) > 2:
                items.pop()
        for x in map(lambda x: x + len(items), items):
            seen.append(x)
            if len(items) < 4:
                items.insert(0, x)
        for x in (y for y in items if y not in seen):
            seen.append(await double(x))
        return items, seen


@agrees(({"a": 1, "b": 2},), ({},))
class Dicts(Workflow):
    async def run(self, data):
        data = dict(data)
        seen = {}
        for k, v in data.items():
            seen[k] = v
            data["b"] = 9
        for v in data.values():
            seen.setdefault("values", []).append(v)
        for k in list(data):
            del data[k]
        for k in data.keys():
            seen[k] = "never"
        return data, seen, [*seen.items()]


@agrees()
class GrowsWhileWalked(Workflow):
    async def run(self):
        data, seen = {"a": 1}, []
        try:
            for k, v in data.items():
                seen.append(k)
                data[k + "x"] = v
        except RuntimeError as error:
            seen.append(error)
        try:
            for k in data:
                data.pop(k)
        except RuntimeError as error:
            seen.append(error)
        return data, seen


@agrees()
class Identity(Workflow):
    async def run(self):
        rows = [{"n": 2}, {"n": 1}]
        first, second = reversed(rows)
        first["x"] = await double(1)
        picked = [row for row in rows if row["n"] > 1]
        picked[0]["z"] = [*rows[1]]
        by_n = {row["n"]: row for row in rows}
        by_n[1].update(w=3)
        for _, row in enumerate(rows):
            row["i"] = _
        for row, other in zip(rows, reversed(rows)):
            row["other"] = other["n"]
        (last := rows[-1])["walrus"] = True
        both = [*rows, *rows]
        both[0]["star"] = {**rows[1], "deep": rows}["n"]
        return rows, second is None, last["walrus"], both[2]["star"], list(filter(lambda row: "w" in row, rows)), list(map(len, rows))


@agrees()
class InCalls(Workflow):
    async def run(self):
        items = [3, 1]
        total = sum(items) + len(items) + (items.append(5) or 0) + sum(items)
        text = f"{items} {items.pop()} {items!r} {await mark(items.copy())}"
        items.append(await double(items[0]))
        return total, text, items, sorted(items), 1 < len(items) < items[-1], items[1:], [x for x in items[:]], any(x > 5 for x in items)


@agrees()
class OfHelpers(Workflow):
    async def run(self):
        found = []
        kept = [self.keep(found, n) for n in range(3)]
        some = any(self.keep(found, n) > 4 for n in range(9))
        return found, kept, some, {n: self.keep(found, n) for n in range(2)}

    def keep(self, found, n):
        found.append(n)
        return len(found)
