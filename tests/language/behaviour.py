"""Classes whose instances do not do what their kind does."""

import dataclasses
import enum
from typing import Any

import pydantic


@dataclasses.dataclass
class Batch:
    items: list[Any]

    def __len__(self) -> int:
        return len(self.items)


@dataclasses.dataclass
class Switch:
    on: bool

    def __bool__(self) -> bool:
        return self.on


@dataclasses.dataclass(eq=False)
class Token:
    value: int


@dataclasses.dataclass
class Cached:
    key: str
    hits: int = dataclasses.field(default=0, compare=False)


@dataclasses.dataclass
class Insensitive:  # noqa: PLW1641
    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Insensitive) and other.name.lower() == self.name.lower()


@dataclasses.dataclass
class Child(Cached):
    pass


class Extended(Cached):
    """Not a dataclass itself."""


@dataclasses.dataclass
class Plain:
    x: Any
    y: Any = None


class PlainChild(Plain):
    pass


@dataclasses.dataclass
class Computed:
    secret: int

    def __getattribute__(self, name: str) -> Any:
        return 42 if name == "secret" else super().__getattribute__(name)


class Model(pydantic.BaseModel):
    x: Any = 0


class SecretModel(pydantic.BaseModel):
    x: int = 0
    _secret: int = 1


class CaselessModel(pydantic.BaseModel):  # noqa: PLW1641
    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CaselessModel) and other.name.lower() == self.name.lower()


class Tree(pydantic.RootModel[list[int]]):
    def __len__(self) -> int:
        return len(self.root)


class Mode(enum.Enum):
    OFF = 1
    ON = 2

    def __bool__(self) -> bool:
        return self is Mode.ON


class Grade(enum.Enum):
    A = "a"
    B = "b"

    def __eq__(self, other: object) -> bool:
        return getattr(other, "value", other) in ("a", "b")

    def __hash__(self) -> int:
        return 0


class SoftError(Exception):
    def __bool__(self) -> bool:
        return False
