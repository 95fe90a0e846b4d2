"""Frames of the worker protocol, version 1. The daemon's side is rust_scheduler/src/worker/."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from waymark.errors import EncodeError

VERSION = 1
MAX_FRAME = 64 * 1024 * 1024

HELLO, WELCOME, PROGRAM, READY, RUN, RESULT, CANCEL, DRAIN, FATAL, HEARTBEAT = range(1, 11)
SUCCEEDED, FAILED, TIMED_OUT, RELEASED = range(1, 5)

_LENGTH = struct.Struct("<I")
_HEAD = struct.Struct("<IB")
_RUN = struct.Struct("<Q16sqIIHI")
_HEARTBEAT = struct.Struct("<IBQ")
_RESULT = struct.Struct("<IBQBQ")
_RESULT_LENGTH = _RESULT.size - _LENGTH.size
MAX_VALUE = MAX_FRAME - _RESULT_LENGTH
"""Bytes that the value of a result may have."""


class ProtocolError(Exception):
    """The daemon sent what this version does not know."""


class Run(NamedTuple):
    """A RUN frame: one attempt of an action."""

    invocation: int
    run_id: bytes
    action_id: int
    attempt: int
    timeout_ms: int
    name: str
    context: str
    arguments: str


def frame(kind: int, body: bytes = b"") -> bytes:
    """A whole frame."""
    return _HEAD.pack(1 + len(body), kind) + body


def hello(pid: int) -> bytes:
    """The first frame."""
    return frame(HELLO, struct.pack("<HI", VERSION, pid))


def result(invocation: int, outcome: int, run_us: int, value: bytes) -> bytes:
    """A RESULT frame."""
    return _RESULT.pack(_RESULT_LENGTH + len(value), RESULT, invocation, outcome, run_us) + value


def heartbeat(invocation: int, details: bytes) -> bytes:
    """A HEARTBEAT frame; without details, those of before stay."""
    return _HEARTBEAT.pack(_HEARTBEAT.size - _LENGTH.size + len(details), HEARTBEAT, invocation) + details


def too_large(size: int) -> EncodeError:
    """The error of an action whose result fits no frame."""
    limit = MAX_VALUE
    return EncodeError(f"the result has {size:,} bytes, at most {limit:,} can travel; store it and return where", "result")


def parse_welcome(body: bytes) -> tuple[int, int, bool]:
    """Protocol version, concurrency, and whether programs are to be sent."""
    version, concurrency, programs = struct.unpack("<HHB", body)
    return version, concurrency, bool(programs)


def parse_run(body: bytes) -> Run:
    """The body of a RUN frame."""
    invocation, run_id, action_id, attempt, timeout_ms, name_length, context_length = _RUN.unpack_from(body)
    start, rest = _RUN.size + name_length, _RUN.size + name_length + context_length
    name, context, arguments = body[_RUN.size : start].decode(), body[start:rest].decode(), body[rest:].decode()
    return Run(invocation, run_id, action_id, attempt, timeout_ms, name, context, arguments)


def parse_cancel(body: bytes) -> int:
    """The invocation of a CANCEL frame."""
    return struct.unpack("<Q", body)[0]


class FrameReader:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The frames, kind and body, that are complete with `data`.

        Raises:
            ProtocolError: a frame is longer than 64 MiB.
        """
        buffer: bytes | bytearray = data
        if self._rest:
            self._rest += data
            buffer = self._rest
        start, size = 0, len(buffer)
        while size - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(buffer, start)
            if not 0 < length <= MAX_FRAME:
                raise ProtocolError(f"a frame of {length} bytes")
            end = start + _LENGTH.size + length
            if end > size:
                break
            yield buffer[start + _LENGTH.size], bytes(buffer[start + _HEAD.size : end])
            start = end
        if buffer is self._rest:
            del self._rest[:start]
        else:
            self._rest += data[start:]
