"""What a step costs when the state of the workflow is large: milliseconds and bytes of WAL, at 100, 1,000 and 10,000 elements.

The engine alone: one session takes the actions of one run and returns their results, by SQL, each turn a transaction.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.growing import WORKFLOWS
from waymark import Workflow
from waymark.db import install
from waymark.db.embedded import EmbeddedServer
from waymark.ir import to_json

SIZES = (100, 1_000, 10_000)

DRIVE = """
create procedure pg_temp.drive(p_session bigint, p_turns int) language plpgsql as $$
declare
  v_turn waymark.turn_row;
begin
  for i in 1..p_turns loop
    select * into v_turn from waymark.turn(p_session, 1, '{default}', false, false,
      (select array_agg(a.run_id) from waymark.actions a), (select array_agg(a.action_id) from waymark.actions a),
      (select array_agg(a.fencing_token) from waymark.actions a), (select array_agg('succeeded'::text) from waymark.actions a),
      (select array_agg(a.arguments -> 'value') from waymark.actions a), (select array_agg(1::bigint) from waymark.actions a));
    commit;
  end loop;
end
$$"""


def measure(connection: psycopg.Connection, session: int, workflow: type[Workflow], size: int, steps: int) -> tuple[float, float]:
    """Milliseconds and bytes of WAL a step, of `steps` steps after a few."""
    given = {"items": list(range(size)), "size": size, "steps": 1_000_000}
    arguments = {parameter.name: given[parameter.name] for parameter in workflow.program.functions[0].parameters}
    connection.execute("select waymark.start(%s, %s)", (workflow.__name__, Jsonb(arguments)))
    connection.execute("vacuum (analyze) waymark.tasks")
    connection.execute("vacuum (analyze) waymark.pages")
    connection.execute("call pg_temp.drive(%s, 10)", (session,))
    query = "select extract(epoch from clock_timestamp())::float8, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8"
    began, wal = connection.execute(query).fetchone() or (0, 0)
    connection.execute("call pg_temp.drive(%s, %s)", (session, steps))
    ended, written = connection.execute(query).fetchone() or (0, 0)
    outstanding = connection.execute("select count(*) from waymark.actions").fetchone()
    if outstanding != (1,):
        raise SystemExit(f"{workflow.__name__}: the run has ended before the measurement has")
    connection.execute("truncate waymark.tasks, waymark.actions, waymark.pages, waymark.timers")
    return (ended - began) * 1000 / steps, (written - wal) / steps


def main() -> int:
    """Print the table; the last column of each figure is what a step at the largest size costs, as a multiple of one at the smallest."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.state", description=__doc__)
    parser.add_argument("--steps", type=int, default=80, help="steps that are measured (default: %(default)s)")
    parser.add_argument("names", nargs="*", help="workflows (default: all)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as folder, EmbeddedServer(Path(folder) / "postgres") as server:
        install.upgrade(server.url())
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(DRIVE)
            connection.execute("alter system set full_page_writes = off")
            connection.execute("alter system set autovacuum = off")
            connection.execute("select pg_reload_conf()")
            (session,) = connection.execute("select waymark.open_session('{}', 3600000)").fetchone() or (0,)
            print(f"{'':56}{'ms a step':>30}{'bytes of WAL a step':>40}")
            print(f"{'':50}" + 2 * ("".join(f"{size:>10,}" for size in SIZES) + f"{'ratio':>8}  "))
            for cls in WORKFLOWS:
                if options.names and cls.__name__ not in options.names:
                    continue
                connection.execute("select waymark.register(%s)", (Jsonb(to_json(cls.program)),))
                figures = [measure(connection, session, cls, size, options.steps) for size in SIZES]
                times, bytes_ = zip(*figures, strict=True)
                row = "".join(f"{t:>10.2f}" for t in times) + f"{times[-1] / times[0]:>8.1f}  "
                row += "".join(f"{b:>10,.0f}" for b in bytes_) + f"{bytes_[-1] / bytes_[0]:>8.1f}"
                print(f"{(cls.__doc__ or '').splitlines()[0]:50}{row}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
