"""Compiled patterns of the module, and `typing.cast`."""

# fmt: off
import re
import typing

from tests.language.actions import double, echo
from tests.language.cases import agrees
from waymark import Workflow

NAME = re.compile(r"(?P<first>\w+)\s+(?P<last>\w+)", re.IGNORECASE)
DIGITS = re.compile(rb"[0-9]+")


@agrees(("ann smith",), ("  ",), ("BO  lee ann x",))
class Patterns(Workflow):
    space = re.compile(r"\s+")

    async def run(self, text):
        if not NAME.match(text):
            return self.space.split(text), NAME.sub("-", text), await self.helper(text)
        names = [first for first, _ in NAME.findall(text)]
        return names, NAME.search(text).group("last"), NAME.fullmatch(text) is None, [x.group() for x in NAME.finditer(text)], DIGITS.findall(b"a1b22")

    async def helper(self, text):
        return await echo(bool(NAME.search(text)))


@agrees((1,), ("a",))
class Casts(Workflow):
    async def run(self, value):
        number = typing.cast(int, value)
        items = typing.cast("list[str]", [value, await double(value)])
        items.append(typing.cast(typing.Optional[str], value))
        return number, items
