"""Bodies as people write them who come from other systems. Each agrees with CPython, or is refused by the compiler with the
codes given.
"""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from waymark import Workflow


class Probe(NamedTuple):
    cls: type[Workflow]
    args: tuple[Any, ...]
    codes: Sequence[str]


PROBES: list[Probe] = []


def probe(*arguments: tuple[Any, ...], codes: Sequence[str] = ()) -> Callable[[type[Workflow]], type[Workflow]]:
    def collect(cls: type[Workflow]) -> type[Workflow]:
        PROBES.extend(Probe(cls, args, codes) for args in arguments or [()])
        return cls

    return collect


for module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{module.name}")
