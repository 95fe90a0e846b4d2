"""`make check`: what only the server can see in PL/pgSQL bodies.

Runs Debian's extension plpgsql_check (PostgreSQL 15) over every PL/pgSQL function of the installed engine and over the
step functions generated for the examples and for the cases of the language; prints each finding, exits 1 if there is one.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from examples.onboarding import OnboardingWorkflow
from examples.parallel_math import ParallelMathWorkflow
from examples.welcome_email import WelcomeEmailWorkflow
from tests.conftest import install_sources
from tests.language.cases import CASES
from waymark.compiler import compile_workflow
from waymark.db.embedded import EmbeddedServer
from waymark.ir import Program, to_text

BINARIES = Path("/usr/lib/postgresql/15/bin")

# Only these create, call and drop step functions, with text that the engine made from validated IR (STYLE.md).
# Extra warnings (variables never read) are off for step functions: each has the variables that any program may need.
# Performance warnings are off: they want operators `immutable`, which would raise the errors of branches not taken.
DYNAMIC_SQL = ["register", "_step_tasks", "_drop_programs"]
# Operators whose values CPython alone computes have parameters without a use in SQL.
REMOTE = ["py_call", "py_construct", "py_group_rest", "py_group_split", "py_method"]
FINDINGS = """
select p.oid::regprocedure::text, c.lineno, c.level, c.message, coalesce(c.detail, ''), coalesce(c.context, '')
from pg_proc p
  join pg_language l on l.oid = p.prolang
  left join pg_trigger t on t.tgfoid = p.oid
  cross join plpgsql_check_function_tb(p.oid, coalesce(t.tgrelid, 0), fatal_errors => false,
                                       extra_warnings => p.pronamespace = 'waymark'::regnamespace,
                                       compatibility_warnings => true, security_warnings => not p.proname = any (%s)) c
where l.lanname = 'plpgsql' and p.pronamespace in ('waymark'::regnamespace, 'waymark_programs'::regnamespace)
  and not (p.proname = any (%s) and c.message ^@ 'unused parameter')
order by 1, 2
"""

COUNT = """
select count(*) from pg_proc where pronamespace in ('waymark'::regnamespace, 'waymark_programs'::regnamespace)
"""


def programs() -> Iterator[Program]:
    """The programs of the examples and of the language's cases."""
    yield from (example.program for example in (WelcomeEmailWorkflow, ParallelMathWorkflow, OnboardingWorkflow))
    yield from (compile_workflow(case) for case in {case.cls: None for case in CASES})


def main() -> int:
    if not (BINARIES.parent / "lib" / "plpgsql_check.so").exists():
        print("plpgsql_check is missing: apt-get install postgresql-15-plpgsql-check", file=sys.stderr)
        return 1
    server = EmbeddedServer(Path(tempfile.mkdtemp(prefix="waymark-check-")), binaries=BINARIES, user="postgres")
    server.start()
    try:
        with psycopg.connect(server.url()) as connection:
            install_sources(connection)
            for program in programs():
                connection.execute("select waymark.register(%s)", (to_text(program),))
            connection.execute("create extension plpgsql_check")
            count = connection.execute(COUNT).fetchone()
            assert count is not None
            findings = connection.execute(FINDINGS, (DYNAMIC_SQL, REMOTE)).fetchall()
    finally:
        server.remove()
    for function, line, level, *message in findings:
        print(f"{function}:{line}: {level}: {' | '.join(part for part in message if part)}")
    print(f"plpgsql_check: {len(findings)} findings in {count[0]} functions")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
