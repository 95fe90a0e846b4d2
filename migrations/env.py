"""Runs the migrations, against a database or as a script (`alembic upgrade head --sql`)."""

from logging.config import fileConfig

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection

from waymark import config
from waymark.db import bundle, install, upgrading
from waymark.errors import ConfigurationError, DatabaseUnreachable, EngineVersionError

# Serialises two upgrades of one database: the second waits and then finds nothing to do.
LOCK = "select pg_catalog.pg_advisory_xact_lock(4706216870261395821);"


def run(connection: Connection | None) -> None:
    context.configure(
        connection=connection,
        dialect_name="postgresql",
        version_table="schema_version",
        version_table_schema="waymark",
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        # The version table lives in the schema that the migrations fill and belongs to its owner,
        # so roles and schemas come before the first revision.
        bundle.run_script(LOCK)
        upgrading.prepare(context.script)
        bundle.run_script(bundle.head()["roles.sql"])
        context.run_migrations()


if context.config.config_file_name is not None:
    fileConfig(context.config.config_file_name, disable_existing_loggers=False)

if context.is_offline_mode():
    run(None)
elif (url := context.config.attributes.get("url")) is not None:
    with install.engine(url).connect() as connection:
        run(connection)
else:
    try:
        with install.engine(config.database_url()).connect() as connection:
            run(connection)
    except (ConfigurationError, DatabaseUnreachable, EngineVersionError) as error:
        raise CommandError(str(error)) from error  # alembic shows this one without a traceback
