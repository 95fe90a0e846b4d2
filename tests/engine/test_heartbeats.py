"""Heartbeats: they extend attempts, keep details for the next one, and tell what is no longer wanted."""

import json
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.engine import programs
from tests.engine.programs import const
from tests.engine.session import Claim, Session

Connect = Callable[..., psycopg.Connection]


def beat(session: Session, *claims: Claim, details: Any = None) -> list[int]:
    text = None if details is None else json.dumps(details)
    return session.value(
        "select waymark.heartbeat(%s, %s::uuid[], %s::bigint[], %s::bigint[], %s::jsonb[])",
        session.session_id,
        [claim.run_id for claim in claims], [claim.action_id for claim in claims],
        [claim.fencing_token for claim in claims], [text] * len(claims),
    )  # fmt: skip


def find_unwanted(session: Session, *claims: Claim) -> list[int]:
    columns = (
        [claim.run_id for claim in claims],
        [claim.action_id for claim in claims],
        [claim.fencing_token for claim in claims],
    )
    return session.value("select waymark.find_unwanted(%s::uuid[], %s::bigint[], %s::bigint[])", *columns)


def test_the_time_of_an_attempt_counts_anew_from_each_heartbeat(session: Session) -> None:
    session.register(programs.one_action(policy={"timeout": const(5)}))
    session.start("One", n=1)
    (claim,) = session.turn()
    session.move_clock(14)
    assert beat(session, claim) == []
    session.move_clock(28)
    assert session.value("select waymark.reclaim(10)") == 0
    session.move_clock(30)
    assert session.value("select waymark.reclaim(10)") == 1
    assert beat(session, claim) == [1]


def test_a_deadline_is_not_extended(session: Session) -> None:
    session.register(programs.one_action(policy={"timeout": const(5), "deadline": const(8)}))
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    session.move_clock(7)
    assert beat(session, claim) == []
    session.move_clock(19)
    assert session.value("select waymark.reclaim(10)") == 1
    assert session.outcome(run_id)[0] == "failed"


def test_the_next_attempt_has_the_details(session: Session) -> None:
    session.register(programs.one_action(policy={"attempts": const(3)}))
    session.start("One", n=1)
    (claim,) = session.turn()
    assert claim.context is None
    beat(session, claim, details={"rows": 10})
    beat(session, claim)
    query = "select details::text, heartbeat_at is not null from waymark.action_overview where status = 'running'"
    assert session.connection.execute(query).fetchone() == ('{"rows": 10}', True)
    (claim,) = session.turn(claim.failed())
    assert claim.context == {"details": {"rows": 10}}
    (claim,) = session.turn(claim.lost("killed"))
    assert claim.context == {"details": {"rows": 10}}
    session.turn(claim.succeeded(1))
    assert session.is_quiet()


def test_what_is_not_wanted_is_told_by_its_position(session: Session) -> None:
    session.register(programs.gather())
    session.start("Gather", xs=[1, 2, 3])
    claims = sorted(session.turn(), key=lambda claim: claim.action_id)
    assert find_unwanted(session, *claims) == beat(session, *claims) == []
    session.turn(claims[1].succeeded(1))
    assert find_unwanted(session, *claims) == beat(session, *claims) == [2]
    assert find_unwanted(session) == []


def test_daemons_hear_of_what_an_ended_run_leaves_running(session: Session, connect: Connect) -> None:
    session.register(programs.gather())
    session.start("Gather", xs=[1, 2])
    first, second = session.turn()
    listener = connect()
    listener.execute("listen waymark")
    (handler,) = session.turn(first.failed())
    session.turn(handler.succeeded(1))
    listener.execute("select")
    assert [notification.payload for notification in listener.notifies(timeout=0)] == [str(session.session_id)]
    assert find_unwanted(session, second) == [1]


@pytest.mark.parametrize(
    ("session_id", "details", "sqlstate"),
    [(987654321, None, "WM401"), (None, "x" * 140_000, "WM205")],
)
def test_bad_calls(session: Session, session_id: int | None, details: Any, sqlstate: str) -> None:
    session.register(programs.one_action())
    session.start("One", n=1)
    (claim,) = session.turn()
    session.session_id = session_id or session.session_id
    with pytest.raises(psycopg.Error) as refusal:
        beat(session, claim, details=details)
    assert refusal.value.sqlstate == sqlstate


def test_a_result_that_meets_a_heartbeat_of_its_attempt_is_to_be_repeated(session: Session, connect: Connect) -> None:
    """It never counts half: without the refusal, history would have it and the action would stay."""
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    other = Session(connect(autocommit=False))
    beat(other, claim, details=1)
    refused: list[str | None] = []

    def hand_in() -> None:
        try:
            session.turn(claim.succeeded(1))
        except psycopg.Error as error:
            refused.append(error.sqlstate)

    thread = threading.Thread(target=hand_in)
    thread.start()
    waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and pid = %s"
    watcher = connect()
    while watcher.execute(waits, (session.connection.info.backend_pid,)).fetchone() != (1,):
        pass
    other.connection.commit()
    thread.join()
    assert refused == ["40001"]
    session.turn(claim.succeeded(1))
    assert session.outcome(run_id)[1] == 1
    assert session.is_quiet()
