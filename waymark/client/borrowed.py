"""Starting a run inside the caller's own transaction: on their psycopg connection or their SQLAlchemy session.

Nothing but `waymark.register` and `waymark.start` is executed there, and nothing is committed. Rolled back, nothing has
happened.
"""

import uuid
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from waymark.client.connections import translate
from waymark.client.core import REGISTER, START

_REGISTER_NAMED = "select waymark.register(cast(:program as jsonb))"
_START_NAMED = "select waymark.start(:workflow, cast(:arguments as jsonb), cast(:options as jsonb))"


async def start_in(connection: Any, workflow: str, programs: Sequence[str], arguments: str, options: str) -> uuid.UUID:  # noqa: ANN401
    """Start a run in the transaction of `connection`, of whatever supported kind it is.

    Raises:
        TypeError: it is none of psycopg's connections and SQLAlchemy's connections and sessions.
        WaymarkError: what the engine says.
    """
    if isinstance(connection, psycopg.AsyncConnection):
        try:
            async with connection.cursor(row_factory=tuple_row) as cursor:
                for program in programs:
                    await cursor.execute(REGISTER, [program])
                await cursor.execute(START, [workflow, arguments, options])
                row = await cursor.fetchone()
        except psycopg.Error as error:
            raise translate(error) or error from error
        assert row is not None
        return row[0]
    if not _is_sqlalchemy(connection, asynchronous=True):
        return start_in_sync(connection, workflow, programs, arguments, options)
    from sqlalchemy import exc, text  # noqa: PLC0415 - only who brings a session has it loaded already

    try:
        for program in programs:
            await connection.execute(text(_REGISTER_NAMED), {"program": program})
        named = {"workflow": workflow, "arguments": arguments, "options": options}
        result = await connection.execute(text(_START_NAMED), named)
    except exc.DBAPIError as error:
        raise translate(error) or error from error
    return uuid.UUID(str(result.scalar_one()))


def start_in_sync(connection: Any, workflow: str, programs: Sequence[str], arguments: str, options: str) -> uuid.UUID:  # noqa: ANN401
    """`start_in` for connections and sessions that are not async."""
    if isinstance(connection, psycopg.Connection):
        try:
            with connection.cursor(row_factory=tuple_row) as cursor:
                for program in programs:
                    cursor.execute(REGISTER, [program])
                cursor.execute(START, [workflow, arguments, options])
                row = cursor.fetchone()
        except psycopg.Error as error:
            raise translate(error) or error from error
        assert row is not None
        return row[0]
    if not _is_sqlalchemy(connection, asynchronous=False):
        raise TypeError(
            f"connection={type(connection).__name__}: a run starts in a psycopg connection or a SQLAlchemy connection or session"
        )
    from sqlalchemy import exc, text  # noqa: PLC0415

    try:
        for program in programs:
            connection.execute(text(_REGISTER_NAMED), {"program": program})
        named = {"workflow": workflow, "arguments": arguments, "options": options}
        result = connection.execute(text(_START_NAMED), named)
    except exc.DBAPIError as error:
        raise translate(error) or error from error
    return uuid.UUID(str(result.scalar_one()))


def _is_sqlalchemy(connection: object, *, asynchronous: bool) -> bool:
    if not any(cls.__module__.startswith("sqlalchemy.") for cls in type(connection).__mro__):
        return False
    from sqlalchemy import Connection  # noqa: PLC0415
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_scoped_session  # noqa: PLC0415
    from sqlalchemy.orm import Session, scoped_session  # noqa: PLC0415

    kinds = (AsyncConnection, AsyncSession, async_scoped_session) if asynchronous else (Connection, Session, scoped_session)
    return isinstance(connection, kinds)
