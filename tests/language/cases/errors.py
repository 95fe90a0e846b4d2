"""`try`: matching by class hierarchy, names of handlers, nesting, `else`, `finally`, leaving early."""

# fmt: off
import asyncio

from tests.language import actions
from tests.language.actions import CardDeclined, Outage, Outer, PaymentError, check, echo, fail, fail_in_thread, mark, numbers
from tests.language.cases import agrees
from waymark import Workflow

LOOKUPS = (KeyError, IndexError)
_KINDS = ["value", "key", "index", "type", "zero", "os", "runtime", "payment", "card", "outage", "nested", "timeout", "empty"]


@agrees(*[(kind,) for kind in _KINDS])
class ByHierarchy(Workflow):
    async def run(self, kind):
        seen = []
        try:
            await fail(kind)
        except ArithmeticError:
            seen = seen + ["arithmetic"]
        except LookupError as error:
            seen = seen + ["lookup", error]
        except CardDeclined as error:
            seen = seen + ["card", error.code, error.card]
        except PaymentError:
            seen = seen + ["payment"]
        except TimeoutError:
            seen = seen + ["timeout"]
        except OSError as error:
            seen = seen + ["os", error.args]
        except (TypeError, ValueError) as error:
            seen = seen + ["type or value", error]
        except Exception as error:
            seen = seen + ["other", error]
        return seen


@agrees(*[(kind,) for kind in _KINDS])
class Uncaught(Workflow):
    async def run(self, kind):
        try:
            await fail(kind, "detail")
        except (MemoryError, StopAsyncIteration):
            return "never"


@agrees(*[(kind,) for kind in _KINDS])
class CaughtAndReturned(Workflow):
    async def run(self, kind):
        try:
            await fail(kind, [1, (2,)])
        except Exception as error:
            return error, error.args, [error]


@agrees(("key",), ("index",), ("nested",), ("card",), ("outage",))
class TuplesAndDottedNames(Workflow):
    async def run(self, kind):
        try:
            await fail(kind)
        except LOOKUPS as error:
            return "constant tuple", error
        except actions.Outer.Nested as error:
            return "dotted", error
        except (actions.PaymentError, ConnectionError) as error:
            return "dotted in a tuple", error


@agrees(("value",), ("card",))
class Bare(Workflow):
    async def run(self, kind):
        try:
            await fail(kind)
        except:
            return "bare"


@agrees()
class FirstMatchWins(Workflow):
    async def run(self):
        try:
            await fail("key")
        except Exception:
            return "first"
        except KeyError:
            return "second"


@agrees()
class NameIsUnboundAfterwards(Workflow):
    async def run(self):
        error = "before"
        try:
            1 / 0
        except ZeroDivisionError as error:
            seen = error.args
        try:
            return error
        except UnboundLocalError as e:
            return seen, e.args


@agrees()
class NameStaysWhenNothingIsRaised(Workflow):
    async def run(self):
        error = "before"
        try:
            pass
        except ZeroDivisionError as error:
            pass
        return error


@agrees()
class NameIsUnboundAfterReassignment(Workflow):
    async def run(self):
        try:
            1 / 0
        except ZeroDivisionError as error:
            error = "reassigned"
            kept = error
        try:
            error
        except NameError:
            return kept, "unbound"


@agrees()
class NameIsUnboundWhenLeftEarly(Workflow):
    async def run(self):
        seen = []
        for n in range(3):
            try:
                1 / 0
            except ZeroDivisionError as error:
                if n == 0:
                    continue
                if n == 1:
                    break
        try:
            error
        except UnboundLocalError:
            seen = seen + ["after break"]
        try:
            try:
                [][0]
            except IndexError as error:
                raise KeyError("inner")
        except KeyError:
            try:
                error
            except UnboundLocalError:
                seen = seen + ["after raise"]
        return seen


@agrees()
class ExceptionsAreKept(Workflow):
    async def run(self):
        caught = []
        for kind in ["value", "card", "key"]:
            try:
                await fail(kind, kind)
            except Exception as error:
                caught = caught + [error]
        await mark("later")
        return caught, caught[1].card, caught[2].args[0], [e.args for e in caught]


@agrees()
class ExceptionsThroughActions(Workflow):
    async def run(self):
        try:
            await fail("card", 3)
        except PaymentError as error:
            again = await echo(error)
            also = await echo({"failure": [error]})
        return again, again.code, also


@agrees(("value",), ("key",), ("none",))
class Else(Workflow):
    async def run(self, kind):
        seen = []
        try:
            if kind != "none":
                await fail(kind)
            seen = seen + ["body"]
        except ValueError:
            seen = seen + ["handler"]
        except KeyError:
            seen = seen + ["other handler"]
        else:
            seen = seen + ["else"]
        return seen


@agrees()
class ElseIsNotGuarded(Workflow):
    async def run(self):
        try:
            try:
                pass
            except ValueError:
                return "never"
            else:
                await fail("value")
        except ValueError:
            return "outer"


@agrees()
class Nested(Workflow):
    async def run(self):
        seen = []
        try:
            try:
                await fail("key", "a")
            except IndexError:
                seen = seen + ["never"]
            seen = seen + ["never"]
        except KeyError as outer:
            seen = seen + [outer.args]
            try:
                await fail("index")
            except IndexError as inner:
                seen = seen + [inner.args, outer.args]
            seen = seen + [outer.args]
        return seen


@agrees()
class RaisedInHandler(Workflow):
    async def run(self):
        try:
            try:
                await fail("key")
            except KeyError:
                {}["other"]
        except KeyError as error:
            return error


@agrees()
class RaisedInHandlerIsNotCaughtByItsSiblings(Workflow):
    async def run(self):
        try:
            1 / 0
        except ZeroDivisionError:
            await fail("key")
        except KeyError:
            return "never"


@agrees()
class HandlerReturns(Workflow):
    async def run(self):
        for n in range(3):
            try:
                await check(n * 2)
            except ValueError as error:
                return n, error.args
        return "never"


@agrees((0,), (1,), (2,), (3,))
class TryInLoop(Workflow):
    async def run(self, bad):
        seen = []
        for n in range(4):
            try:
                if n == bad:
                    raise ValueError(n)
                if n == bad + 1:
                    continue
                if n == bad + 2:
                    break
                seen = seen + [n]
            except ValueError as error:
                seen = seen + [error.args]
        return seen


@agrees()
class LocalsBeforeTheErrorAreKept(Workflow):
    async def run(self):
        x = y = 0
        try:
            x = 1
            y = await echo(2)
            x, y = 5, [][0]
            x = 100
        except IndexError:
            return x, y


@agrees()
class AssignmentOfAFailedAwait(Workflow):
    async def run(self):
        value = "before"
        try:
            value = await fail("value")
        except ValueError:
            pass
        return value


@agrees()
class ErrorInTheTest(Workflow):
    async def run(self):
        seen = []
        try:
            if 1 / 0:
                pass
        except ZeroDivisionError:
            seen = seen + ["if"]
        try:
            while {}["x"]:
                pass
        except KeyError:
            seen = seen + ["while"]
        try:
            for _ in [1, 2][5]:
                pass
        except IndexError:
            seen = seen + ["for"]
        try:
            return 1 + None
        except TypeError:
            seen = seen + ["return"]
        return seen


@agrees()
class ManyTries(Workflow):
    async def run(self):
        total = 0
        for n in range(300):
            try:
                total += 100 // (n % 5)
            except ZeroDivisionError:
                try:
                    total += [0][n]
                except IndexError:
                    total += 1
        return total


@agrees()
class FromThreads(Workflow):
    async def run(self):
        try:
            await fail_in_thread("x")
        except PaymentError as error:
            return error


@agrees()
class UnhandledInHandlerAfterAwait(Workflow):
    async def run(self):
        try:
            await fail("value")
        except ValueError as error:
            await mark("before the second")
            await fail("runtime", error.args[1])


@agrees()
class BareInsideNamed(Workflow):
    async def run(self):
        try:
            try:
                await fail("key", 1)
            except:
                raise
        except LookupError as error:
            return error
