"""Workers that do not do what they should, written from docs/internals/worker-protocol.md alone.

The daemon starts the program of WAYMARK_PYTHON as `python -m waymark.worker --socket PATH --slot N`; `install` makes one
that behaves as it is told.
"""

import os
import socket
import struct
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
HELLO, READY, RESULT, DRAIN = 1, 4, 6, 8
VERSION = 1
ONCE = ("answer an unknown outcome", "send an unknown frame")
"""What only the first worker does; its successors are real ones."""


def install(folder: Path, behaviour: str, python: str) -> Path:
    """An executable to be used as WAYMARK_PYTHON; it notes the time of each start in the file `starts` of its folder."""
    program = folder / "python"
    main = f"main({behaviour!r}, {str(folder)!r}, {python!r})"
    program.write_text(f"#!{python} -S\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom {__name__} import main\n{main}\n")
    program.chmod(0o755)
    return program


def frame(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<IB", 1 + len(body), kind) + body


def result(invocation: int, outcome: int, value: bytes) -> bytes:
    return frame(RESULT, struct.pack("<QBQ", invocation, outcome, 1000) + value)


def receive(connection: socket.socket) -> tuple[int, bytes]:
    """The next frame; the process ends with its connection."""

    def read(size: int) -> bytes:
        data = connection.recv(size, socket.MSG_WAITALL)
        if len(data) < size:
            sys.exit(0)
        return data

    length, kind = struct.unpack("<IB", read(5))
    return kind, read(length - 1) if length > 1 else b""


def serve(connection: socket.socket, behaviour: str) -> None:
    """Answer with the first argument's JSON text, and badly where the action is `held`."""
    while True:
        kind, body = receive(connection)
        if kind == DRAIN:
            return
        (invocation,) = struct.unpack_from("<Q", body)
        (length,) = struct.unpack_from("<H", body, 40)
        name = body[46 : 46 + length].decode()
        if not name.endswith(":held"):
            connection.sendall(result(invocation, 1, b"41"))
        elif behaviour == "answer broken JSON":
            connection.sendall(result(invocation, 1, b'{"rows": [1, '))
        elif behaviour == "answer what jsonb refuses":
            connection.sendall(result(invocation, 1, b'"\\u0000"'))
        elif behaviour == "answer an unknown outcome":
            connection.sendall(result(invocation, 77, b"null"))
        else:
            connection.sendall(frame(200, b"what is this"))


def main(behaviour: str, folder: str, python: str) -> None:
    with (Path(folder) / "starts").open("a") as starts:
        starts.write(f"{time.monotonic()}\n")
    path, slot = sys.argv[sys.argv.index("--socket") + 1], sys.argv[sys.argv.index("--slot") + 1]
    if behaviour == "die":
        os._exit(3)
    starts_so_far = len((Path(folder) / "starts").read_text().splitlines())
    if behaviour == "slot 1 is of another version" and slot == "0":
        os.execv(python, [python, *sys.argv[1:]])
    if behaviour in ONCE and starts_so_far > 1:
        os.execv(python, [python, *sys.argv[1:]])
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        if behaviour == "slot 1 is of another version":
            # Until the other worker has something to do.
            while not (Path(folder) / "greet").exists():
                time.sleep(0.01)
        version = VERSION + 1 if behaviour in ("be of another version", "slot 1 is of another version") else VERSION
        connection.sendall(frame(HELLO, struct.pack("<HI", version, os.getpid())))
        receive(connection)
        connection.sendall(frame(READY))
        if behaviour == "die when ready":
            os._exit(3)
        serve(connection, behaviour)
