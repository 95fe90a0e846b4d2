import asyncio

from waymark import Workflow, action


@action
async def fetch_users(user_ids: list[str]) -> list[dict]: ...


@action
async def send_email(to: str, subject: str) -> bool: ...


class Welcome(Workflow):
    """A pure comprehension is one expression, and a spread gather one fork."""

    async def run(self, user_ids: list[str]) -> list[bool]:
        users = await fetch_users(user_ids)
        active = [user for user in users if user.active]
        return await asyncio.gather(
            *[send_email(to=user.email, subject="Welcome") for user in active],
            return_exceptions=True,
        )
