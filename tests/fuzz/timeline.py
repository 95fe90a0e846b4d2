"""One time for both sides: programs whose actions take as long as they say, under CPython and through the engine.

Under CPython an event loop whose clock stands still while anything can run, and then jumps to the next timer. Through the
engine, the clock of the engine is moved from one end of an action, or timer, to the next. Delays are thousands of seconds, so
that the time that either side really takes decides nothing.
"""

import asyncio
import contextlib
import importlib.util
import itertools
import json
import selectors
import sys
import uuid
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.engine.session import Claim, Result, Session
from tests.language.harness import Engine, finish, form_of
from waymark import Workflow, action
from waymark.actions import find_action
from waymark.client.waiting import Outcome
from waymark.codec import encode, encode_exception
from waymark.errors import WorkflowFailed
from waymark.runs import value_of
from waymark.testing.worker import Worker

UNIT = 10
"""Seconds: times are compared in these."""
SLACK = 5
"""Units by which what happens must be apart, as the engine's clock goes on while it works."""
MAX_TURNS = 2000

Act = tuple[str, int, int, str]
"""Label, begin and end in units, and how it ended."""

ACTS: list[Act] = []
"""What the actions did."""


class Broken(Exception):
    """What an action raises that is told to fail."""


def _units(seconds: float) -> int:
    return round(seconds / UNIT)


@action
async def act(label: str, delay: int, fails: bool = False) -> str:
    """Ends after `delay` units."""
    loop = asyncio.get_running_loop()
    begin, how = loop.time(), "cancelled"
    try:
        await asyncio.sleep(delay * UNIT)
        how = "raised" if fails else "returned"
    finally:
        ACTS.append((label, _units(begin), _units(loop.time()), how))
    if fails:
        raise Broken(label)
    return label


ACT = f"{__name__}:act"


@dataclass(frozen=True)
class Ending:
    """How a program ended: kind and form of its result, when its body did, and what its actions had done by then."""

    kind: str
    form: Any
    at: int
    acts: list[Act]


class Tie(Exception):
    """Two things happen at the same time: which is first is nobody's promise."""


class Stuck(Exception):
    """All tasks wait for each other, as for a lock that they hold."""


class _Jumping(selectors.SelectSelector):
    """Waits for no time: it tells how long it should have."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise Stuck
        self.now += timeout
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.jumping = _Jumping()
        self.timers: list[float] = []
        super().__init__(self.jumping)

    def time(self) -> float:
        return self.jumping.now

    def call_at(self, when: float, callback: Any, *args: Any, **kwargs: Any) -> asyncio.TimerHandle:
        self.timers.append(when)
        return super().call_at(when, callback, *args, **kwargs)


def _unheard(_: asyncio.AbstractEventLoop, __: dict[str, Any]) -> None:
    """What asyncio says of failures that nobody asked for."""


def inline(cls: type[Workflow], *args: object, strict: bool = True) -> Ending:
    """What CPython does.

    Raises:
        Tie: nobody can say what it should do.
        Stuck: it never ends.
    """
    ACTS.clear()
    loop = _Loop()
    loop.set_exception_handler(_unheard)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        kind, form = _outcome(lambda: runner.run(cls().run_inline(*args)))
        at = _units(loop.time())
    times = sorted(map(_units, loop.timers))
    if strict and any(after - before < SLACK for before, after in itertools.pairwise(times)):
        raise Tie
    return Ending(kind, form, at, _ended(ACTS, at))


def _outcome(run: Callable[[], Any]) -> tuple[str, Any]:
    try:
        return "returned", form_of(run())
    except Stuck:
        raise
    except WorkflowFailed as error:
        return "raised", error.cause_type
    except asyncio.CancelledError:
        return "raised", "asyncio.exceptions:CancelledError"
    except Exception as error:  # noqa: BLE001 - the exception is the outcome
        return "raised", form_of(error)


def _ended(acts: list[Act], at: int) -> list[Act]:
    """What had happened when the body ended. What is cancelled as it begins has not: it is nobody's business how far it came."""
    known = [act for act in acts if act[1] < min(act[2], at)]
    return sorted((label, begin, end, how) if end < at else (label, begin, at, "") for label, begin, end, how in known)


_BODY_GOES_ON = "select exists (select from waymark.tasks where run_id = %s and task_no = 0 and state <> 'closing')"

_numbers = itertools.count()


@contextlib.contextmanager
def load(source: str, folder: Path) -> Generator[ModuleType]:
    """The source as a module of its own, from a file, where the compiler looks for it."""
    name = f"timeline_program_{next(_numbers)}"
    path = folder / f"{name}.py"
    path.write_text(source)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        yield module
    finally:
        del sys.modules[name]


class Timeline(Engine):
    """The engine, as `inline` is CPython."""

    def ending(self, cls: type[Workflow], *args: object) -> Ending:
        """What the engine does."""
        self._running: dict[int, tuple[int, Claim, dict[str, Any]]] = {}
        self._acts: list[Act] = []
        self._begin, self._closed = self._offset, -1
        try:
            outcome = asyncio.run(self.outcome(cls, *args))
        except BaseException:
            self._connection.execute("truncate waymark.tasks, waymark.actions, waymark.timers")  # for the next program
            raise
        kind, form = _outcome(lambda: value_of(outcome))
        return Ending(kind, form, self._closed, _ended(self._acts, self._closed))

    async def _drive(self, run_id: uuid.UUID) -> Outcome:
        worker = Worker(1000, find_action)
        results: list[Any] = []
        for _ in range(MAX_TURNS):
            claims = self._session.turn(*results, capacity=1000)
            assert self._session.rejected == []
            self._drop()
            outcome = Outcome(*self._row(run_id))
            if self._closed < 0 and not self._session.value(_BODY_GOES_ON, run_id):
                self._closed = self._at
            if outcome.state != "live" and self._session.is_quiet():
                await finish(worker)
                return outcome
            own = [claim for claim in claims if claim.name == ACT]
            self._running |= {claim.action_id: (self._at, claim, json.loads(claim.arguments)) for claim in own}
            for claim in sorted(claims, key=lambda claim: claim.action_id):
                if claim.name != ACT:
                    worker.submit(claim)
            await worker.wait()
            results = worker.take_results()
            if not claims and not results and not self._is_ready():
                results = self._pass_on()
        raise AssertionError(f"the run has not ended after {MAX_TURNS} turns")

    @property
    def _at(self) -> int:
        return _units(self._offset - self._begin)

    def _drop(self) -> None:
        """Note which actions the engine has cancelled."""
        rows = self._connection.execute("select action_id from waymark.actions").fetchall()
        for number in self._running.keys() - {int(row[0]) for row in rows}:
            begin, _, arguments = self._running.pop(number)
            self._acts.append((arguments["label"], begin, self._at, "cancelled"))

    def _is_ready(self) -> bool:
        """Whether a further turn has something to do, at this time."""
        return self._session.value("select exists (select from waymark.tasks where state = 'ready')")

    def _pass_on(self) -> list[Result]:
        """Move the clock to the next end of an action, or timer."""
        ends = {number: begin + arguments["delay"] for number, (begin, _, arguments) in self._running.items()}
        number = min(ends, key=lambda key: ends[key], default=None)
        due = self._session.due_in_ms
        if due is not None and (number is None or self._at + _units(due / 1000) < ends[number]):
            self._move(self._offset + due / 1000)
            return []
        assert number is not None, "nothing will ever happen"
        self._move(self._begin + ends[number] * UNIT)
        begin, claim, arguments = self._running.pop(number)
        how = "raised" if arguments.get("fails") else "returned"
        self._acts.append((arguments["label"], begin, self._at, how))
        if how == "raised":
            return [Result(claim, "failed", encode_exception(Broken(arguments["label"])))]
        return [Result(claim, "succeeded", encode(arguments["label"], "result"))]

    def _move(self, offset: float) -> None:
        self._offset = offset
        self._session.move_clock(offset)
        self._session = Session(self._connection)  # the lease of the one before has expired
