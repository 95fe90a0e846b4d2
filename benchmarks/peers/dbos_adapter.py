"""DBOS: asynchronous workflows, started by the process that executes them; no admin server, no tracing.

What it queues for other processes it polls for, which is slower than this.
"""

import asyncio
import os
import time

from dbos import DBOS

UNIT, UNITS_A_JOB = "steps/s", 10
AT_ONCE = 50


@DBOS.step()
async def echo(value: int) -> int:
    return value


@DBOS.workflow()
async def ten_iterations() -> int:
    total = 0
    for i in range(10):
        result = await echo(i)
        if result % 2 == 0:
            total += result
    return total


@DBOS.workflow()
async def one_step(value: int) -> int:
    return await echo(value)


def _launch(url: str) -> None:
    DBOS(config={
        "name": "bench", "system_database_url": url, "sys_db_pool_size": 20, "run_admin_server": False,
        "log_level": "ERROR", "executor_id": f"process-{os.getpid()}",
    })  # fmt: skip
    DBOS.launch()


async def install(url: str) -> None:
    _launch(url)
    DBOS.destroy()


async def enqueue(url: str, jobs: int) -> None:
    """Nothing is queued."""


async def drain(url: str, share: int) -> None:
    _launch(url)
    places = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with places:
            await ten_iterations()

    await asyncio.gather(*[one() for _ in range(share)])
    DBOS.destroy()


async def latency(url: str, calls: int) -> list[float]:
    _launch(url)
    times: list[float] = []
    for number in range(calls + 10):
        began = time.perf_counter()
        await one_step(number)
        times.append((time.perf_counter() - began) * 1000)
    DBOS.destroy()
    return times[10:]
