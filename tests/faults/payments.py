"""Transactional actions, and a worker that dies at a chosen instruction, once: the file `die-<where>` says where."""

import asyncio
import contextlib
import functools
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection as AlchemyConnection
from sqlalchemy.ext.asyncio import AsyncSession

import waymark
from tests.faults.flows import FOLDER
from waymark import Depends, RetryPolicy, Workflow, action, workflow
from waymark.worker import protocol

INSERT = "insert into payments values ('{}')"


def die(where: str) -> None:
    mark = Path(os.environ[FOLDER]) / f"die-{where}"
    if mark.exists():
        mark.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def dying_before(where: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        die(where)
        return function(*args, **kwargs)

    return wrapper


def arm() -> None:
    """In the worker: the commit, and the message to the daemon."""
    psycopg.AsyncTransaction.__aexit__ = dying_before("before-commit", psycopg.AsyncTransaction.__aexit__)
    protocol.result = dying_before("after-commit", protocol.result)


class Book:
    def __init__(self, connection: psycopg.AsyncConnection) -> None:
        self.connection = connection


async def book(db: Annotated[psycopg.AsyncConnection, Depends(waymark.transaction)]) -> Book:
    return Book(db)


@action
async def pay(reference: str, db: Annotated[psycopg.AsyncConnection, Depends(waymark.transaction)]) -> str:
    await db.execute(INSERT.format(reference).encode())
    die("inside")
    return reference


@action
async def pay_booked(reference: str, booked: Annotated[Book, Depends(book)]) -> str:
    await booked.connection.execute(INSERT.format(reference).encode())
    return reference


@action
def pay_in_thread(reference: str, db: Annotated[psycopg.Connection, Depends(waymark.transaction)]) -> str:
    db.execute(INSERT.format(reference).encode())
    return reference


@action
async def pay_by_sqlalchemy(reference: str, db: Annotated[AlchemyConnection, Depends(waymark.transaction)]) -> str:
    await db.execute(text(INSERT.format(reference)))
    return reference


@action
async def pay_by_session(reference: str, db: Annotated[AsyncSession, Depends(waymark.transaction)]) -> str:
    await db.execute(text(INSERT.format(reference)))
    await db.commit()
    return reference


@action
async def refuse(reference: str, db: Annotated[psycopg.AsyncConnection, Depends(waymark.transaction)]) -> str:
    await db.execute(INSERT.format(reference).encode())
    raise ValueError(reference)


@action
async def dawdle(reference: str, db: Annotated[psycopg.AsyncConnection, Depends(waymark.transaction)]) -> str:
    await db.execute(INSERT.format(reference).encode())
    await asyncio.sleep(60)
    return reference


Ending = Literal["commit", "rollback", "begin", "sql"]


async def end(db: Any, ending: Ending) -> None:
    """Ends the transaction in the middle of the action."""
    if ending == "sql":
        await db.execute(text("rollback") if isinstance(db, AlchemyConnection | AsyncSession) else "rollback")
    else:
        await getattr(db, ending)()


@action
async def end_psycopg(
    reference: str, ending: Ending, db: Annotated[psycopg.AsyncConnection, Depends(waymark.transaction)]
) -> str:
    await db.execute(INSERT.format(reference).encode())
    await end(db, ending)
    return reference


@action
def end_in_thread(reference: str, ending: Ending, db: Annotated[psycopg.Connection, Depends(waymark.transaction)]) -> str:
    db.execute(INSERT.format(reference).encode())
    db.execute("rollback") if ending == "sql" else getattr(db, ending)()
    return reference


@action
async def end_sqlalchemy(reference: str, ending: Ending, db: Annotated[AlchemyConnection, Depends(waymark.transaction)]) -> str:
    await db.execute(text(INSERT.format(reference)))
    await end(db, ending)
    return reference


@action
async def end_below(reference: str, db: Annotated[AlchemyConnection, Depends(waymark.transaction)]) -> str:
    await db.execute(text(INSERT.format(reference)))
    with contextlib.suppress(waymark.TransactionError):
        await db.run_sync(lambda connection: connection.commit())
    return reference


@action
async def end_session(reference: str, ending: Ending, db: Annotated[AsyncSession, Depends(waymark.transaction)]) -> str:
    await db.execute(text(INSERT.format(reference)))
    await end(db, ending)
    return reference


@workflow
class Ended(Workflow):
    async def run(self, reference: str) -> list[str]:
        problems: list[BaseException | str] = await asyncio.gather(
            end_psycopg(reference, "commit"),
            end_psycopg(reference, "rollback"),
            end_psycopg(reference, "sql"),
            end_in_thread(reference, "commit"),
            end_in_thread(reference, "sql"),
            end_sqlalchemy(reference, "commit"),
            end_sqlalchemy(reference, "rollback"),
            end_sqlalchemy(reference, "begin"),
            end_sqlalchemy(reference, "sql"),
            end_below(reference),
            end_session(reference, "rollback"),
            end_session(reference, "sql"),
            return_exceptions=True,
        )
        return [str(problem) for problem in problems]


@action
async def misuse(db: Annotated[int, Depends(waymark.transaction)]) -> int:
    return db


@workflow
class Payments(Workflow):
    async def run(self, reference: str) -> list[str]:
        first = await pay(reference + "-1")
        rest = await asyncio.gather(
            pay_booked(reference + "-2"),
            pay_in_thread(reference + "-3"),
            pay_by_sqlalchemy(reference + "-4"),
            pay_by_session(reference + "-5"),
        )
        return [first, *rest, await pay(reference + "-6")]


@workflow
class Declined(Workflow):
    async def run(self, reference: str) -> str:
        problems: list[str] = []
        try:
            await refuse(reference)
        except ValueError as error:
            problems.append(str(error))
        try:
            await self.run_action(dawdle(reference), timeout=0.2, retry=RetryPolicy(attempts=1))
        except TimeoutError:
            problems.append("late")
        try:
            await misuse()
        except waymark.TransactionError as error:
            problems.append(str(error))
        return " ".join(problems)


if FOLDER in os.environ and "WAYMARK_USER_MODULE" in os.environ:
    arm()
