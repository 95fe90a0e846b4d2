"""The daemons of a trial, each behind a proxy, under a supervisor that starts them again."""

import contextlib
import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import psycopg

from tests.chaos.plan import HEARTBEAT, LEASE
from tests.chaos.timeline import PAUSE, Timeline
from tests.cluster import Cluster, Daemon, wait_until
from tests.proxy import Proxy

RESTART = 0.5
"""Seconds at least between two starts by the supervisor."""
SETTINGS: dict[str, object] = {
    "user_module": "tests.chaos.flows",
    "concurrent_per_worker": 4,
    "lock_ttl_ms": int(1000 * LEASE),
    "lock_heartbeat_ms": int(1000 * HEARTBEAT),
    "expired_lock_reclaimer_interval_ms": 100,
}


@dataclasses.dataclass
class Member:
    """A daemon and the proxy that it and its successors connect through."""

    proxy: Proxy
    daemon: Daemon
    # Killed or stopped, and not to be started again yet.
    away: bool = False
    started_at: float = 0.0


class Members:
    """As a context manager: on exit nothing of them runs any more."""

    def __init__(self, url: str, binary: Path, folder: Path, workers: int, timeline: Timeline) -> None:
        self.all: list[Member] = []
        self._url = url
        self._port = psycopg.conninfo.conninfo_to_dict(url)["port"]
        self._cluster = Cluster(binary, folder, url)
        self._workers = workers
        self._timeline = timeline
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for daemon in self._cluster.daemons:
            if daemon.alive():
                daemon.kill()
        self._stack.close()

    def start(self, count: int) -> None:
        for _ in range(count):
            proxy = self._stack.enter_context(Proxy(int(self._port)))
            self.all.append(Member(proxy, self._start_daemon(proxy)))
        with psycopg.connect(self._url, autocommit=True) as connection:
            for member in self.all:
                wait_until(lambda member=member: Cluster._ready(member.daemon, connection), "the daemon is ready")

    def _start_daemon(self, proxy: Proxy) -> Daemon:
        url = self._url.replace(f":{self._port}/", f":{proxy.port}/")
        (daemon,) = self._cluster.start(url=url, ready=False, worker_count=self._workers, **SETTINGS)
        return daemon

    def _start_again(self, member: Member) -> None:
        member.daemon, member.away, member.started_at = self._start_daemon(member.proxy), False, time.monotonic()

    def replace(self, member: Member) -> None:
        """Start the successor of a daemon that was killed or stopped, once it is gone."""
        if member.daemon.alive():
            self._timeline.after(PAUSE, lambda: self.replace(member))
        else:
            self._start_again(member)

    def supervise(self) -> None:
        """A daemon that does not find the database when it starts ends, and is started again."""
        for member in self.all:
            if not member.away and not member.daemon.alive() and time.monotonic() > member.started_at + RESTART:
                self._timeline.note(f"{member.daemon.log.name} has ended: {member.daemon.output().splitlines()[-1:]}")
                self._start_again(member)

    def end(self) -> Iterator[str]:
        """Tell all to end; what does not go in good order."""
        pids = {member.daemon.pid for member in self.all}
        query = "select (info ->> 'pid')::int from waymark.sessions"
        with psycopg.connect(self._url, autocommit=True) as connection:

            def dead() -> set[int]:
                return {pid for (pid,) in connection.execute(query)} - pids

            try:
                wait_until(lambda: not dead(), "the sessions of daemons that are gone are removed", 10)
            except AssertionError as error:
                yield f"{error}: {dead()}"
        for member in self.all:
            member.proxy.calm()
            member.daemon.process.terminate()
        for member in self.all:
            if (code := member.daemon.process.wait(20)) != 0:
                yield f"{member.daemon.log} ended with {code}: {member.daemon.output()[-500:]}"
        for daemon in self._cluster.daemons:
            if "panicked" in daemon.output():
                yield f"{daemon.log} has panicked: {daemon.output()[-2000:]}"
