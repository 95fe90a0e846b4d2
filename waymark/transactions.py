"""`waymark.transaction`: the effects of an action in the engine's database and its completion, in one commit.

The annotation of the parameter says which connection the action gets: psycopg's `AsyncConnection` or `Connection`, or
SQLAlchemy's `AsyncConnection` or `AsyncSession`.
"""

import asyncio
import contextlib
import contextvars
import inspect
import os
import socket
import typing
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any

from waymark import config
from waymark.errors import DatabaseUnreachable, TransactionError, TransactionLost

Scalar = Callable[..., Any]
"""`await scalar(query, *parameters)`: the single value of a statement in the transaction."""

Opened = AsyncGenerator[tuple[Any, Scalar, Callable[[], bool]]]
"""What the action gets, a statement in its transaction, and whether the connection is lost."""

LEFT_TO_THE_END = "a transactional action leaves commit and rollback to its end"
"""What an action is told that ends its transaction itself."""

_open: contextvars.ContextVar[Any] = contextvars.ContextVar("waymark_transaction")
_KINDS = "psycopg's AsyncConnection or Connection, or SQLAlchemy's AsyncConnection or AsyncSession"


async def transaction() -> AsyncGenerator[Any]:
    """A dependency of an action: the transaction that the action's completion is committed with.

    `db: Annotated[AsyncConnection, Depends(waymark.transaction)]` writes to the database of `WAYMARK_DATABASE_URL`. When
    the action returns, its writes and its completion are one commit; when it raises, is cancelled or times out, or when
    its claim was lost, nothing is written. Called outside of a worker, the action commits when it returns.

    Raises:
        TransactionError: nothing that declares this dependency is being executed.
    """
    try:
        connection = _open.get()
    except LookupError:
        raise TransactionError("waymark.transaction is a dependency of actions: Depends(waymark.transaction)") from None
    # Yielded, not returned: a connection that is returned would be entered, and left with a commit.
    yield connection


def transaction_kind(function: Callable[..., Any]) -> type | None:
    """The annotated type of the parameter that depends on `transaction`, here or in a dependency; None where there is none.

    Raises:
        TransactionError: it is none of the connections that can be given, or there are several.
    """
    kinds = set(_annotations(function))
    if len(kinds) > 1:
        raise TransactionError(f"{function.__qualname__} has one transaction, which cannot be of several types")
    for kind in kinds:
        _opener(kind)
        return kind
    return None


def _annotations(function: Callable[..., Any]) -> Iterator[Any]:
    try:
        hints, parameters = typing.get_type_hints(function, include_extras=True), inspect.signature(function).parameters
    except (TypeError, ValueError, NameError):
        return  # a class or a callable without annotations that can be evaluated
    for name, parameter in parameters.items():
        hint = hints.get(name)
        for mark in (*getattr(hint, "__metadata__", ()), parameter.default):
            dependency = getattr(mark, "dependency", None)
            if dependency is transaction:
                yield getattr(hint, "__origin__", hint) if hasattr(hint, "__metadata__") else hint
            elif callable(dependency):
                yield from _annotations(dependency)


@contextlib.asynccontextmanager
async def begin(kind: type) -> AsyncGenerator[Scalar]:
    """Open a connection of this kind and a transaction, committed at the end of the block and rolled back when it raises.

    Raises:
        TransactionLost: there is no connection, or it broke; whether that was before the commit is not known.
        WaymarkError: what the engine says to `scalar`.
    """
    from waymark.client.connections import translate  # noqa: PLC0415 - actions without a transaction need no driver

    url = config.database_url()
    lost: Callable[[], bool] = lambda: True  # noqa: E731 - until there is a connection
    try:
        async with _opener(kind)(url) as (connection, execute, lost):

            async def scalar(query: str, *parameters: object) -> Any:  # noqa: ANN401
                try:
                    return await execute(query, *parameters)
                except Exception as error:
                    raise translate(error) or error from error

            token = _open.set(connection)
            try:
                yield scalar
            finally:
                _open.reset(token)
    except Exception as error:
        if isinstance(error, DatabaseUnreachable) or (lost() and isinstance(translate(error), DatabaseUnreachable)):
            raise TransactionLost(f"The transaction of the action was lost: {' '.join(str(error).split())}") from error
        raise


def _opener(kind: type) -> Callable[[str], contextlib.AbstractAsyncContextManager[tuple[Any, Scalar, Callable[[], bool]]]]:
    name = f"{getattr(kind, '__module__', '').partition('.')[0]}.{getattr(kind, '__name__', kind)}"
    openers = {
        "psycopg.AsyncConnection": _psycopg,
        "psycopg.Connection": _psycopg_blocking,
        "sqlalchemy.AsyncConnection": _sqlalchemy_connection,
        "sqlalchemy.AsyncSession": _sqlalchemy_session,
    }
    if name not in openers:
        raise TransactionError(f"the annotation of a parameter that depends on waymark.transaction is {_KINDS}; it is {name}")
    return openers[name]


@contextlib.asynccontextmanager
async def _psycopg(url: str) -> Opened:
    import psycopg  # noqa: PLC0415
    from psycopg.rows import tuple_row  # noqa: PLC0415

    async with await psycopg.AsyncConnection.connect(url, prepare_threshold=None) as connection, connection.transaction():

        async def scalar(query: str, *parameters: object) -> Any:  # noqa: ANN401
            async with connection.cursor(row_factory=tuple_row) as cursor:
                row = await (await cursor.execute(query.encode(), parameters)).fetchone()
            return row and row[0]

        yield connection, scalar, lambda: connection.closed


@contextlib.asynccontextmanager
async def _psycopg_blocking(url: str) -> Opened:
    import psycopg  # noqa: PLC0415
    from psycopg.rows import tuple_row  # noqa: PLC0415

    connection = await asyncio.to_thread(psycopg.connect, url, prepare_threshold=None)
    block = connection.transaction()

    def execute(query: str, parameters: tuple[object, ...]) -> Any:  # noqa: ANN401
        with connection.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute(query.encode(), parameters).fetchone()
        return row and row[0]

    async def scalar(query: str, *parameters: object) -> Any:  # noqa: ANN401
        return await asyncio.to_thread(execute, query, parameters)

    try:
        await asyncio.to_thread(block.__enter__)
        yield connection, scalar, lambda: connection.closed
        await asyncio.to_thread(block.__exit__, None, None, None)
        await asyncio.to_thread(connection.close)
    except BaseException:
        # The thread of a cancelled action may still use the connection, which is not safe to close under it: its socket is.
        with contextlib.suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
        raise


@contextlib.asynccontextmanager
async def _sqlalchemy(url: str, *refused: str) -> Opened:
    from sqlalchemy import event  # noqa: PLC0415
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    engine = create_async_engine("postgresql+psycopg:" + url.partition(":")[2], poolclass=NullPool)
    over = False

    def refuse(_: object) -> None:
        if not over:
            raise TransactionError(LEFT_TO_THE_END)

    for name in refused:
        event.listen(engine.sync_engine, name, refuse)
    async with engine.connect() as connection, connection.begin() as block:

        async def scalar(query: str, *parameters: object) -> Any:  # noqa: ANN401
            if not block.is_active:
                raise TransactionError(LEFT_TO_THE_END)
            return (await connection.exec_driver_sql(query, parameters)).scalar()

        try:
            yield connection, scalar, lambda: connection.invalidated or connection.closed
        finally:
            over = True


@contextlib.asynccontextmanager
async def _sqlalchemy_connection(url: str) -> Opened:
    async with _sqlalchemy(url, "commit", "rollback") as opened:
        yield opened


@contextlib.asynccontextmanager
async def _sqlalchemy_session(url: str) -> Opened:
    from sqlalchemy.ext.asyncio import AsyncSession  # noqa: PLC0415

    async with (
        # A flush that fails rolls back, which is for all: then the action cannot be completed.
        _sqlalchemy(url, "commit") as (connection, execute, lost),
        # The session's own transaction is within the connection's: its commit is a flush.
        AsyncSession(connection, expire_on_commit=False, join_transaction_mode="rollback_only") as session,
    ):

        async def scalar(query: str, *parameters: object) -> Any:  # noqa: ANN401
            await session.flush()
            return await execute(query, *parameters)

        yield session, scalar, lost
