"""The operator library of the dialect `python`: each is the SQL function `waymark.py_<name>`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Result = Literal["value", "predicate"]


@dataclass(frozen=True, slots=True)
class OperatorSpec:
    """`arity` is the exact argument count; a predicate returns a truth value, a value operator any value."""

    name: str
    arity: int
    result: Result


def _specs(result: Result, arity: int, names: str) -> list[OperatorSpec]:
    return [OperatorSpec(f"py.{name}", arity, result) for name in names.split()]


OPERATORS: dict[str, OperatorSpec] = {
    spec.name: spec
    for spec in [
        *_specs("value", 2, "add sub mul truediv floordiv mod pow lshift rshift bitand bitor bitxor"),
        *_specs("value", 1, "neg pos invert iter list generator"),
        *_specs("value", 2, "getattr getitem unpack concat list_append spread"),
        *_specs("value", 3, "range exception inplace call construct merge"),
        *_specs("value", 4, "method getslice"),
        # Tasks
        *_specs("value", 1, "task_list failures outcome closing_group"),
        *_specs("value", 2, "task_sets task_split"),
        *_specs("value", 2, "exception_of"),
        *_specs("value", 3, "handle"),
        # Statements: unpacking, exceptions, patterns
        *_specs("value", 2, "with_cause match_keys match_rest"),
        *_specs("value", 3, "unpack_star group_split bind self_attribute"),
        *_specs("value", 4, "group_rest"),
        *_specs("value", 1, "type_name"),
        # Signals
        *_specs("value", 2, "conform"),
        *_specs("predicate", 3, "match_sequence"),
        *_specs("predicate", 1, "truth is_none is_object has_fired"),
        *_specs("predicate", 2, "eq ne lt le gt ge in not_in is exception_matches"),
    ]
}
