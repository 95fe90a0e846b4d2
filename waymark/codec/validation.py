"""What pydantic says of data that it does not accept: its exception has no arguments, and is made again from its errors."""

import sys
from collections.abc import Mapping
from typing import Any, cast

ERRORS = "$errors"
"""The attribute, in the encoding, that holds the errors."""

_FIELDS = ("type", "loc", "input", "ctx")


def validation_error() -> type[Any] | None:
    """The class of these exceptions; None where nothing has imported pydantic."""
    core = sys.modules.get("pydantic_core")
    return None if core is None else core.ValidationError


def attributes_of(exception: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic need not be there
    """What such an exception is made of."""
    errors: list[dict[str, Any]] = exception.errors(include_url=False)
    return {"title": exception.title, ERRORS: errors}


def make(attributes: Mapping[str, Any]) -> BaseException:
    """The exception that is made of these."""
    cls = cast("Any", validation_error())
    errors = [_line(cls, error) for error in attributes[ERRORS]]
    return cls.from_exception_data(attributes["title"], errors)


def _line(cls: Any, error: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - as above
    """One error: of a type that pydantic knows, or of the user's own."""
    line = {name: error[name] for name in _FIELDS if name in error}
    try:
        cls.from_exception_data("", [line])
    except KeyError:
        own = sys.modules["pydantic_core"].PydanticCustomError
        line["type"] = own(line["type"], error["msg"], line.pop("ctx", None))
    return line
