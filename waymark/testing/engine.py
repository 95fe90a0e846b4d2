"""The engine of one test."""

import asyncio
import datetime as dt
import weakref
from collections.abc import Callable
from typing import Any

from waymark.actions import ActionFunction
from waymark.client import core
from waymark.client.core import Client
from waymark.runs import in_background
from waymark.testing.client import DrivingClient
from waymark.testing.database import read_clock
from waymark.testing.doubles import Call, Doubles, Failure, Fault, Loss, Timeout, name_of
from waymark.testing.driver import Driver, Wait
from waymark.testing.session import Session

AnyAction = ActionFunction[Any] | str
_UNSET: Any = object()


class WaymarkEngine:
    """A real engine whose runs are executed in the test process, and whose time the test has in its hands.

    Whatever waits for a run (`await W().run(…)`, `await run.result()`) has it executed, by the SQL functions that a daemon
    calls and the code that a worker is made of. Nothing is executed while nobody waits: neither for a run, nor in
    `settle` or `advance`. The clock stands; it moves on to the next thing that is due when somebody waits for a run and
    nothing else is left to do.

    Attributes:
        url: the test's database.
        automatic: whether waiting for a run lets time pass; if not, only `advance` does. Default True.
        patience: seconds of real time that an action may take; then the test fails with ActionStuck. Default 10.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.automatic = True
        self.patience = 10.0
        self.doubles = Doubles()
        self.clock = read_clock(url)
        self._drivers: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[Driver]] = weakref.WeakKeyDictionary()

    # --- Time -----------------------------------------------------------------------------------------------------------

    def now(self) -> dt.datetime:
        """The engine's time, in UTC. It stands still but for `advance` and what waiting for runs skips."""
        return self.clock

    async def advance(self, by: dt.timedelta | float) -> None:
        """Let time pass: whatever becomes due on the way happens at its time, in order, and is worked off.

        Args:
            by: a timedelta, or seconds.

        Raises:
            ValueError: it is negative.
            ActionStuck, ActionNotLoaded: an action could not be executed.
        """
        step = by if isinstance(by, dt.timedelta) else dt.timedelta(seconds=by)
        if step < dt.timedelta(0):
            raise ValueError(f"time passes forward only, not by {by}")
        driver = await self.driver()
        await driver.wait(Wait(until=self.now() + step))

    async def advance_to(self, when: dt.datetime) -> None:
        """`advance` to this time, which has a time zone.

        Raises:
            ValueError: it is before `now()`, or has no time zone.
        """
        if when.tzinfo is None:
            raise ValueError(f"{when} has no time zone")
        await self.advance(when - self.now())

    async def settle(self) -> None:
        """Work off all that can be done at this time; the clock does not move."""
        await (await self.driver()).wait(Wait())

    def advance_sync(self, by: dt.timedelta | float) -> None:
        """`advance` for tests without an event loop."""
        in_background(self.advance(by))

    def settle_sync(self) -> None:
        """`settle` for tests without an event loop."""
        in_background(self.settle())

    # --- Actions --------------------------------------------------------------------------------------------------------

    def stub(
        self,
        action: AnyAction,
        *,
        returns: object = _UNSET,
        raises: BaseException | type[BaseException] | None = None,
        calls: Callable[..., Any] | None = None,
    ) -> None:
        """Let something else stand in for an action, in all its attempts from now on. With no more than the action: None.

        Args:
            action: the decorated function, or the name of an action.
            returns: its result.
            raises: what it raises; policies apply as to the action.
            calls: a function, async or not, that is called with the action's arguments as keywords, without what is
                injected.

        Raises:
            TypeError: this is no action, or it is to do several things at once.
        """
        if sum([returns is not _UNSET, raises is not None, calls is not None]) > 1:
            raise TypeError("a stub returns=, raises= or calls= something: one of the three")

        def stand_in(**_: object) -> object:
            if raises is not None:
                raise raises
            return None if returns is _UNSET else returns

        self.doubles.stub(name_of(action), calls or stand_in)

    def unstub(self, action: AnyAction) -> None:
        """Let the action be itself again."""
        self.doubles.unstub(name_of(action))

    def calls(self, action: AnyAction) -> list[Call]:
        """The attempts of an action so far, stubbed or not, oldest first."""
        return self.doubles.calls(name_of(action))

    def fail_next(self, action: AnyAction, error: BaseException | type[BaseException], *, times: int = 1) -> None:
        """Let the next attempts of an action raise this, instead of being executed.

        Raises:
            TypeError: this is no action, or no exception.
        """
        made = error() if isinstance(error, type) else error
        if not isinstance(made, BaseException):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"{error!r} is no exception")
        self._inject(action, Failure(made), times)

    def time_out(self, action: AnyAction, *, times: int = 1) -> None:
        """Let the next attempts of an action hang until their time is over: the engine's clock has to come to it."""
        self._inject(action, Timeout(), times)

    def lose_worker(self, action: AnyAction, *, times: int = 1) -> None:
        """Let the workers of the next attempts of an action vanish, with their daemon: when its lease has ended, others try."""
        self._inject(action, Loss(), times)

    def _inject(self, action: AnyAction, fault: Fault, times: int) -> None:
        self.doubles.add_fault(name_of(action), fault, times)

    # --- Event loops ----------------------------------------------------------------------------------------------------

    async def driver(self) -> Driver:
        """What executes runs in the running event loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._drivers:
            self._drivers[loop] = loop.create_task(self._open())
        return await asyncio.shield(self._drivers[loop])

    async def _open(self) -> Driver:
        return Driver(self, await Session.open(self.url))

    def client(self, url: str) -> Client:
        """A client for a database: for this one, it drives the engine."""
        if url != self.url:
            return Client(url)
        return DrivingClient(url, self)

    def close(self) -> None:
        """Hang up everywhere."""
        for opening in self._drivers.values():
            if opening.done() and not opening.cancelled() and opening.exception() is None:
                opening.result().close()
        core.forget_clients(self.url)
