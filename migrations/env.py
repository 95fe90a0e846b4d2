"""Runs the migrations, against a database or as a script (`alembic upgrade head --sql`)."""

import os
from logging.config import fileConfig

from alembic import context
from sqlalchemy import Connection

from waymark.db import bundle, install

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
        bundle.run_script(bundle.head()["roles.sql"])
        context.run_migrations()


if context.config.config_file_name is not None:
    fileConfig(context.config.config_file_name, disable_existing_loggers=False)

if context.is_offline_mode():
    run(None)
else:
    url = context.config.attributes.get("url") or os.environ["WAYMARK_DATABASE_URL"]
    with install.engine(url).connect() as connection:
        run(connection)
