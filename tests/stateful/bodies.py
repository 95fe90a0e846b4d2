"""The workflows of these tests, each twice: as a program of the engine, and as a generator that is its model.

A generator yields what its body awaits and is sent the result, or has the exception thrown. `pause` is the unit of its times.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from tests.engine.concurrency import catch, function, give, give_local, module
from tests.engine.programs import Json, call, const, local, op


class Raised(BaseException):
    """An exception of the engine, by its class; what a body does not catch is how its run ends."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True)
class Act:
    """One action. `attempts`: of all outcomes but success; None: an exception is final, a lost worker never is."""

    n: Any
    attempts: int | None = None
    backoff: float = 0
    deadline: float | None = None


@dataclass(frozen=True)
class Gather:
    acts: tuple[Act, ...]


@dataclass(frozen=True)
class Sleep:
    seconds: float


@dataclass(frozen=True)
class Take:
    """A wait for a signal."""

    name: str
    timeout: float


@dataclass(frozen=True)
class Child:
    workflow: str
    arguments: dict[str, Any]


Wait = Act | Gather | Sleep | Take | Child
Body = Generator[Wait, Any, Any]


def _act(n: Json, policy: Json = None, target: str | None = "r", **edges: int) -> Json:
    return {"kind": "action", "call": call(policy=policy, n=n), "target": target, **edges}


def _program(workflow: str, parameters: str, *nodes: Json, names: str = "r") -> Json:
    return module(workflow, function("run", *nodes, parameters=tuple(parameters.split()), local_names=names))


def steps(n: int, pause: float) -> Body:
    total = 0
    for i in range(n):
        total += yield Act(i, attempts=3, backoff=pause)
    return total


STEPS = _program(
    "Steps",
    "n pause",
    {"kind": "assign", "target": "total", "value": const(0)},
    {"kind": "assign", "target": "i", "value": const(0)},
    {"kind": "branch", "test": op("lt", local("i"), local("n")), "then": 3, "else": 6},
    _act(local("i"), {"attempts": const(3), "backoff": local("pause")}),
    {"kind": "assign", "target": "total", "value": op("add", local("total"), local("r"))},
    {"kind": "assign", "target": "i", "value": op("add", local("i"), const(1)), "next": 2},
    give_local("total"),
    names="total i r",
)


def spread(xs: list[int], pause: float) -> Body:
    return (yield Gather(tuple(Act(x) for x in xs)))


def _fork(**edges: int) -> Json:
    generators: Json = [{"target": "x", "iter": local("xs"), "conditions": []}]
    branches: Json = {"comprehension": {"element": {"invocation": call(n=local("x"))}, "generators": generators}}
    return {"kind": "fork", "branches": branches, "settle": False, "target": "r", **edges}


SPREAD = _program("Spread", "xs pause", _fork(), give_local())


def careful(xs: list[int], pause: float) -> Body:
    """Goes on after the first failure, while other branches still run."""
    try:
        return (yield Gather(tuple(Act(x) for x in xs)))
    except Raised:
        return (yield Act(-1, deadline=5 * pause))


CAREFUL = _program(
    "Careful",
    "xs pause",
    _fork(error=2),
    give_local(),
    catch("r"),
    _act(const(-1), {"deadline": op("mul", const(5), local("pause"))}),
    give_local(),
)


def approval(n: int, pause: float) -> Body:
    try:
        first = yield Take("go", pause)
        second = yield Take("go", pause)
    except Raised:
        return "nobody"
    third = yield Act(n)
    return [first, second, third]


def _take(target: str, **edges: int) -> Json:
    return {"kind": "signal", "name": const("go"), "type": None, "timeout": local("pause"), "target": target, **edges}


APPROVAL = _program(
    "Approval",
    "n pause",
    _take("a", error=4),
    _take("b", error=4),
    _act(local("n"), target="c"),
    give({"list": [local("a"), local("b"), local("c")]}),
    catch("a"),
    give(const("nobody")),
    names="a b c",
)


def patient(n: int, pause: float) -> Body:
    """Cleans up, whatever happens."""
    try:
        yield Sleep(pause)
        return (yield Act(n))
    except Raised:
        yield Act(-1)
        raise


PATIENT = _program(
    "Patient",
    "n pause",
    {"kind": "sleep", "seconds": local("pause"), "error": 3},
    _act(local("n"), error=3),
    give_local(),
    catch("e"),
    _act(const(-1), target=None),
    {"kind": "raise", "value": local("e")},
    names="r e",
)


def parent(n: int, pause: float) -> Body:
    return (yield Child("Steps", {"n": n, "pause": pause}))


PARENT = _program(
    "Parent",
    "n pause",
    {
        "kind": "child",
        "call": {"workflow": "Steps", "args": {"n": local("n"), "pause": local("pause")}},
        "target": "r",
    },
    give_local(),
)

BODIES: dict[str, Callable[..., Body]] = {
    "Steps": steps,
    "Spread": spread,
    "Careful": careful,
    "Approval": approval,
    "Patient": patient,
    "Parent": parent,
}
PROGRAMS = [STEPS, SPREAD, CAREFUL, APPROVAL, PATIENT, PARENT]
