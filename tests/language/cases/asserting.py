"""`assert`, with and without a message, which is evaluated only on failure."""

# fmt: off
from tests.language.actions import double, echo, mark
from tests.language.cases import agrees
from waymark import Workflow


@agrees((0,), (1,), ([],), ("x",), (None,))
class Plain(Workflow):
    async def run(self, value):
        assert value
        return value


@agrees((0,), (3,))
class Message(Workflow):
    async def run(self, n):
        assert n > 1, ("too small", n)
        assert n > 2, n
        return n


@agrees((0,), (5,))
class MessageIsEvaluatedOnFailure(Workflow):
    async def run(self, n):
        assert await echo(n) > 1, await mark("message", "small")
        assert n, 1 / 0
        return n


@agrees((0,))
class MessageFails(Workflow):
    async def run(self, n):
        assert n, 1 / n


@agrees((0,), (1,), (2,))
class Caught(Workflow):
    async def run(self, n):
        seen = []
        for x in range(3):
            try:
                assert x == n and not self.odd(x), x
            except AssertionError as error:
                seen = seen + [error.args]
            else:
                seen = seen + [await double(x)]
        return seen

    def odd(self, n):
        assert n < 2
        return n % 2
