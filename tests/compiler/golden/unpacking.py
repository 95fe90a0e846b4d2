# ruff: noqa: B007, C416 - what users write
from waymark import Workflow, action


@action
async def read(key: str) -> tuple: ...


class Unpacking(Workflow):
    """Targets are bound from left to right, after the whole value is evaluated."""

    async def run(self, a, b=2):
        a, b = b, a
        first, (second, third) = await read("x")
        x = y = a + b
        total: int = 0
        for index, (key, value) in first:
            total += value
        pairs = [(key, value + index) for index, (key, value) in second if key]
        shadowed = [a for a in [b for b in pairs] if a]
        return x, y, total, third, key, shadowed
