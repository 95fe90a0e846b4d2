"""How a class or function is named (`module:qualname`, a builtin by its bare name) and found again by that name."""

import builtins
import importlib
import sys
from functools import cache
from pathlib import Path

_UNNAMED = {cls.__name__: cls for cls in (type(None), type(...))}
"""Builtin classes that are no attributes of `builtins`."""


class NameNotFound(LookupError):
    """A name that does not lead to an object here; the message says which part of it is missing."""


def object_name(obj: object) -> str:
    """The name of a class or function: `module:qualname`, and for one of `builtins` its bare name."""
    module = str(getattr(obj, "__module__", None))
    qualname = str(getattr(obj, "__qualname__", None))
    if module == "builtins":
        return qualname
    return f"{_main_module() if module == '__main__' else module}:{qualname}"


@cache
def class_name(cls: type) -> str:
    """`object_name` of a class, cached: the codec asks for it with every value."""
    return object_name(cls)


def resolve(name: str) -> object:
    """The object that `object_name` gave this name; its module is imported where need be.

    Raises:
        NameNotFound: its module cannot be imported (the `__cause__` says why) or has no such attribute.
    """
    if name in _UNNAMED:
        return _UNNAMED[name]
    module_name, colon, qualname = name.partition(":")
    if not colon:
        module_name, qualname = "builtins", name
    module = builtins if module_name == "builtins" else _import(module_name)
    # A parametrised generic model is an attribute whose name holds dots and brackets.
    whole = getattr(module, qualname, None)
    if whole is not None:
        return whole
    found: object = module
    for attribute in qualname.split("."):
        try:
            found = getattr(found, attribute)
        except AttributeError:
            raise NameNotFound(f"module {module_name!r} has no {qualname!r}") from None
    return found


def _import(module_name: str) -> object:
    if module_name == _main_module():
        return sys.modules["__main__"]
    try:
        return importlib.import_module(module_name)
    except Exception as error:
        raise NameNotFound(f"module {module_name!r} cannot be imported: {type(error).__name__}: {error}") from error


@cache
def _main_module() -> str:
    """The name under which another process can import what is `__main__` in this one."""
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    if spec is not None:
        return str(spec.name)
    file = getattr(main, "__file__", None)
    return Path(file).stem if file else "__main__"
