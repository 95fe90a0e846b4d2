"""`waymark dev`: Postgres, engine and workers in one command."""

import argparse
import os
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from waymark.db import install
from waymark.db.embedded import EmbeddedServer
from waymark.errors import WaymarkError

STOP_SECONDS = 30


class DevError(WaymarkError):
    """`waymark dev` cannot start."""


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    parser = add("dev", help="run an embedded Postgres and workers for a module; Ctrl-C stops both")
    parser.add_argument("module", nargs="+", help="modules with workflows and actions, imported by the workers")
    parser.add_argument(
        "--folder", type=Path, default=Path(".waymark/dev"), help="where the database lives (default: %(default)s)"
    )
    parser.set_defaults(run=dev)


def dev(options: argparse.Namespace) -> int:
    """Start everything, say how to reach it, and stop it again on Ctrl-C or SIGTERM, or when the daemon ends."""
    signal.signal(signal.SIGTERM, _interrupt)
    with EmbeddedServer(options.folder) as server:
        install.upgrade(server.url())
        print(f"export WAYMARK_DATABASE_URL={server.url()}", flush=True)
        with workers(server.url(), options.module) as daemon:
            return daemon.wait()


@contextmanager
def workers(url: str, modules: list[str], **settings: str) -> Generator["subprocess.Popen[bytes]"]:
    """`start-workers` on this database with these modules; drained and stopped on exit. `settings`: more variables."""
    binary = Path(sysconfig.get_path("scripts")) / "start-workers"
    if not binary.exists():
        message = f"{binary} is missing: install the package again, or build it with `make build`"
        raise DevError(message)
    environment = {
        **os.environ,
        "WAYMARK_DATABASE_URL": url,
        "WAYMARK_USER_MODULE": ",".join(modules),
        "WAYMARK_PYTHON": sys.executable,
        **settings,
    }
    # In a session of its own, so that Ctrl-C reaches it once, from here, and the database stops after it.
    with subprocess.Popen([binary], env=environment, start_new_session=True) as daemon:
        try:
            yield daemon
        finally:
            daemon.terminate()
            try:
                daemon.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                daemon.kill()


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt
