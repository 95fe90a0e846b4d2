"""Exception groups: as values, raised, nested, and taken apart by `except*`."""

# fmt: off
from tests.language.actions import Outage, PaymentError, double, echo, fail, mark
from tests.language.cases import agrees
from waymark import Workflow


class Refused(ValueError):
    pass


def group_of(n):
    match n:
        case 0:
            return ExceptionGroup("all values", [ValueError(1), Refused("no", 2)])
        case 1:
            return ExceptionGroup("mixed", [ValueError(1), KeyError("k"), Outage("x")])
        case 2:
            return ExceptionGroup("deep", [ValueError(1), ExceptionGroup("inner", [KeyError("k"), ValueError(2), PaymentError(3)]), OSError("o")])
        case 3:
            return ValueError("naked")
        case 4:
            return PaymentError("naked")
        case 5:
            return BaseExceptionGroup("base", [ValueError(1), KeyboardInterrupt("stop")])
        case _:
            return ExceptionGroup("others", [RuntimeError(n)])


EVERY = [(n,) for n in range(7)]


@agrees(*EVERY)
class Values(Workflow):
    async def run(self, n):
        error = group_of(n)
        if isinstance(error, BaseExceptionGroup):
            return error, error.message, error.exceptions, error.exceptions[0], len(error.exceptions), str(error), await echo(error)
        return error


@agrees((0,), (2,), (3,))
class Raised(Workflow):
    async def run(self, n):
        raise group_of(n)


@agrees(*EVERY)
class Caught(Workflow):
    async def run(self, n):
        try:
            raise group_of(n)
        except ExceptionGroup as group:
            return "group", [type(error).__name__ for error in group.exceptions], group
        except Exception as error:
            return "other", error
        except BaseException as error:
            return "base", error


@agrees(*EVERY)
class Star(Workflow):
    async def run(self, n):
        seen = []
        try:
            try:
                raise group_of(n)
            except* ValueError as group:
                seen = seen + ["values", group, group.exceptions]
            except* (KeyError, PaymentError) as group:
                seen = seen + ["keys", await echo(group)]
            else:
                seen = ["never"]
            finally:
                await mark("finally")
        except BaseException as rest:
            return seen, rest
        return seen


@agrees(*EVERY)
class StarRaises(Workflow):
    async def run(self, n):
        try:
            try:
                raise group_of(n)
            except* ValueError:
                raise RuntimeError("instead")
            except* LookupError as error:
                raise Refused("of keys") from error
            except* Outage:
                1 / 0
        except BaseException as error:
            return error


@agrees(*EVERY)
class StarRaisesAgain(Workflow):
    async def run(self, n):
        try:
            try:
                raise group_of(n)
            except* ValueError as group:
                if len(group.exceptions) < 9:
                    raise
            except* LookupError:
                await mark("keys")
                raise
            except* OSError:
                raise TypeError("new")
            except* PaymentError:
                pass
        except BaseException as error:
            return error


@agrees((0,), (1,), (2,), (3,), (6,))
class StarLeaves(Workflow):
    async def run(self, n):
        try:
            raise group_of(n)
        except* KeyError:
            await mark("key")


@agrees((0,), (1,))
class NothingRaised(Workflow):
    async def run(self, n):
        try:
            value = await double(n)
        except* ValueError:
            value = "never"
        except* Exception as group:
            value = group
        else:
            value += 1
        return value


@agrees()
class InLoops(Workflow):
    async def run(self):
        total = []
        for n in range(4):
            try:
                try:
                    await fail("card", n) if n == 3 else self.check(n)
                except* PaymentError as group:
                    for error in group.exceptions:
                        if error.args[1] == 3:
                            raise
                except* KeyError as group:
                    total = total + [n, group.exceptions[0].args]
            except ExceptionGroup as group:
                total = total + [group.message, group.exceptions]
        return total

    def check(self, n):
        raise group_of(n)
