"""`waymark signal`: tells a run something from the shell, in plain JSON."""

import argparse
import json
from collections.abc import Callable
from uuid import UUID

from waymark.cli.engine import call
from waymark.client.core import SIGNAL


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    parser = add("signal", help="send a signal to a run and print its number")
    parser.add_argument("run_id", type=UUID)
    parser.add_argument("name", help="what the run waits for")
    parser.add_argument("value", nargs="?", default="null", help="JSON; default null")
    parser.add_argument("--idempotency-key", help="send it once, however often this is repeated")
    parser.set_defaults(run=signal)


def signal(options: argparse.Namespace) -> int:
    """Send a signal; it is committed when its number is printed."""
    given = {} if options.idempotency_key is None else {"idempotency_key": options.idempotency_key}
    print(call(SIGNAL, options.run_id, options.name, options.value, json.dumps(given)))
    return 0
