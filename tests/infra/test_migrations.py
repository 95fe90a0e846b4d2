"""Migrations: bundles are what they should be, and installing them is installing `sql/`."""

import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from tests.cluster import ROOT
from tests.infra.upgrades import next_package
from waymark.cli import main
from waymark.db import bundle, install
from waymark.db.embedded import EmbeddedServer
from waymark.errors import EngineVersionError


def schema_of(url: str, server: EmbeddedServer) -> str:
    """`pg_dump --schema-only` without the version table of the migrations and the dump's random token."""
    dump = subprocess.run(
        [server.binaries / "pg_dump", "--schema-only", "--exclude-table=waymark.schema_version", url],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return "\n".join(line for line in dump.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))


def test_bundles_are_sound() -> None:
    assert bundle.problems() == []


def test_upgrade_equals_the_sources(postgres: EmbeddedServer, database_url: str, empty_database_url: str) -> None:
    install.upgrade(empty_database_url)
    assert schema_of(empty_database_url, postgres) == schema_of(database_url, postgres)


def test_upgrade_again_changes_nothing(empty_database_url: str) -> None:
    assert install.current(empty_database_url) is None
    assert install.upgrade(empty_database_url) == install.head()
    assert install.upgrade(empty_database_url) == install.head()
    assert install.current(empty_database_url) == install.head()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_alembic_command_takes_every_form_of_address(
    scheme: str, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYMARK_DATABASE_URL", empty_database_url.replace("postgresql", scheme, 1))
    command.upgrade(Config(ROOT / "alembic.ini"), "head")
    assert install.current(empty_database_url) == install.head()


def test_offline_script_installs(postgres: EmbeddedServer, database_url: str, empty_database_url: str) -> None:
    script = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head", "--sql"], cwd=ROOT, check=True, capture_output=True
    ).stdout
    psql = [postgres.binaries / "psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", empty_database_url]
    subprocess.run(psql, input=script, check=True, capture_output=True)
    assert install.current(empty_database_url) == install.head()
    assert schema_of(empty_database_url, postgres) == schema_of(database_url, postgres)


def test_superuser_is_not_needed(bare_postgres: EmbeddedServer) -> None:
    """As on managed Postgres: CREATEROLE and CREATE on the database are enough to install and to upgrade again."""
    with psycopg.connect(bare_postgres.url(), autocommit=True) as admin:
        admin.execute("create role installer login createrole password 'installer'")
        admin.execute("create database managed")
        admin.execute("grant create on database managed to installer")
    superuser = f"postgres:{bare_postgres.password}@"
    url = bare_postgres.url("managed").replace(superuser, "installer:installer@")
    install.upgrade(url)
    assert install.upgrade(url) == install.head()
    with psycopg.connect(bare_postgres.url("managed")) as connection:
        owners = connection.execute(
            "select distinct pg_get_userbyid(relowner) from pg_class where relnamespace = 'waymark'::regnamespace"
            " union select pg_get_userbyid(proowner) from pg_proc where pronamespace = 'waymark'::regnamespace"
        ).fetchall()
    assert owners == [("waymark_owner",)]


def test_released_bundles_are_frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proofs fail when they should: a stale bundle, a changed released one, and no more `make` after release."""
    folder = tmp_path / "bundles"
    shutil.copytree(bundle.BUNDLES, folder)
    monkeypatch.setattr(bundle, "BUNDLES", folder)
    monkeypatch.setattr(bundle, "RELEASED", folder / "released.sha256")
    newest = folder / f"{bundle.names()[-1]}.sql"
    bundle.make()
    assert bundle.problems() == []
    newest.write_text(newest.read_text() + "-- file: functions/new.sql\nselect 1;\n")
    assert [problem for problem in bundle.problems() if "functions/new.sql" in problem]
    bundle.make()
    bundle.release()
    assert bundle.problems() == []
    with pytest.raises(bundle.BundleError, match="released"):
        bundle.make()
    newest.write_text(newest.read_text().replace("waymark_owner", "somebody_else"))
    assert any("has changed" in problem for problem in bundle.problems())


def test_an_engine_is_never_downgraded(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The package of before an upgrade refuses to touch what came after it; so does alembic."""
    install.upgrade(empty_database_url)
    with monkeypatch.context() as patch:
        next_package(tmp_path / "migrations", patch)
        assert install.upgrade(empty_database_url) == "9999"
        assert install.upgrade(empty_database_url) == "9999"
    with pytest.raises(EngineVersionError, match=rf"revision 9999, newer than this package, which brings {install.head()}"):
        install.upgrade(empty_database_url)
    monkeypatch.setenv("WAYMARK_DATABASE_URL", empty_database_url)
    with pytest.raises(CommandError, match="an engine is never downgraded"):
        command.upgrade(Config(ROOT / "alembic.ini"), "head")
    with monkeypatch.context() as patch:
        next_package(tmp_path / "again", patch)
        configuration = Config()
        configuration.set_main_option("script_location", str(tmp_path / "again"))
        configuration.set_main_option("path_separator", "os")
        configuration.attributes["url"] = empty_database_url
        with pytest.raises(bundle.BundleError, match="go forward only"):
            command.downgrade(configuration, "-1")
    assert install.current(empty_database_url) == "9999"
    assert main(["db", "current"]) == 0
    assert capsys.readouterr().out.startswith("9999 (newer than this package")
