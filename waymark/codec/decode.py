# ruff: noqa: ANN401 - what is decoded may be of any type
"""JSON text → Python value.

The JSON parser calls `_rebuild` for each object, innermost first, so that plain lists and scalars are built in C. As
when encoding, the place of an error is searched only once there is one.
"""

import base64
import dataclasses
import datetime as dt
import decimal
import enum
import json
import pathlib
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any, cast

from waymark.codec.encode import Opaque, is_model, parse, parse_int, type_encoders
from waymark.codec.exceptions import decode_exception
from waymark.codec.names import NameNotFound, resolve
from waymark.codec.regular import decode_match, decode_pattern
from waymark.errors import DecodeError


@dataclasses.dataclass(frozen=True, slots=True)
class Reference:
    """What stands for an object of a task's heap (`waymark.worker.objects`)."""

    number: int


type_encoders[Reference] = lambda reference: f'{{"$":{reference.number}}}'


def decode(text: str) -> Any:
    """The value of a JSON text.

    Raises:
        DecodeError: not JSON, not a value of docs/internals/values.md, or of a class that cannot be imported here.
    """
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        end, value = -1, None
    except ValueError as error:
        if isinstance(error, json.JSONDecodeError | DecodeError):
            raise _located(text, error) from error.__cause__
        end, value = -1, None
    except RecursionError:
        raise DecodeError("it is nested too deeply") from None
    if end == len(text):
        return value
    try:
        return _patient_decoder.decode(text)
    except ValueError as error:
        raise _located(text, error) from error.__cause__


def decode_arguments(text: str) -> dict[str, Any]:
    """The arguments of a run or an action, parameter name → value."""
    value = decode(text)
    if type(value) is not dict:
        raise DecodeError("arguments are not a JSON object")
    return cast("dict[str, Any]", value)


def from_jsonable(parsed: Any) -> Any:
    """The value of parsed JSON."""
    if type(parsed) is list:
        return [from_jsonable(item) for item in cast("list[Any]", parsed)]
    if type(parsed) is dict:
        return _rebuild({key: from_jsonable(item) for key, item in cast("dict[str, Any]", parsed).items()})
    return parsed


def _rebuild(parsed: dict[str, Any]) -> Any:
    if "$" not in parsed:
        return parsed
    tag = parsed["$"]
    try:
        if type(tag) is list:
            return _in_order(parsed, cast("list[str]", tag))
        if type(tag) is int:
            return Reference(tag)
        return (_DECODERS.get(tag) or _instance_decoder(tag))(parsed)
    except DecodeError:
        raise
    except Exception as error:  # whatever a malformed object makes a constructor raise
        raise DecodeError(f"malformed {tag!r}: {type(error).__name__}: {error}") from error


def _in_order(parsed: dict[str, Any], order: list[str]) -> dict[str, Any]:
    value = {key: parsed[key] for key in order if key != "$"}
    if len(value) != len(parsed) - 1:
        raise DecodeError("the order of its keys does not name each key once")
    return value


_decoder = json.JSONDecoder(object_hook=_rebuild)
_patient_decoder = json.JSONDecoder(object_hook=_rebuild, parse_int=parse_int)
_scan = cast("Callable[[str, int], tuple[Any, int]]", _decoder.scan_once)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


# --- Tags -----------------------------------------------------------------------------------------------------------


def _decode_datetime(parsed: dict[str, Any]) -> dt.datetime:
    value = dt.datetime.fromisoformat(parsed["v"])
    zone = parsed.get("zone")
    if zone is not None:
        value = value.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    return value.replace(fold=1) if parsed.get("fold") else value


def _decode_time(parsed: dict[str, Any]) -> dt.time:
    value = dt.time.fromisoformat(parsed["v"])
    zone = parsed.get("zone")
    if zone is not None:
        value = value.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    return value.replace(fold=1) if parsed.get("fold") else value


def _decode_timezone(parsed: dict[str, Any]) -> dt.timezone:
    shift = dt.timedelta(*parsed["v"])
    return dt.timezone(shift, parsed["name"]) if "name" in parsed else dt.timezone(shift)


_PATHS = {cls.__name__: cls for cls in (pathlib.PosixPath, pathlib.WindowsPath, pathlib.PurePosixPath, pathlib.PureWindowsPath)}


def _decode_enum(parsed: dict[str, Any]) -> enum.Enum:
    cls = _resolve_class(parsed["type"])
    if not issubclass(cls, enum.Enum):
        raise DecodeError(f"{parsed['type']} is not an Enum")
    member = cls.__members__.get(parsed["name"])
    return cls(parsed["value"]) if member is None else member


def _decode_unbound(_: dict[str, Any]) -> Any:
    raise DecodeError("an unbound local is not a value")


def _decode_handle(parsed: dict[str, Any]) -> Any:
    what, rewrite = {
        "task": ("a task", "await it, and use its result"),
        "semaphore": ("a semaphore or lock", "hand it to helper methods only"),
    }[parsed["$"]]
    raise DecodeError(f"{what} of a workflow is no value outside of its run: {rewrite}")


_DECODERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "float": lambda parsed: float(parsed["v"]),
    "str": lambda parsed: base64.b64decode(parsed["v"], validate=True).decode("utf-8", "surrogatepass"),
    "bytes": lambda parsed: base64.b64decode(parsed["v"], validate=True),
    "tuple": lambda parsed: tuple(parsed["v"]),
    "set": lambda parsed: set(parsed["v"]),
    "frozenset": lambda parsed: frozenset(parsed["v"]),
    "dict": lambda parsed: dict(parsed["v"]),
    "range": lambda parsed: range(*parsed["v"]),
    "datetime": _decode_datetime,
    "date": lambda parsed: dt.date.fromisoformat(parsed["v"]),
    "time": _decode_time,
    "timezone": _decode_timezone,
    "zone": lambda parsed: zoneinfo.ZoneInfo(parsed["v"]),
    "timedelta": lambda parsed: dt.timedelta(*parsed["v"]),
    "uuid": lambda parsed: uuid.UUID(parsed["v"]),
    "decimal": lambda parsed: decimal.Decimal(parsed["v"]),
    "path": lambda parsed: _PATHS[parsed["type"]](parsed["v"]),
    "enum": _decode_enum,
    "re:Pattern": decode_pattern,
    "re:Match": decode_match,
    "complex": lambda parsed: complex(parsed["v"]),
    "ellipsis": lambda _: ...,
    "class": lambda parsed: _resolve_class(parsed["v"]),
    "exception": decode_exception,
    "opaque": lambda parsed: Opaque(parsed["repr"]),
    "unbound": _decode_unbound,
    "task": _decode_handle,
    "semaphore": _decode_handle,
}


# --- Classes --------------------------------------------------------------------------------------------------------

_instance_decoders: dict[str, Callable[[dict[str, Any]], Any]] = {}


def _instance_decoder(name: str) -> Callable[[dict[str, Any]], Any]:
    known = _instance_decoders.get(name)
    if known is None:
        if ":" not in name:
            raise DecodeError(f"unknown tag {name!r}")
        cls = _resolve_class(name)
        if is_model(cls):
            known = _make_model_decoder(cls)
        elif dataclasses.is_dataclass(cls):
            known = _make_dataclass_decoder(cls)
        else:
            raise DecodeError(f"{name} is neither a pydantic model nor a dataclass")
        _instance_decoders[name] = known
    return known


def _resolve_class(name: str) -> type:
    try:
        found = resolve(name)
    except NameNotFound as error:
        raise DecodeError(str(error)) from error
    if not isinstance(found, type):
        raise DecodeError(f"{name} is not a class")
    return found


def _make_model_decoder(cls: Any) -> Callable[[dict[str, Any]], Any]:
    """Sets the state that the model had; validators ran when it was made, and may not accept their own output."""
    names = tuple(cls.model_fields)
    is_root = cls.__pydantic_root_model__
    allows_extra = cls.model_config.get("extra") == "allow"
    private: dict[str, Any] | None = cls.__private_attributes__ or None
    set_attribute = object.__setattr__

    def decode_model(parsed: dict[str, Any]) -> Any:
        del parsed["$"]
        parsed.pop("$own", None)
        unset = parsed.pop("$unset", ())
        state = {name: parsed.pop(name) for name in names}
        if parsed and not allows_extra:
            raise DecodeError(f"{cls.__name__} has no field {next(iter(parsed))!r}")
        value = cls.__new__(cls)
        set_attribute(value, "__dict__", state)
        set_attribute(value, "__pydantic_fields_set__", {*state, *parsed}.difference(unset))
        if not is_root:  # a root model has these as attributes of its class
            set_attribute(value, "__pydantic_extra__", parsed if allows_extra else None)
            set_attribute(value, "__pydantic_private__", _private_defaults(private))
        return value

    return decode_model


def _private_defaults(private: dict[str, Any] | None) -> dict[str, Any] | None:
    if private is None:
        return None
    from pydantic_core import PydanticUndefined  # noqa: PLC0415 - only where a model is at hand, so pydantic is loaded

    defaults = {name: attribute.get_default() for name, attribute in private.items()}
    return {name: default for name, default in defaults.items() if default is not PydanticUndefined}


def _make_dataclass_decoder(cls: Any) -> Callable[[dict[str, Any]], Any]:
    names = tuple(field.name for field in dataclasses.fields(cls))
    set_attribute = object.__setattr__

    def decode_dataclass(parsed: dict[str, Any]) -> Any:
        if len(parsed) != len(names) + 1 + ("$own" in parsed):
            unknown = [name for name in parsed if name not in names and name not in {"$", "$own"}]
            raise DecodeError(f"{cls.__name__} has no field {unknown[0]!r}" if unknown else "a field is missing")
        value = cls.__new__(cls)
        for name in names:
            set_attribute(value, name, parsed[name])
        return value

    return decode_dataclass


# --- The place of an error ------------------------------------------------------------------------------------------


def _located(text: str, error: ValueError) -> DecodeError:
    try:
        parsed = parse(text)
    except ValueError:
        return DecodeError(f"not JSON: {error}")
    return _search(parsed, "", error)


def _search(parsed: Any, path: str, error: ValueError) -> DecodeError:
    """The innermost part of parsed JSON that cannot be decoded, with its reason."""
    parts: list[tuple[str, Any]] = []
    if type(parsed) is list:
        parts = [(f"[{index}]", item) for index, item in enumerate(cast("list[Any]", parsed))]
    elif type(parsed) is dict:
        parts = [(f".{key}" if path else key, item) for key, item in cast("dict[str, Any]", parsed).items()]
    for label, part in parts:
        try:
            from_jsonable(part)
        except DecodeError as inner:
            return _search(part, path + label, inner)
    return DecodeError(str(error.args[0]).removeprefix("cannot decode: "), path)
