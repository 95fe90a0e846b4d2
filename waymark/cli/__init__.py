"""The command `waymark`.

Each module of this package adds its commands to the parser and runs them. An error is one sentence on standard error
and exit code 1; a wrong command line is exit code 2.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version

import psycopg

from waymark.cli import control, database, dev, health, parity, programs, queues, retention, runs, schedules, signals
from waymark.errors import WaymarkError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (default: the process's) and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="waymark",
        description="Durable workflows on Postgres.",
        epilog="The database is the environment variable WAYMARK_DATABASE_URL. Workers are started with start-workers.",
    )
    parser.add_argument("--version", action="version", version=f"waymark {version('waymark')}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in (database, programs, parity, runs, signals, control, schedules, retention, queues, health, dev):
        module.add_commands(commands.add_parser)
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except (WaymarkError, psycopg.Error) as error:
        print(f"waymark: {str(error).strip()}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
