"""waymark.why says what a run waits for, in every state."""

import re
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.engine import programs
from tests.engine.concurrency import HELPER, drain, fork, function, give, give_local, invoke, module, sleep, spawn, wait
from tests.engine.programs import call, const
from tests.engine.session import Session


def why(session: Session, run_id: UUID) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "<time>", session.value("select waymark.why(%s)", run_id))


def test_from_the_start_to_the_end(session: Session) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    assert why(session, run_id) == "One: it waits for the next turn of a daemon (line 1)"
    (claim,) = session.turn()
    assert why(session, run_id).startswith(
        'One: it waits for action app:act in queue "default", attempt 1, running since <time> on '
    )
    session.turn(claim.succeeded(1))
    assert why(session, run_id) == "One: it has succeeded <time>"
    with pytest.raises(psycopg.Error) as refusal:
        why(session, uuid4())
    assert refusal.value.sqlstate == "WM301"


def test_a_failed_run(session: Session) -> None:
    session.register(programs.divider())
    run_id = session.start("Divider", n=0)
    session.turn()
    assert why(session, run_id).endswith("ZeroDivisionError: division by zero")


def test_nobody_is_there(session: Session) -> None:
    session.register(programs.one_action(policy={"queue": const("gpu")}))
    run_id = session.start("One", n=1)
    session.turn()
    session.connection.execute("""update waymark.sessions set info = '{"queues": ["default"]}'""")
    text = 'action app:act in queue "gpu", attempt 1, ready and waiting for a daemon of queue "gpu": none is alive'
    assert why(session, run_id) == f"One: it waits for {text} (line 1)"
    session.connection.execute("update waymark.sessions set expires_at = now() - interval '1 hour'")
    assert "waiting for a daemon: none is alive" in why(session, run_id)


def test_backing_off_and_paused(session: Session) -> None:
    session.register(programs.one_action(policy={"attempts": const(3), "backoff": const(60)}))
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    session.turn(claim.failed(message="busy"))
    text = 'action app:act in queue "default", attempt 2, backing off until <time>, after ValueError: busy (line 1)'
    assert why(session, run_id) == f"One: it waits for {text}"
    session.value("select waymark.pause(%s)", run_id)
    assert why(session, run_id) == f"One: it waits for being resumed, and then for {text}"


def test_branches(session: Session) -> None:
    session.register(programs.gather())
    run_id = session.start("Gather", xs=[1, 2, 3])
    first, *_ = session.turn()
    session.turn(first.succeeded(1))
    assert why(session, run_id) == "Gather: it waits for 2 of 3 branches (line 1)"


def test_clocks_signals_tasks_and_children(session: Session) -> None:
    session.register(programs.sleeper())
    delayed = session.start("Sleeper", {"delay": 60})
    assert why(session, delayed) == "Sleeper: it waits for its start, delayed until <time> (line 1)"
    asleep = session.start("Sleeper")
    take = {"kind": "signal", "name": const("go"), "type": None, "timeout": const(60), "target": None}
    session.register(module("Signalled", function("run", take, give(const(1)))))
    signalled = session.start("Signalled")
    tasks = function("run", spawn(invoke(1), "a"), spawn(invoke(1), "b"), wait("a", "b"), give_local(), local_names="a b r")
    session.register(module("Tasks", tasks, function("nap", sleep(), give(const(1)))))
    waiting = session.start("Tasks")
    child: programs.Json = {"kind": "child", "call": {"workflow": "Sleeper", "args": {}}, "target": None}
    session.register(module("Parent", function("run", child, give(const(1)))))
    parent = session.start("Parent")
    mixed = fork(invoke(1, n=const(1)), call(n=const(2)))
    session.register(module("Mixed", function("run", mixed, give_local(), local_names="r"), HELPER))
    branches = session.start("Mixed")
    drain(session, turns=1)
    assert why(session, asleep) == "Sleeper: it waits for a sleep until <time> (line 1)"
    assert why(session, signalled) == 'Signalled: it waits for the signal "go", at most until <time> (line 1)'
    assert why(session, waiting) == "Tasks: it waits for 2 of 2 tasks (line 3)"
    assert re.fullmatch(r"Parent: it waits for child run [0-9a-f-]{36} of Sleeper \(line 1\)", why(session, parent))
    assert why(session, branches) == "Mixed: it waits for 2 of 2 branches (line 1)"
