"""waymark.start_many: a batch of runs, all or none, each with the key it was given."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.cluster import wait_until
from tests.engine import programs
from tests.engine.session import Session
from tests.engine.test_locks import is_blocked

Connect = Callable[..., psycopg.Connection]


def start_many(session: Session, count: int, *, keys: list[str | None] | None = None, **options: Any) -> list[UUID]:
    arguments = [Jsonb({"n": n}) for n in range(count)]
    return session.value("select waymark.start_many('One', %s::jsonb[], %s, %s::text[])", arguments, Jsonb(options), keys)


def test_the_ids_are_in_the_order_of_the_arguments(session: Session) -> None:
    session.register(programs.one_action())
    run_ids = start_many(session, 50)
    rows = dict(session.connection.execute("select run_id, (arguments ->> 'n')::int from waymark.runs").fetchall())
    assert [rows[run_id] for run_id in run_ids] == list(range(50))
    assert sorted(claim.arguments["n"] for claim in session.turn(capacity=100)) == list(range(50))


def test_none_is_no_run(session: Session) -> None:
    session.register(programs.one_action())
    assert start_many(session, 0) == []
    assert session.is_quiet()


def test_options_are_those_of_each(session: Session) -> None:
    session.register(programs.one_action())
    start_many(session, 3, priority=7, queue="mail", delay=60, deadline=90, tags={"batch": "1"})
    rows = session.connection.execute("select priority, queue, tags, deadline - created_at from waymark.runs").fetchall()
    assert [(*row[:3], row[3].total_seconds()) for row in rows] == [(7, "mail", {"batch": "1"}, 90)] * 3
    assert session.turn(capacity=10) == []
    session.move_clock(60)
    assert len(Session(session.connection, queues=("mail",)).turn(capacity=10)) == 3


def test_a_key_that_is_known_is_its_run(session: Session) -> None:
    session.register(programs.one_action())
    first = start_many(session, 3, keys=["a", None, "b"])
    again = start_many(session, 4, keys=["b", None, "c", "c"])
    assert again[0] == first[2]
    assert again[2] == again[3]
    assert len({*first, *again}) == 5
    assert session.value("select count(*) from waymark.runs") == session.value("select count(*) from waymark.tasks") == 5


def test_two_batches_with_the_same_keys_in_another_order_do_not_deadlock(session: Session, connect: Connect) -> None:
    session.register(programs.one_action())
    keys = [f"k{n:03}" for n in range(200)]
    first, second = Session(connect(autocommit=False)), Session(connect(autocommit=False))
    ids = start_many(first, 200, keys=list(keys))
    with ThreadPoolExecutor(1) as pool:
        others = pool.submit(start_many, second, 200, keys=keys[::-1])
        wait_until(lambda: is_blocked(session.connection, second.connection.info.backend_pid), "the second start waits")
        first.connection.commit()
        assert others.result() == ids[::-1]
    second.connection.commit()
    assert session.value("select count(*) from waymark.runs") == 200


def test_a_key_whose_run_is_pruned_meanwhile_starts_a_run(session: Session, connect: Connect) -> None:
    """Between the statement that finds the key taken and the one that reads whose it is."""
    session.register(programs.one_action())
    old = session.start("One", n=0, options={"idempotency_key": "a"})
    session.turn(*(claim.succeeded(1) for claim in session.turn()))
    session.connection.execute("""
      create function wait_here() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock(1); return null; end';
      create trigger wait_here after insert on waymark.runs for each statement execute function wait_here()""")
    holding, starting = connect(autocommit=False), Session(connect())
    holding.execute("select pg_advisory_xact_lock(1)")
    with ThreadPoolExecutor(1) as pool:
        starts = pool.submit(start_many, starting, 2, keys=[None, "a"])
        wait_until(lambda: is_blocked(session.connection, starting.connection.info.backend_pid), "the start is between the two")
        holding.execute("select waymark.prune('succeeded', '0')")
        holding.commit()
        run_ids = starts.result()
    assert old not in run_ids
    assert sorted(run_ids) == session.value("select array_agg(run_id order by run_id) from waymark.runs")


@pytest.mark.parametrize(
    ("call", "sqlstate", "message"),
    [
        ("'Other', array['{}'::jsonb]", "WM201", 'no workflow "Other"'),
        ("""'One', array['{"n": 1}', '{}'::jsonb]""", "WM202", 'missing the argument "n"'),
        ("""'One', array['{"n": 1}', '{"n": 1, "m": 2}'::jsonb]""", "WM203", 'no parameter "m"'),
        ("'One', array['[]'::jsonb]", "WM206", "must be a JSON object"),
        ("""'One', array['{"n": 1}'::jsonb], '{"idempotency_key": "a"}'""", "WM204", "each run has its own"),
        ("""'One', array['{"n": 1}'::jsonb], '{"prio": 1}'""", "WM204", 'no option "prio"'),
        ("""'One', array['{"n": 1}'::jsonb], '{"priority": 5000}'""", "WM205", "priority"),
        ("""'One', array['{"n": 1}'::jsonb], '{}', array['a', 'b']""", "WM205", "2 idempotency keys were given for 1 runs"),
        ("""'One', array['{"n": 1}'::jsonb], '{}', array['']""", "WM205", "1 to 200 characters"),
        ("""'One', array_fill('{"n": 1}'::jsonb, array[10001])""", "WM205", "at most 10000"),
        ("""'One', array_fill('{"n": 1}'::jsonb, array[2, 2])""", "WM205", "a list of at most"),
        ("'One', null", "WM205", "a list of at most"),
    ],
)
def test_a_wrong_batch_starts_nothing(session: Session, call: str, sqlstate: str, message: str) -> None:
    session.register(programs.one_action())
    with pytest.raises(psycopg.Error, match=message) as failure:
        session.connection.execute(f"select waymark.start_many({call})".encode())
    assert failure.value.sqlstate == sqlstate
    assert session.is_quiet()
    assert session.value("select count(*) from waymark.runs") == 0
