"""The fixtures of the plugin."""

import datetime as dt
from collections.abc import Iterator

import pytest

from waymark.client import core
from waymark.ir import library
from waymark.testing import clock
from waymark.testing.database import Databases, embedded, install
from waymark.testing.engine import WaymarkEngine


@pytest.fixture(scope="session")
def waymark_server() -> Iterator[str]:
    """Where the databases of tests are made: the URL of a role that may create databases and roles.

    By default an embedded Postgres (`waymark[embedded]`), started for this test session. Override it to use another one.
    """
    with embedded() as url:
        yield url


@pytest.fixture(scope="session")
def waymark_epoch() -> dt.datetime:
    """Where the clock stands when a test begins: now, in whole seconds. Override it for another time."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


@pytest.fixture(scope="session")
def _waymark_databases(waymark_server: str) -> Iterator[Databases]:
    databases = Databases(waymark_server)
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def waymark_template(_waymark_databases: Databases, waymark_epoch: dt.datetime) -> Iterator[str]:
    """The URL of a database with the engine, which each test gets a copy of.

    Extend it to add tables of your own; leave no connection to it open.
    """
    with _waymark_databases.create() as url:
        install(url, waymark_epoch)
        yield url


@pytest.fixture
def waymark_database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of this test's database: a copy of the template, dropped after the test.

    Override it where something else makes the database; the engine is then installed in it if it is not there.
    """
    databases: Databases = request.getfixturevalue("_waymark_databases")
    with databases.create(request.getfixturevalue("waymark_template")) as url:
        yield url


@pytest.fixture
def waymark_engine(waymark_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[WaymarkEngine]:
    """The engine of this test; `WAYMARK_DATABASE_URL` is its database."""
    engine = WaymarkEngine(waymark_database_url)
    monkeypatch.setenv("WAYMARK_DATABASE_URL", waymark_database_url)
    monkeypatch.setattr(core, "client_type", engine.client)
    for name, function in clock.functions_of(engine.now).items():
        monkeypatch.setitem(library.FUNCTIONS, name, function)
    yield engine
    engine.close()
