"""The actions, models and exceptions of the cases. Every call is noted, so that the order of calls can be compared."""

import asyncio
import copy
import dataclasses
import enum
import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import pydantic

from waymark import Depend, RetryPolicy, action, current_action

CALLS: list[tuple[str, dict[str, Any]]] = []
"""Name and arguments of each call, in order."""


def noted(function: Callable[..., Any]) -> Any:
    """An action that notes its calls."""
    signature = inspect.signature(function)

    def note(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        CALLS.append((function.__name__, copy.deepcopy(dict(sorted(signature.bind(*args, **kwargs).arguments.items())))))

    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        note(args, kwargs)
        return await function(*args, **kwargs)

    return action(wrapper)


# --- Values -------------------------------------------------------------------------------------------------------------


class Color(enum.Enum):
    RED = "red"
    GREEN = ("g", 2)


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Address(pydantic.BaseModel):
    street: str
    number: int | None = None


class User(pydantic.BaseModel):
    name: str
    age: int = 0
    active: bool = True
    address: Address | None = None
    tags: list[Any] = []


@dataclasses.dataclass
class Point:
    x: Any
    y: Any = 0


@dataclasses.dataclass(frozen=True)
class Money:
    amount: int
    currency: str = "EUR"


# --- Exceptions ---------------------------------------------------------------------------------------------------------


class PaymentError(Exception):
    pass


class CardDeclined(PaymentError):
    def __init__(self, code: int, *, card: str) -> None:
        super().__init__(f"declined with {code}")
        self.code = code
        self.card = card


class Outage(ConnectionError):
    pass


class Outer:
    class Nested(LookupError):
        pass


# --- Actions ------------------------------------------------------------------------------------------------------------


@noted
async def echo(value: Any) -> Any:
    return value


@noted
async def mark(label: Any, value: Any = None) -> Any:
    return value


@noted
async def nothing() -> None:
    return None


@noted
async def add(a: Any, b: Any) -> Any:
    return a + b


@noted
async def double(n: Any) -> Any:
    return n * 2


@action
def in_thread(n: Any) -> Any:
    """Runs beside the event loop, so that nothing is said of its order among others. Not noted."""
    return [n, n]


@noted
async def keywords(a: Any, /, b: Any, *, c: Any = 3, long_name: Any = "d") -> Any:
    return [a, b, c, long_name]


@noted
async def get_user(name: str, age: int = 30) -> User:
    return User(name=name, age=age, address=Address(street="Main", number=1), tags=["new", age])


@noted
async def get_users(names: list[str]) -> list[User]:
    return [User(name=name, age=len(name), active=len(name) % 2 == 0) for name in names]


@noted
async def get_point(x: Any, y: Any = 2) -> Point:
    return Point(x, y)


@noted
async def numbers(count: int) -> list[int]:
    return list(range(count))


@noted
async def slow(value: Any, seconds: float = 0.005) -> Any:
    await asyncio.sleep(seconds)
    return value


@action(name="tests.language.actions.under-another-name", timeout=20)
async def renamed(value: Any) -> Any:
    return [value]


async def get_limit() -> int:
    return 7


@noted
async def limited(value: int, limit: Annotated[int, Depend(get_limit)]) -> Any:
    return value < limit, limit


# --- Actions that raise -------------------------------------------------------------------------------------------------

_RAISES: dict[str, Callable[[Any], BaseException]] = {
    "value": lambda detail: ValueError(f"bad {detail}", detail),
    "key": KeyError,
    "index": lambda detail: IndexError("out of range"),
    "type": lambda detail: TypeError("wrong type"),
    "zero": lambda detail: ZeroDivisionError("division by zero"),
    "os": lambda detail: FileNotFoundError(2, "No such file", "/tmp/x"),
    "runtime": RuntimeError,
    "payment": PaymentError,
    "card": lambda detail: CardDeclined(402, card=f"card {detail}"),
    "outage": lambda detail: Outage("down", detail),
    "nested": Outer.Nested,
    "timeout": TimeoutError,
    "empty": lambda detail: Exception(),
}


@noted
async def fail(kind: str = "value", detail: Any = 1) -> Any:
    raise _RAISES[kind](detail)


@noted
async def check(value: Any, limit: int = 2) -> Any:
    """Raises for every value over the limit."""
    if value > limit:
        raise ValueError("over the limit", value)
    return value * 10


@noted
async def slow_fail(detail: Any, seconds: float = 0.005) -> Any:
    await asyncio.sleep(seconds)
    raise ValueError("slow", detail)


@action
def fail_in_thread(detail: Any) -> Any:
    raise PaymentError("in a thread", detail)


@action
async def flaky(value: Any, attempts: int = 3) -> Any:
    """Succeeds at its third attempt on a worker; inline there is one attempt, which succeeds. Not noted."""
    current = current_action()
    if current is not None and current.attempt < attempts:
        raise Outage("busy", current.attempt)
    return value


@action(retry=RetryPolicy(attempts=4))
async def patient(value: Any, attempts: int = 3) -> Any:
    current = current_action()
    if current is not None and current.attempt < attempts:
        raise Outage("busy", current.attempt)
    return value


@action
async def hanging(value: Any) -> Any:
    """On a worker its first attempt hangs; inline there is one attempt, which succeeds."""
    current = current_action()
    if current is not None and current.attempt == 1:
        await asyncio.sleep(60)
    return value
