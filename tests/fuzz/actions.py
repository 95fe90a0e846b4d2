"""The actions and models of the random programs. What they return is a copy, as it is for every action on a worker."""

import copy
import dataclasses
from typing import Any

import pydantic

from waymark import action


class Item(pydantic.BaseModel):
    name: str
    count: int = 0
    tags: list[Any] = []


@dataclasses.dataclass
class Pair:
    left: Any
    right: Any = None


class OddError(ValueError):
    pass


@action
async def echo(value: Any) -> Any:
    return copy.deepcopy(value)


@action
async def add(a: Any, b: Any = 1) -> Any:
    return copy.deepcopy(a + b)


@action
async def only_even(n: Any) -> Any:
    if n % 2:
        raise OddError("odd", n)
    return n // 2


@action
async def item(name: Any, count: Any = 0) -> Item:
    return Item.model_construct(_fields_set={"name", "count"}, name=name, count=count, tags=[count])
