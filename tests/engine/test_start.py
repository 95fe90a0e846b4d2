"""waymark.start, status and result: inside the caller's transaction, options, arguments."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.engine import programs
from tests.engine.session import Session

Connect = Callable[..., psycopg.Connection]


def test_rolled_back_nothing_happened_committed_it_runs(session: Session, connect: Connect) -> None:
    session.register(programs.one_action())
    client = connect(autocommit=False)
    client.execute("""select waymark.start('One', '{"n": 1}')""")
    assert session.turn() == []
    client.rollback()
    assert session.turn() == []
    assert session.is_quiet()
    assert session.value("select count(*) from waymark.runs") == 0
    client.execute("""select waymark.start('One', '{"n": 1}')""")
    client.commit()
    (claim,) = session.turn()
    assert claim.arguments == {"n": 1}


def test_status_and_result_tell_how_a_run_stands(session: Session) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", n=1)

    def stands() -> tuple[str, Any]:
        return session.value("select waymark.status(%s)", run_id), session.value("select waymark.result(%s)", run_id)

    assert stands() == ("queued", None)
    (claim,) = session.turn()
    assert stands() == ("running", None)
    session.turn(claim.succeeded(2))
    assert stands() == ("succeeded", 2)


def test_the_result_of_a_failed_run_is_its_failure(session: Session) -> None:
    session.register(programs.divider())
    run_id = session.start("Divider", n=0)
    session.turn()
    assert session.value("select waymark.status(%s)", run_id) == "failed"
    with pytest.raises(psycopg.Error, match="ZeroDivisionError: division by zero") as failure:
        session.value("select waymark.result(%s)", run_id)
    assert failure.value.sqlstate == "WM302"
    state, _, error = session.outcome(run_id)
    assert state == "failed"
    assert (error["node"], error["line"], error["source"], error["function"]) == (0, 1, "share = 1 / n", "run")
    assert error["exception"]["mro"][:2] == ["ZeroDivisionError", "ArithmeticError"]


@pytest.mark.parametrize("function", ["status", "result"])
def test_an_unknown_run_is_said(session: Session, function: str) -> None:
    unknown = uuid4()
    with pytest.raises(psycopg.Error, match=str(unknown)) as refusal:
        session.value(f"select waymark.{function}(%s)", unknown)
    assert refusal.value.sqlstate == "WM301"


def test_the_same_idempotency_key_is_the_same_run(session: Session, connect: Connect) -> None:
    session.register(programs.one_action())
    session.register(programs.one_action("Other"))
    first = session.start("One", {"idempotency_key": "k"}, n=1)
    assert session.start("One", {"idempotency_key": "k"}, n=2) == first
    assert session.start("Other", {"idempotency_key": "k"}, n=2) != first
    (claim, _) = session.turn()
    session.turn(claim.succeeded(1))
    assert session.start("One", {"idempotency_key": "k"}, n=3) == first
    assert session.value("select count(*) from waymark.runs") == 2
    client = connect(autocommit=False)
    client.execute("""select waymark.start('One', '{"n": 1}', '{"idempotency_key": "rolled back"}')""")
    client.rollback()
    assert isinstance(session.start("One", {"idempotency_key": "rolled back"}, n=1), UUID)


def test_a_delayed_run_starts_when_its_time_has_come(session: Session) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", {"delay": 90.5}, n=1)
    assert session.value("select waymark.status(%s)", run_id) == "delayed"
    assert session.turn() == []
    assert session.due_in_ms is not None
    assert 80_000 < session.due_in_ms <= 90_500
    session.move_clock(91)
    assert [claim.run_id for claim in session.turn()] == [run_id]
    assert session.due_in_ms is None


def test_higher_priority_goes_first(session: Session) -> None:
    session.register(programs.one_action())
    for priority in (5, -5, 0):
        session.start("One", {"priority": priority}, n=priority)
    order = [session.turn(capacity=1)[0].arguments["n"] for _ in range(3)]
    assert order == [-5, 0, 5]


def test_a_queue_is_served_by_who_serves_it(session: Session, connect: Connect) -> None:
    session.register(programs.one_action())
    session.start("One", {"queue": "gpu"}, n=1)
    assert session.turn() == []
    gpu = Session(connect(), queues=("other", "gpu"))
    assert [claim.arguments for claim in gpu.turn()] == [{"n": 1}]


def test_tags_are_kept(session: Session) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", {"tags": {"customer": "c1"}}, n=1)
    assert session.value("select tags from waymark.run_overview where run_id = %s", run_id) == {"customer": "c1"}


def test_defaults_fill_in(session: Session) -> None:
    ir = programs.one_action()
    ir["functions"][0]["parameters"] = [{"name": "n", "default": 7}]
    session.register(ir)
    session.start("One")
    assert session.turn()[0].arguments == {"n": 7}


REFUSED: list[tuple[str, str, str, str, str]] = [
    ("Nobody", "{}", "{}", "WM201", '"Nobody"'),
    ("One", "{}", "{}", "WM202", 'missing the argument "n"'),
    ("One", '{"n": 1, "m": 2}', "{}", "WM203", 'no parameter "m"'),
    ("One", "[1]", "{}", "WM206", "JSON object"),
    ("One", '{"n": {"$": "nonsense"}}', "{}", "WM206", "n is malformed"),
    ("One", '{"n": [1, {"a": {"$": "tuple"}}]}', "{}", "WM206", "n[1].a is malformed"),
    ("One", '{"n": {"$": ["a", "b"], "a": 1}}', "{}", "WM206", "n is malformed"),
    ("One", '{"n": {"$": 5}}', "{}", "WM206", "n is malformed"),
    ("One", '{"n": {"$": "float", "v": "much"}}', "{}", "WM206", "n is malformed"),
    ("One", '{"n": {"$": "bytes", "v": "%%%"}}', "{}", "WM206", "n is malformed"),
    ("One", '{"n": 1}', '{"colour": "red"}', "WM204", '"colour"'),
    ("One", '{"n": 1}', "[]", "WM205", "JSON object"),
    ("One", '{"n": 1}', '{"priority": 1001}', "WM205", "-1000 to 1000"),
    ("One", '{"n": 1}', '{"priority": 1.5}', "WM205", "priority"),
    ("One", '{"n": 1}', '{"queue": ""}', "WM205", "queue"),
    ("One", '{"n": 1}', '{"queue": null}', "WM205", "queue"),
    ("One", '{"n": 1}', '{"delay": -1}', "WM205", "delay"),
    ("One", '{"n": 1}', '{"delay": "soon"}', "WM205", "delay"),
    ("One", '{"n": 1}', '{"tags": ["a"]}', "WM205", "tags"),
    ("One", '{"n": 1}', '{"tags": {"a": 1}}', "WM205", "tags"),
    ("One", '{"n": 1}', '{"idempotency_key": ""}', "WM205", "idempotency_key"),
    ("One", '{"n": 1}', '{"waiter": "Not Valid"}', "WM205", "waiter"),
    ("One", "{not json", "{}", "22P02", "json"),
]


@pytest.mark.parametrize(("workflow", "arguments", "options", "sqlstate", "says"), REFUSED)
def test_a_bad_start_is_refused_by_name_and_makes_no_run(
    session: Session, workflow: str, arguments: str, options: str, sqlstate: str, says: str
) -> None:
    session.register(programs.one_action())
    with pytest.raises(psycopg.Error) as refusal:
        session.value("select waymark.start(%s, %s, %s)", workflow, arguments, options)
    assert refusal.value.sqlstate == sqlstate
    assert says in str(refusal.value.diag.message_primary)
    assert session.value("select count(*) from waymark.runs") == 0
