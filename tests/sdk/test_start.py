"""Starting runs, on the client's own connections and in the caller's transaction; no daemon is needed for that."""

import datetime as dt
import json
import sys
import uuid
from typing import Any

import psycopg
import psycopg.rows
import pytest
import sqlalchemy
import sqlalchemy.ext.asyncio
import sqlalchemy.orm

from tests.sdk import flows
from waymark import (
    ArgumentError,
    ConfigurationError,
    DatabaseUnreachable,
    EncodeError,
    EngineNotInstalled,
    EngineVersionError,
    ResultNotReady,
    RunHandle,
    UnknownRun,
    Workflow,
)
from waymark.client import connections
from waymark.errors import OptionError, OptionOutOfRange


def runs(connection: psycopg.Connection) -> list[dict[str, Any]]:
    cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
    return cursor.execute("select * from waymark.runs order by created_at").fetchall()


async def test_start_makes_a_run(engine: str, connection: psycopg.Connection) -> None:
    handle = await flows.Doubling().start(4, times=2)
    assert isinstance(handle.id, uuid.UUID)
    assert await handle.status() == "queued"
    (run,) = runs(connection)
    assert (run["run_id"], run["workflow"], run["arguments"]) == (handle.id, "Doubling", {"n": 4, "times": 2})


async def test_a_program_is_registered_once(engine: str, connection: psycopg.Connection) -> None:
    for n in range(3):
        await flows.Doubling().start(n)
    assert connection.execute("select count(*) from waymark.programs").fetchone() == (1,)
    assert len(runs(connection)) == 3


async def test_the_program_is_registered_again_in_a_new_database(engine: str, connection: psycopg.Connection) -> None:
    """The client remembers that it registered it; the engine knows better."""
    await flows.Doubling().start(1)
    connection.execute("delete from waymark.workflows")
    await flows.Doubling().start(2)
    assert len(runs(connection)) == 2


async def test_options(engine: str, connection: psycopg.Connection) -> None:
    options: dict[str, Any] = {"priority": -5, "queue": "mail", "idempotency_key": "k", "tags": {"customer": "c1"}}
    first = await flows.Doubling().start(1, delay=dt.timedelta(minutes=1), **options)
    again = await flows.Doubling().options(delay=60, **options).start(1)
    assert first == again
    assert await first.status() == "delayed"
    (run,) = runs(connection)
    assert {name: run[name] for name in options} == options


async def test_a_parameter_goes_before_an_option_of_its_name(engine: str, connection: psycopg.Connection) -> None:
    await flows.Options().options(priority=7).start(priority="high", delay=3)
    (run,) = runs(connection)
    assert (run["workflow"], run["priority"]) == ("takes-options", 7)
    assert run["arguments"] == {"priority": "high", "delay": 3}


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"priority": 5000}, OptionOutOfRange, "priority"),
        ({"delay": -1}, OptionOutOfRange, "delay"),
        ({"delay": float("nan")}, OptionError, "JSON"),
        ({"queue": ""}, OptionOutOfRange, "queue"),
        ({"tags": {"a": 1}}, OptionOutOfRange, "tags"),
        ({"tags": {"a": object()}}, OptionError, "JSON"),
        ({"idempotency_key": "x" * 300}, OptionOutOfRange, "idempotency_key"),
    ],
)
async def test_wrong_options(
    engine: str, connection: psycopg.Connection, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        await flows.Doubling().start(1, **options)
    assert runs(connection) == []


@pytest.mark.parametrize(
    ("args", "kwargs", "error", "message"),
    [
        ((), {}, ArgumentError, "Doubling.* missing a required argument: 'n'"),
        ((1, 2, 3), {}, ArgumentError, "too many positional"),
        ((1,), {"m": 2}, ArgumentError, "'m'"),
        ((1,), {"n": 2}, ArgumentError, "multiple values for argument 'n'"),
        (([1, {"x": object()}],), {}, EncodeError, r"n\[1\]\['x'\]"),
    ],
)
async def test_wrong_arguments(
    engine: str, connection: psycopg.Connection, args: Any, kwargs: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        await flows.Doubling().start(*args, **kwargs)
    with pytest.raises(TypeError):
        await flows.Doubling().run(*args, **kwargs)
    assert runs(connection) == []


# --- In the caller's transaction ------------------------------------------------------------------------------------


@pytest.mark.parametrize("commit", [True, False])
async def test_an_async_psycopg_connection(database_url: str, connection: psycopg.Connection, *, commit: bool) -> None:
    async with await psycopg.AsyncConnection.connect(database_url, row_factory=psycopg.rows.dict_row) as caller:
        handle = await flows.Doubling().start(1, connection=caller)
        assert runs(connection) == []
        await (caller.commit() if commit else caller.rollback())
    assert [run["run_id"] for run in runs(connection)] == ([handle.id] if commit else [])


@pytest.mark.parametrize("commit", [True, False])
def test_a_sync_psycopg_connection(database_url: str, connection: psycopg.Connection, *, commit: bool) -> None:
    with psycopg.connect(database_url) as caller:
        handle = flows.Doubling().start_sync(1, connection=caller)
        caller.commit() if commit else caller.rollback()
    assert [run["run_id"] for run in runs(connection)] == ([handle.id] if commit else [])


async def test_a_sync_connection_in_an_async_caller(database_url: str, connection: psycopg.Connection) -> None:
    with psycopg.connect(database_url) as caller:
        handle = await flows.Doubling().start(1, connection=caller)
    assert [run["run_id"] for run in runs(connection)] == [handle.id]


@pytest.mark.parametrize("commit", [True, False])
def test_a_sqlalchemy_session(database_url: str, connection: psycopg.Connection, *, commit: bool) -> None:
    engine = sqlalchemy.create_engine(database_url.replace("postgresql", "postgresql+psycopg", 1))
    with sqlalchemy.orm.Session(engine) as session:
        handle = flows.Doubling().start_sync(1, connection=session)
        session.commit() if commit else session.rollback()
    engine.dispose()
    assert [run["run_id"] for run in runs(connection)] == ([handle.id] if commit else [])


@pytest.mark.parametrize("commit", [True, False])
async def test_an_async_sqlalchemy_session(database_url: str, connection: psycopg.Connection, *, commit: bool) -> None:
    engine = sqlalchemy.ext.asyncio.create_async_engine(database_url.replace("postgresql", "postgresql+psycopg", 1))
    async with sqlalchemy.ext.asyncio.AsyncSession(engine) as session:
        handle = await flows.Doubling().start(1, connection=session)
        await (session.commit() if commit else session.rollback())
    async with engine.begin() as caller:
        second = await flows.Doubling().options(connection=caller).start(2)
    await engine.dispose()
    assert [run["run_id"] for run in runs(connection)] == ([handle.id] if commit else []) + [second.id]


async def test_errors_in_the_callers_transaction_are_typed(database_url: str) -> None:
    engine = sqlalchemy.create_engine(database_url.replace("postgresql", "postgresql+psycopg", 1))
    with engine.connect() as caller, pytest.raises(OptionOutOfRange, match="priority"):
        await flows.Doubling().start(1, connection=caller, priority=5000)
    with psycopg.connect(database_url) as caller, pytest.raises(OptionOutOfRange, match="priority"):
        flows.Doubling().start_sync(1, connection=caller, priority=5000)
    engine.dispose()


async def test_what_is_no_connection_is_refused(engine: str) -> None:
    with pytest.raises(TypeError, match="connection=str"):
        await flows.Doubling().start(1, connection="postgresql://")
    with pytest.raises(TypeError, match="committed"):
        await flows.Doubling().options(connection="postgresql://").run(1)


# --- Many -----------------------------------------------------------------------------------------------------------


async def test_start_many(engine: str, connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["waymark.workflow"], "MOST_RUNS_A_CALL", 3)
    handles = await flows.Doubling().options(priority=4).start_many({"n": n} for n in range(7))
    made = {run["run_id"]: (run["arguments"], run["priority"]) for run in runs(connection)}
    assert [made[handle.id] for handle in handles] == [({"n": n, "times": 1}, 4) for n in range(7)]
    again = await flows.Doubling().start_many([{"n": 1}, {"n": 2}, {"n": 3}], idempotency_keys=["a", None, "a"])
    assert again[0] == again[2] != again[1]
    assert await flows.Doubling().start_many([]) == []


async def test_start_many_in_the_callers_transaction(database_url: str, connection: psycopg.Connection) -> None:
    async with await psycopg.AsyncConnection.connect(database_url) as caller:
        await flows.Doubling().options(connection=caller).start_many([{"n": 1}, {"n": 2}])
        assert runs(connection) == []
        await caller.rollback()
    engine = sqlalchemy.ext.asyncio.create_async_engine(database_url.replace("postgresql", "postgresql+psycopg", 1))
    async with engine.begin() as caller:
        handles = await flows.Doubling().options(connection=caller).start_many([{"n": 1}, {"n": 2}], idempotency_keys=["a", None])
    await engine.dispose()
    assert {run["run_id"] for run in runs(connection)} == {handle.id for handle in handles}


@pytest.mark.parametrize(
    ("inputs", "options", "keys", "error", "message"),
    [
        ([{"n": 1}, {}], {}, None, ArgumentError, "missing a required argument: 'n'"),
        ([{"n": 1, "priority": 3}], {}, None, ArgumentError, "'priority'"),
        ([{"n": object()}], {}, None, EncodeError, "n"),
        ([{"n": 1}], {}, [], ValueError, "0 idempotency keys were given for 1 inputs"),
        ([{"n": 1}], {}, [""], OptionOutOfRange, "1 to 200 characters"),
        ([{"n": 1}], {"idempotency_key": "a"}, None, OptionError, "each run has its own"),
    ],
)
async def test_a_wrong_batch_starts_nothing(
    engine: str, connection: psycopg.Connection, inputs: Any, options: Any, keys: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        await flows.Doubling().options(**options).start_many(inputs, idempotency_keys=keys)
    assert runs(connection) == []


# --- Waiting --------------------------------------------------------------------------------------------------------


async def test_waiting_ends_with_its_timeout(engine: str) -> None:
    handle = await flows.Doubling().start(1)
    with pytest.raises(ResultNotReady, match=str(handle.id)) as caught:
        await handle.result(timeout=0.1)
    assert isinstance(caught.value, TimeoutError)


async def test_a_run_that_does_not_exist(engine: str) -> None:
    handle: RunHandle[Any] = RunHandle(uuid.uuid4())
    with pytest.raises(UnknownRun, match=str(handle.id)):
        await handle.result()
    with pytest.raises(UnknownRun, match=str(handle.id)):
        await handle.status()


async def test_skip_wait(engine: str, connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYMARK_SKIP_WAIT_FOR_INSTANCE", "true")
    assert await flows.Doubling().run(1) is None
    assert len(runs(connection)) == 1


# --- Without an engine ----------------------------------------------------------------------------------------------


async def test_an_unreachable_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYMARK_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseUnreachable, match=r"WAYMARK_DATABASE_URL cannot be reached: .*refused") as caught:
        await flows.Doubling().start(1)
    assert "\n" not in str(caught.value)
    with pytest.raises(DatabaseUnreachable, match="refused"):
        await flows.Doubling().run(1)
    with pytest.raises(DatabaseUnreachable, match="refused"):
        flows.Doubling().start_sync(1)


async def test_a_database_without_the_engine(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYMARK_DATABASE_URL", empty_database_url)
    with pytest.raises(EngineNotInstalled, match="alembic upgrade head"):
        await flows.Doubling().start(1)
    with psycopg.connect(empty_database_url) as caller, pytest.raises(EngineNotInstalled):
        flows.Doubling().start_sync(1, connection=caller)


async def test_an_engine_of_another_version(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("waymark.client.connections.API_VERSIONS", (1, 2))
    await (await connections.connect(engine)).close()
    monkeypatch.setattr("waymark.client.connections.API_VERSIONS", (7, 9))
    with pytest.raises(EngineVersionError, match=r"version 1 .* older than its caller knows \(7 to 9\)"):
        await flows.Doubling().start(1)


@pytest.mark.parametrize("url", ["", "mysql://x", "postgresql://%zz"])
async def test_a_wrong_setting(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYMARK_DATABASE_URL", url)
    with pytest.raises(ConfigurationError, match="WAYMARK_DATABASE_URL"):
        await flows.Doubling().start(1)


async def test_an_undecorated_workflow_says_so(engine: str) -> None:
    class Plain(Workflow):
        async def run(self) -> None: ...

    with pytest.raises(TypeError, match="not decorated with @workflow"):
        await Plain().run()


def test_it_starts_from_sql_just_as_well(connection: psycopg.Connection) -> None:
    program = json.dumps(json.loads(flows.Doubling._programs()[-1]))
    connection.execute("select waymark.register(%s::jsonb)", [program])
    connection.execute("""select waymark.start('Doubling', '{"n": 3}')""")
    assert [run["arguments"] for run in runs(connection)] == [{"n": 3, "times": 1}]


async def test_the_workflows_that_it_calls_are_registered_with_it(connection: psycopg.Connection, engine: str) -> None:
    await flows.Summing().start(2)
    registered = connection.execute("select workflow from waymark.programs order by program_id").fetchall()
    assert registered == [("Doubling",), ("Summing",)]
