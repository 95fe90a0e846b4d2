"""Random expressions, as source text. They follow types loosely: most do something, some fail in each way that Python knows."""

from collections.abc import Callable
from contextlib import contextmanager
from random import Random
from typing import Any

INTEGERS = ("0", "1", "-1", "2", "3", "7", "-12", "255", "2**31", "-(2**63)", "10**20")
FLOATS = ("0.0", "-0.0", "0.5", "1.0", "2.5", "-3.75", "1e16", "1e-7", "0.1", "1e308", "float('inf')")
STRINGS = ("''", "'a'", "'b'", "'Bé'", "'x y'", "'a,b,c'", "'Ünder'", "'12'", "' pad '", "'a\\nb'", "'😀'", "'long name'")
MAX_DEPTH = 3


class Expressions:
    """Expressions for one program. Variables are named by what they mostly hold: n1 an int, s1 a string, xs1 a list, …."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []
        self.indent = 0
        self.depth = 0
        self.loops = 0
        self.counter = 0
        self.awaits = True
        self.walrus = True
        self.helpers: list[tuple[str, bool]] = []
        self.shares = self.chance(6)
        """Whether tasks share objects that change, which is refused."""
        self.changes_self = self.chance(50)
        self.scoped: list[str] = []

    # --- Choices --------------------------------------------------------------------------------------------------------

    def one(self, *options: Any) -> Any:
        return self.random.choice(options)

    def chance(self, percent: int) -> bool:
        return self.random.randint(0, 99) < percent

    def some(self, low: int, high: int, make: Callable[[], str]) -> list[str]:
        return [make() for _ in range(self.random.randint(low, high))]

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    @contextmanager
    def block(self, head: str) -> Any:
        self.line(head)
        self.indent += 1
        yield
        self.indent -= 1

    @contextmanager
    def nested(self) -> Any:
        self.depth += 1
        yield
        self.depth -= 1

    def name(self, kind: str) -> str:
        return f"{kind}{self.random.randint(1, 2)}"

    # --- Expressions ----------------------------------------------------------------------------------------------------

    def value(self) -> str:
        """An expression of any kind."""
        return self.one(
            self.integer, self.integer, self.string, self.floating, self.boolean, self.items, self.mapping, self.other
        )()

    def deep(self, simple: Callable[[], str], *compound: Callable[[], str]) -> str:
        if self.depth >= MAX_DEPTH or self.chance(45):
            return simple()
        with self.nested():
            return self.one(*compound)()

    def without_walrus(self, make: Callable[[], str]) -> str:
        """Python allows no walrus in the iterable of a comprehension, and none to its variable."""
        walrus, self.walrus = self.walrus, False
        made = make()
        self.walrus = walrus
        return made

    def atom(self, kind: str, literals: tuple[str, ...]) -> str:
        names = [name for name in self.scoped if name.startswith(kind)]
        return self.one(self.one(*literals), self.name(kind), *names)

    def integer(self) -> str:
        return self.deep(
            lambda: self.atom("n", INTEGERS),
            lambda: f"({self.integer()} {self.one('+', '-', '//', '%', '&', '|', '^')} {self.integer()})",
            lambda: f"({self.integer()} {self.one('*', '<<', '>>', '**')} {self.one('0', '1', '2', '3')})",
            lambda: f"{self.one('-', '+', '~')}{self.integer()}",
            lambda: f"len({self.one(self.items, self.string, self.mapping)()})",
            lambda: f"{self.one('sum', 'min', 'max')}([{', '.join(self.some(1, 3, self.integer))}])",
            lambda: f"{self.one('abs', 'int', 'round')}({self.one(self.integer, self.floating)()})",
            lambda: f"{self.items()}[{self.one('0', '1', '-1')}]",
            lambda: f"{self.string()}.{self.one('find', 'count')}({self.one('a', 'b')!r})",
            lambda: f"({self.integer()} if {self.condition()} else {self.integer()})",
            lambda: f"(n{self.one(1, 2)} := {self.integer()})" if self.walrus else self.integer(),
            lambda: f"(await {self.one('only_even', 'echo')}({self.integer()}))" if self.awaits else self.integer(),
            self.helper_call,
            lambda: f"p{self.one(1, 2)}.{self.one('count', 'left', 'right')}",
        )

    def floating(self) -> str:
        return self.deep(
            lambda: self.one(*FLOATS),
            lambda: f"({self.integer()} / {self.one(self.integer, self.floating)()})",
            lambda: f"({self.floating()} {self.one('+', '-', '*', '%', '//')} {self.one(self.integer, self.floating)()})",
            lambda: f"float({self.integer()})",
            lambda: f"round({self.floating()}, {self.one('0', '1', '2', '-1')})",
            lambda: f"math.floor({self.floating()})",
        )

    def string(self) -> str:
        return self.deep(
            lambda: self.atom("s", STRINGS),
            lambda: f"({self.string()} + {self.one(*STRINGS)})",
            lambda: f"({self.one(*STRINGS)} * {self.one('0', '1', '2', '-1')})",
            lambda: f"{self.string()}.{self.one('upper', 'lower', 'strip', 'title', 'swapcase', 'capitalize')}()",
            lambda: f"{self.string()}.replace('a', {self.one(*STRINGS)}, {self.one('-1', '1')})",
            lambda: f"{self.string()}[{self.slice()}]",
            lambda: f"{self.string()}[{self.one('0', '-1', '1')}]",
            lambda: f"{self.one('str', 'repr')}({self.value()})",
            lambda: f"{self.one(*STRINGS)}.join([{', '.join(self.some(0, 3, self.string))}])",
            lambda: (
                "f'{"
                + self.one("n1", "s1", "xs1", "d1")
                + self.one("", "!r", "!s")
                + "}"
                + self.one("", "-{n2:>4}", "{{}}", "{n1:,}", "{1.5:.2f}")
                + "'"
            ),
            lambda: f"{self.string()}.{self.one('zfill', 'center', 'ljust', 'rjust')}({self.one('0', '3', '6')})",
            lambda: f"(await echo({self.string()}))" if self.awaits else self.string(),
            lambda: f"type({self.value()}).__name__",
        )

    def boolean(self) -> str:
        return self.deep(
            lambda: self.one("True", "False", "None"),
            self.condition,
            lambda: f"({self.value()} {self.one('and', 'or')} {self.value()})",
            lambda: f"({self.value()} {self.one('==', '!=', 'in', 'not in')} {self.one(self.items, self.value)()})",
            lambda: f"isinstance({self.value()}, {self.one('int', 'str', '(list, dict)', 'bool', 'float')})",
            lambda: f"{self.one('any', 'all')}([{', '.join(self.some(0, 3, self.value))}])",
            lambda: f"{self.one('any', 'all')}({self.comprehension('', '')})",
        )

    def condition(self) -> str:
        return self.deep(
            lambda: self.one(
                "n1 > 1", "n2", "xs1", "s1 == 'a'", "not d1", "'a' in s1", "n1 in xs1", "p1 is None", "len(xs1) < 3"
            ),
            lambda: f"({self.integer()} {self.one('<', '<=', '>', '>=', '==', '!=')} {self.integer()})",
            lambda: f"({self.integer()} < {self.integer()} {self.one('<', '<=', '!=')} {self.integer()})",
            lambda: f"not {self.value()}",
            lambda: f"({self.condition()} {self.one('and', 'or')} {self.condition()})",
            lambda: f"{self.string()}.{self.one('isdigit', 'isalpha', 'isupper', 'isspace')}()",
            lambda: f"{self.string()}.{self.one('startswith', 'endswith')}({self.one(*STRINGS)})",
            lambda: f"({self.string()} {self.one('<', '<=', '==')} {self.string()})",
        )

    def items(self) -> str:
        return self.deep(
            lambda: self.one("xs1", "xs2", "[]", "[1, 2, 3]", "['a', 'b']", "(1, 'a')", "list(range(4))"),
            lambda: f"[{', '.join(self.some(0, 3, self.value))}]",
            lambda: f"[{', '.join(self.some(1, 2, self.value))}, *{self.items()}[:2]]",
            lambda: f"({', '.join(self.some(1, 3, self.value))},)",
            lambda: f"{self.items()}[{self.slice()}]",
            lambda: f"([{', '.join(self.some(0, 2, self.value))}] * {self.one('0', '2', 'n1 % 3')})",
            lambda: f"sorted({self.items()}{self.one('', ', reverse=True', ', key=str', ', key=lambda x: repr(x)')})",
            lambda: (
                f"list({self.one('reversed', 'enumerate', 'set', 'tuple')}({self.items()}))"
                if self.chance(70)
                else f"list(zip({self.items()}, {self.items()}))"
            ),
            lambda: f"list({self.mapping()}{self.one('', '.keys()', '.values()', '.items()')})",
            lambda: self.comprehension("[", "]"),
            lambda: f"{self.string()}.split({self.one('', repr(','), repr('a'))})",
            lambda: f"(await echo({self.items()}))" if self.awaits else self.items(),
            lambda: (
                f"(await asyncio.gather({', '.join(self.some(1, 3, self.branch))}{self.one('', ', return_exceptions=True')}))"
                if self.awaits
                else "[]"
            ),
            lambda: self.spread(self.without_walrus(self.branch)),
            lambda: self.spread(f"echo({self.without_walrus(lambda: self.unshared(self.integer))})"),
        )

    def spread(self, call: str) -> str:
        items = self.without_walrus(self.items)
        return f"(await asyncio.gather(*[{call} for n1 in {items}]))" if self.awaits else items

    def branch(self) -> str:
        """A call that runs as a task."""
        helpers = [name for name, is_async in self.helpers if is_async] if self.shares or not self.changes_self else []
        if helpers and self.chance(40):
            return f"self.{self.one(*helpers)}({self.unshared(self.value)}, {self.unshared(self.integer)})"
        call, make = self.one(("echo({})", self.value), ("only_even({})", self.integer), ("add({}, b=2)", self.integer))
        return call.format(self.unshared(make))

    def unshared(self, make: Callable[[], str]) -> str:
        """A value of which a task and the body have no object in common that changes."""
        return make() if self.shares or self.chance(2) else f"{self.one('copy.deepcopy', 'copy.deepcopy', 'str')}({make()})"

    def slice(self) -> str:
        return ":".join(self.some(2, 3, lambda: self.one("", "0", "1", "-1", "2", "-2", "n1")))

    def comprehension(self, opening: str, closing: str) -> str:
        with self.nested():
            source = self.without_walrus(self.items)
            variable = self.one("x", "n1", "y")
            self.scoped.append(variable)
            element = self.without_walrus(self.one(self.value, lambda: variable, lambda: f"({variable}, {self.integer()})"))
            test = f" if {self.one(self.without_walrus(self.condition), variable)}" if self.chance(40) else ""
            inner = f" for z in {self.one('(1, 2)', 'xs2', repr('ab'))}" if self.chance(20) else ""
            self.scoped.pop()
            return f"{opening}{element} for {variable} in {source}{inner}{test}{closing}"

    def mapping(self) -> str:
        return self.deep(
            lambda: self.one("d1", "d2", "{}", "{'a': 1, 'b': [2]}", "{1: 'x', 'k': None}"),
            lambda: "{" + ", ".join(f"{self.key()}: {self.value()}" for _ in range(self.random.randint(0, 3))) + "}",
            lambda: "{" + f"**{self.mapping()}, {self.key()}: {self.value()}" + "}",
            lambda: f"dict(a={self.value()})",
            lambda: "{str(x): x for x in " + self.without_walrus(self.items) + "}",
            lambda: f"(await echo({self.mapping()}))" if self.awaits else self.mapping(),
            lambda: f"({self.mapping()} | {self.mapping()})",
        )

    def key(self) -> str:
        return self.one("'a'", "'b'", "'key'", "1", "0", "(1, 'a')", "n1", "s1")

    def other(self) -> str:
        return self.deep(
            lambda: self.one("None", "p1", "b'ab'", "LIMIT", "NAMES", "range(3)", "p2"),
            lambda: f"Pair({self.value()}{self.one('', ', 5')})",
            lambda: f"Item(name={self.string()}, count={self.integer()})",
            lambda: "{" + ", ".join(self.some(1, 1, self.integer)) + "}",
            lambda: f"{self.mapping()}.get({self.key()}{self.one('', ', 0', ', []')})",
            lambda: f"{self.mapping()}[{self.key()}]",
            lambda: f"xs{self.one(1, 2)}.pop({self.one('', '0')})",
            lambda: f"d{self.one(1, 2)}.{self.one('pop', 'setdefault')}({self.key()}, {self.integer()})",
            lambda: f"(await item({self.string()}, {self.integer()}))" if self.awaits else "None",
        )

    def helper_call(self) -> str:
        if not self.helpers:
            return "LIMIT"
        name, is_async = self.one(*self.helpers)
        if is_async and not self.awaits:
            return "LIMIT"
        call = f"self.{name}({self.value()}, {self.one('xs1', self.integer(), 'b=d1')})"
        return f"(await {call})" if is_async else call
