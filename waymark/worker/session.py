"""The connection to the daemon, once the worker is ready: frames in, results out, a drain at the end."""

import asyncio
import signal
import socket
from typing import cast

from waymark.worker import protocol
from waymark.worker.executor import Executor
from waymark.worker.protocol import FrameReader


class Session(asyncio.Protocol):
    """One worker's side of the connection.

    Results of one turn of the event loop leave in one write.
    """

    def __init__(self, concurrency: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._reader = FrameReader()
        self._outgoing: list[bytes] = []
        self._executor = Executor(concurrency, self._send, self._close_when_sent)
        self._transport: asyncio.Transport | None = None
        self._drained = False
        self.closed: asyncio.Future[bool] = self._loop.create_future()
        """Done when the connection is closed: whether that was the orderly end of a drain."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to write to."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Act on each frame that is complete."""
        submit = self._executor.submit
        for kind, body in self._reader.feed(data):
            if kind == protocol.RUN:
                submit(protocol.parse_run(body))
            elif kind == protocol.CANCEL:
                self._executor.cancel(protocol.parse_cancel(body))
            elif kind == protocol.DRAIN:
                self.drain()
            else:
                raise protocol.ProtocolError(f"a frame of kind {kind}")

    def connection_lost(self, exc: Exception | None) -> None:
        """The end, wanted or not."""
        if not self.closed.done():
            self.closed.set_result(self._drained and exc is None)

    def drain(self) -> None:
        """Finish what runs, give back what waits, then close."""
        self._executor.drain()

    async def abandon(self) -> None:
        """Stop what still runs."""
        await self._executor.abandon()

    def _send(self, frame: bytes) -> None:
        if not self._outgoing:
            self._loop.call_soon(self._flush)
        self._outgoing.append(frame)

    def _flush(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(self._outgoing))
        self._outgoing.clear()

    def _close_when_sent(self) -> None:
        self._drained = True
        # After the flush that the last result has scheduled; close() itself sends what is buffered.
        self._loop.call_soon(lambda: self._transport and self._transport.close())


async def serve(connection: socket.socket, concurrency: int) -> bool:
    """Serve the daemon at the other end until the connection closes; whether it ended by a drain."""
    loop = asyncio.get_running_loop()
    session = Session(concurrency)
    loop.add_signal_handler(signal.SIGTERM, session.drain)
    await loop.create_connection(lambda: session, sock=connection)
    drained = await session.closed
    if not drained:
        await session.abandon()
    return drained
