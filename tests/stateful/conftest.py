import psycopg
import pytest

from tests.engine.session import Session


@pytest.fixture
def session(connection: psycopg.Connection) -> Session:
    return Session(connection)
