"""Calls of the engine inside the caller's own transaction: on their psycopg connection or their SQLAlchemy session.

Nothing else is executed there, and nothing is committed. Rolled back, nothing has happened.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from waymark.client.connections import translate

Call = tuple[str, Sequence[object]]
"""A statement with `%s` for each of its parameters."""


async def fetch_in(connection: Any, calls: Sequence[Call]) -> Any:  # noqa: ANN401
    """Execute statements in the transaction of `connection`, of whatever supported kind it is; the value of the last one.

    Raises:
        TypeError: it is none of psycopg's connections and SQLAlchemy's connections and sessions.
        WaymarkError: what the engine says.
    """
    if isinstance(connection, psycopg.AsyncConnection):
        try:
            async with connection.cursor(row_factory=tuple_row) as cursor:
                for query, parameters in calls:
                    await cursor.execute(query.encode(), parameters)
                row = await cursor.fetchone()
        except psycopg.Error as error:
            raise translate(error) or error from error
        assert row is not None
        return row[0]
    if not _is_sqlalchemy(connection, asynchronous=True):
        return fetch_in_sync(connection, calls)
    from sqlalchemy import exc, text  # noqa: PLC0415 - only who brings a session has it loaded already

    result: Any = None
    try:
        for query, parameters in calls:
            named, values = _named(query, parameters)
            result = await connection.execute(text(named), values)
    except exc.DBAPIError as error:
        raise translate(error) or error from error
    return result.scalar_one()


def fetch_in_sync(connection: Any, calls: Sequence[Call]) -> Any:  # noqa: ANN401
    """`fetch_in` for connections and sessions that are not async."""
    if isinstance(connection, psycopg.Connection):
        try:
            with connection.cursor(row_factory=tuple_row) as cursor:
                for query, parameters in calls:
                    cursor.execute(query.encode(), parameters)
                row = cursor.fetchone()
        except psycopg.Error as error:
            raise translate(error) or error from error
        assert row is not None
        return row[0]
    if not _is_sqlalchemy(connection, asynchronous=False):
        raise TypeError(
            f"connection={type(connection).__name__}: it must be a psycopg connection or a SQLAlchemy connection or session"
        )
    from sqlalchemy import exc, text  # noqa: PLC0415

    result: Any = None
    try:
        for query, parameters in calls:
            named, values = _named(query, parameters)
            result = connection.execute(text(named), values)
    except exc.DBAPIError as error:
        raise translate(error) or error from error
    return result.scalar_one()


def _named(query: str, parameters: Sequence[object]) -> tuple[str, dict[str, object]]:
    """A statement as SQLAlchemy writes it, with named parameters."""
    values = {f"p{number}": value for number, value in enumerate(parameters)}
    for name in values:
        query = query.replace("%s", f":{name}", 1)
    return query, values


def _is_sqlalchemy(connection: object, *, asynchronous: bool) -> bool:
    if not any(cls.__module__.startswith("sqlalchemy.") for cls in type(connection).__mro__):
        return False
    from sqlalchemy import Connection  # noqa: PLC0415
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_scoped_session  # noqa: PLC0415
    from sqlalchemy.orm import Session, scoped_session  # noqa: PLC0415

    kinds = (AsyncConnection, AsyncSession, async_scoped_session) if asynchronous else (Connection, Session, scoped_session)
    return isinstance(connection, kinds)
