"""Workflows for the tests of `waymark.testing`."""

import asyncio
import datetime as dt
import time
from typing import Annotated

import psycopg

import waymark
from waymark import BackoffPolicy, Depends, RetryPolicy, Workflow, action, current_action, heartbeat, workflow


@action
async def send_mail(to: str, subject: str) -> str:
    return f"{subject} to {to}"


@action(retry=RetryPolicy(attempts=3), backoff=BackoffPolicy(base_delay=60, multiplier=2), timeout=30)
async def charge(amount: int) -> str:
    return f"charged {amount}"


def get_rate() -> int:
    return 7


@action
def convert(amount: int, rate: Annotated[int, Depends(get_rate)]) -> int:
    return amount * rate


@action
async def book(amount: int, db: Annotated[psycopg.AsyncConnection, Depends(waymark.transaction)]) -> str:
    await db.execute("insert into public.bookings values (%s)", [amount])
    return f"booked {amount}"


@action(queue="gpu")
async def render(scene: str) -> str:
    return f"{scene} rendered"


@action(queue="slow", deadline=600)
async def tune() -> None: ...


@action(timeout=0.05, retry=RetryPolicy(attempts=2))
async def count_rows() -> int:
    current = current_action()
    assert current is not None
    if current.attempt == 1:
        heartbeat(17)
        await asyncio.sleep(60)
    return current.heartbeat_details


@action
async def hang() -> None:
    await asyncio.sleep(3600)


@action
async def ask_other(days: float) -> list[dt.datetime]:
    return await Napping().run(days)


@workflow
class Reminder(Workflow):
    async def run(self, to: str) -> str:
        try:
            await self.wait_for_signal("answered", timeout=30 * 86400)
        except TimeoutError:
            await send_mail(to, "reminder")
        else:
            return "answered"
        try:
            await self.wait_for_signal("answered", timeout=30 * 86400)
        except TimeoutError:
            return await send_mail("boss", "escalation")
        return "answered late"


@workflow
class Approval(Workflow):
    async def run(self) -> str:
        return await self.wait_for_signal("approved")


@workflow
class Napping(Workflow):
    async def run(self, days: float) -> list[dt.datetime]:
        began = dt.datetime.now(dt.UTC)
        await asyncio.sleep(days * 86400)
        return [began, dt.datetime.now(dt.UTC)]


@workflow
class Parents(Workflow):
    async def run(self, days: list[float]) -> list[list[dt.datetime]]:
        return await asyncio.gather(*[Napping().run(n) for n in days])


@workflow
class Waiting(Workflow):
    async def run(self) -> str:
        return await Approval().run()


@workflow
class Paying(Workflow):
    async def run(self, amount: int) -> str:
        return await charge(amount)


@workflow
class Converting(Workflow):
    async def run(self, amount: int) -> int:
        return await convert(amount)


@workflow
class Booking(Workflow):
    async def run(self, amount: int) -> str:
        return await book(amount)


@workflow
class Rendering(Workflow):
    async def run(self, scenes: list[str]) -> list[str]:
        return await asyncio.gather(*[render(scene) for scene in scenes])


@workflow
class Counting(Workflow):
    async def run(self) -> int:
        return await count_rows()


@workflow
class Hanging(Workflow):
    async def run(self) -> str:
        await hang()
        return "done"


@workflow
class Asking(Workflow):
    async def run(self, days: float) -> list[dt.datetime]:
        return await ask_other(days)


@workflow
class Computing(Workflow):
    async def run(self, n: int) -> int:
        total = 0
        for i in range(n):
            total += i
        await asyncio.sleep(86400)
        return total


@workflow
class Polling(Workflow):
    async def run(self, times: int) -> int:
        for _ in range(times):
            await asyncio.sleep(60)
        return times


@workflow
class Reading(Workflow):
    async def run(self, zone: dt.timezone) -> dict[str, object]:
        return {
            "zone": dt.datetime.now(zone),
            "naive": dt.datetime.now(),  # noqa: DTZ005 - the local time
            "today": dt.date.today(),  # noqa: DTZ011 - the local one
            "utc": dt.datetime.utcnow(),  # noqa: DTZ003 - bodies may say so
            "ns": time.time_ns(),
            "year": time.strftime("%Y"),
            "text": [time.ctime(), time.asctime()],
            "given": time.strftime("%Y", time.gmtime(0)),
        }


@workflow
class Tuning(Workflow):
    async def run(self) -> None:
        await tune()
