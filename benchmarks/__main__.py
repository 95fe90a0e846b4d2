"""`make bench`: throughput, latency and idle load of the whole product on a Postgres of its own.

Real worker processes, synchronous commit on, history kept. Figures of one run compare with each other, not with another machine's.
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

from benchmarks.workflows import OneAction, TenIterations
from waymark.cli.dev import workers
from waymark.db import install
from waymark.db.embedded import EmbeddedServer

RUNS, ITERATIONS = 2000, 10


def wait(connection: psycopg.Connection, condition: str, what: str, seconds: float = 120) -> None:
    """Until the condition holds in the database."""
    deadline = time.monotonic() + seconds
    while connection.execute(f"select {condition}".encode()).fetchone() != (True,):
        if time.monotonic() > deadline:
            raise SystemExit(f"gave up after {seconds} s: {what}")
        time.sleep(0.02)


def drain(connection: psycopg.Connection, runs: int) -> dict[str, float]:
    """Start `runs` loops in one transaction; actions a second from its commit to the end of the last run."""
    before = connection.execute(
        "select pg_current_wal_lsn(), xact_commit from pg_stat_database where datname = current_database()"
    ).fetchone()
    connection.execute(
        "select count(waymark.start('TenIterations', jsonb_build_object('iterations', %s::int))) from generate_series(1, %s)",
        (ITERATIONS, runs),
    )
    began = connection.execute("select clock_timestamp()").fetchone()
    wait(connection, "not exists (select from waymark.tasks)", "draining")
    after = connection.execute(
        """select extract(epoch from max(ended_at) - %s)::float8, bool_and(result = '20'), count(*), pg_wal_lsn_diff(pg_current_wal_lsn(), %s)::float8
             from waymark.runs where workflow = 'TenIterations' and created_at > %s - interval '10 seconds' and ended_at >= %s""",
        (began[0], before[0], began[0], began[0]),
    ).fetchone()
    if after[1] is not True or after[2] != runs:
        raise SystemExit(f"{after[2]} of {runs} runs ended, all right: {after[1]}")
    actions = runs * ITERATIONS
    return {"actions_per_second": actions / after[0], "wal_bytes_per_action": after[3] / actions}


async def latency(calls: int) -> list[float]:
    """Milliseconds of `await OneAction().run(…)`, one after the other, as the caller sees them."""
    for value in range(20):
        await OneAction().run(value)
    times: list[float] = []
    for value in range(calls):
        began = time.perf_counter()
        if await OneAction().run(value) != value:
            raise SystemExit("a wrong result")
        times.append((time.perf_counter() - began) * 1000)
    return times


def idle(connection: psycopg.Connection, seconds: int) -> float:
    """Transactions a second of an idle daemon: each of its queries is one. Our own two are taken off."""
    wait(connection, "exists (select from waymark.sessions where hungry)", "the daemon is idle")
    time.sleep(2)  # what is measured is what it does when nothing has happened for a while
    query = "select pg_stat_clear_snapshot(), (select xact_commit + xact_rollback from pg_stat_database where datname = current_database())"
    first = connection.execute(query).fetchone()
    time.sleep(seconds)
    second = connection.execute(query).fetchone()
    return max(0, second[1] - first[1] - 1) / seconds


def main() -> int:
    """Run the benchmarks and print a table; --json writes the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="runs to drain a round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of draining (default: %(default)s)")
    parser.add_argument("--calls", type=int, default=300, help="calls measured for latency (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (default: %(default)s)")
    parser.add_argument("--slots", type=int, default=200, help="concurrent actions a worker (default: %(default)s)")
    parser.add_argument("--lanes", type=int, default=2, help="WAYMARK_EXECUTOR_SHARDS (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as folder, EmbeddedServer(Path(folder) / "postgres") as server:
        install.upgrade(server.url())
        os.environ["WAYMARK_DATABASE_URL"] = server.url()
        settings = {
            "WAYMARK_WORKER_COUNT": str(options.workers),
            "WAYMARK_CONCURRENT_PER_WORKER": str(options.slots),
            "WAYMARK_EXECUTOR_SHARDS": str(options.lanes),
            "WAYMARK_LOG_LEVEL": "warning",
        }
        with (
            psycopg.connect(server.url(), autocommit=True) as connection,
            workers(server.url(), ["benchmarks.workflows"], **settings),
        ):
            wait(connection, "(select count(*) from waymark.workflows) = 2", "the daemon has registered the workflows")
            wait(connection, "exists (select from waymark.sessions where hungry)", "the daemon is ready")
            version = connection.execute(
                "select version(), current_setting('synchronous_commit'), current_setting('fsync')"
            ).fetchone()
            print(
                f"{platform.machine()}, {os.cpu_count()} cores, {version[0].split(' on ')[0]}, synchronous_commit {version[1]}, fsync {version[2]}"
            )
            print(
                f"{options.workers} workers of {options.slots} slots, {options.lanes} lanes; load average {os.getloadavg()[0]:.1f}"
            )
            rounds = [drain(connection, options.runs) for _ in range(options.rounds)]
            times = sorted(asyncio.run(latency(options.calls)))
            figures: dict[str, Any] = {
                "actions_per_second": statistics.median(r["actions_per_second"] for r in rounds),
                "wal_bytes_per_action": statistics.median(r["wal_bytes_per_action"] for r in rounds),
                "latency_p50_ms": statistics.median(times),
                "latency_p99_ms": times[len(times) * 99 // 100],
                "idle_queries_per_second": idle(connection, 10),
            }
    spread = ", ".join(f"{r['actions_per_second']:,.0f}" for r in rounds)
    print(
        f"\ndrain {options.runs:,} runs of {ITERATIONS} iterations   {figures['actions_per_second']:>9,.0f} actions/s   (rounds: {spread})"
    )
    print(f"WAL an action                          {figures['wal_bytes_per_action']:>9,.0f} bytes")
    print(
        f"one-action run, as the caller sees it  {figures['latency_p50_ms']:>9.2f} ms p50   {figures['latency_p99_ms']:.2f} ms p99"
    )
    print(f"idle daemon                            {figures['idle_queries_per_second']:>9.2f} queries/s")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
