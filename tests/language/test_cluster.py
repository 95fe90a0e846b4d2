"""The path of the cases is the product's: some of them through the SDK's client, a daemon and its workers."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cluster import Cluster, wait_until
from tests.language.actions import echo
from tests.language.cases import CASES, Case
from tests.language.harness import Engine, compiled, form_of
from tests.language.held_models import Held
from waymark import Workflow

AREAS = ("combined", "gather", "policies", "raising", "cleanup", "children", "cancelling", "task_groups", "remote")
# These wait for minutes, which only a test that moves the clock can.
WAITING = {"RetriedWithPauses", "UsedUp", "PoliciesFromLocals"}
# What these answer depends on some action being done within tenths of a second, which a busy machine does not promise.
HASTY = {"CancelledAmongGathered", "CancelledAtWork", "CleanupIsWaitedFor", "FirstFailureInTime"}
HASTY |= {"NoTasksWhileShuttingDown", "SiblingsAreCancelledAtOnce"}
# At once: fewer than a worker has slots, so that none waits for another.
ABREAST = 8


def first_of_each() -> list[Case]:
    chosen = {case.cls: case for case in reversed(CASES) if case.cls.__module__.rpartition(".")[2] in AREAS}
    return [case for case in chosen.values() if case.cls.__name__ not in WAITING | HASTY]


async def durable(case: Case, place: asyncio.Semaphore) -> tuple[str, Any]:
    async with place:
        try:
            return "returned", form_of(await compiled(case.cls)().run(*case.args))
        except Exception as error:  # noqa: BLE001 - the exception is the outcome
            return "raised", form_of(error)


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
async def test_cases_through_a_daemon(
    cluster: Cluster, database_url: str, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    monkeypatch.setenv("WAYMARK_DATABASE_URL", database_url)
    cluster.start(user_module="tests.language.actions")
    cases = first_of_each()
    assert len(cases) > 60
    expected = [await engine.inline(case.cls, *case.args) for case in cases]
    place = asyncio.Semaphore(ABREAST)
    found = await asyncio.gather(*[durable(case, place) for case in cases])
    for case, here, there in zip(cases, expected, found, strict=True):
        # Without the calls: they were noted in another process.
        assert (case.name, here.kind, here.form) == (case.name, *there)


class HeldInTheMiddle(Workflow):
    """Postgres leaves the construction to CPython."""

    async def run(self, folder: str):
        try:
            held = Held(folder=folder)
        except Exception as error:  # noqa: BLE001 - whatever would reach the body
            return "never", error
        return held.folder, await echo(1)


SHORT_LEASE = {"lock_ttl_ms": 1000, "lock_heartbeat_ms": 300, "expired_lock_reclaimer_interval_ms": 100}


@pytest.mark.parametrize("victim", ["worker", "daemon"])
async def test_an_evaluation_outlives_who_computes_it(
    cluster: Cluster,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    connection: psycopg.Connection,
    victim: str,
) -> None:
    """It is tried again as often as it is lost, and the body never hears of that."""
    monkeypatch.setenv("WAYMARK_DATABASE_URL", database_url)
    settings = {"user_module": "tests.language.actions", **SHORT_LEASE}
    cluster.start(**settings)
    run = await compiled(HeldInTheMiddle)().start(str(tmp_path))
    for _ in range(3):
        pid = wait_until((tmp_path / "pid").exists, "CPython computes") and int((tmp_path / "pid").read_text())
        (tmp_path / "pid").unlink()
        if victim == "daemon":
            cluster.daemons[-1].kill()
        os.kill(pid, signal.SIGKILL)
        if victim == "daemon":
            cluster.start(**settings)
    (tmp_path / "free").touch()
    assert await run.result(30) == (str(tmp_path), 1)
    query = "select attempt, outcome from waymark.action_attempts where name = 'waymark:evaluate' order by attempt"
    attempts = connection.execute(query).fetchall()
    assert attempts == [(1, "lost"), (2, "lost"), (3, "lost"), (4, "succeeded")]
