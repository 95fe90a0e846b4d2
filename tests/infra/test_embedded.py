"""The embedded server: what its users rely on."""

from pathlib import Path

import psycopg
import pytest

from tests.conftest import VERSION
from waymark.db.embedded import EmbeddedServer, EmbeddedServerError


def test_the_suite_runs_on_the_chosen_version(postgres: EmbeddedServer) -> None:
    with psycopg.connect(postgres.url()) as connection:
        assert connection.info.server_version // 10_000 == VERSION


def test_needs_its_password(postgres: EmbeddedServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres.url().replace(postgres.password, "guess"))


def test_a_second_start_joins_the_running_server(own_postgres: EmbeddedServer) -> None:
    second = EmbeddedServer(own_postgres.folder, binaries=own_postgres.binaries)
    assert second.start() is False
    assert second.url() == own_postgres.url()


def test_a_restart_keeps_address_and_data(own_postgres: EmbeddedServer) -> None:
    before = own_postgres.url()
    with psycopg.connect(before) as connection:
        connection.execute("create table kept (id int)")
    own_postgres.restart("immediate")
    assert own_postgres.url() == before
    with psycopg.connect(before) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)


def test_a_start_that_fails_says_what_postgres_said(tmp_path: Path, own_postgres: EmbeddedServer) -> None:
    bad = EmbeddedServer(tmp_path, binaries=own_postgres.binaries, user=own_postgres.user, settings={"no_such_setting": "1"})
    with pytest.raises(EmbeddedServerError, match="no_such_setting"):
        bad.start()
