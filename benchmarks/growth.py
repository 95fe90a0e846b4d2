"""What a system meets that grows: runs that sleep, history, rows that nobody may remove, more daemons.

What the machine does beside this changes from minute to minute: so the crowded database and an empty one of the same
server are measured in turns, each with daemons of its own.
"""

import asyncio
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from benchmarks.bench import Bench, resident_mb, workload
from benchmarks.report import Figure, Point
from benchmarks.workflows import Sleeper, TenIterations
from benchmarks.workloads import call

KEPT = Path(__file__).parent / "sql/kept.sql"


@workload()
def sleeping(bench: Bench) -> Iterator[Figure]:
    """Runs that sleep, beside others that do not."""
    sleepers = bench.size(50_000, 1_000_000)
    bench.clear()
    with bench.beside("empty") as empty, empty.daemons(), bench.daemons() as (daemon,):
        _compare(bench, empty, rounds=1)
        memory = resident_mb(daemon)
        began = time.monotonic()
        asleep = bench.start(Sleeper, sleepers, seconds=1_000_000)
        ready = "not exists (select from waymark.tasks where state = 'ready' and task_no = 0 and paused is null)"
        bench.wait(ready, "they sleep", 3600)
        yield Figure(f"{sleepers:,} runs put to sleep", "runs/s", (sleepers / (time.monotonic() - began),))
        bench.settle("tasks", "timers", "runs")
        yield Figure("throughput beside them", "of empty", _compare(bench, empty), ("≥", 0.9))
        yield Figure("latency beside them", "of empty", _compare_latency(bench, empty), ("≤", 1.1))
        yield Figure("memory of the daemon", "of before", (resident_mb(daemon) / memory,), ("≤", 1.1))
        yield Figure("late, of a sleep when idle", "ms", (_lateness(bench),), ("≤", 100))
        began = bench.value("waymark._now()")
        bench.connection.execute("update waymark.timers set due_at = waymark._now()")
        bench.join(asleep, 3600)
        seconds = bench.value(
            "extract(epoch from max(ended_at) - %s)::float8 from waymark.runs where workflow = 'Sleeper'", began
        )
        yield Figure("woken, with an action each", "runs/s", (sleepers / seconds,), ("≥", 5_000))
        yield Figure("latency just after that", "of empty", _compare_latency(bench, empty))
    bench.clear()


def _lateness(bench: Bench) -> float:
    """By how many milliseconds the latest of some sleeps of a second was late."""
    runs = bench.start(Sleeper, 20, seconds=1)
    bench.join(runs)
    return bench.value(
        "max(extract(epoch from a.claimed_at - r.started_at)::float8 * 1000 - 1000)"
        " from waymark.runs r join waymark.action_attempts a using (run_id) where r.run_id = any(%s)",
        runs,
    )


@workload()
def history(bench: Bench) -> Iterator[Figure]:
    """Beside finished runs that are kept."""
    sizes = (30_000, 300_000) if not bench.full else (100_000, 1_000_000, 10_000_000)
    bench.clear()
    with bench.beside("empty") as empty, empty.daemons(), bench.daemons():
        _compare(bench, empty, rounds=1)
        kept = 0
        for size in sizes:
            for batch in range(kept, size, 100_000):
                bench.connection.execute(KEPT.read_bytes(), (min(100_000, size - batch),))
            kept = size
            for what, compare, goal in (("throughput", _compare, ("≥", 0.9)), ("latency", _compare_latency, ("≤", 1.1))):
                place = Point("cost of history", "finished runs", what, kept)
                for both in (bench, empty):  # what was run since: vacuumed in one of them, it would be the difference
                    both.settle("tasks", "actions", "runs", "action_attempts")
                yield Figure(f"{what} beside {kept:,}", "of empty", compare(bench, empty), goal, place)
    bench.clear()


@workload()
def unvacuumed(bench: Bench) -> Iterator[Figure]:
    """A call after many actions, before the next vacuum."""
    bench.clear()
    bench.setting("autovacuum", "off")
    with bench.beside("empty") as empty, empty.daemons(), bench.daemons():
        runs = bench.size(10_000, 100_000)
        bench.drain(TenIterations, runs, iterations=10)
        yield Figure(f"latency after {10 * runs:,} actions", "of empty", _compare_latency(bench, empty), ("≤", 1.1))
    bench.setting("autovacuum", None)
    bench.clear()


@workload()
def held_snapshot(bench: Bench) -> Iterator[Figure]:
    """While one snapshot is held open, so that nothing dead can be removed."""
    runs, rounds = bench.size(2_000, 10_000), bench.size(5, 10)
    bench.clear()
    with bench.beside("empty") as empty, empty.daemons(), bench.daemons(), psycopg.connect(bench.url) as holder:
        _compare(bench, empty, rounds=1)
        holder.execute("set transaction isolation level repeatable read")
        holder.execute("select count(*) from waymark.runs")
        for number in range(1, rounds + 1):
            actions = number * runs * 10
            place = Point("throughput while a snapshot is held", "actions since", "waymark", actions)
            goal = ("≥", 0.9) if number == rounds else None
            yield Figure(f"after {actions:,} actions", "of without", _compare(bench, empty, rounds=1), goal, place)
    bench.clear()


@workload()
def daemons(bench: Bench) -> Iterator[Figure]:
    """More and more daemons and connections on one database."""
    runs = bench.size(2_000, 10_000)
    rates: dict[tuple[int, int], list[float]] = {(1, 2): [], (2, 2): [], (4, 2): [], (4, 4): [], (4, 8): [], (4, 16): []}
    for _ in range(bench.rounds):
        for (count, lanes), found in rates.items():
            bench.clear()
            with bench.daemons(count, WAYMARK_EXECUTOR_SHARDS=str(lanes)):
                bench.drain(TenIterations, 300, iterations=10)
                found.append(runs * 10 / bench.drain(TenIterations, runs, iterations=10).seconds)
    for (count, lanes), found in rates.items():
        place = Point("throughput by connections", "connections that turn", "waymark", count * lanes)
        yield Figure(f"{count} daemons, {count * lanes} connections", "actions/s", tuple(found), point=place)
    medians = [statistics.median(found) for found in rates.values()]
    least = min(medians[medians.index(max(medians)) :])
    yield Figure("the least beyond the best point", "of the best", (least / max(medians),), ("≥", 0.9))


def _compare(crowded: Bench, empty: Bench, rounds: int | None = None) -> tuple[float, ...]:
    """The throughput of the one as a part of that of the other, in each round."""
    runs = crowded.size(2_000, 10_000)
    ratios: list[float] = []
    for _ in range(rounds or crowded.rounds):
        seconds = [bench.drain(TenIterations, runs, iterations=10).seconds for bench in (crowded, empty)]
        ratios.append(seconds[1] / seconds[0])
    return tuple(ratios)


def _compare_latency(crowded: Bench, empty: Bench) -> tuple[float, ...]:
    """The median latency of the one as a multiple of that of the other, in each round."""
    ratios: list[float] = []
    for _ in range(crowded.rounds):
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(10):  # in turns, as short as may be: the machine's pace changes by the second
            for bench, found in zip((crowded, empty), times, strict=True):
                found.extend(asyncio.run(call(bench, 20)))
        ratios.append(statistics.median(times[0]) / statistics.median(times[1]))
    return tuple(ratios)
