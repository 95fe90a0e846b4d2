"""Other systems on the same server in the same run, each with the settings that its documentation gives for speed.

`pip install 'waymark[bench]'` brings them. They differ in what a job is: DBOS runs workflows of ten steps in the caller's
process, Procrastinate and pgqueuer are queues of single jobs, whose order would be the caller's business.
"""

import asyncio
import multiprocessing
import multiprocessing.synchronize
import statistics
import time
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

from benchmarks.bench import Bench, workload
from benchmarks.report import Figure

PROCESSES = 2


class Peer(Protocol):
    """What an adapter says of its system; a module with these names."""

    UNIT: str
    """What it counts: `steps/s` or `jobs/s`."""
    UNITS_A_JOB: int

    async def install(self, url: str) -> None: ...

    async def enqueue(self, url: str, jobs: int) -> None: ...

    async def drain(self, url: str, share: int, /) -> None:
        """Do what is queued, beside another process that does, until nothing is; or, where nothing is queued, `share` jobs."""
        ...

    async def latency(self, url: str, calls: int) -> list[float]:
        """Milliseconds of each of so many jobs, one after the other, as the caller sees them."""
        ...


@workload()
def dbos(bench: Bench) -> Iterator[Figure]:
    """DBOS: workflows of ten steps."""
    yield from _compare(bench, "dbos", bench.size(100, 1_000))


@workload()
def procrastinate(bench: Bench) -> Iterator[Figure]:
    """Procrastinate: single jobs."""
    yield from _compare(bench, "procrastinate", bench.size(2_000, 10_000))


@workload()
def pgqueuer(bench: Bench) -> Iterator[Figure]:
    """pgqueuer: single jobs."""
    yield from _compare(bench, "pgqueuer", bench.size(5_000, 50_000))


def _compare(bench: Bench, name: str, jobs: int) -> Iterator[Figure]:
    if find_spec(name) is None:
        print("  left out: it is not installed (.venv/bin/pip install --editable '.[bench]')")
        return
    peer: Peer = import_module(f"benchmarks.peers.{name}_adapter")
    bench.connection.execute(f"create database peer_{name}".encode())
    url = bench.url.rpartition("/")[0] + f"/peer_{name}"
    asyncio.run(peer.install(url))
    rates: list[float] = []
    for _ in range(bench.rounds):
        asyncio.run(peer.enqueue(url, jobs))
        rates.append(jobs * peer.UNITS_A_JOB / _together(name, url, jobs // PROCESSES))
    yield Figure("drained", peer.UNIT, tuple(rates))
    times = asyncio.run(peer.latency(url, bench.size(50, 300)))
    yield Figure("one, as the caller sees it, median", "ms", (statistics.median(times),))


def _together(name: str, url: str, share: int) -> float:
    """Seconds that two processes take, from when both are ready."""
    spawning = multiprocessing.get_context("spawn")
    ready = spawning.Barrier(PROCESSES + 1)
    processes = [spawning.Process(target=_drain, args=(name, url, share, ready)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    ready.wait(60)
    began = time.perf_counter()
    for process in processes:
        process.join()
        if process.exitcode:
            raise SystemExit(f"a process of {name} failed")
    return time.perf_counter() - began


def _drain(name: str, url: str, share: int, ready: multiprocessing.synchronize.Barrier) -> None:
    peer: Peer = import_module(f"benchmarks.peers.{name}_adapter")
    ready.wait(60)
    asyncio.run(peer.drain(url, share))
