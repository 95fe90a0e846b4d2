"""Random workflow programs, as source text. Each ends: loops are short, and nothing grows by more than a constant a step.

The grammar follows types loosely, so that most programs do something and some fail in each way that Python knows. Every
choice is Hypothesis's, so a program that shows a difference shrinks.
"""

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

from hypothesis import strategies as st

HEAD = """\
import asyncio
import math
from tests.fuzz.actions import Item, OddError, Pair, add, echo, item, only_even
from waymark import Workflow

LIMIT, NAMES = 3, ("a", "b", "long name")
"""
INTEGERS = ("0", "1", "-1", "2", "3", "7", "-12", "255", "2**31", "-(2**63)", "10**20")
FLOATS = ("0.0", "-0.0", "0.5", "1.0", "2.5", "-3.75", "1e16", "1e-7", "0.1", "1e308", "float('inf')")
STRINGS = ("''", "'a'", "'b'", "'Bé'", "'x y'", "'a,b,c'", "'Ünder'", "'12'", "' pad '", "'a\\nb'", "'😀'", "'long name'")
ERRORS = ("ValueError", "KeyError", "IndexError", "TypeError", "ZeroDivisionError", "OddError", "AttributeError", "RuntimeError")
MAX_DEPTH = 3
MAX_STATEMENTS = 3

Draw = Callable[[Any], Any]


class Writer:
    """The lines of one program. Variables are named by what they mostly hold: n1 an int, s1 a string, xs1 a list, …."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.lines: list[str] = []
        self.indent = 0
        self.depth = 0
        self.loops = 0
        self.counter = 0
        self.awaits = True
        self.walrus = True
        self.helpers: list[tuple[str, bool]] = []
        self.scoped: list[str] = []

    # --- Choices --------------------------------------------------------------------------------------------------------

    def one(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def chance(self, percent: int) -> bool:
        return self.draw(st.integers(0, 99)) < percent

    def some(self, low: int, high: int, make: Callable[[], str]) -> list[str]:
        return [make() for _ in range(self.draw(st.integers(low, high)))]

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
        return f"{kind}{self.draw(st.integers(1, 2))}"

    # --- Expressions ----------------------------------------------------------------------------------------------------

    def value(self) -> str:
        """An expression of any kind."""
        return self.one(
            self.integer, self.integer, self.string, self.floating, self.boolean, self.items, self.mapping, self.other
        )()

    def deep(self, simple: Callable[[], str], *compound: Callable[[], str]) -> str:
        if self.depth >= MAX_DEPTH or self.chance(35):
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
            lambda: self.spread(f"echo({self.without_walrus(self.integer)})"),
        )

    def spread(self, call: str) -> str:
        items = self.without_walrus(self.items)
        return f"(await asyncio.gather(*[{call} for n1 in {items}]))" if self.awaits else items

    def branch(self) -> str:
        helpers = [name for name, is_async in self.helpers if is_async]
        if helpers and self.chance(25):
            return f"self.{self.one(*helpers)}({self.value()}, {self.integer()})"
        return self.one(f"echo({self.value()})", f"only_even({self.integer()})", f"add({self.integer()}, b={self.integer()})")

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
            lambda: "{" + ", ".join(f"{self.key()}: {self.value()}" for _ in range(self.draw(st.integers(0, 3)))) + "}",
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

    # --- Statements -----------------------------------------------------------------------------------------------------

    def body(self) -> None:
        for _ in range(self.draw(st.integers(1, MAX_STATEMENTS))):
            self.statement()
        if self.indent > 2 and self.chance(15):
            self.leave()

    def statement(self) -> None:
        simple = (self.assign, self.assign, self.augment, self.mutate, self.store, self.unpack, self.evaluate, self.attribute)
        if self.indent >= 5:
            self.one(*simple)()
            return
        self.one(
            *simple,
            self.branching,
            self.loop,
            self.loop,
            self.attempt,
            self.attempt,
            self.match,
            self.assertion,
            self.timeout,
            self.tasks,
        )()

    def assign(self) -> None:
        kind, make = self.one(
            ("n", self.integer),
            ("s", self.string),
            ("xs", self.items),
            ("d", self.mapping),
            ("p", self.other),
            ("n", self.floating),
            ("xs", self.value),
        )
        self.line(f"{self.name(kind)} = {make()}")

    def augment(self) -> None:
        self.line(
            self.one(
                f"{self.name('n')} {self.one('+=', '-=', '//=', '%=', '|=')} {self.integer()}",
                f"{self.name('s')} += {self.one(*STRINGS)}",
                f"{self.name('xs')} += [{self.value()}]",
                f"d1[{self.key()}] += {self.integer()}",
                f"xs1[{self.one('0', '-1')}] {self.one('+=', '-=')} {self.integer()}",
                f"p1.{self.one('count', 'left')} += {self.integer()}",
            )
        )

    def mutate(self) -> None:
        xs, d = self.name("xs"), self.name("d")
        self.line(
            self.one(
                f"{xs}.append({self.value()})",
                f"{xs}.extend({self.items()}[:3])",
                f"{xs}.insert({self.one('0', '-1', '9')}, {self.value()})",
                f"{xs}.{self.one('reverse', 'clear', 'sort')}()",
                f"{xs}.remove({self.value()})",
                f"{xs}.sort(key=str, reverse={self.one('True', 'False')})",
                f"{d}.update({self.mapping()})",
                f"{d}.setdefault({self.key()}, []).append({self.value()})",
                f"del {self.one(f'{xs}[0]', f'{d}[{self.key()}]', f'{xs}[{self.slice()}]', 'n2')}",
                f"{d}.{self.one('popitem', 'clear')}()",
            )
        )

    def store(self) -> None:
        target = self.one(
            f"d1[{self.key()}]",
            f"xs1[{self.one('0', '-1', '1')}]",
            f"d1[{self.key()}][{self.key()}]",
            "p1.left",
            "p1.count",
            f"xs2[{self.slice()}]",
            "xs1[0]['k']",
        )
        self.line(f"{target} = {self.value()}")

    def unpack(self) -> None:
        targets = self.one("n1, n2", "n1, *xs1", "(n1, s1), xs2", "*xs1, p1", "n1, d1['a']", "n1 = n2")
        self.line(f"{targets} = {self.one(self.items, self.value)()}")

    def evaluate(self) -> None:
        self.line(self.value())

    def branching(self) -> None:
        with self.block(f"if {self.condition()}:"):
            self.body()
        if self.chance(30):
            with self.block(f"elif {self.condition()}:"):
                self.body()
        if self.chance(40):
            with self.block("else:"):
                self.body()

    def loop(self) -> None:
        if self.loops >= 2:
            self.assign()
            return
        self.loops += 1
        if self.chance(25):
            self.counter += 1
            counter = f"i{self.counter}"
            self.line(f"{counter} = 0")
            with self.block(f"while {counter} < 3 and {self.condition()}:"):
                self.line(f"{counter} += 1")
                self.body()
        else:
            target, source = self.one(
                ("n1", self.items),
                ("x", self.items),
                ("s1", self.string),
                ("x", self.mapping),
                ("p1", self.items),
                ("n1", lambda: f"range({self.one('3', '1, 4', '3, 0, -1')})"),
                ("x, y", lambda: f"{self.mapping()}.items()"),
                ("x, y", lambda: f"enumerate({self.items()})"),
                ("x, y", lambda: f"zip({self.items()}, {self.items()})"),
                ("d1", self.items),
                ("xs2", self.items),
            )
            # At most four rounds, even over a list that the body makes longer.
            self.counter += 1
            counter = f"i{self.counter}"
            self.line(f"{counter} = 0")
            with self.block(f"for {target} in {source()}:"):
                self.line(f"{counter} += 1")
                with self.block(f"if {counter} > 4:"):
                    self.line("break")
                self.body()
                if self.chance(30):
                    with self.block(f"if {self.condition()}:"):
                        self.line(self.one("break", "continue"))
        if self.chance(25):
            with self.block("else:"):
                self.body()
        self.loops -= 1

    def attempt(self) -> None:
        with self.block("try:"):
            self.body()
        handlers = self.some(0, 2, lambda: self.one(*ERRORS, "(LookupError, TypeError)", "ArithmeticError", "Exception"))
        for error in handlers:
            with self.block(f"except {error}{self.one('', ' as error')}:"):
                self.body()
                if self.chance(20):
                    self.line(self.one("raise", "xs1 = [*xs1, 'caught'] if isinstance(xs1, list) else []"))
        if handlers and self.chance(25):
            with self.block("else:"):
                self.body()
        if not handlers or self.chance(40):
            with self.block("finally:"):
                self.body()

    def match(self) -> None:
        with self.block(f"match {self.value()}:"):
            for _ in range(self.draw(st.integers(1, 3))):
                pattern = self.one(
                    "0 | 1",
                    "'a'",
                    "None",
                    "int(n1)",
                    "str()",
                    "[]",
                    "[n1]",
                    "[n1, *xs1]",
                    "[_, (s1, p1)]",
                    "{'a': n1}",
                    "{'a': 1, **d1}",
                    "Pair(left=n1)",
                    "Pair(1, p1)",
                    "Item(name='a')",
                    "[1 | 2 as n2, *_]",
                    "True",
                    "float() | bool()",
                )
                with self.block(f"case {pattern}{self.one('', '', f' if {self.condition()}')}:"):
                    self.body()
            if self.chance(30):
                with self.block("case _:"):
                    self.body()

    def leave(self) -> None:
        self.line(
            self.one(f"return {self.value()}", f"raise {self.one(*ERRORS)}({self.value()})", "pass", f"raise {self.one(*ERRORS)}")
        )

    def timeout(self) -> None:
        if not self.awaits:
            self.attempt()
            return
        with self.block(f"async with asyncio.timeout({self.one('600', 'None')}):"):
            self.body()

    def tasks(self) -> None:
        if not self.awaits:
            self.assign()
            return
        if self.chance(50):
            self.line(f"t1, t2 = asyncio.create_task({self.branch()}), asyncio.create_task({self.branch()})")
            self.statement()
            self.line(
                self.one(
                    "n1 = await t2", "xs1 = [await t1, await t2]", "xs2 = await asyncio.gather(t1, t2, return_exceptions=True)"
                )
            )
        else:
            with self.block("async with asyncio.TaskGroup() as group:"):
                self.line(f"t1 = group.create_task({self.branch()})")
                self.body()
            self.line("xs1 = [t1.result()]")

    def attribute(self) -> None:
        self.line(
            self.one(
                f"self.total = {self.integer()}",
                f"self.total += {self.integer()}",
                f"self.seen.append({self.value()})",
                "n1 = self.total",
                "xs1 = self.seen",
            )
        )

    def assertion(self) -> None:
        self.line(f"assert {self.condition()}{self.one('', f', {self.value()}')}")

    # --- Programs -------------------------------------------------------------------------------------------------------

    def method(self, name: str, parameters: str, is_async: bool) -> None:
        self.awaits = is_async
        with self.block(f"{'async ' if is_async else ''}def {name}({parameters}):"):
            for start in (
                "n1, n2 = 1, 4",
                "s1, s2 = 'a', 'text b'",
                "xs1, xs2 = [3, 1, 2], []",
                "d1, d2 = {'a': 1}, {}",
                "p1, p2 = Pair(1, 2), None",
            ):
                self.line(start)
            if name != "run":
                self.line("xs1, n2 = a, b")
            self.body()
            self.body()
            self.line(
                "return [n1, n2, s1, s2, xs1, xs2, d1, d2, p1, p2]"
                if name == "run"
                else f"return {self.one('n1', 'xs1', 's1', 'd1')}"
            )
        self.line("")

    def program(self) -> str:
        self.indent = 1
        with self.block("def __init__(self):"):
            self.line("self.total, self.seen = 0, []")
        self.line("")
        for index in range(self.draw(st.integers(0, 2))):
            is_async = self.chance(50)
            self.method(f"helper{index}", "self, a, b=2", is_async)
            self.helpers.append((f"helper{index}", is_async))
        self.method("run", "self", is_async=True)
        return f"{HEAD}\n\nclass Program(Workflow):\n" + "\n".join(self.lines)


@st.composite
def programs(draw: Draw) -> str:
    """The source of a module with a workflow class `Program` whose `run` takes nothing."""
    return Writer(draw).program()
