"""Classes of values for the tests; they stand at the top level of a module, as the codec demands."""

import dataclasses
import enum
from typing import Any

import pydantic


class Color(enum.Enum):
    RED = "red"
    GREEN = ("g", 2)


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Permission(enum.Flag):
    READ = 1
    WRITE = 2


class Address(pydantic.BaseModel):
    street: str
    zip_code: int | None = None


class User(pydantic.BaseModel):
    name: str
    address: Address | None = None
    tags: list[Any] = []
    color: Color = Color.RED


class Open(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")
    id: int


class Private(pydantic.BaseModel):
    id: int
    _secret: int = 7


class Root(pydantic.RootModel[list[int]]):
    pass


class Even(pydantic.BaseModel):
    """Its validator does not accept its own output."""

    n: int

    @pydantic.field_validator("n")
    @classmethod
    def halve(cls, n: int) -> int:
        if n % 2:
            raise ValueError("odd")
        return n // 2


@dataclasses.dataclass
class Point:
    x: Any
    y: Any = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    key: Any
    made: int = dataclasses.field(init=False, default=3)

    def __post_init__(self) -> None:
        object.__setattr__(self, "made", 4)


class OutOfStock(Exception):
    """Its __init__ takes other arguments than `args` holds."""

    def __init__(self, item: str, *, left: int) -> None:
        super().__init__(f"{left} left of {item}")
        self.item = item
        self.left = left


class Coded(OSError):
    def __init__(self, code: int) -> None:
        super().__init__(code, f"code {code}")
        self.code = code


class Stubborn(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no")
