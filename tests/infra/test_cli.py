"""The command `waymark`: what it prints, and how it says no."""

import json
import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.cluster import ROOT, Cluster, wait_until

BAD_MODULE = """
from waymark import Workflow, workflow

@workflow
class First(Workflow):
    async def run(self, path: str) -> str:
        with open(path) as file:
            return file.read()

@workflow
class Second(Workflow):
    async def run(self) -> None:
        global counter
        yield_me = [(yield)]
"""


class Waymark:
    """Runs the command against one database, in one folder."""

    def __init__(self, folder: Path, url: str | None) -> None:
        self.folder = folder
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.environment.pop("WAYMARK_DATABASE_URL", None)
        if url is not None:
            self.environment["WAYMARK_DATABASE_URL"] = url

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "waymark.cli", *arguments]
        return subprocess.run(command, cwd=self.folder, env=self.environment, check=False, capture_output=True, text=True)

    def ok(self, *arguments: str) -> str:
        ended = self(*arguments)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def error(self, *arguments: str) -> str:
        """The error of a command that fails: it has exit code 1, prints nothing else and no traceback."""
        ended = self(*arguments)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert "Traceback" not in ended.stderr
        return ended.stderr


@pytest.fixture
def waymark(tmp_path: Path, database_url: str) -> Waymark:
    return Waymark(tmp_path, database_url)


def test_check_shows_every_problem_of_every_workflow(waymark: Waymark) -> None:
    (waymark.folder / "bad.py").write_text(BAD_MODULE)
    ended = waymark("check", "bad")
    assert ended.returncode == 1
    assert "bad.py:7:" in ended.stdout
    assert "bad.py:14:" in ended.stdout
    assert re.search(r"^2 workflows, \d+ problems$", ended.stdout, re.MULTILINE)
    problems = json.loads(waymark("check", "--json", "bad").stdout)
    assert {problem["line"] for problem in problems} >= {7, 13, 14}
    assert all(re.fullmatch(r"WMC\d+", problem["code"]) for problem in problems)


def test_check_is_content_with_the_examples(waymark: Waymark) -> None:
    assert waymark.ok("check", "examples.welcome_email", "examples.onboarding") == "2 workflows, 0 problems\n"


def test_visualize(waymark: Waymark) -> None:
    drawn = waymark.ok("visualize", "examples.parallel_math:ParallelMathWorkflow")
    assert "flowchart" in drawn
    assert "summarize" in drawn
    assert waymark.ok("visualize", "--format", "dot", "examples.parallel_math:ParallelMathWorkflow").startswith("digraph")
    assert "there is no workflow 'Nobody'" in waymark.error("visualize", "examples.parallel_math:Nobody")


def test_modules_that_do_not_import(waymark: Waymark) -> None:
    assert waymark.error("check", "no_such_module").startswith("waymark: cannot import no_such_module: ModuleNotFoundError")
    assert "there is no workflow in json" in waymark.error("check", "json")
    (waymark.folder / "broken.py").write_text("1 / 0\n")
    assert "ZeroDivisionError" in waymark.error("register", "broken")


def test_run_from_the_shell(waymark: Waymark, cluster: Cluster) -> None:
    assert re.fullmatch(r"ParallelMathWorkflow: program \d+\n", waymark.ok("register", "examples.parallel_math"))
    run_id = waymark.ok("start", "ParallelMathWorkflow", '{"number": 10}', "--options", '{"priority": -1}').strip()
    assert waymark.ok("status", run_id) == "queued\n"
    assert f"run {run_id} has not ended" in waymark.error("result", run_id)
    cluster.start(user_module="examples.parallel_math")
    wait_until(lambda: waymark.ok("status", run_id) == "succeeded\n", "the run has ended")
    assert json.loads(waymark.ok("result", run_id))["fibonacci"] == 55


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["start", "Nobody"], "Nobody"),
        (["start", "Nobody", "{"], "json"),
        (["status", str(uuid.UUID(int=1))], "00000000-0000-0000-0000-000000000001"),
        (["result", str(uuid.UUID(int=1))], "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_mistakes_are_named(waymark: Waymark, arguments: list[str], sentence: str) -> None:
    assert sentence in waymark.error(*arguments)


def test_without_a_database(tmp_path: Path, empty_database_url: str) -> None:
    assert "WAYMARK_DATABASE_URL is not set" in Waymark(tmp_path, None).error("db", "upgrade")
    unreachable = Waymark(tmp_path, "postgresql://127.0.0.1:1/nothing")
    assert "cannot" in unreachable.error("db", "current")
    empty = Waymark(tmp_path, empty_database_url)
    assert "waymark db upgrade" in empty.error("db", "current")
    assert "waymark db upgrade" in empty.error("status", str(uuid.UUID(int=1)))
    assert empty.ok("db", "upgrade").startswith("engine: none -> ")


def test_an_engine_of_another_version_is_named(waymark: Waymark, connection: psycopg.Connection) -> None:
    (source,) = connection.execute("select pg_get_functiondef('waymark.hello'::regproc)").fetchone() or ("",)
    for constant in ("c_oldest", "c_newest"):
        source = source.replace(f"{constant} constant int := 1", f"{constant} constant int := 9")
    connection.execute(source.encode())
    assert "version 9 of the Waymark engine" in waymark.error("status", str(uuid.UUID(int=1)))


def test_a_role_without_the_right_is_told_by_postgres(waymark: Waymark, connect: Callable[..., psycopg.Connection]) -> None:
    admin = connect()
    admin.execute("drop role if exists nobody_special")
    admin.execute("create role nobody_special login password 'nobody'")
    url = re.sub(r"//[^@]*@", "//nobody_special:nobody@", waymark.environment["WAYMARK_DATABASE_URL"])
    assert "permission denied" in Waymark(waymark.folder, url).error("start", "ParallelMathWorkflow")


PARITY_MODULE = """
import os
import pydantic
from waymark import Workflow, action, workflow

class Order(pydantic.BaseModel):
    number: int

@action
async def where(order: Order):
    return os.getpid()

@workflow
class Pure(Workflow):
    async def run(self, order: Order, factor: float = 2):
        return order, order.number * factor

@workflow
class Failing(Workflow):
    async def run(self, order: Order):
        raise LookupError("none", order)

@workflow
class Impure(Workflow):
    async def run(self, order: Order):
        return [1, await where(order)]
"""


def test_parity_shows_both_endings(waymark: Waymark, start_workers: Path) -> None:
    (waymark.folder / "orders.py").write_text(PARITY_MODULE)
    given = ["--input", '{"order": {"number": 7}}']
    shown = waymark.ok("parity", "orders:Pure", *given)
    assert re.search(r"^\(Order\(number=7\), 14\) +\(Order\(number=7\), 14\)$", shown, re.MULTILINE)
    assert shown.endswith("They are the same.\n")
    assert waymark.ok("parity", "orders:Failing", *given).count("LookupError: ('none', Order(number=7))") == 2
    ended = waymark("parity", "orders:Impure", *given)  # each time in another process
    assert (ended.returncode, "They DIFFER" in ended.stdout) == (1, True)
    assert "not JSON" in waymark.error("parity", "orders:Pure", "--input", "{")
    assert "Field required" in waymark.error("parity", "orders:Pure", "--input", '{"order": {}}')


def test_parity_of_the_projects_own_cases(waymark: Waymark, start_workers: Path) -> None:
    cases = waymark.ok("parity", "--list").splitlines()
    assert len(cases) > 1000
    assert "They are the same." in waymark.ok("parity", "--case", "gather-Failure")
    assert "no case 'gather-Nothing'" in waymark.error("parity", "--case", "gather-Nothing")


def test_dev_serves_until_interrupted(waymark: Waymark, start_workers: Path) -> None:
    """Postgres, engine and workers in one command; Ctrl-C stops all of them."""
    command = [sys.executable, "-m", "waymark.cli", "dev", "examples.parallel_math"]
    with subprocess.Popen(command, cwd=waymark.folder, env=waymark.environment, stdout=subprocess.PIPE, text=True) as dev:
        assert dev.stdout is not None
        exported = dev.stdout.readline()
        url = exported.removeprefix("export WAYMARK_DATABASE_URL=").strip()
        served = Waymark(waymark.folder, url)
        served.ok("register", "examples.parallel_math")
        run_id = served.ok("start", "ParallelMathWorkflow", '{"number": 5}').strip()
        wait_until(lambda: served.ok("status", run_id) == "succeeded\n", "the run has ended")
        dev.send_signal(signal.SIGINT)
        assert dev.wait(30) == 130
    assert "cannot connect" in served.error("db", "current")
