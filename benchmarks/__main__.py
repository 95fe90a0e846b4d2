"""Measure throughput, latency and cost on a Postgres of its own: real workers, synchronous commit, history kept.

Compare figures of one run with each other, not with those of another machine.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from benchmarks import engine, growth, peers, profile, report, schedules, state, workloads  # noqa: F401 - they declare the workloads
from benchmarks.bench import WORKLOADS, Bench
from benchmarks.ratios import ratios
from waymark.db import install
from waymark.db.embedded import EmbeddedServer


def main() -> int:
    """Run the chosen workloads and print a table of each; the exit code is 0 even where a goal was not reached."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, epilog=f"Workloads: {', '.join(WORKLOADS)}."
    )
    parser.add_argument("workloads", nargs="*", help="which (default: all)", choices=[*WORKLOADS, []], metavar="workload")
    parser.add_argument("--short", action="store_true", help="the short set, which ends with where the time goes")
    parser.add_argument("--full", action="store_true", help="sizes that take an hour instead of minutes")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each measurement (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes of a daemon (default: %(default)s)")
    parser.add_argument("--slots", type=int, default=200, help="concurrent actions a worker (default: %(default)s)")
    parser.add_argument("--lanes", type=int, default=2, help="WAYMARK_EXECUTOR_SHARDS (default: %(default)s)")
    parser.add_argument("--output", type=Path, help="folder for results.json and plots")
    options = parser.parse_args()
    results: dict[str, list[report.Figure]] = {}
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as folder, EmbeddedServer(Path(folder) / "postgres") as server:
        install.upgrade(server.url())
        os.environ["WAYMARK_DATABASE_URL"] = server.url()
        with psycopg.connect(server.url(), autocommit=True) as connection:
            sizes = (options.rounds, options.full, options.workers, options.slots, options.lanes)
            bench = Bench(server.url(), connection, *sizes)
            bench.register()
            about = report.machine({
                "postgres": bench.value("split_part(version(), ' on ', 1)"),
                "durability": " ".join(f"{s} {bench.value('current_setting(%s)', s)}" for s in ("synchronous_commit", "fsync")),
                "daemon": f"{options.workers} workers of {options.slots} slots, {options.lanes} lanes",
            })  # fmt: skip
            print("\n".join(f"{name}: {value}" for name, value in about.items()))
            for name in options.workloads or [name for name, found in WORKLOADS.items() if found.short or not options.short]:
                print(f"\n{name}: {WORKLOADS[name].title}", flush=True)
                began, found = time.monotonic(), results.setdefault(name, [])
                for figure in WORKLOADS[name].measure(bench):
                    found.append(figure)
                    print(figure.line(), flush=True)
                print(f"  ({time.monotonic() - began:.0f} s)", flush=True)
            if rows := list(ratios(results)):
                print("\nWaymark against others, on the same server in the same run:", *rows, sep="\n")
    if options.output:
        for file in report.write(options.output, about, results):
            print(f"wrote {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
