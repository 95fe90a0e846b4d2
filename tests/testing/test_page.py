"""docs/testing.md is true: its files are a project whose tests pass, in each of the ways that it shows."""

import re
from types import SimpleNamespace

import pytest

from tests.cluster import ROOT
from waymark.testing import WaymarkEngine

PAGE = (ROOT / "docs/testing.md").read_text()
BLOCKS = re.findall(r"^```python\n# ([^\n]*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
INI = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\nfilterwarnings = error\n"
TESTS = len(re.findall(r"^(?:async )?def test_", PAGE, re.MULTILINE))


def text_of(name: str) -> str:
    return "\n\n".join(text for found, text in BLOCKS if found == name)


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini(INI)
    pytester.makepyfile(reminders=text_of("reminders.py"), test_reminders=text_of("test_reminders.py"))
    pytester.syspathinsert()
    return pytester


def test_every_block_is_of_a_known_file() -> None:
    assert len(BLOCKS) == PAGE.count("```python")
    assert {name.partition(":")[0] for name, _ in BLOCKS} == {"conftest.py", "reminders.py", "test_reminders.py"}


def test_the_page(project: pytest.Pytester) -> None:
    project.makeconftest(text_of("conftest.py"))
    project.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=TESTS)


@pytest.mark.parametrize("way", ["its server", "its databases"])
def test_the_page_with_pytest_postgresql(project: pytest.Pytester, postgres_address: SimpleNamespace, way: str) -> None:
    """Its process is the server of this session: one of its own it starts only for users who are not root."""
    address = postgres_address
    place = f'host="{address.host}", port={address.port}, user="postgres", password="{address.password}", dbname="page"'
    found = text_of(f"conftest.py: {way}")
    if way == "its server":
        found += f"\nfrom pytest_postgresql import factories\npostgresql_proc = factories.postgresql_noproc({place})\n"
    else:
        found = found.replace("postgresql_proc(", f"postgresql_noproc({place}, ").replace("[load_engine]", "[load_engine, load]")
        table = "create table invoices (number int primary key)"
        found = f"""
import psycopg

def load(*, host, port, user, dbname, password, **_):
    with psycopg.connect(host=host, port=port, user=user, dbname=dbname, password=password) as connection:
        connection.execute("{table}")
{found}
postgresql = factories.postgresql("postgresql_proc")
"""
    parts = [text for name, text in BLOCKS if name == "conftest.py"]
    conftest = [parts[0], found] if way == "its databases" else [*parts, found]
    project.makeconftest("\n".join(conftest))
    project.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=TESTS)


def test_the_tables_name_what_there_is(waymark_engine: WaymarkEngine) -> None:
    for name in set(re.findall(r"`(?:await )?engine\.(\w+)", PAGE)) | {"fail_next", "time_out", "lose_worker", "stub", "calls"}:
        assert hasattr(waymark_engine, name)
