"""Actions and workflows without an engine: called directly, and run inline."""

import datetime as dt
import inspect
import subprocess
import sys
from typing import Annotated, Any

import pytest

from tests.sdk import flows, values
from waymark import (
    BackoffPolicy,
    Depend,
    Depends,
    ExhaustedRetriesError,
    RetryPolicy,
    UnsupportedPatternError,
    WaymarkTimeout,
    Workflow,
    action,
    current_action,
    workflow,
)
from waymark.actions import Action, find_action
from waymark.codec.names import NameNotFound
from waymark.policies import policy_fields


def definition(function: Any) -> Action:
    return function.__waymark_action__


async def test_an_action_called_directly_just_runs() -> None:
    assert await flows.double(4) == 8
    assert await flows.shout("a") == "A"
    assert await flows.measure(1.5) == "1.5 cm"
    assert await flows.measure(1.5, unit="m") == "1.5 m"
    assert current_action() is None


def test_what_an_action_carries() -> None:
    measure = definition(flows.measure)
    assert measure.name == "tests.sdk.flows:measure"
    assert list(measure.signature.parameters) == ["length"]
    assert measure.injected == {"unit"}
    assert definition(flows.third_time).policy == {
        "attempts": 3,
        "backoff": 0.01,
        "multiplier": 2.0,
        "max_backoff": 3600.0,
        "jitter": 0.0,
    }
    assert inspect.iscoroutinefunction(flows.shout)
    assert find_action("tests.sdk.flows:double") is definition(flows.double)
    with pytest.raises(NameNotFound, match="is not an action"):
        find_action("tests.sdk.flows:unit")


def test_dependencies_by_default_value_and_in_quotes() -> None:
    @action
    async def by_default(a: int, db: str = Depends(flows.unit)) -> None: ...

    assert definition(by_default).injected == {"db"}

    @action
    async def quoted(a: int, db: "Annotated[str, Depend(flows.unit)]") -> None: ...

    assert definition(quoted).injected == {"db"}

    @action
    async def hidden(a: int, db: "Annotated[Unknown, Depend(flows.unit)]") -> None: ...  # noqa: F821

    with pytest.raises(TypeError, match="cannot be evaluated"):
        _ = definition(hidden).signature

    @action
    async def both(db: Annotated[str, Depend(flows.unit)], *rest: int) -> None: ...

    with pytest.raises(TypeError, match=r"\*args"):
        _ = definition(both).signature


def test_what_cannot_be_an_action() -> None:
    with pytest.raises(TypeError, match="generator"):

        @action  # type: ignore[arg-type]
        async def numbers() -> Any:
            yield 1

    @action(name="one.name")
    async def first() -> None: ...

    with pytest.raises(ValueError, match=r"both named 'one.name'"):

        @action(name="one.name")
        async def second() -> None: ...


@pytest.mark.parametrize(
    "make",
    [
        lambda: RetryPolicy(attempts=0),
        lambda: RetryPolicy(attempts=1.5),  # type: ignore[arg-type]
        lambda: RetryPolicy(attempts=3, backoff_seconds=-1),
        lambda: RetryPolicy(attempts=3, exception_types=["My Error"]),
        lambda: RetryPolicy(attempts=3, exception_types=["int"]),
        lambda: BackoffPolicy(base_delay=float("nan")),
        lambda: BackoffPolicy(base_delay=1, multiplier=0.5),
        lambda: BackoffPolicy(base_delay=1, jitter=2),
        lambda: policy_fields(timeout=0),
        lambda: policy_fields(queue=""),
        lambda: policy_fields(RetryPolicy(2, backoff_seconds=1), BackoffPolicy(1)),
    ],
)
def test_policies_are_checked_where_they_are_written(make: Any) -> None:
    with pytest.raises(ValueError, match=r"must|has|name|two"):
        make()


def test_exceptions_of_a_policy_are_exceptions() -> None:
    with pytest.raises(TypeError, match="not an exception"):
        RetryPolicy(attempts=2, exception_types=[int])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="list of exceptions"):
        RetryPolicy(attempts=2, exception_types="ValueError")
    policy = RetryPolicy(2, [values.OutOfStock, "TimeoutError", "OutOfStock", WaymarkTimeout])
    assert policy_fields(policy, timeout=dt.timedelta(minutes=2)) == {
        "attempts": 2,
        "retry_on": ["tests.sdk.values:OutOfStock", "TimeoutError", "OutOfStock", "waymark.errors:WaymarkTimeout"],
        "backoff": 0.0,
        "timeout": 120.0,
    }
    assert issubclass(ExhaustedRetriesError, WaymarkTimeout)
    assert issubclass(WaymarkTimeout, TimeoutError)


# --- Workflows ------------------------------------------------------------------------------------------------------


async def test_run_inline_is_the_body_under_cpython() -> None:
    assert await flows.Doubling().run_inline(1, times=3) == 8
    with pytest.raises(values.OutOfStock):
        await flows.Selling().run_inline("tea")


async def test_a_workflow_within_an_inline_one_is_inline_too() -> None:
    class Outer(Workflow):
        async def run(self) -> int:
            return await flows.Doubling().run(4)

    assert await Outer().run_inline() == 8


def test_a_workflow_knows_its_name_and_program() -> None:
    class Named(Workflow):
        name = "in-the-class"

        async def run(self) -> None: ...

    assert flows.Doubling.name == "Doubling"
    assert workflow(Named).name == "in-the-class"
    assert workflow(name="in-the-call")(Named).program.workflow == "in-the-call"
    assert flows.Options.name == "takes-options"
    assert flows.Options.program.workflow == "takes-options"
    assert flows.Doubling.visualize().startswith("flowchart")
    assert inspect.iscoroutinefunction(flows.Doubling.run)


def test_an_unsupported_body_is_refused_at_import() -> None:
    with pytest.raises(UnsupportedPatternError) as caught:
        __import__("tests.sdk.unsupported")
    assert len(caught.value.diagnostics) == 2
    assert "unsupported.py" in str(caught.value)


def test_what_cannot_be_a_workflow() -> None:
    with pytest.raises(TypeError, match="subclasses"):
        workflow(int)  # type: ignore[type-var]
    with pytest.raises(TypeError, match="'start' is an attribute of Workflow"):

        @workflow
        class Starts(Workflow):
            async def run(self) -> None: ...
            async def start(self) -> None: ...  # type: ignore[override]


def test_options_leave_the_workflow_as_it_was() -> None:
    plain = flows.Doubling()
    urgent = plain.options(priority=-10)
    assert type(urgent) is flows.Doubling
    assert (plain._start_options.priority, urgent._start_options.priority) == (None, -10)
    assert urgent.run.__self__ is urgent  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        flows.Doubling(1)  # type: ignore[call-arg]


def test_importing_waymark_loads_no_driver() -> None:
    """Import time is what every worker and every command pays."""
    script = "import sys, waymark; print(sorted({'psycopg', 'sqlalchemy', 'alembic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
