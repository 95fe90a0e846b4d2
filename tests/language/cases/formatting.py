"""f-strings with conversions, format specifications and `=`; `str.format` and `%`."""

# fmt: off
import asyncio

from tests.language.actions import Color, Level, add, double, echo, fail, get_user, mark
from tests.language.cases import agrees
from waymark import Workflow


@agrees((1, "b"), (1.5, ""), (None, "é"), ([1, "a"], "\n"), (True, "'"), (2**70, "{}"), ((), '"'), (b"x", "a"), (-0.0, "%s"))
class Conversions(Workflow):
    async def run(self, a, b):
        return [f"{a}", f"{a!r}", f"{a!s}", f"{a!a}", f"{b}", f"{b!r}", f"{b!a}", f"x{a}y{b!r}z", f"{a}{b}", f"{{{a}}}", f"", f"plain"]


@agrees((3.14159, 10, 2), (7, 12, 0), (-1234567, 20, 3), (0.1, 1, 1), (1e300, 3, 4))
class Specifications(Workflow):
    async def run(self, x, width, digits):
        return [
            f"{x:.2f}", f"{x:>12}", f"{x:<{width}}|", f"{x:^{width}.{digits}e}", f"{x:+,.1f}", f"{x:0{width}.{digits}f}", f"{x!r:>{width}}",
            f"{'a':*^{width}}", f"{x:{'>'}{width}}", f"{x=}", f"{x = }", f"{x=!s:>20}", f"{x + 1=}", f"{digits:03d}/{width:#x}/{digits:b}",
        ]


@agrees(("d", "a"), (".2f", None), (">3", [1]), ("zz", 1), (",", 1.5), ("x", 255), ("%", 0.25), ("c", 65))
class SpecificationsThatFail(Workflow):
    async def run(self, spec, value):
        try:
            return f"{value:{spec}}" if value is not None else f"{value:5}"
        except (ValueError, TypeError) as error:
            return error


@agrees()
class OfEverything(Workflow):
    async def run(self):
        user = await get_user("ann")
        data = {"k": [1, (2,)], "n": None}
        return f"{user.name} is {user.age:>4} {data['k'][0]} {data} {Color.RED} {Color.RED.value!r} {Level.HIGH!r} {[x for x in range(3)]} {user.active and 'on' or 'off'}"


@agrees()
class WithAwaits(Workflow):
    async def run(self):
        x = 1
        first = f"{await double(2)} and {await echo('b')!r:>5} {x} {(x := 7)} {x:{await double(2)}}"
        both = await asyncio.gather(mark(f"<{x}>", f"{await add(1, 2):03}"), mark(f"{x=}"))
        return first, both, [f"{await double(n)}-{n}" for n in range(3)], f"{'/'.join([f'{n}' for n in range(3)])}"


@agrees()
class InTry(Workflow):
    async def run(self):
        try:
            return f"{await mark('first')} {await fail('ValueError', 1)} {await mark('never')}"
        except ValueError as error:
            return f"{error} {error!r} {error.args}"


@agrees(("ann", 3), (None, 1.5), ("", -7))
class WithMethods(Workflow):
    async def run(self, name, n):
        return (
            "{} {}".format(name, n), "{1!r} {0}".format(name, n), "{n:>6} {name}".format(name=name, n=n), "{0[0]}".format([n]),
            "%s is %5.1f" % (name, n), "%r" % n, "%(n)d %(name)s" % {"n": n, "name": name}, "%d%%" % n,
            "{} {}".format(*[name, n]), "{a}".format(**{"a": n}), "{:{w}}|".format(name or "", w=6), self.label(name, n), await self.later(n),
        )

    def label(self, name, n):
        return f"[{name!r:>8}:{n:+}]"

    async def later(self, n):
        return f"{await double(n)}!"


@agrees()
class FormatsThatFail(Workflow):
    async def run(self):
        found = []
        for text, args in [("{} {}", [1]), ("{x}", []), ("{", []), ("{0.a}", [1]), ("{:d}", ["a"])]:
            try:
                found = found + [text.format(*args)]
            except (IndexError, KeyError, ValueError, AttributeError) as error:
                found = found + [error]
        for text, args in [("%d", "a"), ("%s %s", (1,)), ("%s", (1, 2)), ("%(a)s", {}), ("%z", 1)]:
            try:
                found = found + [text % args]
            except (TypeError, KeyError, ValueError) as error:
                found = found + [error]
        return found
