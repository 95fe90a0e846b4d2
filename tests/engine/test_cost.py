"""What an action costs, in numbers that do not depend on the machine: a budget for each, kept when the hot path changes.

`python -m tests.engine.test_cost` prints them. Times are the benchmarks' business.
"""

import dataclasses

import psycopg

from tests.engine import programs
from tests.engine.session import Session

RUNS, ITERATIONS, BATCH = 200, 10, 100


@dataclasses.dataclass(frozen=True)
class Cost:
    """Of an action: WAL bytes, pages touched, calls of PL/pgSQL functions, turns (a commit each)."""

    wal: float
    buffers: float
    calls: float
    turns: float


# As measured, and a tenth for what an index page that splits or a vacuum adds.
LOOP = Cost(wal=1_250, buffers=31, calls=4.8, turns=0.011)
ONE = Cost(wal=1_750, buffers=52, calls=2.5, turns=0.011)


def cost(session: Session, workflow: str, runs: int, actions: int, **arguments: int) -> Cost:
    """The least of some rounds, each of which drains these runs in batches: the first fills caches and plans, and the server
    may be busy with something else in any."""
    return min(
        (round_of(session, workflow, runs, actions, **arguments) for _ in range(4)), key=lambda cost: (cost.wal, cost.buffers)
    )


def round_of(session: Session, workflow: str, runs: int, actions: int, **arguments: int) -> Cost:
    for _ in range(runs):
        session.start(workflow, **arguments)
    session.connection.execute("truncate waymark.action_attempts")
    session.connection.execute("checkpoint")
    wal, buffers, calls = counters(session)
    turns, claims = 0, session.turn(capacity=BATCH)
    while claims:
        claims = session.turn(*(claim.succeeded(1) for claim in claims), capacity=BATCH)
        turns += 1
    after = counters(session)
    assert session.value("select count(*) from waymark.action_attempts") == actions
    return Cost((after[0] - wal) / actions, (after[1] - buffers) / actions, (after[2] - calls) / actions, turns / actions)


def counters(session: Session) -> tuple[float, float, float]:
    session.value("select pg_stat_force_next_flush()")
    return (
        session.value("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8"),
        session.value("select (blks_hit + blks_read)::float8 from pg_stat_database where datname = current_database()"),
        session.value("select coalesce(sum(calls), 0)::float8 from pg_stat_user_functions"),
    )


def measure(session: Session) -> dict[str, tuple[Cost, Cost]]:
    """Each workload's cost and its budget."""
    session.connection.execute("set track_functions = 'pl'")
    session.register(programs.loop())
    session.register(programs.one_action())
    loops = cost(session, "Loop", RUNS, RUNS * ITERATIONS, n=ITERATIONS)
    return {"ten-iteration loops": (loops, LOOP), "one-action runs": (cost(session, "One", RUNS, RUNS, n=1), ONE)}


def test_an_action_stays_within_its_budget(session: Session) -> None:
    for name, (found, budget) in measure(session).items():
        for field in dataclasses.fields(Cost):
            spent, allowed = getattr(found, field.name), getattr(budget, field.name)
            assert allowed / 2 <= spent <= allowed, f"{field.name} of {name}: {found}"


def main() -> None:
    """Print the costs on a server of its own."""
    import tempfile
    from pathlib import Path

    from waymark.db import install
    from waymark.db.embedded import EmbeddedServer

    settings = {"full_page_writes": "off", "autovacuum": "off"}
    with tempfile.TemporaryDirectory() as folder, EmbeddedServer(Path(folder) / "postgres", settings=settings) as server:
        install.upgrade(server.url())
        with psycopg.connect(server.url(), autocommit=True) as connection:
            for name, (found, budget) in measure(Session(connection)).items():
                print(f"{name}: {found}\n{'budget':>{len(name)}}: {budget}")


if __name__ == "__main__":
    main()
