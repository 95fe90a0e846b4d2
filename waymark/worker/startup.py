"""A worker's life: connect, import the user's modules, serve, end."""

import asyncio
import gc
import importlib
import logging
import os
import signal
import socket
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

from waymark import config
from waymark.errors import WaymarkError
from waymark.worker import protocol
from waymark.worker.session import serve

THREADS = "waymark-action"
STUCK_AFTER = 0.5
"""Seconds that threads have to end once nothing is to be executed any more."""

_EXIT_OK, _EXIT_FAILED, _EXIT_LOST = 0, 1, 2


class StartupError(Exception):
    """The worker cannot work; the message is the sentence for the daemon."""


def work(path: str, slot: int) -> int:
    """Serve the daemon that listens on the Unix socket `path`; the exit status."""
    # Ctrl-C reaches the whole process group; the daemon then drains its workers. (A handler, not SIG_IGN, which the
    # children of an action would inherit.)
    signal.signal(signal.SIGINT, _ignore)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.connect(path)
            connection.sendall(protocol.hello(os.getpid()))
            concurrency, send_programs = _receive_welcome(connection)
            import_user_modules()
            if send_programs:
                connection.sendall(b"".join(protocol.frame(protocol.PROGRAM, text) for text in _programs()))
            connection.sendall(protocol.frame(protocol.READY))
        except (StartupError, WaymarkError) as error:
            connection.sendall(protocol.frame(protocol.FATAL, str(error).encode()))
            return _EXIT_FAILED
        except OSError as error:
            print(f"worker {slot}: the daemon at {path} cannot be reached: {error}", file=sys.stderr)
            return _EXIT_LOST
        gc.freeze()  # what is imported now stays; the collector need not look at it again
        drained = _run(connection, concurrency)
    return _EXIT_OK if drained else _EXIT_LOST


def import_user_modules() -> None:
    """Import the modules of `WAYMARK_USER_MODULE`.

    Raises:
        StartupError: one of them cannot be imported; its traceback is printed.
        ConfigurationError: the setting is malformed.
    """
    for name in config.user_modules():
        try:
            importlib.import_module(name)
        except BaseException as error:
            traceback.print_exc()
            reason = str(error).strip() or "no reason was given"
            sentence = f"module {name} of WAYMARK_USER_MODULE cannot be imported: {type(error).__name__}: {reason}"
            raise StartupError(sentence) from error
    if not logging.root.handlers:
        logging.basicConfig(level=config.log_level(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")


def _programs() -> list[bytes]:
    from waymark.ir import to_text  # noqa: PLC0415 - one worker of a daemon sends programs, the others need no compiler
    from waymark.workflow import declared_workflows  # noqa: PLC0415

    try:
        return [to_text(cls.program).encode() for cls in declared_workflows()]
    except ValueError as error:
        raise StartupError(str(error)) from error


def _ignore(*_: object) -> None: ...


def _receive_welcome(connection: socket.socket) -> tuple[int, bool]:
    # Byte for byte no more than this frame: what follows is for the session.
    length = int.from_bytes(_receive(connection, 4), "little")
    kind, *body = _receive(connection, length)
    if kind != protocol.WELCOME:
        raise StartupError(f"the daemon began with a frame of kind {kind}, not with WELCOME")
    version, concurrency, send_programs = protocol.parse_welcome(bytes(body))
    if version != protocol.VERSION:
        raise StartupError(f"the daemon speaks version {version} of the worker protocol, not {protocol.VERSION}")
    return concurrency, send_programs


def _receive(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise ConnectionResetError("the daemon closed the connection")
        data += part
    return data


def _run(connection: socket.socket, concurrency: int) -> bool:
    """Run the event loop to its end, also past an action's own task that raises SystemExit into it."""
    connection.setblocking(False)
    # Twice as many threads as actions: one that has timed out keeps its thread until its function returns.
    threads = ThreadPoolExecutor(2 * concurrency, thread_name_prefix=THREADS)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.set_default_executor(threads)
    serving = loop.create_task(serve(connection, concurrency))
    serving.add_done_callback(lambda _: loop.stop())
    while not serving.done():
        try:
            loop.run_forever()
        except (SystemExit, KeyboardInterrupt):
            continue
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    threads.shutdown(wait=False, cancel_futures=True)
    _leave_stuck_threads()
    loop.close()
    return serving.result()


def _leave_stuck_threads() -> None:
    """End the process here if a function would keep its thread, and so the process, for longer."""
    deadline = time.monotonic() + STUCK_AFTER
    for thread in threading.enumerate():
        if thread.name.startswith(THREADS):
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(_EXIT_OK)
