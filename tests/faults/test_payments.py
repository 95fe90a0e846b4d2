"""Effects of transactional actions exist once and agree with the run, wherever the worker was killed."""

import re
from pathlib import Path

import psycopg
import pytest

from tests.cluster import ROOT, Cluster
from tests.faults import payments
from tests.faults.load import Ledger, Load

MODULE = "tests.faults.payments"


@pytest.fixture
def table(connection: psycopg.Connection) -> None:
    connection.execute("create table payments (reference text)")


def references(load: Load) -> list[str]:
    return [reference for (reference,) in load.query("select reference from payments order by 1")]


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("where", ["inside", "before-commit", "after-commit"])
async def test_killed_at_an_instruction(cluster: Cluster, load: Load, ledger: Ledger, where: str) -> None:
    (ledger.folder / f"die-{where}").touch()
    cluster.start(user_module=MODULE)
    result = await (await payments.Payments().start("a")).result(30)
    assert result == [f"a-{n}" for n in range(1, 7)] == references(load)
    assert not (ledger.folder / f"die-{where}").exists()
    query = "select outcome from waymark.action_attempts where name like '%%:pay' order by ended_at limit 1"
    assert load.query(query) == [("succeeded" if where == "after-commit" else "lost",)]


@pytest.mark.usefixtures("table")
async def test_what_did_not_succeed_left_nothing(cluster: Cluster, load: Load) -> None:
    cluster.start(user_module=MODULE)
    result = await (await payments.Declined().start("b")).result(30)
    assert result.startswith("b late the annotation of a parameter that depends on waymark.transaction is psycopg's")
    assert references(load) == []


@pytest.mark.usefixtures("table")
async def test_a_transaction_is_not_ended_by_the_action(cluster: Cluster, load: Load) -> None:
    cluster.start(user_module=MODULE)
    problems = await (await payments.Ended().start("d")).result(30)
    assert references(load) == []
    left = "a transactional action leaves commit and rollback to its end"
    expected = [
        "Explicit commit() forbidden",
        "Explicit rollback() forbidden",
        left,
        "Explicit commit() forbidden",
        left,
        left,
        left,
        "already initialized a SQLAlchemy Transaction()",
        left,
        left,
        left,
        left,
    ]
    assert len(problems) == len(expected)
    for problem, words in zip(problems, expected, strict=True):
        assert words in problem


@pytest.mark.usefixtures("table")
async def test_inline_each_action_commits(load: Load) -> None:
    assert await payments.Payments().run_inline("c") == [f"c-{n}" for n in range(1, 7)] == references(load)


async def test_the_code_of_the_page(
    cluster: Cluster, load: Load, connection: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/transactions.md").read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "checkout_app.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    import checkout_app  # type: ignore[import-not-found]

    connection.execute("create table payments (order_id int, amount int)")
    cluster.start(user_module="checkout_app", path=tmp_path)
    assert await (await checkout_app.Checkout().start(7)).result(30) == 42
    assert load.query("select * from payments order by amount") == [(7, 2), (7, 40)]
