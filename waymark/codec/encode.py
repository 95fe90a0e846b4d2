# ruff: noqa: ANN401 - what is encoded may be of any type
"""Python value → JSON text.

One encoder a type, found in a table by the exact type: the table grows by the classes that are met. Encoders know no
paths; only when one has failed is the value searched again for the place, so that the hot path pays nothing for it.
"""

import base64
import dataclasses
import datetime as dt
import decimal
import enum
import json
import pathlib
import re
import sys
import uuid
import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Mapping
from json.encoder import encode_basestring as quote
from typing import Any, cast

from waymark.codec.behaviour import own_field
from waymark.codec.names import NameNotFound, class_name, resolve
from waymark.errors import EncodeError

MAX_INT_DIGITS = 131_072
"""An int has at most so many digits: the limit of Postgres' numeric, which holds it in the engine."""

_PRINTABLE_INT_BITS = 14_000  # below CPython's limit of 4,300 digits for int → str
_NEEDS_TAG = re.compile("[\0\ud800-\udfff]")

type_encoders: dict[type, Callable[[Any], str]] = {}


@dataclasses.dataclass(frozen=True, slots=True)
class Opaque:
    """What stands for an argument or attribute of an exception that could not be encoded."""

    text: str

    def __repr__(self) -> str:
        return self.text


def encode(value: object, name: str = "") -> str:
    """The JSON text of a value. `name` begins the path that an error names.

    Raises:
        EncodeError: the value, or something inside it, is of a type that docs/internals/values.md does not list.
    """
    try:
        return (type_encoders.get(type(value)) or encoder_of(type(value)))(value)
    except EncodeError as error:
        raise EncodeError(*_locate(value, name, error)) from error.__cause__
    except RecursionError:
        raise EncodeError("it is nested too deeply, or contains itself", name) from None


def encode_arguments(arguments: Mapping[str, object]) -> str:
    """The JSON object *parameter name → value* of a run or an action. An error's path begins with the parameter."""
    return "{" + ",".join([quote(name) + ":" + encode(value, name) for name, value in arguments.items()]) + "}"


def to_jsonable(value: object) -> Any:
    """The value as `json.loads` of its JSON text would give it."""
    return parse(encode(value))


def parse(text: str | bytes) -> Any:
    """`json.loads` without CPython's limit on the digits of an int."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return json.loads(text, parse_int=parse_int)


def parse_int(digits: str) -> int:
    """`int(digits)` without CPython's limit on the number of digits."""
    return int(decimal.Decimal(digits))


def encoder_of(cls: type) -> Callable[[Any], str]:
    """The encoder of a type, made and remembered when the type is first met.

    Raises:
        EncodeError: values of this type cannot be encoded.
    """
    known = type_encoders.get(cls)
    if known is None:
        known = type_encoders[cls] = _make_encoder(cls)
    return known


def encode_any(value: object) -> str:
    """`encode` for use inside encoders: errors carry no path."""
    return (type_encoders.get(type(value)) or encoder_of(type(value)))(value)


def tagged(tag: str, text: str) -> str:
    """The JSON text of `{"$": tag, "v": text}` for a string that is plain JSON."""
    return f'{{"$":"{tag}","v":{quote(text)}}}'


# --- Scalars --------------------------------------------------------------------------------------------------------


def _encode_int(value: int) -> str:
    if -(1 << 62) < value < (1 << 62) or value.bit_length() < _PRINTABLE_INT_BITS:
        return int.__repr__(value)
    # The first test keeps an absurd int from being printed at all; a decimal digit is 3.3219 bits.
    text = str(decimal.Decimal(value)) if value.bit_length() < MAX_INT_DIGITS * 3.33 else ""
    if not 0 < len(text.lstrip("-")) <= MAX_INT_DIGITS:
        raise EncodeError(f"an int of more than {MAX_INT_DIGITS} digits")
    return text


def _encode_float(value: float) -> str:
    text = float.__repr__(value)
    if "e" in text or "n" in text or text == "-0.0":
        return f'{{"$":"float","v":"{text}"}}'
    return text


def _is_plain(text: str) -> bool:
    return "\0" not in text if text.isascii() else _NEEDS_TAG.search(text) is None


def encode_str(value: str) -> str:
    """The JSON text of a string; also of one that `jsonb` refuses."""
    if _is_plain(value):
        return quote(value)
    return f'{{"$":"str","v":"{base64.b64encode(value.encode("utf-8", "surrogatepass")).decode()}"}}'


def _encode_bytes(value: bytes) -> str:
    return f'{{"$":"bytes","v":"{base64.b64encode(value).decode()}"}}'


def _zone_and_fold(value: dt.datetime | dt.time) -> str:
    text = ',"fold":1' if value.fold else ""
    zone = value.tzinfo
    if zone is None:
        return text
    if type(zone) is zoneinfo.ZoneInfo:
        return f',"zone":{quote(_zone_key(zone))}{text}'
    if type(zone) is dt.timezone and (zone is dt.UTC or len(zone.__getinitargs__()) == 1):  # type: ignore[attr-defined]
        return text
    raise EncodeError(f"a time zone of type {class_name(type(zone))}; use ZoneInfo or an unnamed datetime.timezone")


def _zone_key(zone: zoneinfo.ZoneInfo) -> str:
    if not zone.key:
        raise EncodeError("a ZoneInfo that was made from a file has no IANA key")
    return zone.key


def _encode_class(value: type) -> str:
    _check_importable(value)
    if type(value).__eq__ is not type.__eq__:
        raise EncodeError(f"class {class_name(value)}, whose metaclass defines its equality")
    return tagged("class", class_name(value))


def _encode_timezone(value: dt.timezone) -> str:
    shift, *name = cast("tuple[dt.timedelta, *tuple[str, ...]]", value.__getinitargs__())  # type: ignore[attr-defined]
    named = f',"name":{encode_str(name[0])}' if name else ""
    return f'{{"$":"timezone","v":[{shift.days},{shift.seconds},{shift.microseconds}]{named}}}'


def _encode_datetime(value: dt.datetime) -> str:
    return f'{{"$":"datetime","v":"{value.isoformat()}"{_zone_and_fold(value)}}}'


def _encode_time(value: dt.time) -> str:
    return f'{{"$":"time","v":"{value.isoformat()}"{_zone_and_fold(value)}}}'


def _encode_path(value: pathlib.PurePath) -> str:
    return f'{{"$":"path","v":{encode_str(str(value))},"type":"{type(value).__name__}"}}'


# --- Containers -----------------------------------------------------------------------------------------------------


def _encode_items(value: Iterable[object]) -> str:
    encoders = type_encoders
    return ",".join([(encoders.get(type(item)) or encoder_of(type(item)))(item) for item in value])


def _encode_list(value: list[object]) -> str:
    return "[" + _encode_items(value) + "]"


def _encode_tuple(value: tuple[object, ...]) -> str:
    return '{"$":"tuple","v":[' + _encode_items(value) + "]}"


def _encode_set(value: set[object] | frozenset[object]) -> str:
    # Sorted: the same set is the same text in every process, whatever its hash seed. A program's hash rests on this.
    items = ",".join(sorted([encode_any(item) for item in value]))
    return f'{{"$":"{type(value).__name__}","v":[{items}]}}'


def _encode_dict(value: dict[Any, object]) -> str:
    encoders = type_encoders
    parts: list[str] = []
    ordered = True
    previous, previous_length = "", -1
    for key, item in value.items():
        if type(key) is not str or key == "$" or not _is_plain(key):
            return _encode_dict_as_pairs(value)
        length = len(key) if key.isascii() else len(key.encode())
        if length < previous_length or (length == previous_length and key < previous):
            ordered = False
        previous, previous_length = key, length
        parts.append(quote(key) + ":" + (encoders.get(type(item)) or encoder_of(type(item)))(item))
    if ordered:
        return "{" + ",".join(parts) + "}"
    return '{"$":[' + ",".join(map(quote, value)) + "]," + ",".join(parts) + "}"


def _encode_dict_as_pairs(value: dict[Any, object]) -> str:
    pairs = [f"[{encode_any(key)},{encode_any(item)}]" for key, item in value.items()]
    return '{"$":"dict","v":[' + ",".join(pairs) + "]}"


type_encoders.update(
    {
        type(None): lambda _: "null",
        bool: lambda value: "true" if value else "false",
        int: _encode_int,
        float: _encode_float,
        str: encode_str,
        bytes: _encode_bytes,
        list: _encode_list,
        tuple: _encode_tuple,
        set: _encode_set,
        frozenset: _encode_set,
        dict: _encode_dict,
        range: lambda r: f'{{"$":"range","v":[{_encode_int(r.start)},{_encode_int(r.stop)},{_encode_int(r.step)}]}}',
        dt.datetime: _encode_datetime,
        dt.date: lambda value: f'{{"$":"date","v":"{value.isoformat()}"}}',
        dt.time: _encode_time,
        dt.timezone: _encode_timezone,
        zoneinfo.ZoneInfo: lambda zone: tagged("zone", _zone_key(zone)),
        dt.timedelta: lambda d: f'{{"$":"timedelta","v":[{d.days},{d.seconds},{d.microseconds}]}}',
        uuid.UUID: lambda value: f'{{"$":"uuid","v":"{value}"}}',
        decimal.Decimal: lambda value: f'{{"$":"decimal","v":"{value}"}}',
        pathlib.PosixPath: _encode_path,
        pathlib.WindowsPath: _encode_path,
        pathlib.PurePosixPath: _encode_path,
        pathlib.PureWindowsPath: _encode_path,
        complex: lambda value: f'{{"$":"complex","v":"{value!r}"}}',
        type(...): lambda _: '{"$":"ellipsis"}',
        type: _encode_class,
        Opaque: lambda value: f'{{"$":"opaque","repr":{encode_str(value.text)}}}',
    }
)


# --- Classes --------------------------------------------------------------------------------------------------------


def _make_encoder(cls: type[Any]) -> Callable[[Any], str]:
    if issubclass(cls, enum.Enum):
        _check_importable(cls)
        return _make_enum_encoder(cls)
    if issubclass(cls, type):
        return _encode_class
    if issubclass(cls, BaseException):
        from waymark.codec.exceptions import encode_exception  # noqa: PLC0415 - that module builds on this one

        return encode_exception
    base: type | None = next((base for base in _CLOSED if issubclass(cls, base)), None)
    if base is not None:
        raise EncodeError(f"{class_name(cls)} is a subclass of {base.__name__} and would come back as that; convert it")
    if is_model(cls):
        _check_importable(cls)
        return _make_model_encoder(cls)
    if hasattr(cls, "__dataclass_fields__"):
        _check_importable(cls)
        return _make_dataclass_encoder(cls)
    raise EncodeError(f"values of type {class_name(cls)} have no JSON form")


_CLOSED = tuple(cls for cls in type_encoders if cls not in (type(None), bool, range, Opaque))


def is_model(cls: type) -> bool:
    """Whether this is a class of pydantic models; pydantic need not be imported to know."""
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and issubclass(cls, pydantic.BaseModel)


def _check_importable(cls: type) -> None:
    name = class_name(cls)
    try:
        found = resolve(name)
    except NameNotFound:
        found = None
    if found is not cls:
        raise EncodeError(f"class {name} cannot be imported by that name; define it at the top level of a module")


def _make_model_encoder(cls: Any) -> Callable[[Any], str]:
    names: list[str] = list(cls.model_fields)
    every = frozenset(names)
    fields = [(name, f",{quote(name)}:") for name in names]
    head = f'{{"$":{quote(class_name(cls))}{own_field(cls)}'

    def encode_model(value: Any) -> str:
        encoders = type_encoders
        state: dict[str, object] = value.__dict__
        text = head
        for name, prefix in fields:
            item = state[name]
            text += prefix + (encoders.get(type(item)) or encoder_of(type(item)))(item)
        fields_set = value.__pydantic_fields_set__
        if not fields_set >= every:
            text += ',"$unset":[' + ",".join([quote(name) for name in names if name not in fields_set]) + "]"
        if value.__pydantic_extra__:
            for name, item in value.__pydantic_extra__.items():
                if name.startswith("$") or not _is_plain(name):
                    raise EncodeError(f"a model with an extra field named {name!r}")
                text += f",{quote(name)}:{encode_any(item)}"
        return text + "}"

    return encode_model


def _make_enum_encoder(cls: type) -> Callable[[Any], str]:
    head = f'{{"$":"enum"{own_field(cls)},"type":{quote(class_name(cls))},"name":'

    def encode_enum(value: Any) -> str:
        # The zero of a Flag and some combinations have no name; their value finds them again.
        return f'{head}{quote(value.name) if value.name else "null"},"value":{encode_any(value.value)}}}'

    return encode_enum


def _make_dataclass_encoder(cls: Any) -> Callable[[Any], str]:
    fields = [(field.name, f",{quote(field.name)}:") for field in dataclasses.fields(cls)]
    head = f'{{"$":{quote(class_name(cls))}{own_field(cls)}'

    def encode_dataclass(value: Any) -> str:
        text = head
        for name, prefix in fields:
            try:
                item = getattr(value, name)
            except AttributeError:
                raise EncodeError(f"its field {name!r} has no value") from None
            text += prefix + encode_any(item)
        return text + "}"

    return encode_dataclass


# --- The place of an error ------------------------------------------------------------------------------------------


def _locate(value: Any, path: str, error: EncodeError) -> tuple[str, str]:
    """Reason and path of the innermost part of the value that cannot be encoded."""
    for label, part in _parts(value):
        try:
            encode_any(part)
        except EncodeError as inner:
            return _locate(part, path + label, inner)
    return str(error.args[0]).removeprefix("cannot encode: "), path


def _parts(value: Any) -> Iterator[tuple[str, object]]:
    fields: dict[str, object] = {}
    match value:
        case list() | tuple():
            yield from ((f"[{index}]", item) for index, item in enumerate(value))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case set() | frozenset():
            yield from ((f"{{{item!r}}}", item) for item in value)  # pyright: ignore[reportUnknownVariableType]
        case dict():
            for key, item in value.items():  # pyright: ignore[reportUnknownVariableType]
                yield f"<key {key!r}>", key
                yield f"[{key!r}]", item
        case enum.Enum():
            yield ".value", value.value
        case type():
            pass
        case _ if hasattr(value, "__pydantic_fields_set__"):
            fields = {**value.__dict__, **(value.__pydantic_extra__ or {})}
        case _ if dataclasses.is_dataclass(value):
            fields = {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
        case _:
            pass
    yield from ((f".{name}", item) for name, item in fields.items())
