"""Leases, fencing, reclaim, wake-ups."""

from collections.abc import Callable

import psycopg
import pytest

from tests.engine import programs
from tests.engine.session import Session

Connect = Callable[..., psycopg.Connection]


def test_hello_answers_its_version_or_refuses_in_words(session: Session) -> None:
    assert session.value("select waymark.hello(1, 1)") == 1
    assert session.value("select waymark.hello(1, 2)") == 1, "a caller that is newer, and still speaks this version"
    with pytest.raises(psycopg.Error, match=r"version 1 .* is older than its caller knows \(2 to 3\)") as refusal:
        session.value("select waymark.hello(2, 3)")
    assert refusal.value.sqlstate == "WM402"
    with pytest.raises(psycopg.Error, match=r"version 1 .* is newer than its caller knows \(0 to 0\)") as refusal:
        session.value("select waymark.hello(0, 0)")
    assert refusal.value.sqlstate == "WM402"


def test_work_of_an_expired_session_is_offered_again_and_its_late_result_rejected(session: Session, connect: Connect) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    session.session_id = session.value("select waymark.open_session('{}', 15000)")
    (claim,) = session.turn()
    other = Session(connect())
    other.move_clock(16)
    assert other.value("select waymark.reclaim(1000)") == 1
    (again,) = other.turn()
    assert (again.action_id, again.attempt) == (claim.action_id, 2)
    late = Session(session.connection)
    late.turn(claim.succeeded("late"))
    assert len(late.rejected) == 1
    other.turn(again.succeeded("on time"))
    assert session.outcome(run_id)[1] == "on time"
    assert session.outcomes_of_attempts(run_id) == [("lost", 1, False), ("succeeded", 2, True)]


def test_reclaim_is_bounded_and_recurring(session: Session, connect: Connect) -> None:
    session.register(programs.gather())
    session.start("Gather", xs=list(range(25)))
    session.session_id = session.value("select waymark.open_session('{}', 15000)")
    assert len(session.turn(capacity=25)) == 25
    other = Session(connect())
    other.move_clock(16)
    assert [other.value("select waymark.reclaim(10)") for _ in range(4)] == [10, 10, 5, 0]


def test_an_overdue_attempt_is_taken_from_a_session_that_lives(session: Session, connect: Connect) -> None:
    session.register(programs.one_action(policy={"attempts": {"const": 1}, "timeout": {"const": 5}}))
    run_id = session.start("One", n=1)
    session.turn()
    other = Session(connect())
    other.move_clock(14)
    assert other.value("select waymark.reclaim(10)") == 0
    other.move_clock(16)
    assert other.value("select waymark.reclaim(10)") == 1
    assert other.outcome(run_id)[2]["exception"]["type"] == "waymark.errors:ExhaustedRetries"


def test_an_expired_lease_is_never_revived(session: Session) -> None:
    assert session.value("select waymark.renew_session(%s, 15000)", session.session_id) is True
    session.move_clock(3600)
    assert session.value("select waymark.renew_session(%s, 15000)", session.session_id) is False
    with pytest.raises(psycopg.Error, match="lease has expired") as refusal:
        session.turn()
    assert refusal.value.sqlstate == "WM401"


def test_a_closed_session_gives_its_work_back(session: Session, connect: Connect) -> None:
    session.register(programs.gather())
    session.start("Gather", xs=[1, 2, 3])
    assert len(session.turn(capacity=2)) == 2
    assert session.value("select waymark.close_session(%s)", session.session_id) == 2
    other = Session(connect())
    claims = other.turn()
    assert sorted((claim.arguments["n"], claim.attempt) for claim in claims) == [(1, 1), (2, 1), (3, 1)]


def test_a_session_is_closed_when_no_turn_of_it_is_under_way(session: Session, connect: Connect) -> None:
    """What a turn has claimed whose answer was lost, nobody knows: closing the session gives it back."""
    session.register(programs.gather())
    session.start("Gather", xs=[1, 2, 3])
    broken = Session(connect(autocommit=False))
    broken.session_id = session.session_id
    broken.connection.commit()
    assert len(broken.turn(capacity=2)) == 2
    assert session.value("select waymark.close_session(%s)", session.session_id) is None
    broken.connection.commit()
    assert session.value("select waymark.close_session(%s)", session.session_id) == 2
    with pytest.raises(psycopg.Error) as refusal:
        broken.turn()
    assert refusal.value.sqlstate == "WM401"
    assert len(Session(connect()).turn()) == 3


def test_a_session_keeps_what_its_daemon_knows_of_and_claims_no_more(session: Session, connect: Connect) -> None:
    """A daemon whose connection broke during a turn gets rid of what that may have claimed, while known actions go on."""
    session.register(programs.gather())
    run_id = session.start("Gather", xs=[1, 2, 3])
    known, _ = session.turn(capacity=2)
    kept = ([known.run_id], [known.action_id])
    assert session.value("select waymark.close_session(%s, %s, %s)", session.session_id, *kept) == 1
    assert session.value("select waymark.close_session(%s, %s, %s)", session.session_id, *kept) == 0
    with pytest.raises(psycopg.Error) as refusal:
        session.turn()
    assert refusal.value.sqlstate == "WM401"
    assert session.value("select waymark.renew_session(%s, 15000)", session.session_id) is True
    other = Session(connect())
    claims = other.turn()
    assert sorted(claim.attempt for claim in claims) == [1, 1]
    other.turn(*(claim.succeeded(claim.arguments["n"]) for claim in claims), known.succeeded(known.arguments["n"]))
    assert other.outcome(run_id)[0] == "succeeded"
    assert session.value("select waymark.close_session(%s)", session.session_id) == 0
    assert other.value("select count(*) from waymark.sessions where session_id = %s", session.session_id) == 0


def test_an_expired_session_stays_while_a_turn_of_it_is_under_way(session: Session, connect: Connect) -> None:
    """Removed under the turn, its claims would be nobody's, and found by no sweep before their deadlines."""
    session.register(programs.one_action())
    session.start("One", n=1)
    late = Session(connect(autocommit=False), ttl_ms=15000)
    late.connection.commit()
    assert len(late.turn()) == 1
    other = Session(connect())
    other.move_clock(16)
    assert other.value("select waymark.reclaim(10)") == 0
    late.connection.commit()
    assert other.value("select waymark.reclaim(10)") == 1
    assert other.value("select count(*) from waymark.sessions where session_id = %s", late.session_id) == 0


def test_what_a_late_result_has_locked_is_offered_all_the_same(session: Session, connect: Connect) -> None:
    """A result that waited for the sweep of its action holds the row until its turn ends; no timer may be spent on it."""
    session.register(programs.one_action())
    session.start("One", n=1)
    session.session_id = session.value("select waymark.open_session('{}', 15000)")
    assert len(session.turn()) == 1
    other = Session(connect())
    other.move_clock(16)
    assert other.value("select waymark.reclaim(10)") == 1
    late = connect(autocommit=False)
    late.execute("select from waymark.actions for update")
    assert other.turn() == []
    late.rollback()
    (again,) = other.turn()
    assert again.attempt == 2


def notifications(listener: psycopg.Connection) -> list[str]:
    """What has been delivered by now: a round trip later, everything that was committed before it is here."""
    listener.execute("select")
    return [n.channel for n in listener.notifies(timeout=0)]


def test_a_start_after_one_that_is_rolled_back_notifies(session: Session, connect: Connect) -> None:
    """That a notification is on its way is remembered for the transaction, and forgotten with what is rolled back of it."""
    listener, starting = connect(), connect(autocommit=False)
    session.register(programs.one_action())
    session.turn(resting=True)
    listener.execute("listen waymark")
    starting.execute("savepoint s")
    starting.execute("select waymark.start('One', '{\"n\": 1}')")
    starting.execute("rollback to savepoint s")
    starting.execute("select waymark.start('One', '{\"n\": 2}')")
    starting.commit()
    assert notifications(listener) == ["waymark"]


def test_only_a_waiting_daemon_is_notified(session: Session, connect: Connect) -> None:
    session.register(programs.one_action())
    listener = connect()
    listener.execute("listen waymark")
    session.start("One", n=1)
    assert notifications(listener) == []
    (claim,) = session.turn(resting=True)
    session.turn(claim.succeeded(1), resting=True)
    session.start("One", n=1)
    assert notifications(listener) == ["waymark"]
    (claim,) = session.turn(resting=True)
    session.start("One", n=1)
    assert notifications(listener) == []


def test_a_start_in_a_long_transaction_is_heard_at_its_commit(session: Session, connect: Connect) -> None:
    """Nobody waits when it starts; at the commit somebody does."""
    session.register(programs.one_action())
    listener = connect()
    listener.execute("listen waymark")
    client = connect(autocommit=False)
    client.execute("""select waymark.start('One', '{"n": 1}')""")
    session.turn(resting=True)
    client.commit()
    assert notifications(listener) == ["waymark"]


def test_a_transaction_that_starts_many_runs_notifies_once(session: Session, connect: Connect) -> None:
    session.register(programs.one_action())
    session.turn(resting=True)
    listener = connect()
    listener.execute("listen waymark")
    session.connection.execute("""select waymark.start('One', '{"n": 1}') from generate_series(1, 100)""")
    assert notifications(listener) == ["waymark"]


def test_who_asked_hears_of_the_end(session: Session, connect: Connect) -> None:
    session.register(programs.one_action())
    listener = connect()
    listener.execute("listen waymark_done_me; listen waymark_done_you")
    run_id = session.start("One", {"waiter": "me"}, n=1)
    assert session.value("select waymark.add_waiter(%s, 'you')", run_id) == "live"
    assert session.value("select waymark.add_waiter(%s, 'you')", run_id) == "live"
    silent = session.start("One", n=2)
    first, second = session.turn()
    session.turn(*(c.succeeded(1) for c in (first, second) if c.run_id == silent))
    assert notifications(listener) == []
    session.turn(*(c.succeeded(1) for c in (first, second) if c.run_id == run_id))
    assert sorted(notifications(listener)) == ["waymark_done_me", "waymark_done_you"]
    assert session.value("select waymark.add_waiter(%s, 'you')", run_id) == "succeeded"
