"""What is measured."""

from waymark import Workflow, action, workflow


@action
async def increment(value: int) -> int:
    return value + 1


@workflow
class TenSteps(Workflow):
    async def run(self, value: int) -> int:
        for _ in range(10):
            value = await increment(value)
        return value


@workflow
class OneStep(Workflow):
    async def run(self, value: int) -> int:
        return await increment(value)
