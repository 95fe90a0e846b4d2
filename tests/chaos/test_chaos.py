"""A short run of what `make chaos` does at length."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.plan import make_plan
from tests.chaos.trial import Trial, prepare
from tests.conftest import install_sources, make_server, server_folder
from waymark.db.embedded import EmbeddedServer


@pytest.fixture(scope="module")
def durable_server() -> Iterator[EmbeddedServer]:
    server = make_server(server_folder(), durable=True)
    server.start()
    prepare(server, install_sources)
    yield server
    server.remove()


def test_a_seed_makes_one_plan() -> None:
    assert str(make_plan(7)) == str(make_plan(7)) != str(make_plan(8))


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_fails(durable_server: EmbeddedServer, start_workers: Path, tmp_path: Path, seed: int) -> None:
    trial = Trial(make_plan(seed), durable_server, start_workers, tmp_path)
    violations = trial.run()
    assert not violations, trial.report(violations)
