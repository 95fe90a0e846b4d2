"""Where the workloads run: a Postgres of its own with the engine, and daemons with real workers.

Synchronous commit is on and history is kept. Every workload starts its own daemons, on one database.
"""

import itertools
import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from benchmarks import workflows
from benchmarks.report import Figure
from waymark import Workflow
from waymark.cli.dev import workers
from waymark.db import install
from waymark.ir import to_json

WORKLOADS: dict[str, "Workload"] = {}
_traces = itertools.count(1)
RUN_TABLES = (
    *("runs", "tasks", "pages", "actions", "timers", "action_attempts", "task_history", "task_waits", "scopes", "semaphores"),
    *("failed_tasks", "failed_calls", "signals"),
)


@dataclass(frozen=True)
class Spent:
    """What a stretch of time cost the server."""

    seconds: float
    wal: float
    commits: float


@dataclass
class Bench:
    """A server, and how much to measure on it."""

    url: str
    connection: psycopg.Connection
    rounds: int
    full: bool
    workers: int
    slots: int
    lanes: int

    def size(self, short: int, full: int) -> int:
        """How many, in a short and in a full measurement."""
        return full if self.full else short

    def value(self, expression: str, *parameters: object) -> Any:  # noqa: ANN401 - of whatever type the column is
        """The one value of `select <expression>`."""
        return (self.connection.execute(f"select {expression}".encode(), parameters or None).fetchone() or (None,))[0]

    def wait(self, condition: str, what: str, seconds: float = 600, parameters: tuple[object, ...] = ()) -> None:
        """Until the condition holds in the database."""
        deadline = time.monotonic() + seconds
        while not self.value(condition, *parameters):
            if time.monotonic() > deadline:
                raise SystemExit(f"gave up after {seconds} s: {what}")
            time.sleep(0.02)

    def register(self) -> None:
        """Make all workflows of the benchmarks known."""
        for declared in vars(workflows).values():
            if isinstance(declared, type) and issubclass(declared, Workflow) and declared is not Workflow:
                self.register_workflow(declared)

    def register_workflow(self, declared: type[Workflow]) -> None:
        """Make a workflow known."""
        self.value("waymark.register(%s)", Jsonb(to_json(declared.program)))

    @contextmanager
    def beside(self, name: str) -> Generator["Bench"]:
        """Another database of this server, with the engine, for what is to be compared round by round."""
        self.connection.execute(f"create database {name}".encode())
        url = self.url.rpartition("/")[0] + f"/{name}"
        install.upgrade(url)
        with psycopg.connect(url, autocommit=True) as connection:
            other = replace(self, url=url, connection=connection)
            other.register()
            yield other
        self.connection.execute(f"drop database {name} with (force)".encode())

    @contextmanager
    def daemons(self, count: int = 1, **settings: str) -> Generator[list[int]]:
        """`count` daemons that are ready; their process ids."""
        given = {
            "WAYMARK_WORKER_COUNT": str(self.workers),
            "WAYMARK_CONCURRENT_PER_WORKER": str(self.slots),
            "WAYMARK_EXECUTOR_SHARDS": str(self.lanes),
            "WAYMARK_LOG_LEVEL": "warning",
            **settings,
        }
        with ExitStack() as stack:
            modules = ["benchmarks.workflows"]
            pids = [stack.enter_context(workers(self.url, modules, **given, **_trace())).pid for _ in range(count)]
            self.wait("(select count(*) from waymark.sessions where hungry) = %s", "the daemons are ready", parameters=(count,))
            yield pids

    def start(self, workflow: type[Workflow], runs: int, **arguments: object) -> list[UUID]:
        """Start runs, each 10,000 in a call; their ids, in the order in which they are taken."""
        started: list[UUID] = []
        for begin in range(0, runs, 10_000):
            count = min(10_000, runs - begin)
            started += self.value(
                "waymark.start_many(%s, array_fill(%s::jsonb, array[%s]))", workflow.name, Jsonb(arguments), count
            )
        return started

    def join(self, runs: Sequence[UUID], seconds: float = 600) -> None:
        """Until these runs have ended.

        Asks by their keys, for more and more of those before the last one: what waits for something else may not slow them down.
        """
        left, asked = len(runs), 1
        while left > 0:
            part = list(runs[max(0, left - asked) : left])
            self.wait("not exists (select from waymark.read_outcomes(%s) where state = 'live')", "runs end", seconds, (part,))
            left, asked = left - asked, min(asked * 2, 1_000)

    def drain(self, workflow: type[Workflow], runs: int, **arguments: object) -> Spent:
        """Start runs in one transaction; what passed from its commit to the end of the last of them."""
        with self.connection.transaction():
            started = self.start(workflow, runs, **arguments)
            began = self.value("waymark._now()")
        before = self.counters()
        self.join(started)
        after = self.counters()
        query = b"""select extract(epoch from max(ended_at) - %s)::float8, count(*) filter (where state = 'succeeded')
                      from waymark.runs where run_id = any(%s)"""
        seconds, ended = self.connection.execute(query, (began, started)).fetchone() or (0, 0)
        if ended != runs:
            raise SystemExit(f"{ended} of {runs} runs succeeded")
        return Spent(seconds, after[0] - before[0], after[1] - before[1])

    def counters(self) -> tuple[float, float]:
        """Bytes of WAL and commits of the server until now."""
        return self.value("pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8"), self.value(
            "xact_commit::float8 from pg_stat_database where datname = current_database()"
        )

    def setting(self, name: str, value: str | None) -> None:
        """Change a setting of the server; None: as it was."""
        self.connection.execute(
            (f"alter system reset {name}" if value is None else f"alter system set {name} = {value}").encode()
        )
        self.value("pg_reload_conf()")

    def settle(self, *tables: str) -> None:
        """Do now for these tables what the server would do in its own time."""
        for table in tables:
            self.connection.execute(f"vacuum (analyze) waymark.{table}".encode())
        self.connection.execute("checkpoint")

    def clear(self) -> None:
        """Forget what was run, and let the server settle."""
        tables = ", ".join(f"waymark.{table}" for table in RUN_TABLES)
        self.connection.execute(f"truncate {tables}".encode())
        self.connection.execute("checkpoint")


@dataclass(frozen=True)
class Workload:
    """A function that measures; what it says of itself is its docstring's first line."""

    name: str
    measure: Callable[[Bench], Iterator[Figure]]
    short: bool

    @property
    def title(self) -> str:
        return (self.measure.__doc__ or self.name).splitlines()[0].rstrip(".")


def workload(*, short: bool = False) -> Callable[[Callable[[Bench], Iterator[Figure]]], Callable[[Bench], Iterator[Figure]]]:
    """Declare a workload; `short`: it belongs to `make benchmark`."""

    def declare(measure: Callable[[Bench], Iterator[Figure]]) -> Callable[[Bench], Iterator[Figure]]:
        WORKLOADS[measure.__name__] = Workload(measure.__name__, measure, short)
        return measure

    return declare


def _trace() -> dict[str, str]:
    """The trace of each daemon goes to a file of its own, named after what BENCH_TRACE says: that itself, then with numbers."""
    if not (name := os.environ.get("BENCH_TRACE")):
        return {}
    file, number = Path(name), next(_traces)
    return {"BENCH_TRACE": str(file.with_stem(f"{file.stem}-{number}") if number > 1 else file)}


def resident_mb(pid: int) -> float:
    """Memory that a process has to itself or shares, as the system counts it."""
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def cpu_seconds(pid: int) -> float:
    """Processor time of a process until now."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """Its child processes."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
