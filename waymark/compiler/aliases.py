"""What the value of an operator shares with its operands: the alias signatures of the dialect.

An operator, function or method that is not listed may share anything with anything.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from waymark.ir.expressions import Comprehension, Const, DictDisplay, Expression, ListDisplay, Operator, TupleDisplay
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
    ELEMENT_OF = "element of"
    """Its value is an element of its first operand, or one of the others; it looks at elements as deep as it likes."""
    CHOICE = "choice"
    """Its value is one of its operands, and it looks at them as deep as it likes."""
    PAIRS = "pairs"
    """Its value is a new dict of the values of its positional operand, a mapping or pairs, and of its named ones."""
    SUM = "sum"
    """Its value is the second operand with the elements of the first added."""
    CALLS = "calls"
    """Its value is a new container of what its first operand, a function, gives for the elements of the others."""
    INSTANCE = "instance"
    """Its value is a new object that holds, at any depth, what the operands are and hold."""
    CLONE = "clone"
    """Its value is new, and what is one object in the operand is one in it."""
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
    **dict.fromkeys(("py.task_sets", "py.closing_group", "py.type_name"), Sharing.NOTHING),
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
        "hasattr",
    }
)
"""Functions whose value is immutable."""
_CALLS: dict[str, Sharing] = {
    **dict.fromkeys(IMMUTABLE_CALLS, Sharing.NOTHING),
    **dict.fromkeys(("len", "bool", "isinstance"), Sharing.LOOK),
    **dict.fromkeys(("list", "tuple", "reversed", "copy.copy"), Sharing.COPY),
    **dict.fromkeys(("dataclasses.asdict", "dataclasses.astuple"), Sharing.NOTHING),
    **dict.fromkeys(("enumerate", "zip"), Sharing.NESTED),
    **dict.fromkeys(("sorted", "set", "frozenset", "filter", "itertools.islice", "itertools.chain"), Sharing.PICK),
    **dict.fromkeys(("min", "max", "next", "random.choice", "secrets.choice"), Sharing.ELEMENT_OF),
    **dict.fromkeys(("random.choices", "random.sample"), Sharing.PICK),
    **dict.fromkeys(("statistics.median_low", "statistics.median_high", "statistics.mode", "dict.fromkeys"), Sharing.ANYTHING),
    "dict": Sharing.PAIRS,
    "sum": Sharing.SUM,
    "map": Sharing.CALLS,
    "copy.deepcopy": Sharing.CLONE,
    "dataclasses.replace": Sharing.INSTANCE,
}
_SHARING_MODULES = ("builtins", "itertools", "functools", "operator", "collections", "copy", "dataclasses")
"""Modules of which functions can hand on what they are given; the values of all others are new."""
_METHODS: dict[str, Sharing] = {
    "get": Sharing.ELEMENT,
    **dict.fromkeys(("copy", "keys", "values", "model_copy"), Sharing.COPY),
    **dict.fromkeys(("union", "intersection", "difference", "symmetric_difference"), Sharing.PICK),
    "items": Sharing.NESTED,
    **dict.fromkeys(("derive", "subgroup", "group", "groups"), Sharing.ANYTHING),
}
_SAME = ("model_validate", "parse_obj")
"""Constructors that give an instance of the class as it is."""
_HELD = ("args", "exceptions")
"""Attributes of an exception that are containers of what it holds."""


def signature(value: Operator) -> Signature:
    """The alias signature of an operator call."""
    match value:
        case Operator(op="py.getattr", args=(owner, Const(value=name))) if name in _HELD:
            return Signature(Sharing.COPY, (owner,))
        case Operator(op="py.call", args=(Const(value=str(name)), *given)):
            module = name.rpartition(".")[0].partition(".")[0] or "builtins"
            found = _CALLS.get(name, Sharing.ANYTHING if module in _SHARING_MODULES else Sharing.NOTHING)
            if name in {"min", "max"} and isinstance(given[0], ListDisplay) and len(given[0].items) > 1:
                found = Sharing.CHOICE
            return _of_call(found, (), given)
        case Operator(op="py.method", args=(receiver, Const(value=str(name)), *given)):
            return _of_call(_METHODS.get(name, Sharing.NOTHING), (receiver,), given)
        case Operator(op="py.construct", args=(Const(value=str(name)), *given)):
            return _of_call(Sharing.ANYTHING if name.endswith(_SAME) else Sharing.INSTANCE, (), given)
        case _:
            return Signature(_OPERATORS.get(value.op, Sharing.ANYTHING), value.args)


def _of_call(sharing: Sharing, receiver: tuple[Expression, ...], given: list[Expression]) -> Signature:
    match given:
        case [ListDisplay(items=items), DictDisplay(items=pairs)]:
            return Signature(sharing, (*receiver, *items, *(item for _, item in pairs)))
        case _:
            is_looking = sharing in {Sharing.NOTHING, Sharing.LOOK}
            return Signature(Sharing.NOTHING if is_looking else Sharing.ANYTHING, (*receiver, *given))


def positional(value: Operator) -> tuple[Expression, ...]:
    """The positional arguments of a call."""
    return value.args[-2].items if isinstance(value.args[-2], ListDisplay) else ()


def with_operands(value: Operator, operands: list[Expression]) -> Operator:
    """The operator call with other operands in the places of those of its signature."""
    match value:
        case Operator(op="py.getattr", args=(_, name)):
            return replace(value, args=(operands[0], name))
        case Operator(op="py.call" | "py.construct", args=(name, *given)):
            return replace(value, args=(name, *_arguments(given, operands)))
        case Operator(op="py.method", args=(_, name, *given)):
            return replace(value, args=(operands[0], name, *_arguments(given, operands[1:])))
        case _:
            return replace(value, args=tuple(operands))


def _arguments(given: list[Expression], operands: list[Expression]) -> tuple[Expression, ...]:
    match given:
        case [ListDisplay(items=items), DictDisplay(items=pairs)]:
            named = zip((key for key, _ in pairs), operands[len(items) :], strict=True)
            return ListDisplay(tuple(operands[: len(items)])), DictDisplay(tuple(named))
        case _:
            return tuple(operands)


def holds_pairs(value: Expression) -> bool:
    """Whether an iterable is known to hold pairs of key and value."""
    match value:
        case Operator(op="py.generator", args=(elements,)):
            return holds_pairs(elements)
        case Comprehension(body=body):
            return isinstance(body.element, TupleDisplay)
        case Operator():
            return signature(value).sharing is Sharing.NESTED
        case _:
            return False


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
