"""Nothing is silently different: a body agrees with CPython or is refused by the compiler."""

import pytest

from tests.language.harness import Engine, codes_of_refusal
from tests.language.probes import PROBES, Probe

pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")


@pytest.mark.parametrize("probe", PROBES, ids=[f"{probe.cls.__name__}-{probe.args}" for probe in PROBES])
async def test_probe(engine: Engine, probe: Probe) -> None:
    assert codes_of_refusal(probe.cls) == list(probe.codes)
    if probe.codes:
        return
    expected = await engine.inline(probe.cls, *probe.args)
    found = await engine.durable(probe.cls, *probe.args)
    assert found == expected, f"{found}\ninstead of {expected}"
