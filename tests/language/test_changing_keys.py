"""Instances that are keys or elements of sets and change: sets hold copies in the engine, so this is refused, never guessed."""

import dataclasses

import pytest

from tests.language.harness import Engine
from waymark import Workflow, action


@dataclasses.dataclass(eq=False)
class Node:
    n: int


@action
async def nodes() -> set[Node]:
    return {Node(1)}


@action
async def counts() -> dict[Node, int]:
    return {Node(1): 2}


class ChangedInSet(Workflow):
    async def run(self):
        node = Node(1)
        found = {node}
        node.n = 5
        return [each.n for each in found]


class ChangedInFrozenSet(Workflow):
    async def run(self):
        node = Node(1)
        found = frozenset([(node, 1)])
        node.n = 5
        return [each.n for each, _ in found]


class ChangedThroughSet(Workflow):
    async def run(self):
        node = Node(1)
        for each in {node}.union([3]):
            each.n = 5
        return node.n


class ChangedKey(Workflow):
    async def run(self):
        node = Node(1)
        found = dict.fromkeys([node], 0)
        node.n = 5
        return [each.n for each in found]


class ElementOfResult(Workflow):
    async def run(self):
        found = await nodes()
        for each in found:
            each.n += 1
        return found


class TakenFromResult(Workflow):
    async def run(self):
        found = await nodes()
        taken = found.pop()
        taken.n += 1
        return taken, found


class KeyOfResult(Workflow):
    async def run(self):
        found = await counts()
        for each in found:
            each.n += 1
        return [each.n for each in found]


class SetsOfOthers(Workflow):
    async def run(self):
        numbers, rows = [3, 1, 3], [{"k": 1}, {"k": 1}]
        seen = set(numbers)
        seen.add(7)
        numbers.append(9)
        keys = {row["k"] for row in rows}
        rows[0]["k"] = 2
        both = seen.union(keys | {8})
        both.discard(3)
        return numbers, rows, seen, keys, both, seen & keys, frozenset(numbers), [each.n for each in await nodes()]


class Unhashable(Workflow):
    async def run(self):
        rows = [[1]]
        rows[0].append(2)
        return set(rows)


CHANGING = [ChangedInSet, ChangedInFrozenSet, ChangedThroughSet, ChangedKey, ElementOfResult, TakenFromResult, KeyOfResult]


@pytest.mark.parametrize("cls", CHANGING)
async def test_changing_keys_are_refused(engine: Engine, cls: type[Workflow]) -> None:
    assert await engine.failure(cls) == "waymark.errors:UnsupportedOperation"


@pytest.mark.parametrize("cls", [SetsOfOthers, Unhashable])
async def test_sets_of_what_does_not_change_agree(engine: Engine, cls: type[Workflow]) -> None:
    assert await engine.durable(cls) == await engine.inline(cls)
