"""Connections of the client: a small pool, and errors of Postgres as errors of Waymark."""

import asyncio
import select
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus

from waymark.errors import ConfigurationError, DatabaseUnreachable, EngineNotInstalled, WaymarkError, from_sqlstate

API_VERSIONS = (1, 1)
"""The engine's API versions that this package speaks, first and last."""

POOL_SIZE = 10
CONNECT_TIMEOUT = "10"
"""Seconds, where the database URL does not say."""

_MISSING_SCHEMA, _MISSING_FUNCTION = "3F000", "42883"
_GONE = ("08", "28", "3D", "53", "57P")
"""SQLSTATEs of a server that refuses or ends connections."""


def translate(error: Exception) -> WaymarkError | None:
    """What a driver's error means, or None when it is not about Waymark (a missing right, for example)."""
    original = getattr(error, "orig", None) or error  # SQLAlchemy wraps the driver's error
    sqlstate = str(getattr(original, "sqlstate", None) or getattr(original, "pgcode", None) or "")
    diagnostics = getattr(original, "diag", None)
    message = str(getattr(diagnostics, "message_primary", None) or original)
    if sqlstate.startswith("WM"):
        detail, hint = getattr(diagnostics, "message_detail", None), getattr(diagnostics, "message_hint", None)
        return from_sqlstate(sqlstate, message, detail=detail, hint=hint)
    if sqlstate == _MISSING_SCHEMA or (sqlstate == _MISSING_FUNCTION and "waymark." in message):
        return EngineNotInstalled(
            "The database of WAYMARK_DATABASE_URL has no Waymark engine: run `alembic upgrade head`, or `waymark db upgrade`."
        )
    if isinstance(original, psycopg.OperationalError) and (not sqlstate or sqlstate.startswith(_GONE)):
        reason = " ".join(str(original).split())
        return DatabaseUnreachable(f"The database of WAYMARK_DATABASE_URL cannot be reached: {reason}")
    return None


async def connect(url: str) -> psycopg.AsyncConnection[tuple[Any, ...]]:
    """A connection in autocommit mode to an engine that this package fits.

    Raises:
        DatabaseUnreachable, EngineNotInstalled, EngineVersionError.
    """
    try:
        # Unprepared: a connection pooler between here and the server may hand each statement to another session.
        connection = await psycopg.AsyncConnection.connect(_address(url), autocommit=True, prepare_threshold=None)
    except psycopg.Error as error:
        raise translate(error) or error from None
    try:
        await connection.execute("select waymark.hello(%s, %s)", API_VERSIONS)
    except psycopg.Error as error:
        await connection.close()
        raise translate(error) or error from None
    return connection


def _address(url: str) -> str:
    defaults = {"connect_timeout": CONNECT_TIMEOUT, "fallback_application_name": "waymark client"}
    try:
        return make_conninfo("", **{**defaults, **conninfo_to_dict(url)})
    except psycopg.ProgrammingError as error:
        variable = "WAYMARK_DATABASE_URL"
        raise ConfigurationError(f"{variable} is not a database URL: {' '.join(str(error).split())}", variable) from None


class Pool:
    """At most `POOL_SIZE` connections of one event loop, opened when they are needed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._slots = asyncio.Semaphore(POOL_SIZE)
        self._idle: list[psycopg.AsyncConnection[tuple[Any, ...]]] = []

    async def fetch(self, query: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        """The rows of one statement, which is its own transaction.

        Raises:
            WaymarkError: what the engine, or a lost connection, says.
            psycopg.Error: anything else.
        """
        async with self._slots:
            connection = await self._take()
            try:
                cursor = await connection.execute(query.encode(), parameters)
                return await cursor.fetchall()
            except psycopg.Error as error:
                raise translate(error) or error from error
            finally:
                if connection.pgconn.transaction_status == TransactionStatus.IDLE:
                    self._idle.append(connection)
                else:
                    await connection.close()

    async def _take(self) -> psycopg.AsyncConnection[tuple[Any, ...]]:
        while self._idle:
            connection = self._idle.pop()
            if not _is_stale(connection):
                return connection
            await connection.close()
        return await connect(self._url)

    async def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            await self._idle.pop().close()


def _is_stale(connection: psycopg.AsyncConnection[Any]) -> bool:
    """Whether the server has hung up: an idle connection has nothing to read but the end of its stream."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
