"""`waymark retention` and `prune`: how long runs are kept, and deleting them at once."""

import argparse
import json
from collections.abc import Callable

from waymark.cli.engine import call

STATES = ("succeeded", "failed", "cancelled", "terminated")


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    commands = add("retention", help="how long runs are kept after they have ended").add_subparsers(
        metavar="COMMAND", required=True
    )
    parser = commands.add_parser("set", help="keep the runs of a state so long; the daemons delete what is older")
    parser.add_argument("state", choices=STATES)
    parser.add_argument("age", metavar="INTERVAL", help="'7 days': for so long after their end; 'forever': as in the beginning")
    parser.set_defaults(run=set_retention)
    parser = commands.add_parser("list", help="print what is set")
    parser.set_defaults(run=list_retention)
    parser = add("prune", help="delete runs that ended long ago, with their history")
    parser.add_argument("state", choices=STATES)
    parser.add_argument("--older-than", required=True, metavar="INTERVAL", help="'7 days': how long ago they have ended")
    parser.add_argument("--limit", type=int, default=1000, help="runs that one transaction deletes (default 1000)")
    parser.set_defaults(run=prune)


def set_retention(options: argparse.Namespace) -> int:
    """Set it."""
    age = None if options.age == "forever" else options.age
    call("select waymark.set_retention(%s, %s::interval)", options.state, age)
    return 0


def list_retention(_: argparse.Namespace) -> int:
    """Print a line a state: for how long its runs are kept."""
    kept = json.loads(str(call("select coalesce(json_object_agg(state, age::text), '{}')::text from waymark.retention")))
    for state in STATES:
        print(f"{state}: {kept.get(state, 'forever')}")
    return 0


def prune(options: argparse.Namespace) -> int:
    """Delete them, batch by batch, each committed before the next; print how many there were."""
    pruned, last, more = 0, None, True
    while more:
        query = "select to_json(p)::text from waymark.prune(%s, %s::interval, %s, %s::uuid) p"
        batch = json.loads(str(call(query, options.state, options.older_than, options.limit, last)))
        pruned, last, more = pruned + batch["pruned"], batch["last"], batch["more"]
    print(f"{pruned} runs")
    return 0
