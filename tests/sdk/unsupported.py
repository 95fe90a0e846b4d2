"""A workflow that cannot be compiled, for two reasons."""

from waymark import Workflow, workflow


@workflow
class Unsupported(Workflow):
    async def run(self, n: int) -> None:
        with open("x"):  # noqa: ASYNC230, PTH123
            pass

        class Inner: ...
