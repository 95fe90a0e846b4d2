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


def remember_now(session: Session) -> None:
    """As if the scan of ready tasks had passed over much until now."""
    mark = "jsonb_build_array('infinity', waymark._now() at time zone 'UTC')"
    session.value(f"select set_config('waymark.scans', jsonb_build_object('tasks', {mark})::text, false)")


def test_what_comes_in_before_the_remembered_place_is_not_overlooked(held: Session) -> None:
    drain(held, 10)
    held.start("One", n=1)
    (first,) = held.turn(capacity=1)
    remember_now(held)
    held.start("One", {"priority": -10}, n=2)
    assert claimed(held.turn(first.succeeded(1), capacity=1)) == [], "a busy turn begins at the remembered place"
    assert claimed(held.turn(capacity=1)) == [2], "one that would wait does not"


def test_a_session_does_not_wait_for_what_it_has_overlooked(held: Session) -> None:
    held.register(programs.sleeper())
    remember_now(held)
    held.start("One", {"priority": -10}, n=1)
    held.start("Sleeper")
    assert held.turn(resting=True) == []
    assert held.backlog, "something was ready, so that not all was scanned"
    assert claimed(held.turn(resting=True)) == [1]


def test_a_place_is_remembered_for_a_while(held: Session) -> None:
    def remember(seconds: float, of: str = "tasks") -> None:
        held.value(f"select waymark._remember_scan(%s, clock_timestamp() - interval '{seconds} s', null, 'infinity')", of)

    def begins(of: str = "tasks") -> bool:
        return held.value("select waymark._scan_from(%s) = '-infinity'", of)

    assert begins(), "nothing is remembered"
    remember(1)
    remember(1, "{default}")
    assert (begins(), begins("{default}"), begins("{gpu}")) == (False, False, True), "each scan has its own place"
    held.value("""select set_config('waymark.scans', jsonb_set(current_setting('waymark.scans')::jsonb, '{tasks,0}',
                                                             to_jsonb(clock_timestamp()))::text, false)""")
    assert (begins(), begins("{default}")) == (True, False), "that time is over"


def test_a_place_moves_on_and_its_time_does_not(held: Session) -> None:
    def remember(began: str, first: str) -> None:
        held.value("select waymark._remember_scan('tasks', clock_timestamp() - %s::interval, %s, 'infinity')", began, first)

    until = "select current_setting('waymark.scans')::jsonb #>> '{tasks,0}'"
    remember("1 s", "2026-01-01")
    first = held.value(until)
    remember("5 s", "2026-01-02")
    assert held.value(until) == first
    assert held.value("select waymark._scan_from('tasks') = '2026-01-02'")


def test_a_place_is_not_after_the_end_of_the_scan(held: Session) -> None:
    held.value("select waymark._remember_scan('{default}', clock_timestamp() - interval '1 s', null, '2026-01-01')")
    assert held.value("select waymark._scan_from('{default}') = '2026-01-01'")
