"""What a trial does and suffers, made from its seed alone."""

import dataclasses
import random
from collections.abc import Callable
from typing import Any

SPAN = 4.0
"""Seconds in which runs are started and faults happen."""
LEASE = 1.2
HEARTBEAT = 0.3


@dataclasses.dataclass(frozen=True)
class Start:
    at: float
    workflow: str
    args: tuple[Any, ...]
    key: str
    # When each is sent, its name and its value; in order.
    signals: tuple[tuple[float, str, int], ...] = ()


@dataclasses.dataclass(frozen=True)
class Fault:
    at: float
    kind: str
    # A number from which the victim is chosen among those that are there.
    victim: int = 0
    # How long it lasts, or how far the clock jumps.
    seconds: float = 0.0
    # Bytes that still pass.
    count: int = 0

    def __str__(self) -> str:
        details = [
            f"victim {self.victim}",
            f"{self.seconds:+.2f} s" * bool(self.seconds),
            f"{self.count} bytes" * bool(self.count),
        ]
        return f"{self.at:5.2f} s  {self.kind} ({', '.join(filter(None, details))})"


@dataclasses.dataclass(frozen=True)
class Plan:
    seed: int
    daemons: int
    workers: int
    starts: tuple[Start, ...]
    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        lines = [f"seed {self.seed}: {self.daemons} daemons of {self.workers} workers"]
        lines += [f"{start.at:5.2f} s  {start.key}: {start.workflow}{start.args} {start.signals or ''}" for start in self.starts]
        return "\n".join(lines + [str(fault) for fault in self.faults])


def _arguments(chance: random.Random, workflow: str, key: str) -> tuple[Any, ...]:
    seconds = round(chance.choice([0.0, 0.02, 0.2, 0.6]) * chance.random(), 3)
    match workflow:
        case "Chain" | "Tasks":
            return (chance.randint(2, 6), seconds)
        case "Fan":
            return (chance.randint(1, 8), seconds)
        case "Retried":
            return (chance.randint(0, 9), chance.randint(1, 4))
        case "Slow":
            return (chance.randint(0, 9), round(LEASE * chance.uniform(0.5, 1.5), 2))
        case "Sleeper":
            return (chance.randint(0, 9), round(2.5 * chance.random(), 2))
        case "Approval" | "Refused":
            return (chance.randint(1, 4),)
        case "Family":
            return (chance.randint(2, 5), seconds / 2)
        case "Growing":
            return (chance.randint(3, 8), 600)
        case _:
            return (key, chance.randint(2, 6), seconds)


WORKFLOWS = ("Slow", "Chain", "Fan", "Retried", "Sleeper", "Approval", "Family", "Tasks", "Growing", "Refused", "Payments")

_DOWN: Callable[[random.Random], float] = lambda chance: chance.uniform(0.05, 0.8)  # noqa: E731 - one of the choices below, with a name
# Now and then longer than a lease: then it wakes when its work has been given to others.
_AWAY: Callable[[random.Random], float] = lambda chance: chance.choice([0.3, LEASE, 1.5 * LEASE]) * chance.uniform(0.9, 1.3)  # noqa: E731 - as well

FAULTS: dict[str, Callable[[random.Random], dict[str, Any]]] = {
    "kill worker": lambda _: {},
    "pause worker": lambda chance: {"seconds": _AWAY(chance)},
    "kill daemon": lambda chance: {"seconds": _DOWN(chance)},
    "stop daemon": lambda chance: {"seconds": _DOWN(chance)},
    "pause daemon": lambda chance: {"seconds": _AWAY(chance)},
    "end backends": lambda _: {},
    "pause backend": lambda chance: {"seconds": _DOWN(chance)},
    "kill backend": lambda _: {},
    "crash server": lambda chance: {"seconds": _DOWN(chance)},
    "cut connections": lambda _: {},
    "cut turn": lambda chance: {"count": chance.randint(1, 4000)},
    "cut answer": lambda chance: {"count": chance.randint(1, 4000)},
    "stall connections": lambda chance: {"seconds": _AWAY(chance)},
    # Back at most as far as a lease: so long everybody waits for what is due.
    "move clock": lambda chance: {"seconds": chance.choice([-1.0, -0.3, 0.5, 2.0, 30.0, 400.0])},
}


def make_plan(seed: int) -> Plan:
    chance = random.Random(seed)
    starts: list[Start] = []
    for number in range(chance.randint(20, 30)):
        workflow, key, at = chance.choice(WORKFLOWS), f"{seed}-{number}", round(SPAN * chance.random(), 2)
        args = _arguments(chance, workflow, key)
        signals: list[tuple[float, str, int]] = []
        if workflow == "Approval":
            times = sorted(round(at + 2 * chance.random(), 2) for _ in range(args[0]))
            signals = [(when, "part", chance.randint(0, 99)) for when in times]
            signals.insert(chance.randint(0, len(signals)), (round(at + chance.random(), 2), "last", chance.randint(0, 99)))
        starts.append(Start(at, workflow, args, key, tuple(signals)))
    faults: list[Fault] = []
    for _ in range(chance.randint(5, 9)):
        kind = chance.choice(list(FAULTS))
        victim = chance.randrange(1000)
        faults.append(Fault(round(SPAN * chance.uniform(0.1, 1.0), 2), kind, victim, **FAULTS[kind](chance)))
    daemons, workers = chance.choice([(2, 1), (2, 2), (3, 1)])
    in_order = sorted(starts, key=lambda start: start.at), sorted(faults, key=lambda fault: fault.at)
    return Plan(seed, daemons, workers, tuple(in_order[0]), tuple(in_order[1]))
