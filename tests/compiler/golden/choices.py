from waymark import Workflow, action


@action
async def price(item: str) -> int: ...


class Choices(Workflow):
    """`and`, `or`, chains and conditionals evaluate each operand at most once, and none that Python does not."""

    async def run(self, a, b, c):
        pure = a.size or b.size or "none"
        both = a < b and not c
        chain = a < b.size < c
        once = a < b + 1 < c
        late = a < b < await price(c)
        value = a or await price(b) or c
        chosen = await price(a) if b and (c or await price(c)) else 0
        order = [a.x, await price(b), {"k": c.y, a: await price(c)}]
        while a and await price(b) != 0:
            a -= 1
        return pure, both, chain, once, late, value, chosen, order
