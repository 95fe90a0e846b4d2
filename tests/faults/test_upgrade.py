"""Upgrades while daemons run: within the window nothing is lost and nobody notices; outside of it everybody is told."""

import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.cluster import Cluster, wait_until
from tests.faults import flows
from tests.faults.load import Load
from tests.infra.upgrades import next_package
from waymark import EngineVersionError
from waymark.db import install

MODULE = "tests.faults.flows"


@pytest.fixture
def installed(make_load: Callable[[str], Load], empty_database_url: str) -> Load:
    """Runs in a database that was installed by its migrations."""
    install.upgrade(empty_database_url)
    return make_load(empty_database_url)


def revisions(load: Load) -> set[bool]:
    """Whether the functions of the engine are those of the made-up revision."""
    query = "select distinct prosrc like '%%Revision 9999%%' from pg_proc where proname in ('turn', '_step_tasks', '_start_runs')"
    return {is_next for (is_next,) in load.query(query)}


def test_runs_go_on_over_an_upgrade(installed: Load, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old daemons and old clients with a new engine; then a daemon that is started anew joins them."""
    old = cluster.start(2, url=installed.url, user_module=MODULE, profile_interval_ms=0)
    over = threading.Event()
    problems: list[BaseException] = []

    def start_runs() -> None:
        try:
            while not over.is_set():
                installed.start_mix(1)
        except BaseException as error:  # noqa: BLE001 - the test fails with it
            problems.append(error)

    caller = threading.Thread(target=start_runs)
    caller.start()
    try:
        wait_until(lambda: installed.attempts() > 50, "there is load")
        with monkeypatch.context() as patch:
            next_package(tmp_path / "migrations", patch)
            assert install.upgrade(installed.url) == "9999"
        before = installed.attempts()
        wait_until(lambda: installed.attempts() > before + 50, "it goes on")
        (new,) = cluster.start(url=installed.url, user_module=MODULE, ready=False)
        wait_until(lambda: installed.running(new.pid) > 0, "a daemon that was started after it works, too")
    finally:
        over.set()
        caller.join()
    assert problems == []
    assert revisions(installed) == {True}
    installed.finish(120)
    for daemon in old:
        assert daemon.alive()
        assert "ERROR" not in daemon.output()


def test_an_upgrade_waits_for_nobody_who_waits_for_it(
    installed: Load, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A caller's transaction is open, has started a run and starts another one: whoever came first, neither fails."""
    cluster.start(url=installed.url, user_module=MODULE)
    flows.Chain().run_sync(2)
    start = b"select waymark.start(workflow, '{\"steps\": 2}') from waymark.workflows where workflow like '%Chain'"
    with psycopg.connect(installed.url) as caller, monkeypatch.context() as patch:
        next_package(tmp_path / "migrations", patch)
        caller.execute(start)
        upgrade = threading.Thread(target=install.upgrade, args=(installed.url,))
        upgrade.start()
        waits = "select count(*) from pg_stat_activity where query like '%%lock_not_available%%' and pid <> pg_backend_pid()"
        wait_until(lambda: installed.query(waits) == [(1,)], "the upgrade tries")
        caller.execute(start)
        assert upgrade.is_alive()
        caller.commit()
        upgrade.join()
    assert install.current(installed.url) == "9999"
    done = "select count(*) from waymark.runs where state = 'succeeded'"
    wait_until(lambda: installed.query(done) == [(3,)], "both runs go on under the new engine")


def test_a_daemon_that_is_too_old_ends_in_words(
    installed: Load, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine no longer serves its version: as soon as it misses a function it asks, and gives up; so does one that starts."""
    (daemon,) = cluster.start(url=installed.url, user_module=MODULE)
    with monkeypatch.context() as patch:
        next_package(tmp_path / "migrations", patch, oldest=2)
        install.upgrade(installed.url)
    assert daemon.alive()
    with psycopg.connect(installed.url, autocommit=True) as connection:
        connection.execute("alter function waymark.turn rename to turn_2")
    assert daemon.process.wait(60) == 1
    (starting,) = cluster.start(url=installed.url, ready=False, user_module=MODULE)
    assert starting.process.wait(30) == 1
    for said in (daemon.output(), starting.output()):
        assert "version 2 of the Waymark engine, which is newer than its caller knows (1 to 1)" in said
        assert "Upgrade the waymark package on this host" in said.splitlines()[-1]
    with pytest.raises(EngineVersionError, match="newer than its caller knows"):
        flows.Chain().start_sync(1)
