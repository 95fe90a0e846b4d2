"""State that is too large to be written with every step: lists, dicts and variables that are kept in pages."""

from tests.language.actions import double, echo, fail
from tests.language.cases import agrees
from waymark import Workflow


@agrees((150,), (400,))
class Lists(Workflow):
    async def run(self, size):
        xs = list(range(size))
        same = xs
        nested = {"xs": xs, "rest": []}
        await echo(0)
        xs.append(await echo("end"))
        xs[3] = await echo([1])
        xs[-2] = await echo(None)
        xs += await echo([7, 8, 9])
        xs.extend(x for x in (1, 2))
        popped = [xs.pop(), xs.pop(), xs.pop(0), await echo(xs.pop(-1))]
        xs.insert(2, await echo("in"))
        nested["xs"].append(len(xs))
        await echo(xs[0])
        del xs[-1]
        xs.append(popped)
        try:
            xs[size * 2] = await echo(1)
        except IndexError as error:
            xs.append(str(error))
        await echo(len(same))
        xs[10:20] = await echo(["slice"])
        xs.remove("in")
        xs.reverse()
        return xs, same is not None, nested, popped, xs[5:9], 17 in xs, xs.index("slice"), await echo(same)


@agrees((60,), (300,))
class Dicts(Workflow):
    async def run(self, size):
        d = {f"key{i}": i for i in range(size)}
        numbers = {i * 3: str(i) for i in range(size)}
        seen = []
        await echo(0)
        for i in range(40):
            d[f"new{i}"] = await echo(i)
            d[f"key{i}"] += await echo(i)
            numbers[i] = i
            numbers[-i * 5] = d.get(f"new{i}"), d.get(i), f"new{i}" in d, 1.5 in numbers, i in numbers
        del d["key7"]
        d["key7"] = await echo("again")
        seen.append(d.pop("key9"))
        seen.append(d.pop("none", await echo(None)))
        seen.append(d.setdefault("key10", 0))
        seen.append(d.setdefault("key-1", await echo([])))
        d["key-1"].append(await echo(1))
        numbers[True] = await echo("one")
        numbers[3.0] = await echo("three")
        try:
            await echo(d["none"])
        except KeyError as error:
            seen.append(str(error))
        for key in d:
            if key.endswith("1"):
                d[key] = await echo(0)
        numbers[1, 2] = await echo("pair")
        numbers[1, 2] += await echo("!")
        return d, numbers, seen, list(d)[-3:], len(d), await echo(d)


@agrees((80,), (300,))
class ChangedWhileWalked(Workflow):
    async def run(self, size):
        xs = list(range(size))
        for x in xs:
            if x % 10 == 0 and await echo(x) < 50:
                xs.append(x + 5)
        d = {str(i): i for i in range(size)}
        for key, value in d.items():
            d[key] = value + await echo(1) if value < 5 else value
        try:
            for key in d:
                d[key + "x"] = await echo(1)
        except RuntimeError as error:
            xs.append(str(error))
        return xs, d


@agrees((list(range(200)),), (tuple(range(200)),), ({str(i): [i] for i in range(99)},), (["a"] * 300,), (range(200),))
class Items(Workflow):
    """Values that do not change, walked in every way."""

    async def run(self, items):
        found = []
        for i, x in enumerate(items):
            if i % 50 == 0:
                found.append((i, await echo(x)))
        i = 0
        rest = [await echo(x) for x in list(items)[:70]]
        copy = items
        while i < len(copy):
            i += 60
            found.append(await self.at(copy, i))
        for x, y in zip(items, reversed(list(items))):
            if y in (3, "3"):
                found.append(await echo((x, y)))
        return found, rest, copy == items, await echo(items), items

    async def at(self, items, i):
        own = items
        await echo(len(own))
        try:
            return await echo(own[i])
        except (IndexError, KeyError) as error:
            return f"{type(error).__name__}: {error}"


@agrees((30,), (120,))
class Rows(Workflow):
    """Many objects, which share others."""

    async def run(self, size):
        owner = {"name": "ann", "rows": []}
        rows = [{"id": i, "tags": ["t"] * 3, "owner": owner} for i in range(size)]
        for row in rows:
            row["double"] = await double(row["id"])
            if row["id"] % 7 == 0:
                owner["rows"].append(row["id"])
                row["tags"].append(await echo("seven"))
        for i in range(40):
            temporary = {"i": i, "last": rows[-1]}
            temporary["i"] += await echo(1)
            temporary["last"]["id"] += temporary["i"]
        first = rows[0]
        rows.reverse()
        first["tags"].clear()
        return rows, owner["rows"], await self.total(rows, {})

    async def total(self, rows, sums):
        for row in rows[:20]:
            sums[row["id"]] = sums.get(row["id"], 0) + await echo(row["double"])
            row["seen"] = True
        return sums


@agrees((100,))
class Failing(Workflow):
    """What has changed before an exception stays changed."""

    async def run(self, size):
        xs = [f"element {i}" for i in range(size)]
        log = []
        for i in range(5):
            try:
                xs.append(i)
                xs[i] = await fail("value")
            except ValueError:
                xs[i] = len(xs)
                log.append(xs[-1])
            finally:
                xs.append(await echo("finally"))
        try:
            for i in range(3):
                xs.append(f"{i}")
                xs[size * (i + 1)] = 1 // (1 - i)
        except ZeroDivisionError as error:
            log.append(str(error))
        return xs, log, await echo(len(xs))


@agrees(([{"id": i * 7 % 60} for i in range(60)],))
class KeysOverLocals(Workflow):
    """A name of a lambda or comprehension hides a variable that is in pages."""

    async def run(self, rows):
        row = {"id": "outer", "more": list(range(300))}
        await echo(0)
        ids = [row["id"] for row in rows if "id" in row and len(row) == 1]
        return sorted(rows, key=lambda row: row["id"]), max(rows, key=lambda row: row.get("id")), ids, row["id"], len(row["more"])
