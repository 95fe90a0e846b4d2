"""Throughput, latency and idle load of the whole product: embedded Postgres, daemon, real worker processes.

Postgres runs with its defaults, synchronous commit on. Each figure is printed with the goal that it is held against;
a figure that misses its goal makes the exit code 1.
"""

import asyncio
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from benchmarks.workflows import OneStep
from waymark.cli import main as waymark
from waymark.cli.dev import workers
from waymark.db import install
from waymark.db.embedded import EmbeddedServer

RUNS, STEPS = 2000, 10
LATENCY_RUNS = 500
IDLE_SECONDS = 20


def throughput(connection: psycopg.Connection) -> float:
    """Actions per second while draining many runs that are started in one transaction."""
    started = connection.execute(
        """select waymark.start('TenSteps', '{"value": 0}') from generate_series(1, %s)""", (RUNS,)
    ).fetchall()
    begin = time.perf_counter()
    while connection.execute("select exists (select from waymark.tasks)").fetchone() == (True,):
        time.sleep(0.01)
    seconds = time.perf_counter() - begin
    outcomes = connection.execute(
        "select state, result, count(*)::int from waymark.read_outcomes(%s) group by 1, 2", ([run for (run,) in started],)
    ).fetchall()
    assert outcomes == [("succeeded", STEPS, RUNS)], outcomes
    return RUNS * STEPS / seconds


async def latency() -> list[float]:
    """Milliseconds from start to result of one-action runs, one after the other, as the caller sees them."""
    taken: list[float] = []
    for value in range(LATENCY_RUNS):
        begin = time.perf_counter()
        result = await OneStep().run(value)
        taken.append((time.perf_counter() - begin) * 1000)
        assert result == value + 1
    return taken


def idle(url: str) -> float:
    """Transactions per second of a daemon without work."""

    def commits() -> int:
        # Asked from another database, so that asking does not count.
        with psycopg.connect(url.rsplit("/", 1)[0] + "/postgres", autocommit=True) as connection:
            row = connection.execute("select xact_commit from pg_stat_database where datname = 'bench'").fetchone()
            assert row is not None
            return row[0]

    # Backends report what they did with a delay of up to some seconds.
    time.sleep(5)
    before = commits()
    time.sleep(IDLE_SECONDS)
    return (commits() - before) / IDLE_SECONDS


def report(name: str, value: float, unit: str, goal: float, *, at_least: bool) -> bool:
    met = value >= goal if at_least else value <= goal
    print(f"{name}: {value:,.2f} {unit} (goal: at {'least' if at_least else 'most'} {goal:,g}){'' if met else '  MISSED'}")
    return met


def main() -> int:
    server = EmbeddedServer(Path(tempfile.mkdtemp(prefix="waymark-bench-")))
    server.start()
    try:
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute("create database bench")
            version = admin.execute("select version()").fetchone()
        url = server.url("bench")
        install.upgrade(url)
        os.environ["WAYMARK_DATABASE_URL"] = url
        assert waymark(["register", "benchmarks.workflows"]) == 0
        print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, {(version or '?')[0]}")
        with (
            workers(url, ["benchmarks.workflows"], WAYMARK_LOG_LEVEL="warning"),
            psycopg.connect(url, autocommit=True) as connection,
        ):
            asyncio.run(OneStep().run(0))  # returns when the workers are up
            actions = throughput(connection)
            taken = sorted(asyncio.run(latency()))
            transactions = idle(url)
    finally:
        server.remove()
    met = [
        report(f"throughput, {RUNS:,} runs of {STEPS} actions", actions, "actions/s", 8000, at_least=True),
        report("one-action run, start to result, p50", statistics.median(taken), "ms", 5, at_least=False),
        report("idle daemon", transactions, "transactions/s", 1, at_least=False),
    ]
    print(f"one-action run, p99: {taken[int(len(taken) * 0.99)]:.2f} ms")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
