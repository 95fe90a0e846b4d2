"""`self.run_action` with retry, backoff and timeout, and the policies of `@action`.

Inline an action is called once. The actions here fail or hang on a worker only, until the attempt at which they succeed; so
both sides agree when the policies do what they say.
"""

# fmt: off
import asyncio
import datetime as dt

from tests.language.actions import CardDeclined, Outage, PaymentError, double, echo, fail, flaky, hanging, mark, patient
from tests.language.cases import agrees
from waymark import BackoffPolicy, RetryPolicy, Workflow

THREE = RetryPolicy(attempts=3)
SLOWLY = BackoffPolicy(base_delay=60, multiplier=3, max_delay=600)
ATTEMPTS = 4
MINUTE = dt.timedelta(minutes=1)


@agrees()
class Retried(Workflow):
    async def run(self):
        return [
            await self.run_action(flaky(1), retry=RetryPolicy(attempts=3)),
            await self.run_action(flaky(2), retry=THREE),
            await self.run_action(flaky(3), retry=RetryPolicy(ATTEMPTS)),
            await self.run_action(flaky(4, attempts=1)),
            await self.run_action(echo(5)),
        ]


@agrees()
class RetriedByException(Workflow):
    async def run(self):
        return [
            await self.run_action(flaky(1), retry=RetryPolicy(attempts=3, exception_types=[Outage])),
            await self.run_action(flaky(2), retry=RetryPolicy(attempts=3, exception_types=(KeyError, ConnectionError))),
            await self.run_action(flaky(3), retry=RetryPolicy(3, ["OSError"])),
            await self.run_action(flaky(4), retry=RetryPolicy(3, ["Outage"])),
        ]


@agrees()
class RetriedWithPauses(Workflow):
    async def run(self):
        return [
            await self.run_action(flaky(1), retry=RetryPolicy(attempts=3, backoff_seconds=30)),
            await self.run_action(flaky(2), retry=THREE, backoff=SLOWLY),
            await self.run_action(flaky(3), retry=THREE, backoff=BackoffPolicy(base_delay=5, jitter=0.5)),
            await self.run_action(flaky(4), retry=THREE, backoff=BackoffPolicy(0.001)),
        ]


@agrees()
class RetriedByDefault(Workflow):
    async def run(self):
        return await patient(1), await self.run_action(patient(2)), await self.run_action(patient(3, attempts=6), retry=RetryPolicy(attempts=6))


@agrees()
class PoliciesFromLocals(Workflow):
    async def run(self):
        attempts = await echo(3)
        pause = 0.5
        results = []
        for n in range(2):
            results = results + [
                await self.run_action(flaky(n), retry=RetryPolicy(attempts=attempts + n, backoff_seconds=pause * n), timeout=10 + n)
            ]
        return results, await self.run_action(flaky("x"), retry=RetryPolicy(attempts), backoff=BackoffPolicy(base_delay=pause, multiplier=1 + pause))


@agrees()
class TimedOutAndRetried(Workflow):
    async def run(self):
        return await self.run_action(hanging(1), timeout=0.05), await self.run_action(hanging(2), timeout=dt.timedelta(milliseconds=50))


@agrees((3, dt.timedelta(seconds=9)))
class PoliciesOfTheClass(Workflow):
    PATIENCE = RetryPolicy(attempts=5, max_elapsed=3600, non_retryable_types=[KeyError])
    PAUSES = BackoffPolicy(base_delay=1, max_delay=30)
    LIMIT = 20

    async def run(self, n, limit):
        self.attempts = n
        first = await self.run_action(flaky(1), retry=self.PATIENCE, backoff=self.PAUSES, timeout=self.LIMIT, deadline=MINUTE)
        second = await self.run_action(flaky(2), retry=RetryPolicy(self.attempts, max_elapsed=self.LIMIT * n), timeout=limit, deadline=limit * n)
        return first, second, await self.run_action(flaky(3), retry=RetryPolicy(attempts=self.attempts, max_elapsed=None), timeout=None)


@agrees()
class Timeouts(Workflow):
    async def run(self):
        return await self.run_action(echo(1), timeout=5), await self.run_action(echo(2), timeout=MINUTE), await self.run_action(echo(3), timeout=0.5)


@agrees(("value",), ("card",), ("outage",), ("timeout",))
class NotRetried(Workflow):
    """One attempt, as an exception that no policy names gets."""

    async def run(self, kind):
        try:
            return await self.run_action(fail(kind, "x"), retry=RetryPolicy(attempts=5, exception_types=[KeyError]), timeout=60)
        except Exception as error:
            return error, error.args


@agrees()
class UsedUp(Workflow):
    """When the last attempt fails, its exception is raised."""

    async def run(self):
        try:
            return await self.run_action(fail_always("x"), retry=RetryPolicy(attempts=3, exception_types=[PaymentError], backoff_seconds=1))
        except CardDeclined as error:
            return error.code, error.args


@agrees()
class UsedUpUncaught(Workflow):
    async def run(self):
        return await self.run_action(fail_always("y"), retry=THREE)


@agrees()
class InsideEverything(Workflow):
    async def run(self):
        values = [await self.run_action(flaky(n), retry=THREE) for n in range(2)]
        total = await self.run_action(flaky(1), retry=THREE) + await self.run_action(double(2), timeout=9)
        if await self.run_action(flaky(True), retry=THREE) and values:
            values = values + await asyncio.gather(self.run_action(flaky("g"), retry=THREE), echo("h"))
        return values, total, await self.helper(3)

    async def helper(self, n):
        try:
            return await self.run_action(flaky([n]), retry=RetryPolicy(attempts=n))
        finally:
            await self.run_action(mark("finally"), retry=THREE)


@agrees()
class OrderOfArgumentsAndPolicies(Workflow):
    async def run(self):
        return await self.run_action(
            echo(await mark(1, "value")), retry=RetryPolicy(attempts=await mark(2, 2), backoff_seconds=await mark(3, 0)), timeout=await mark(4, 20)
        )


@agrees((0,), (1,))
class NeverReached(Workflow):
    async def run(self, n):
        try:
            return await self.run_action(echo(1 // n), retry=RetryPolicy(attempts=n))
        except ZeroDivisionError as error:
            return error


from waymark import action


@action
async def fail_always(detail):
    raise CardDeclined(7, card=detail)


@agrees(("a", 1), ("b", None))
class ConcurrencyKeys(Workflow):
    async def run(self, name, n):
        first = await self.run_action(echo(name), concurrency_key=f"key {name}")
        branches = [self.run_action(double(k), concurrency_key="one", retry=THREE) for k in range(3)]
        return first, await asyncio.gather(*branches), await self.run_action(echo(n), concurrency_key=None)
