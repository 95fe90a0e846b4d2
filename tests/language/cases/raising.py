"""`raise`: builtin exceptions with arguments, classes, values, and again."""

# fmt: off
from tests.language.actions import Outage, PaymentError, echo, fail, mark
from tests.language.cases import agrees
from waymark import Workflow


class Refused(ValueError):
    pass


class RefusedForGood(Refused):
    """Adds nothing but a docstring."""


class NotFound(LookupError): ...


@agrees((0,), (1,), (2,), (3,), (4,), (5,), (6,), (7,), (8,), (9,), (10,))
class Builtin(Workflow):
    async def run(self, n):
        if n == 0:
            raise ValueError("bad")
        elif n == 1:
            raise ValueError
        elif n == 2:
            raise KeyError("key")
        elif n == 3:
            raise RuntimeError("two", [2, (3,)])
        elif n == 4:
            raise TypeError(n)
        elif n == 5:
            raise Exception()
        elif n == 6:
            raise TimeoutError("late")
        elif n == 7:
            raise NotImplementedError
        elif n == 8:
            raise ConnectionError("down")
        elif n == 9:
            raise LookupError({"k": 1.0}, None)
        raise AssertionError("x" * n)


@agrees((0,), (1,), (2,), (3,))
class Derived(Workflow):
    async def run(self, n):
        if n == 0:
            raise Refused("no", n)
        if n == 1:
            raise RefusedForGood
        if n == 2:
            raise NotFound("where", {"deep": [1.0]})
        raise PaymentError(n)


@agrees()
class DerivedIsMatched(Workflow):
    async def run(self):
        seen = []
        for n in range(3):
            try:
                if n == 0:
                    raise RefusedForGood("a")
                if n == 1:
                    raise NotFound("b")
                raise Outage("c")
            except Refused as error:
                seen = seen + [("refused", error)]
            except LookupError as error:
                seen = seen + [("lookup", error)]
            except OSError as error:
                seen = seen + [("os", error)]
        return seen


@agrees()
class ArgumentsAreEvaluated(Workflow):
    async def run(self):
        try:
            raise ValueError(await mark(1, "a"), [await mark(2, "b")], await mark(3, {"c": 1}))
        except ValueError as error:
            return error.args


@agrees()
class ErrorInTheArguments(Workflow):
    async def run(self):
        try:
            raise ValueError(1 / 0)
        except (ValueError, ZeroDivisionError) as error:
            return error


@agrees()
class Again(Workflow):
    async def run(self):
        seen = []
        try:
            try:
                await fail("card", 1)
            except PaymentError as error:
                seen = seen + [error.code]
                raise
        except Exception as error:
            return seen, error, error.card


@agrees()
class AgainFromTheRun(Workflow):
    async def run(self):
        try:
            await fail("value", "x")
        except ValueError:
            await mark("cleanup")
            raise


@agrees()
class AgainAfterAnotherTry(Workflow):
    """A bare raise means the exception of its own handler."""

    async def run(self):
        try:
            try:
                await fail("key", "outer")
            except KeyError:
                try:
                    await fail("index")
                except IndexError:
                    await mark("inner handled")
                raise
        except LookupError as error:
            return error


@agrees()
class AgainInLoop(Workflow):
    async def run(self):
        attempts = 0
        while True:
            try:
                attempts += 1
                await fail("outage", attempts)
            except ConnectionError as error:
                if attempts == 3:
                    raise
                last = error.args


@agrees()
class TheCaughtOne(Workflow):
    async def run(self):
        try:
            try:
                await fail("card", 9)
            except PaymentError as error:
                kept = error
            await mark("between")
            raise kept
        except PaymentError as error:
            return error, error.code


@agrees()
class TheCaughtOneByName(Workflow):
    async def run(self):
        try:
            await fail("runtime", "x")
        except RuntimeError as error:
            raise error


@agrees((1,), ("text",), (None,), ([],), ({"a": 1},))
class WhatIsNoException(Workflow):
    async def run(self, value):
        try:
            raise value
        except TypeError as error:
            return error


@agrees()
class OneOfTheResults(Workflow):
    async def run(self):
        problem = await echo({"kind": "x", "codes": [1, 2]})
        if problem["codes"]:
            raise RuntimeError("failed: " + problem["kind"], problem["codes"][-1])


@agrees()
class InAnElse(Workflow):
    async def run(self):
        seen = []
        for n in [1, 2]:
            try:
                seen = seen + [n]
            except ValueError:
                return "never"
            else:
                if n == 2:
                    raise ValueError(seen)


@agrees()
class UnboundException(Workflow):
    async def run(self):
        try:
            raise error
        except UnboundLocalError as error:
            return error.args


@agrees()
class KeyErrorShowsItsKey(Workflow):
    async def run(self):
        caught = []
        for key in ["a", 1, None, (1, "b"), 2.5, ""]:
            try:
                raise KeyError(key)
            except KeyError as error:
                caught = caught + [error]
        return caught


@agrees((0,), (1,))
class ExceptionAsAValue(Workflow):
    """Exceptions are values like others: compared, kept, chosen."""

    async def run(self, n):
        errors = []
        for kind in ["value", "key"]:
            try:
                await fail(kind, kind)
            except Exception as error:
                errors = errors + [error]
        chosen = errors[n]
        if chosen.args:
            raise chosen


@agrees()
class HierarchyOfEngineErrors(Workflow):
    """What the operators raise is matched by base classes too."""

    async def run(self):
        seen = []
        for n in range(6):
            try:
                if n == 0:
                    1 / 0
                elif n == 1:
                    {}["x"]
                elif n == 2:
                    [][0]
                elif n == 3:
                    undefined
                elif n == 4:
                    a, b = [1]
                else:
                    2.0**5000
            except ArithmeticError as error:
                seen = seen + [("arithmetic", error)]
            except LookupError as error:
                seen = seen + [("lookup", error)]
            except NameError as error:
                seen = seen + [("name", error)]
            except ValueError as error:
                seen = seen + [("value", error)]
        undefined = None
        return seen
