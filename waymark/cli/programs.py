"""`waymark check`, `visualize` and `register`: the workflows of a module."""

import argparse
import dataclasses
import importlib
import json
import os
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from waymark import Workflow, compiler
from waymark.cli.engine import call
from waymark.compiler import Diagnostic
from waymark.errors import UnsupportedPatternError, WaymarkError
from waymark.ir import Program, to_text
from waymark.workflow import declared_workflows


class ModuleError(WaymarkError):
    """A module cannot be imported, or has no such workflow."""


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    parser = add("check", help="compile all workflows of a module and show what cannot be compiled")
    parser.add_argument("module", nargs="+")
    parser.add_argument("--json", action="store_true", help="print the problems as a JSON list")
    parser.set_defaults(run=check)
    parser = add("visualize", help="draw the compiled graph of a workflow")
    parser.add_argument("workflow", help="module:Workflow")
    parser.add_argument("--format", choices=("mermaid", "dot", "svg"), default="mermaid", help="default: %(default)s")
    parser.set_defaults(run=visualize)
    parser = add("register", help="register all workflows of a module, without running a worker")
    parser.add_argument("module", nargs="+")
    parser.set_defaults(run=register)


def check(options: argparse.Namespace) -> int:
    """Show every problem of every workflow; exit code 1 if there is one."""
    with _collecting() as problems:
        workflows = _load(options.module)
    if options.json:
        print(json.dumps([dataclasses.asdict(problem) for problem in problems], indent=2))
    else:
        coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        for problem in problems:
            print(f"{problem.text(coloured=coloured)}\n")
        print(f"{_count(len(workflows), 'workflow')}, {_count(len(problems), 'problem')}")
    return 1 if problems else 0


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def visualize(options: argparse.Namespace) -> int:
    """Print the graph."""
    print(find_workflow(options.workflow).visualize(format=options.format))
    return 0


def register(options: argparse.Namespace) -> int:
    """Register the workflows, so that any client can start them; print each with the number of its program."""
    for workflow in _load(options.module):
        print(f"{workflow.name}: program {call('select waymark.register(%s::jsonb)', to_text(workflow.program))}")
    return 0


def find_workflow(text: str) -> type[Workflow]:
    """The workflow that `module:Workflow` names, by its class or its own name. Raises ModuleError."""
    module, _, name = text.partition(":")
    for found in _load([module]):
        if name in (found.name, found.__qualname__):
            return found
    message = f"there is no workflow {name!r} in {module}: write module:Workflow"
    raise ModuleError(message)


def _load(modules: Sequence[str]) -> list[type[Workflow]]:
    """Import modules, found from the current folder too, and return the workflows that are defined in or below them."""
    sys.path.insert(0, str(Path.cwd()))
    for module in modules:
        try:
            importlib.import_module(module)
        except WaymarkError:
            raise
        except Exception as error:  # a module may raise anything when it is imported
            message = f"cannot import {module}: {type(error).__name__}: {error}"
            raise ModuleError(message) from error
    inside = tuple(f"{module}." for module in modules)
    found = [workflow for workflow in declared_workflows() if f"{workflow.__module__}.".startswith(inside)]
    if not found:
        message = f"there is no workflow in {', '.join(modules)}"
        raise ModuleError(message)
    return found


@contextmanager
def _collecting() -> Generator[list[Diagnostic]]:
    """While modules are imported, collect what cannot be compiled instead of stopping at the first such class."""
    problems: list[Diagnostic] = []
    compile_workflow = compiler.compile_workflow

    def compile_or_collect(cls: type, name: str | None = None) -> Program | None:
        try:
            return compile_workflow(cls, name)
        except UnsupportedPatternError as error:
            problems.extend(problem for problem in error.diagnostics if isinstance(problem, Diagnostic))
            return None

    compiler.compile_workflow = compile_or_collect  # @workflow looks it up there
    try:
        yield problems
    finally:
        compiler.compile_workflow = compile_workflow
