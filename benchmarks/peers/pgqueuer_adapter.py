"""pgqueuer: asyncpg, one queue manager a process, large batches; its log keeps what has finished."""

import asyncio
import time
from datetime import timedelta

import asyncpg
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode

UNIT, UNITS_A_JOB = "jobs/s", 1
BATCH = 100

_done: dict[int, asyncio.Future[None]] = {}


async def _manager(url: str) -> QueueManager:
    manager = QueueManager(Queries(AsyncpgDriver(await asyncpg.connect(url))))

    @manager.entrypoint("echo")
    async def echo(job: Job) -> None:
        if (waiting := _done.get(int(job.payload or b"-1"))) is not None:
            waiting.set_result(None)

    return manager


async def install(url: str) -> None:
    connection = await asyncpg.connect(url)
    await Queries(AsyncpgDriver(connection)).install()
    await connection.close()


async def enqueue(url: str, jobs: int) -> None:
    connection = await asyncpg.connect(url)
    await Queries(AsyncpgDriver(connection)).enqueue(["echo"] * jobs, [b"-1"] * jobs, [0] * jobs)
    await connection.close()


async def drain(url: str, _share: int) -> None:
    manager = await _manager(url)
    await manager.run(batch_size=BATCH, mode=QueueExecutionMode.drain)


async def latency(url: str, calls: int) -> list[float]:
    """Until the job has run; that it is marked as done comes later."""
    manager, client = await _manager(url), await asyncpg.connect(url)
    queries = Queries(AsyncpgDriver(client))
    running = asyncio.create_task(manager.run(dequeue_timeout=timedelta(seconds=30), batch_size=BATCH))
    await asyncio.sleep(1)
    times: list[float] = []
    for number in range(calls + 10):
        _done[number] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        await queries.enqueue("echo", str(number).encode())
        await _done[number]
        times.append((time.perf_counter() - began) * 1000)
    manager.shutdown.set()
    await asyncio.gather(running, return_exceptions=True)
    await client.close()
    return times[10:]
