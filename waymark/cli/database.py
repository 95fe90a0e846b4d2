"""`waymark db`: the engine in the database."""

import argparse
from collections.abc import Callable

from waymark.config import database_url
from waymark.db import install
from waymark.errors import EngineNotInstalled


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    parser = add("db", help="install, upgrade or show the engine in the database")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    actions.add_parser("upgrade", help="install the engine, or upgrade it to this package").set_defaults(run=upgrade)
    actions.add_parser("current", help="show the revision of the engine").set_defaults(run=current)


def upgrade(_: argparse.Namespace) -> int:
    """Bring the engine to the revision of this package; nothing happens when it is there already."""
    url = database_url()
    before = install.current(url)
    after = install.upgrade(url)
    print(f"engine: {before or 'none'} -> {after}" if before != after else f"engine: {after}, nothing to do")
    return 0


def current(_: argparse.Namespace) -> int:
    """Show the engine's revision and whether this package brings a newer one."""
    revision, head = install.current(database_url()), install.head()
    if revision is None:
        message = "the engine is not installed in this database: run `waymark db upgrade`"
        raise EngineNotInstalled(message)
    if not install.knows(revision):
        print(f"{revision} (newer than this package, which brings {head}: upgrade the waymark package)")
    else:
        print(revision if revision == head else f"{revision} (this package brings {head}: run `waymark db upgrade`)")
    return 0
