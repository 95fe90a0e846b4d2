"""waymark.why says what a run waits for, in every state."""

import re
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.engine import programs
from tests.engine.concurrency import (
    HELPER,
    act,
    catch,
    drain,
    fork,
    function,
    give,
    give_local,
    invoke,
    module,
    sleep,
    spawn,
    wait,
)
from tests.engine.control import cleaning
from tests.engine.programs import call, const, local
from tests.engine.session import Session
from tests.engine.test_evaluation import LEVEL, adder


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
    running = 'action app:act in queue "default", attempt 1, running since <time> on ?'
    assert why(session, run_id) == f"Gather: it waits for 2 of 3 branches, among them {running} (line 1)"


def test_the_branch_that_does_not_run_is_named(session: Session) -> None:
    session.register(programs.gather())
    run_id = session.start("Gather", xs=[1, 2, 3])
    assert len(session.turn(capacity=2)) == 2
    assert why(session, run_id) == (
        'Gather: it waits for 3 of 3 branches, among them action app:act in queue "default", attempt 1, ready (line 1)'
    )


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
    assert re.fullmatch(
        r"Parent: it waits for child run [0-9a-f-]{36} of Sleeper, which is sleeping \(line 1\)", why(session, parent)
    )
    assert why(session, branches).startswith("Mixed: it waits for 2 of 2 branches, among them action app:act in queue ")


def test_a_clock_that_has_gone_off(session: Session) -> None:
    session.register(programs.sleeper(seconds=10))
    run_id = session.start("Sleeper")
    session.turn()
    session.move_clock(11)
    assert why(session, run_id) == "Sleeper: it waits for the next turn of a daemon (line 1)"
    session.value("select waymark.pause(%s)", run_id)
    session.turn()
    assert why(session, run_id) == "Sleeper: it waits for being resumed, and then for the next turn of a daemon (line 1)"
    session.connection.execute("delete from waymark.sessions")
    assert why(session, run_id).endswith("then for a daemon: none is alive (line 1)")


@pytest.mark.parametrize(
    ("limits", "said"),
    [({"concurrency": 1}, "its limit of 1 at once"), ({"rate": 1, "seconds": 60}, "its rate of 1 in 60 s"),
     ({"concurrency": 5, "rate": 1, "seconds": 1.5}, "its rate of 1 in 1.5 s")],
)  # fmt: skip
def test_a_queue_at_its_limit(session: Session, limits: dict[str, float], said: str) -> None:
    session.value("select waymark.set_queue('default', %s)", Jsonb(limits))
    session.register(programs.one_action())
    runs = [session.start("One", n=1) for _ in range(2)]
    (claim,) = session.turn()
    (waiting,) = set(runs) - {claim.run_id}
    text = f'action app:act in queue "default", attempt 1, ready, but the queue is at {said} (line 1)'
    assert why(session, waiting) == f"One: it waits for {text}"
    session.value("select waymark.set_queue('default', '{}')")
    assert why(session, waiting) == 'One: it waits for action app:act in queue "default", attempt 1, ready (line 1)'


def test_a_daemon_that_has_died(session: Session) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    session.turn()
    session.connection.execute("""update waymark.sessions set info = '{"host": "attic"}', expires_at = now()""")
    assert why(session, run_id).endswith("attempt 1, running since <time> on attic, the lease of which has expired (line 1)")
    session.connection.execute("delete from waymark.sessions")
    assert why(session, run_id).endswith("attempt 1, whose daemon is gone (line 1)")


def test_what_is_held_back_by_a_pause(session: Session) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    session.turn(claim.released(), capacity=0)
    session.value("select waymark.pause(%s)", run_id)
    assert why(session, run_id) == (
        'One: it waits for being resumed, and then for action app:act in queue "default", attempt 1, ready (line 1)'
    )


def test_a_semaphore_and_the_tasks_that_are_left(session: Session) -> None:
    make = {"kind": "semaphore", "value": const(0), "bounded": False, "target": "s"}
    acquire = {"kind": "acquire", "semaphore": local("s")}
    session.register(module("Locked", function("run", make, acquire, give(const(1)), local_names="s")))
    nap = function("nap", sleep(error=2), give(const(1)), catch(), act(const(1)), give(const(1)), local_names="e")
    body = function("run", spawn(invoke(1), "a"), sleep(1), give(const(1)), local_names="a")
    session.register(module("Leaves", body, nap))
    locked, leaves = session.start("Locked"), session.start("Leaves")
    session.turn()
    assert why(session, locked) == "Locked: it waits for a semaphore that other tasks hold (line 2)"
    session.move_clock(2)
    session.turn()
    assert why(session, leaves).startswith("Leaves: it waits for the end of its other tasks; its body has ended")


@pytest.mark.parametrize(
    ("until", "said"), [("first", "1 of 2 tasks"), ("first_exception", "2 of 2 tasks"), ("all", "2 of 2 tasks")]
)
def test_tasks_with_a_timeout(session: Session, until: str, said: str) -> None:
    waits = wait("a", "b", until=until, timeout=60)
    body = function("run", spawn(invoke(1), "a"), spawn(invoke(1), "b"), waits, give_local(), local_names="a b r")
    session.register(module("Tasks", body, function("nap", sleep(), give(const(1)))))
    run_id = session.start("Tasks")
    drain(session, turns=1)
    assert why(session, run_id) == f"Tasks: it waits for {said}, at most until <time> (line 3)"


def test_what_python_evaluates(session: Session) -> None:
    session.register(adder())
    run_id = session.start("Adder", n=LEVEL)
    session.turn()
    evaluation = 'an expression that a worker evaluates in queue "default", attempt 1, running since <time> on ?'
    assert why(session, run_id) == f"Adder: it waits for {evaluation} (line 2)"


def test_cancelling_and_a_deadline(session: Session) -> None:
    session.register(cleaning())
    run_id = session.start("Cleaning", {"deadline": 100})
    session.turn()
    session.value("select waymark.cancel(%s)", run_id)
    session.turn()
    assert why(session, run_id).endswith("(line 4); it was asked to cancel; its deadline is <time>")
