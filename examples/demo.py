"""`make demo`: the whole product on an embedded Postgres, and what psql shows of it. Leaves nothing running."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import psycopg

from waymark.cli.dev import workers
from waymark.db.embedded import EmbeddedServer

FOLDER = Path(".waymark/demo")
BIN = Path(sysconfig.get_path("scripts"))
MODULES = ["examples.welcome_email", "examples.parallel_math", "examples.onboarding"]

RUNS = "select workflow, status, took, left(outcome, 70) as outcome from waymark.run_overview order by created_at"
ACTIONS = """select r.workflow, a.line, a.name, a.attempt, a.status, a.run_time, left(a.value, 60) as value
  from waymark.action_overview a join waymark.run_overview r using (run_id) order by a.ready_at"""
PROCEDURE = """select p.function_name from waymark.programs p
  join waymark.workflows w using (program_id) where w.workflow = 'WelcomeEmailWorkflow'"""


def main() -> int:
    print("Starting an embedded Postgres in", FOLDER)
    server = EmbeddedServer(FOLDER)
    if FOLDER.exists():
        server.remove()
    with server:
        environment = {**os.environ, "WAYMARK_DATABASE_URL": server.url(), "PAGER": ""}

        def run(*command: str | Path) -> None:
            print("\n$", " ".join([Path(command[0]).name, *map(str, command[1:])]), flush=True)
            subprocess.run(command, env=environment, check=True)

        def psql(statement: str) -> None:
            print("\nwaymark=#", statement, flush=True)
            client = [server.binaries / "psql", "--no-psqlrc", "--quiet", f"--command={statement}", server.url()]
            subprocess.run(client, env=environment, check=True)

        run(BIN / "alembic", "upgrade", "head")
        print("\n$ start-workers &", flush=True)
        with workers(server.url(), MODULES, WAYMARK_LOG_LEVEL="warning"):
            for module in MODULES:
                run(sys.executable, "-m", module)
        psql(RUNS)
        psql(ACTIONS)
        with psycopg.connect(server.url()) as connection:
            (procedure,) = connection.execute(PROCEDURE).fetchone() or ("",)
        psql(f"\\sf waymark_programs.{procedure}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
