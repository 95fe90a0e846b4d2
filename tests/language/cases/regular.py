"""Regular expressions: matches and patterns as values."""

# fmt: off
import asyncio
import re

from tests.language.actions import double, mark
from tests.language.cases import agrees
from waymark import Workflow

NAME = re.compile(r"(?P<first>\w+) (?P<last>\w+)?")


@agrees(("ab=cd",), ("none",), ("",), (b"ab=cd",), (None,))
class Matches(Workflow):
    async def run(self, text):
        try:
            m = re.match(r"(\w+)=(?P<value>\w+)(x)?", text)
        except TypeError as error:
            return error
        if not m:
            return "no match", m, m is None, m == None  # noqa: E711
        await double(1)
        return (
            m.group(), m.group(1), m.group(1, "value"), m[2], m["value"], m.groups(), m.groups("-"), m.groupdict(), m.span(), m.start(2),
            m.end("value"), m.string, m.pos, m.endpos, m.lastindex, m.lastgroup, m.regs, m.re.pattern, m.re.groups, m.expand(r"\2 \1"),
            isinstance(m, re.Match), repr(m), bool(m), m is not None,
        )


@agrees((" ann lee and bo day",))
class FoundInOneText(Workflow):
    async def run(self, text):
        found = []
        for m in NAME.finditer(text):
            found.append((m["first"], m.span(), await mark(m.group())))
        for m in re.finditer("a.", text):
            found.append(m.group())
        every = list(re.finditer(r"(?<=n) ?|$", text))
        await double(1)
        if search := NAME.search(text, 3):
            found.append((search.groups(), search.pos, search.start()))
        whole = re.fullmatch("(?:a|ab)(.*)", "abc")
        longest = re.compile("a|ab").fullmatch("ab")
        await double(2)
        return found, [(m.start(), m.end()) for m in every], whole[1], longest.span(), sorted(every, key=lambda m: -m.start())[0].span()


@agrees((["a1", "b", "c22"],))
class MatchesInHelpersAndBranches(Workflow):
    async def run(self, texts):
        found = await asyncio.gather(*[self.number(text) for text in texts])
        return found, [m.group() for m in [re.search(r"\d", text) for text in texts] if m]

    async def number(self, text):
        m = re.search(r"\d+", text)
        if m is None:
            return None
        return await double(int(m.group()))


@agrees(("x",), ("(",))
class Patterns(Workflow):
    async def run(self, letter):
        try:
            pattern = re.compile(f"({letter})+", re.IGNORECASE)
        except re.error as error:
            return str(error)
        await double(1)
        m = pattern.search("aXx")
        return m.span(), pattern.pattern, pattern.flags, [pattern.sub("-", text) for text in ("ax", "Xb")], pattern.split("1x2")
