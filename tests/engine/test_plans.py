"""The hot statements keep their plans: what they read does not grow with the tables, under fresh and under stale statistics.

A plan is cached when the tables are empty and used when they are large; so the test measures pages, not costs.
"""

import psycopg
import pytest

from tests.engine import programs
from tests.engine.session import Session

BYSTANDERS = """
insert into waymark.actions
  (run_id, task_no, step_no, slot, node, name, arguments, timeout_ms, state, priority, queue, fencing_token, ready_at)
select gen_random_uuid(), 0, 1, 0, 0, 'app:other', '{}', 1000, 'ready', 0, 'elsewhere', 0, now() from generate_series(1, 50000);
insert into waymark.actions
  (run_id, task_no, step_no, slot, node, name, arguments, timeout_ms, state, priority, queue, fencing_token, ready_at)
select gen_random_uuid(), 0, 1, 0, 0, 'app:other', '{}', 1000, 'backoff', 0, 'default', 0, now() from generate_series(1, 20000);
insert into waymark.tasks (run_id, program_id, priority, queue, state, pc, locals, ready_at)
select gen_random_uuid(), 1, 0, 'default', 'timer', 0, '{}', now() from generate_series(1, 50000);
insert into waymark.timers (run_id, task_no, due_at)
select run_id, 0, now() + interval '1 year' from waymark.tasks where state = 'timer';
insert into waymark.runs
  (run_id, workflow, program_id, priority, queue, arguments, created_at, state, result, ended_at)
select gen_random_uuid(), 'Loop', 1, 0, 'default', '{}', now(), 'succeeded', 'null', now() from generate_series(1, 50000);
insert into waymark.action_attempts
  (run_id, task_no, step_no, slot, attempt, action_id, node, name, arguments, outcome, final, ready_at, ended_at)
select run_id, 0, 1, 0, 1, 1, 0, 'app:other', '{}', 'succeeded', true, now(), now()
  from waymark.runs where started_at is null;
"""


def pages_read(session: Session, runs: int = 20) -> int:
    """Pages touched while `runs` loops of five actions go from start to end, ten turns of 20 results each."""
    for _ in range(runs):
        session.start("Loop", n=5)
    touched = """select sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0))
                   from pg_statio_user_tables where schemaname = 'waymark'"""

    def count() -> int:
        session.connection.execute("select pg_stat_force_next_flush()")
        return session.value(touched)

    before = count()
    claims = session.turn(capacity=runs)
    while claims:
        claims = session.turn(*(claim.succeeded(1) for claim in claims), capacity=runs)
    session.value("select waymark.reclaim(100)")
    return count() - before


@pytest.mark.parametrize("statistics", ["stale", "fresh", "empty"])
def test_a_turn_reads_what_it_works_on_and_no_more(connection: psycopg.Connection, session: Session, statistics: str) -> None:
    session.register(programs.loop())
    for _ in range(6):  # past the custom plans: the cached ones are in use
        small = pages_read(session)
    if statistics == "empty":
        connection.execute("analyze waymark.actions, waymark.tasks, waymark.timers, waymark.runs, waymark.action_attempts")
        pages_read(session)
    connection.execute(
        "".join(
            f"alter table waymark.{t} set (autovacuum_enabled = off);"
            for t in ("actions", "tasks", "timers", "runs", "action_attempts")
        )
    )
    connection.execute(BYSTANDERS.encode())
    if statistics == "fresh":
        connection.execute("vacuum analyze waymark.actions, waymark.tasks, waymark.timers, waymark.runs, waymark.action_attempts")
    large = pages_read(session)
    assert large < 2 * small, f"{small} pages with empty tables, {large} with large ones"
