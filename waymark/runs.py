"""Runs as their caller sees them: a handle, a result, a failure."""

import asyncio
import dataclasses
import json
import uuid
from collections.abc import Coroutine
from typing import Any, Generic, Never, TypeVar, cast

from waymark import codec
from waymark.client import background, current_client
from waymark.client.core import SIGNAL
from waymark.client.waiting import Outcome
from waymark.errors import DecodeError, RemoteError, RunCancelled, RunTerminated, WorkflowFailed

T = TypeVar("T")
R = TypeVar("R")


@dataclasses.dataclass(frozen=True)
class RunHandle(Generic[R]):
    """A run that was started. One for a run of elsewhere is made from its id: `RunHandle(UUID("0198…"))`.

    Attributes:
        id: the run's id.
    """

    id: uuid.UUID

    async def result(self, timeout: float | None = None) -> R:  # noqa: ASYNC109 - the run goes on, only the waiting ends
        """Wait for the run to end and return what it returned.

        Args:
            timeout: seconds; None waits for ever.

        Raises:
            the run's exception: of its own type where that can be imported, from a WorkflowFailed that says where.
            WorkflowFailed: the run failed with an exception whose type cannot be imported here.
            RunCancelled, RunTerminated: (both are WorkflowFailed) it was cancelled, or ended from outside.
            ResultNotReady: (a TimeoutError) the run has not ended in time.
            UnknownRun: there is no such run, or its start is not committed.
            DatabaseUnreachable: there is no connection.
        """
        client = await current_client()
        return cast("R", value_of(await client.outcome(self.id, timeout)))

    async def status(self) -> str:
        """`queued`, `delayed`, `running`, `sleeping`, `paused`, `succeeded`, `failed`, `cancelled` or `terminated`.

        Raises:
            UnknownRun: there is no such run, or its start is not committed.
        """
        return await (await current_client()).status(self.id)

    async def cancel(self) -> str:
        """Ask the run to cancel: its body gets asyncio.CancelledError where it waits, and may clean up. Returns its status."""
        return await (await current_client()).control("cancel", self.id)

    async def terminate(self) -> str:
        """End the run and its child runs at once; no handler is asked. Returns its status."""
        return await (await current_client()).control("terminate", self.id)

    async def pause(self) -> str:
        """Let nothing of the run begin until it is resumed. Returns its status.

        Raises:
            RunStateError: the run has ended.
        """
        return await (await current_client()).control("pause", self.id)

    async def resume(self) -> str:
        """Let a paused run go on. Returns its status.

        Raises:
            RunStateError: the run has ended.
        """
        return await (await current_client()).control("resume", self.id)

    async def wake(self) -> str:
        """End the sleeps of the run early, or let it begin if its start is delayed. Returns its status.

        Raises:
            RunStateError: the run has ended.
        """
        return await (await current_client()).control("wake", self.id)

    async def retry(self) -> str:
        """Let the failed run go on from the await at which it failed; results that are there stay. Returns its status.

        Raises:
            RunStateError: the run has not failed, or can only be started anew (docs/control.md).
        """
        return await (await current_client()).control("retry", self.id)

    async def restart(self) -> "RunHandle[R]":
        """Start a new run with the same input, of the newest program, and return its handle. This run stays as it is."""
        return RunHandle(await (await current_client()).control("restart", self.id))

    async def set_priority(self, priority: int) -> str:
        """Change the priority of the run, its tasks and its actions (-1000 to 1000, lower is first). Returns its status.

        Raises:
            RunStateError: the run has ended.
            OptionOutOfRange: there is no such priority.
        """
        return await (await current_client()).set_priority(self.id, priority)

    async def why(self) -> str:
        """What the run waits for, or how it ended, in a sentence for people.

        Raises:
            UnknownRun: there is no such run, or its start is not committed.
        """
        return await (await current_client()).why(self.id)

    async def signal(self, name: str, value: object = None, *, idempotency_key: str | None = None, connection: Any = None) -> int:  # noqa: ANN401
        """Send a signal to the run, which `await self.wait_for_signal(name)` in its body takes, now or later.

        Args:
            name: what the body waits for.
            value: what it gets.
            idempotency_key: at most 200 characters; a second signal of this run with the same key is not sent.
            connection: send in the transaction of this psycopg connection, SQLAlchemy connection or session: rolled
                back, nothing has happened; committed, it is delivered. Nothing is committed here.

        Returns:
            the number of the signal: those of a name are taken in this order.

        Raises:
            UnknownRun, RunStateError: there is no such run, or it has ended.
            UnknownSignal, SignalValueError: the workflow waits for no signal of this name, or for another value.
            TooManySignals: the run has not taken 10,000 others.
            EncodeError: the value cannot be encoded.
        """
        call = _signal(self.id, name, value, idempotency_key)
        if connection is not None:
            from waymark.client.borrowed import fetch_in  # noqa: PLC0415 - it is rare

            return await fetch_in(connection, [(SIGNAL, call)])
        return await (await current_client()).signal(*call)

    def signal_sync(self, name: str, value: object = None, *, idempotency_key: str | None = None, connection: Any = None) -> int:  # noqa: ANN401
        """`signal` for callers without an event loop."""
        if connection is None:
            return in_background(self.signal(name, value, idempotency_key=idempotency_key))
        from waymark.client.borrowed import fetch_in_sync  # noqa: PLC0415

        return fetch_in_sync(connection, [(SIGNAL, _signal(self.id, name, value, idempotency_key))])

    def result_sync(self, timeout: float | None = None) -> R:
        """`result` for callers without an event loop."""
        return in_background(self.result(timeout))

    def status_sync(self) -> str:
        """`status` for callers without an event loop."""
        return in_background(self.status())


def _signal(run_id: uuid.UUID, name: str, value: object, idempotency_key: str | None) -> tuple[uuid.UUID, str, str, str]:
    """The parameters of `waymark.signal`."""
    options = {} if idempotency_key is None else {"idempotency_key": idempotency_key}
    return run_id, name, codec.encode(value), json.dumps(options)


def in_background(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in the client's own event loop, from a thread that has none."""
    return asyncio.run_coroutine_threadsafe(coroutine, background.loop()).result()


def value_of(outcome: Outcome) -> Any:  # noqa: ANN401 - a run returns anything
    """The result of a run that has ended, or its exception raised."""
    if outcome.state != "succeeded":
        _raise(outcome)
    return codec.decode(outcome.result or "null")


def _raise(outcome: Outcome) -> Never:
    failure, exception = failure_of(outcome)
    if outcome.state != "failed":
        raise failure
    # Exceptions that mean something to the caller's interpreter (SystemExit, CancelledError, StopIteration) stay inside.
    if not isinstance(exception, Exception) or isinstance(exception, RemoteError | StopIteration | StopAsyncIteration):
        raise failure from exception
    failure.__cause__ = exception.__cause__
    raise exception from failure


def failure_of(outcome: Outcome) -> tuple[WorkflowFailed, BaseException | None]:
    """What a failed run tells: where and why, and its exception where that can be decoded."""
    error: dict[str, Any] = codec.parse(outcome.error or "{}")
    encoded: dict[str, Any] = error.get("exception") or {}
    try:
        exception = codec.from_jsonable(encoded)
    except DecodeError:
        exception = None
    cause_type, text = encoded.get("type"), _text(encoded.get("message"))
    cause = f"{cause_type}: {text}" if text else str(cause_type)
    file, line, function, source = (error.get(name) for name in ("file", "line", "function", "source"))
    kind = {"cancelled": RunCancelled, "terminated": RunTerminated}.get(outcome.state, WorkflowFailed)
    happened = "failed" if outcome.state == "failed" else f"was {outcome.state}"
    failure = kind(
        f"run {outcome.run_id} of {outcome.workflow} {happened} in node {error.get('node')}, {file}:{line}, in {function}: "
        f"{str(source).strip()}\n  {cause}",
        run_id=str(outcome.run_id),
        workflow=outcome.workflow,
        node=error.get("node"),
        line=line,
        file=file,
        function=function,
        source=source,
        attempts=error.get("attempts"),
        cause=cause,
        cause_type=cause_type,
        remote_traceback=_text(encoded.get("traceback")),
    )
    if failure.remote_traceback:
        failure.add_note("On the worker:\n" + failure.remote_traceback)
    return failure, exception


def _text(encoded: object) -> str | None:
    return None if encoded is None else str(codec.from_jsonable(encoded))
