"""Assignment: names, unpacking, chains, annotations, every augmented operator."""

# fmt: off
from tests.language.actions import echo, get_point, get_user, mark, numbers
from tests.language.cases import agrees
from waymark import Workflow


@agrees((1,), (1.0,), (True,), ("a",), (None,), ((1, [2]),))
class OneName(Workflow):
    async def run(self, value):
        x = value
        y = x
        return x, y


@agrees()
class Reassigned(Workflow):
    async def run(self):
        x = 1
        y = x
        x = "two"
        return x, y


@agrees()
class Chained(Workflow):
    async def run(self):
        a = b = c = [1, 2]
        return a, b, c


@agrees()
class ChainedWithUnpacking(Workflow):
    async def run(self):
        whole = (first, second) = pair = (1, [2])
        return whole, first, second, pair


@agrees()
class ChainedIsEvaluatedOnce(Workflow):
    async def run(self):
        a = b = await mark("once", 3)
        (c, d) = e = await mark("pair", [4, 5])
        return a, b, c, d, e


@agrees()
class Annotated(Workflow):
    async def run(self):
        x: int = 1
        y: "not evaluated"
        z: list[int] = [x]
        return x, z


@agrees()
class AnnotationDoesNotBind(Workflow):
    async def run(self):
        y: int
        return y


@agrees()
class Swapped(Workflow):
    async def run(self):
        a, b, c = 1, 2, 3
        a, b = b, a
        b, c, a = a, b, c
        return a, b, c


@agrees()
class SwappedWithAwait(Workflow):
    async def run(self):
        a, b = 1, 2
        a, b = await echo(b), a
        return a, b


@agrees()
class TargetTwice(Workflow):
    async def run(self):
        a, a = 1, 2
        b = (b, b) = (3, 4)
        return a, b


@agrees(
    ([1, 2],), ((1, 2),), ("ab",), ({"k": 1, "a": 2},), (range(5, 7),), (b"xy",), ("é\U0001f600",),
    ([],), ([1],), ([1, 2, 3],), ("abc",), ({},), (range(3),), (5,), (None,), (1.5,), (True,),
)
class Unpacked(Workflow):
    async def run(self, value):
        a, b = value
        return a, b


@agrees(((1, (2, 3)),), ([1, "ab"],), ((1, 2),), ((1, (2, 3, 4)),), (("ab", [()]),), ((1, (2, 3), 4),))
class UnpackedNested(Workflow):
    async def run(self, value):
        a, (b, c) = value
        return a, b, c


@agrees(([[[1]]],), ([[1]],), ([[]],), ([[[1, 2]]],))
class UnpackedDeep(Workflow):
    async def run(self, value):
        [[[a]]] = value
        return a


@agrees()
class UnpackedPartly(Workflow):
    """Targets before the one that fails are bound."""

    async def run(self):
        a = b = c = 0
        try:
            (a, b), c = (1, 2), (3, 4)
            (a, b), (c, _) = (5, 6), 7
        except TypeError as error:
            return a, b, c, error
        return None


@agrees(((),), ([],), ([1],), (0,))
class UnpackedToNothing(Workflow):
    async def run(self, value):
        () = value
        [] = value
        return "done"


@agrees((range(3),), ([7],))
class UnpackedToOne(Workflow):
    async def run(self, value):
        (x,) = value
        return x


@agrees()
class UnpackedActionResult(Workflow):
    async def run(self):
        a, (b, c) = await echo((1, [2, {"k": (3,)}]))
        [d, e] = await numbers(2)
        return a, b, c, d, e


@agrees()
class UnpackedWrongActionResult(Workflow):
    async def run(self):
        a, b = await numbers(3)
        return a, b


@agrees()
class UnpackedModel(Workflow):
    async def run(self):
        try:
            a, b = (await get_point(1)).x
        except TypeError as error:
            return error.args


@agrees((0,), (3,), (-7,), (2.5,), (True,), (10**30,), ("ab",), ((1,),), (None,))
class AugmentedAdd(Workflow):
    async def run(self, value):
        x = value
        x += 4
        return x


@agrees((7, 2), (7.5, 2), (-7, 2), (True, 3), (2**70, 3), (7, -2), (7, 0), (7.0, 0), ("ab", 3), ((1, 2), 2), (None, 1))
class AugmentedArithmetic(Workflow):
    async def run(self, start, by):
        results = []
        x = start
        try:
            x -= by
        except TypeError as error:
            results = results + [error]
        x = start
        try:
            x *= by
            results = results + [x]
            x /= by
            results = results + [x]
        except (TypeError, ZeroDivisionError) as error:
            results = results + [error]
        x = start
        try:
            x //= by
            results = results + [x]
        except (TypeError, ZeroDivisionError) as error:
            results = results + [error]
        x = start
        try:
            x **= by
            results = results + [x]
        except (TypeError, ZeroDivisionError) as error:
            results = results + [error]
        return results, x


@agrees((7, 2), (-7, 2), (2**70, 65), (True, False), (True, True), (6, -1), (1, 2.0), (None, 1))
class AugmentedBits(Workflow):
    async def run(self, start, by):
        results = []
        for step in range(6):
            x = start
            try:
                if step == 0:
                    x <<= by
                elif step == 1:
                    x >>= by
                elif step == 2:
                    x &= by
                elif step == 3:
                    x |= by
                elif step == 4:
                    x ^= by
                else:
                    x %= by
                results = results + [x]
            except (TypeError, ValueError) as error:
                results = results + [error]
        return results


@agrees()
class AugmentedStringsAndTuples(Workflow):
    async def run(self):
        text = "a"
        text += "b"
        text *= 3
        pair = (1,)
        pair += (2, [3])
        pair *= 2
        return text, pair


@agrees()
class AugmentedReadsFirst(Workflow):
    """The left side is read before the right side runs."""

    async def run(self):
        x = 1
        x += await mark("right", x + 10)
        x -= await mark("again", x) * 2
        return x


@agrees()
class AugmentedUnbound(Workflow):
    async def run(self):
        total += 1
        return total


@agrees()
class AugmentedUnboundBeforeAwait(Workflow):
    async def run(self):
        total += await mark("never", 1)
        return total


@agrees()
class AugmentedInLoop(Workflow):
    async def run(self):
        total, factor, text = 0, 1, ""
        for n in range(1, 8):
            total += n
            factor *= n
            text += "x"
        return total, factor, text


@agrees((True,), (False,))
class BoundOnOnePath(Workflow):
    async def run(self, flag):
        if flag:
            x = 1
        return x


@agrees((0,), (2,))
class BoundByLoop(Workflow):
    async def run(self, count):
        for n in range(count):
            last = n
        return last, n


@agrees()
class UnboundCaught(Workflow):
    async def run(self):
        try:
            return later
        except UnboundLocalError as error:
            later = error.args
        return later


@agrees()
class UnboundIsNameError(Workflow):
    async def run(self):
        try:
            value = missing + 1
        except NameError:
            missing = "caught"
        return missing


@agrees()
class UnboundInCall(Workflow):
    """The arguments before the unbound one are evaluated, the action is not called."""

    async def run(self):
        try:
            await echo(value=unbound)
        except UnboundLocalError:
            unbound = 1
        return await echo(unbound)


@agrees()
class Underscores(Workflow):
    async def run(self):
        _, x, _ = 1, 2, 3
        __ = 4
        return _, x, __


@agrees()
class UnusualNames(Workflow):
    """Names that mean something in SQL or in the generated code."""

    async def run(self):
        pc, locals, frames, effect, payload = 1, 2, 3, 4, 5
        p_pc, v_value, v_ok, v_error, v_node, select = 6, 7, 8, 9, 10, 11
        found, Found, FOUND, ñandú, x_0, v0_0 = 12, 13, 14, 15, 16, 17
        null, true, begin, block, activation = 18, 19, 20, 21, 22
        await mark(pc)
        return [pc, locals, frames, effect, payload, p_pc, v_value, v_ok, v_error, v_node, select, found, Found, FOUND,
                ñandú, x_0, v0_0, null, true, begin, block, activation]


@agrees()
class PrivateNames(Workflow):
    async def run(self):
        __hidden = 1
        return await self.__add(__hidden)

    async def __add(self, __n):
        return __n + 1


@agrees((1,))
class ParameterReassigned(Workflow):
    async def run(self, value):
        value = value + 1
        value = await echo([value])
        return value


@agrees()
class ManyLocals(Workflow):
    async def run(self):
        a0, a1, a2, a3, a4, a5, a6, a7, a8, a9 = range(10)
        b0, b1, b2, b3, b4, b5, b6, b7, b8, b9 = range(10, 20)
        c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 = await numbers(10)
        d0, d1, d2, d3, d4, d5, d6, d7, d8, d9 = c9, c8, c7, c6, c5, c4, c3, c2, c1, c0
        e0, e1, e2, e3, e4, e5, e6, e7, e8, e9 = await echo("abcdefghij")
        await mark("saved")
        return [a0, a9, b0, b9, c0, c9, d0, d9, e0, e9, a1 + b2 + c3 + d4, e5 + e6]
