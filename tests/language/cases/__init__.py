"""Workflows whose outcome through the engine must be the one under CPython. `CASES` holds them all.

A module is an area of the language. `@agrees()` makes a class one case, `@agrees((1, 2), (3, 4))` a case for each tuple of
arguments. The class is compiled by the test, not here.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from waymark import Workflow


class Case(NamedTuple):
    cls: type[Workflow]
    args: tuple[Any, ...]
    in_order: bool
    """Whether the order of the calls is part of what must agree: what runs at the same time has none."""
    signals: Mapping[str, Sequence[Any]] = {}
    """What is sent to the run before it begins."""

    @property
    def name(self) -> str:
        module, cls = self.cls.__module__.rpartition(".")[2], self.cls.__name__
        return f"{module}-{cls}" + (f"-{', '.join(map(repr, self.args))[:60]}" if self.args else "")


CASES: list[Case] = []


def agrees(*arguments: tuple[Any, ...]) -> Callable[[type[Workflow]], type[Workflow]]:
    def collect(cls: type[Workflow]) -> type[Workflow]:
        CASES.extend(Case(cls, args, in_order=True) for args in arguments or [()])
        return cls

    return collect


def agrees_in_any_order(*arguments: tuple[Any, ...]) -> Callable[[type[Workflow]], type[Workflow]]:
    """As `agrees`, for what makes calls at the same time."""

    def collect(cls: type[Workflow]) -> type[Workflow]:
        CASES.extend(Case(cls, args, in_order=False) for args in arguments or [()])
        return cls

    return collect


def signalled(signals: Mapping[str, Sequence[Any]], *, in_order: bool = True) -> Callable[[type[Workflow]], type[Workflow]]:
    """As `agrees`, for what gets signals."""

    def collect(cls: type[Workflow]) -> type[Workflow]:
        CASES.append(Case(cls, (), in_order, signals))
        return cls

    return collect


for module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{module.name}")
