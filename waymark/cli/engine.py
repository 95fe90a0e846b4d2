"""Calls of the engine's functions from the command line: one connection, one statement to an engine that this package fits."""

import psycopg

from waymark.client.connections import API_VERSIONS, translate
from waymark.config import database_url
from waymark.db import install


def call(query: str, *parameters: object) -> object:
    """The single value of a statement, committed; errors of the engine as errors of Waymark."""
    try:
        with install.connect(database_url()) as connection:
            connection.execute("select waymark.hello(%s, %s)", API_VERSIONS)
            row = connection.execute(query.encode(), parameters).fetchone()
    except psycopg.Error as error:
        raise translate(error) or error from error
    assert row is not None
    return row[0]
