"""What is measured of the whole product: daemons and real workers on a server."""

import asyncio
import os
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from uuid import UUID

from benchmarks.bench import Bench, children, cpu_seconds, resident_mb, workload
from benchmarks.profile import Watch
from benchmarks.report import Figure, Point
from benchmarks.workflows import FanOut, FiveChain, OneAction, Payload, Retried, TenIterations

WARM = 20
"""Calls before those that are counted."""

_MEDIAN = """percentile_cont(0.5) within group (order by extract(epoch from {})::float8 * 1000)
               from waymark.runs r join waymark.action_attempts a using (run_id)"""
_PARTS = (
    ("of it, from the row of the start to the turn that claims", "a.claimed_at - r.created_at"),
    ("of it, from there to the turn that ends the run", "r.ended_at - a.claimed_at"),
)


@workload(short=True)
def drain(bench: Bench) -> Iterator[Figure]:
    """Runs that are queued, drained."""
    with bench.daemons():
        bench.drain(OneAction, 500, value=1)
        runs = bench.size(10_000, 40_000)
        one = [bench.drain(OneAction, runs, value=1) for _ in range(bench.rounds)]
        yield Figure("one-action runs", "runs/s", tuple(runs / s.seconds for s in one), ("≥", 8_000))
        runs = bench.size(2_000, 10_000)
        chains = [bench.drain(FiveChain, runs, value=1) for _ in range(bench.rounds)]
        yield Figure("chains of five", "actions/s", tuple(5 * runs / s.seconds for s in chains))
        loops = [bench.drain(TenIterations, runs, iterations=10) for _ in range(bench.rounds)]
        actions = 10 * runs
        yield Figure("ten-iteration loops", "actions/s", tuple(actions / s.seconds for s in loops), ("≥", 20_000))
        yield Figure("WAL", "bytes/action", tuple(s.wal / actions for s in loops), ("≤", 1_500))
        yield Figure("commits", "per action", tuple(s.commits / actions for s in loops), ("≤", 0.05))


@workload(short=True)
def fan_out(bench: Bench) -> Iterator[Figure]:
    """One gather of many actions."""
    with bench.daemons():
        for width, runs, goal in ((20, 1_000, None), (1_000, 10, 20_000), (10_000, 1, 20_000)):
            bench.drain(FanOut, 1, width=width)
            rates = tuple(runs * width / bench.drain(FanOut, runs, width=width).seconds for _ in range(bench.rounds))
            place = Point("throughput by fan-out", "branches", "waymark", width)
            yield Figure(f"gathers of {width:,}", "actions/s", rates, goal and ("≥", goal), place)


@workload(short=True)
def latency(bench: Bench) -> Iterator[Figure]:
    """`await OneAction().run(…)` of an idle system, one after the other, as the caller sees it."""
    calls = bench.size(300, 2_000)
    bench.clear()
    with bench.daemons() as (daemon,):
        with Watch(bench, daemon) as watch:
            rounds = [asyncio.run(call(bench, calls)) for _ in range(bench.rounds)]
        parts = [(name, bench.value(_MEDIAN.format(part))) for name, part in _PARTS]
        bench.setting("fsync", "off")
        unsynced = [asyncio.run(call(bench, calls)) for _ in range(bench.rounds)]
        bench.setting("fsync", None)
    yield Figure("median", "ms", tuple(map(statistics.median, rounds)), ("≤", 2))
    yield Figure("99th percentile", "ms", tuple(percentile(times, 99) for times in rounds), ("≤", 8))
    for name, milliseconds in parts:
        yield Figure(name, "ms", (milliseconds,))
    for process in sorted(watch.processors):
        yield Figure(f"processor: {process}", "ms/call", (watch.processors[process] * 1000 / (calls + WARM) / bench.rounds,))
    yield Figure("median, if commits did not wait for the disk", "ms", tuple(map(statistics.median, unsynced)))


async def call(bench: Bench, calls: int) -> list[float]:
    """Milliseconds of each of so many calls, after some that are not counted."""
    os.environ["WAYMARK_DATABASE_URL"] = bench.url
    for number in range(WARM):
        await OneAction().run(number)
    times: list[float] = []
    for number in range(calls):
        began = time.perf_counter()
        if await OneAction().run(number) != number:
            raise SystemExit("a wrong result")
        times.append((time.perf_counter() - began) * 1000)
    return times


@workload()
def open_loop(bench: Bench) -> Iterator[Figure]:
    """Latency from start to end at a rate that does not wait for answers, in parts of the peak."""
    with bench.daemons():
        bench.drain(OneAction, 500, value=1)
        runs = bench.size(10_000, 40_000)
        peak = runs / bench.drain(OneAction, runs, value=1).seconds
        for share in (0.1, 0.5, 0.9):
            times = _offer(bench, peak * share, bench.size(5, 30))
            for percent in (50, 99):
                goal = ("≤", 50) if (share, percent) == (0.5, 99) else None
                place = Point("latency by offered rate", "percent of peak", f"{percent}th percentile", share * 100)
                name = f"{percent}th percentile at {share:.0%} of {peak:,.0f} runs/s"
                yield Figure(name, "ms", (percentile(times, percent),), goal, place)


def _offer(bench: Bench, rate: float, seconds: float) -> Sequence[float]:
    """Start runs at this rate for so long; milliseconds from the start of each, by its transaction, to its end."""
    began = time.monotonic()
    offered: list[UUID] = []
    while (passed := time.monotonic() - began) < seconds:
        if (due := int(passed * rate) - len(offered)) > 0:
            offered += bench.start(OneAction, due, value=1)
        time.sleep(0.002)
    bench.join(offered)
    query = "select extract(epoch from ended_at - created_at)::float8 * 1000 from waymark.runs where run_id = any(%s)"
    return [milliseconds for (milliseconds,) in bench.connection.execute(query, (offered,))]


@workload(short=True)
def bulk_start(bench: Bench) -> Iterator[Figure]:
    """Runs that are queued, by one client, without workers."""
    runs = bench.size(50_000, 200_000)
    rates: dict[str, list[float]] = {"start_many": [], "start": []}
    for _ in range(bench.rounds):
        bench.clear()
        began = time.perf_counter()
        bench.start(OneAction, runs, value=1)
        rates["start_many"].append(runs / (time.perf_counter() - began))
        began = time.perf_counter()
        bench.value("count(waymark.start('OneAction', '{\"value\": 1}')) from generate_series(1, %s)", runs // 5)
        rates["start"].append(runs / 5 / (time.perf_counter() - began))
    bench.clear()
    yield Figure("waymark.start_many, 10,000 a call", "runs/s", tuple(rates["start_many"]), ("≥", 50_000))
    yield Figure("waymark.start, one transaction", "runs/s", tuple(rates["start"]))


@workload()
def payloads(bench: Bench) -> Iterator[Figure]:
    """One action whose argument and result are large."""
    with bench.daemons():
        for kilobytes, runs in ((1, 2_000), (16, 1_000), (256, 100)):
            text = "x" * 1024 * kilobytes
            rates = tuple(runs / bench.drain(Payload, runs, text=text).seconds for _ in range(bench.rounds))
            place = Point("throughput by payload", "KB", "waymark", kilobytes)
            yield Figure(f"{kilobytes} KB in, {kilobytes} KB out", "runs/s", rates, point=place)
    bench.clear()


@workload()
def retries(bench: Bench) -> Iterator[Figure]:
    """An action that fails at its first attempt."""
    runs = bench.size(5_000, 20_000)
    with bench.daemons():
        bench.drain(Retried, 100, value=1)
        rates = tuple(2 * runs / bench.drain(Retried, runs, value=1).seconds for _ in range(bench.rounds))
    yield Figure("one retry each", "attempts/s", rates)


@workload()
def limits(bench: Bench) -> Iterator[Figure]:
    """Queues whose limits do not bind, against one without, each round in another order."""
    runs = bench.size(1_000, 10_000)
    kinds = {
        "no limit": "{}",
        "concurrency": '{"concurrency": 10000}',
        "rate": '{"rate": 1000000, "seconds": 1}',
        "concurrency and rate": '{"concurrency": 10000, "rate": 1000000, "seconds": 1}',
    }
    rounds: list[dict[str, float]] = []
    with bench.daemons(3):
        bench.drain(TenIterations, 200, iterations=10)
        for _ in range(bench.rounds):
            rounds.append({})
            for kind in random.sample(list(kinds), len(kinds)):
                bench.value("waymark.set_queue('default', %s)", kinds[kind])
                rounds[-1][kind] = bench.drain(TenIterations, runs, iterations=10).seconds
        bench.value("waymark.set_queue('default', '{}')")
    for kind in list(kinds)[1:]:
        ratios = tuple(seconds["no limit"] / seconds[kind] for seconds in rounds)
        yield Figure(f"throughput of three daemons with a limit of {kind}", "of without", ratios, ("≥", 0.9))


@workload()
def idle(bench: Bench) -> Iterator[Figure]:
    """What a daemon that has nothing to do costs."""
    seconds = bench.size(10, 60)
    bench.setting("autovacuum", "off")
    with bench.daemons() as (daemon,):
        bench.drain(TenIterations, 200, iterations=10)
        bench.wait("exists (select from waymark.sessions where hungry)", "the daemon is idle")
        time.sleep(15)  # idle backends report what they did under load within 10 s
        commits, spent = bench.counters()[1], cpu_seconds(daemon)
        time.sleep(seconds)
        queries = max(0, bench.counters()[1] - commits - 2) / seconds
        yield Figure("queries of a daemon", "/s", (queries,), ("≤", 1))
        yield Figure("processor of a daemon", "% of a core", ((cpu_seconds(daemon) - spent) / seconds * 100,), ("≤", 0.5))
        yield Figure("memory of a daemon", "MB", (resident_mb(daemon),), ("≤", 40))
        yield Figure("memory of a worker", "MB", (max(map(resident_mb, children(daemon))),), ("≤", 60))
    bench.setting("autovacuum", None)


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
