"""What stands in for actions in a test: stubs, faults, and the record of what was called."""

import collections
import dataclasses
import datetime as dt
import functools
import inspect
from collections.abc import Callable
from typing import Any
from uuid import UUID

from waymark.actions import Action, ActionFunction, find_action
from waymark.codec.names import NameNotFound
from waymark.errors import ActionNotLoaded


@dataclasses.dataclass(slots=True)
class Call:
    """One attempt of an action, in the order in which they began.

    Attributes:
        run_id: the run that called it.
        attempt: counts from 1.
        arguments: by the names of the parameters, as the action gets them; without what is injected.
        at: the engine's time when it began.
        outcome: `succeeded`, `failed`, `timed_out` or `lost`; None until it has ended, or when nobody wanted its result.
    """

    run_id: UUID
    attempt: int
    arguments: dict[str, Any]
    at: dt.datetime
    outcome: str | None = None


@dataclasses.dataclass(frozen=True)
class Failure:
    """The attempt raises this instead of being executed."""

    error: BaseException


@dataclasses.dataclass(frozen=True)
class Timeout:
    """The attempt does nothing until its time is over."""


@dataclasses.dataclass(frozen=True)
class Loss:
    """The attempt's worker is gone, and its daemon with it."""


Fault = Failure | Timeout | Loss


class Stub(Action):
    """Stands in for an action: called with its arguments as keywords, with nothing injected."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        super().__init__(function, name, {})

    @functools.cached_property
    def is_plain(self) -> bool:
        """It is called with whatever there is."""
        return False

    @functools.cached_property
    def transaction_kind(self) -> type | None:
        """What it writes itself is its own affair."""
        return None

    def bind(self, arguments: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Whatever they are."""
        return [], arguments

    async def call(self, /, *args: object, **kwargs: object) -> Any:  # noqa: ANN401 - an action returns anything
        """Call the function, which may be async."""
        found = self.function(*args, **kwargs)
        return await found if inspect.isawaitable(found) else found


class Doubles:
    """The stubs, faults and calls of one test, by the names of actions."""

    def __init__(self) -> None:
        self._stubs: dict[str, Stub] = {}
        self._faults: dict[str, collections.deque[Fault]] = collections.defaultdict(collections.deque)
        self._calls: dict[str, list[Call]] = collections.defaultdict(list)

    def stub(self, name: str, function: Callable[..., Any]) -> None:
        """From now on, the action is this function."""
        self._stubs[name] = Stub(name, function)

    def unstub(self, name: str) -> None:
        """From now on, the action is itself again."""
        self._stubs.pop(name, None)

    def add_fault(self, name: str, fault: Fault, times: int) -> None:
        """The next attempts of the action that have no fault yet have this one."""
        if times < 1:
            raise ValueError(f"times={times}: at least one attempt is to have the fault")
        self._faults[name].extend([fault] * times)

    def take_fault(self, name: str) -> Fault | None:
        """The fault of an attempt that begins, if it is to have one."""
        faults = self._faults.get(name)
        return faults.popleft() if faults else None

    def record(self, name: str, call: Call) -> None:
        """An attempt begins."""
        self._calls[name].append(call)

    def calls(self, name: str) -> list[Call]:
        """The attempts so far."""
        return list(self._calls.get(name, ()))

    def find(self, name: str) -> Action:
        """What is to be executed.

        Raises:
            ActionNotLoaded: it is no stub, and no module of this process has it.
        """
        try:
            return self._stubs.get(name) or find_action(name)
        except NameNotFound as error:
            raise ActionNotLoaded(
                f"a run asks for the action {name}: {error}",
                hint="Import the module that defines it in the test, or stub it: waymark_engine.stub(…).",
            ) from None


def name_of(action: ActionFunction[Any] | str) -> str:
    """The name of an action, which may be given itself.

    Raises:
        TypeError: this is no action.
    """
    if isinstance(action, str):
        return action
    found = getattr(action, "__waymark_action__", None)
    if not isinstance(found, Action):
        raise TypeError(f"{action!r} is no action: give a function that is decorated with @action, or the name of one")
    return found.name
