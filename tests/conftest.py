"""What every test may ask for. The suite starts its own Postgres and its own daemons, on free ports, in temporary folders.

`WAYMARK_TEST_POSTGRES` chooses the server: 18 (default) and 16 come with `waymark[embedded]`, 15 is Debian's package.
The engine is installed once, from `sql/`, into a template database; each test gets a clone of it.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from pytest_postgresql import factories

from tests.cluster import Cluster, build_daemon
from waymark.db import bundle
from waymark.db.embedded import EmbeddedServer, bin_folder

pytest_plugins = ["pytester", "waymark.testing"]

# The tests of faults and of chaos check with it.
pytest.register_assert_rewrite("tests.faults.load")

# Hypothesis mixes the constants of whatever modules are loaded into what it draws, so that what a test does would depend on
# those that ran before it.
assert callable(providers._get_local_constants)
providers._get_local_constants = Constants

VERSION = int(os.environ.get("WAYMARK_TEST_POSTGRES", "18"))
DEBIAN_BINARIES = Path(f"/usr/lib/postgresql/{VERSION}/bin")
SETTINGS = {"max_connections": "200", "log_min_messages": "warning"}
# A test database is thrown away, so nothing has to reach the disk.
VOLATILE = {"fsync": "off", "full_page_writes": "off"}


def make_server(folder: Path, *, durable: bool = False) -> EmbeddedServer:
    """A server of the chosen version, not started."""
    settings = SETTINGS if durable else SETTINGS | VOLATILE
    if DEBIAN_BINARIES.exists():
        return EmbeddedServer(folder, binaries=DEBIAN_BINARIES, user="postgres", settings=settings)
    return EmbeddedServer(folder, binaries=bin_folder(VERSION), settings=settings)


def install_sources(connection: psycopg.Connection) -> None:
    """Install `sql/` as it stands, in one transaction; that the migration does the same is a test of its own."""
    with connection.transaction():
        for path, text in bundle.sources().items():
            try:
                connection.execute(text.encode())
            except psycopg.Error as error:
                error.add_note(f"in sql/{path}")
                raise


def load_engine(*, host: str, port: int, user: str, dbname: str, password: str, **_: object) -> None:
    with psycopg.connect(host=host, port=port, user=user, dbname=dbname, password=password) as connection:
        install_sources(connection)


def server_folder() -> Path:
    """A folder for a server, named for this process, so that a later session can tell that it was left behind."""
    return Path(tempfile.mkdtemp(prefix=f"waymark-postgres-{os.getpid()}-"))


def remove_left_behind() -> None:
    """Stop and remove the servers of sessions that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob("waymark-postgres-*-*"):
        pid = folder.name.split("-")[2]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            make_server(folder).remove()


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedServer]:
    """The server of this test session."""
    remove_left_behind()
    server = make_server(server_folder())
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def postgres_address(postgres: EmbeddedServer) -> SimpleNamespace:
    """The server as pytest-postgresql wants to see it."""
    return SimpleNamespace(
        host="127.0.0.1",
        port=postgres.port,
        user="postgres",
        password=postgres.password,
        options="",
        maintenance_dbname="postgres",
        template_dbname=None,
    )


engine_template = factories.postgresql_noproc(depends_on="postgres_address", dbname="waymark", load=[load_engine])
engine_database = factories.postgresql("engine_template")


@pytest.fixture
def connection(engine_database: psycopg.Connection) -> psycopg.Connection:
    """A superuser's connection to this test's database, in autocommit mode."""
    engine_database.autocommit = True
    return engine_database


@pytest.fixture
def database_url(postgres: EmbeddedServer, engine_database: psycopg.Connection) -> str:
    """Address of this test's database, with the engine installed."""
    return postgres.url(engine_database.info.dbname)


@pytest.fixture
def connect(database_url: str) -> Iterator[Callable[..., psycopg.Connection]]:
    """`connect()` opens one more session (autocommit unless told otherwise); all are closed after the test."""
    with ExitStack() as stack:

        def open_connection(*, autocommit: bool = True, role: str | None = None) -> psycopg.Connection:
            opened = stack.enter_context(psycopg.connect(database_url, autocommit=autocommit))
            if role is not None:
                opened.execute(f"set role {role}".encode())
            return opened

        yield open_connection


@pytest.fixture
def empty_database_url(postgres: EmbeddedServer) -> Iterator[str]:
    """Address of a database without the engine."""
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("create database waymark_empty")
        yield postgres.url("waymark_empty")
        admin.execute("drop database waymark_empty with (force)")


@pytest.fixture
def bare_postgres() -> Iterator[EmbeddedServer]:
    """A server that belongs to one test, with nothing in it: neither the engine nor its roles."""
    server = make_server(server_folder())
    server.start()
    yield server
    server.remove()


@pytest.fixture
def own_postgres(bare_postgres: EmbeddedServer) -> EmbeddedServer:
    """A server that belongs to one test, with the engine in its database `postgres`: it may be stopped and restarted."""
    with psycopg.connect(bare_postgres.url()) as connection:
        install_sources(connection)
    return bare_postgres


@pytest.fixture(scope="session")
def start_workers() -> Path:
    """The daemon's binary, built from this checkout."""
    return build_daemon()


@pytest.fixture
def cluster(database_url: str, start_workers: Path, tmp_path: Path) -> Iterator[Cluster]:
    """Daemons for this test: `cluster.start(2, user_module="…")`. Stopped after it; their logs are shown if it failed.

    They use this test's database, or `url=` (an `own_postgres`).
    """
    with Cluster(start_workers, tmp_path, database_url) as running:
        yield running
