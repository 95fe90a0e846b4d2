"""What a step writes does not grow with the state: bytes of WAL of the same steps on a hundred and on two thousand elements."""

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from benchmarks.growing import WORKFLOWS, ListAppend, RowLoop
from benchmarks.workflows import echo
from tests.engine.session import Session
from waymark import Workflow, workflow
from waymark.ir import to_json

STEPS = 60


@workflow
class Forgetful(Workflow):
    """What is large and what is an object is replaced all the time."""

    async def run(self, size: int, steps: int) -> int:
        kept = list(range(size))
        for i in range(steps):
            large = [i] * size
            rows = [{"of": large, "number": n} for n in range(3)]
            rows[0]["number"] = await echo(i)
            kept[i % size] = rows
        return len(kept)


def advance(session: Session, steps: int) -> None:
    """The one run that there is goes on by so many actions, which return what they are given."""
    claims = session.turn(capacity=1)
    for _ in range(steps):
        (claim,) = claims
        claims = session.turn(claim.succeeded(claim.arguments["value"]), capacity=1)
    (claim,) = claims
    session.turn(claim.released(), capacity=0)


def start(session: Session, workflow: type[Workflow], size: int, steps: int = 1_000_000) -> None:
    given: dict[str, Any] = {"items": list(range(size)), "size": size, "steps": steps}
    session.connection.execute("select waymark.register(%s)", (Jsonb(to_json(workflow.program)),))
    session.start(workflow.__name__, **{p.name: given[p.name] for p in workflow.program.functions[0].parameters})


def written(session: Session, workflow: type[Workflow], size: int) -> int:
    start(session, workflow, size)
    advance(session, 5)
    before = session.value("select pg_current_wal_insert_lsn()::text")
    advance(session, STEPS)
    written = session.value("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)::bigint", before)
    session.connection.execute("delete from waymark.tasks")
    session.connection.execute("delete from waymark.actions")
    return written


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda cls: cls.__name__)
def test_a_step_on_large_state_writes_what_it_changes(session: Session, workflow: type[Workflow]) -> None:
    small = written(session, workflow, 100)
    large = written(session, workflow, 2000)
    for _ in range(2):  # the server's own work, autovacuum above all, only adds
        large = large if large < 1.5 * small else min(large, written(session, workflow, 2000))
    assert large < 1.5 * small, f"{large / STEPS:.0f} bytes a step instead of {small / STEPS:.0f}"


@pytest.mark.parametrize("workflow", [ListAppend, RowLoop], ids=lambda cls: cls.__name__)
def test_pages_go_with_their_task(session: Session, workflow: type[Workflow]) -> None:
    start(session, workflow, 300, steps=300)
    advance(session, 200)
    assert session.value("select count(*) from waymark.pages") > 5
    claims = session.turn(capacity=1)
    while claims:
        claims = session.turn(claims[0].succeeded(1), capacity=1)
    assert session.is_quiet()
    assert session.value("select count(*) from waymark.pages") == 0


def test_small_state_has_no_pages(session: Session, connection: psycopg.Connection) -> None:
    start(session, ListAppend, 10)
    advance(session, 10)
    assert connection.execute("select count(*) from waymark.pages").fetchone() == (0,)


def test_what_nothing_reaches_is_dropped(session: Session) -> None:
    start(session, Forgetful, 20)
    advance(session, 150)
    pages, cells = "select count(*) from waymark.pages", "select (heap -> 'spilled')::int from waymark.tasks"
    before = session.value(pages), session.value(cells)
    advance(session, 300)
    assert session.value(pages) < 3 * before[0]
    assert session.value(cells) < 3 * before[1]
