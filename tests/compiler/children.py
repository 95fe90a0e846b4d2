"""Workflows that snippets run as children."""

from waymark import Workflow, workflow


class Bare(Workflow):
    async def run(self, n: int) -> int:
        return n


@workflow
class Child(Workflow):
    async def run(self, n: int) -> int:
        return n
