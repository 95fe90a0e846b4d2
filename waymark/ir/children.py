"""Which workflows a program calls as child runs."""

from __future__ import annotations

import dataclasses

from waymark.ir.expressions import WorkflowCall
from waymark.ir.nodes import Program


def called_workflows(program: Program) -> frozenset[str]:
    """The names of the workflows that the program calls, its own perhaps among them."""
    found: set[str] = set()
    rest: list[object] = [*program.nodes]
    while rest:
        value = rest.pop()
        if isinstance(value, WorkflowCall):
            found.add(value.workflow)
        if isinstance(value, (tuple, list)):
            rest.extend(value)  # pyright: ignore[reportUnknownArgumentType]
        elif isinstance(value, dict):
            rest.extend(value.values())  # pyright: ignore[reportUnknownArgumentType]
        elif dataclasses.is_dataclass(value):
            rest.extend(getattr(value, field.name) for field in dataclasses.fields(value))
    return frozenset(found)
