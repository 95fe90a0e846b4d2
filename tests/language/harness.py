"""A workflow's outcome under CPython and through the engine, in one comparable form.

Through the engine without a daemon: the program is registered, the run started with the arguments as the SDK encodes them,
and a Session plays the daemon's part turn by turn. Actions are executed by the worker's own Executor in this process, from
and to JSON text, and the outcome is decoded by the SDK.
"""

import asyncio
import copy
import dataclasses
import datetime as dt
import enum
import functools
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from unittest import mock

import psycopg
import pydantic
from psycopg.types.string import TextLoader

from tests.engine.session import Session
from tests.language.actions import CALLS
from waymark import UnsupportedPatternError, Workflow, codec, workflow
from waymark.actions import find_action
from waymark.client.waiting import READ_OUTCOMES, Outcome
from waymark.ir import library
from waymark.runs import failure_of, value_of
from waymark.testing.clock import functions_of
from waymark.testing.worker import Worker

MAX_TURNS = 5000

Signals = Mapping[str, Sequence[Any]]
NO_SIGNALS: Signals = {}

_HIDDEN = {"__notes__", "__waymark_traceback__", "__waymark_attempts__"}


@dataclasses.dataclass(frozen=True)
class Ending:
    """How a run ended: `kind` is returned or raised, `form` the whole value or exception, `calls` the actions in order."""

    kind: str
    form: Any
    calls: Any

    def unordered(self) -> "Ending":
        """The same, whatever the order of the calls was."""
        name, calls = self.calls
        return dataclasses.replace(self, calls=(name, sorted(calls, key=repr)))


def form_of(value: object) -> Any:
    """A value with all its types, so that 1, 1.0 and True differ, as do (1,) and [1], 0.0 and -0.0; nan is itself."""
    name = f"{type(value).__module__}.{type(value).__qualname__}"
    match value:
        case enum.Enum():
            return name, value.name
        case float():
            return name, repr(value)
        case list() | tuple():
            return name, [form_of(item) for item in value]
        case set() | frozenset():
            return name, sorted((form_of(item) for item in value), key=repr)
        case Mapping():
            return name, [(form_of(key), form_of(item)) for key, item in value.items()]
        case BaseException():
            attributes = {key: item for key, item in sorted(vars(value).items()) if key not in _HIDDEN}
            return name, form_of(value.args), form_of(attributes), str(value)
        case pydantic.BaseModel():
            return name, form_of(vars(value)), sorted(value.model_fields_set)
        case _ if dataclasses.is_dataclass(value):
            return name, [(field.name, form_of(getattr(value, field.name))) for field in dataclasses.fields(value)]
        case _:
            return name, repr(value)


async def ending(run: Callable[[], Any]) -> Ending:
    """How `run()` ended, once everything it set going has ended too."""
    CALLS.clear()
    try:
        kind, form = "returned", form_of(await run())
    except Exception as error:  # noqa: BLE001 - the exception is the outcome
        kind, form = "raised", form_of(error)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)
    return Ending(kind, form, form_of(CALLS))


@functools.cache
def compiled(cls: type[Workflow]) -> type[Workflow]:
    """The class, decorated; its name is unique among all cases. Raises UnsupportedPatternError."""
    return workflow(name=f"{cls.__module__.rpartition('.')[2]}.{cls.__qualname__}")(cls)


def codes_of_refusal(cls: type[Workflow]) -> list[str]:
    """The codes with which the compiler refuses a class, in the order of the source; empty when it does not."""
    try:
        compiled(cls)
    except UnsupportedPatternError as error:
        return [getattr(diagnostic, "code", "") for diagnostic in error.diagnostics]
    return []


class Engine:
    """One installed engine, for many cases."""

    def __init__(self, connection: psycopg.Connection) -> None:
        connection.adapters.register_loader("jsonb", TextLoader)  # the daemon passes bytes through, so does this
        self._connection = connection
        self._session = Session(connection)
        self._offset = 0.0
        self._registered: set[type[Workflow]] = set()

    async def inline(self, cls: type[Workflow], *args: object, signals: Signals = NO_SIGNALS) -> Ending:
        """What CPython gives; the arguments and signals are copies, as a body may change them."""
        exceptions = {id(arg): arg for arg in args if isinstance(arg, BaseException)}
        return await ending(lambda: cls().run_inline(*copy.deepcopy(args, exceptions), signals=copy.deepcopy(signals)))

    async def durable(self, cls: type[Workflow], *args: object, signals: Signals = NO_SIGNALS) -> Ending:
        """What the engine gives."""
        return await ending(lambda: self.run(cls, *args, signals=signals))

    async def run(self, cls: type[Workflow], *args: object, signals: Signals = NO_SIGNALS) -> Any:
        """The result of a run, or its exception raised, as a caller sees them."""
        return value_of(await self.outcome(cls, *args, signals=signals))

    async def failure(self, cls: type[Workflow], *args: object) -> str:
        """The class name of the exception that a run failed with, as the engine recorded it."""
        failure, _ = failure_of(await self.outcome(cls, *args))
        return failure.cause_type or ""

    async def outcome(self, cls: type[Workflow], *args: object, signals: Signals = NO_SIGNALS) -> Outcome:
        """Run to the end, turn by turn."""
        cls = compiled(cls)
        if cls not in self._registered:
            for program in cls._programs():
                self._session.value("select waymark.register(%s::jsonb)", program)
            self._registered.add(cls)
        _, arguments = cls()._bind(args, {})
        run_id = self._session.value("select waymark.start(%s, %s::jsonb)", cls.name, arguments)
        for name, values in signals.items():
            for value in values:
                self._session.value("select waymark.signal(%s, %s, %s::jsonb)", run_id, name, codec.encode(value))
        with mock.patch.dict(library.FUNCTIONS, functions_of(self._now)):
            return await self._drive(run_id)

    async def _drive(self, run_id: uuid.UUID) -> Outcome:
        worker = Worker(1000, find_action)
        results: list[Any] = []
        was_idle = False
        for _ in range(MAX_TURNS):
            claims = self._session.turn(*results, capacity=1000)
            assert self._session.rejected == []
            outcome = Outcome(*self._row(run_id))
            if outcome.state != "live":
                await finish(worker)
                return outcome
            for claim in sorted(claims, key=lambda claim: claim.action_id):
                worker.submit(claim)
            is_idle = not worker.claims and not self._session.backlog and not claims
            if is_idle and was_idle:  # not at once: a step that took too long goes on in the next turn
                self._pass_time()
            was_idle = is_idle
            await worker.wait()
            results = worker.take_results()
        raise AssertionError(f"the run has not ended after {MAX_TURNS} turns")

    def _row(self, run_id: uuid.UUID) -> tuple[Any, ...]:
        row = self._connection.execute(READ_OUTCOMES.encode(), [[run_id]]).fetchone()
        assert row is not None
        return row

    def _now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self._offset)

    def _pass_time(self) -> None:
        """Move the clock to the next timer, if there is one, and forward with the lease."""
        if self._session.due_in_ms:
            self._offset += self._session.due_in_ms / 1000
            self._session.move_clock(self._offset)
            self._session = Session(self._connection)


async def finish(worker: Worker) -> None:
    """Let what is still being executed end."""
    while worker.claims:
        await worker.wait()
        worker.take_results()
