"""The attributes that methods of a workflow set on `self`: they live in `$self`, a dict that methods pass on to each other.

Where only `__init__` sets them, it returns the dict, and a task may have a copy. Otherwise the dict is an object that changes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from waymark.compiler.constants import constant
from waymark.compiler.source import Callee, Method, SourceError, load_function
from waymark.compiler.syntax import walk
from waymark.ir.expressions import Const

SELF = "$self"


@dataclass(frozen=True, slots=True)
class State:
    """What instances of a workflow hold."""

    attributes: frozenset[str]
    is_fixed: bool
    """Whether nothing but `__init__` sets them."""
    init: Callee | None
    defaults: dict[str, Const | None]
    """What the class has for them; None for what is not constant."""


def find_state(cls: type) -> State | None:
    """The attributes that methods of `cls` set; None when there are none."""
    bases = [base for base in cls.__mro__ if base is not object and base.__module__ != "waymark.workflow"]
    stored = [(name, method.name) for base in bases for method in _methods(base) for name in _stored(method)]
    if not stored:
        return None
    attributes = frozenset(name for name, _ in stored)
    owner = next((base for base in bases if "__init__" in vars(base)), None)
    defaults: dict[str, Const | None] = {}
    for name in sorted(attributes):
        base = next((base for base in cls.__mro__ if name in vars(base)), None)
        if base is not None:
            defaults[name] = constant(vars(base)[name])
    return State(
        attributes=attributes,
        is_fixed=all(method == "__init__" for _, method in stored),
        init=Callee("__init__", vars(owner)["__init__"], owner) if owner else None,
        defaults=defaults,
    )


def _methods(cls: type) -> Iterator[Method]:
    for name, member in vars(cls).items():
        try:
            method = load_function(getattr(member, "fget", member), name, cls)
        except SourceError:
            continue  # it is no function, or refused where it is called
        if method.kind == "method":
            yield method


def _stored(method: Method) -> Iterator[str]:
    own = method.own.name if method.own else None
    for node in walk(method.node):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=ast.Store() | ast.Del()) if name == own:
                yield attribute
            case _:
                pass
