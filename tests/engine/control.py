"""Runs in every state that a run can be in, for the verbs that control them."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from tests.engine import programs
from tests.engine.concurrency import act, catch, function, give, give_local, module, sleep, spread
from tests.engine.programs import call, const, local
from tests.engine.session import Claim, Session


@dataclass
class Subject:
    """A run in some state, and the claims that are out for it."""

    run_id: UUID
    claims: list[Claim]


def cleaning(name: str = "Cleaning") -> programs.Json:
    """An action whose CancelledError is caught; what the handler does is an action, and then the exception goes on."""
    return module(
        name,
        function(
            "run",
            act(const("work"), error=2),
            give(const("finished")),
            catch(),
            act(const("clean up")),
            {"kind": "raise", "value": local("e")},
            local_names="e",
        ),
    )


def swallowing(name: str = "Swallowing") -> programs.Json:
    return module(name, function("run", sleep(error=2), give(const("awake")), catch(), give(const("swallowed")), local_names="e"))


def parent(name: str = "Parent", of: str = "One", **arguments: programs.Json) -> programs.Json:
    return module(
        name,
        function(
            "run",
            {"kind": "child", "call": {"workflow": of, "args": arguments}, "target": "r"},
            give_local(),
            local_names="r",
        ),
    )


def _queued(session: Session) -> Subject:
    session.register(programs.one_action())
    return Subject(session.start("One", n=1), [])


def _delayed(session: Session) -> Subject:
    session.register(programs.one_action())
    run_id = session.start("One", {"delay": 100}, n=1)
    session.turn()
    return Subject(run_id, [])


def _sleeping(session: Session) -> Subject:
    session.register(programs.sleeper(seconds=100))
    run_id = session.start("Sleeper")
    session.turn()
    return Subject(run_id, [])


def _running(session: Session) -> Subject:
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    return Subject(run_id, session.turn())


def _ready(session: Session) -> Subject:
    """Its action is offered, and nobody has claimed it."""
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    session.turn(claim.released(), capacity=0)
    return Subject(run_id, [])


def _gathering(session: Session) -> Subject:
    gather = function("run", spread(call(n=local("x"))), give_local(), parameters=("xs",), local_names="r")
    session.register(module("Gather", gather))
    run_id = session.start("Gather", xs=[1, 2, 3])
    first, *rest = session.turn()
    session.turn(first.succeeded(10))
    return Subject(run_id, rest)


def _backing_off(session: Session) -> Subject:
    session.register(programs.one_action(policy={"attempts": const(3), "backoff": const(100)}))
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    session.turn(claim.failed())
    return Subject(run_id, [])


def _yielded(session: Session) -> Subject:
    """In the middle of a long step."""
    session.register(programs.spin())
    run_id = session.start("Spin", n=30_000)
    session.turn()
    return Subject(run_id, [])


def _waiting_for_a_child(session: Session) -> Subject:
    session.register(programs.one_action())
    session.register(parent(n=const(1)))
    run_id = session.start("Parent")
    claims = session.turn()
    assert len(claims) == 1
    return Subject(run_id, claims)


def _paused(session: Session) -> Subject:
    subject = _running(session)
    session.value("select waymark.pause(%s)", subject.run_id)
    return subject


def _cancelling(session: Session) -> Subject:
    """Asked to cancel, and cleaning up."""
    session.register(cleaning())
    run_id = session.start("Cleaning")
    session.turn()
    session.value("select waymark.cancel(%s)", run_id)
    return Subject(run_id, session.turn())


LIVE: dict[str, Callable[[Session], Subject]] = {
    "queued": _queued,
    "delayed": _delayed,
    "sleeping": _sleeping,
    "running": _running,
    "ready": _ready,
    "gathering": _gathering,
    "backing off": _backing_off,
    "yielded": _yielded,
    "waiting for a child": _waiting_for_a_child,
    "paused": _paused,
    "cancelling": _cancelling,
}


def _succeeded(session: Session) -> Subject:
    subject = _running(session)
    session.turn(*(c.succeeded(5) for c in subject.claims))
    return Subject(subject.run_id, [])


def _failed(session: Session) -> Subject:
    subject = _running(session)
    session.turn(*(c.failed() for c in subject.claims))
    return Subject(subject.run_id, [])


def _cancelled(session: Session) -> Subject:
    subject = _queued(session)
    session.value("select waymark.cancel(%s)", subject.run_id)
    return subject


def _terminated(session: Session) -> Subject:
    subject = _running(session)
    session.value("select waymark.terminate(%s)", subject.run_id)
    return Subject(subject.run_id, [])


ENDED: dict[str, Callable[[Session], Subject]] = {
    "succeeded": _succeeded,
    "failed": _failed,
    "cancelled": _cancelled,
    "terminated": _terminated,
}


def finish(session: Session, claims: list[Claim], turns: int = 40) -> None:
    """Answer every action with its argument, and move the clock on, until nothing happens any more."""
    session.connection.execute("listen waymark")
    for number in range(turns):
        claims = session.turn(*(c.succeeded(c.arguments.get("n")) for c in claims), capacity=100)
        told = list(session.connection.notifies(timeout=0))
        if not claims and not told and not session.backlog and session.due_in_ms is None:
            return
        session.move_clock(200 * (number + 1))
