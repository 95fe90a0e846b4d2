"""Exceptions as values: a failure must always be reportable, and come back as what it was."""

import traceback
from collections.abc import Mapping
from functools import cache
from types import TracebackType
from typing import Any, cast

from waymark.codec import validation
from waymark.codec.behaviour import own_field
from waymark.codec.encode import Opaque, encode_any, encode_str, quote
from waymark.codec.names import NameNotFound, class_name, resolve
from waymark.errors import EncodeError, RemoteError

MAX_TRACEBACK = 32_000
"""A traceback keeps at most so many characters, its last ones."""

MAX_CAUSES = 20
"""A chain of causes keeps at most so many exceptions."""

REMOTE_TRACEBACK = "__waymark_traceback__"
"""The attribute of a decoded exception that holds the text of the traceback it had where it was raised."""

_MACHINERY = ("waymark.", "asyncio.", "concurrent.futures.", "contextlib", "mountaineer_di.")
"""Modules between the worker and an action: a traceback begins after them."""

_ATTRIBUTES_OF_C = {
    OSError: ("filename", "filename2"),
    ImportError: ("name", "path", "name_from"),
    NameError: ("name",),
    AttributeError: ("name",),
}


def encode_exception(exception: BaseException) -> str:
    """The JSON text of an exception with arguments, attributes, traceback and causes. It never fails."""
    return _encode(exception, MAX_CAUSES)


def _encode(exception: BaseException, causes_left: int) -> str:
    cls = type(exception)
    parts = [
        f'"type":{quote(class_name(cls))},"mro":{_mro(cls)}{_own(cls)}',
        f'"args":[{",".join([_encode_or_opaque(arg) for arg in exception.args])}]',
        f'"message":{encode_str(message_of(exception))}',
    ]
    attributes = ",".join(
        f"{quote(name)}:{_encode_or_opaque(item)}" for name, item in _attributes(exception).items() if name != "$"
    )
    if attributes:
        parts.append(f'"attrs":{{{attributes}}}')
    text = traceback_of(exception)
    if text:
        parts.append(f'"traceback":{encode_str(text)}')
    if exception.__cause__ is not None and causes_left > 0:
        parts.append(f'"cause":{_encode(exception.__cause__, causes_left - 1)}')
    return '{"$":"exception",' + ",".join(parts) + "}"


def message_of(exception: BaseException) -> str:
    """`str(exception)`, also when its own `__str__` fails."""
    try:
        return str(exception)
    except Exception as error:  # noqa: BLE001 - foreign code; the failure must be reported nonetheless
        return f"<str() failed: {type(error).__name__}>"


def traceback_of(exception: BaseException) -> str | None:
    """The text of its traceback, from the user's first frame on, or the one it had when it was decoded."""
    frames = _skip_own_frames(exception.__traceback__)
    if frames is None:
        return exception.__dict__.get(REMOTE_TRACEBACK)
    try:
        text = "".join(traceback.format_exception(type(exception), exception, frames))
    except Exception as error:  # noqa: BLE001 - formatting runs foreign code
        return f"<the traceback cannot be shown: {type(error).__name__}>"
    return text[-MAX_TRACEBACK:]


def _skip_own_frames(frames: TracebackType | None) -> TracebackType | None:
    while frames is not None and str(frames.tb_frame.f_globals.get("__name__")).startswith(_MACHINERY):
        frames = frames.tb_next
    return frames


@cache
def _mro(cls: type) -> str:
    return "[" + ",".join(quote(class_name(base)) for base in cls.__mro__) + "]"


@cache
def _own(cls: type) -> str:
    return own_field(cls)


def _attributes(exception: BaseException) -> dict[str, Any]:
    found = {name: item for name, item in exception.__dict__.items() if name != REMOTE_TRACEBACK}
    invalid = validation.validation_error()
    if invalid is not None and isinstance(exception, invalid):
        found |= validation.attributes_of(exception)
    for base, names in _ATTRIBUTES_OF_C.items():
        if isinstance(exception, base):
            for name in names:
                item = getattr(exception, name, None)
                if item is not None:
                    found[name] = item
    return found


def _encode_or_opaque(value: object) -> str:
    try:
        return encode_any(value)
    except (EncodeError, RecursionError):
        try:
            text = repr(value)
        except Exception as error:  # noqa: BLE001 - a foreign __repr__ may raise anything
            text = f"<{class_name(type(value))}, whose repr() fails: {type(error).__name__}>"
        return encode_any(Opaque(text))


def decode_exception(encoded: Mapping[str, Any]) -> BaseException:
    """The exception of a decoded `exception` object; a RemoteError where its own class cannot be had."""
    name = encoded["type"]
    args = tuple(encoded.get("args") or ())
    attributes = cast("dict[str, Any]", encoded.get("attrs") or {})
    if validation.ERRORS in attributes:
        exception = _rebuild_invalid(attributes, encoded.get("message"))
    else:
        exception = _rebuild(name, args, attributes)
    if exception is None:
        exception = RemoteError(str(encoded.get("message", "")), name)
    if encoded.get("traceback") is not None:
        exception.__dict__[REMOTE_TRACEBACK] = encoded["traceback"]
    cause = encoded.get("cause")
    if cause is not None:
        exception.__cause__ = cause
    return exception


def _rebuild_invalid(attributes: dict[str, Any], message: object) -> BaseException | None:
    try:
        exception = validation.make(attributes)
    except Exception:  # noqa: BLE001 - what has become opaque, or pydantic is not there
        return None
    return exception if str(exception) == message else None


def _rebuild(name: str, args: tuple[Any, ...], attributes: dict[str, Any]) -> BaseException | None:
    """Without running an `__init__` written in Python, which may want other arguments or do other things than once."""
    try:
        cls = resolve(name)
    except NameNotFound:
        return None
    if not (isinstance(cls, type) and issubclass(cls, BaseException)):
        return None
    base = cast("Any", next(base for base in cls.__mro__ if base.__module__ == "builtins"))
    try:
        exception: BaseException = base.__new__(cls, *args)
        base.__init__(exception, *args)
        exception.args = args
        for key, item in attributes.items():
            if key in exception.__dict__ or not hasattr(BaseException, key):
                _set_attribute(exception, key, item)
    except Exception:  # noqa: BLE001 - a class that cannot be made from its own args; RemoteError carries the text
        return None
    return exception


def _set_attribute(exception: BaseException, name: str, value: object) -> None:
    # A slot or a descriptor of C takes the value; anything else belongs in __dict__, past a foreign __setattr__.
    if any(name in names for names in _ATTRIBUTES_OF_C.values()) and hasattr(type(exception), name):
        object.__setattr__(exception, name, value)
    else:
        exception.__dict__[name] = value
