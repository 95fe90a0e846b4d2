"""The functions that read a clock, for the bodies of workflows: a worker would evaluate `datetime.now()` by its own clock."""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


Now = Callable[[], dt.datetime]


def functions_of(now: Now) -> dict[str, Callable[..., Any]]:
    """What the library's functions are under this clock, by their names (waymark.ir.library)."""

    def datetime_now(tz: dt.tzinfo | None = None) -> dt.datetime:
        # Without a zone, the local time, as everywhere.
        return now().astimezone(tz) if tz is not None else now().astimezone().replace(tzinfo=None)

    def strftime(pattern: str, t: Any = None) -> str:  # noqa: ANN401 - a tuple or a struct_time
        return time.strftime(pattern, time.localtime(now().timestamp()) if t is None else t)

    return {
        "datetime.datetime.now": datetime_now,
        "datetime.datetime.today": datetime_now,
        "datetime.datetime.utcnow": lambda: now().replace(tzinfo=None),
        "datetime.date.today": lambda: datetime_now().date(),
        "time.time": lambda: now().timestamp(),
        "time.time_ns": lambda: int(now().timestamp()) * 10**9 + now().microsecond * 1000,
        "time.gmtime": _of_seconds(time.gmtime, now),
        "time.localtime": _of_seconds(time.localtime, now),
        "time.ctime": _of_seconds(time.ctime, now),
        "time.asctime": lambda *given: time.asctime(*given) if given else time.ctime(now().timestamp()),
        "time.strftime": strftime,
    }


def _of_seconds(function: Callable[[float], T], now: Now) -> Callable[..., T]:
    """A function of seconds since 1970, which by default are those of now."""

    def call(seconds: float | None = None) -> T:
        return function(now().timestamp() if seconds is None else seconds)

    return call
