"""Attributes and elements: models, dataclasses, Enum members, exceptions, dicts, lists, tuples, strings, and what fails."""

# fmt: off
import datetime as dt

from tests.language.actions import Address, CardDeclined, Color, Level, Money, Point, User, echo, fail, get_point, get_user, get_users
from tests.language.cases import agrees
from waymark import Workflow


@agrees()
class OfModels(Workflow):
    async def run(self):
        user = await get_user("ann")
        return user.name, user.age, user.active, user.address.street, user.address.number, user.tags, user.tags[0]


@agrees()
class OfModelsInLists(Workflow):
    async def run(self):
        users = await get_users(["ann", "bert", "eve"])
        return users[0].name, users[-1].age, [user.name for user in users if not user.active], users[1]


@agrees((Point(3),))
class OfDataclasses(Workflow):
    async def run(self, inner):
        point = await get_point([1, {"k": 2}])
        return point.x[1]["k"], point.y, point, (await get_point(inner)).x.y


@agrees((User(name="z", address=Address(street="s")),))
class OfArguments(Workflow):
    async def run(self, user):
        user = await echo(user)
        return user.address.number, user.address.street, user.address


@agrees(("name",), ("missing",), (1,))
class OfDicts(Workflow):
    async def run(self, key):
        data = {"name": "ann", 1: "one", "deep": {"list": [1, {"x": (2,)}]}}
        try:
            return data[key], data["deep"]["list"][1]["x"][0]
        except KeyError as error:
            return error, error.args


@agrees(
    ({"a": 1}, "a"), ({1: "int"}, 1.0), ({1: "int"}, True), ({True: "t"}, 1), ({(1, 2): "t"}, (1, 2)), ({(1, 2): "t"}, (1.0, 2)),
    ({None: "n"}, None), ({"": "e"}, ""), ({"a": None}, "a"), ({0.5: "f"}, 0.5), ({b"a": 1}, b"a"), ({"$": 1}, "$"), ({2**70: 1}, 2**70),
    ({"a": 1}, "b"), ({1: 2}, "1"), ({}, None), ({"a": 1}, []), ({"a": 1}, {}), ({"a": 1}, ([],)), ({1: 1}, 1.5), ({"é": 1}, "e"),
)
class DictKeys(Workflow):
    async def run(self, data, key):
        try:
            return data[key]
        except (KeyError, TypeError) as error:
            return error


@agrees(
    ([1, 2, 3], 0), ([1, 2, 3], -1), ([1, 2, 3], 2), ([1, 2, 3], -3), ([1, 2, 3], True), ((1, 2), 1), ((1, 2), -2), ("abc", 0), ("abc", -1),
    ("a\U0001f600b", 1), ("a\0", 1), (b"abc", 1), (range(5, 50, 5), 2), (range(5, 50, 5), -1), (range(3), True),
    ([1, 2, 3], 3), ([1, 2, 3], -4), ([], 0), ((), 0), ("", 0), ("abc", 3), (b"", 0), (range(3), 3), ([1], 10**30), ([1], 1.0), ([1], "0"),
    ((1,), None), ("abc", "a"), (range(3), 1.0), (b"a", "a"), (5, 0), (None, 0), (1.5, 0), (True, 0), ({1}, 0), ([1], [0]),
)
class Elements(Workflow):
    async def run(self, container, index):
        try:
            return container[index]
        except (IndexError, TypeError, KeyError) as error:
            return error


@agrees((1,), ("a",), (None,), ([],), ((),), ({},), (1.5,), (True,), (b"x",), (range(2),), ({1},), (frozenset(),))
class MissingAttributes(Workflow):
    async def run(self, value):
        try:
            return value.nothing_like_this
        except AttributeError as error:
            return error


@agrees()
class UncaughtKeyError(Workflow):
    async def run(self):
        return {"a": 1}["b"]


@agrees()
class UncaughtIndexError(Workflow):
    async def run(self):
        return (await echo([1]))[1]


@agrees()
class UncaughtAttributeError(Workflow):
    async def run(self):
        return (await echo(None)).name


@agrees()
class UncaughtTypeError(Workflow):
    async def run(self):
        nothing = None
        return nothing["a"]


@agrees()
class OfEnumMembers(Workflow):
    async def run(self):
        color = await echo(Color.GREEN)
        level = await echo(Level.HIGH)
        return color.name, color.value, color.value[1], level.name, level.value, Color.RED, Color.RED.value, Level.LOW.name, [Color.RED]


@agrees()
class OfExceptions(Workflow):
    async def run(self):
        try:
            await fail("card", 7)
        except CardDeclined as error:
            return error.code, error.card, error.args, error.args[0]


@agrees((dt.datetime(2024, 2, 29, 12, 30, 15, 250), dt.timedelta(days=1, seconds=2, microseconds=3)))
class OfTimes(Workflow):
    async def run(self, moment, span):
        day = moment.year, moment.month, moment.day
        return day, moment.hour, moment.minute, moment.second, moment.microsecond, span.days, span.seconds, span.microseconds


@agrees()
class OfRanges(Workflow):
    async def run(self):
        numbers = range(2, 20, 3)
        return numbers.start, numbers.stop, numbers.step, numbers[1], numbers


@agrees()
class OfAwaits(Workflow):
    async def run(self):
        return (await get_user("ann")).address.street, (await echo({"k": [1, 2]}))["k"][-1], (await echo("xyz"))[1]


@agrees((0,), (1,), (-1,))
class ComputedIndex(Workflow):
    async def run(self, n):
        rows = [[1, 2], [3, 4]]
        names = {0: "zero", 1: "one", -1: "minus"}
        return rows[n][n], rows[n - 1][1 - n if n >= 0 else 0], names[n], {"x": rows}["x"][n], [names[m] for m in [0, 1, -1] if m != n]


@agrees()
class OrderOfEvaluation(Workflow):
    """The container first, then the key, then the access."""

    async def run(self):
        try:
            (await echo({}))[await echo("a")]
        except KeyError:
            pass
        try:
            (await echo(None))[(await echo({}))["inner"]]
        except KeyError as error:
            return error.args


@agrees(({"a": {"b": None}},), ({"a": {}},), ({"a": None},), ({},), (None,))
class DeepAccess(Workflow):
    async def run(self, data):
        try:
            return data["a"]["b"]["c"]
        except KeyError as error:
            return "key", error.args[0]
        except TypeError as error:
            return "type", error.args[0]


@agrees()
class KeysOfEveryKind(Workflow):
    async def run(self):
        data = {1: "int", "1": "str", (1,): "tuple", None: "none", 2.5: "float", b"1": "bytes", "": "empty", -1: "minus"}
        return data[1], data["1"], data[(1,)], data[None], data[2.5], data[b"1"], data[""], data[-1], data[True], data[1.0]


@agrees((Money(5),))
class FrozenDataclass(Workflow):
    async def run(self, price):
        return price.amount + 1, price.currency, price, [price]


@agrees()
class AttributeOfAnyName(Workflow):
    """Names that mean something in the encoding of values."""

    async def run(self):
        data = {"v": 1, "$": 2, "type": 3, "args": 4, "v$": 5}
        return data["v"], data["$"], data["type"], data["args"], data["v$"], data
