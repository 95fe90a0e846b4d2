"""`@action`: functions that workers execute, and the dependencies that are injected into them."""

import asyncio
import contextvars
import dataclasses
import datetime as dt
import functools
import inspect
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol, TypeVar, cast, overload
from uuid import UUID

from mountaineer_di import Depends, provide_dependencies, strip_depends_from_signature

from waymark.codec.names import NameNotFound, object_name, resolve
from waymark.policies import BackoffPolicy, RetryPolicy, policy_fields
from waymark.transactions import begin, transaction_kind

__all__ = [
    "Action",
    "ActionFunction",
    "CurrentAction",
    "Depend",
    "Depends",
    "action",
    "current_action",
    "find_action",
    "heartbeat",
]

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

Depend = Depends
_NAME = re.compile(r"[^\s\"'\\]{1,500}")


class ActionFunction(Protocol[R_co]):
    """What `@action` makes of a function: awaitable when called, also where the function itself is not async.

    Called directly it just runs, with its dependencies resolved; so the same program runs under plain CPython.
    """

    __waymark_action__: "Action"

    def __call__(self, *args: Any, **kwargs: Any) -> Coroutine[Any, Any, R_co]: ...  # noqa: D102, ANN401


class Decorator(Protocol):
    """What `@action(...)` with arguments returns."""

    @overload
    def __call__(self, function: Callable[..., Coroutine[Any, Any, R]], /) -> ActionFunction[R]: ...
    @overload
    def __call__(self, function: Callable[..., R], /) -> ActionFunction[R]: ...


@dataclasses.dataclass(frozen=True, slots=True)
class CurrentAction:
    """The attempt that is being executed.

    Attributes:
        run_id: the run it belongs to.
        action_id: the action in the run, the same for every attempt.
        attempt: counts from 1.
        heartbeat_details: what an earlier attempt has told last by `heartbeat`, or None.
        heartbeat: `waymark.heartbeat` for this attempt, in whatever thread.
    """

    run_id: UUID
    action_id: int
    attempt: int
    heartbeat_details: Any
    heartbeat: Callable[..., None] = dataclasses.field(repr=False, compare=False)


class RunningAction(Protocol):
    """What the worker keeps of an attempt that it executes."""

    def current(self) -> CurrentAction:
        """What `current_action` gives inside of it."""
        ...

    def heartbeat(self, details: object = None) -> None:
        """`waymark.heartbeat` for this attempt."""
        ...


running_action: contextvars.ContextVar[RunningAction | None] = contextvars.ContextVar("waymark_running_action", default=None)


def current_action() -> CurrentAction | None:
    """The attempt that the calling code belongs to; None outside of a worker.

    `(run_id, action_id)` is the same for every attempt of an action: an idempotency key for what it calls.
    """
    running = running_action.get()
    return None if running is None else running.current()


def heartbeat(details: object = None) -> None:
    """Tell that the action goes on: its `timeout` counts anew from here, though never beyond its `deadline`.

    Called in an action, async or not, as often as it likes: what is told goes out once a second. Anywhere else it does
    nothing.

    Args:
        details: any value of at most 64 KiB, how far the action is; None leaves what was told before. The next attempt
            has it as `current_action().heartbeat_details`, `waymark.action_overview` shows it.

    Raises:
        asyncio.CancelledError: the attempt is no longer wanted: its time is over, or it was cancelled. In an async
            action it is raised where the action waits, too; a function in a thread hears of it only here.
        EncodeError: the details cannot be encoded, or are too large.
    """
    running = running_action.get()
    if running is not None:
        running.heartbeat(details)


class Action:
    """A function as an action.

    Attributes:
        name: `module:qualname`, by which workers find it, or the name it was given.
        function: the function as it was written.
        policy: default policy of its invocations, IR policy fields → plain values.
    """

    def __init__(self, function: Callable[..., Any], name: str | None, policy: Mapping[str, Any]) -> None:
        self.function = function
        self.name = object_name(function) if name is None else name
        self.policy = dict(policy)
        self.is_async = inspect.iscoroutinefunction(function)
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"the name of an action has 1 to 500 characters, no spaces, quotes or backslashes: {self.name!r}")
        if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
            raise TypeError(f"{self.name} is a generator; an action returns its result")

    @functools.cached_property
    def signature(self) -> inspect.Signature:
        """The signature without injected parameters: what a workflow passes."""
        signature = strip_depends_from_signature(self.function)
        for parameter in signature.parameters.values():
            # An annotation in quotes that cannot be evaluated hides the dependency.
            if isinstance(parameter.annotation, str) and "Depend" in parameter.annotation:
                raise TypeError(f"{self.name}: the annotation {parameter.annotation!r} cannot be evaluated")
        every = inspect.signature(self.function).parameters
        if len(every) > len(signature.parameters) and any(p.kind is p.VAR_POSITIONAL for p in every.values()):
            raise TypeError(f"{self.name}: an action with injected parameters cannot have *args")
        return signature

    @functools.cached_property
    def injected(self) -> frozenset[str]:
        """Names of the parameters that are injected."""
        return frozenset(inspect.signature(self.function).parameters) - frozenset(self.signature.parameters)

    @functools.cached_property
    def is_plain(self) -> bool:
        """Whether the function can be called with its arguments as keywords: nothing injected, no `*args`, no `/`."""
        kinds = {parameter.kind for parameter in self.signature.parameters.values()}
        return not self.injected and kinds <= {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}

    @functools.cached_property
    def transaction_kind(self) -> type | None:
        """The connection that it completes itself with (`waymark.transaction`); None for nearly all."""
        return transaction_kind(self.function) if self.injected else None

    @functools.cached_property
    def _dependencies(self) -> Callable[..., Any]:
        """A function with the injected parameters only, in the form that mountaineer-di resolves."""

        def dependencies() -> None: ...

        full = inspect.signature(self.function)
        shim = cast("Any", dependencies)
        shim.__signature__ = full.replace(
            parameters=[
                parameter.replace(kind=parameter.KEYWORD_ONLY)
                for name, parameter in full.parameters.items()
                if name in self.injected
            ]
        )
        shim.__wrapped__ = self.function  # its type hints, and overrides that were attached to it, are found through this
        return dependencies

    async def call(self, /, *args: object, **kwargs: object) -> Any:  # noqa: ANN401 - an action returns anything
        """Run the function with these arguments and its dependencies; a function that is not async, in a thread."""
        if not self.injected:
            return await self._run(args, kwargs)
        if self.transaction_kind is not None and running_action.get() is None:
            async with begin(self.transaction_kind):
                return await self.inject(*args, **kwargs)
        return await self.inject(*args, **kwargs)

    async def inject(self, /, *args: object, **kwargs: object) -> Any:  # noqa: ANN401
        """Run the function with these arguments and its dependencies."""
        given = inspect.signature(self.function).bind_partial(*args, **kwargs).arguments
        missing = self.injected.difference(given)
        failure: BaseException
        async with provide_dependencies(self._dependencies, {name: given.get(name) for name in self.injected - missing}) as found:
            try:
                return await self._run(args, kwargs | {name: found[name] for name in missing})
            except BaseException as error:
                failure = error
                raise
        # A dependency that swallows the exception at its yield must not turn a failure into a success.
        raise failure

    async def _run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:  # noqa: ANN401
        if self.is_async:
            return await self.function(*args, **kwargs)
        value, stopped = await asyncio.to_thread(_outcome, self.function, args, kwargs)
        if stopped is not None:
            raise stopped  # Python makes it a RuntimeError where it leaves the coroutine
        return value

    def bind(self, arguments: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Arguments by parameter name → positional and keyword arguments; `*args` and `**kwargs` by their own names."""
        parameters = self.signature.parameters.values()
        by_position = {inspect.Parameter.POSITIONAL_ONLY}
        if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
            by_position.add(inspect.Parameter.POSITIONAL_OR_KEYWORD)
        positional: list[Any] = []
        keywords = dict(arguments)
        for parameter in parameters:
            if parameter.name not in keywords:
                continue
            if parameter.kind in by_position:
                positional.append(keywords.pop(parameter.name))
            elif parameter.kind is parameter.VAR_POSITIONAL:
                positional.extend(keywords.pop(parameter.name))
            elif parameter.kind is parameter.VAR_KEYWORD:
                keywords |= keywords.pop(parameter.name)
        return positional, keywords


_registry: dict[str, Action] = {}


def _outcome(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, StopIteration | None]:
    """What a function returns, and its StopIteration: a future cannot hold one, so nothing else may carry it out of a thread."""
    try:
        return function(*args, **kwargs), None
    except StopIteration as error:
        return None, error


@overload
def action(function: Callable[..., Coroutine[Any, Any, R]], /) -> ActionFunction[R]: ...
@overload
def action(function: Callable[..., R], /) -> ActionFunction[R]: ...
@overload
def action(
    *,
    name: str | None = None,
    retry: RetryPolicy | None = None,
    backoff: BackoffPolicy | None = None,
    timeout: float | dt.timedelta | None = None,
    queue: str | None = None,
    deadline: float | dt.timedelta | None = None,
    concurrency_key: str | None = None,
) -> Decorator: ...
def action(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    retry: RetryPolicy | None = None,
    backoff: BackoffPolicy | None = None,
    timeout: float | dt.timedelta | None = None,
    queue: str | None = None,
    deadline: float | dt.timedelta | None = None,
    concurrency_key: str | None = None,
) -> Any:
    """Make a function an action: what a workflow awaits and a worker executes. Used bare or with arguments.

    The function may be async or not; one that is not runs in a thread. Parameters annotated `Annotated[T, Depend(f)]`
    are injected on the worker.

    Args:
        function: the function, when used bare.
        name: by which workers find the action instead of `module:qualname`; its module must then be among those that
            `WAYMARK_USER_MODULE` loads.
        retry: default for all its invocations: how often it is tried when it raises. Without one it is tried once.
        backoff: default pauses between attempts.
        timeout: seconds an attempt may take, counted anew from each `waymark.heartbeat()`; default 300.
        queue: the queue of its invocations; only daemons that serve it execute them.
        deadline: seconds that all attempts together may take, from when the first could begin; default: no limit.
        concurrency_key: one attempt at a time of all actions of a queue that have the same key.

    Raises:
        TypeError: the function is a generator.
        ValueError: a policy is out of range, or another function has this name.
    """
    policy = policy_fields(retry, backoff, timeout, queue, deadline, concurrency_key)

    def decorate(function: Callable[..., Any]) -> Any:  # noqa: ANN401
        made = Action(function, name, policy)
        known = _registry.get(made.name)
        if known is not None and object_name(known.function) != object_name(function):
            raise ValueError(f"{object_name(function)} and {object_name(known.function)} are both named {made.name!r}")
        _registry[made.name] = made

        @functools.wraps(function)
        async def wrapper(*args: object, **kwargs: object) -> Any:  # noqa: ANN401
            return await made.call(*args, **kwargs)

        cast("Any", wrapper).__waymark_action__ = made
        return wrapper

    return decorate if function is None else decorate(function)


def find_action(name: str) -> Action:
    """The action of this name; its module is imported where need be.

    Raises:
        NameNotFound: there is no such module or attribute, or it is not an action.
    """
    known = _registry.get(name)
    if known is not None:
        return known
    if ":" not in name:
        raise NameNotFound(f"no loaded module has an action named {name!r}; is its module in WAYMARK_USER_MODULE?")
    found = getattr(resolve(name), "__waymark_action__", None)
    if not isinstance(found, Action):
        raise NameNotFound(f"{name} is not an action; decorate it with @action")
    return found
