"""Policies that attributes and locals hold, and timeouts that are computed."""

# fmt: off
import asyncio
import datetime as dt

from tests.language.actions import CardDeclined, double, echo, flaky
from tests.language.cases import agrees
from waymark import BackoffPolicy, RetryPolicy, Workflow

THREE = RetryPolicy(attempts=3)
OF_CARDS = RetryPolicy(3, [CardDeclined, ConnectionError])


@agrees((3,), (4,))
class OfTheInstance(Workflow):
    quick = BackoffPolicy(base_delay=0)
    limit = dt.timedelta(seconds=20)

    def __init__(self):
        self.retry = RetryPolicy(attempts=3, backoff_seconds=0.001)
        self.timeout = 5

    async def run(self, n):
        first = await self.run_action(flaky(1), retry=self.retry, backoff=self.quick, timeout=self.limit)
        second = await self.run_action(flaky(2), retry=self.retry, timeout=self.timeout * n)
        return first, second, await self.helper(n)

    async def helper(self, n):
        return await asyncio.gather(*[self.run_action(flaky(x), retry=self.retry, timeout=dt.timedelta(seconds=n)) for x in range(2)])


@agrees((1,), (2,))
class OfLocals(Workflow):
    async def run(self, n):
        mine, found = RetryPolicy(attempts=n + 2, exception_types=[Exception], backoff_seconds=0.001), []
        for policy in (mine, THREE):
            found.append(await self.run_action(flaky(n), retry=policy))
        options = {"retry": mine, "timeout": await double(3)}
        found.append(await self.run_action(flaky("o"), retry=options["retry"], timeout=options["timeout"]))
        found.append(await self.run_action(echo("none"), retry=None if n else mine, timeout=None if n > 1 else n))
        found.append(await self.run_action(flaky("c"), retry=THREE if n > 1 else mine))
        return found, mine


@agrees(("card",), ("other",))
class OfOtherExceptions(Workflow):
    async def run(self, kind):
        policy = OF_CARDS if kind == "card" else RetryPolicy(attempts=3)
        return await self.run_action(flaky(kind), retry=policy if kind != "card" else THREE)
