"""The daemon's side of the worker protocol, over a real socket, with a real worker process at the other end."""

import asyncio
import contextlib
import itertools
import json
import os
import struct
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self

from waymark import codec

ROOT = Path(__file__).resolve().parents[2]
HELLO, WELCOME, PROGRAM, READY, RUN, RESULT, CANCEL, DRAIN, FATAL, HEARTBEAT = range(1, 11)
OUTCOMES = {1: "succeeded", 2: "failed", 3: "timed_out", 4: "released"}
RUN_ID = uuid.UUID(int=7)


class Result(NamedTuple):
    outcome: str
    run_us: int
    text: str

    @property
    def value(self) -> Any:
        return codec.decode(self.text)


class Worker:
    """A worker process under test: `async with Worker(folder, user_module=…) as worker`."""

    def __init__(self, folder: Path, *, concurrency: int = 10, programs: bool = False, version: int = 1, **variables: str):
        self._path = folder / "daemon.sock"
        self._welcome = struct.pack("<HHB", version, concurrency, programs)
        self._variables = {f"WAYMARK_{name.upper()}": value for name, value in variables.items()}
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Result]] = {}
        self._held: bytes | None = None
        self.heartbeats: list[tuple[int, Any]] = []
        self.programs: list[dict[str, Any]] = []
        self.fatal: str | None = None
        self.hello: tuple[int, int] | None = None
        self.ready = asyncio.Event()
        self.lost = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._serve, self._path)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("WAYMARK_")}
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "waymark.worker", "--socket", str(self._path), "--slot", "3",
            cwd=ROOT, env={**environment, **self._variables}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        waits = [asyncio.create_task(event.wait()) for event in (self.ready, self.lost)]
        await asyncio.wait([*waits, asyncio.create_task(self.process.wait())], return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.process.kill()
        self.stdout, self.stderr = (part.decode() for part in await self.process.communicate())
        self._server.close()
        if hasattr(self, "_writer"):
            self._writer.close()
            await self.lost.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        try:
            while True:
                length = int.from_bytes(await reader.readexactly(4), "little")
                self._take(await reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            self.lost.set()

    def _take(self, frame: bytes) -> None:
        kind, body = frame[0], frame[1:]
        if kind == HELLO:
            self.hello = struct.unpack("<HI", body)
            self.send(WELCOME, self._welcome)
        elif kind == PROGRAM:
            self.programs.append(json.loads(body))
        elif kind == READY:
            self.ready.set()
        elif kind == FATAL:
            self.fatal = body.decode()
        elif kind == RESULT:
            number, outcome, run_us = struct.unpack_from("<QBQ", body)
            self._waiting.pop(number).set_result(Result(OUTCOMES[outcome], run_us, body[17:].decode()))
        elif kind == HEARTBEAT:
            (number,) = struct.unpack_from("<Q", body)
            self.heartbeats.append((number, codec.decode(body[8:].decode()) if body[8:] else None))
        else:
            raise AssertionError(f"the worker sent a frame of kind {kind}")

    def send(self, kind: int, body: bytes = b"") -> None:
        frame = struct.pack("<IB", 1 + len(body), kind) + body
        if self._held is None:
            self._writer.write(frame)
        else:
            self._held += frame

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """What is sent within arrives in one piece."""
        self._held = b""
        yield
        held, self._held = self._held, None
        self._writer.write(held)

    def run(
        self, name: str, arguments: str | None = None, *, timeout: float = 60, attempt: int = 1, context: str = "", **values: Any
    ):
        """Send a RUN frame; the future of its result. `number` of the future is the invocation."""
        number = next(self._numbers)
        encoded = name.encode() if ":" in name or "." in name else f"tests.worker.actions:{name}".encode()
        text = codec.encode_arguments(values) if arguments is None else arguments
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        future.number = number  # type: ignore[attr-defined]
        self._waiting[number] = future
        head = struct.pack(
            "<Q16sqIIHI", number, RUN_ID.bytes, 40 + number, attempt, int(timeout * 1000), len(encoded), len(context)
        )
        self.send(RUN, head + encoded + context.encode() + text.encode())
        return future

    def cancel(self, future: Any) -> None:
        self.send(CANCEL, struct.pack("<Q", future.number))

    def cpu_seconds(self) -> float:
        """CPU time that the worker process has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
