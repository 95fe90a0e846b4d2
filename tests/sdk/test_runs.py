"""From `run()` to its result: the client, the engine, a daemon and its workers."""

import asyncio
import datetime as dt
import time
import traceback
import zoneinfo
from typing import Any

import psycopg
import pytest

from tests.cluster import Cluster, wait_until
from tests.sdk import flows
from tests.sdk.values import OutOfStock, User
from waymark import DatabaseUnreachable, RunHandle, WorkflowFailed
from waymark.client import current_client
from waymark.db.embedded import EmbeddedServer

MODULES = "tests.sdk.flows"


async def test_run_gives_what_the_body_gives(engine: str, cluster: Cluster) -> None:
    cluster.start(user_module=MODULES)
    when = dt.datetime(2026, 10, 25, 2, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"), fold=1)
    result = await flows.Mixed().run("ann", when=when)
    assert result == await flows.Mixed().run_inline("ann", when=when)
    assert result == [User(name="ann"), when, ["ANN", "1.5 cm", 4], 3]
    assert result[1].fold == 1
    assert await flows.Doubling().run(1, times=10) == 1024


async def test_a_failed_run_raises_its_exception(engine: str, cluster: Cluster) -> None:
    cluster.start(user_module=MODULES)
    handle = await flows.Selling().start("tea")
    with pytest.raises(OutOfStock) as caught:
        await handle.result()
    error = caught.value
    assert (error.args, error.left) == (("2 left of tea",), 2)
    failure = error.__cause__
    assert isinstance(failure, WorkflowFailed)
    assert (failure.run_id, failure.workflow, failure.function) == (str(handle.id), "Selling", "run")
    assert failure.source is not None
    assert failure.source.strip() == "await self.run_action(sell(item), retry=RetryPolicy(attempts))"
    assert failure.attempts is None
    assert failure.file is not None
    assert failure.file.endswith("sdk/flows.py")
    assert (failure.cause_type, failure.cause) == ("tests.sdk.values:OutOfStock", failure.cause)
    assert "2 left of tea" in failure.cause
    shown = "".join(traceback.format_exception(error))
    assert "raise OutOfStock(item, left=2)" in shown
    assert f"run {handle.id} of Selling failed" in shown
    assert await handle.status() == "failed"
    with pytest.raises(OutOfStock) as again:
        await flows.Selling().run("tea", attempts=2)
    assert isinstance(again.value.__cause__, WorkflowFailed)
    assert again.value.__cause__.attempts == 2
    # An exception that means something to the caller's interpreter stays inside.
    with pytest.raises(WorkflowFailed, match="SystemExit") as left:
        await flows.Leaving().run()
    assert isinstance(left.value.__cause__, SystemExit)


async def test_an_exception_of_a_class_that_is_not_here(engine: str, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster.start(user_module=MODULES)
    handle = await flows.Selling().start("tea")
    monkeypatch.delattr("tests.sdk.values.OutOfStock")
    with pytest.raises(WorkflowFailed, match="2 left of tea") as caught:
        await handle.result()
    assert caught.value.cause_type == "tests.sdk.values:OutOfStock"
    assert "raise OutOfStock" in str(caught.value.remote_traceback)


async def test_waiting_for_many_runs_at_once(engine: str, cluster: Cluster, connection: psycopg.Connection) -> None:
    cluster.start(user_module=MODULES)
    doubled = await asyncio.gather(*[flows.Doubling().run(n) for n in range(150)])
    assert doubled == [2 * n for n in range(150)]
    handles = await asyncio.gather(*[flows.Doubling().start(n) for n in range(50)])
    assert await asyncio.gather(*[handle.result() for handle in handles]) == [2 * n for n in range(50)]
    # The same run, waited for twice, after its end, and by id.
    handle = await flows.Sleeping().start(0.2)
    assert await asyncio.gather(handle.result(), handle.result(timeout=20)) == ["slept", "slept"]
    assert await RunHandle[str](handle.id).result() == "slept"
    client = await current_client()
    assert client.waiting._waiters == {}


async def test_a_second_start_with_the_same_key_gets_the_first_ones_result(engine: str, cluster: Cluster) -> None:
    cluster.start(user_module=MODULES)
    keyed = flows.Doubling().options(idempotency_key="once")
    assert await keyed.run(3) == 6
    assert await keyed.run(4) == 6


def test_callers_without_an_event_loop(engine: str, cluster: Cluster) -> None:
    cluster.start(user_module=MODULES)
    assert flows.Doubling().run_sync(5) == 10
    handle = flows.Doubling().start_sync(6)
    assert handle.result_sync(timeout=20) == 12
    assert handle.status_sync() == "succeeded"
    with psycopg.connect(engine) as caller:
        handle = flows.Doubling().start_sync(7, connection=caller)
    assert handle.result_sync(timeout=20) == 14


def test_an_event_loop_leaves_no_connection_behind(engine: str, cluster: Cluster, connection: psycopg.Connection) -> None:
    cluster.start(user_module=MODULES)

    def ours() -> Any:
        query = "select count(*) from pg_stat_activity where application_name = 'waymark client' and datname = current_database()"
        return connection.execute(query).fetchone()

    async def use() -> None:
        await flows.Doubling().run(1)
        assert ours() == (2,)

    asyncio.run(use())
    wait_until(lambda: ours() == (0,), "the client's connections are closed")


async def test_without_notifications_the_poll_finds_the_end(
    engine: str, cluster: Cluster, connection: psycopg.Connection
) -> None:
    """As behind a connection pooler that shares sessions: LISTEN reaches nobody."""
    cluster.start(user_module=MODULES)
    running = asyncio.create_task(flows.Sleeping().run(0.5))
    while connection.execute("update waymark.runs set waiters = null").rowcount == 0:
        await asyncio.sleep(0.01)
    assert await asyncio.wait_for(running, 20) == "slept"


async def test_waiting_survives_a_restart_of_postgres(
    own_postgres: EmbeddedServer, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYMARK_DATABASE_URL", own_postgres.url())
    cluster.start(url=own_postgres.url(), user_module=MODULES)
    assert await asyncio.gather(*[flows.Doubling().run(n) for n in range(5)]) == [0, 2, 4, 6, 8]
    waiting = asyncio.create_task(flows.Sleeping().run(2))
    client = await current_client()
    while not client.waiting._waiters:
        await asyncio.sleep(0.01)
    await asyncio.to_thread(own_postgres.stop)
    with pytest.raises(DatabaseUnreachable):
        await flows.Doubling().start(2)
    await asyncio.to_thread(own_postgres.start)
    assert await asyncio.wait_for(waiting, 60) == "slept"
    assert await asyncio.wait_for(flows.Doubling().run(3), 60) == 6


async def test_a_run_is_over_soon_after_its_action(engine: str, cluster: Cluster) -> None:
    """No poll on the way: a bound that only notifications keep, loose enough for a busy machine."""
    cluster.start(user_module=MODULES)
    await flows.Doubling().run(0)
    took: list[float] = []
    for n in range(40):
        began = time.perf_counter()
        await flows.Doubling().run(n)
        took.append(time.perf_counter() - began)
    assert sorted(took)[20] < 0.5
