"""A workflow with the name of another."""

from waymark import Workflow, workflow


@workflow
class Doubling(Workflow):
    async def run(self) -> None:
        return None
