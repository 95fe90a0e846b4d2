"""Every case ends under CPython and through the engine in the same way."""

import pytest

from tests.language.cases import CASES, Case
from tests.language.harness import Engine

# Python warns of the calls that an exception prevented from being awaited.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_agrees(engine: Engine, case: Case) -> None:
    expected = await engine.inline(case.cls, *case.args, signals=case.signals)
    found = await engine.durable(case.cls, *case.args, signals=case.signals)
    if not case.in_order:
        expected, found = expected.unordered(), found.unordered()
    assert found == expected, f"{found}\ninstead of {expected}"
