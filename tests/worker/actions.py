"""Actions for the tests of the worker."""

import asyncio
import contextlib
import contextvars
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Annotated, Any

from tests.sdk.values import OutOfStock, Point, User
from waymark import Depend, action, current_action, heartbeat


@action
async def double(n: int) -> int:
    return 2 * n


@action
def double_in_thread(n: int) -> tuple[int, bool]:
    return 2 * n, threading.current_thread() is threading.main_thread()


@action
async def echo(value: Any) -> Any:
    return value


@action
async def describe(user: User, *points: Point, scale: float = 1.0, **rest: Any) -> list[Any]:
    return [user.name, points, scale, rest]


@action
async def fail(item: str) -> None:
    raise OutOfStock(item, left=2) from KeyError(item)


@action
async def fail_uncaught(kind: str) -> None:
    match kind:
        case "exit":
            sys.exit(3)
        case "interrupt":
            raise KeyboardInterrupt
        case "cancelled":
            raise asyncio.CancelledError
        case _:

            async def leave() -> None:
                sys.exit(4)

            await asyncio.create_task(leave())


@action
async def unencodable() -> Any:
    return {"rows": [1, object()]}


@action
async def sleep(seconds: float, note: str = "") -> str:
    """Writes to the file `note` when it starts and when it is cancelled."""
    if note:
        Path(note).write_text("started")  # noqa: ASYNC240 - it is how the test sees it
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        if note:
            Path(note).write_text("cancelled")  # noqa: ASYNC240
        raise
    return "slept"


@action
def block(seconds: float) -> str:
    time.sleep(seconds)
    return "blocked"


@action
async def stubborn() -> str:
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        return "went on"
    return "slept"


@action
async def who() -> list[Any]:
    current = current_action()
    return [current.run_id, current.action_id, current.attempt]


@action
def who_in_thread() -> list[Any]:
    current = current_action()
    return [current.run_id, current.action_id, current.attempt]


@action
async def tell(details: list[Any], pause: float = 0.0, fails: bool = False) -> Any:
    """Tells its details one by one; the answer is what the attempt before has told."""
    for item in details:
        heartbeat(item)
        await asyncio.sleep(pause)
    if fails:
        raise OutOfStock("time", left=0)
    return current_action().heartbeat_details


@action
def tell_in_thread(note: str, seconds: float) -> str:
    """Goes on until it hears that nobody wants it; then it writes that to the file `note`."""
    beat = current_action().heartbeat
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            beat()
            time.sleep(0.01)
    except asyncio.CancelledError:
        Path(note).write_text("cancelled")
        raise
    return "ended"


@action
async def big(size: int) -> bytes:
    return bytes(size)


@action
async def process() -> int:
    return os.getpid()


entries: list[str] = []
"""What was opened and closed."""


def settings() -> str:
    return "settings"


async def open_async(config: Annotated[str, Depend(settings)]) -> AsyncIterator[str]:
    entries.append(f"open {config}")
    try:
        yield "connection"
    except BaseException as error:
        entries.append(type(error).__name__)
        raise
    finally:
        entries.append("close")


def open_sync() -> Iterator[str]:
    entries.append("open sync")
    try:
        yield "file"
    finally:
        entries.append("close sync")


def swallow() -> Iterator[str]:
    with contextlib.suppress(ValueError):
        yield "swallowing"


@action
async def inject(
    n: int, db: Annotated[str, Depend(open_async)], file: Annotated[str, Depend(open_sync)], fails: bool = False
) -> list[Any]:
    if fails:
        raise ValueError("no")
    return [n, db, file]


@action
def inject_in_thread(n: int, db: Annotated[str, Depend(open_async)]) -> list[Any]:
    return [n, db]


@action
async def swallowed(dependency: Annotated[str, Depend(swallow)]) -> None:
    raise ValueError("not lost")


@action
async def ledger() -> list[str]:
    found = entries.copy()
    entries.clear()
    return found


@action(name="billing.charge")
async def charge() -> str:
    return "charged"


@action
async def say(text: str) -> None:
    print(text)


request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="none")


@action
async def set_request_id() -> str:
    before = request_id.get()
    request_id.set("mine")
    return before


async def not_an_action() -> None: ...
