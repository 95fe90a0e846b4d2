"""The JSON form of a program: the dict that goes to `waymark.register`."""

from __future__ import annotations

import dataclasses
import functools
import json
import typing
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from waymark.errors import InvalidProgram
from waymark.ir.expressions import Const
from waymark.ir.nodes import Parameter, Program


def to_json(program: Program) -> dict[str, Any]:
    """The program as plain JSON values."""
    return _encode(program)


def to_text(program: Program) -> str:
    """Canonical JSON text: sorted keys, no spaces. Equal programs have equal texts."""
    return json.dumps(to_json(program), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def from_json(document: object) -> Program:
    """The program that `document` describes, not yet verified.

    Raises InvalidProgram with the path of what is malformed.
    """
    try:
        return adapter().validate_python(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InvalidProgram(f"malformed IR: {first['msg']}", detail=_path(first["loc"])) from None
    except RecursionError:
        raise InvalidProgram("malformed IR: expressions are nested too deep") from None


@functools.cache
def adapter() -> TypeAdapter[Program]:
    """The validator of the JSON form."""
    return TypeAdapter(Program)


def _path(location: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).removeprefix(".")


@functools.cache
def _keys(kind: type[Any]) -> tuple[tuple[str, str, bool], ...]:
    """The fields of a model: name, JSON name, and whether the key is left out when the value is None."""
    hints = typing.get_type_hints(kind, include_extras=True)
    keys: list[tuple[str, str, bool]] = []
    for field in dataclasses.fields(kind):
        metadata: tuple[object, ...] = getattr(hints[field.name], "__metadata__", ())
        alias = next((item.alias for item in metadata if isinstance(item, FieldInfo)), None)
        keys.append((field.name, alias or field.name, field.default is None))
    return tuple(keys)


def _encode(value: Any) -> Any:  # noqa: ANN401 - JSON
    match value:
        case Const():
            return {"const": value.value}
        case tuple():
            return [_encode(item) for item in typing.cast("tuple[Any, ...]", value)]
        case dict():
            return {key: _encode(item) for key, item in typing.cast("dict[str, Any]", value).items()}
        case Parameter():
            return {"name": value.name} if value.required else {"name": value.name, "default": value.default}
        case _ if dataclasses.is_dataclass(value):
            fields = [(key, getattr(value, name), optional) for name, key, optional in _keys(type(value))]
            return {key: _encode(item) for key, item, optional in fields if not (optional and item is None)}
        case _:
            return value
