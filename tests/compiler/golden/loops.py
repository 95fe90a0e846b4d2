# ruff: noqa: RUF005 - what users write
import asyncio

from waymark import Workflow, action


@action
async def poll(job: int) -> str: ...


class Loops(Workflow):
    """Loops with `else`, `break` and `continue` are nothing but edges."""

    async def run(self, jobs: list[int], limit: int = 10):
        done = []
        for index in range(limit):
            for job in jobs:
                if job in done:
                    continue
                state = await poll(job)
                if state == "failed":
                    break
                if state == "done":
                    done = done + [job]
            else:
                await asyncio.sleep(index * 0.5)
                continue
            return None
        return done
