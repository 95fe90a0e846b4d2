"""Annotations as JSON, so that a value from outside can be checked against one far from the code that it stands in.

A type is the name of a class, or a list of a word and its parts: `["list", "int"]`, `["union", "app:Approval", "NoneType"]`,
`["literal", "yes", "no"]`, `["enum", "app:Color"]`, `["tuple", "...", "int"]`; None is any value (docs/internals/ir.md, "Types").
`waymark._conforms` reads the same.
"""

import enum
import functools
import json
import types
from collections.abc import Sequence
from typing import Any, Literal, Union, cast, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError
from pydantic_core import to_json

from waymark.codec.names import class_name, resolve

_GENERIC = (list, dict, tuple, set, frozenset)


def describe(annotation: Any) -> Any:  # noqa: ANN401 - whatever stands behind the colon
    """An annotation as JSON.

    Raises:
        TypeError: there is no stored form of it; the message says which part.
    """
    described = _described(annotation)
    try:
        TypeAdapter(annotation)
    except (PydanticUserError, PydanticUndefinedAnnotation) as error:
        raise TypeError(f"pydantic cannot check it: {str(error).splitlines()[0]}") from None
    return described


def _described(annotation: Any) -> Any:  # noqa: ANN401
    origin, parts = get_origin(annotation), get_args(annotation)
    if annotation is Any or annotation is object:
        return None
    if type(annotation).__name__ == "TypeAliasType":  # `type X = …`, from Python 3.12 on
        return _described(annotation.__value__)
    if origin in (Union, types.UnionType):
        return ["union", *map(_described, parts)]
    if origin is Literal and all(part is None or type(part) in (str, int, bool) for part in parts):
        return ["literal", *parts]
    if origin is tuple and parts[-1:] == (...,):
        return ["tuple", "...", _described(parts[0])]
    if origin in _GENERIC:
        return [class_name(origin), *map(_described, parts)]
    if annotation is None or annotation is types.NoneType:
        return "NoneType"
    if isinstance(annotation, type) and origin is None and "<locals>" not in annotation.__qualname__:
        cls: type[Any] = annotation
        return ["enum", class_name(cls)] if issubclass(cls, enum.Enum) else class_name(cls)
    raise TypeError(f"{annotation!r} cannot be stored by a name")


def conform(value: Any, described: Any) -> Any:  # noqa: ANN401 - any value, any JSON
    """The value as one of a described type: itself, or what pydantic strictly makes of its JSON form.

    Raises:
        ValueError: it does not fit.
        NameNotFound: a class is not there.
    """
    adapter = _adapter(json.dumps(described))
    try:
        return adapter.validate_python(value, strict=True)
    except ValidationError:
        pass
    try:
        return adapter.validate_json(to_json(value), strict=True)
    except ValidationError as error:
        found = [".".join(map(str, part["loc"])) + ": " * bool(part["loc"]) + part["msg"] for part in error.errors()]
        raise ValueError("the value does not fit its type: " + "; ".join(found)) from None


@functools.cache
def _adapter(described: str) -> TypeAdapter[Any]:
    return TypeAdapter(_annotation(json.loads(described)))


def _annotation(described: Any) -> Any:  # noqa: ANN401
    match described:
        case None:
            return Any
        case "NoneType":
            return types.NoneType
        case str():
            return resolve(described)
        case ["enum", name]:
            return resolve(name)
        case ["literal", *values]:
            return Literal[tuple(values)]
        case ["union", *parts]:
            return functools.reduce(lambda left, right: left | right, map(_annotation, parts))
        case ["tuple", "...", part]:
            return tuple[_annotation(part), ...]
        case [name, *parts]:
            return cast("Any", resolve(name))[tuple(map(_annotation, cast("Sequence[Any]", parts)))]
        case _:
            raise ValueError(f"no type: {described!r}")
