"""The table of functions and methods that an expression may call."""

import datetime as dt
import math
import random

from waymark.ir.library import FUNCTIONS, METHOD_NAMES, METHODS, function_name, methods_of


def test_every_function_is_found_by_what_a_module_calls_it() -> None:
    for name, function in FUNCTIONS.items():
        found = function_name(function)
        assert found is not None, name
        assert FUNCTIONS[found] == function


def test_names() -> None:
    assert function_name(dt.datetime.now) == "datetime.datetime.now"
    assert function_name(dt.date.today) == "datetime.date.today"
    assert function_name(math.sqrt) == "math.sqrt"
    assert function_name(str) == "str"
    assert function_name(random.shuffle) is None
    assert function_name(test_names) is None
    assert function_name([]) is None


def test_methods_exist() -> None:
    missing = [(cls.__name__, name) for cls, names in METHODS.items() for name in names if not hasattr(cls, name)]
    assert set(missing) <= {("int", "is_integer"), ("PurePath", "with_segments")}, "3.12 has these"
    assert methods_of(bool) == METHODS[int]
    assert "upper" in METHOD_NAMES
    assert "append" not in METHOD_NAMES
