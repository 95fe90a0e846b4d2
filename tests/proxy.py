"""A TCP proxy between one daemon (with its workers) and the server, whose connections can be cut and stalled."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Self

REQUESTS, ANSWERS = "requests", "answers"


class Proxy:
    """Runs in a thread of its own. As a context manager: listening on entry, everything cut on exit."""

    def __init__(self, server_port: int) -> None:
        self.port = 0
        self._server_port = server_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._doom: dict[str, tuple[bytes, int]] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Cut every connection at once."""
        self._call(self._cut)

    def cut_within(self, direction: str, words: bytes, count: int) -> None:
        """Cut a connection in the middle of the next message with these words in this direction, after so many bytes of it."""
        self._call(lambda: self._doom.__setitem__(direction, (words, count)))

    def stall(self) -> None:
        """Let nothing pass, and lose nothing, until `flow`."""
        self._call(self._flowing.clear)

    def flow(self) -> None:
        self._call(self._flowing.set)

    def calm(self) -> None:
        """Do nothing more to anybody."""
        self._call(self._doom.clear)

    def _call(self, function: Callable[[], object]) -> None:
        self._loop.call_soon_threadsafe(function)

    def _cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def _close(self) -> None:
        self._server.close()
        self._cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            await self._flowing.wait()
            answers, requests = await asyncio.open_connection("127.0.0.1", self._server_port)
            self._writers.add(requests)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._pump(reader, requests, REQUESTS))
                    group.create_task(self._pump(answers, writer, ANSWERS))
            finally:
                self._writers.discard(requests)
                requests.transport.abort()
        except* (OSError, asyncio.CancelledError):
            pass  # cut, or the server is away
        finally:
            self._writers.discard(writer)
            self._tasks.discard(task)
            writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: str) -> None:
        while data := await reader.read(65536):
            await self._flowing.wait()
            if direction in self._doom and self._doom[direction][0] in data:
                _, count = self._doom.pop(direction)
                writer.write(data[: count % len(data)])
                with contextlib.suppress(OSError):
                    await writer.drain()
                raise ConnectionAbortedError
            writer.write(data)
            await writer.drain()
        raise ConnectionAbortedError
