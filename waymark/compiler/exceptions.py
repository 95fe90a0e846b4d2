"""Exceptions that the engine builds: those that are nothing but their arguments."""

from __future__ import annotations

from collections.abc import Sequence

from waymark.codec import class_name
from waymark.ir.expressions import Const, Expression, ListDisplay, Operator

_PLAIN = [
    "BaseException",
    "KeyboardInterrupt",
    "GeneratorExit",
    "Exception",
    "ArithmeticError",
    "AssertionError",
    "BufferError",
    "EOFError",
    "FloatingPointError",
    "IndexError",
    "KeyError",
    "LookupError",
    "MemoryError",
    "NotImplementedError",
    "OverflowError",
    "RecursionError",
    "ReferenceError",
    "RuntimeError",
    "TypeError",
    "UnicodeError",
    "ValueError",
    "ZeroDivisionError",
    "Warning",
    "BytesWarning",
    "DeprecationWarning",
    "FutureWarning",
    "ImportWarning",
    "PendingDeprecationWarning",
    "ResourceWarning",
    "RuntimeWarning",
    "SyntaxWarning",
    "UnicodeWarning",
    "UserWarning",
]
_ENVIRONMENT = [
    "OSError",
    "BlockingIOError",
    "BrokenPipeError",
    "ChildProcessError",
    "ConnectionAbortedError",
    "ConnectionError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "FileExistsError",
    "FileNotFoundError",
    "InterruptedError",
    "IsADirectoryError",
    "NotADirectoryError",
    "PermissionError",
    "ProcessLookupError",
    "TimeoutError",
]
"""These read a second argument as the text of an error number."""
_INERT = {"__module__", "__doc__", "__qualname__", "__weakref__", "__dict__", "__annotations__", "__firstlineno__"} | {
    "__static_attributes__",
    "__annotate_func__",
    "__annotations_cache__",
}


def is_plain(cls: type, arguments: int) -> bool:
    """Whether an instance is nothing but its arguments: a plain builtin exception or one derived that adds nothing."""
    for base in cls.__mro__:
        if base.__module__ == "builtins":
            return base.__name__ in _PLAIN or (base.__name__ in _ENVIRONMENT and arguments <= 1)
        if not vars(base).keys() <= _INERT:
            return False
    return False


def exception(cls: type, arguments: Sequence[Expression]) -> Operator:
    """`cls(*arguments)`, for a class of which `is_plain` is true."""
    mro = [class_name(base) for base in cls.__mro__]
    return Operator("py.exception", (Const(mro[0]), Const(mro), ListDisplay(tuple(arguments))))
