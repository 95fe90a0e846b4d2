"""How CPython binds the arguments of a call to parameters, with its errors."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from waymark.errors import UnsupportedOperation


def _bind(signature: Mapping[str, Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
    name, positional, by_name = signature["name"], signature["positional"], signature["by_name"]
    bound: dict[str, Any] = dict(zip(positional, args, strict=False))
    more: dict[str, Any] = {}
    for key, value in kwargs.items():
        if key in by_name and key in bound:
            raise TypeError(f"{name}() got multiple values for argument '{key}'")
        if key in by_name:
            bound[key] = value
        elif signature["varkw"]:
            more[key] = value
        elif hidden := [other for other in positional if other in kwargs and other not in by_name]:
            raise TypeError(f"{name}() got some positional-only arguments passed as keyword arguments: '{', '.join(hidden)}'")
        else:
            raise TypeError(f"{name}() got an unexpected keyword argument '{key}'")
    if len(args) > len(positional) and not signature["varargs"]:
        raise TypeError(_too_many(signature, len(args), sum(key in bound for key in signature["keyword"])))
    for kind, names in (("positional", positional), ("keyword-only", signature["keyword"])):
        missing = [repr(key) for key in names if key not in bound and key not in signature["defaults"]]
        if missing:
            count = f"{len(missing)} required {kind} argument{'s' if len(missing) > 1 else ''}"
            raise TypeError(f"{name}() missing {count}: {_listed(missing)}")
    found = {**signature["defaults"], **bound}
    values = [found[key] for key in [*positional, *signature["keyword"]]]
    return [*values, *([tuple(args[len(positional) :])] if signature["varargs"] else []), *([more] if signature["varkw"] else [])]


def _too_many(signature: Mapping[str, Any], given: int, keywords: int) -> str:
    most = len(signature["positional"])
    optional = sum(key in signature["defaults"] for key in signature["positional"])
    takes = f"from {most - optional} to {most}" if optional else f"{most}"
    also = ""
    if keywords:
        also = f" positional argument{_plural(given)} (and {keywords} keyword-only argument{_plural(keywords)})"
    verb = "was" if given == 1 and not keywords else "were"
    plural = "s" if optional else _plural(most)
    return f"{signature['name']}() takes {takes} positional argument{plural} but {given}{also} {verb} given"


def _plural(count: int) -> str:
    return "" if count == 1 else "s"


def _listed(names: list[str]) -> str:
    match names:
        case [name]:
            return name
        case [first, second]:
            return f"{first} and {second}"
        case [*others, last]:
            return f"{', '.join(others)}, and {last}"
        case _:
            return ""


def _bind_exactly(signature: Mapping[str, Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
    try:
        return _bind(signature, args, kwargs)
    except TypeError as error:
        if signature["exact"]:
            raise
        raise UnsupportedOperation(f"cannot compute exactly: a call that fails once it is awaited: {error}") from None


BINDING: dict[str, Callable[..., Any]] = {"py.bind": _bind_exactly}
"""The operator of calls whose arguments are known only at run time."""
