"""Random programs end in the engine as they end under CPython, or are refused.

A short run is part of `make test`; `make fuzz N=100000` is the long one, with another seed each time.
"""

import asyncio
import collections
import importlib.util
import itertools
import os
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest

from tests.fuzz.programs import program
from tests.language.harness import Engine, codes_of_refusal
from tests.operators.oracle import RENAMED
from waymark.db.embedded import EmbeddedServer

SHORT = 150
LONG = int(os.environ.get("FUZZ", "0"))
PORTION = 500
"""Programs a connection: a backend keeps the plans of every step function it has run."""

_numbers = itertools.count()


def load(source: str, folder: Path) -> ModuleType:
    """The source as a module of its own, from a file, where the compiler looks for it."""
    name = f"fuzz_program_{next(_numbers)}"
    path = folder / f"{name}.py"
    path.write_text(source)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


async def compare(engine: Engine, source: str, folder: Path) -> str:
    """Whether the program was the same, refused, or refused at run time; fails where it differs."""
    module = load(source, folder)
    try:
        if codes := codes_of_refusal(module.Program):
            return f"refused {codes[0]}"
        there = await engine.durable(module.Program)
        if there.kind == "raised" and there.form[0] in ("waymark.errors.UnsupportedOperation", "waymark.errors.LimitExceeded"):
            return "refused at run time"
        here = await engine.inline(module.Program)
        assert (here.kind, _known(here.form)) == (there.kind, _known(there.form)), source
        return here.kind
    finally:
        del sys.modules[module.__name__]


def _known(form: Any) -> str:
    """What both sides tell of an ending: the class of an exception that cannot be made again, and messages as of Python 3.12."""
    if form[0] == "pydantic_core._pydantic_core.ValidationError":
        return form[0]
    if form[0] == "waymark.errors.WorkflowFailed":
        return next(repr(value[1]).strip("\"'").replace(":", ".") for name, value in form[2][1] if name[1] == "'cause_type'")
    text = str(form)
    for before, after in RENAMED.items():
        text = text.replace(f"'{before}'", f"'{after}'")
    return text


def fuzz(url: str, folder: Path, count: int, start: int, found: collections.Counter[str]) -> None:
    """Compare `count` programs on a connection of their own."""
    with psycopg.connect(url, autocommit=True) as connection, asyncio.Runner() as runner:
        engine = runner.run(connected(connection))

        for number in range(start, start + count):
            found[runner.run(compare(engine, program(number), folder))] += 1


async def connected(connection: Any) -> Engine:
    return Engine(connection)


@pytest.fixture
def url(postgres: EmbeddedServer, engine_template: Any) -> str:
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("drop database if exists waymark_fuzz with (force)")
        admin.execute(f"create database waymark_fuzz template {engine_template.template_dbname}".encode())
    return postgres.url("waymark_fuzz")


@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore:coroutine .* was never awaited")
def test_random_programs(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found: collections.Counter[str] = collections.Counter()
    began = time.monotonic()
    first = int(began * 1e6) if LONG else 1
    total = LONG or SHORT
    for done in range(0, total, PORTION):
        count = min(PORTION, total - done)
        fuzz(url, tmp_path, count, first + done, found)
        with capsys.disabled():
            rate = found.total() / (time.monotonic() - began)
            print(
                f"\n{done + count} of {total} programs, {rate:.0f}/s: {dict(found.most_common())}", flush=True
            ) if LONG else None
    assert found["returned"] + found["raised"] > total / 2
