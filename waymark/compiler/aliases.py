"""What the value of an operator shares with its operands: the alias signatures of the dialect.

An operator, function or method that is not listed may share anything with anything.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from waymark.compiler.constants import holds_mutable
from waymark.ir.expressions import Const, DictDisplay, Expression, ListDisplay, Operator, TupleDisplay
from waymark.ir.operators import OPERATORS
from waymark.ir.walk import operands


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
    INSTANCE = "instance"
    """Its value is a new instance, which may hold its operands anywhere; code of its class looks at them as deep as it likes."""
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
    "py.unshared": Sharing.NOTHING,
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
    **dict.fromkeys(("list", "tuple", "reversed", "dict"), Sharing.COPY),
    **dict.fromkeys(("set", "frozenset", "copy.deepcopy", "dataclasses.asdict", "dataclasses.astuple"), Sharing.NOTHING),
    **dict.fromkeys(("enumerate", "zip"), Sharing.NESTED),
    **dict.fromkeys(("sorted", "sum", "filter", "itertools.islice", "itertools.chain", "copy.copy"), Sharing.PICK),
    "dataclasses.replace": Sharing.INSTANCE,
    **dict.fromkeys(("min", "max", "next"), Sharing.ONE),
}
_SHARING_MODULES = ("builtins", "itertools", "functools", "operator", "collections", "copy", "dataclasses")
"""Modules of which functions can hand on what they are given; the values of all others are new."""
_METHODS: dict[str, Sharing] = {
    "get": Sharing.ELEMENT,
    **dict.fromkeys(("copy", "keys", "values"), Sharing.COPY),
    "items": Sharing.NESTED,
    "model_copy": Sharing.PICK,
    **dict.fromkeys(("derive", "subgroup", "group", "groups"), Sharing.ANYTHING),
}
_SAME = ("model_validate", "parse_obj")
"""Constructors that give an instance of the class as it is."""
_DEEP = DictDisplay(((Const("deep"), Const(True)),))
_HELD = ("args", "exceptions")
"""Attributes of an exception that are containers of what it holds."""


def signature(value: Operator) -> Signature:
    """The alias signature of an operator call."""
    match value:
        case Operator(op="py.getattr", args=(owner, Const(value=name))) if name in _HELD:
            return Signature(Sharing.COPY, (owner,))
        case Operator(op="py.call", args=(Const(value="sum"), ListDisplay(items=(items,)), DictDisplay(items=()))):
            return Signature(Sharing.NOTHING, (items,))
        case Operator(op="py.call", args=(Const(value=str(name)), ListDisplay(items=items), DictDisplay(items=pairs))):
            given = (*items, *(item for key, item in pairs if key != Const("key")))
            module = name.rpartition(".")[0].partition(".")[0] or "builtins"
            found = _CALLS.get(name, Sharing.ANYTHING if module in _SHARING_MODULES else Sharing.NOTHING)
            return Signature(found, given)
        case Operator(op="py.method", args=(receiver, Const(value="model_copy"), _, kwargs)) if kwargs == _DEEP:
            return Signature(Sharing.NOTHING, (receiver,))
        case Operator(
            op="py.method", args=(receiver, Const(value=str(name)), ListDisplay(items=items), DictDisplay(items=pairs))
        ):
            found = _METHODS.get(name, Sharing.NOTHING)
            is_known = not pairs or found is Sharing.NOTHING or name == "model_copy"
            return Signature(found if is_known else Sharing.ANYTHING, (receiver, *items, *(item for _, item in pairs)))
        case Operator(op="py.construct", args=(Const(value=str(name)), args, kwargs)):
            is_new = not name.endswith(_SAME) or (
                isinstance(args, ListDisplay) and all(isinstance(item, DictDisplay) for item in args.items)
            )
            return Signature(Sharing.INSTANCE if is_new else Sharing.ANYTHING, (args, kwargs))
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
        case Operator(op="py.method", args=(_, name, ListDisplay(items=items), DictDisplay(items=pairs))):
            rest = operands[len(items) + 1 :]
            kept = tuple((key, item) for (key, _), item in zip(pairs, rest, strict=False))
            kwargs = DictDisplay(kept) if rest else value.args[3]
            return replace(value, args=(operands[0], name, ListDisplay(tuple(operands[1 : len(items) + 1])), kwargs))
        case Operator(op="py.construct", args=(name, *_)):
            return replace(value, args=(name, *operands))
        case _:
            return replace(value, args=tuple(operands))


def handed(value: Expression) -> Iterator[tuple[Expression, bool]]:
    """What a new instance may hold of an operand: the expressions of objects that others may have, too.

    With each, whether the instance only gets what that holds: a display or a copy is new itself.
    """
    match value:
        case ListDisplay() | TupleDisplay() | DictDisplay():
            for item in operands(value):
                yield from handed(item)
        case Operator() if signature(value).sharing is Sharing.NOTHING:
            pass
        case Operator() if signature(value).sharing is Sharing.COPY:
            for item in signature(value).operands:
                found = list(handed(item))
                yield from [(item, True)] if found == [(item, False)] else found
        case Const(value=constant) if not holds_mutable(constant):
            pass
        case _:
            yield value, False


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
