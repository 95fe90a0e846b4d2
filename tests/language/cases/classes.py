"""Classes, complex numbers and the ellipsis as values."""

# fmt: off
import asyncio
import enum

from tests.language.actions import Color, User, double, echo, fail, get_user
from tests.language.cases import agrees
from waymark import Workflow

NUMBERS = (int, float)
HANDLERS = {ValueError: "value", KeyError: "key"}


class Weekday(enum.IntEnum):
    MON = 1
    TUE = 2


@agrees()
class TypesOfExceptions(Workflow):
    async def run(self):
        seen, kinds = [], [ValueError, KeyError]
        for kind in ("value", "key", "card"):
            try:
                await fail(kind)
            except Exception as error:
                found = type(error)
                seen.append((found in kinds, found is ValueError, type(error) in (KeyError,), found.__name__, HANDLERS.get(found), isinstance(error, tuple(kinds))))
                match type(error).__name__:
                    case "ValueError":
                        kinds.remove(ValueError)
                    case _:
                        pass
        return seen, kinds, [cls.__name__ for cls in kinds], {cls: n for n, cls in enumerate(kinds)}


@agrees((1,), (1.5,), (True,), ("a",), (None,), ([1],), (Color.RED,), (int,), (Color,), (1j,), (...,), (User(name="a", age=1),), (ValueError("x"),))
class AnyValue(Workflow):
    async def run(self, x):
        kind = type(x)
        kept = await echo(kind)
        return (
            kind, kept == kind, kind is int, kind == int, kind != float, kind in NUMBERS, isinstance(x, NUMBERS), isinstance(x, kind), x is int, x == int, x is ..., x == ...,
            [x], kind.__name__, str(kind), f"{kind}", bool(x), x is not ..., {kind: 1}[kept], isinstance(x, type), type(kind), type(x).__name__, isinstance(x, object),
        )


@agrees((Color,), (Weekday,))
class EnumClassesAsValues(Workflow):
    async def run(self, cls):
        names = [member.name for member in cls]
        found = []
        for other in (Color, Weekday):
            found.append((other == cls, len(other), [await double(member.name) for member in other], issubclass(other, int)))
        return names, found, cls[names[0]], list(cls)[-1], names[0] in cls.__name__


@agrees()
class Complex(Workflow):
    async def run(self):
        z = 3 + 4j
        z *= await double(1)
        seen = [z.real, z.imag, abs(z), -z, z == 6 + 8j, z == 6, 6 + 0j == 6, z.conjugate(), z ** 2, z / 2, complex("1-2j"), complex(1, -0.0), -1j, (-8) ** (1 / 3), [1j] == [1j], 1j in {1j, 2}, bool(0j), str(z), {1j: 2}]
        try:
            z < 1
        except TypeError as error:
            seen.append(str(error))
        match z:
            case 6 + 8j: seen.append("matched")
        return seen, await echo(z), 5 if 0j else 6, await asyncio.gather(echo(1j), echo(...))


@agrees((None,), (...,), (0,))
class Ellipses(Workflow):
    async def run(self, default=...):
        kept = [..., default]
        try:
            kept.append(default + 1)
        except TypeError as error:
            kept.append(str(error))
        return kept, default is ..., ... in kept, kept.index(...), str(...), bool(...), {...: 1}, (await get_user("a")).name if default is not ... else repr(default)
