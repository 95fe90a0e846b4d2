"""`waymark start`, `status`, `why` and `result`: runs from the shell, in plain JSON as from any SQL client."""

import argparse
from collections.abc import Callable
from uuid import UUID

from waymark.cli.engine import call
from waymark.errors import ResultNotReady


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    parser = add("start", help="start a run and print its id")
    parser.add_argument("workflow", help="name of a registered workflow")
    parser.add_argument("arguments", nargs="?", default="{}", help="JSON object, parameter to value")
    parser.add_argument("--options", default="{}", help='JSON object: \'{"priority": -10, "queue": "mail", "delay": 60}\'')
    parser.set_defaults(run=start)
    parser = add("status", help="print how a run stands")
    parser.add_argument("run_id", type=UUID)
    parser.set_defaults(run=status)
    parser = add("why", help="print what a run waits for, or how it ended")
    parser.add_argument("run_id", type=UUID)
    parser.set_defaults(run=why)
    parser = add("result", help="print the result of a run as JSON, or how it failed")
    parser.add_argument("run_id", type=UUID)
    parser.set_defaults(run=result)


def start(options: argparse.Namespace) -> int:
    """Start a run; it is committed when the id is printed."""
    print(call("select waymark.start(%s, %s::jsonb, %s::jsonb)", options.workflow, options.arguments, options.options))
    return 0


def status(options: argparse.Namespace) -> int:
    """Print how a run stands."""
    print(call("select waymark.status(%s)", options.run_id))
    return 0


def why(options: argparse.Namespace) -> int:
    """Print what a run waits for, in a sentence."""
    print(call("select waymark.why(%s)", options.run_id))
    return 0


def result(options: argparse.Namespace) -> int:
    """Print the result; a failed run or one that has not ended is an error."""
    text = call("select waymark.result(%s)::text", options.run_id)
    if text is None:
        message = f"run {options.run_id} has not ended"
        raise ResultNotReady(message)
    print(text)
    return 0
