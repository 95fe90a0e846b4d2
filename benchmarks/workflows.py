"""What the benchmarks run: the engine's work, not the actions'."""

from waymark import Workflow, action, workflow


@action
async def echo(value: int) -> int:
    return value


@workflow
class TenIterations(Workflow):
    """A ten-iteration loop with one action each and a branch."""

    async def run(self, iterations: int) -> int:
        total = 0
        for i in range(iterations):
            result = await echo(value=i)
            if result % 2 == 0:
                total += result
        return total


@workflow
class OneAction(Workflow):
    """A single action."""

    async def run(self, value: int) -> int:
        return await echo(value=value)
