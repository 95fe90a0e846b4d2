"""Workflows that can be caught in the middle of their work: actions say that they run, and wait to be let go."""

import asyncio
from pathlib import Path

from waymark import Workflow, action, workflow


@action
async def hold(folder: str, name: str) -> str:
    """Leave the mark `<name>` and wait for `go`."""
    (Path(folder) / name).touch()
    while not (Path(folder) / "go").exists():
        await asyncio.sleep(0.01)
    return name


@action
async def add(left: int, right: int) -> int:
    return left + right


@workflow
class Held(Workflow):
    async def run(self, folder: str, name: str) -> list[str]:
        first = await hold(folder, name)
        both = await asyncio.gather(hold(folder, name), hold(folder, name))
        return [first, both[0], both[1]]


@workflow
class Sum(Workflow):
    async def run(self, steps: int) -> int:
        total = 0
        for step in range(steps):
            pair = await asyncio.gather(add(total, step), add(step, 0))
            total = pair[0]
        return total


@workflow
class Nap(Workflow):
    async def run(self, seconds: float) -> int:
        await asyncio.sleep(seconds)
        return await add(1, 1)
