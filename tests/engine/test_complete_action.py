"""The result of an action in the transaction that has its effects: one commit, one winner."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.engine import programs
from tests.engine.session import Claim, Session

Connect = Callable[..., psycopg.Connection]


def token(connection: psycopg.Connection, claim: Claim, attempt: int | None = None) -> int:
    query = "select waymark.claim_token(%s, %s, %s)"
    row = connection.execute(query, (claim.run_id, claim.action_id, attempt or claim.attempt)).fetchone()
    assert row is not None
    return row[0]


def complete(connection: psycopg.Connection, claim: Claim, value: object) -> None:
    query = "select waymark.complete_action(%s, %s, %s, %s)"
    connection.execute(query, (claim.run_id, claim.action_id, claim.fencing_token, Jsonb(value)))


@pytest.fixture
def claim(session: Session) -> Claim:
    session.connection.execute("create table payments (amount int)")
    session.connection.execute("grant insert on payments to waymark_worker")
    session.register(programs.one_action())
    session.start("One", n=1)
    (claim,) = session.turn()
    return claim


def paid(session: Session) -> int:
    return session.value("select count(*) from payments")


def test_effect_and_completion_are_one_commit(session: Session, claim: Claim, connect: Connect) -> None:
    worker = connect(autocommit=False, role="waymark_worker")
    assert token(worker, claim) == claim.fencing_token
    worker.execute("insert into payments values (5)")
    complete(worker, claim, "paid")
    assert (session.outcome(claim.run_id)[0], paid(session)) == ("live", 0)
    worker.commit()
    assert (session.outcome(claim.run_id)[:2], paid(session)) == (("succeeded", "paid"), 1)
    assert session.is_quiet()
    session.turn(claim.succeeded("paid"))
    assert len(session.rejected) == 1
    assert session.outcomes_of_attempts(claim.run_id) == [("succeeded", 1, True)]


def test_rolled_back_nothing_has_happened(session: Session, claim: Claim, connect: Connect) -> None:
    worker = connect(autocommit=False)
    worker.execute("insert into payments values (5)")
    complete(worker, claim, "paid")
    worker.close()
    session.turn(claim.succeeded("after all"))
    assert (session.outcome(claim.run_id)[1], paid(session)) == ("after all", 0)


def test_a_lost_claim_neither_begins_nor_completes(session: Session, claim: Claim, connect: Connect) -> None:
    other = Session(connect())
    other.move_clock(3_700)
    assert other.value("select waymark.reclaim(10)") == 1
    worker = connect(autocommit=False)
    worker.execute("insert into payments values (5)")
    with pytest.raises(psycopg.Error, match="no longer claimed under fencing token") as refusal:
        complete(worker, claim, "paid")
    assert refusal.value.sqlstate == "WM403"
    worker.rollback()
    with pytest.raises(psycopg.Error, match=r"attempt 1 of action .* is no longer claimed") as refusal:
        token(worker, claim)
    assert refusal.value.sqlstate == "WM403"
    assert paid(session) == 0


def test_reclaim_passes_over_what_is_being_completed(session: Session, claim: Claim, connect: Connect) -> None:
    worker = connect(autocommit=False)
    worker.execute("insert into payments values (5)")
    complete(worker, claim, "paid")
    other = Session(connect())
    other.move_clock(3_700)
    assert other.value("select waymark.reclaim(10)") == 0
    worker.commit()
    assert (session.outcome(claim.run_id)[1], paid(session)) == ("paid", 1)


def test_whoever_does_not_commit_is_ended_by_the_server(session: Session, claim: Claim, connect: Connect) -> None:
    worker = connect(autocommit=False)
    complete(worker, claim, "paid")
    assert worker.execute("show idle_in_transaction_session_timeout").fetchone() == ("5s",)
    worker.rollback()
    assert worker.execute("show idle_in_transaction_session_timeout").fetchone() == ("0",)


def test_a_body_that_goes_on_badly_does_not_undo_the_effect(session: Session, connect: Connect) -> None:
    session.connection.execute("create table payments (amount int)")
    session.register(programs.loop())
    run_id = session.start("Loop", n=2)
    (claim,) = session.turn()
    worker = connect(autocommit=False)
    worker.execute("insert into payments values (5)")
    complete(worker, claim, "not a number")
    worker.commit()
    assert (session.outcome(run_id)[0], paid(session)) == ("failed", 1)
