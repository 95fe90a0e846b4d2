"""The engine alone, without daemons and workers, and the floor: the same rows written without an engine."""

from collections.abc import Iterator
from pathlib import Path

import psycopg

from benchmarks.bench import Bench, workload
from benchmarks.report import Figure, Point
from benchmarks.workflows import TenIterations

BATCH = 100
SQL = Path(__file__).parent / "sql"


@workload(short=True)
def engine(bench: Bench) -> Iterator[Figure]:
    """The engine alone on one connection, and the bare writes of its rows."""
    actions = bench.size(40_000, 200_000)
    rates: dict[int, list[float]] = {1: [], 10: [], 100: [], 1000: []}
    floor: list[float] = []
    with psycopg.connect(bench.url, autocommit=True) as connection:
        connection.execute((SQL / "turns.sql").read_bytes())
        connection.execute((SQL / "floor.sql").read_bytes())
        for _ in range(bench.rounds):
            for batch, found in rates.items():
                bench.clear()
                count = actions if batch >= BATCH else actions // 10
                bench.start(TenIterations, count // 10, iterations=10)
                (session,) = connection.execute("select waymark.open_session('{}', 3600000)").fetchone() or (0,)
                (seconds,) = connection.execute("call pg_temp.turns(%s, %s, %s, 0)", (session, batch, count)).fetchone() or (0,)
                found.append(count / seconds)
                connection.execute("select waymark.close_session(%s)", (session,))
            (seconds,) = connection.execute("call floor.batches(%s, %s, 0)", (BATCH, actions)).fetchone() or (0,)
            floor.append(actions / seconds)
        connection.execute("drop schema floor cascade")
    for batch, found in rates.items():
        goal = ("≥", 15_000) if batch == BATCH else None
        place = Point("throughput by batch, one connection", "actions a turn", "engine", batch)
        yield Figure(f"turns of {batch:,}", "actions/s", tuple(found), goal, place)
    place = Point("throughput by batch, one connection", "actions a turn", "floor", BATCH)
    yield Figure(f"bare writes of {BATCH}", "actions/s", tuple(floor), point=place)
    ratios = tuple(a / b for a, b in zip(rates[BATCH], floor, strict=True))
    yield Figure("engine against bare writes", "of the floor", ratios, ("≥", 0.4))
