"""`waymark cancel`, `terminate`, `pause`, `resume`, …: of runs by id, or of all that a filter picks."""

import argparse
import json
from collections.abc import Callable
from uuid import UUID

from waymark.cli.engine import call

VERBS = {
    "cancel": "ask runs to cancel: their bodies get asyncio.CancelledError and may clean up",
    "terminate": "end runs and their children at once, without asking their handlers",
    "pause": "let nothing of runs begin until they are resumed",
    "resume": "let paused runs go on",
    "wake": "end the sleeps of runs early, or start delayed ones at once",
    "retry": "let failed runs go on from the await at which they failed",
    "restart": "start new runs with the same input and the newest program; prints their ids",
    "set-priority": "change the priority of live runs (-1000 to 1000, lower is first)",
}


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    for verb, description in VERBS.items():
        parser = add(verb, help=description)
        if verb == "set-priority":
            parser.add_argument("priority", type=int)
        picked = parser.add_mutually_exclusive_group(required=True)
        picked.add_argument("run_ids", metavar="RUN", nargs="*", type=UUID, default=[], help="id of a run")
        picked.add_argument("--filter", help='JSON object: \'{"workflow": "Order", "states": ["failed"]}\'')
        parser.add_argument("--dry-run", action="store_true", help="with --filter: only count the runs")
        parser.set_defaults(run=control, verb=verb.replace("-", "_"), priority=None)


def control(options: argparse.Namespace) -> int:
    """Do it, run by run, each committed before the next; print what became of each."""
    if options.filter is not None:
        return in_bulk(options)
    for run_id in options.run_ids:
        more = [] if options.priority is None else [options.priority]
        print(call(f"select waymark.{options.verb}(%s{', %s' * len(more)})", run_id, *more))
    return 0


def in_bulk(options: argparse.Namespace) -> int:
    """Do it to all that the filter picks, batch by batch, each committed before the next; print how many there were."""
    wanted = {"dry_run": options.dry_run} | ({} if options.priority is None else {"priority": options.priority})
    matched = done = 0
    while True:
        query = "select to_json(b)::text from waymark.bulk(%s, %s::jsonb, %s::jsonb) b"
        batch = json.loads(str(call(query, options.verb, options.filter, json.dumps(wanted))))
        matched, done = matched + batch["matched"], done + batch["done"]
        if not batch["more"]:
            break
        wanted["after"] = batch["last"]
    print(f"{matched} runs" if options.dry_run else f"{done} of {matched} runs")
    return 0
