"""The rules of STYLE.md that can be executed. What a linter already checks is not here."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cluster import ROOT
from waymark.db import bundle
from waymark.errors import SQLSTATES

FUNCTION = re.compile(r"create (?:or replace )?function waymark\.(\w+)")
BODY = re.compile(r"\bas (\$\w*\$)(.*?)\1", re.DOTALL)
# The places that create, call and drop step functions.
DYNAMIC_SQL = {"functions/programs/register.sql", "functions/turn/_step_tasks.sql", "functions/retention/_drop_programs.sql"}

SOURCES = bundle.sources()
FUNCTIONS = {path: text for path, text in SOURCES.items() if path.startswith("functions/")}
TEXT_SUFFIXES = {".py", ".rs", ".sql", ".md", ".toml", ".yml", ".mako", ".ini", ".sh", ""}


def tracked(*patterns: str) -> Iterator[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return (ROOT / line for line in listed.splitlines() if (ROOT / line).is_file())


def is_public(function: str) -> bool:
    """Public functions can be called from outside; operators and internal ones run inside them."""
    return not function.startswith(("_", "py_"))


# --- Everywhere ---------------------------------------------------------------------------------------------------------


def test_nothing_is_left_to_do() -> None:
    marker = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    ours = {Path(__file__), ROOT / "STYLE.md"}
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.suffix in TEXT_SUFFIXES and path not in ours
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if marker.search(line)
    ]
    assert found == []


def test_python_modules_are_short() -> None:
    # tests/language/ holds lists of cases, which grow with the language and are not read as a whole.
    modules = [path for path in tracked("*.py") if not path.is_relative_to(ROOT / "tests/language")]
    found = {path: count for path in modules if (count := path.read_text(encoding="utf-8").count("\n")) > 400}
    assert found == {}


def test_no_test_is_skipped() -> None:
    skip = re.compile(r"pytest\.(mark\.)?(skip|xfail|importorskip)|#\[ignore")
    ours = {Path(__file__)}
    assert [path for path in tracked("tests/**.py", "*.rs") if path not in ours and skip.search(path.read_text())] == []


# --- SQL, as written ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FUNCTIONS)
def test_function_file(path: str) -> None:
    text = FUNCTIONS[path]
    defined = FUNCTION.findall(text)
    assert Path(path).stem in defined, "a file is named as its function"
    assert [name for name in defined if not name.startswith("_") and name != Path(path).stem] == []
    assert text.startswith("-- "), "a head comment says what, which state changes, locks in order, SQLSTATEs raised"
    for name in defined:
        assert f"comment on function waymark.{name}(" in text
    for _, body in BODY.findall(text):
        assert body.count("\n") <= 70, "bodies have at most 70 lines"
    if path not in DYNAMIC_SQL:
        assert not re.search(r"^\s*execute\s", "".join(body for _, body in BODY.findall(text)), re.MULTILINE)


@pytest.mark.parametrize("path", SOURCES)
def test_sql_keywords_are_lower_case(path: str) -> None:
    code = re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", SOURCES[path])
    assert re.findall(r"\b(?:SELECT|FROM|WHERE|INSERT|UPDATE|DELETE|CREATE|BEGIN|END|RETURN|IF|LOOP|AND|OR|NOT)\b", code) == []


def test_sqlstates_are_the_same_everywhere() -> None:
    code = re.compile(r"\bWM\d{3}\b")
    listed = re.findall(r"^\| (WM\d{3}(?: / WM\d{3})*)", SOURCES_README, re.MULTILINE)
    documented = {state for entry in listed for state in code.findall(entry)}
    raised = {state for text in SOURCES.values() for state in code.findall(text)}
    rust = re.findall(r'\("(WM\d{3})", Self::', (ROOT / "rust_scheduler/src/error.rs").read_text())
    assert set(SQLSTATES) == documented
    assert set(rust) == documented
    assert len(rust) == len(documented), "a SQLSTATE has one variant"
    assert raised == documented, "every code is raised somewhere, and no other"


SOURCES_README = (ROOT / "sql/README.md").read_text()


# --- SQL, as installed --------------------------------------------------------------------------------------------------

CATALOGUE = """
select p.proname, p.prosecdef, p.proconfig, p.provolatile,
       (select array_agg(a.name) from unnest(p.proargnames, p.proargmodes) a(name, mode) where coalesce(a.mode, 'i') <> 'o'),
       coalesce('t' = any (p.proargmodes), false), p.prorettype::regtype::text,
       obj_description(p.oid, 'pg_proc'), p.prosrc
from pg_proc p where p.pronamespace = 'waymark'::regnamespace order by 1
"""


def test_functions_as_installed(connection: psycopg.Connection) -> None:
    found: list[str] = []
    names: list[str] = []
    for name, definer, config, volatility, arguments, table, returns, comment, source in connection.execute(CATALOGUE):
        names.append(name)
        pinned = 'search_path=""' in (config or [])
        if is_public(name) or returns == "trigger":
            found += [f"{name}: security definer with an empty search_path"] * (not (definer and pinned))
        else:
            found += [f"{name}: internal, so neither security definer nor settings"] * bool(definer or config)
        found += [f"{name}: stable"] * (name.startswith("py_") and volatility != "s")
        found += [f"{name}: comment of one sentence"] * (not comment or not comment.strip().endswith("."))
        found += [f"{name}: no `returns table`"] * table
        found += [f"{name}: parameter {argument}" for argument in arguments or [] if not argument.startswith("p_")]
        found += [f"{name}: variable {variable}" for variable in badly_named_variables(source)]
    assert found == []
    assert len(names) == len(set(names)), "no overloads"


def badly_named_variables(source: str) -> list[str]:
    """Names declared in a PL/pgSQL body that start neither with `v_` nor, if constant, with `c_`."""
    code = re.sub(r"--[^\n]*|'(?:[^']|'')*'", "''", source)
    sections = re.findall(r"\bdeclare\b(.*?)\bbegin\b", code, re.DOTALL)
    statements = [statement.split() for section in sections for statement in section.split(";")]
    declared = [(words[0], "constant" in words) for words in statements if words]
    return [name for name, constant in declared if not name.startswith(("v_", "c_") if constant else "v_")]


def test_the_scan_for_variables_sees_them() -> None:
    assert badly_named_variables("declare x int; v_y int := 1; c_z constant int := 2; c_w int; begin end") == ["x", "c_w"]


def test_every_table_and_view_is_described(connection: psycopg.Connection) -> None:
    missing = connection.execute(
        "select relname from pg_class where relnamespace = 'waymark'::regnamespace and relkind in ('r', 'v', 'c')"
        " and coalesce(obj_description(oid, 'pg_class'), obj_description(reltype, 'pg_type')) is null"
    ).fetchall()
    assert missing == []


def test_files_can_be_executed_again(connection: psycopg.Connection) -> None:
    """A later migration executes the files that changed; only `schema/` makes things that cannot be made twice."""
    with connection.transaction():
        for path, text in SOURCES.items():
            if not path.startswith("schema/"):
                connection.execute(text.encode())
