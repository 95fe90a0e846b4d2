"""Signals from Python, in the caller's transaction, from the shell and as docs/signals.md says."""

import ast
import asyncio
import inspect
import re
import uuid
from typing import Any

import psycopg
import pytest
import sqlalchemy
import sqlalchemy.ext.asyncio

import examples.approval
from examples.approval import ApprovalWorkflow, Decision
from tests.cluster import ROOT, Cluster
from waymark import EncodeError, RunHandle, RunStateError, SignalValueError, UnknownRun, UnknownSignal
from waymark.cli import main
from waymark.errors import OptionOutOfRange

PAGE = (ROOT / "docs/signals.md").read_text()
MODULE, *SCRIPTS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
(SQL,) = re.findall(r"^```sql\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
(SHELL,) = re.findall(r"^```bash\nwaymark (.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def sent(connection: psycopg.Connection) -> list[Any]:
    return connection.execute("select value from waymark.signals order by seq").fetchall()


# --- The page -----------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_example() -> None:
    source = inspect.getsource(examples.approval)
    for part in MODULE.removeprefix("# examples/approval/__init__.py\n").split("\n\n\n"):
        assert part.strip() in source


@pytest.mark.parametrize("script", SCRIPTS)
async def test_the_page_in_python(engine: str, cluster: Cluster, script: str) -> None:
    cluster.start(user_module="examples.approval")
    code = compile(script, "docs/signals.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    done = eval(code, dict(vars(examples.approval)))
    if inspect.isawaitable(done):
        await done


async def test_the_page_in_sql(engine: str, cluster: Cluster, connection: psycopg.Connection) -> None:
    cluster.start(user_module="examples.approval")
    run = await ApprovalWorkflow().start("taxi", 30)
    connection.execute(SQL.replace(":'run_id'", f"'{run.id}'").encode())
    assert await run.result(30) == "taxi: rejected by Bob"
    assert connection.execute("select * from decisions").fetchall() == [("taxi", False)]


async def test_the_page_in_the_shell(engine: str, cluster: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    cluster.start(user_module="examples.approval")
    run = await ApprovalWorkflow().start("taxi", 30)
    command, name, value = SHELL.strip().split(" ", 3)[0], "decision", SHELL.split("'")[1]
    assert await asyncio.to_thread(main, [command, str(run.id), name, value, "--idempotency-key", "k"]) == 0
    assert capsys.readouterr().out.strip().isdigit()
    assert await run.result(30) == "taxi: rejected by Bob"
    assert await asyncio.to_thread(main, [command, str(run.id), name, value]) == 1
    assert "is succeeded" in capsys.readouterr().err


async def test_why_says_that_the_run_waits_for_the_signal(
    engine: str, connection: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    run = await ApprovalWorkflow().start("taxi", 30)
    assert "it waits for a daemon: none is alive" in await run.why()
    assert await asyncio.to_thread(main, ["why", str(run.id)]) == 0
    assert capsys.readouterr().out.startswith("ApprovalWorkflow: it waits for")


# --- The client ---------------------------------------------------------------------------------------------------------


async def test_a_value_that_only_python_can_judge_is_a_value_error_in_the_body(engine: str, cluster: Cluster) -> None:
    cluster.start(user_module="examples.approval")
    run = await ApprovalWorkflow().start("taxi", 30)
    await run.signal("decision", {"approved": True})
    with pytest.raises(ValueError, match="by: Field required"):
        await run.result(30)


async def test_a_wait_times_out(engine: str, cluster: Cluster) -> None:
    cluster.start(user_module="examples.approval")
    assert await ApprovalWorkflow().run("taxi", 30, days=0.000001) == "taxi: nobody has decided"


async def test_refusals(engine: str, connection: psycopg.Connection) -> None:
    run = await ApprovalWorkflow().start("taxi", 30)
    with pytest.raises(UnknownRun):
        await RunHandle[Any](uuid.uuid4()).signal("decision")
    with pytest.raises(UnknownSignal, match="It waits for: decision"):
        await run.signal("decisions")
    with pytest.raises(SignalValueError, match=r'Its type is "examples.approval:Decision"'):
        await run.signal("decision", True)
    with pytest.raises(EncodeError):
        await run.signal("decision", object())
    with pytest.raises(OptionOutOfRange):
        await run.signal("decision", {}, idempotency_key="")
    with pytest.raises(TypeError, match="connection=int"):
        await run.signal("decision", {}, connection=1)
    connection.execute("update waymark.runs set state = 'succeeded', result = '1', ended_at = now()")
    with pytest.raises(RunStateError):
        await run.signal("decision", {})
    assert sent(connection) == []


async def test_the_same_key_is_one_signal(engine: str, connection: psycopg.Connection) -> None:
    run = await ApprovalWorkflow().start("taxi", 30)
    first = await run.signal("decision", {"n": 1}, idempotency_key="k")
    assert await run.signal("decision", {"n": 2}, idempotency_key="k") == first
    assert sent(connection) == [({"n": 1},)]


async def test_in_the_transaction_of_the_caller(engine: str, connection: psycopg.Connection) -> None:
    run = await ApprovalWorkflow().start("taxi", 30)
    decision = Decision(approved=True, by="Ann")
    async with await psycopg.AsyncConnection.connect(engine) as own:
        await run.signal("decision", decision, connection=own)
        await own.rollback()
        assert sent(connection) == []
        await run.signal("decision", decision, connection=own)
    assert len(sent(connection)) == 1
    url = sqlalchemy.make_url(engine).set(drivername="postgresql+psycopg")
    database = sqlalchemy.ext.asyncio.create_async_engine(url)
    async with sqlalchemy.ext.asyncio.AsyncSession(database) as session:
        await run.signal("decision", decision, connection=session)
        assert len(sent(connection)) == 1
        await session.commit()
    await database.dispose()
    assert len(sent(connection)) == 2


def test_without_an_event_loop(engine: str, connection: psycopg.Connection) -> None:
    run = ApprovalWorkflow().start_sync("taxi", 30)
    run.signal_sync("decision", Decision(approved=True, by="Ann"))
    with psycopg.connect(engine) as own:
        run.signal_sync("decision", Decision(approved=True, by="Ann"), connection=own)
        assert len(sent(connection)) == 1
    assert len(sent(connection)) == 2
