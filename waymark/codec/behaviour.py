"""What the instances of a class do in another way than its kind does.

The engine computes truth, equality and attributes of models, dataclasses, Enum members and exceptions from their fields. A class
may define them itself: then the encoding says so (`"$own"`), and the engine refuses instead of guessing.
"""

import dataclasses
import enum
import json
import sys
from types import FunctionType
from typing import Any

_GENERATED = "<string>"
"""The file name of the methods that `dataclasses` writes."""


def own_field(cls: type) -> str:
    """The JSON text of the field `"$own"` with the comma before it; empty when the class does what its kind does."""
    own = [
        name
        for name, is_own in (("attr", _attributes), ("eq", _equality), ("set", _assignment), ("truth", _truth))
        if is_own(cls)
    ]
    return f',"$own":{json.dumps(own)}' if own else ""


def _attributes(cls: type) -> bool:
    return _is_written(cls, "__getattribute__")


def _truth(cls: type) -> bool:
    return _is_written(cls, "__bool__") or (_is_written(cls, "__len__") and getattr(cls, "__bool__", None) is None)


def _assignment(cls: Any) -> bool:  # noqa: ANN401
    """Whether setting a field may do more, or less, than that."""
    if issubclass(cls, enum.Enum | BaseException):
        return False
    config = getattr(cls, "model_config", {})
    fields = getattr(cls, "model_fields", {}).values()
    checked = config.get("frozen") or config.get("validate_assignment") or any(field.frozen for field in fields)
    frozen = getattr(getattr(cls, "__dataclass_params__", None), "frozen", False)
    return bool(checked or frozen) or _is_written(cls, "__setattr__")


def _equality(cls: Any) -> bool:  # noqa: ANN401
    owner: Any = next(base for base in cls.__mro__ if "__eq__" in vars(base))
    if issubclass(cls, enum.Enum | BaseException):
        return _is_written(cls, "__eq__")
    if owner.__module__.partition(".")[0] == "pydantic":
        return bool(cls.__private_attributes__)
    if owner is object or getattr(owner.__eq__, "__code__", None) is None or owner.__eq__.__code__.co_filename != _GENERATED:
        return True
    compared = {field.name for field in dataclasses.fields(owner) if field.compare}
    return compared != {field.name for field in dataclasses.fields(cls)}


def _is_written(cls: type, name: str) -> bool:
    """Whether a class or a base of it, other than those of Python and pydantic, defines a method in Python."""
    owner = next((base for base in cls.__mro__ if name in vars(base)), object)
    known = owner.__module__.partition(".")[0] in {*sys.stdlib_module_names, "pydantic"}
    return not known and isinstance(vars(owner)[name], FunctionType)
