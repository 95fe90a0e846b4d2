"""A start is part of its caller's transaction: rolled back, nothing happened; committed, it runs."""

import contextlib
import inspect
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import psycopg
import sqlalchemy
import sqlalchemy.ext.asyncio
import sqlalchemy.orm

from tests.cluster import Cluster
from tests.faults import flows
from tests.faults.load import Ledger, Load
from waymark import UnknownRun

MODULE = "tests.faults.flows"


@contextlib.asynccontextmanager
async def callers(url: str) -> AsyncIterator[list[Any]]:
    """What a run can be started in: connections and sessions of psycopg and SQLAlchemy, blocking and async."""
    address = url.replace("postgresql", "postgresql+psycopg", 1)
    blocking, asynchronous = sqlalchemy.create_engine(address), sqlalchemy.ext.asyncio.create_async_engine(address)
    async with contextlib.AsyncExitStack() as stack:
        yield [
            stack.enter_context(psycopg.connect(url)),
            await stack.enter_async_context(await psycopg.AsyncConnection.connect(url)),
            stack.enter_context(blocking.connect()),
            stack.enter_context(sqlalchemy.orm.Session(blocking)),
            await stack.enter_async_context(asynchronous.connect()),
            await stack.enter_async_context(sqlalchemy.ext.asyncio.AsyncSession(asynchronous)),
        ]
    blocking.dispose()
    await asynchronous.dispose()


async def settled(answer: Awaitable[Any] | Any) -> Any:
    return await answer if inspect.isawaitable(answer) else answer


async def test_a_start_is_part_of_the_callers_transaction(
    cluster: Cluster, load: Load, ledger: Ledger, connection: psycopg.Connection
) -> None:
    connection.execute("create table orders (run_id uuid)")
    cluster.start(user_module=MODULE)
    undone, done = [], []
    async with callers(load.url) as kinds:
        for caller in kinds:
            for committed in (False, True):
                handle = await flows.Chain().start(4, connection=caller)
                order = f"insert into orders values ('{handle.id}')"
                await settled(caller.execute(order if type(caller).__module__.startswith("psycopg") else sqlalchemy.text(order)))
                await settled(caller.commit() if committed else caller.rollback())
                (done if committed else undone).append(handle)
    assert len(done) == len(undone) == 6
    # The daemon has seen all that there is to see: what was committed last has run.
    assert [await handle.result(30) for handle in done] == [await flows.Chain().run_inline(4)] * 6
    for handle in undone:
        with contextlib.suppress(UnknownRun):
            raise AssertionError(f"{handle} exists: {await handle.status()}")
    ids = {handle.id for handle in done}
    for table in ("orders", "waymark.runs", "waymark.action_attempts"):
        assert {run_id for (run_id,) in load.query(f"select distinct run_id from {table}")} == ids
    assert {entry.attempt.run_id for entry in ledger.entries()} == {str(run_id) for run_id in ids}
    # Only the committed starts left a row of any kind behind.
    assert load.query("select count(*) from waymark.tasks") == [(0,)]
