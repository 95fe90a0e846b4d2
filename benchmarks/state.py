"""What a step costs when the state of a workflow is large: milliseconds and bytes of WAL at 100, 1,000 and 10,000 elements.

The engine alone: one session takes the actions of one run and returns their results, by SQL, each turn a transaction.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.bench import Bench, workload
from benchmarks.growing import WORKFLOWS, DictAdd, DictStore, ListAppend, ListStore
from benchmarks.report import Figure, Point
from waymark import Workflow
from waymark.db import install
from waymark.db.embedded import EmbeddedServer
from waymark.ir import to_json

STEPS = 80
DRIVE = """
create procedure pg_temp.drive(p_session bigint, p_turns int, inout p_seconds float8[]) language plpgsql as $$
declare
  v_turn waymark.turn_row;
  v_began timestamptz;
begin
  for i in 1..p_turns loop
    v_began := clock_timestamp();
    select * into v_turn from waymark.turn(p_session, 1, '{default}', false, false,
      (select array_agg(a.run_id) from waymark.actions a), (select array_agg(a.action_id) from waymark.actions a),
      (select array_agg(a.fencing_token) from waymark.actions a), (select array_agg('succeeded'::text) from waymark.actions a),
      (select array_agg(a.arguments -> 'value') from waymark.actions a), (select array_agg(1::bigint) from waymark.actions a));
    commit;
    p_seconds := p_seconds || extract(epoch from clock_timestamp() - v_began)::float8;
  end loop;
end
$$"""


def measure(connection: psycopg.Connection, session: int, workflow: type[Workflow], size: int, steps: int) -> tuple[float, float]:
    """The median of milliseconds, and the mean of bytes of WAL, of `steps` steps after a few."""
    given = {"items": list(range(size)), "size": size, "steps": 1_000_000}
    arguments = {parameter.name: given[parameter.name] for parameter in workflow.program.functions[0].parameters}
    connection.execute("select waymark.start(%s, %s)", (workflow.__name__, Jsonb(arguments)))
    connection.execute("vacuum (analyze) waymark.tasks")
    connection.execute("vacuum (analyze) waymark.pages")
    drive = "call pg_temp.drive(%s, %s, '{}')"
    connection.execute(drive, (session, 10))
    position = "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8"
    (wal,) = connection.execute(position).fetchone() or (0,)
    (seconds,) = connection.execute(drive, (session, steps)).fetchone() or ([],)
    (written,) = connection.execute(position).fetchone() or (0,)
    outstanding = connection.execute("select count(*) from waymark.actions").fetchone()
    if outstanding != (1,):
        raise SystemExit(f"{workflow.__name__}: the run has ended before the measurement has")
    connection.execute("truncate waymark.tasks, waymark.actions, waymark.pages, waymark.timers")
    return statistics.median(seconds) * 1000, (written - wal) / steps


@workload()
def state(bench: Bench) -> Iterator[Figure]:
    """Steps of loops over large state, by the engine alone."""
    sizes = (100, 1_000, 10_000)
    with psycopg.connect(bench.url, autocommit=True) as connection:
        connection.execute(DRIVE)
        (session,) = connection.execute("select waymark.open_session('{}', 3600000)").fetchone() or (0,)
        for cls in (ListAppend, ListStore, DictStore, DictAdd):
            bench.register_workflow(cls)
            rounds = [[measure(connection, session, cls, size, STEPS)[0] for size in sizes] for _ in range(bench.rounds)]
            name = (cls.__doc__ or "").splitlines()[0]
            for size, times in zip(sizes, zip(*rounds, strict=True), strict=True):
                place = Point("cost of a step by state", "elements", name, size)
                yield Figure(f"{name}, {size:,} elements", "ms", times, point=place)
            yield Figure(f"{name}, {sizes[-1]:,} elements", f"of {sizes[0]}", tuple(t[-1] / t[0] for t in rounds), ("≤", 2))
        connection.execute("select waymark.close_session(%s)", (session,))
    bench.clear()


def main() -> int:
    """Print the table; each ratio is the cost of a step at the last size, as a multiple of that at the first."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.state", description=__doc__)
    parser.add_argument("--steps", type=int, default=STEPS, help="steps that are measured (default: %(default)s)")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[100, 1_000, 10_000], help="sizes of the state (default: %(default)s)"
    )
    parser.add_argument("names", nargs="*", help="workflows (default: all)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as folder, EmbeddedServer(Path(folder) / "postgres") as server:
        install.upgrade(server.url())
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(DRIVE)
            for setting in ("full_page_writes", "autovacuum", "synchronous_commit"):
                connection.execute(f"alter system set {setting} = off".encode())
            connection.execute("select pg_reload_conf()")
            (session,) = connection.execute("select waymark.open_session('{}', 3600000)").fetchone() or (0,)
            width = 10 * len(options.sizes)
            print(f"{'':50}{'ms a step':>{width}}{'':10}{'bytes of WAL a step':>{width}}")
            print(f"{'':50}" + 2 * ("".join(f"{size:>10,}" for size in options.sizes) + f"{'ratio':>8}  "))
            for cls in WORKFLOWS:
                if options.names and cls.__name__ not in options.names:
                    continue
                connection.execute("select waymark.register(%s)", (Jsonb(to_json(cls.program)),))
                figures = [measure(connection, session, cls, size, options.steps) for size in options.sizes]
                times, bytes_ = zip(*figures, strict=True)
                row = "".join(f"{t:>10.2f}" for t in times) + f"{times[-1] / times[0]:>8.1f}  "
                row += "".join(f"{b:>10,.0f}" for b in bytes_) + f"{bytes_[-1] / bytes_[0]:>8.1f}"
                print(f"{(cls.__doc__ or '').splitlines()[0]:50}{row}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
