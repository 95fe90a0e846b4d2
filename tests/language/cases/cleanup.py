"""`finally`: after every way that leaves a block."""

# fmt: off
from tests.language.actions import echo, fail, mark
from tests.language.cases import agrees
from waymark import Workflow


@agrees(("value",), ("key",), ("none",))
class Finally(Workflow):
    async def run(self, kind):
        seen = []
        try:
            try:
                if kind != "none":
                    await fail(kind)
                seen = seen + ["body"]
            except ValueError:
                seen = seen + ["handler"]
            else:
                seen = seen + ["else"]
            finally:
                seen = seen + [await mark("finally", "finally")]
            seen = seen + ["after"]
        except KeyError:
            seen = seen + ["outer"]
        return seen


@agrees((1,), (2,), (3,), (4,))
class FinallyAndReturn(Workflow):
    async def run(self, n):
        x = "start"
        try:
            if n == 1:
                return x
            if n == 2:
                return await mark("value", x + "ed")
            if n == 3:
                raise KeyError(x)
        except KeyError as error:
            return "caught", error.args, x
        finally:
            x = "finally"
            await mark("cleanup", x)
        return x


@agrees()
class FinallyOverridesReturn(Workflow):
    async def run(self):
        try:
            return "body"
        finally:
            return "finally"


@agrees()
class FinallySwallowsByReturning(Workflow):
    async def run(self):
        for n in range(2):
            try:
                await fail("value", n)
            finally:
                if n == 0:
                    continue
                return "swallowed", n


@agrees()
class FinallyRaises(Workflow):
    async def run(self):
        try:
            try:
                await fail("value")
            finally:
                await fail("key", "from finally")
        except KeyError as error:
            return error


@agrees()
class FinallyInLoops(Workflow):
    async def run(self):
        seen = []
        for n in range(6):
            try:
                if n == 1:
                    continue
                if n == 2:
                    raise IndexError(n)
                if n == 4:
                    break
                seen = seen + [n]
            except IndexError:
                seen = seen + ["index"]
            finally:
                seen = seen + [("finally", n)]
        else:
            seen = seen + ["never"]
        return seen


@agrees()
class FinallyNested(Workflow):
    async def run(self):
        seen = []
        try:
            try:
                try:
                    1 / 0
                finally:
                    seen = seen + [1]
            finally:
                seen = seen + [2]
                try:
                    [][0]
                except IndexError:
                    seen = seen + ["inner"]
                finally:
                    seen = seen + [3]
        except ZeroDivisionError as error:
            seen = seen + [error]
        return seen


@agrees()
class ReturnThroughSeveralFinallys(Workflow):
    async def run(self):
        for a in range(2):
            try:
                while True:
                    try:
                        return await mark("value", a)
                    finally:
                        await mark("inner")
            finally:
                await mark("outer")
