"""While a snapshot is held nothing dead can be removed: turns must not pass over all of it, and must not overlook anything."""

from collections.abc import Callable

import psycopg
import pytest

from tests.engine import programs
from tests.engine.session import Claim, Session

Connect = Callable[..., psycopg.Connection]
PAGES = """select sum(heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit)::float8 from pg_statio_user_tables
            where relname in ('tasks', 'actions')"""


@pytest.fixture
def held(session: Session, connect: Connect) -> Session:
    """A session of a database with a snapshot that somebody holds."""
    session.register(programs.one_action())
    holder = connect(autocommit=False)
    holder.execute("set transaction isolation level repeatable read")
    holder.execute("select from waymark.runs")
    return session


def drain(session: Session, runs: int, batch: int = 200) -> float:
    """Runs from start to end, in turns that hand in results; pages a run."""
    session.value("select count(*) from unnest(waymark.start_many('One', array_fill('{\"n\": 1}'::jsonb, array[%s])))", runs)
    session.value("select pg_stat_force_next_flush()")
    before = session.value(PAGES)
    claims = session.turn(capacity=batch)
    while claims:
        claims = session.turn(*(claim.succeeded(1) for claim in claims), capacity=batch)
    session.value("select pg_stat_force_next_flush()")
    return (session.value(PAGES) - before) / runs


def test_turns_do_not_pass_over_all_that_is_dead(held: Session) -> None:
    few = drain(held, 100, batch=2)
    drain(held, 10_000, batch=1000)
    drain(held, 10_000, batch=1000)
    assert drain(held, 100, batch=2) < 4 * few


def claimed(claims: list[Claim]) -> list[int]:
    return [claim.arguments["n"] for claim in claims]


def test_what_comes_in_before_the_remembered_place_is_not_overlooked(held: Session) -> None:
    drain(held, 10)
    held.start("One", n=1)
    (first,) = held.turn(capacity=1)
    held.value("select set_config('waymark.ready_tasks', 'infinity|' || (waymark._now() at time zone 'UTC')::text, false)")
    held.start("One", {"priority": -10}, n=2)
    assert claimed(held.turn(first.succeeded(1), capacity=1)) == [], "a busy turn begins at the remembered place"
    assert claimed(held.turn(capacity=1)) == [2], "a turn without results does not"


def test_a_place_is_remembered_for_a_while(held: Session) -> None:
    began = "clock_timestamp() - interval '1 second'"
    assert held.value("select waymark._scan_from('ready_tasks') = '-infinity'"), "nothing is remembered"
    held.value(f"select waymark._remember_scan('ready_tasks', {began}, 'infinity')")
    assert held.value("select waymark._scan_from('ready_tasks') > '-infinity'")
    held.value("select set_config('waymark.ready_tasks', (clock_timestamp() - interval '1 s') || '|2026-01-01', false)")
    assert held.value("select waymark._scan_from('ready_tasks') = '-infinity'")
