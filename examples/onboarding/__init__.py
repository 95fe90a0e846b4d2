"""A durable pause, and an action that is tried again when it fails."""

import asyncio

from pydantic import BaseModel

from waymark import BackoffPolicy, RetryPolicy, Workflow, action, workflow


class Account(BaseModel):
    id: int
    email: str


UNREACHABLE_ONCE: set[int] = set()


@action
async def create_account(email: str) -> Account:
    return Account(id=sum(email.encode()), email=email)


@action
async def provision(account: Account) -> str:
    """Fails the first time that a worker sees an account, as a service under load might."""
    if account.id not in UNREACHABLE_ONCE:
        UNREACHABLE_ONCE.add(account.id)
        raise ConnectionError("the provisioning service is busy")
    return f"space-{account.id}"


@action
async def send_greeting(account: Account, space: str) -> str:
    return f"{account.email} works in {space}"


@workflow
class OnboardingWorkflow(Workflow):
    async def run(self, email: str) -> str:
        account = await create_account(email)
        space = await self.run_action(
            provision(account),
            retry=RetryPolicy(attempts=5, exception_types=[ConnectionError]),
            backoff=BackoffPolicy(base_delay=0.1, multiplier=2),
            timeout=30,
        )
        await asyncio.sleep(1)
        return await send_greeting(account, space)
