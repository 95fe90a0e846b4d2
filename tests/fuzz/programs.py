"""Random workflow programs, as source text. Each ends: loops are short, and nothing grows by more than a constant a step."""

from random import Random

from tests.fuzz.expressions import STRINGS, Expressions

HEAD = """\
import asyncio
import copy
import math
from tests.fuzz.actions import Item, OddError, Pair, add, echo, item, only_even
from waymark import Workflow

LIMIT, NAMES = 3, ("a", "b", "long name")
"""
ERRORS = ("ValueError", "KeyError", "IndexError", "TypeError", "ZeroDivisionError", "OddError", "AttributeError", "RuntimeError")
MAX_STATEMENTS = 3


class Writer(Expressions):
    """The lines of one program."""

    # --- Statements -----------------------------------------------------------------------------------------------------

    def body(self) -> None:
        for _ in range(self.random.randint(1, MAX_STATEMENTS)):
            self.statement()
        if self.indent > 2 and self.chance(15):
            self.leave()

    def statement(self) -> None:
        simple = (self.assign, self.assign, self.augment, self.mutate, self.store, self.unpack, self.evaluate, self.attribute)
        if self.indent >= 4:
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
                f"p1.left += {self.integer()}",
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
            "p1.right",
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
            for _ in range(self.random.randint(1, 3)):
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
        error = self.one(*ERRORS)
        self.line(self.one(f"return {self.value()}", f"raise {error}({self.unshared(self.value)})", "pass", f"raise {error}"))

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
                    f"n1 = {self.unshared(lambda: 'await t2')}",
                    f"xs1 = {self.unshared(lambda: '[await t1, await t2]')}",
                    f"xs2 = {self.unshared(lambda: 'await asyncio.gather(t1, t2, return_exceptions=True)')}",
                )
            )
        else:
            with self.block("async with asyncio.TaskGroup() as group:"):
                self.line(f"t1 = group.create_task(echo({self.unshared(self.value)}))")
                self.body()
            self.line(f"xs1 = [{self.unshared(lambda: 't1.result()')}]")

    def attribute(self) -> None:
        if not self.changes_self:
            self.assign()
            return
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
        self.line(f"assert {self.condition()}{self.one('', f', {self.unshared(self.value)}')}")

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
            if name == "run":
                self.body()
            self.line(
                "return [n1, n2, s1, s2, xs1, xs2, d1, d2, p1, p2]"
                if name == "run"
                else f"return {self.one('n1', 'xs1', 's1', 'd1')}"
            )
        self.line("")

    def program(self) -> str:
        self.indent = 1
        if self.changes_self:
            with self.block("def __init__(self):"):
                self.line("self.total, self.seen = 0, []")
            self.line("")
        for index in range(self.random.randint(0, 2)):
            is_async = self.chance(50)
            self.method(f"helper{index}", "self, a, b=2", is_async)
            self.helpers.append((f"helper{index}", is_async))
        self.method("run", "self", is_async=True)
        return f"{HEAD}\n\nclass Program(Workflow):\n" + "\n".join(self.lines)


def program(seed: int) -> str:
    """The source of a module with a workflow class `Program` whose `run` takes nothing: the same for the same seed."""
    return Writer(Random(seed)).program()
