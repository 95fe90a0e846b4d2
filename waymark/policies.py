"""How often, how late and how long an action is tried. The policies of `@action(...)` and `self.run_action(...)`.

`FIELDS` is the mapping of their attributes to the policy fields of the IR (docs/internals/ir.md); the compiler uses it
for policies that are written in a workflow body, `policy_fields` for those given to `@action`.
"""

import builtins
import dataclasses
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from waymark.codec.names import class_name

MAX_ATTEMPTS = 1_000_000
MAX_PAUSE = 31_536_000
"""A pause between two attempts is at most a year."""
MAX_TIMEOUT = 2_000_000
"""An attempt, and all attempts of an action together, take at most so many seconds: 23 days."""
MAX_QUEUE_NAME = 100
MAX_CONCURRENCY_KEY = 200
_CLASS_NAME = re.compile(r"([\w.]+:)?\w+(\.\w+)*")


@dataclasses.dataclass(frozen=True)
class RetryPolicy:
    """Try an action again when it raises.

    Attributes:
        attempts: how often it is tried in all, at least 1.
        exception_types: what is tried again, subclasses included: classes, their names (`"TimeoutError"`,
            `"CardDeclined"`: a class of that name in any module) or `"module:Class"`; default: every exception.
        backoff_seconds: pause before each further attempt.
        max_elapsed: seconds after which no further attempt begins, counted from when the action could first begin; one
            that runs then may finish (`deadline=` ends it, too). It also bounds what is tried again because it timed
            out or lost its worker.
        non_retryable_types: what is never tried again, subclasses included; written as `exception_types`.

    Raises:
        ValueError: a value is out of its range.
    """

    attempts: int
    exception_types: Sequence[type[BaseException] | str] = ()
    backoff_seconds: float = 0.0
    max_elapsed: float | None = None
    non_retryable_types: Sequence[type[BaseException] | str] = ()

    def __post_init__(self) -> None:
        _check_whole("attempts", self.attempts, 1, MAX_ATTEMPTS)
        _check_number("backoff_seconds", self.backoff_seconds, 0, MAX_PAUSE)
        if self.max_elapsed is not None:
            _check_number("max_elapsed", self.max_elapsed, 0, MAX_PAUSE)
        for name in ("exception_types", "non_retryable_types"):
            given = getattr(self, name)
            if isinstance(given, str):
                raise TypeError(f"{name}: a list of exceptions, not a string")  # a string is a sequence of strings
            object.__setattr__(self, name, tuple(given))
            for item in given:
                _check_exception(name, item)


@dataclasses.dataclass(frozen=True)
class BackoffPolicy:
    """Pauses that grow from attempt to attempt: `base_delay * multiplier ** (attempt - 1)`, at most `max_delay`.

    Attributes:
        base_delay: seconds before the second attempt.
        multiplier: factor from each pause to the next, at least 1.
        max_delay: longest pause in seconds.
        jitter: 0…1, the part of each pause that is left to chance, so that many runs do not try again at once.

    Raises:
        ValueError: a value is out of its range.
    """

    base_delay: float
    multiplier: float = 2.0
    max_delay: float = 3600.0
    jitter: float = 0.0

    def __post_init__(self) -> None:
        _check_number("base_delay", self.base_delay, 0, MAX_PAUSE)
        _check_number("multiplier", self.multiplier, 1, 1_000_000)
        _check_number("max_delay", self.max_delay, 0, MAX_PAUSE)
        _check_number("jitter", self.jitter, 0, 1)


FIELDS: Mapping[type, Mapping[str, str]] = {
    RetryPolicy: {
        "attempts": "attempts",
        "exception_types": "retry_on",
        "backoff_seconds": "backoff",
        "max_elapsed": "max_elapsed",
        "non_retryable_types": "give_up_on",
    },
    BackoffPolicy: {
        "base_delay": "backoff",
        "multiplier": "multiplier",
        "max_delay": "max_backoff",
        "jitter": "jitter",
    },
}
"""Policy class → its attribute → the field of an IR policy. A `BackoffPolicy` goes before `backoff_seconds`."""


def policy_fields(
    retry: RetryPolicy | None = None,
    backoff: BackoffPolicy | None = None,
    timeout: float | dt.timedelta | None = None,
    queue: str | None = None,
    deadline: float | dt.timedelta | None = None,
    concurrency_key: str | None = None,
) -> dict[str, Any]:
    """The IR policy fields of these policies, as plain values; what is not given is absent.

    Raises:
        ValueError: both policies name a pause, timeout or deadline is not 0.001 to 2,000,000 seconds, the queue's name
            does not have 1 to 100 characters, or the concurrency key not 1 to 200.
    """
    if retry is not None and retry.backoff_seconds and backoff is not None:
        raise ValueError("backoff_seconds and a BackoffPolicy name two different pauses")
    fields: dict[str, Any] = {}
    for policy in (retry, backoff):
        if policy is not None:
            fields |= {field: getattr(policy, name) for name, field in FIELDS[type(policy)].items()}
    for name in ("retry_on", "give_up_on"):
        if name in fields:
            fields[name] = [item if isinstance(item, str) else class_name(item) for item in fields[name]]
    fields = {name: value for name, value in fields.items() if value is not None and value != []}
    for name, limit in (("timeout", timeout), ("deadline", deadline)):
        if limit is not None:
            seconds = limit.total_seconds() if isinstance(limit, dt.timedelta) else limit
            _check_number(name, seconds, 0.001, MAX_TIMEOUT)
            fields[name] = seconds
    for name, text, longest in (("queue", queue, MAX_QUEUE_NAME), ("concurrency_key", concurrency_key, MAX_CONCURRENCY_KEY)):
        if text is not None:
            _check_text(name, text, longest)
            fields[name] = text
    return fields


def _check_exception(name: str, item: object) -> None:
    if isinstance(item, str):
        builtin = getattr(builtins, item, BaseException)
        if not (isinstance(builtin, type) and issubclass(builtin, BaseException)) or not _CLASS_NAME.fullmatch(item):
            raise ValueError(f'{name}: {item!r} does not name an exception; write "Name" or "module:Name"')
    elif not (isinstance(item, type) and issubclass(item, BaseException)):
        raise TypeError(f"{name}: {item!r} is not an exception")


def _check_text(name: str, value: str, longest: int) -> None:
    if not 0 < len(value) <= longest:
        raise ValueError(f"{name}={value!r}: must have 1 to {longest} characters")


def _check_whole(name: str, value: object, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name}={value!r}: must be a whole number from {low} to {high}")


def _check_number(name: str, value: object, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{name}={value!r}: must be a number from {low:g} to {high:g}")
