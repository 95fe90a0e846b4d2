"""Procrastinate: one asynchronous worker a process with concurrency, LISTEN/NOTIFY, finished jobs kept."""

import asyncio
import time

from procrastinate import App, PsycopgConnector

UNIT, UNITS_A_JOB = "jobs/s", 1
AT_ONCE = 30

_done: dict[int, asyncio.Future[None]] = {}


def _app(url: str) -> App:
    app = App(connector=PsycopgConnector(conninfo=url, min_size=4, max_size=AT_ONCE))

    @app.task(name="echo")
    async def echo(value: int) -> int:
        if value in _done:
            _done[value].set_result(None)
        return value

    return app


async def install(url: str) -> None:
    async with _app(url).open_async() as app:
        await app.schema_manager.apply_schema_async()


async def enqueue(url: str, jobs: int) -> None:
    async with _app(url).open_async() as app:
        await app.configure_task("echo").batch_defer_async(*[{"value": -1} for _ in range(jobs)])


async def drain(url: str, _share: int) -> None:
    async with _app(url).open_async() as app:
        await app.run_worker_async(wait=False, concurrency=AT_ONCE, install_signal_handlers=False, delete_jobs="never")


async def latency(url: str, calls: int) -> list[float]:
    """Until the job has run; that it is marked as done comes later."""
    times: list[float] = []
    async with _app(url).open_async() as app:
        worker = asyncio.create_task(app.run_worker_async(concurrency=AT_ONCE, install_signal_handlers=False))
        await asyncio.sleep(1)
        for number in range(calls + 10):
            _done[number] = asyncio.get_running_loop().create_future()
            began = time.perf_counter()
            await app.configure_task("echo").defer_async(value=number)
            await _done[number]
            times.append((time.perf_counter() - began) * 1000)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    return times[10:]
