"""`raise … from`, `__cause__`, and exceptions as values."""

# fmt: off
import asyncio

from tests.language.actions import PaymentError, echo, fail, mark
from tests.language.cases import agrees
from waymark import Workflow


class Wrapped(RuntimeError):
    pass



@agrees((0,), (1,), (2,), (3,), (4,), (5,))
class From(Workflow):
    async def run(self, n):
        try:
            await self.pay(n)
        except Exception as error:
            cause = error.__cause__
            return error, cause, cause.args if cause is not None else "none"

    async def pay(self, n):
        try:
            await fail("card", n)
        except PaymentError as error:
            if n == 0:
                raise Wrapped("card", n) from error
            if n == 1:
                raise Wrapped from KeyError("other")
            if n == 2:
                raise Wrapped(await mark("raising")) from LookupError
            if n == 3:
                raise Wrapped("alone") from None
            if n == 4:
                raise ValueError from error.__cause__
            raise


@agrees((0,), (1,), (2,), (3,))
class FromOfWhatIsNoException(Workflow):
    async def run(self, n):
        value = await echo(n)
        try:
            if n == 0:
                raise ValueError(1) from value
            if n == 1:
                raise ValueError("x") from "text"
            if n == 2:
                raise ValueError(1 / 0) from KeyError(2)
            raise ValueError(1) from {}["k"]
        except Exception as error:
            return error, error.__cause__ is None


@agrees()
class CaughtIsRaisedFrom(Workflow):
    async def run(self):
        try:
            try:
                1 / 0
            except ZeroDivisionError as found:
                raise found from ValueError("why")
        except ArithmeticError as error:
            return error, error.__cause__.args, error.args


@agrees()
class ChainOfCauses(Workflow):
    async def run(self):
        try:
            self.level(3)
        except ValueError as error:
            seen = []
            while error is not None:
                seen = seen + [error.args]
                cause = error.__cause__
                error = cause
            return seen

    def level(self, n):
        if n == 0:
            raise ValueError("bottom")
        try:
            self.level(n - 1)
        except ValueError as error:
            raise ValueError("level", n) from error


@agrees()
class LeavesWithCause(Workflow):
    async def run(self):
        try:
            return {}["missing"]
        except KeyError as error:
            raise Wrapped("no", "data") from error


@agrees((0,), (1,))
class AsValues(Workflow):
    async def run(self, n):
        errors = [ValueError("a", n), Wrapped(), KeyError({"k": [n]})]
        first = errors[0]
        try:
            if n:
                raise first
            raise errors[2]
        except (KeyError, ValueError) as error:
            return errors, error.args, first, await echo(error)


@agrees()
class MadeByHelper(Workflow):
    async def run(self):
        error = self.problem("x")
        results = await asyncio.gather(echo(error), fail("card", 1), return_exceptions=True)
        raise self.problem(results)

    def problem(self, detail):
        return Wrapped("problem", detail)


@agrees((0,), (1,), (2,))
class BaseExceptions(Workflow):
    async def run(self, n):
        try:
            if n == 0:
                raise asyncio.CancelledError
            if n == 1:
                raise KeyboardInterrupt("stop")
            raise BaseException(n)
        except Exception:
            return "never"
        except (asyncio.CancelledError, KeyboardInterrupt) as error:
            return error
        except BaseException as error:
            return "base", error
