"""The plugin's engine, on the server of this test session."""

import psycopg
import pytest

from waymark.db.embedded import EmbeddedServer
from waymark.testing import WaymarkEngine


@pytest.fixture(scope="session")
def waymark_server(postgres: EmbeddedServer) -> str:
    return postgres.url()


@pytest.fixture
def database(waymark_engine: WaymarkEngine):
    """A connection of the test's own, opened before anything happens, in autocommit mode."""
    with psycopg.connect(waymark_engine.url, autocommit=True) as connection:
        yield connection
