"""`Workflow` and `@workflow`: a class whose `run` is compiled once and executed by Postgres."""

import collections
import contextvars
import copy
import dataclasses
import datetime as dt
import functools
import inspect
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeVar, overload

from waymark import codec, config
from waymark.codec.annotations import conform, describe
from waymark.codec.names import object_name
from waymark.errors import ArgumentError, OptionOutOfRange
from waymark.policies import BackoffPolicy, RetryPolicy
from waymark.signals import Inbox, inbox
from waymark.sleeping import Sleeper

if TYPE_CHECKING:
    from waymark.client.borrowed import Call
    from waymark.ir import Program
    from waymark.runs import RunHandle

T = TypeVar("T")
W = TypeVar("W", bound="type[Workflow]")

MOST_RUNS_A_CALL = 10_000  # of `waymark.start_many`

_inline: contextvars.ContextVar[bool] = contextvars.ContextVar("waymark_inline", default=False)


@dataclasses.dataclass(frozen=True)
class StartOptions:
    """Options of a start, see `Workflow.options`."""

    priority: int | None = None
    queue: str | None = None
    idempotency_key: str | None = None
    delay: float | dt.timedelta | None = None
    deadline: float | dt.timedelta | None = None
    tags: Mapping[str, str] | None = None
    connection: Any = None

    def text(self, waiter: str | None = None) -> str:
        """The JSON text of what is set, as `waymark.start` takes it; the engine checks it."""
        fields: dict[str, Any] = {
            "priority": self.priority,
            "queue": self.queue,
            "idempotency_key": self.idempotency_key,
            "delay": _seconds(self.delay),
            "deadline": _seconds(self.deadline),
            "tags": None if self.tags is None else dict(self.tags),
            "waiter": waiter,
        }
        try:
            return json.dumps({name: value for name, value in fields.items() if value is not None}, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise OptionOutOfRange(f"an option of start() cannot be written as JSON: {error}") from None


def _seconds(duration: float | dt.timedelta | None) -> float | None:
    return duration.total_seconds() if isinstance(duration, dt.timedelta) else duration


_OPTION_NAMES = frozenset(field.name for field in dataclasses.fields(StartOptions))


class Workflow(Sleeper):
    """Base of workflows. Write `async def run(self, …)` and decorate the class with `@workflow`.

    `await W().run(…)` executes it durably and returns its result; `await W().start(…)` returns at once with a
    `RunHandle`; `await W().run_inline(…)` runs the same body as plain Python, without the engine.
    """

    name: ClassVar[str] = ""
    """The name under which the workflow is registered and started."""
    program: ClassVar["Program"]
    """The compiled body."""

    _start_options: StartOptions = StartOptions()

    def __new__(cls, *_: object, **__: object) -> Self:
        """An instance whose `run` goes to the engine, while the class keeps the body that was written."""
        self = super().__new__(cls)
        self.__dict__["run"] = self._run
        return self

    def __init__(self) -> None:  # pyright: ignore[reportInconsistentConstructor] - subclasses take what they like
        super().__init__()

    async def run(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401, D102
        raise NotImplementedError

    async def start(self, *args: object, **kwargs: object) -> "RunHandle[Any]":
        """Start a run and return without waiting for it. Takes the arguments of `run`.

        Options (see `options`) may be given as further keywords, where `run` has no parameter of that name.

        Raises:
            ArgumentError, EncodeError: an argument is missing, unexpected or cannot be encoded; no run is made.
            OptionError: an option is out of its range.
            DatabaseUnreachable, EngineNotInstalled, EngineVersionError.
        """
        from waymark.client.core import START  # noqa: PLC0415 - psycopg is loaded when it is first needed
        from waymark.runs import RunHandle  # noqa: PLC0415

        options, arguments = self._bind(args, kwargs)
        return RunHandle(await self._begin(options, (START, [self._name(), arguments, options.text()])))

    async def start_many(
        self, inputs: Iterable[Mapping[str, object]], *, idempotency_keys: Sequence[str | None] | None = None
    ) -> "list[RunHandle[Any]]":
        """Start a run for each of `inputs`, the arguments of `run` by name, all with the same options (see `options`).

        The fastest way to start many. Each 10,000 are a transaction of their own; with `connection=` all are in its
        transaction. Interrupted, it is repeated safely with `idempotency_keys`.

        Args:
            inputs: a mapping a run; `{}` for a run without arguments.
            idempotency_keys: a key a run, None for none.

        Returns:
            Their handles, in the order of the inputs.

        Raises:
            ValueError: the keys are not as many as the inputs.
            ArgumentError, EncodeError, OptionError and the others of `start`.
        """
        from waymark.client.core import START_MANY  # noqa: PLC0415
        from waymark.runs import RunHandle  # noqa: PLC0415

        options = self._start_options
        arguments = [self._encode((), given) for given in inputs]
        keys = list(idempotency_keys) if idempotency_keys is not None else [None] * len(arguments)
        if len(keys) != len(arguments):
            raise ValueError(f"{len(keys)} idempotency keys were given for {len(arguments)} inputs: one each is needed")
        handles: list[RunHandle[Any]] = []
        for n in range(0, len(arguments), MOST_RUNS_A_CALL):
            batch = slice(n, n + MOST_RUNS_A_CALL)
            call = (START_MANY, [self._name(), arguments[batch], options.text(), keys[batch]])
            handles.extend(map(RunHandle, await self._begin(options, call)))
        return handles

    def start_sync(self, *args: object, **kwargs: object) -> "RunHandle[Any]":
        """`start` for callers without an event loop."""
        from waymark.runs import RunHandle, in_background  # noqa: PLC0415

        options, arguments = self._bind(args, kwargs)
        if options.connection is None:
            return in_background(self.start(*args, **kwargs))
        from waymark.client.borrowed import fetch_in_sync  # noqa: PLC0415
        from waymark.client.core import START  # noqa: PLC0415

        call = (START, [self._name(), arguments, options.text()])
        return RunHandle(fetch_in_sync(options.connection, self._registered(call)))

    def run_sync(self, *args: object, **kwargs: object) -> Any:  # noqa: ANN401
        """`run` for callers without an event loop."""
        from waymark.runs import in_background  # noqa: PLC0415

        return in_background(self._run(*args, **kwargs))

    async def run_inline(self, *args: object, **kwargs: object) -> Any:  # noqa: ANN401
        """Run the body as plain Python in this process: its actions are called, nothing is stored.

        `signals={"approved": [first, second]}` are the signals that it gets, where `run` has no parameter of that name.
        """
        signals: Any = {} if "signals" in _signature(type(self)).parameters else kwargs.pop("signals", {})
        token, received = _inline.set(True), inbox.set(Inbox(signals))
        try:
            return await type(self).run(self, *args, **kwargs)
        finally:
            _inline.reset(token)
            inbox.reset(received)

    def options(
        self,
        *,
        priority: int | None = None,
        queue: str | None = None,
        idempotency_key: str | None = None,
        delay: float | dt.timedelta | None = None,
        deadline: float | dt.timedelta | None = None,
        tags: Mapping[str, str] | None = None,
        connection: Any = None,  # noqa: ANN401
    ) -> Self:
        """The same workflow with options for its `start` and `run`.

        Args:
            priority: -1000 to 1000, lower goes first; default 0. A minute of waiting outweighs one level.
            queue: the queue of its actions; default `default`.
            idempotency_key: at most 200 characters; a second start with the same key gives the first one's run.
            delay: seconds until the run begins.
            deadline: seconds from now in which the run ends; else it fails with RunDeadlineExceeded, a TimeoutError.
            tags: texts to find the run by.
            connection: start in the transaction of this psycopg connection, SQLAlchemy connection or session: rolled
                back, nothing has happened; committed, it runs. Nothing is committed here.
        """
        other = copy.copy(self)
        other.__dict__["run"] = other._run  # noqa: SLF001 - of the same class
        other.__dict__["_start_options"] = StartOptions(priority, queue, idempotency_key, delay, deadline, tags, connection)
        return other

    async def run_action(
        self,
        call: Awaitable[T],
        *,
        retry: RetryPolicy | None = None,  # noqa: ARG002 - these are for the engine; inline the call is made once
        backoff: BackoffPolicy | None = None,  # noqa: ARG002
        timeout: float | dt.timedelta | None = None,  # noqa: ARG002, ASYNC109
        deadline: float | dt.timedelta | None = None,  # noqa: ARG002
        concurrency_key: str | None = None,  # noqa: ARG002
    ) -> T:
        """Await the call of an action with policies of its own: `await self.run_action(send(x), retry=…)`."""
        return await call

    @overload
    async def wait_for_signal(self, name: str, type: type[T], *, timeout: float | None = None) -> T: ...  # noqa: ASYNC109
    @overload
    async def wait_for_signal(self, name: str, type: Any = None, *, timeout: float | None = None) -> Any: ...  # noqa: ANN401, ASYNC109
    async def wait_for_signal(self, name: str, type: Any = None, *, timeout: float | None = None) -> Any:  # noqa: A002, ASYNC109
        """Wait for a signal and take it: `approval: Approval = await self.wait_for_signal("approved", timeout=60)`.

        Args:
            name: what `RunHandle.signal` or `waymark.signal` sends; 1 to 200 characters.
            type: the type of its value, where no annotation says it; a value that does not fit is a ValueError here, unless
                it was refused where it was sent.
            timeout: seconds; None waits for ever, 0 takes what has arrived.

        Raises:
            TimeoutError: no signal has arrived in time.
        """
        received = inbox.get()
        if received is None:
            raise RuntimeError("wait_for_signal() is for the body of a workflow")
        value = await received.take(name, timeout)
        return value if type is None else conform(value, describe(type))

    @classmethod
    def visualize(cls, format: Literal["mermaid", "dot", "svg"] = "mermaid") -> str:  # noqa: A002
        """The compiled graph, drawn as Mermaid text, Graphviz text or SVG.

        Raises:
            ConfigurationError: "svg" without Graphviz.
        """
        from waymark.visualize import visualize  # noqa: PLC0415 - only who draws loads it

        return visualize(cls.program, format)

    async def _run(self, *args: object, **kwargs: object) -> Any:  # noqa: ANN401
        """What `W().run` is: start a run, wait for it, return its result. Inside of `run_inline`: the body."""
        if _inline.get():
            return await type(self).run(self, *args, **kwargs)
        if self._start_options.connection is not None:
            raise TypeError("a run begins when the transaction of connection= is committed: start() it, then commit, then wait")
        if config.skip_wait():
            await self.start(*args, **kwargs)
            return None
        from waymark.client import current_client  # noqa: PLC0415 - psycopg is loaded when it is first needed
        from waymark.client.core import START  # noqa: PLC0415
        from waymark.runs import value_of  # noqa: PLC0415

        options, arguments = self._bind(args, kwargs)
        client = await current_client()
        await client.waiting.listen()
        notified = client.waiting.notifications
        call = (START, [self._name(), arguments, options.text(waiter=client.waiting.name)])
        run_id = await client.start(self._programs(), call)
        return value_of(await client.outcome(run_id, None, notified=notified))

    @classmethod
    def _name(cls) -> str:
        if "program" not in cls.__dict__:
            raise TypeError(f"{cls.__qualname__} is not decorated with @workflow")
        return cls.name

    @classmethod
    def _programs(cls) -> tuple[str, ...]:
        return _programs(cls)

    async def _begin(self, options: StartOptions, call: "Call") -> Any:  # noqa: ANN401 - one run id or several
        """Make a call that starts runs, in the transaction of the caller's connection if there is one."""
        if options.connection is not None:
            from waymark.client.borrowed import fetch_in  # noqa: PLC0415

            return await fetch_in(options.connection, self._registered(call))
        from waymark.client import current_client  # noqa: PLC0415

        return await (await current_client()).start(self._programs(), call)

    def _registered(self, call: "Call") -> list["Call"]:
        """The call after those that register the programs, for a transaction of the caller's."""
        from waymark.client.core import REGISTER  # noqa: PLC0415

        return [*((REGISTER, [program]) for program in self._programs()), call]

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[StartOptions, str]:
        """The options and the JSON text of the arguments."""
        signature = _signature(type(self))
        takes_any = any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())
        given = {name for name in kwargs if name in _OPTION_NAMES and name not in signature.parameters and not takes_any}
        options = dataclasses.replace(self._start_options, **{name: kwargs[name] for name in given})
        return options, self._encode(args, {name: value for name, value in kwargs.items() if name not in given})

    @classmethod
    def _encode(cls, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
        """The JSON text of the arguments of `run`."""
        try:
            bound = _signature(cls).bind(*args, **kwargs)
        except TypeError as error:
            raise ArgumentError(f"{cls._name()}.run(): {error}") from None
        return codec.encode_arguments(bound.arguments)


@functools.cache
def _signature(cls: type[Workflow]) -> inspect.Signature:
    signature = inspect.signature(cls.run)
    return signature.replace(parameters=list(signature.parameters.values())[1:])


@functools.cache
def _programs(cls: type[Workflow]) -> tuple[str, ...]:
    """The canonical texts of the workflow's program and of those it calls, directly or not; what is called comes first."""
    from waymark.ir import called_workflows, to_text  # noqa: PLC0415

    known = {other.name: other for other in _declared.values()}
    found: dict[str, type[Workflow]] = {}
    rest = [cls]
    while rest:
        cls = rest.pop()
        if found.setdefault(cls.name, cls) is cls:
            rest.extend(known[name] for name in sorted(called_workflows(cls.program)) if name in known and name not in found)
    return tuple(to_text(cls.program) for cls in reversed(found.values()))


# --- Decoration -----------------------------------------------------------------------------------------------------

_declared: dict[str, type[Workflow]] = {}
_OWN = frozenset(name for name in vars(Workflow) if not name.startswith("__")) - {"run", "name"}


@overload
def workflow(cls: W, /) -> W: ...
@overload
def workflow(*, name: str | None = None) -> Callable[[W], W]: ...
def workflow(cls: Any = None, /, *, name: str | None = None) -> Any:
    """Compile a workflow class. Used bare or with `name=`, the name it is registered and started under.

    Without `name=`, the class attribute `name` or else the name of the class is taken.

    Raises:
        UnsupportedPatternError: the body says something that cannot be compiled; all such places at once.
        TypeError: this is not a Workflow with an `async def run`, or it redefines an attribute of Workflow.
    """

    def decorate(cls: W) -> W:
        from waymark.compiler import compile_workflow  # noqa: PLC0415 - who only runs actions does not need it

        if not (isinstance(cls, type) and issubclass(cls, Workflow)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"@workflow is for subclasses of waymark.Workflow, not for {cls!r}")
        taken = _OWN.intersection(vars(cls))
        if taken:
            raise TypeError(f"{cls.__qualname__}: {min(taken)!r} is an attribute of Workflow; choose another name")
        cls.name = vars(cls).get("name", cls.__name__) if name is None else name
        if not (isinstance(cls.name, str) and cls.name):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"{cls.__qualname__}: the name of a workflow is a text, not {cls.name!r}")
        cls.program = compile_workflow(cls, cls.name)
        _declared[object_name(cls)] = cls
        return cls

    return decorate if cls is None else decorate(cls)


def declared_workflows() -> list[type[Workflow]]:
    """The decorated classes of all loaded modules, by name.

    Raises:
        ValueError: two of them have the same name.
    """
    found: dict[str, type[Workflow]] = {}
    for cls in _declared.values():
        other = found.setdefault(cls.name, cls)
        if other is not cls:
            raise ValueError(
                f"{object_name(other)} and {object_name(cls)} are both workflows named {cls.name!r}; give one another name="
            )
    return [found[name] for name in sorted(found)]


def distinct_workflows() -> list[type[Workflow]]:
    """Those of the decorated classes of all loaded modules whose names no other has, by name."""
    count = collections.Counter(cls.name for cls in _declared.values())
    return sorted((cls for cls in _declared.values() if count[cls.name] == 1), key=lambda cls: cls.name)
