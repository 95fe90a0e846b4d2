"""Fetch users, write to the active ones at once, and keep going when a single mail fails."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from pydantic import BaseModel

from waymark import Depend, Workflow, action, workflow


class User(BaseModel):
    id: str
    email: str
    active: bool


class EmailResult(BaseModel):
    to: str
    subject: str
    accepted: bool


class Database:
    """Stands in for a real one: a table of users in memory."""

    def __init__(self) -> None:
        self.users = {
            "u1": User(id="u1", email="ann@example.com", active=True),
            "u2": User(id="u2", email="bob@example.com", active=False),
            "u3": User(id="u3", email="eve@example.com", active=True),
            "u4": User(id="u4", email="nobody@invalid", active=True),
        }

    async def fetch(self, user_ids: list[str]) -> list[User]:
        return [self.users[user_id] for user_id in user_ids]

    async def close(self) -> None:
        self.users.clear()


async def get_db() -> AsyncIterator[Database]:
    db = Database()
    try:
        yield db
    finally:
        await db.close()


@action
async def fetch_users(user_ids: list[str], db: Annotated[Database, Depend(get_db)]) -> list[User]:
    return await db.fetch(user_ids)


@action
async def send_email(to: str, subject: str) -> EmailResult:
    if to.endswith("@invalid"):
        raise ValueError(f"no such mailbox: {to}")
    return EmailResult(to=to, subject=subject, accepted=True)


@workflow
class WelcomeEmailWorkflow(Workflow):
    async def run(self, user_ids: list[str]) -> list[EmailResult]:
        users = await fetch_users(user_ids)
        active_users = [user for user in users if user.active]
        results = await asyncio.gather(
            *[send_email(to=user.email, subject="Welcome") for user in active_users],
            return_exceptions=True,
        )
        return results
