"""Daemons under test: start them, wait until they are ready, kill them or their workers, stop them."""

import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar

import psycopg

ROOT = Path(__file__).parent.parent
T = TypeVar("T")


def build_daemon() -> Path:
    """Build `start-workers` from this checkout, if anything changed, put it beside this Python and return its path."""
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet"], cwd=ROOT, check=True)
    binary = Path(sysconfig.get_path("scripts")) / "start-workers"
    subprocess.run(["install", "-C", "-m", "755", ROOT / "target/release/start-workers", binary], check=True)
    return binary


def wait_until(condition: Callable[[], T], what: str, seconds: float = 30) -> T:
    """Poll `condition` until it is true and return what it said; fail naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"still not true after {seconds} s: {what}")
        time.sleep(0.01)
    return answer


class Daemon:
    """One `start-workers` process and its log file."""

    def __init__(self, binary: Path, log: Path, settings: dict[str, str], arguments: tuple[str, ...] = ()) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [binary, *arguments],
                cwd=ROOT,
                env={**os.environ, "WAYMARK_PYTHON": sys.executable, **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def alive(self) -> bool:
        return self.process.poll() is None

    def workers(self) -> list[int]:
        """Process ids of its workers."""
        threads = Path(f"/proc/{self.pid}/task").glob("*/children")
        return [int(pid) for children in threads for pid in children.read_text().split()]

    def kill(self) -> None:
        """`kill -9`: as if the host had died. Its workers notice that the socket is closed."""
        self.process.kill()
        self.process.wait()

    def terminate(self, seconds: float = 20) -> int:
        """SIGTERM: drain, give back what has not started, exit; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def output(self) -> str:
        return self.log.read_text(errors="replace")


class Cluster:
    """The daemons of one test. Leaving the context stops them; if the test failed pytest shows the logs printed here."""

    def __init__(self, binary: Path, folder: Path, default_url: str) -> None:
        self.daemons: list[Daemon] = []
        self._binary = binary
        self._folder = folder
        self._default_url = default_url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for daemon in self.daemons:
            if daemon.alive():
                daemon.process.terminate()
        for daemon in self.daemons:
            try:
                daemon.process.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
            print(f"--- {daemon.log.name}, pid {daemon.pid}, exit code {daemon.process.returncode}\n{daemon.output()}")

    def start(
        self,
        count: int = 1,
        *,
        url: str | None = None,
        path: Path = ROOT,
        ready: bool = True,
        queues: str | None = None,
        **settings: object,
    ) -> list[Daemon]:
        """Start daemons and wait until each has its workers up and waits for work.

        Settings are the environment variables without prefix, in lower case (`worker_count=2`). `path`: a further folder
        from which the workers import modules. `ready=False`: do not wait. `queues`: serve these.
        """
        url = url or self._default_url
        defaults: dict[str, object] = {"worker_count": 1, "log_level": "info"}
        variables = {f"WAYMARK_{name.upper()}": str(value) for name, value in {**defaults, **settings}.items()}
        started: list[Daemon] = []
        for _ in range(count):
            log = self._folder / f"start-workers-{len(self.daemons)}.log"
            environment = {**variables, "WAYMARK_DATABASE_URL": url, "PYTHONPATH": f"{path}:{ROOT}"}
            started.append(Daemon(self._binary, log, environment, () if queues is None else ("--queues", queues)))
            self.daemons.append(started[-1])
        if ready:
            with psycopg.connect(url, autocommit=True) as connection:
                for daemon in started:
                    wait_until(lambda daemon=daemon: self._ready(daemon, connection), f"daemon {daemon.pid} is ready")
        return started

    @staticmethod
    def _ready(daemon: Daemon, connection: psycopg.Connection) -> bool:
        if not daemon.alive():
            raise AssertionError(f"start-workers exited with {daemon.process.returncode}:\n{daemon.output()}")
        # A session is hungry once the daemon has workers with free slots and has found nothing to do.
        query = "select hungry from waymark.sessions where (info->>'pid')::int = %s order by session_id desc limit 1"
        return connection.execute(query, (daemon.pid,)).fetchone() == (True,)
