# ruff: noqa: ANN401 - operands may be of any type
"""The operators of the IR as CPython has them (`waymark.ir.operators`), on decoded values.

A whitelist: functions and methods are those of `waymark.ir.library`, and those of the user's own models. Where decoded values
do not tell what Python would do with the objects of the body, an operator raises UnsupportedOperation.
"""

import collections.abc
import dataclasses
import decimal
import enum
import inspect
import math
import numbers
import operator
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn, cast

from waymark.codec.annotations import conform
from waymark.codec.encode import Opaque, is_model
from waymark.codec.names import NameNotFound, class_name, resolve
from waymark.codec.validation import validation_error
from waymark.errors import RemoteError, UnsupportedOperation
from waymark.ir.library import FUNCTIONS, MODEL_METHODS, VALIDATION_METHODS, methods_of
from waymark.worker.binding import BINDING
from waymark.worker.groups import GROUPS

_CONSTRUCTORS = frozenset(["model_construct", "model_validate", "model_validate_json", "parse_obj", "parse_raw"])
_SPECIAL = frozenset(["__cause__", "__class__", "__context__", "__doc__", "__members__", "__name__", "__notes__", "__qualname__"])
_READ_BY_NAME = frozenset(["getattr", "hasattr", "operator.attrgetter"])
_CALLS = frozenset(["py.call", "py.method"])
_COMPARING = frozenset(["py.eq", "py.ne", "py.lt", "py.le", "py.gt", "py.ge", "py.in", "py.not_in", "py.getitem"])
_COMPARING_FUNCTIONS = frozenset(
    ["Counter", "contains", "count", "countOf", "dict", "difference", "eq", "fromkeys", "frozenset", "ge", "get", "gt", "index"]
    + ["indexOf", "intersection", "isdisjoint", "issubset", "issuperset", "le", "lt", "max", "min", "mode", "multimode", "ne"]
    + ["set", "sorted", "symmetric_difference", "union"]
)
_OF_CLASSES = {collections.abc.__name__, numbers.__name__, enum.__name__, re.__name__}
"""Modules whose classes an expression may name, beside those that construct values."""


def refuse(what: str) -> NoReturn:
    """Refuses an operation, which ends the run."""
    raise UnsupportedOperation(f"cannot compute exactly: {what}")


# --- Names --------------------------------------------------------------------------------------------------------------


def named_callable(name: str) -> Any:
    """A listed function, or a class: of the user's, of exceptions, or an abstract one."""
    known = FUNCTIONS.get(name)
    if known is not None:
        return known
    found = _resolve(name)
    if isinstance(found, type):
        cls: type[Any] = found
        module = cls.__module__
        is_users = module.partition(".")[0] not in sys.stdlib_module_names
        if is_users or cls is object or issubclass(cls, BaseException) or module in _OF_CLASSES:
            return cls
    return refuse(f"{name} is no function or class that an expression may name")


def _resolve(name: str) -> object:
    try:
        return resolve(name)
    except NameNotFound as error:
        return refuse(f"{name} cannot be found on the worker: {error}")


def _check_attribute(name: object) -> None:
    parts = name.split(".") if isinstance(name, str) else ()
    if any(part.startswith("_") and part not in _SPECIAL for part in parts):
        refuse(f"the attribute {name}, which is private")


def _check_state(value: Any, name: str) -> None:
    """Refuses what may read the private attributes of a model, which come back with their defaults."""
    cls = _class_of(value)
    if is_model(cls) and cls.__private_attributes__ and name not in cls.model_fields:
        refuse(f"{name} of {class_name(cls)}, whose private attributes are not stored")


def _class_of(value: object) -> type[Any]:
    return type(value)


def _is_own(cls: type) -> bool:
    """Whether instances of a class are values that the user defines."""
    return is_model(cls) or dataclasses.is_dataclass(cls) or issubclass(cls, enum.Enum | BaseException)


# --- Calls --------------------------------------------------------------------------------------------------------------


def _call(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    function = FUNCTIONS.get(name)
    if function is None:
        return refuse(f"the function {name}, which this worker's Python does not have")
    if name == "type" and len(args) > 1:
        return refuse("type() with more than one argument")
    if name in _READ_BY_NAME:
        for arg in args:
            _check_attribute(arg)
    return function(*args, **kwargs)


def _method(receiver: Any, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    cls = _class_of(receiver)
    _check_state(receiver, name)
    if name not in methods_of(cls) and hasattr(receiver, name):
        _check_attribute(name)
        is_constructor = isinstance(receiver, type) and is_model(receiver) and name in _CONSTRUCTORS
        is_invalid = cls is validation_error() and name in VALIDATION_METHODS
        if not is_constructor and not is_invalid and not (is_model(cls) and name in MODEL_METHODS):
            return refuse(f"the method {name} of {class_name(cls)}, which is not known to change nothing")
    return getattr(receiver, name)(*args, **kwargs)


def _construct(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    module, _, qualname = name.partition(":")
    owner, _, constructor = qualname.rpartition(".")
    if constructor in _CONSTRUCTORS:
        cls = _resolve(f"{module}:{owner}")
    else:
        cls, constructor = _resolve(name), ""
    if not isinstance(cls, type) or not _is_own(cls) or (constructor and not is_model(cls)):
        return refuse(f"the construction of {name}, which is no model, dataclass, Enum or exception")
    return (getattr(cls, constructor) if constructor else cast("Callable[..., Any]", cls))(*args, **kwargs)


# --- Access and iteration -----------------------------------------------------------------------------------------------


def _getattr(value: Any, name: str) -> Any:
    _check_attribute(name)
    _check_state(value, name)
    found = getattr(value, name)
    if (inspect.isroutine(found) or inspect.ismethodwrapper(found)) and name not in methods_of(_class_of(value)):
        return refuse(f"the method {name} of {class_name(_class_of(value))} as a value")
    return found


def _iterated(value: Any) -> list[Any]:
    """What a `for` walks, all of it. It runs while nothing else does, so a failure in the middle would come too early."""
    found: list[Any] = []
    iterator = iter(value)
    try:
        found.extend(iterator)
    except Exception:
        if found:
            return refuse("an iterator that fails in the middle of a loop; make a list of it before")
        raise
    return found


def _unpack(value: Any, count: int) -> list[Any]:
    try:
        iterator = iter(value)
    except TypeError:
        if hasattr(_class_of(value), "__iter__") or hasattr(_class_of(value), "__getitem__"):
            raise
        raise TypeError(f"cannot unpack non-iterable {type(value).__name__} object") from None
    found: list[Any] = []
    for item in iterator:
        found.append(item)
        if len(found) > count:
            raise ValueError(f"too many values to unpack (expected {count})")
    if len(found) < count:
        raise ValueError(f"not enough values to unpack (expected {count}, got {len(found)})")
    return found


def _unpack_star(value: Any, before: int, after: int) -> list[Any]:
    try:
        found = list(value)
    except TypeError:
        _unpack(value, 0)
        raise
    if len(found) < before + after:
        raise ValueError(f"not enough values to unpack (expected at least {before + after}, got {len(found)})")
    end = len(found) - after
    return [*found[:before], found[before:end], *found[end:]]


def _spread(value: Any, callee: str | None) -> list[Any]:
    try:
        iterator = iter(value)
    except TypeError:
        if hasattr(_class_of(value), "__iter__"):
            raise
        what = "Value" if callee is None else f"{callee}() argument"
        raise TypeError(f"{what} after * must be an iterable, not {_class_of(value).__name__}") from None
    return list(iterator)


def _merge(left: dict[Any, Any], right: Any, callee: str | None) -> dict[Any, Any]:
    if not hasattr(right, "keys"):
        name = _class_of(right).__name__
        raise TypeError(
            f"'{name}' object is not a mapping"
            if callee is None
            else f"{callee}() argument after ** must be a mapping, not {name}"
        )
    for key in right if callee is not None else ():
        if key in left:
            raise TypeError(f"{callee}() got multiple values for keyword argument '{key}'")
        if not isinstance(key, str):
            raise TypeError("keywords must be strings")
    return {**left, **right}


# --- Patterns -----------------------------------------------------------------------------------------------------------


def _match_keys(value: Any, keys: Sequence[Any]) -> list[Any] | None:
    if not isinstance(value, collections.abc.Mapping) or len(cast("Mapping[Any, Any]", value)) < len(keys):
        return None
    mapping = cast("Mapping[Any, Any]", value)
    seen: set[Any] = set()
    found: list[Any] = []
    for key in keys:
        if key in seen:
            raise ValueError(f"mapping pattern checks duplicate key ({key!r})")
        seen.add(key)
        item = mapping.get(key, seen)
        if item is seen:
            return None
        found.append(item)
    return found


def _match_rest(value: Mapping[Any, Any], keys: Sequence[Any]) -> dict[Any, Any]:
    rest = dict(value)
    for key in keys:
        del rest[key]
    return rest


def _match_sequence(value: Any, count: int, is_open: bool) -> bool:
    if not isinstance(value, collections.abc.Sequence) or isinstance(value, str | bytes | bytearray):
        return False
    length = len(cast("Sequence[Any]", value))
    return length >= count if is_open else length == count


# --- The rest -----------------------------------------------------------------------------------------------------------

_NAMES = {"bitand": "and_", "bitor": "or_", "bitxor": "xor"}
_BINARY = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "bitand", "bitor", "bitxor"]
_OF_OPERATOR = [*_BINARY, "neg", "pos", "invert", "eq", "ne", "lt", "le", "gt", "ge", "getitem"]


def _in(item: Any, container: Any) -> bool:
    return item in container


def _not_in(item: Any, container: Any) -> bool:
    return item not in container


def _getslice(value: Any, start: Any, stop: Any, step: Any) -> Any:
    return value[start:stop:step]


def _is_none(value: Any) -> bool:
    return value is None


def _is(left: Any, right: Any) -> bool:
    if not any(side is None or side is ... or isinstance(side, bool | type | enum.Enum) for side in (left, right)):
        return refuse("the identity of two objects")
    return left is right


def _concat(left: Iterable[Any], right: Iterable[Any]) -> list[Any]:
    return [*left, *right]


def _list_append(items: list[Any], item: Any) -> list[Any]:
    return [*items, item]


def _inplace(name: str, left: Any, right: Any) -> Any:
    cls = _class_of(left)
    if cls in _MUTABLE and type(right) in {int, float, bool} and name != "mul":
        return getattr(operator, f"i{_NAMES.get(name, name).rstrip('_')}")(left, right)  # which is a TypeError
    if issubclass(cls, _MUTABLE) or is_model(cls) or dataclasses.is_dataclass(cls):
        return refuse(f"an augmented assignment that changes a {cls.__name__} under all its names")
    return OPERATIONS[f"py.{name}"](left, right)


def _exception(name: str, mro: Sequence[str], args: Iterable[Any]) -> Any:
    cls = _resolve(name)
    if not isinstance(cls, type) or class_name(cls) != mro[0] or not issubclass(cls, BaseException):
        return refuse(f"the construction of {name}, which is no exception")
    return cls(*args)


def _self_attribute(attributes: Mapping[str, Any], name: str, cls: str) -> Any:
    if name not in attributes:
        raise AttributeError(f"'{cls}' object has no attribute '{name}'")
    return attributes[name]


def _type_name(value: object) -> str:
    return type(value).__name__


def _exception_matches(exception: object, names: Sequence[str]) -> bool:
    return any(class_name(base) in names for base in type(exception).__mro__)


_MUTABLE = (list, dict, set, bytearray)
OPERATIONS: dict[str, Callable[..., Any]] = {
    **{f"py.{name}": getattr(operator, _NAMES.get(name, name)) for name in _OF_OPERATOR},
    "py.truth": bool,
    "py.in": _in,
    "py.not_in": _not_in,
    "py.is": _is,
    "py.is_none": _is_none,
    "py.getattr": _getattr,
    "py.iter": _iterated,
    "py.list": list,
    "py.generator": iter,
    "py.getslice": _getslice,
    "py.spread": _spread,
    "py.merge": _merge,
    "py.match_keys": _match_keys,
    "py.match_rest": _match_rest,
    "py.match_sequence": _match_sequence,
    "py.unpack": _unpack,
    "py.unpack_star": _unpack_star,
    "py.range": range,
    "py.concat": _concat,
    "py.list_append": _list_append,
    "py.inplace": _inplace,
    "py.exception": _exception,
    "py.type_name": _type_name,
    "py.conform": conform,
    "py.self_attribute": _self_attribute,
    "py.exception_matches": _exception_matches,
    "py.call": _call,
    "py.method": _method,
    "py.construct": _construct,
    **GROUPS,
    **BINDING,
}
"""Each operator of the dialect as a function."""


# --- Identity -----------------------------------------------------------------------------------------------------------


def guarded(name: str, args: Sequence[Any]) -> None:
    """Refuses an operator in which the identity of operands, which decoding does not keep, may decide, or what was not stored."""
    operands = [*args, *args[-2]] if name in _CALLS else args
    if any(isinstance(operand, Opaque | RemoteError) for operand in operands) and not (name == "py.call" and args[0] == "str"):
        refuse("an exception, or an argument of one, that the worker cannot make again from its stored form")
    if name in _COMPARING and not (name == "py.getitem" and isinstance(args[0], list | tuple)):
        if not all(isinstance(arg, float) for arg in args) and sum(map(_identities, args)) > 1:
            refuse("a comparison that Python decides by identity")
    elif name in _CALLS:
        function = str(args[-3]).rpartition(".")[2]
        if function in _COMPARING_FUNCTIONS and _identities(args) > 1:
            refuse(f"{function}(), which Python decides by identity here")


def _identities(value: Any) -> int:
    """How many objects that are compared by identity a value holds."""
    cls = _class_of(value)
    if issubclass(cls, list | tuple | set | frozenset):
        return sum(map(_identities, value))
    if issubclass(cls, dict):
        return sum(_identities(item) for pair in value.items() for item in pair)
    if issubclass(cls, float | decimal.Decimal):
        return math.isnan(value)
    if issubclass(cls, BaseException | Opaque):
        return 1
    if is_model(cls) or dataclasses.is_dataclass(cls):
        # Private attributes are compared, but come back with their defaults: as bad as identity, on one side already.
        own = 2 * bool(getattr(cls, "__private_attributes__", None)) or cls.__eq__ is object.__eq__
        return own + sum(map(_identities, getattr(value, "__dict__", {}).values()))
    return 0
