"""The plugin as users have it: in a test session of its own, on an embedded server or with pytest-postgresql."""

import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from waymark.db import install as engine
from waymark.testing import NotATestDatabase, WaymarkEngine, install
from waymark.testing.database import PREFIX, Databases, remove_left_behind

INI = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""
FLOWS = """
import asyncio
from waymark import Workflow, action, workflow

@action
async def greet(name):
    return f"Hello {name}"

@workflow
class Greeting(Workflow):
    async def run(self, name):
        await asyncio.sleep(86400)
        return await greet(name)
"""
TESTS = '''
import psycopg
import pytest
from flows import Greeting, greet

@pytest.mark.parametrize("n", range(2))
async def test_greeting(waymark_engine, n):
    waymark_engine.stub(greet, returns="stubbed")
    assert await Greeting().run("Ann") == "stubbed"
    with psycopg.connect(waymark_engine.url) as connection:
        assert connection.execute("select count(*) from waymark.runs").fetchone() == (1,)
        others = "select from pg_database where datname <> current_database() and datname like 'waymark_%'"
        assert len(connection.execute(others).fetchall()) == OTHERS

def test_without_a_loop(waymark_engine):
    assert Greeting().run_sync("Ann") == "Hello Ann"

def test_started_in_sql_first(waymark_engine):
    with psycopg.connect(waymark_engine.url) as connection:
        connection.execute("""select waymark.start('Greeting', '{"name": "Ann"}')""")
    waymark_engine.advance_sync(86400)
    assert [call.outcome for call in waymark_engine.calls(greet)] == ["succeeded"]
'''


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A user's project with a workflow and four tests of it."""
    pytester.makeini(INI)
    pytester.makepyfile(flows=FLOWS, test_flows=TESTS.replace("OTHERS", "1"))
    pytester.syspathinsert()
    return pytester


def folders() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob(f"{PREFIX}-*"))


def test_on_an_embedded_server(project: pytest.Pytester) -> None:
    before = folders()
    project.makeconftest('pytest_plugins = ["waymark.testing"]')
    project.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=4)
    assert folders() == before, "the server and its folder are gone"


def test_on_another_server(project: pytest.Pytester, postgres_address: SimpleNamespace) -> None:
    """pytest-postgresql's process is the server; the plugin makes the databases, with a table of the user's."""
    address = postgres_address
    project.makeconftest(f"""
import datetime as dt
import psycopg
import pytest
from pytest_postgresql import factories

pytest_plugins = ["waymark.testing"]
postgresql_proc = factories.postgresql_noproc(
    host="{address.host}", port={address.port}, user="postgres", password="{address.password}", dbname="unused")

@pytest.fixture(scope="session")
def waymark_server(postgresql_proc):
    server = postgresql_proc
    return f"postgresql://{{server.user}}:{{server.password}}@{{server.host}}:{{server.port}}/postgres"

@pytest.fixture(scope="session")
def waymark_epoch():
    return dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC)

@pytest.fixture(scope="session")
def waymark_template(waymark_template):
    with psycopg.connect(waymark_template) as connection:
        connection.execute("create table greetings (name text)")
    return waymark_template
""")
    project.makepyfile(
        test_flows="""
import datetime as dt
import psycopg
from flows import Greeting

async def test_greeting(waymark_engine):
    assert waymark_engine.now() == dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC)
    assert await Greeting().run("Ann") == "Hello Ann"
    assert waymark_engine.now() == dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC)
    with psycopg.connect(waymark_engine.url) as connection:
        assert connection.execute("select * from greetings").fetchall() == []
"""
    )
    project.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


@pytest.mark.parametrize("load", ["load=[load_engine]", ""])
def test_in_databases_of_pytest_postgresql(project: pytest.Pytester, postgres_address: SimpleNamespace, load: str) -> None:
    """pytest-postgresql makes the databases; where its template has no engine, each test installs it."""
    address = postgres_address
    project.makeconftest(f"""
import pytest
from pytest_postgresql import factories
from waymark.testing import load_engine

pytest_plugins = ["waymark.testing"]
postgresql_proc = factories.postgresql_noproc(
    host="{address.host}", port={address.port}, user="postgres", password="{address.password}", dbname="theirs", {load})
postgresql = factories.postgresql("postgresql_proc")

@pytest.fixture
def waymark_database_url(postgresql):
    info = postgresql.info
    return f"postgresql://{{info.user}}:{{info.password}}@{{info.host}}:{{info.port}}/{{info.dbname}}"
""")
    project.makepyfile(test_flows=TESTS.replace("OTHERS", "0").replace("like 'waymark_%'", "= 'none'"))
    project.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=4)


def test_who_does_not_test_does_not_pay() -> None:
    code = "import sys, waymark.client, waymark.runs; assert not {'pytest', 'waymark.testing'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_server_that_was_left_behind_is_removed() -> None:
    left = Path(tempfile.mkdtemp(prefix=f"{PREFIX}-4194305-"))  # no process has such a number
    remove_left_behind()
    assert not left.exists()


def test_a_database_in_use_is_dropped(waymark_server: str) -> None:
    databases = Databases(waymark_server)
    with databases.create() as url:
        connection = psycopg.connect(url)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("select 1")
    connection.close()
    databases.close()


def test_the_clock_of_an_engine_in_use_is_left_alone(waymark_server: str) -> None:
    databases = Databases(waymark_server)
    with databases.create() as url:
        engine.upgrade(url)
        with psycopg.connect(url) as connection:
            connection.execute("select waymark.open_session('{}', 1000)")
        for refused in (lambda: install(url), lambda: WaymarkEngine(url)):
            with pytest.raises(NotATestDatabase, match="is in use, and not by tests"):
                refused()
        with psycopg.connect(url) as connection:
            row = connection.execute("select waymark._now() - clock_timestamp(), to_regnamespace('waymark_testing')").fetchone()
        assert row is not None
        assert abs(row[0].total_seconds()) < 1
        assert row[1] is None
    databases.close()
