"""What schedules cost that are due in the same second, and whoever takes turns meanwhile; by the engine alone."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.bench import Bench, workload
from benchmarks.report import Figure
from benchmarks.workflows import TenIterations

SCHEDULES, BATCH, ACTIONS = 10_000, 100, 20
PLAN = "30 9 * * MON-FRI"
CREATE = """
select waymark.create_schedule('s' || n, %s, %s, %s, '{"timezone": "Europe/Berlin", "overlap": "allow"}')
  from generate_series(1, %s) n
"""
# A turn that hands in what the one before has claimed.
TURN = """
with handed as (select a.* from waymark.actions a where a.state = 'running' order by a.run_id, a.action_id)
select waymark.turn(%s, %s, '{default}', false, false,
         coalesce(array_agg(run_id), '{}'), coalesce(array_agg(action_id), '{}'), coalesce(array_agg(fencing_token), '{}'),
         array_fill('succeeded'::text, array[count(*)::int]), array_fill(jsonb '1', array[count(*)::int]),
         array_fill(1::bigint, array[count(*)::int]))
  from handed
"""


def turns(connection: psycopg.Connection, session: int, until: Callable[[], bool]) -> list[float]:
    """Milliseconds of each turn."""
    times: list[float] = []
    while not until():
        began = time.perf_counter()
        connection.execute(TURN, (session, ACTIONS))
        times.append((time.perf_counter() - began) * 1000)
    return times


def fire(connection: psycopg.Connection, calls: list[float]) -> None:
    """Fire what is due, as a daemon does, which rests as long as it works; notes the seconds of each call."""
    due_in = 0
    while due_in == 0:
        began = time.perf_counter()
        (due_in,) = connection.execute("select due_in_ms from waymark.fire_schedules(%s)", (BATCH,)).fetchone() or (None,)
        calls.append(time.perf_counter() - began)
        time.sleep(calls[-1])


@workload()
def schedules(bench: Bench) -> Iterator[Figure]:
    """Ten thousand schedules that are due in the same second, beside turns of a session that is never without work."""
    bench.clear()
    bench.connection.execute(CREATE, (TenIterations.name, PLAN, Jsonb({"iterations": 1}), SCHEDULES))
    bench.settle("schedules")
    session = bench.value("waymark.open_session('{}', 3600000)")
    costs: list[float] = []
    ratios: list[float] = []
    with psycopg.connect(bench.url, autocommit=True) as other:
        for _ in range(bench.rounds):
            bench.start(TenIterations, 10_000, iterations=1_000)
            end = time.perf_counter() + 3
            before = turns(bench.connection, session, lambda end=end: time.perf_counter() > end)
            due_in = bench.value("extract(epoch from max(due_at) - clock_timestamp())::float8 from waymark.schedules")
            other.execute("select set_config('waymark.clock_offset', %s, false)", (f"{due_in + 1} seconds",))
            calls: list[float] = []
            firing = threading.Thread(target=fire, args=(other, calls))
            firing.start()
            beside = turns(bench.connection, session, lambda firing=firing: not firing.is_alive())
            firing.join()
            costs.append(sum(calls) / SCHEDULES * 1e6)
            ratios.append(statistics.median(beside) / statistics.median(before))
    bench.value("waymark.close_session(%s)", session)
    bench.connection.execute("delete from waymark.schedules")
    bench.clear()
    yield Figure(f"a fire, in batches of {BATCH}", "µs", tuple(costs))
    yield Figure("median of a turn beside it", "of before", tuple(ratios), ("≤", 1.2))
