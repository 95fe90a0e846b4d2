"""The cases leave nothing behind that another would see, so that all share one database."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.language.harness import Engine
from waymark.db.embedded import EmbeddedServer


@pytest.fixture(scope="session")
def engine(postgres: EmbeddedServer, engine_template: Any) -> Iterator[Engine]:
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute(f"create database waymark_language template {engine_template.template_dbname}".encode())
    with psycopg.connect(postgres.url("waymark_language"), autocommit=True) as connection:
        yield Engine(connection)
