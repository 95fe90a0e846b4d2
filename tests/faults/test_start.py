"""What cannot work says so at once: one sentence that tells what to do, an exit code that is not 0, and nothing that hangs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cluster import ROOT, Cluster, wait_until
from tests.faults import flows
from tests.faults.load import Load
from waymark import DatabaseUnreachable, EngineNotInstalled, EngineVersionError
from waymark.db.embedded import EmbeddedServer

MODULE = "tests.faults.flows"
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
OTHER_VERSION = """
do $$ begin
  execute replace(replace(pg_get_functiondef('waymark.hello'::regproc), 'c_newest constant int := 1',
                          'c_newest constant int := 9'), 'c_oldest constant int := 1', 'c_oldest constant int := 8');
end $$
"""


def refusal(cluster: Cluster, url: str, code: int = 1, **settings: object) -> str:
    """What a daemon that cannot start says last; one line."""
    (daemon,) = cluster.start(ready=False, url=url, **settings)
    assert daemon.process.wait(30) == code
    last = daemon.output().splitlines()[-1]
    assert last.startswith("start-workers: ")
    assert "panicked" not in daemon.output()
    return last.removeprefix("start-workers: ")


def command_refusal(url: str) -> str:
    """What `waymark start` says; one line."""
    command = [sys.executable, "-m", "waymark.cli", "start", "Chain", '{"steps": 1}']
    environment = {**os.environ, "WAYMARK_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    return line


# --- Settings -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("DATABASE_URL", "", "a database URL such as postgresql://user:password@host:5432/database"),
        ("DATABASE_URL", "mysql://somewhere", "a database URL"),
        ("WORKER_COUNT", "0", "a whole number from 1 to 1024"),
        ("WORKER_COUNT", "two", "a whole number from 1 to 1024"),
        ("CONCURRENT_PER_WORKER", "10001", "a whole number from 1 to 10000"),
        ("EXECUTOR_SHARDS", "65", "a whole number from 1 to 64"),
        ("USER_MODULE", "my-module.py", "the dotted name of a Python module, or several separated by commas"),
        ("MAX_ACTION_LIFECYCLE", "0", "a whole number from 1 to 1000000000"),
        ("POLL_INTERVAL_MS", "0.5", "a whole number from 1 to 60000"),
        ("LOCK_TTL_MS", "99", "a whole number from 100 to 3600000"),
        ("LOCK_HEARTBEAT_MS", "9", "a whole number from 10 to 1200000"),
        ("LOCK_HEARTBEAT_MS", "7501", "at most half of WAYMARK_LOCK_TTL_MS (15000)"),
        ("EXPIRED_LOCK_RECLAIMER_INTERVAL_MS", "-1", "a whole number from 10 to 3600000"),
        ("EXPIRED_LOCK_RECLAIMER_BATCH_SIZE", "100001", "a whole number from 1 to 100000"),
        ("RUNNER_PROFILE_INTERVAL_MS", "5s", "a whole number from 0 to 3600000"),
        ("LOG_LEVEL", "loud", "one of trace, debug, info, warning, error, off"),
    ],
)
def test_a_wrong_setting_is_named(start_workers: Path, variable: str, value: str, allowed: str) -> None:
    environment = {**os.environ, "WAYMARK_DATABASE_URL": NOWHERE, f"WAYMARK_{variable}": value}
    ended = subprocess.run([start_workers], env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"start-workers: WAYMARK_{variable} is ")
    assert f"it must be {allowed}" in line
    # A database URL may hold a password.
    assert f'"{value}"' in line or variable == "DATABASE_URL"
    assert "somewhere" not in line


def test_a_wrong_command_line(start_workers: Path) -> None:
    ended = subprocess.run([start_workers, "--que", "x"], capture_output=True, text=True, timeout=30, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("start-workers: ")
    assert "--help" in ended.stderr


# --- The database -------------------------------------------------------------------------------------------------------


def test_a_database_that_cannot_be_reached(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(cluster, NOWHERE)
    assert said.startswith("The database cannot be reached: ")
    assert said.endswith("Check WAYMARK_DATABASE_URL, and that the server runs and accepts connections from here.")
    assert "cannot connect to the database of WAYMARK_DATABASE_URL: " in command_refusal(NOWHERE)
    monkeypatch.setenv("WAYMARK_DATABASE_URL", NOWHERE)
    with pytest.raises(DatabaseUnreachable, match="WAYMARK_DATABASE_URL cannot be reached"):
        flows.Chain().start_sync(1)


def test_a_wrong_password_and_an_unknown_database(cluster: Cluster, postgres: EmbeddedServer) -> None:
    said = refusal(cluster, postgres.url().replace(postgres.password, "wrong"))
    assert "password authentication failed" in said
    assert "wrong" not in said
    assert 'database "nothing" does not exist' in refusal(cluster, postgres.url("nothing"))


def test_a_database_without_the_engine(cluster: Cluster, empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(cluster, empty_database_url)
    assert said == "The Waymark engine is not installed in this database. Run `waymark db upgrade`, then start again."
    assert "waymark db upgrade" in command_refusal(empty_database_url)
    monkeypatch.setenv("WAYMARK_DATABASE_URL", empty_database_url)
    with pytest.raises(EngineNotInstalled, match="waymark db upgrade"):
        flows.Chain().start_sync(1)


def test_an_engine_of_another_version(cluster: Cluster, load: Load, connection: psycopg.Connection) -> None:
    connection.execute(OTHER_VERSION)
    said = refusal(cluster, load.url)
    assert "version 9 of the Waymark engine, which is newer than its caller knows (1 to 1)" in said
    assert "The engine serves callers of the versions 8 to 9" in said
    assert said.endswith("Upgrade the waymark package on this host, and start its workers again.")
    with pytest.raises(EngineVersionError, match="version 9 of the Waymark engine"):
        flows.Chain().start_sync(1)
    assert connection.execute("select count(*) from waymark.sessions").fetchone() == (0,)


@pytest.fixture
def stranger(connection: psycopg.Connection) -> Iterator[str]:
    """A role that may log in and nothing more."""
    connection.execute("create role stranger login password 'secret'")
    yield "stranger:secret"
    connection.execute("drop role stranger")


def test_a_role_without_the_right(cluster: Cluster, load: Load, postgres: EmbeddedServer, stranger: str) -> None:
    url = load.url.replace(f"postgres:{postgres.password}", stranger)
    said = refusal(cluster, url)
    assert "may not drive workers: permission denied for schema waymark" in said
    assert "grant waymark_worker to" in said


# --- The user's modules -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import nowhere_to_be_found", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("def broken(:", "SyntaxError: "),
    ],
)
def test_a_user_module_that_cannot_be_imported(cluster: Cluster, load: Load, tmp_path: Path, source: str, reason: str) -> None:
    (tmp_path / "broken_module.py").write_text(source + "\n")
    said = refusal(cluster, load.url, path=tmp_path, user_module="broken_module", worker_count=2)
    assert f"cannot work: module broken_module of WAYMARK_USER_MODULE cannot be imported: {reason}" in said
    assert load.query("select count(*) from waymark.sessions") == [(0,)]


def test_an_interpreter_that_is_not_there(cluster: Cluster, load: Load) -> None:
    said = refusal(cluster, load.url, python="/nowhere/python")
    assert said.startswith('The Python interpreter "/nowhere/python" cannot be started: ')
    assert said.endswith("Set WAYMARK_PYTHON to the interpreter.")


# --- Callers that do not wait -------------------------------------------------------------------------------------------


def test_a_caller_that_does_not_wait(cluster: Cluster, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster.start(user_module=MODULE)
    with monkeypatch.context() as patch:
        patch.setenv("WAYMARK_SKIP_WAIT_FOR_INSTANCE", "1")
        assert flows.Chain().run_sync(4) is None
    results = "select result from waymark.runs where state = 'succeeded'"
    wait_until(lambda: load.query(results) == [(6,)], "the run ends by itself")
    assert flows.Chain().run_sync(4) == 6


def test_a_caller_that_gives_up_waiting_ends_quietly(load: Load) -> None:
    """No worker is there; the process that has waited in vain leaves without a word."""
    script = (
        "from tests.faults.flows import Chain\n"
        "try: Chain().start_sync(1).result_sync(0.3)\n"
        "except TimeoutError as error: print(type(error).__name__)"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "ResultNotReady\n", "")
