"""What the benchmarks run: the engine's work, not the actions'."""

import asyncio

from waymark import RetryPolicy, Workflow, action, current_action, workflow


@action
async def echo(value: int) -> int:
    return value


@action
async def measure(text: str) -> str:
    """Takes and gives a text."""
    return text


@action(retry=RetryPolicy(attempts=2))
async def flaky(value: int) -> int:
    """Fails at its first attempt."""
    current = current_action()
    if current is not None and current.attempt == 1:
        raise ConnectionError("once")
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


@workflow
class FiveChain(Workflow):
    """Five actions, each with the result of the one before."""

    async def run(self, value: int) -> int:
        a = await echo(value=value)
        b = await echo(value=a)
        c = await echo(value=b)
        d = await echo(value=c)
        return await echo(value=d)


@workflow
class FanOut(Workflow):
    """Branches that join."""

    async def run(self, width: int) -> int:
        results = await asyncio.gather(*[echo(value=i) for i in range(width)])
        return len(results)


@workflow
class Payload(Workflow):
    """A large argument and a large result."""

    async def run(self, text: str) -> int:
        return len(await measure(text=text))


@workflow
class Retried(Workflow):
    """An action that succeeds at its second attempt."""

    async def run(self, value: int) -> int:
        return await flaky(value=value)


@workflow
class Sleeper(Workflow):
    """Waits, then does one action."""

    async def run(self, seconds: int) -> int:
        await asyncio.sleep(seconds)
        return await echo(value=1)
