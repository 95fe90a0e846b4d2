"""Workflows for the tests of the worker."""

from tests.worker.actions import double
from waymark import Workflow, workflow


@workflow
class Doubling(Workflow):
    async def run(self, n: int) -> int:
        return await double(n)


@workflow(name="renamed")
class Other(Workflow):
    async def run(self) -> None:
        return None
