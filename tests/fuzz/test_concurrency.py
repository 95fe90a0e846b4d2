"""Random programs of tasks do the same at the same time in the engine and under CPython.

A short run is part of `make test`; `make fuzz N=100000` is the long one, with another seed each time.
"""

import asyncio
import collections
import os
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.concurrency import programs
from tests.fuzz.timeline import Stuck, Tie, Timeline, inline, load
from tests.language.harness import codes_of_refusal
from waymark.db.embedded import EmbeddedServer

SHORT = 120
LONG = int(os.environ.get("FUZZ", "0"))
PORTION = 500
"""Programs a connection: a backend keeps the plans of every step function it has run."""


def compare(engine: Timeline, source: str, folder: Path) -> str:
    """How the program ended; fails where the engine differs."""
    with load(source, folder) as module:
        if codes := codes_of_refusal(module.Program):
            return f"refused {codes[0]}"
        try:
            here = inline(module.Program)
        except (Tie, Stuck) as error:
            return type(error).__name__
        there = engine.ending(module.Program)
        assert here == there, source
        return here.kind


def fuzz(url: str, folder: Path, count: int, start: int, found: collections.Counter[str]) -> None:
    """Compare `count` programs on a connection of their own."""
    with psycopg.connect(url, autocommit=True) as connection:
        engine = asyncio.run(connected(connection))

        @seed(start)
        @settings(
            max_examples=count, deadline=None, database=None, derandomize=False, print_blob=False,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example, HealthCheck.data_too_large],
        )  # fmt: skip
        @given(programs())
        def check(source: str) -> None:
            found[compare(engine, source, folder)] += 1

        check()


async def connected(connection: Any) -> Timeline:
    return Timeline(connection)


@pytest.fixture
def url(postgres: EmbeddedServer, engine_template: Any) -> str:
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("drop database if exists waymark_timeline with (force)")
        admin.execute(f"create database waymark_timeline template {engine_template.template_dbname}".encode())
    return postgres.url("waymark_timeline")


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
def test_random_programs_of_tasks(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found: collections.Counter[str] = collections.Counter()
    began = time.monotonic()
    first = int(began * 1e6) if LONG else 1
    total = LONG or SHORT
    for done in range(0, total, PORTION):
        count = min(PORTION, total - done)
        fuzz(url, tmp_path, count, first + done, found)
        if LONG:
            rate = found.total() / (time.monotonic() - began)
            with capsys.disabled():
                print(f"\n{done + count} of {total} programs, {rate:.0f}/s: {dict(found.most_common())}", flush=True)
    assert found["returned"] + found["raised"] > total / 2
