"""The policies of `self.run_action(…)`: from the syntax of a call to the policy fields of the IR."""

from __future__ import annotations

import ast
import datetime as dt
import inspect
from typing import Any, cast

from waymark.compiler.names import Names, Static
from waymark.compiler.syntax import walk
from waymark.ir.expressions import Const
from waymark.policies import FIELDS, BackoffPolicy, RetryPolicy, policy_fields

Fields = dict[str, Const | ast.expr]
"""Policy fields: constants, and syntax whose value is known only at run time."""

_PAUSES = ("backoff", "multiplier", "max_backoff", "jitter")
_REPLACED: dict[str, tuple[str, ...]] = {
    "retry": ("attempts", "retry_on", "max_elapsed", "give_up_on"),
    "backoff": _PAUSES,
    "timeout": ("timeout",),
    "deadline": ("deadline",),
    "concurrency_key": ("concurrency_key",),
}
_CLASSES = ("exception_types", "non_retryable_types")
_CONSTRUCTORS = (RetryPolicy, BackoffPolicy, dt.timedelta)


class PolicyError(Exception):
    """A policy cannot be compiled: `node` is where, the message why."""

    def __init__(self, node: ast.expr, reason: str) -> None:
        super().__init__(reason)
        self.node = node


def default_fields(policy: dict[str, Any]) -> Fields:
    """The fields that `@action` gave an action."""
    return {name: Const(value) for name, value in policy.items()}


def call_fields(names: Names, keywords: list[ast.keyword], defaults: Fields) -> Fields:
    """The fields of a call: each policy that it names replaces the whole one of the action. Raises PolicyError."""
    fields = dict(defaults)
    for keyword in keywords:
        assert keyword.arg is not None
        given = _option(names, keyword.arg, keyword.value, fields)
        replaced = _REPLACED[keyword.arg] if given else ()
        if keyword.arg == "retry" and "backoff" in given:
            is_computed = isinstance(given["backoff"], ast.IfExp) and not isinstance(keyword.value, ast.Call)
            if any(other.arg == "backoff" for other in keywords):
                if is_computed:
                    given = {name: value for name, value in given.items() if name not in _PAUSES}
                else:
                    raise PolicyError(keyword.value, "`backoff_seconds` and `backoff=` name two different pauses")
            replaced += () if is_computed else _PAUSES
        fields = {name: value for name, value in fields.items() if name not in replaced} | given
    return fields


def _option(names: Names, option: str, node: ast.expr, defaults: Fields) -> Fields:
    """The fields of one keyword argument."""
    known = _evaluate(names, node)
    if known is None:
        if option in {"timeout", "deadline", "concurrency_key"}:
            return {option: node}
        cls = RetryPolicy if option == "retry" else BackoffPolicy
        return _constructed(names, node, cls) if isinstance(node, ast.Call) else _computed(node, cls, defaults)
    try:
        fields = _check(option, known.value)
    except (TypeError, ValueError) as error:
        raise PolicyError(node, str(error)) from None
    if fields.get("backoff") == 0 and option == "retry":
        del fields["backoff"]
    return default_fields(fields)


def _check(option: str, value: object) -> dict[str, Any]:
    match option, value:
        case _, None:
            return {}
        case "retry", RetryPolicy():
            return policy_fields(retry=value)
        case "backoff", BackoffPolicy():
            return policy_fields(backoff=value)
        case "timeout", int() | float() | dt.timedelta():
            return policy_fields(timeout=value)
        case "deadline", int() | float() | dt.timedelta():
            return policy_fields(deadline=value)
        case "concurrency_key", str():
            return policy_fields(concurrency_key=value)
        case _:
            raise TypeError(f"`{option}` cannot be a {type(value).__name__}")


def _computed(node: ast.expr, cls: type, defaults: Fields) -> Fields:
    """The fields of a policy that a local or an attribute holds, or None: then those of the action."""
    if any(isinstance(child, ast.Call | ast.Await | ast.NamedExpr) for child in walk(node)):
        raise PolicyError(node, "each of its fields reads it, so it must be a name, an attribute, or a choice between them")
    fields: Fields = {}
    for name, field in FIELDS[cls].items():
        value = ast.Attribute(node, name, ast.Load())
        is_absent: ast.expr = ast.Compare(node, [ast.Is()], [ast.Constant(None)])
        if cls is RetryPolicy and field == "backoff":
            is_absent = ast.BoolOp(ast.Or(), [is_absent, ast.UnaryOp(ast.Not(), value)])
            for pause in defaults.keys() & set(_PAUSES[1:]):
                fields[pause] = _choice(is_absent, defaults.get(pause), ast.Constant(None), node)
        fields[field] = _choice(is_absent, defaults.get(field), value, node)
    return fields


def _choice(test: ast.expr, default: Const | ast.expr | None, value: ast.expr, place: ast.expr) -> ast.expr:
    """`default if test else value`."""
    if not isinstance(default, ast.expr):
        default = _literal(default.value if default else None)
    chosen = ast.IfExp(test, default, value)
    for child in walk(chosen):
        if isinstance(child, ast.expr) and "lineno" not in vars(child):
            ast.copy_location(child, place)
    return chosen


def _literal(value: Any) -> ast.expr:  # noqa: ANN401 - a field of a policy
    if not isinstance(value, list):
        return ast.Constant(value)
    return ast.List([ast.Constant(item) for item in cast("list[str]", value)])


def _constructed(names: Names, node: ast.expr, cls: type) -> Fields:
    """The fields of `RetryPolicy(…)` or `BackoffPolicy(…)` with arguments that are known only at run time."""
    callee = names.static(node.func) if isinstance(node, ast.Call) else None
    if not isinstance(node, ast.Call) or callee is None or callee.value is not cls:
        raise PolicyError(node, f"it is not a {cls.__name__}(…), nor a name or attribute that holds one")
    parameters = inspect.signature(cls).parameters
    named = [(keyword.arg or "**", keyword.value) for keyword in node.keywords]
    pairs = [*zip(parameters, node.args, strict=False), *named]
    starred = any(isinstance(arg, ast.Starred) for arg in node.args)
    if starred or len({name for name, _ in pairs}) < len(node.args) + len(node.keywords):
        raise PolicyError(node, f"its arguments do not fit {cls.__name__}")
    fields: Fields = {}
    for name, value in pairs:
        if name not in parameters:
            raise PolicyError(node, f"{cls.__name__} has no parameter {name!r}")
        known = _evaluate(names, value)
        if known is None and name in _CLASSES:
            raise PolicyError(value, "exception classes must be known when the class is decorated")
        if known is None:
            fields[FIELDS[cls][name]] = value
        elif name in _CLASSES:
            given = policy_fields(retry=RetryPolicy(1, **{name: cast("Any", known.value)}))
            fields |= {field: Const(given[field]) for field in (FIELDS[cls][name],) if field in given}
        elif known.value is not None:
            fields[FIELDS[cls][name]] = Const(known.value)
    missing = {name: p.default for name, p in parameters.items() if name not in dict(pairs)}
    if any(default is inspect.Parameter.empty for default in missing.values()):
        raise PolicyError(node, f"{cls.__name__} needs {', '.join(missing)}")
    return fields | {FIELDS[cls][name]: Const(default) for name, default in missing.items() if default}


def _evaluate(names: Names, node: ast.expr) -> Static | None:
    """The object that `node` gives when it is made of constants only, else None. Raises PolicyError when it cannot be."""
    match node:
        case ast.Constant(value=value):
            return Static(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return Static(-value)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            items = [_evaluate(names, element) for element in elements]
            return Static([item.value for item in items if item]) if all(items) else None
        case ast.Call(func=func, args=args, keywords=keywords):
            return _construct(names, node, func, args, keywords)
        case _:
            return names.static(node)


def _construct(names: Names, node: ast.expr, func: ast.expr, args: list[ast.expr], keywords: list[ast.keyword]) -> Static | None:
    callee = names.static(func)
    if callee is None or not any(callee.value is known for known in _CONSTRUCTORS):
        return None
    positional = [_evaluate(names, arg) for arg in args]
    named = {keyword.arg: _evaluate(names, keyword.value) for keyword in keywords}
    if None in named or not all(positional) or not all(named.values()):
        return None
    try:
        values = {str(name): item.value for name, item in named.items() if item}
        return Static(cast("Any", callee.value)(*[item.value for item in positional if item], **values))
    except (TypeError, ValueError, OverflowError) as error:
        raise PolicyError(node, str(error)) from None
