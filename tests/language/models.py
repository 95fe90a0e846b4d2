"""Models that compute: validators, properties, methods and operators of the user's own."""

import dataclasses
import enum
import functools
from decimal import Decimal

import pydantic


class Line(pydantic.BaseModel):
    """Validates, converts and has defaults."""

    sku: str
    price: Decimal = Decimal("1.00")
    count: int = pydantic.Field(default=1, ge=1)

    @pydantic.field_validator("sku")
    @classmethod
    def _upper(cls, value: str) -> str:
        if not value:
            raise ValueError("a sku is not empty")
        return value.upper()

    @property
    def total(self) -> Decimal:
        return self.price * self.count


class Order(pydantic.BaseModel):
    lines: list[Line] = []
    note: str | None = None

    def __len__(self) -> int:
        return len(self.lines)

    def __contains__(self, sku: str) -> bool:
        return any(line.sku == sku for line in self.lines)

    def __getitem__(self, index: int) -> Line:
        return self.lines[index]


@functools.total_ordering
@dataclasses.dataclass(frozen=True)
class Version:
    major: int
    minor: int = 0

    def __post_init__(self) -> None:
        if self.major < 0:
            raise ValueError("negative", self.major)

    def __lt__(self, other: "Version") -> bool:
        return (self.major, self.minor) < (other.major, other.minor)

    def __add__(self, other: int) -> "Version":
        return Version(self.major + other)

    def __str__(self) -> str:
        return f"v{self.major}.{self.minor}"


class Size(enum.IntEnum):
    SMALL = 1
    LARGE = 3


class Flavor(enum.StrEnum):
    SWEET = "sweet"
    SOUR = "sour"


class Right(enum.Flag):
    READ = 1
    WRITE = 2


class Rejected(Exception):
    def __init__(self, code: int, *, reason: str = "none") -> None:
        super().__init__(f"rejected with {code}")
        self.code = code
        self.reason = reason

    @property
    def is_final(self) -> bool:
        return self.code >= 500
