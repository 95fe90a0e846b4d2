"""What limits of queues cost that do not bind: throughput with them, as a part of throughput without, over several daemons.

The loops of `python -m benchmarks` are drained without limits and with each kind of them in turn, round after round in
another order, so that what else the machine does is the same for all.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.__main__ import drain, value, wait
from waymark.cli.dev import workers
from waymark.db import install
from waymark.db.embedded import EmbeddedServer

LIMITS = {
    "no limit": {},
    "concurrency": {"concurrency": 100_000},
    "rate": {"rate": 1_000_000, "seconds": 1},
    "both": {"concurrency": 100_000, "rate": 1_000_000, "seconds": 1},
}
FIGURES = ("actions_per_second", "wal_bytes_per_action")


def measure(connection: psycopg.Connection, options: argparse.Namespace) -> dict[str, list[dict[str, float]]]:
    """The figures of each kind of limit, one for each round."""
    wait(connection, "(select count(*) from waymark.workflows) = 2", "the daemons have registered the workflows")
    for number in range(options.daemons):
        wait(connection, f"exists (select from waymark.sessions where hungry offset {number})", "the daemons are ready")
    found: dict[str, list[dict[str, float]]] = {name: [] for name in LIMITS}
    for number in range(options.rounds + 1):
        for name in random.sample(list(LIMITS), len(LIMITS)):
            value(connection, "waymark.set_queue('default', %s)", Jsonb(LIMITS[name]))
            figures = drain(connection, options.runs)
            if number > 0:  # the first round warms up
                found[name].append(figures)
    return found


def main() -> int:
    """Drain under each kind of limit and print medians and ratios; 1 when a limit costs more than allowed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.limits", description=__doc__)
    parser.add_argument("--daemons", type=int, default=3, help="daemons, of one worker process each (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=500, help="runs to drain a round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=10, help="rounds (default: %(default)s)")
    parser.add_argument("--allowed", type=float, default=0.9, help="smallest ratio that is right (default: %(default)s)")
    options = parser.parse_args()
    settings = {"WAYMARK_WORKER_COUNT": "1", "WAYMARK_CONCURRENT_PER_WORKER": "100", "WAYMARK_LOG_LEVEL": "warning"}
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="waymark-bench-"))
        server = stack.enter_context(EmbeddedServer(Path(folder) / "postgres"))
        install.upgrade(server.url())
        connection = stack.enter_context(psycopg.connect(server.url(), autocommit=True))
        for _ in range(options.daemons):
            stack.enter_context(workers(server.url(), ["benchmarks.workflows"], **settings))
        print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}; {options.daemons} daemons")
        found = measure(connection, options)
    medians = {name: [statistics.median(f[key] for f in figures) for key in FIGURES] for name, figures in found.items()}
    # Of each round by itself: what disturbs a round disturbs all kinds.
    ratios = {
        name: statistics.median(f[FIGURES[0]] / g[FIGURES[0]] for f, g in zip(figures, found["no limit"], strict=True))
        for name, figures in found.items()
    }
    for name, (rate, wal) in medians.items():
        print(f"{name:14}{rate:>10,.0f} actions/s   ratio {ratios[name]:.3f}   {wal:>8,.0f} bytes of WAL an action")
    return int(min(ratios.values()) < options.allowed)


if __name__ == "__main__":
    sys.exit(main())
