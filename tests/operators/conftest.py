"""The operators change nothing, so that all their tests share one database."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.conftest import install_sources
from tests.operators.oracle import Engine
from waymark.db.embedded import EmbeddedServer


@pytest.fixture(scope="session")
def engine(postgres: EmbeddedServer) -> Iterator[Engine]:
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("create database waymark_operators")
    with psycopg.connect(postgres.url("waymark_operators"), autocommit=True) as connection:
        install_sources(connection)
        yield Engine(connection)
