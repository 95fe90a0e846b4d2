"""The wheel: one file with the package, the daemon, the command, `sql/` and `migrations/`."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cluster import ROOT
from waymark.db import bundle, install


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, as `pip wheel .` makes it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT]
    subprocess.run(command, check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the wheel is installed, apart from the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, wheel], check=True)
    return folder


def test_holds_everything_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"waymark/db/sql/{path}" for path in bundle.sources()} <= names
    assert {f"waymark/db/migrations/bundles/{name}.sql" for name in bundle.names()} <= names
    assert {"waymark/db/migrations/env.py", "waymark/testing/testing.sql"} <= names
    scripts = {Path(name).name for name in names if ".data/scripts/" in name}
    assert scripts == {"start-workers", "waymark"}
    assert {name.split("/")[0].split("-")[0] for name in names} == {"waymark"}
    assert not [name for name in names if "__pycache__" in name]


def test_installs_the_engine_without_the_checkout(installed: Path, empty_database_url: str, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(installed), "WAYMARK_DATABASE_URL": empty_database_url}

    def waymark(*arguments: str) -> str:
        # The script's own first line names the Python that installed it; here its packages come from PYTHONPATH.
        command = [sys.executable, installed / "bin" / "waymark", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True).stdout

    assert waymark("db", "upgrade") == f"engine: none -> {install.head()}\n"
    assert waymark("db", "upgrade") == f"engine: {install.head()}, nothing to do\n"
    assert waymark("db", "current") == f"{install.head()}\n"
    where = [sys.executable, "-c", "import waymark; print(waymark.__file__)"]
    module = subprocess.run(where, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True).stdout
    assert Path(module.strip()).is_relative_to(installed)


def test_daemon_in_the_wheel_runs(installed: Path) -> None:
    said = subprocess.run([installed / "bin" / "start-workers", "--version"], check=True, capture_output=True, text=True)
    assert said.stdout.strip()
