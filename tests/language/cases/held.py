"""Calls that are held in variables, with arguments that CPython computes."""

import asyncio
from decimal import Decimal

from tests.language.actions import add, double, echo, in_thread
from tests.language.cases import agrees
from waymark import Workflow


@agrees((Decimal("1.5"),), (7,))
class HeldCalls(Workflow):
    async def run(self, n):
        x = await echo(n)
        one = double(f"{x:5.1f}")
        many = [add(f"{x + i:>8}", str(i)) for i in range(2)]
        return await one, await asyncio.gather(*many), await asyncio.gather(self.half(f"{x:e}"), in_thread(x))

    async def half(self, text):
        return await echo(text)
