"""`waymark parity`: the same workflow as plain Python and through the engine, side by side."""

import argparse
import asyncio
import difflib
import importlib
import inspect
import json
import os
import sys
import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from pprint import pformat
from typing import Any, cast, get_type_hints

import pydantic

from waymark import Workflow, codec, workflow
from waymark.cli.dev import workers
from waymark.cli.programs import ModuleError, find_workflow
from waymark.client import current_client
from waymark.config import database_url
from waymark.db import install
from waymark.db.embedded import EmbeddedServer
from waymark.errors import ArgumentError

_CASES = "tests.language.cases"
_WIDTH = 56


@dataclass(frozen=True)
class Ending:
    """How a run ended: `kind` is returned or raised, `form` the encoded value or exception as `_comparable` leaves it."""

    kind: str
    shown: str
    form: Any


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    parser = add("parity", help="run a workflow as plain Python and through the engine, and compare; its actions run twice")
    parser.add_argument("workflow", nargs="?", help="module:Workflow")
    parser.add_argument("--input", default="{}", help="its arguments as a JSON object (default: %(default)s)")
    parser.add_argument("--case", metavar="NAME", help="a case of Waymark's own tests, from a checkout")
    parser.add_argument("--list", action="store_true", help="list those cases")
    parser.set_defaults(run=parity)


def parity(options: argparse.Namespace) -> int:
    """Run both ways and show both endings; exit code 1 if they differ."""
    if options.list:
        print("\n".join(_cases()))
        return 0
    if options.case is not None:
        cls, arguments, modules = _case(options.case)
    elif options.workflow is not None:
        cls = find_workflow(options.workflow)
        arguments, modules = _arguments(cls, options.input), [cls.__module__]
    else:
        message = "name a workflow (module:Workflow), --case or --list"
        raise ModuleError(message)
    here = asyncio.run(_ending(lambda: cls().run_inline(**arguments)))
    with _database() as url, workers(url, modules, WAYMARK_LOG_LEVEL="warning"):
        os.environ["WAYMARK_DATABASE_URL"] = url
        there = asyncio.run(_durable(cls, arguments))
    _show(here, there)
    return 0 if _same(here, there) else 1


@contextmanager
def _database() -> Generator[str]:
    """The database that the environment names, or an embedded one for this command alone; with the engine installed."""
    if "WAYMARK_DATABASE_URL" in os.environ:
        yield database_url()
        return
    with tempfile.TemporaryDirectory(prefix="waymark-parity-") as folder, EmbeddedServer(Path(folder, "server")) as server:
        install.upgrade(server.url())
        yield server.url()


async def _durable(cls: type[Workflow], arguments: Mapping[str, Any]) -> Ending:
    try:
        return await _ending(lambda: cls().run(**arguments))
    finally:
        await (await current_client()).close()


async def _ending(run: Callable[[], Any]) -> Ending:
    try:
        value = await run()
    except Exception as error:  # noqa: BLE001 - the exception is the outcome
        return Ending("raised", f"{type(error).__name__}: {error}", _comparable(codec.encode_exception(error)))
    return Ending("returned", pformat(value, width=_WIDTH, sort_dicts=False), _comparable(codec.encode(value)))


def _comparable(text: str) -> Any:  # noqa: ANN401 - any JSON
    """An encoded value, without what always differs in exceptions: where their frames were, and what was raised before."""
    # Numbers as they are written: 1 and 1.0 differ.
    return json.loads(text, parse_int=str, parse_float=str, object_hook=_without_places)


def _without_places(form: dict[str, Any]) -> dict[str, Any]:
    if form.get("$") == "exception":
        form = {name: part for name, part in form.items() if name not in ("traceback", "cause")}
        form.get("attrs", {}).pop("$", None)
    return form


def _arguments(cls: type[Workflow], text: str) -> dict[str, Any]:
    """The arguments, each made what its parameter is annotated with: a model out of an object, for one."""
    try:
        given = json.loads(text)
    except ValueError as error:
        message = f"--input is not JSON: {error}"
        raise ArgumentError(message) from None
    if not isinstance(given, dict):
        message = "--input: the arguments are a JSON object, parameter name → value"
        raise ArgumentError(message)
    arguments = cast("dict[str, Any]", given)
    hints = get_type_hints(cls.run)
    parameters = inspect.signature(cls.run).parameters
    try:
        inspect.signature(cls.run).bind(None, **arguments)
    except TypeError as error:
        raise ArgumentError(f"--input: {cls.__name__}.run(): {error}") from None
    try:
        return {
            name: pydantic.TypeAdapter(hints[name]).validate_python(value) if name in hints and name in parameters else value
            for name, value in arguments.items()
        }
    except pydantic.ValidationError as error:
        raise ArgumentError(f"--input: {error}") from None


# --- Waymark's own cases --------------------------------------------------------------------------------------------


def _cases() -> dict[str, Any]:
    """Case name → case."""
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = importlib.import_module(_CASES)
    except ModuleNotFoundError:
        message = "Waymark's own cases are in its repository: run this in a checkout"
        raise ModuleError(message) from None
    return {case.name: case for case in found.CASES}


def _case(name: str) -> tuple[type[Workflow], dict[str, Any], list[str]]:
    cases = _cases()
    if name not in cases:
        message = f"there is no case {name!r}; --list names them all"
        raise ModuleError(message)
    cls = workflow(name=name[:100])(cases[name].cls)
    parameters = list(inspect.signature(cls.run).parameters)[1:]
    return cls, dict(zip(parameters, cases[name].args, strict=False)), ["tests.language.actions"]


# --- Showing --------------------------------------------------------------------------------------------------------


def _show(here: Ending, there: Ending) -> None:
    left = ["CPython", here.kind, *here.shown.splitlines()]
    right = ["engine", there.kind, *there.shown.splitlines()]
    width = min(_WIDTH, max(map(len, left)))
    for index in range(max(len(left), len(right))):
        a, b = (lines[index] if index < len(lines) else "" for lines in (left, right))
        print(f"{a:<{width}}  {b}".rstrip())
    if _same(here, there):
        print("\nThey are the same.")
    else:
        here_lines, there_lines = (json.dumps(ending.form, indent=1, sort_keys=True).splitlines() for ending in (here, there))
        print("\nThey DIFFER. Their stored forms:")
        print("\n".join(difflib.unified_diff(here_lines, there_lines, "CPython", "engine", lineterm="")))


def _same(here: Ending, there: Ending) -> bool:
    return (here.kind, here.form) == (there.kind, there.form)
