"""The path of the cases is the product's: some of them through the SDK's client, a daemon and its workers."""

import asyncio
from typing import Any

import pytest

from tests.cluster import Cluster
from tests.language.cases import CASES, Case
from tests.language.harness import Engine, compiled, form_of

AREAS = ("combined", "gather", "policies", "raising", "cleanup")
# These wait for minutes, which only a test that moves the clock can.
WAITING = {"RetriedWithPauses", "UsedUp", "PoliciesFromLocals"}


def first_of_each() -> list[Case]:
    chosen = {case.cls: case for case in reversed(CASES) if case.cls.__module__.rpartition(".")[2] in AREAS}
    return [case for case in chosen.values() if case.cls.__name__ not in WAITING]


async def durable(case: Case) -> tuple[str, Any]:
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
    found = await asyncio.gather(*[durable(case) for case in cases])
    for case, here, there in zip(cases, expected, found, strict=True):
        # Without the calls: they were noted in another process.
        assert (case.name, here.kind, here.form) == (case.name, *there)
