"""The faults, done to real processes, connections and the clock."""

import contextlib
import os
import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.chaos.members import Member, Members
from tests.chaos.plan import Fault
from tests.chaos.timeline import Timeline
from tests.cluster import wait_until
from tests.proxy import ANSWERS, REQUESTS
from waymark.db.embedded import EmbeddedServer

CLOCK = "clock.conf"
BACKENDS = """
select pid from pg_stat_activity
 where datname = current_database() and backend_type = 'client backend' and application_name <> 'waymark client'
   and pid <> pg_backend_pid() order by backend_start, pid
"""


class Faults:
    def __init__(self, server: EmbeddedServer, url: str, members: Members, timeline: Timeline) -> None:
        self._server = server
        self._url = url
        self._members = members
        self._timeline = timeline
        self._clock = 0.0
        self._kinds: dict[str, Callable[[Fault, Member], None]] = {
            "kill worker": lambda fault, member: self._kill(member.daemon.workers(), fault),
            "pause worker": lambda fault, member: self._pause(member.daemon.workers(), fault),
            "kill daemon": lambda fault, member: self._end_daemon(member, fault, signal.SIGKILL),
            "stop daemon": lambda fault, member: self._end_daemon(member, fault, signal.SIGTERM),
            "pause daemon": lambda fault, member: self._pause([member.daemon.pid], fault),
            "end backends": lambda fault, _: self._end_backends(fault),
            "kill backend": lambda fault, _: self._kill(self._backends(), fault),
            "pause backend": lambda fault, _: self._pause(self._backends(), fault),
            "crash server": lambda fault, _: self._crash_server(fault),
            "cut connections": lambda _, member: member.proxy.cut(),
            "cut turn": lambda fault, member: member.proxy.cut_within(REQUESTS, b"succeeded", fault.count),
            "cut answer": lambda fault, member: member.proxy.cut_within(ANSWERS, b"tests.chaos.flows:", fault.count),
            "stall connections": lambda fault, member: self._stall(member, fault),
            "move clock": lambda fault, _: self._jump(fault),
        }

    def strike(self, fault: Fault) -> None:
        self._timeline.note(fault.kind)
        self._kinds[fault.kind](fault, self._members.all[fault.victim % len(self._members.all)])

    def _kill(self, pids: list[int], fault: Fault) -> None:
        if pids:
            send_signal(pids[fault.victim % len(pids)], signal.SIGKILL)

    def _pause(self, pids: list[int], fault: Fault) -> None:
        if pids:
            pid = pids[fault.victim % len(pids)]
            # On a thread of its own: a client of the trial may wait for a lock that the stopped backend has.
            waking = threading.Timer(fault.seconds, send_signal, (pid, signal.SIGCONT))
            send_signal(pid, signal.SIGSTOP)
            waking.start()
            self._timeline.after(fault.seconds, waking.join)

    def _end_daemon(self, member: Member, fault: Fault, number: signal.Signals) -> None:
        if not member.away:
            member.away = True
            send_signal(member.daemon.pid, number)
            self._timeline.after(fault.seconds, lambda: self._members.replace(member))

    def _backends(self) -> list[int]:
        """Those of daemons and of workers' transactions: a client's would hold up the trial itself."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            return [pid for (pid,) in connection.execute(BACKENDS)]

    def _end_backends(self, fault: Fault) -> None:
        chance = random.Random(fault.victim)
        for pid in self._backends():
            if chance.random() < 0.6:
                send_signal(pid, signal.SIGTERM)

    def _crash_server(self, fault: Fault) -> None:
        """`kill -9` of all its processes: as if its machine had died."""
        pid_file = self._server.data / "postmaster.pid"
        if not pid_file.exists():
            return
        postmaster = int(pid_file.read_text().splitlines()[0])
        processes = [postmaster, *map(int, Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split())]
        for pid in processes:
            send_signal(pid, signal.SIGKILL)
        wait_until(lambda: not any(map(is_running, processes)), "the server's processes are gone")
        # Where nobody reaps orphans, pg_ctl takes what is left of it for a server that runs.
        pid_file.unlink()
        self._timeline.after(fault.seconds, self._start_server)

    def _start_server(self) -> None:
        self._server.start()

    def _stall(self, member: Member, fault: Fault) -> None:
        member.proxy.stall()
        self._timeline.after(fault.seconds, member.proxy.flow)

    def _jump(self, fault: Fault) -> None:
        # Never further back than one jump from the true time: whoever waits would only wait so much longer.
        self._clock = max(self._clock, 0.0) + fault.seconds
        move_clock(self._server, self._clock)


def let_move_clock(server: EmbeddedServer) -> None:
    """Have the server read its engine clock from a file of its own."""
    with (server.data / "postgresql.conf").open("a") as settings:
        settings.write(f"\ninclude_if_exists '{CLOCK}'\n")


def move_clock(server: EmbeddedServer, seconds: float) -> None:
    """Set the engine clock of all sessions so far from the true time, from their next statement on."""
    (server.data / CLOCK).write_text(f"waymark.clock_offset = '{seconds} seconds'\n")
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("select pg_reload_conf()")


def send_signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
