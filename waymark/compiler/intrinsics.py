"""What templates (`waymark.compiler.templates`) await beside Python's own names: each becomes a node or an operator of the IR."""

from __future__ import annotations

import enum


class Intrinsic(enum.Enum):
    """The name in a template, in lower case."""

    WAIT = enum.auto()
    """`wait(tasks, until, timeout, linked)`: the node `wait`; `until` and `linked` are literals."""
    CANCEL = enum.auto()
    """`cancel(tasks)`: the node `cancel`."""
    OPEN_SCOPE = enum.auto()
    """`open_scope(seconds)`: the node `scope`."""
    CLOSE_SCOPE = enum.auto()
    """`close_scope(scope)`: the node `unscope`; the argument is a name."""
    ACQUIRE = enum.auto()
    """`acquire(semaphore)`: the node `acquire`."""
    RELEASE = enum.auto()
    """`release(semaphore)`: the node `release`."""
    TASK_LIST = enum.auto()
    """`task_list(tasks)`: the operator `py.task_list`."""
    TASK_SETS = enum.auto()
    """`task_sets(tasks, outcomes)`: the operator `py.task_sets`."""
    TASK_SPLIT = enum.auto()
    """`task_split(tasks, outcomes)`: the operator `py.task_split`."""
    FAILURES = enum.auto()
    """`failures(outcomes)`: the operator `py.failures`."""
    OUTCOME = enum.auto()
    """`outcome(status_and_value)`: the operator `py.outcome`."""
    HAS_FIRED = enum.auto()
    """`has_fired(scope)`: the operator `py.has_fired`."""
    CLOSING_GROUP = enum.auto()
    """`closing_group(outcomes)`: the operator `py.closing_group`, which raises."""
    GROUP_ERROR = enum.auto()
    """`group_error(errors)`: the ExceptionGroup that a TaskGroup raises."""
    REUSED = enum.auto()
    """`reused()`: raises what Python raises when a call is awaited a second time."""
    NEXT_COMPLETED = enum.auto()
    """`next_completed(ready, tasks)`: the result of the next task that ends; both arguments are names."""
