"""`waymark prune`: deletes runs that ended long ago."""

import argparse
import json
from collections.abc import Callable

from waymark.cli.engine import call

STATES = ("succeeded", "failed", "cancelled", "terminated")


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command of this module."""
    parser = add("prune", help="delete runs that ended long ago, with their history")
    parser.add_argument("state", choices=STATES)
    parser.add_argument("--older-than", required=True, metavar="INTERVAL", help="'7 days': how long ago they have ended")
    parser.add_argument("--limit", type=int, default=1000, help="runs that one transaction deletes (default 1000)")
    parser.set_defaults(run=prune)


def prune(options: argparse.Namespace) -> int:
    """Delete them, batch by batch, each committed before the next; print how many there were."""
    pruned, last, more = 0, None, True
    while more:
        query = "select to_json(p)::text from waymark.prune(%s, %s::interval, %s, %s::timestamptz) p"
        batch = json.loads(str(call(query, options.state, options.older_than, options.limit, last)))
        pruned, last, more = pruned + batch["pruned"], batch["last"], batch["more"]
    print(f"{pruned} runs")
    return 0
