# ruff: noqa: ANN401 - objects may be of any type
"""Objects of the heap in an expression that CPython evaluates: the same ones go in and come out.

The engine sends the contents of the objects that an expression may reach. They are made one object each, with all that refers
to them, so that the expression sees who is who. In its value, these are references again, and new objects are new ones.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from waymark.codec.decode import Reference
from waymark.codec.encode import encode, encode_any, is_model, parse, type_encoders
from waymark.worker.operations import refuse

Change = Callable[[Any], Any]


@dataclasses.dataclass(eq=False, slots=True)
class _Fresh:
    """What stands for a new object of the heap."""

    number: int
    content: Any = None


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class _Text:
    """What stands for a value whose encoding is known."""

    text: str


type_encoders[_Fresh] = lambda fresh: f'{{"$":"new","id":"{fresh.number}","v":{encode_any(fresh.content)}}}'
type_encoders[_Text] = lambda value: value.text


class Objects:
    """The objects that an expression may reach, by their numbers. `roots` are decoded locals: references in them are followed."""

    def __init__(self, cells: Mapping[str, Any], roots: dict[str, Any]) -> None:
        self._objects = {int(number): content for number, content in cells.items()}
        self._numbers = {id(content): number for number, content in self._objects.items()}
        self._roots = roots
        self._parts: dict[int, Any] = {}
        self._fresh: dict[int, tuple[Any, _Fresh]] = {}
        self._sets: list[set[Any]] = []
        for content in self._objects.values():
            self._linked_inside(content)
        for name, value in roots.items():
            roots[name] = self._linked(value)
        for items in self._sets:
            linked = [_rebuilt(item, self._linked) for item in items]
            items.clear()
            items.update(linked)

    # --- In -------------------------------------------------------------------------------------------------------------

    def _linked(self, value: Any) -> Any:
        """A value with objects in the place of references; containers keep their identity."""
        if type(value) is Reference:
            return self._objects[value.number]
        if type(value) in (tuple, frozenset):
            return _rebuilt(value, self._linked)
        if _is_mutable(value):
            self._parts[id(value)] = value
        self._linked_inside(value)
        return value

    def _linked_inside(self, value: Any) -> None:
        if isinstance(value, list):
            items = cast("list[Any]", value)
            items[:] = map(self._linked, items)
        elif isinstance(value, dict):
            pairs = cast("dict[Any, Any]", value)
            for key in pairs:
                pairs[key] = self._linked(pairs[key])
        elif isinstance(value, set):
            self._sets.append(cast("set[Any]", value))
        elif isinstance(value, BaseException):
            value.args = tuple(map(self._linked, value.args))
            self._linked_inside(value.__dict__)
            self._linked_inside(value.__cause__)
        else:
            for name, item in _fields(value).items():
                object.__setattr__(value, name, self._linked(item))

    # --- Out ------------------------------------------------------------------------------------------------------------

    def check_keys(self, value: Any) -> None:
        """Refuses a value where objects of the heap are keys or elements of sets: it would hold copies of them."""
        cls = _class_of(value)
        if issubclass(cls, set | frozenset | dict) and any(map(self._is_object, value)):
            refuse("an object that changes as a key or as an element of a set")
        if issubclass(cls, list | tuple):
            for item in value:
                self.check_keys(item)
        else:
            for item in (value if issubclass(cls, dict) else _fields(value)).values():
                self.check_keys(item)

    def _is_object(self, value: Any) -> bool:
        if type(value) in (tuple, frozenset):
            return any(map(self._is_object, cast("collections.abc.Iterable[Any]", value)))
        return id(value) in self._numbers or any(map(self._is_object, _fields(value).values()))

    def snapshot(self) -> str:
        """The encoding of the objects and locals as they are now."""

        def named(value: Any) -> Any:
            number = self._numbers.get(id(value))
            return _rebuilt(value, named) if number is None else Reference(number)

        return encode([*(_rebuilt(content, named) for content in self._objects.values()), *map(named, self._roots.values())])

    def unlinked(self, value: Any, levels: Sequence[bool], depth: int = 0) -> Any:
        """A value as it is encoded: references to the objects, and new objects where the levels say that they are boxed.

        Raises:
            UnsupportedOperation: the value does not hold objects where the levels have them.
        """
        is_boxed = levels[min(depth, len(levels) - 1)]
        number = self._numbers.get(id(value))

        def inner(item: Any) -> Any:
            return self.unlinked(item, levels, depth + 1)

        if number is not None:
            if not is_boxed:
                refuse("an object that changes, at a place where the body has other objects")
            return Reference(number)
        if not is_boxed or not _is_mutable(value):
            return _rebuilt(value, inner)
        if id(value) in self._parts:
            refuse("a part of an object, which would become two objects")
        if id(value) not in self._fresh:
            fresh = _Fresh(len(self._fresh) + 1)
            self._fresh[id(value)] = value, fresh
            fresh.content = _rebuilt(value, inner)
        return self._fresh[id(value)][1]


def _is_mutable(value: Any) -> bool:
    cls = _class_of(value)
    if issubclass(cls, enum.Enum | BaseException):
        return False
    return cls in (list, dict, set) or is_model(cls) or dataclasses.is_dataclass(cls)


def _class_of(value: object) -> type[Any]:
    return type(value)


def _fields(value: Any) -> dict[str, Any]:
    """The fields of a model or dataclass."""
    cls = _class_of(value)
    if issubclass(cls, enum.Enum):
        return {}
    if is_model(cls):
        return {**value.__dict__, **(value.__pydantic_extra__ or {})}
    if dataclasses.is_dataclass(cls):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(cls)}
    return {}


def _rebuilt(value: Any, change: Change) -> Any:
    """The value itself, or a copy of it where what it holds changes."""
    cls = _class_of(value)
    if cls in (list, tuple, set, frozenset):
        before = list(cast("collections.abc.Iterable[Any]", value))
        after = [change(item) for item in before]
        return value if _same(before, after) else cast("Any", cls)(after)
    if cls is dict:
        after = {key: change(item) for key, item in value.items()}
        return value if _same(value.values(), after.values()) else after
    if isinstance(value, BaseException):
        return _rebuilt_exception(value, change)
    before = _fields(value)
    after = {name: change(item) for name, item in before.items()}
    if _same(before.values(), after.values()):
        return value
    copy: Any = object.__new__(cls)
    for name in ("__pydantic_fields_set__", "__pydantic_private__") if is_model(cls) else ():
        object.__setattr__(copy, name, getattr(value, name))
    if is_model(cls):
        state = {name: after[name] for name in value.__dict__}
        object.__setattr__(copy, "__dict__", state)
        extra = value.__pydantic_extra__
        object.__setattr__(copy, "__pydantic_extra__", None if extra is None else {name: after[name] for name in extra})
    else:
        for name, item in after.items():
            object.__setattr__(copy, name, item)
    return copy


def _rebuilt_exception(value: BaseException, change: Change) -> Any:
    """An exception keeps its message; only its encoding has other arguments and attributes."""
    args, cause = list(map(change, value.args)), _rebuilt(value.__cause__, change)
    attributes = {name: change(item) for name, item in value.__dict__.items()}
    if _same([*value.args, *value.__dict__.values(), value.__cause__], [*args, *attributes.values(), cause]):
        return value
    try:
        parsed = parse(encode(value))
        parsed["args"] = [parse(encode(item)) for item in args]
        parsed["attrs"] = parsed.get("attrs", {}) | {name: parse(encode(item)) for name, item in attributes.items()}
        parsed["cause"] = parse(encode(cause))
        return _Text(json.dumps(parsed, ensure_ascii=False))
    except ValueError:
        return refuse("an exception that holds objects which change, and a huge int")


def _same(left: collections.abc.Iterable[Any], right: collections.abc.Iterable[Any]) -> bool:
    return all(one is other for one, other in zip(left, right, strict=True))
