"""Where the time of an action goes: the parts of the turn, the processors of each process, what the lanes wait for."""

import os
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

import psycopg

from benchmarks.bench import Bench, children, cpu_seconds, workload
from benchmarks.report import Figure
from benchmarks.workflows import TenIterations

SAMPLE_SECONDS = 0.01
PARTS = 12
PROCESSES = """select pid, case when application_name like 'waymark lane%' then 'Postgres, the lanes'' connections'
                                else 'Postgres, everything else' end from pg_stat_activity where pid <> pg_backend_pid()"""
FUNCTIONS = "select funcname, calls, self_time, total_time from pg_stat_user_functions"
WAITS = """select case when state <> 'active' then 'for the daemon' when wait_event is null then 'not: it computes'
                       else format('for %s', wait_event) end
             from pg_stat_activity where application_name like 'waymark lane%'"""


@workload(short=True)
def profile(bench: Bench) -> Iterator[Figure]:
    """Where the time of ten-iteration loops goes."""
    runs = bench.size(4_000, 10_000)
    actions = runs * 10
    rates: list[float] = []
    spent: list[Mapping[str, float]] = []
    waits: Counter[str] = Counter()
    bench.clear()
    bench.setting("track_functions", "pl")
    bench.connection.execute("set track_functions = none")
    with bench.daemons() as (daemon,):
        bench.drain(TenIterations, 500, iterations=10)
        bench.value("pg_stat_reset()")
        for _ in range(bench.rounds):
            started = bench.start(TenIterations, runs, iterations=10)
            with Watch(bench, daemon) as watch:
                bench.join(started)
            rates.append(actions / watch.seconds)
            spent.append({process: seconds / actions * 1e6 for process, seconds in watch.processors.items()})
            waits += watch.waits
    # A backend tells all that it has counted when it ends.
    bench.wait("not exists (select from pg_stat_activity where application_name like 'waymark %')", "the lanes have ended")
    bench.setting("track_functions", None)
    yield Figure("rate while it is watched", "actions/s", tuple(rates))
    yield from _turn(bench, actions * bench.rounds)
    for process in sorted(spent[0]):
        yield Figure(f"processor: {process}", "µs/action", tuple(found[process] for found in spent))
    for what, count in waits.most_common(6):
        yield Figure(f"a lane's connection waits {what}", "% of the time", (100 * count / waits.total(),))
    bench.clear()


def _turn(bench: Bench, actions: int) -> Iterator[Figure]:
    """The functions of the turn by the time in each without those that it calls; step functions are generated code."""
    parts: defaultdict[str, float] = defaultdict(float)
    whole = calls = 0.0
    for name, called, own, total in bench.connection.execute(FUNCTIONS):
        parts["step functions" if name.startswith("ten_iterations") else name] += own
        if name == "turn":
            whole, calls = total, called
    yield Figure("actions a turn", "actions", (actions / calls,))
    yield Figure("a turn, without its commit", "µs/action", (whole * 1000 / actions,))
    ranked = sorted(parts, key=lambda name: parts[name], reverse=True)
    for name in ranked[:PARTS]:
        yield Figure(f"the turn: {name}", "% of it", (100 * parts[name] / whole,))
    rest = whole - sum(parts[name] for name in ranked[:PARTS])
    yield Figure(f"the turn: {len(ranked[PARTS:])} others", "% of it", (100 * rest / whole,))


class Watch:
    """Takes note of what processes do while its block is executed."""

    def __init__(self, bench: Bench, daemon: int) -> None:
        self.seconds = 0.0
        self.processors: dict[str, float] = {}
        self.waits: Counter[str] = Counter()
        self._bench, self._daemon = bench, daemon
        self._ended = threading.Event()
        self._sampler = threading.Thread(target=self._sample)

    def __enter__(self) -> Self:
        self._before = self._processors()
        self._began = time.monotonic()
        self._sampler.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.monotonic() - self._began
        after = self._processors()
        self.processors = {process: after[process] - self._before[process] for process in after}
        self._ended.set()
        self._sampler.join()

    def _sample(self) -> None:
        with psycopg.connect(self._bench.url, autocommit=True, application_name="watch") as connection:
            while not self._ended.wait(SAMPLE_SECONDS):
                self.waits.update(what for (what,) in connection.execute(WAITS))

    def _processors(self) -> dict[str, float]:
        """Seconds of processor time until now. What ends in between is not counted: it is the rest of the machine's."""
        seconds: defaultdict[str, float] = defaultdict(float)
        for pid, kind in self._bench.connection.execute(PROCESSES):
            seconds[kind] += cpu_seconds(pid)
        seconds["the daemon"] = cpu_seconds(self._daemon)
        seconds["the workers"] = sum(map(cpu_seconds, children(self._daemon)))
        seconds["this benchmark"] = cpu_seconds(os.getpid()) + cpu_seconds(self._bench.value("pg_backend_pid()"))
        ours = sum(seconds.values())
        user, nice, system, idle, waiting, *more = map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:9])
        ticks = os.sysconf("SC_CLK_TCK")
        seconds["others on this machine"] = (user + nice + system + sum(more)) / ticks - ours
        seconds["idle"] = (idle + waiting) / ticks
        return seconds
