"""The functions that read a clock, for the bodies of workflows: a worker would evaluate `datetime.now()` by its own clock."""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any


def functions_of(now: Callable[[], dt.datetime]) -> dict[str, Callable[..., Any]]:
    """What the library's functions are under this clock, by their names (waymark.ir.library)."""

    def datetime_now(tz: dt.tzinfo | None = None) -> dt.datetime:
        # Without a zone, the local time, as everywhere.
        return now().astimezone(tz) if tz is not None else now().astimezone().replace(tzinfo=None)

    def seconds(given: float | None) -> float:
        return now().timestamp() if given is None else given

    return {
        "datetime.datetime.now": datetime_now,
        "datetime.datetime.today": lambda: datetime_now(),
        "datetime.datetime.utcnow": lambda: now().replace(tzinfo=None),
        "datetime.date.today": lambda: datetime_now().date(),
        "time.time": lambda: now().timestamp(),
        "time.time_ns": lambda: int(now().timestamp()) * 10**9 + now().microsecond * 1000,
        "time.gmtime": lambda secs=None: time.gmtime(seconds(secs)),
        "time.localtime": lambda secs=None: time.localtime(seconds(secs)),
        "time.ctime": lambda secs=None: time.ctime(seconds(secs)),
        "time.asctime": lambda t=None: time.asctime(time.localtime(seconds(None)) if t is None else t),
        "time.strftime": lambda format, t=None: time.strftime(format, time.localtime(seconds(None)) if t is None else t),
    }
