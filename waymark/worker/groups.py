# ruff: noqa: ANN401 - operands may be of any type
"""What `except*` does with an exception, in CPython's own operations on groups.

Handlers see parts of the exception. A part is the value itself and the positions of its leaves in the whole, because decoded
values have no identity: `left` are the positions that no handler has taken, None when none was asked yet.
"""

from collections.abc import Callable, Sequence
from typing import Any, cast

from waymark.codec.names import class_name

Group = BaseExceptionGroup[BaseException]


def _leaves(exception: BaseException) -> list[BaseException]:
    if isinstance(exception, BaseExceptionGroup):
        return [leaf for part in cast("Group", exception).exceptions for leaf in _leaves(part)]
    return [exception]


def _part(whole: Group, places: Sequence[int]) -> Group | None:
    """The group with the leaves at these places only, nested as they are."""
    kept = {id(leaf) for place, leaf in enumerate(_leaves(whole)) if place in places}
    return whole.split(lambda each: not isinstance(each, BaseExceptionGroup) and id(each) in kept)[0]


def _split(exception: BaseException, left: Sequence[int] | None, names: Sequence[str]) -> list[Any]:
    """What a handler of these classes takes: the group (or None), the places of its leaves, and the places that are left."""

    def matches(each: BaseException) -> bool:
        return any(class_name(base) in names for base in type(each).__mro__)

    places = {id(leaf): place for place, leaf in enumerate(_leaves(exception))}
    if not isinstance(exception, BaseExceptionGroup):
        if left == [] or not matches(exception):
            return [None, [], [0] if left is None else left]
        return [BaseExceptionGroup("", (exception,)), [0], []]
    whole = cast("Group", exception)
    current = whole if left is None else _part(whole, left)
    if current is None:
        return [None, [], []]
    match, rest = current.split(matches)
    return [match, *([] if part is None else [places[id(leaf)] for leaf in _leaves(part)] for part in (match, rest))]


def _rest(exception: BaseException, left: Sequence[int] | None, again: Sequence[int], raised: list[Any]) -> Any:
    """What leaves the statement: what handlers raised, together with what none took or what was raised again; or None."""
    unhandled = [*(left or ()), *again]
    if not isinstance(exception, BaseExceptionGroup):
        again_group = [BaseExceptionGroup("", (exception,))] if again else []
        return next(iter([*raised, *again_group, *([exception] if left else [])]), None)
    back = _part(cast("Group", exception), unhandled)
    if not raised:
        return back
    found = [*raised, *([] if back is None else [back])]
    return found[0] if len(found) == 1 else BaseExceptionGroup("", found)


def _with_cause(exception: Any, cause: Any) -> Any:
    if not isinstance(exception, BaseException):
        raise TypeError("exceptions must derive from BaseException")
    if cause is not None and not isinstance(cause, BaseException):
        raise TypeError("exception causes must derive from BaseException")
    exception.__cause__ = cause
    return exception


GROUPS: dict[str, Callable[..., Any]] = {"py.with_cause": _with_cause, "py.group_split": _split, "py.group_rest": _rest}
"""The operators of `except*`."""
