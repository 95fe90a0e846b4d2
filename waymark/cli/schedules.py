"""`waymark schedule create`, `list`, `next`, …: runs again and again, in plain JSON as from any SQL client."""

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from waymark.cli.engine import call
from waymark.errors import OptionOutOfRange

OPTIONS: dict[str, tuple[type, str]] = {
    "timezone": (str, "in which a cron expression is read (default UTC)"),
    "jitter": (float, "seconds by which a run may start later"),
    "priority": (int, "of its runs, -1000 to 1000, lower is first"),
    "queue": (str, "of its runs' actions"),
    "tags": (str, "of its runs: a JSON object of texts"),
    "overlap": (str, "when the run before is live: skip (default), queue, cancel or allow"),
    "catch-up": (str, "with times that were missed: one (default), skip or all"),
    "catch-up-limit": (int, "how many are all (default 100)"),
    "start-at": (str, "not before: 2026-01-31T12:00:00Z"),
    "end-at": (str, "not from then on"),
    "max-runs": (int, "so many runs"),
}
"""Flag → type, help."""
NONE = "none"
LIST = "select coalesce(json_agg(s), '[]')::text from"


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    commands = add("schedule", help="start runs again and again").add_subparsers(metavar="COMMAND", required=True)
    plan = "a cron expression, or '@every 90 seconds'"
    parser = commands.add_parser("create", help="schedule a workflow; prints the schedule")
    parser.add_argument("name")
    parser.add_argument("workflow", help="name of a registered workflow")
    parser.add_argument("schedule", help=plan)
    parser.add_argument("arguments", nargs="?", default="{}", help="JSON object, parameter to value")
    _add_options(parser, "")
    parser.set_defaults(run=create)
    parser = commands.add_parser("edit", help="change a schedule; prints it")
    parser.add_argument("name")
    parser.add_argument("--schedule", help=plan)
    parser.add_argument("--arguments", help="JSON object, parameter to value")
    _add_options(parser, f"; {NONE}: no longer")
    parser.set_defaults(run=edit)
    described = {
        "pause": "start no runs until it is resumed; prints it",
        "resume": "let it go on; prints it",
        "delete": "delete it",
    }
    for verb, description in described.items():
        parser = commands.add_parser(verb, help=description)
        parser.add_argument("name")
        parser.set_defaults(run=control, verb=verb)
    parser = commands.add_parser("list", help="print the schedules, how far each has got, and what it has skipped")
    parser.add_argument("--state", choices=["active", "paused", "ended"])
    parser.set_defaults(run=list_schedules)
    parser = commands.add_parser("trigger", help="start a run now, beside the plan; prints its id")
    parser.add_argument("name")
    parser.set_defaults(run=trigger)
    parser = commands.add_parser("backfill", help="start the runs of a range of time; prints their ids")
    parser.add_argument("name")
    parser.add_argument("start", type=_moment, help="2026-01-31T12:00:00Z")
    parser.add_argument("end", type=_moment, help="the first time that is not in the range")
    parser.set_defaults(run=backfill)
    parser = commands.add_parser("next", help="print the next times of a schedule or of a cron expression")
    of = parser.add_mutually_exclusive_group(required=True)
    of.add_argument("name", nargs="?")
    of.add_argument("--cron", metavar="EXPRESSION")
    parser.add_argument("--timezone", default="UTC", help="with --cron (default UTC)")
    parser.add_argument("--count", type=int, default=5, help="how many, at most 1000 (default 5)")
    parser.set_defaults(run=next_times)


def _add_options(parser: argparse.ArgumentParser, removed: str) -> None:
    for flag, (kind, description) in OPTIONS.items():
        is_limit = flag in ("start-at", "end-at", "max-runs", "tags")
        parse = _or_none(kind) if removed and is_limit else kind
        parser.add_argument(f"--{flag}", type=parse, help=description + (removed if is_limit else ""), default=argparse.SUPPRESS)


def _or_none(kind: type) -> Callable[[str], Any]:
    def parse(text: str) -> Any:  # noqa: ANN401
        return None if text == NONE else kind(text)

    parse.__name__ = kind.__name__  # what argparse calls it
    return parse


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no time zone: write 2026-01-31T12:00:00Z")
    return moment


_moment.__name__ = "time"  # what argparse calls it


def _options(options: argparse.Namespace) -> dict[str, Any]:
    """The options that are given, as the engine reads them."""
    names = [flag.replace("-", "_") for flag in OPTIONS]
    given = {name: getattr(options, name) for name in names if hasattr(options, name)}
    if given.get("tags") is not None:
        given["tags"] = _json("--tags", given["tags"])
    return given


def _json(what: str, text: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(text)
    except ValueError as error:
        raise OptionOutOfRange(f"{what} is not JSON: {error}") from None


def create(options: argparse.Namespace) -> int:
    """Create a schedule; it is committed when it is printed."""
    query = "select waymark.create_schedule(%s, %s, %s, %s::jsonb, %s::jsonb)"
    call(query, options.name, options.workflow, options.schedule, options.arguments, json.dumps(_options(options)))
    return _show(options.name)


def edit(options: argparse.Namespace) -> int:
    """Change what is given."""
    changes = _options(options)
    if options.schedule is not None:
        changes["schedule"] = options.schedule
    parameters = [options.name, json.dumps(changes)]
    if options.arguments is None:
        call("select waymark.edit_schedule(%s, %s::jsonb)", *parameters)
    else:
        query = "select waymark.edit_schedule(%s, %s::jsonb || jsonb_build_object('arguments', %s::jsonb))"
        call(query, *parameters, options.arguments)
    return _show(options.name)


def control(options: argparse.Namespace) -> int:
    """Do it, and print the schedule as it then is."""
    call(f"select waymark.{options.verb}_schedule(%s)", options.name)
    return 0 if options.verb == "delete" else _show(options.name)


def list_schedules(options: argparse.Namespace) -> int:
    """Print a JSON object a line: a schedule, without what it does not have."""
    for schedule in json.loads(str(call(f"{LIST} waymark.list_schedules(%s) s", options.state))):
        print(_line(schedule))
    return 0


def _show(name: str) -> int:
    for schedule in json.loads(str(call(f"{LIST} waymark.list_schedules() s where s.name = %s", name))):
        print(_line(schedule))
    return 0


def _line(schedule: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in schedule.items() if value is not None}, ensure_ascii=False)


def trigger(options: argparse.Namespace) -> int:
    """Start a run; it is committed when the id is printed."""
    print(call("select waymark.trigger_schedule(%s)", options.name))
    return 0


def backfill(options: argparse.Namespace) -> int:
    """Start the runs; those that were there already are printed, too."""
    query = "select to_json(waymark.backfill_schedule(%s, %s, %s))::text"
    for run_id in json.loads(str(call(query, options.name, options.start, options.end))):
        print(run_id)
    return 0


def next_times(options: argparse.Namespace) -> int:
    """Print a time a line, in UTC."""
    if options.cron is None:
        times = call("select coalesce(json_agg(t), '[]')::text from waymark.next_fires(%s, %s) t", options.name, options.count)
    else:
        query = "select json_agg(t)::text from waymark.cron_next(%s, now(), %s, %s) t"
        times = call(query, options.cron, options.timezone, options.count)
    for time in json.loads(str(times)):
        print(datetime.fromisoformat(time).astimezone(UTC).isoformat())
    return 0
