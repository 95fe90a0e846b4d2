"""`make bench`: throughput, latency and idle load of the whole product on a Postgres of its own.

Real worker processes, synchronous commit on, history kept. Compare figures of one run with each other, not with those of
another machine.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.workflows import OneAction
from waymark.cli.dev import workers
from waymark.db import install
from waymark.db.embedded import EmbeddedServer

ITERATIONS = 10


def value(connection: psycopg.Connection, expression: str, *parameters: object) -> Any:  # noqa: ANN401 - of whatever type the column is
    """The one value of `select <expression>`."""
    return (connection.execute(f"select {expression}".encode(), parameters or None).fetchone() or (None,))[0]


def wait(connection: psycopg.Connection, condition: str, what: str, seconds: float = 120) -> None:
    """Until the condition holds in the database."""
    deadline = time.monotonic() + seconds
    while not value(connection, condition):
        if time.monotonic() > deadline:
            raise SystemExit(f"gave up after {seconds} s: {what}")
        time.sleep(0.02)


def drain(connection: psycopg.Connection, runs: int) -> dict[str, float]:
    """Start `runs` loops in one transaction; actions a second from its commit to the end of the last run."""
    wal = value(connection, "pg_current_wal_lsn()")
    value(
        connection,
        "count(waymark.start('TenIterations', %s)) from generate_series(1, %s)",
        Jsonb({"iterations": ITERATIONS}),
        runs,
    )
    began = value(connection, "clock_timestamp()")
    wait(connection, "not exists (select from waymark.tasks)", "draining")
    seconds, right, ended = connection.execute(
        """select extract(epoch from max(ended_at) - %s)::float8, bool_and(result = '20'), count(*)
             from waymark.runs where workflow = 'TenIterations' and ended_at >= %s""",
        (began, began),
    ).fetchone() or (0, False, 0)
    if not right or ended != runs:
        raise SystemExit(f"{ended} of {runs} runs ended, all right: {right}")
    actions = runs * ITERATIONS
    written = value(connection, "pg_wal_lsn_diff(pg_current_wal_lsn(), %s)::float8", wal)
    return {"actions_per_second": actions / seconds, "wal_bytes_per_action": written / actions}


async def latency(calls: int) -> list[float]:
    """Milliseconds of `await OneAction().run(…)`, one after the other, as the caller sees them; sorted."""
    for number in range(20):
        await OneAction().run(number)
    times: list[float] = []
    for number in range(calls):
        began = time.perf_counter()
        if await OneAction().run(number) != number:
            raise SystemExit("a wrong result")
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)


def idle(connection: psycopg.Connection, seconds: int) -> float:
    """Transactions a second of an idle daemon: each of its queries is one. Ours is taken off, autovacuum is kept out."""
    connection.execute("alter system set autovacuum = off")
    value(connection, "pg_reload_conf()")
    wait(connection, "exists (select from waymark.sessions where hungry)", "the daemon is idle")
    wait(connection, "not exists (select from pg_stat_activity where backend_type = 'autovacuum worker')", "autovacuum ends")
    time.sleep(15)  # idle backends report what they did under load within 10 s
    count = "xact_commit + xact_rollback from pg_stat_database where datname = current_database()"
    before = value(connection, count)
    time.sleep(seconds)
    return max(0, value(connection, count) - before - 1) / seconds


def measure(url: str, options: argparse.Namespace) -> tuple[dict[str, float], str]:
    """All figures, and the rounds they are the medians of in words."""
    settings = {
        "WAYMARK_WORKER_COUNT": str(options.workers),
        "WAYMARK_CONCURRENT_PER_WORKER": str(options.slots),
        "WAYMARK_EXECUTOR_SHARDS": str(options.lanes),
        "WAYMARK_LOG_LEVEL": "warning",
    }
    with psycopg.connect(url, autocommit=True) as connection, workers(url, ["benchmarks.workflows"], **settings):
        wait(connection, "(select count(*) from waymark.workflows) = 2", "the daemon has registered the workflows")
        wait(connection, "exists (select from waymark.sessions where hungry)", "the daemon is ready")
        version = value(connection, "split_part(version(), ' on ', 1)")
        durability = value(
            connection, "'synchronous_commit ' || current_setting('synchronous_commit') || ', fsync ' || current_setting('fsync')"
        )
        print(f"{platform.machine()}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}; {version}, {durability}")
        print(f"{options.workers} workers of {options.slots} slots, {options.lanes} lanes")
        rounds = [drain(connection, options.runs) for _ in range(options.rounds)]
        times = asyncio.run(latency(options.calls))
        figures = {
            "actions_per_second": statistics.median(r["actions_per_second"] for r in rounds),
            "wal_bytes_per_action": statistics.median(r["wal_bytes_per_action"] for r in rounds),
            "latency_p50_ms": statistics.median(times),
            "latency_p99_ms": times[len(times) * 99 // 100],
            "idle_queries_per_second": idle(connection, 10),
        }
    return figures, ", ".join(f"{r['actions_per_second']:,.0f}" for r in rounds)


def main() -> int:
    """Run the benchmarks and print a table; --json writes the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=2000, help="runs to drain a round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of draining (default: %(default)s)")
    parser.add_argument("--calls", type=int, default=300, help="calls measured for latency (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (default: %(default)s)")
    parser.add_argument("--slots", type=int, default=200, help="concurrent actions a worker (default: %(default)s)")
    parser.add_argument("--lanes", type=int, default=2, help="WAYMARK_EXECUTOR_SHARDS (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as folder, EmbeddedServer(Path(folder) / "postgres") as server:
        install.upgrade(server.url())
        os.environ["WAYMARK_DATABASE_URL"] = server.url()
        figures, rounds = measure(server.url(), options)
    print(f"""
drain {options.runs:,} runs of {ITERATIONS} iterations    {figures["actions_per_second"]:>9,.0f} actions/s   (rounds: {rounds})
WAL an action                           {figures["wal_bytes_per_action"]:>9,.0f} bytes
one-action run, as the caller sees it   {figures["latency_p50_ms"]:>9.2f} ms p50   {figures["latency_p99_ms"]:.2f} ms p99
idle daemon                             {figures["idle_queries_per_second"]:>9.2f} queries/s""")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
