"""Databases for tests: a template with the engine and a clock that stands, and clones of it."""

import contextlib
import datetime as dt
import itertools
import os
import tempfile
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from waymark.db import install as engine
from waymark.db.embedded import EmbeddedServer
from waymark.errors import NotATestDatabase
from waymark.ir import to_text
from waymark.workflow import Workflow, distinct_workflows

SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
    "max_connections": "200",
}
"""A test database is thrown away, so nothing has to reach the disk, or to be kept in shape."""

CLOCK = Path(__file__).with_name("testing.sql")
PREFIX = "waymark-testing"
LEAVING = 0.2
"""Seconds that connections which are closed have to be gone, before a database is dropped from under them."""

_numbers = itertools.count(1)


def install(url: str, epoch: dt.datetime | None = None, workflows: Sequence[type[Workflow]] | None = None) -> None:
    """Make a database one of tests: with the engine, the clock that stands, and workflows. What is there already stays.

    Args:
        url: the database, as a role that may create roles and schemas.
        epoch: where the clock stands at first; default: now, in whole seconds.
        workflows: are registered, as by workers; default: those of all loaded modules, but for those that share a name.

    Raises:
        NotATestDatabase: its engine has runs or daemons, and keeps its clock.
    """
    if engine.current(url) is not None:
        _refuse_other_databases(url)
    engine.upgrade(url)
    with engine.connect(url) as connection:
        connection.execute(CLOCK.read_bytes())
        if epoch is not None:
            connection.execute("select waymark_testing.set_clock(%s)", [epoch])
        for cls in distinct_workflows() if workflows is None else workflows:
            connection.execute("select waymark.register(%s::jsonb)", [to_text(cls.program)])


def _refuse_other_databases(url: str) -> None:
    with engine.connect(url) as connection:
        if connection.execute("select to_regclass('waymark_testing.clock')").fetchone() != (None,):
            return
        in_use = "select exists (select from waymark.runs) or exists (select from waymark.sessions)"
        if connection.execute(in_use).fetchone() == (True,):
            raise NotATestDatabase(
                f"the engine in database {connection.info.dbname} is in use, and not by tests: nothing was changed",
                hint="waymark.testing replaces the engine's clock by one that stands. Give it an empty database.",
            )


def read_clock(url: str) -> dt.datetime:
    """The engine's time in a database of tests, which is prepared for them if it was not."""
    query = "select at from waymark_testing.clock"
    try:
        with engine.connect(url) as connection:
            row = connection.execute(query).fetchone()
    except psycopg.errors.UndefinedTable:
        install(url)
        with engine.connect(url) as connection:
            row = connection.execute(query).fetchone()
    assert row is not None
    return row[0].astimezone(dt.UTC)


def load_engine(*, host: str, port: int, user: str, dbname: str, password: str | None = None, **_: object) -> None:
    """`install` as a loader of pytest-postgresql: `factories.postgresql_proc(load=[load_engine])`."""
    secret = f":{quote(password, safe='')}" if password else ""
    install(f"postgresql://{quote(user, safe='')}{secret}@{host}:{port}/{quote(dbname, safe='')}")


def database_of(url: str, name: str) -> str:
    """The address of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(name, safe='')}"))


@contextlib.contextmanager
def embedded() -> Generator[str]:
    """A Postgres of its own in a temporary folder (`waymark[embedded]`), removed at the end; the address of a superuser."""
    remove_left_behind()
    server = EmbeddedServer(Path(tempfile.mkdtemp(prefix=f"{PREFIX}-{os.getpid()}-")), settings=SETTINGS)
    server.start()
    try:
        yield server.url()
    finally:
        server.remove()


def remove_left_behind() -> None:
    """Stop and remove the servers of test sessions that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}-*-*"):
        pid = folder.name.removeprefix(f"{PREFIX}-").partition("-")[0]
        if pid.isdigit() and not _is_alive(int(pid)):
            EmbeddedServer(folder).remove()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Databases:
    """Makes and drops databases of one server, over one connection."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._admin = engine.connect(server)
        self._admin.autocommit = True

    @contextlib.contextmanager
    def create(self, copied: str | None = None) -> Generator[str]:
        """The address of a new database, empty or a copy of one that nobody is connected to; dropped at the end."""
        name = f"waymark_{os.getpid()}_{next(_numbers)}"
        template = sql.Identifier(_name_of(copied) if copied else "template1")
        self._admin.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), template))
        try:
            yield database_of(self._server, name)
        finally:
            self._drop(name)

    def _drop(self, name: str) -> None:
        # While somebody is connected, Postgres looks again only after 100 ms.
        query, until = "select from pg_stat_activity where datname = %s", time.monotonic() + LEAVING
        while time.monotonic() < until and self._admin.execute(query, [name]).fetchone() is not None:
            time.sleep(0.002)
        self._admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))

    def close(self) -> None:
        """Close the connection."""
        self._admin.close()


def _name_of(url: str) -> str:
    return unquote(urlsplit(url).path.removeprefix("/"))
