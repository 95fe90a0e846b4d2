"""The hot statements keep their plans: what they read does not grow with the tables, under fresh and under stale statistics.

A plan is cached when the tables are empty and used when they are large; so the test measures pages, not costs.
"""

from typing import Any

import psycopg
import pytest

from tests.engine import programs
from tests.engine.concurrency import act, cancel, function, give, give_local, invoke, module, sleep, spawn, wait
from tests.engine.programs import const, local
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
insert into waymark.tasks
  (run_id, task_no, program_id, priority, queue, state, pc, locals, ready_at, shared, name, semaphore_no, ticket)
select gen_random_uuid(), n, 1, 0, 'default', 'semaphore', -1, '{}', now(), true, 'helper', 1, n from generate_series(1, 20000) n;
insert into waymark.task_history (run_id, task_no, parent_no, parent_step, slot, name, status, value, ended_at)
select gen_random_uuid(), n, 0, 1, 0, 'helper', 'returned', '1', now() from generate_series(1, 20000) n;
insert into waymark.task_waits (run_id, task_no, waiter_no, step_no)
select gen_random_uuid(), n, 0, 1 from generate_series(1, 20000) n;
insert into waymark.scopes (run_id, scope_no, task_no, cancels)
select gen_random_uuid(), n, 0, 0 from generate_series(1, 20000) n;
insert into waymark.semaphores (run_id, semaphore_no, value) select gen_random_uuid(), n, 0 from generate_series(1, 20000) n;
"""
TABLES = ["actions", "tasks", "timers", "runs", "action_attempts", "task_history", "task_waits", "scopes", "semaphores"]
PAGES = """select (heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit)::float8
             from pg_statio_user_tables where relid = %s::regclass"""
NAMES = ", ".join(f"waymark.{name}" for name in TABLES)
LEAF = module("Leaf", function("run", act(local("n"), "n"), give_local("n"), parameters=("n",)))
TREE = module(
    "Tree",
    function(
        "run",
        {"kind": "semaphore", "value": const(2), "target": "s"},
        {"kind": "scope", "seconds": const(100), "target": "c"},
        spawn(invoke(2), "t"),
        {
            "kind": "fork",
            "branches": {"list": [{"invocation": invoke(1, s=local("s"), n=const(n))} for n in range(3)]},
            "settle": False,
            "target": "r",
        },
        cancel("t"),
        wait("t", timeout=50),
        {"kind": "unscope", "scope": "c", "target": "c"},
        give_local(),
        local_names="s c t r",
    ),
    function(
        "one",
        {"kind": "acquire", "semaphore": local("s")},
        {"kind": "child", "call": {"workflow": "Leaf", "args": {"n": local("n")}}, "target": "r"},
        {"kind": "release", "semaphore": local("s")},
        give_local(),
        parameters=("s", "n"),
        local_names="r",
    ),
    function("rest", sleep(), give(const(1))),
)


def pages_read(session: Session, workflow: str, runs: int = 20) -> int:
    """Pages touched while runs, of five actions each or of several tasks and children, go from start to end."""
    arguments: dict[str, Any] = {"n": 5} if workflow == "Loop" else {}
    started = [session.start(workflow, None, **arguments) for _ in range(runs)]
    touched = """select sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0))
                   from pg_statio_user_tables where schemaname = 'waymark'"""

    def count() -> int:
        session.connection.execute("select pg_stat_force_next_flush()")
        return session.value(touched)

    before = count()
    claims = session.turn(capacity=runs)
    while claims or session.due_in_ms == 0:
        claims = session.turn(*(claim.succeeded(1) for claim in claims), capacity=runs)
    assert {session.outcome(run_id)[0] for run_id in started} == {"succeeded"}
    session.value("select waymark.reclaim(100)")
    return count() - before


@pytest.mark.parametrize("workflow", ["Loop", "Tree"])
@pytest.mark.parametrize("statistics", ["stale", "fresh", "empty"])
def test_a_turn_reads_what_it_works_on_and_no_more(
    connection: psycopg.Connection, session: Session, statistics: str, workflow: str
) -> None:
    for program in (programs.loop(), LEAF, TREE):
        session.register(program)
    small = min(pages_read(session, workflow) for _ in range(6))  # past the custom plans: the cached ones are in use
    if statistics == "empty":
        connection.execute(f"analyze {NAMES}".encode())
        pages_read(session, workflow)
    connection.execute("".join(f"alter table waymark.{name} set (autovacuum_enabled = off);" for name in TABLES).encode())
    connection.execute(BYSTANDERS.encode())
    if statistics == "fresh":
        connection.execute(f"vacuum analyze {NAMES}".encode())
    large = pages_read(session, workflow)
    assert large < 2 * small, f"{small} pages with empty tables, {large} with large ones"


def test_what_falls_due_at_once_is_woken_a_probe_each(connection: psycopg.Connection, session: Session) -> None:
    """Statistics of a time when nothing was due must not lead every probe through all that is."""
    session.register(module("Sleeper", function("run", sleep(1_000_000), give(const(1)))))

    def pages_a_run(runs: int) -> float:
        for _ in range(runs):
            session.start("Sleeper")
        while session.value("select exists (select from waymark.tasks where state = 'ready')"):
            session.turn(capacity=1000)
        connection.execute("vacuum analyze waymark.timers")
        connection.execute("update waymark.timers set due_at = waymark._now()")
        session.value("select pg_stat_force_next_flush()")
        before = session.value(PAGES, "waymark.timers")
        while session.value("select exists (select from waymark.timers)"):
            session.turn(capacity=1000)
        session.value("select pg_stat_force_next_flush()")
        return (session.value(PAGES, "waymark.timers") - before) / runs

    few = pages_a_run(100)
    assert pages_a_run(3000) < 2 * few


def test_a_sweep_reads_what_is_overdue_and_no_more(connection: psycopg.Connection, session: Session) -> None:
    connection.execute(
        """insert into waymark.actions (run_id, task_no, step_no, slot, node, name, arguments, timeout_ms, state, priority, queue,
                                        fencing_token, ready_at, session_id, claimed_at, deadline)
           select gen_random_uuid(), 0, 1, 0, 0, 'app:other', '{}', 1000, 'running', 0, 'default',
                  1, now(), %s, now(), now() + interval '1 hour'
             from generate_series(1, 5000)""",
        (session.session_id,),
    )
    session.value("select pg_stat_force_next_flush()")
    before = session.value(PAGES, "waymark.actions")
    assert session.value("select waymark.reclaim(100)") == 0
    session.value("select pg_stat_force_next_flush()")
    assert session.value(PAGES, "waymark.actions") - before < 20
