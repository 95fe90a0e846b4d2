"""Actions that tell how far they are, and actions that nobody wants to the end."""

import asyncio
import os
import time
from pathlib import Path

from waymark import Workflow, action, current_action, heartbeat, workflow


@action(timeout=0.5)
async def copy(rows: int) -> list[int]:
    """Takes longer than its timeout, and kills its worker half way at first; answers where each attempt began."""
    current = current_action()
    began = current.heartbeat_details or 0
    for row in range(began, rows):
        await asyncio.sleep(0.02)
        current.heartbeat(row + 1)
        if current.attempt == 1 and row > rows / 2:
            os._exit(9)
    return [current.attempt, began]


@action
async def hang(note: str) -> None:
    Path(note).write_text("running")  # noqa: ASYNC240 - it is how the test sees it
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        Path(note).write_text("cancelled")  # noqa: ASYNC240
        raise


@action
def spin(note: str) -> None:
    Path(note).write_text("running")
    try:
        for _ in range(6000):
            time.sleep(0.01)
            heartbeat()
    except asyncio.CancelledError:
        Path(note).write_text("cancelled")
        raise


@action
async def fail_when(note: str) -> None:
    while not Path(note).exists():  # noqa: ASYNC240 - another process writes it
        await asyncio.sleep(0.01)
    raise LookupError(note)


@workflow
class Copies(Workflow):
    async def run(self, rows: int) -> list[int]:
        return await copy(rows)


@workflow
class Late(Workflow):
    """Cancels two running actions; a third is left running by the failure that ends the run."""

    async def run(self, folder: str) -> str:
        try:
            async with asyncio.timeout(0.7):
                await asyncio.gather(hang(f"{folder}/task"), spin(f"{folder}/thread"))
        except TimeoutError:
            await asyncio.gather(hang(f"{folder}/left"), fail_when(f"{folder}/left"))
        return "never"
