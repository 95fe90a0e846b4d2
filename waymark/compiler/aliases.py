"""What the value of an operator shares with its operands: the alias signatures of the dialect.

An operator, function or method that is not listed may share anything with anything.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from waymark.ir.expressions import Const, DictDisplay, Expression, ListDisplay, Operator
from waymark.ir.operators import OPERATORS


class Sharing(enum.Enum):
    """How an operator treats objects that may change."""

    NOTHING = "nothing"
    """Looks at its operands as deep as it likes; its value is new."""
    LOOK = "look"
    """Looks at the first operand itself, not at what is inside; its value is new and immutable."""
    ELEMENT = "element"
    """Its value is an element or attribute of the first operand, or one of the others."""
    COPY = "copy"
    """Its value is a new container of elements of its operands."""
    NESTED = "nested"
    """Its value is a new container of new containers of elements of its operands."""
    ITERATOR = "iterator"
    """Its value walks the first operand."""
    EXCEPTION = "exception"
    """Its value is a new exception that holds the elements of the third operand."""
    CAUSE = "cause"
    """Its value is the first operand, which holds the second one from now on."""
    GROUP = "group"
    """Its value is an exception group, or parts of one, that hold what the operands hold; it looks at that as it likes."""
    PICK = "pick"
    """Its value is a new container of elements of its operands, and it looks at them as deep as it likes."""
    ONE = "one"
    """Its value is an element of its only operand or one of several, and it looks at them as deep as it likes."""
    ANYTHING = "anything"
    """Its value may be, or hold, whatever the operands hold, and it looks at that as deep as it likes."""


class Signature(NamedTuple):
    """How an operator call shares, and the operands that count."""

    sharing: Sharing
    operands: tuple[Expression, ...]


INPLACE: Mapping[str, str] = {
    f"__i{name}__": operator
    for name, operator in {
        **{name: name for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift")},
        "and": "bitand",
        "or": "bitor",
        "xor": "bitxor",
    }.items()
}
"""The methods behind augmented assignments, with the operators that do the same to immutable values."""
ARITHMETIC = frozenset({"py.inplace", *(f"py.{name}" for name in INPLACE.values())})
"""Operators whose value is immutable when the left operand is; for `py.mul`, when both are."""

_OPERATORS: dict[str, Sharing] = {
    **{name: Sharing.NOTHING for name, spec in OPERATORS.items() if spec.result == "predicate"},
    **dict.fromkeys(ARITHMETIC, Sharing.NOTHING),
    **dict.fromkeys(("py.neg", "py.pos", "py.invert", "py.range"), Sharing.NOTHING),
    **dict.fromkeys(("py.truth", "py.is_none", "py.is", "py.is_object", "py.exception_matches"), Sharing.LOOK),
    **dict.fromkeys(("py.getitem", "py.getattr", "py.self_attribute"), Sharing.ELEMENT),
    **dict.fromkeys(("py.add", "py.mul", "py.bitor", "py.unpack", "py.concat", "py.list", "py.inplace"), Sharing.COPY),
    **dict.fromkeys(("py.unpack_star", "py.bind", "py.task_split"), Sharing.NESTED),
    **dict.fromkeys(("py.task_list", "py.failures"), Sharing.COPY),
    **dict.fromkeys(("py.task_sets", "py.type_name"), Sharing.NOTHING),
    "py.outcome": Sharing.ELEMENT,
    **dict.fromkeys(("py.group_split", "py.group_rest"), Sharing.GROUP),
    "py.generator": Sharing.COPY,
    **dict.fromkeys(("py.getslice", "py.spread", "py.merge", "py.match_keys"), Sharing.COPY),
    "py.match_rest": Sharing.COPY,
    "py.match_sequence": Sharing.LOOK,
    "py.exception_of": Sharing.CAUSE,
    "py.iter": Sharing.ITERATOR,
    "py.exception": Sharing.EXCEPTION,
    "py.with_cause": Sharing.CAUSE,
    "py.construct": Sharing.ANYTHING,
}
IMMUTABLE_CALLS = frozenset(
    {
        "abs",
        "ascii",
        "bin",
        "bool",
        "chr",
        "divmod",
        "float",
        "format",
        "hash",
        "hex",
        "int",
        "len",
        "oct",
        "ord",
        "pow",
        "range",
        "repr",
        "round",
        "str",
        "isinstance",
        "issubclass",
        "callable",
        "bytes",
        "complex",
        "any",
        "all",
    }
)
"""Functions whose value is immutable."""
_CALLS: dict[str, Sharing] = {
    **dict.fromkeys(IMMUTABLE_CALLS, Sharing.NOTHING),
    **dict.fromkeys(("len", "bool", "isinstance"), Sharing.LOOK),
    **dict.fromkeys(("list", "tuple", "reversed", "dict"), Sharing.COPY),
    **dict.fromkeys(("set", "frozenset", "copy.deepcopy"), Sharing.NOTHING),
    **dict.fromkeys(("enumerate", "zip"), Sharing.NESTED),
    **dict.fromkeys(("sorted", "sum", "filter", "itertools.islice", "itertools.chain"), Sharing.PICK),
    **dict.fromkeys(("min", "max", "next"), Sharing.ONE),
}
_SHARING_MODULES = ("builtins", "itertools", "functools", "operator", "collections", "copy", "dataclasses")
"""Modules of which functions can hand on what they are given; the values of all others are new."""
_METHODS: dict[str, Sharing] = {
    "get": Sharing.ELEMENT,
    **dict.fromkeys(("copy", "keys", "values"), Sharing.COPY),
    "items": Sharing.NESTED,
    **dict.fromkeys(("model_copy", "derive", "subgroup", "group", "groups"), Sharing.ANYTHING),
}
_HELD = ("args", "exceptions")
"""Attributes of an exception that are containers of what it holds."""


def signature(value: Operator) -> Signature:
    """The alias signature of an operator call."""
    match value:
        case Operator(op="py.getattr", args=(owner, Const(value=name))) if name in _HELD:
            return Signature(Sharing.COPY, (owner,))
        case Operator(op="py.call", args=(Const(value=str(name)), ListDisplay(items=items), DictDisplay(items=pairs))):
            given = (*items, *(item for key, item in pairs if key != Const("key")))
            module = name.rpartition(".")[0].partition(".")[0] or "builtins"
            found = _CALLS.get(name, Sharing.ANYTHING if module in _SHARING_MODULES else Sharing.NOTHING)
            return Signature(found, given)
        case Operator(op="py.method", args=(receiver, Const(value=str(name)), ListDisplay(items=items), DictDisplay(items=()))):
            return Signature(_METHODS.get(name, Sharing.NOTHING), (receiver, *items))
        case Operator(op="py.method" | "py.call"):
            return Signature(Sharing.ANYTHING, value.args)
        case _:
            return Signature(_OPERATORS.get(value.op, Sharing.ANYTHING), value.args)


def with_operands(value: Operator, operands: list[Expression]) -> Operator:
    """The operator call with other operands in the places of those of its signature."""
    match value:
        case Operator(op="py.getattr", args=(_, name)):
            return replace(value, args=(operands[0], name))
        case Operator(op="py.call", args=(name, ListDisplay(items=items), DictDisplay(items=pairs))):
            rest = iter(operands[len(items) :])
            kept = tuple((key, item if key == Const("key") else next(rest)) for key, item in pairs)
            return replace(value, args=(name, ListDisplay(tuple(operands[: len(items)])), DictDisplay(kept)))
        case Operator(op="py.method", args=(_, name, ListDisplay(), DictDisplay(items=()) as kwargs)):
            return replace(value, args=(operands[0], name, ListDisplay(tuple(operands[1:])), kwargs))
        case _:
            return replace(value, args=tuple(operands))


def makes_mutable(value: Operator) -> bool | None:
    """Whether a new value of an operator may be mutable: None when that depends on its operands."""
    match value:
        case Operator(op=op) if op in ARITHMETIC:
            return None
        case Operator(op="py.call", args=(Const(value=str(name)), *_)):
            return name not in IMMUTABLE_CALLS
        case Operator(op=op):
            spec = OPERATORS.get(op)
            return not (op in {"py.neg", "py.pos", "py.invert", "py.range"} or (spec is not None and spec.result == "predicate"))
