"""Queues and their limits through the daemon, from Python and from the shell; docs/queues.md is true."""

import json
import re
from pathlib import Path

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.cluster import ROOT, Cluster, wait_until
from tests.infra.test_cli import Waymark
from tests.sdk import flows
from waymark import RunDeadlineExceeded, Workflow, workflow
from waymark.client import current_client
from waymark.errors import OptionOutOfRange
from waymark.ir import to_json

PAGE = (ROOT / "docs/queues.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@workflow(name="Film")
class Frames(Workflow):
    """The parameters of the page's."""

    async def run(self, frames: int) -> int:
        return frames


async def test_workers_get_the_actions_of_their_queues_within_the_limits(
    engine: str, cluster: Cluster, connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, _ = blocks("python")
    (tmp_path / "film_app.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    import film_app  # type: ignore[import-not-found]

    await (await current_client()).set_queue("gpu", concurrency=2)
    (plain,) = cluster.start(user_module="film_app", path=tmp_path)
    film = await film_app.Film().start(frames=9)
    query = "select count(*) from waymark.actions where queue = 'gpu' and state = 'ready'"
    wait_until(lambda: connection.execute(query).fetchone() == (9,), "the frames wait for a worker with that queue")
    assert plain.alive()
    cluster.start(2, user_module="film_app", path=tmp_path, queues="gpu,default")
    assert await film.result(timeout=20) == ", ".join(f"frame {n}" for n in range(9))
    served = """select distinct s.info -> 'queues' from waymark.action_attempts a join waymark.sessions s using (session_id)
                 where a.name = 'film_app:render'"""
    assert connection.execute(served).fetchall() == [(["gpu", "default"],)]
    overlap = """select max(running) from (
        select (select count(*) from waymark.action_attempts b
                 where b.name = 'film_app:render' and b.claimed_at <= a.claimed_at and b.ended_at > a.claimed_at) as running
          from waymark.action_attempts a where a.name = 'film_app:render') r"""
    row = connection.execute(overlap).fetchone()
    assert row is not None
    assert 1 <= row[0] <= 2


async def test_the_page_of_concurrency_keys(
    engine: str, cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _, code = blocks("python")
    (tmp_path / "payout_app.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    import payout_app  # type: ignore[import-not-found]

    cluster.start(2, user_module="payout_app", path=tmp_path)
    payouts = [await payout_app.Payout().start(account=f"{n % 3}", amount=n) for n in range(30)]
    for n, payout in enumerate(payouts):
        assert await payout.result(timeout=30) == [f"{n} to {n % 3}", "closed"]


async def test_actions_with_the_same_key_never_overlap(engine: str, cluster: Cluster, tmp_path: Path) -> None:
    """Over two daemons of several workers: each makes a file that must not be there."""
    cluster.start(2, user_module="tests.sdk.flows")
    runs = [await flows.Exclusive().start(str(tmp_path / f"key {n % 3}"), 5) for n in range(12)]
    assert [await run.result(timeout=30) for run in runs] == [10] * len(runs)


async def test_a_run_over_its_deadline_raises_a_timeout(engine: str, cluster: Cluster) -> None:
    cluster.start(user_module="tests.sdk.flows")
    run = await flows.Sleeping().options(deadline=0.2).start(1000)
    with pytest.raises(RunDeadlineExceeded, match=r"did not end within 0\.2 s") as late:
        await run.result(timeout=20)
    assert isinstance(late.value, TimeoutError)


async def test_a_bad_limit_is_refused(engine: str) -> None:
    with pytest.raises(OptionOutOfRange, match="seconds"):
        await (await current_client()).set_queue("gpu", rate=5)


def test_the_sql_of_the_page(connection: psycopg.Connection) -> None:
    text, batch = blocks("sql")
    said = [connection.execute(statement.encode()).fetchall() for statement in text.strip().splitlines()]
    assert said[2] == [("gpu", 2, None, None, 0, 0), ("mail", 50, 100, 60, 0, 0)]
    assert connection.execute("select queue from waymark.queue_overview").fetchall() == [("gpu",)]
    connection.execute("select waymark.register(%s)", [Jsonb(to_json(Frames.program))])
    connection.execute(batch.encode())
    assert connection.execute('select count(*) from waymark.runs where tags = \'{"batch": "42"}\'').fetchone() == (1000,)


def test_the_commands_of_the_page(tmp_path: Path, database_url: str) -> None:
    waymark = Waymark(tmp_path, database_url)
    said = [waymark.ok(*line.split()[1:]) for line in blocks("bash")[0].splitlines()]
    assert [json.loads(line) for line in said[2].splitlines()] == [
        {"queue": "gpu", "concurrency": 2, "ready": 0, "running": 0},
        {"queue": "mail", "rate": 100, "seconds": 60, "ready": 0, "running": 0},
    ]
    assert '"rate" is 0' in waymark.error("queue", "set", "gpu", "--rate", "0", "--seconds", "1")
    waymark.ok("queue", "set", "mail")
    assert "mail" not in waymark.ok("queue", "list")
