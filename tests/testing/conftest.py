"""The plugin's engine, on the server of this test session."""

import datetime as dt
from collections.abc import Iterator

import psycopg
import pytest

from waymark.db.embedded import EmbeddedServer
from waymark.testing import WaymarkEngine, install
from waymark.testing.database import Databases


@pytest.fixture(scope="session")
def waymark_server(postgres: EmbeddedServer) -> str:
    return postgres.url()


@pytest.fixture(scope="session")
def waymark_template(_waymark_databases: Databases, waymark_epoch: dt.datetime) -> Iterator[str]:
    """Without the thousands of workflows that other tests have declared."""
    with _waymark_databases.create() as url:
        install(url, waymark_epoch, workflows=[])
        yield url


@pytest.fixture
def database(waymark_engine: WaymarkEngine) -> Iterator[psycopg.Connection]:
    """A connection of the test's own, opened before anything happens, in autocommit mode."""
    with psycopg.connect(waymark_engine.url, autocommit=True) as connection:
        yield connection
