from datetime import timedelta

from waymark import Workflow, action
from waymark.policies import BackoffPolicy, RetryPolicy

PATIENT = RetryPolicy(attempts=5, exception_types=[ConnectionError])


@action(retry=RetryPolicy(attempts=2, backoff_seconds=1), timeout=30)
async def fetch(page: int) -> list[int]: ...


class Helpers(Workflow):
    """Helper methods are functions of the program; a policy at the call replaces the one of the action."""

    async def run(self, pages: int):
        found = await self.walk(pages, fast=True)
        return self.half(found)

    async def walk(self, pages, *, fast=False, first=(1, 2)):
        if pages == 0:
            return []
        if fast:
            return await fetch(pages)
        mine = await self.run_action(
            fetch(pages),
            retry=PATIENT,
            backoff=BackoffPolicy(base_delay=pages * 2, multiplier=3),
            timeout=timedelta(minutes=1),
        )
        return mine + await self.walk(pages - 1)

    @staticmethod
    def half(items):
        return [item // 2 for item in items]
