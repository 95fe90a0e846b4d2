"""`waymark queue set` and `list`: limits of queues."""

import argparse
import json
from collections.abc import Callable

from waymark.cli.engine import call

LIMITS = ("concurrency", "rate", "seconds")


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    commands = add("queue", help="limit queues").add_subparsers(metavar="COMMAND", required=True)
    parser = commands.add_parser("set", help="set the limits of a queue, all at once; without any it has none")
    parser.add_argument("queue")
    parser.add_argument("--concurrency", type=int, help="at most so many of its actions run at once; 0 stops it")
    parser.add_argument("--rate", type=int, help="at most so many attempts begin in an interval")
    parser.add_argument("--seconds", type=float, help="the interval of --rate")
    parser.set_defaults(run=set_queue)
    parser = commands.add_parser("list", help="print the queues that have limits")
    parser.set_defaults(run=list_queues)


def set_queue(options: argparse.Namespace) -> int:
    """Set the limits."""
    limits = {name: value for name in LIMITS if (value := getattr(options, name)) is not None}
    call("select waymark.set_queue(%s, %s::jsonb)", options.queue, json.dumps(limits))
    return 0


def list_queues(_: argparse.Namespace) -> int:
    """Print a JSON object a line: the limits of a queue, and how many of its actions are ready and running."""
    for queue in json.loads(str(call("select coalesce(json_agg(q order by q.queue), '[]')::text from waymark.queue_overview q"))):
        print(json.dumps({name: value for name, value in queue.items() if value is not None}))
    return 0
