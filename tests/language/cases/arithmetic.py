"""Arithmetic over numbers, strings, tuples and lists, and its errors."""

# fmt: off
from tests.language.actions import echo
from tests.language.cases import agrees
from waymark import Workflow

_PAIRS = [
    (7, 2), (-7, 2), (7, -2), (0, 5), (5, 0), (7.5, 2), (-7.5, 2), (7, 2.5), (0.1, 0.2), (1e308, 10.0), (5.0, 0.0), (5, 0.0),
    (True, True), (True, 2), (False, 0), (2**64, 3), (-(2**64), 7), (10**40, 10**20), (10**400, 1.0), (2**53 + 1, 1.0),
    (float("inf"), 1), (float("nan"), 1), (float("inf"), float("-inf")), (-0.0, 0), (0.0, -0.0), (1e-320, 2), (1, 3),
    ("ab", 3), (3, "ab"), ("a", "b"), ("a", 1.0), ((1, 2), 2), (2, (1,)), ((1,), (2.0,)), ([1], [2]), ([1], 2), (0, [1]),
    ([1], (2,)), (None, 1), (1, None), ({"a": 1}, {"b": 2}), ("x", None), (b"a", b"b"), (b"a", 2), (b"a", "b"),
    ((), ()), ("", 5), (-1, "ab"), (True, "ab"), ([[]], 2), ({"a": 1}, {"a": 2, "c": [3]}),
]


@agrees(*_PAIRS)
class Binary(Workflow):
    """Each operator on a pair: its result or its exception."""

    async def run(self, a, b):
        results = []
        try:
            results = results + [a + b]
        except Exception as error:
            results = results + [error]
        try:
            results = results + [a - b]
        except Exception as error:
            results = results + [error]
        try:
            results = results + [a * b]
        except Exception as error:
            results = results + [error]
        try:
            results = results + [a / b]
        except Exception as error:
            results = results + [error]
        try:
            results = results + [a // b]
        except Exception as error:
            results = results + [error]
        return results


@agrees(
    (7, 3), (-7, 3), (7, -3), (7.5, 2), (-7.5, 2), (7, 0), (7.0, float("inf")), (2**70, 1000), (True, 2),
    (5, None), ([1], 2), (0.0, 3), (-0.0, 3), (1e300, 7e-300),
)
class Modulo(Workflow):
    async def run(self, a, b):
        try:
            return a % b
        except TypeError as error:
            return error


@agrees(
    (2, 10), (2, 0), (0, 0), (2, -1), (-2, 3), (-2, -3), (2.0, 3), (2, 0.5), (9.0, 0.5), (0, -1), (0.0, -1), (10, 50), (7, 77),
    (True, 5), (2.0, 2000), (-8.0, 3), (1.5, 1.5), ("a", 2), (2, "a"), (-1, 10**9), (1, -(10**9)), (0, 10**9),
)
class Power(Workflow):
    async def run(self, a, b):
        try:
            return a**b
        except (TypeError, ZeroDivisionError, OverflowError) as error:
            return error


@agrees((5, 3), (-5, 3), (2**80, 70), (True, False), (True, 1), (5, 0), (5, -1), (-1, 100), (5, 2.0), ("a", 1), (None, None), (0, 10**6))
class Bits(Workflow):
    async def run(self, a, b):
        results = []
        try:
            results = results + [a & b, a | b, a ^ b]
        except TypeError as error:
            results = results + [error]
        try:
            results = results + [a >> b]
        except (TypeError, ValueError) as error:
            results = results + [error]
        try:
            results = results + [a << b]
        except (TypeError, ValueError) as error:
            results = results + [error]
        return results


@agrees((5,), (-5,), (0,), (2.5,), (-0.0,), (0.0,), (True,), (False,), (2**100,), (float("nan"),), ("a",), ([],), (None,))
class Unary(Workflow):
    async def run(self, x):
        results = [not x, not not x]
        try:
            results = results + [-x, +x, - -x]
        except TypeError as error:
            results = results + [error]
        try:
            results = results + [~x]
        except TypeError as error:
            results = results + [error]
        return results


@agrees()
class Precedence(Workflow):
    async def run(self):
        return [
            1 + 2 * 3, (1 + 2) * 3, 2**3**2, -(2**2), -(2) ** 2, 10 - 3 - 2, 100 / 10 / 2, 7 // 2 * 2, 1 << 2 + 1, 6 & 3 | 8,
            ~5 + 1, 5 % 3 * 2, not 1 == 2, 1 + 2 < 4 and 3, 1 if 0 else 2 + 3, 3 - -2,
        ]


@agrees()
class HugeIntegers(Workflow):
    async def run(self):
        factorial = 1
        for n in range(1, 101):
            factorial = factorial * n
        return factorial, factorial // 2**90, factorial % (10**30 + 7), -factorial, factorial * -factorial, 3**500


@agrees()
class HugeIntegersThroughActions(Workflow):
    async def run(self):
        n = await echo(2**200)
        n = await echo(n * n + 1)
        return n, n > 2**399, n - 1 == 2**400, n / 2**398


@agrees()
class FloatsStayFloats(Workflow):
    async def run(self):
        x = 4 / 2
        y = await echo(2.0 * 3)
        return x, y, x + 1, 1.0 - 1, y // 4, 2**-1, 1e16 + 1.0, 0.1 + 0.2, 1e22 * 10, 5e-324 / 2, 3.0 * True


@agrees()
class BooleansAreIntegers(Workflow):
    async def run(self):
        return True + True, True * 3, -True, True / 2, ~False, True & False, True & 1, True << 3


@agrees((10**400,), (float("inf"),))
class TooLargeForFloat(Workflow):
    async def run(self, n):
        try:
            return n / 2.0
        except OverflowError as error:
            return error


@agrees()
class ErrorsAreCaughtPrecisely(Workflow):
    async def run(self):
        seen = []
        for divisor in [0, 0.0, "a", False]:
            try:
                seen = seen + [1 / divisor]
            except ZeroDivisionError as error:
                seen = seen + [("zero", error.args)]
            except TypeError as error:
                seen = seen + [("type", error.args)]
        return seen


@agrees((0,), ("a",), (None,))
class ErrorsLeaveTheRun(Workflow):
    async def run(self, divisor):
        return 10 // divisor


@agrees()
class ConstantsWithErrors(Workflow):
    """Nothing of an error that is written in constants happens before its turn."""

    async def run(self):
        try:
            if False:
                return 1 / 0
            x = "before"
            x = 1 / 0
        except ZeroDivisionError:
            return x


@agrees()
class NotTaken(Workflow):
    async def run(self):
        return [1 if True else 1 / 0, False and 1 / 0, True or 1 / 0, [1 / 0 for _ in []], [1 / 0 for _ in [1] if False]]


@agrees()
class ErrorsThatConstantsDoNotHide(Workflow):
    """`x and False` is False, but only after x."""

    async def run(self):
        seen = []
        try:
            seen = seen + [1 / 0 == 1 and False]
        except ZeroDivisionError:
            seen = seen + ["and"]
        try:
            seen = seen + [1 / 0 == 1 or True]
        except ZeroDivisionError:
            seen = seen + ["or"]
        try:
            if 1 / 0 == 1 and False:
                pass
        except ZeroDivisionError:
            seen = seen + ["if"]
        try:
            if 1 / 0 or True:
                pass
        except ZeroDivisionError:
            seen = seen + ["or value"]
        try:
            seen = seen + [[1 for x in [0] if 1 / x and False]]
        except ZeroDivisionError:
            seen = seen + ["condition"]
        return seen



@agrees()
class Concatenation(Workflow):
    async def run(self):
        return "a" + "b" * 2, (1,) + (2, 3) * 2, [1] + [[2]] * 2, "" + "", () + (), "é" + "\U0001f600" + "\0", b"a" + b"\0"


@agrees(([1], (2,)), ("a", 1), (1, "a"), ((1,), [2]), ({}, {}), (None, None), ("a", b"b"), ("a", None), ([], "a"))
class WrongConcatenation(Workflow):
    async def run(self, a, b):
        return a + b
