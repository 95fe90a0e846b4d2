"""Arguments that are bound at run time: calls with `*` and `**`, and what goes to the `*args` and `**kwargs` of a function."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waymark.compiler.constants import constant
from waymark.ir.expressions import Const, Expression, ListDisplay, Operator

P = inspect.Parameter
POSITIONAL = (P.POSITIONAL_ONLY, P.POSITIONAL_OR_KEYWORD)
NAMED = (P.POSITIONAL_OR_KEYWORD, P.KEYWORD_ONLY)


class PackedArguments(ast.List):
    """The positional arguments of a call of `callee` as a list."""

    callee: str


class PackedKeywords(ast.Dict):
    """The keyword arguments of a call of `callee` as a dict."""

    callee: str


def is_dynamic(call: ast.Call, signature: inspect.Signature) -> bool:
    """Whether a call has to be bound at run time."""
    parameters = signature.parameters.values()
    positional = sum(p.kind in POSITIONAL for p in parameters)
    named = {p.name for p in parameters if p.kind in NAMED}
    kinds = {p.kind for p in parameters}
    return (
        any(isinstance(argument, ast.Starred) for argument in call.args)
        or any(keyword.arg is None for keyword in call.keywords)
        or (P.VAR_POSITIONAL in kinds and len(call.args) > positional)
        or (P.VAR_KEYWORD in kinds and any(keyword.arg not in named for keyword in call.keywords))
    )


def packed(call: ast.Call, callee: str) -> tuple[PackedArguments, PackedKeywords]:
    """The arguments of a call as a list and a dict."""
    args = PackedArguments(elts=call.args, ctx=ast.Load())
    keys: list[ast.expr | None] = [
        ast.copy_location(ast.Constant(word.arg), word.value) if word.arg else None for word in call.keywords
    ]
    kwargs = PackedKeywords(keys=keys, values=[keyword.value for keyword in call.keywords])
    args.callee = kwargs.callee = callee
    return ast.copy_location(args, call), ast.copy_location(kwargs, call)


@dataclass(frozen=True, slots=True)
class Binding:
    """A signature as `py.bind` takes it, and its parameters in the order of the values that it gives."""

    signature: Mapping[str, Any]
    names: Sequence[str]
    has_own: bool
    """Whether the first parameter is `self` or `cls`, whose value nobody looks at."""

    def bind(self, args: Expression, kwargs: Expression, *, exact: bool = True) -> Operator:
        """The values of the parameters as a list. `exact`: what does not fit is an error here, as Python has it."""
        given = Operator("py.concat", (ListDisplay((Const(None),)), args)) if self.has_own else args
        return Operator("py.bind", (Const({**self.signature, "exact": exact and self.signature["exact"]}), given, kwargs))

    def parts(self, values: Expression) -> dict[str, Expression]:
        """Each parameter with its value."""
        places = list(enumerate(self.names))[self.has_own :]
        return {name: Operator("py.getitem", (values, Const(index))) for index, name in places}


def binding(signature: inspect.Signature, name: str, own: P | None = None, *, exact: bool = True) -> Binding | None:
    """How calls of the function `name` are bound, to `own` before all others; None where a default has no stored form."""
    parameters = [*([own] if own else []), *signature.parameters.values()]
    defaults = {p.name: constant(p.default) for p in parameters if p.default is not p.empty}
    positional = [p.name for p in parameters if p.kind in POSITIONAL]
    keyword = [p.name for p in parameters if p.kind is P.KEYWORD_ONLY]
    args, kwargs = ([p.name for p in parameters if p.kind is kind] for kind in (P.VAR_POSITIONAL, P.VAR_KEYWORD))
    found = {
        "name": name,
        "exact": exact,
        "positional": positional,
        "keyword": keyword,
        "by_name": [p.name for p in parameters if p.kind in NAMED],
        "defaults": {key: default.value for key, default in defaults.items() if default is not None},
        "varargs": bool(args),
        "varkw": bool(kwargs),
    }
    return None if None in defaults.values() else Binding(found, [*positional, *keyword, *args, *kwargs], own is not None)
