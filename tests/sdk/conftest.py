"""The client's settings, for each test."""

import pytest


@pytest.fixture
def engine(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The environment of a client of this test's database; its URL."""
    monkeypatch.setenv("WAYMARK_DATABASE_URL", database_url)
    return database_url
