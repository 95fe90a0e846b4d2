from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults import flows
from tests.faults.load import Ledger, Load
from waymark.client import background
from waymark.db.embedded import EmbeddedServer


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    folder = tmp_path / "ledger"
    folder.mkdir()
    monkeypatch.setenv(flows.FOLDER, str(folder))
    return Ledger(folder)


@pytest.fixture
def make_load(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Load]]:
    def make(url: str) -> Load:
        monkeypatch.setenv("WAYMARK_DATABASE_URL", url)
        return Load(url, ledger)

    yield make
    background.close()


@pytest.fixture
def load(make_load: Callable[[str], Load], database_url: str) -> Load:
    """Runs in this test's database."""
    return make_load(database_url)


@pytest.fixture
def own_load(make_load: Callable[[str], Load], own_postgres: EmbeddedServer) -> Load:
    """Runs in the server that belongs to this test."""
    return make_load(own_postgres.url())
