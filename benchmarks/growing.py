"""Loops over state of a given size: every iteration is one action, so one step with stored state."""

from benchmarks.workflows import echo
from waymark import Workflow, workflow


@workflow
class ListAppend(Workflow):
    """xs.append(await …)"""

    async def run(self, size: int, steps: int) -> int:
        xs = list(range(size))
        for i in range(steps):
            xs.append(await echo(i))  # noqa: PERF401 - a step of its own
        return len(xs)


@workflow
class ListStore(Workflow):
    """xs[i] = await …"""

    async def run(self, size: int, steps: int) -> int:
        xs = list(range(size))
        for i in range(steps):
            xs[i * 7 % size] = await echo(i)
        return len(xs)


@workflow
class ListOfResults(Workflow):
    """results += [await …], returned at the end"""

    async def run(self, size: int, steps: int) -> list[int]:
        results = list(range(size))
        for i in range(steps):
            results += [await echo(i)]
        return results


@workflow
class DictStore(Workflow):
    """d[k] = await …"""

    async def run(self, size: int, steps: int) -> int:
        d = {f"key{i}": i for i in range(size)}
        for i in range(steps):
            d[f"new{i}"] = await echo(i)
        return len(d)


@workflow
class DictAdd(Workflow):
    """d[k] += await …"""

    async def run(self, size: int, steps: int) -> int:
        d = {f"key{i}": i for i in range(size)}
        for i in range(steps):
            d[f"key{i * 7 % size}"] += await echo(i)
        return len(d)


@workflow
class IndexLoop(Workflow):
    """while i < len(xs): await …(xs[i])"""

    async def run(self, size: int) -> int:
        xs = list(range(size))
        i = total = 0
        while i < len(xs):
            total += await echo(xs[i])
            i += 1
        return total


@workflow
class ItemLoop(Workflow):
    """for x in items: total += await …(x)"""

    async def run(self, items: list[int]) -> int:
        total = 0
        for x in items:
            total += await echo(x)
        return total


@workflow
class EnumerateLoop(Workflow):
    """for i, x in enumerate(items): await …(x)"""

    async def run(self, items: list[int]) -> int:
        total = 0
        for i, x in enumerate(items):
            total += i * await echo(x)
        return total


@workflow
class RowLoop(Workflow):
    """row["x"] = await …(row["id"])"""

    async def run(self, size: int) -> int:
        rows = [{"id": i, "x": None, "name": "row"} for i in range(size)]
        for row in rows:
            row["x"] = await echo(row["id"])
        return len(rows)


@workflow
class HelperArgument(Workflow):
    """await self.add(xs, i), which appends"""

    async def run(self, size: int, steps: int) -> int:
        xs = list(range(size))
        for i in range(steps):
            await self.add(xs, i)
        return len(xs)

    async def add(self, xs: list[int], i: int) -> None:
        xs.append(await echo(i))


@workflow
class Collected(Workflow):
    """[await …(x) for x in items]"""

    async def run(self, items: list[int]) -> int:
        return len([await echo(x) for x in items])


WORKFLOWS = [
    *(ListAppend, ListStore, ListOfResults, DictStore, DictAdd),
    *(IndexLoop, ItemLoop, EnumerateLoop, RowLoop, HelperArgument, Collected),
]
