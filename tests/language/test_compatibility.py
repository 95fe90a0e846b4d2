"""Programs written for earlier versions of Waymark run unchanged: the names, and what they mean."""

# ruff: noqa: F821 - ActionTimeout is known in a body without an import
import dataclasses

import pydantic
import pytest

import waymark
from tests.language.actions import echo, flaky, hanging
from tests.language.harness import Engine, form_of
from waymark import RetryPolicy, Workflow

NAMES = """Workflow workflow action RetryPolicy BackoffPolicy Depend Depends UnsupportedPatternError ExhaustedRetries
    ExhaustedRetriesError WorkflowFailedError ActionTimeout"""


class Order(pydantic.BaseModel):
    number: int
    notes: list[str] = []


@dataclasses.dataclass
class Customer:
    name: str
    vip: bool = False


class WithModels(Workflow):
    name = "orders.with-models"

    async def run(self, order: Order, customer: Customer):
        return await echo(order.number), order.notes, customer, (await echo(customer)).name


class Late(Workflow):
    async def run(self):
        try:
            await self.run_action(hanging("x"), timeout=0.05, retry=RetryPolicy(attempts=1))
        except ActionTimeout:  # pyright: ignore[reportUndefinedVariable]
            return "late"


class LateByBuiltin(Workflow):
    async def run(self):
        try:
            await self.run_action(hanging("x"), timeout=0.05, retry=RetryPolicy(attempts=1))
        except TimeoutError:
            return "late"


class Retried(Workflow):
    async def run(self):
        return await self.run_action(
            flaky("done"), retry=RetryPolicy(attempts=3, exception_types=["Outage"], backoff_seconds=0.5)
        )


@pytest.mark.parametrize("name", NAMES.split())
def test_the_names_are_there(name: str) -> None:
    assert name in waymark.__all__
    assert getattr(waymark, name)


async def test_models_are_arguments_and_the_name_stands_in_the_class(engine: Engine) -> None:
    args = Order(number=7, notes=["a"]), Customer("Ann", vip=True)
    assert form_of(await engine.run(WithModels, *args)) == form_of((7, ["a"], args[1], "Ann"))


@pytest.mark.parametrize("cls", [Late, LateByBuiltin])
async def test_a_timeout_is_caught_by_each_of_its_names(engine: Engine, cls: type[Workflow]) -> None:
    assert await engine.run(cls) == "late"


async def test_exceptions_to_retry_are_named_by_class(engine: Engine) -> None:
    assert await engine.run(Retried) == "done"
