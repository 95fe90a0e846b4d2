"""Two actions at once, and a summary of both."""

import asyncio

from pydantic import BaseModel

from waymark import Workflow, action, workflow


class Summary(BaseModel):
    number: int
    factorial: int
    fibonacci: int
    larger: str


@action
async def factorial(n: int) -> int:
    product = 1
    for factor in range(2, n + 1):
        product *= factor
    return product


@action
async def fibonacci(n: int) -> int:
    current, following = 0, 1
    for _ in range(n):
        current, following = following, current + following
    return current


@action
async def summarize(number: int, factorial: int, fibonacci: int) -> Summary:
    larger = "factorial" if factorial > fibonacci else "fibonacci"
    return Summary(number=number, factorial=factorial, fibonacci=fibonacci, larger=larger)


@workflow
class ParallelMathWorkflow(Workflow):
    async def run(self, number: int) -> Summary:
        product, total = await asyncio.gather(factorial(number), fibonacci(number))
        return await summarize(number=number, factorial=product, fibonacci=total)
