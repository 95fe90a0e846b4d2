"""Install and upgrade the engine in a database, with alembic."""

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from waymark.db import upgrading
from waymark.db.bundle import MIGRATIONS
from waymark.errors import DatabaseUnreachable

VERSION_TABLE = "waymark.schema_version"


def connect(url: str) -> psycopg.Connection:
    """One connection, or `DatabaseUnreachable` with what Postgres or the network said."""
    try:
        return psycopg.connect(url)
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        message = f"cannot connect to the database of WAYMARK_DATABASE_URL: {reason}"
        raise DatabaseUnreachable(message) from error


def engine(url: str) -> Engine:
    """A SQLAlchemy engine for every form of address that libpq understands."""
    return create_engine("postgresql+psycopg://", creator=lambda: connect(url), poolclass=NullPool)


def upgrade(url: str) -> str:
    """Bring the engine of this database to the revision of this package, in one transaction; returns the revision.

    Daemons and clients may go on meanwhile: their calls wait for its end (docs/upgrade.md).

    Raises:
        EngineVersionError: the engine is newer than this package.
    """
    config = _config()
    config.attributes["url"] = url
    command.upgrade(config, "head")
    return head()


def current(url: str) -> str | None:
    """Revision of the engine in this database; None when there is none."""
    with connect(url) as connection:
        if connection.execute("select to_regclass(%s)", (VERSION_TABLE,)).fetchone() == (None,):
            return None
        row = connection.execute("select version_num from waymark.schema_version").fetchone()
        return None if row is None else str(row[0])


def head() -> str:
    """Revision that this package brings."""
    return upgrading.head(ScriptDirectory.from_config(_config()))


def knows(revision: str) -> bool:
    """Whether this package brings that revision; otherwise a later one does."""
    return revision in upgrading.known(ScriptDirectory.from_config(_config()))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
