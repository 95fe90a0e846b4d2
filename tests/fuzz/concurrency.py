"""Random programs of tasks, as source text: gathers, groups, timeouts, waits, locks, child workflows, with `try` around all.

Every function collects in `log` what it saw and returns it. Helpers call only helpers before them, so that each program ends.
A child workflow leaves no tasks behind: they end with its run, but under CPython, where it is no run of its own, they go on.
Delays are drawn from so many numbers that two things seldom happen at the same time.
"""

import sys
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

from hypothesis import strategies as st

HEAD = """\
import asyncio

from tests.fuzz.timeline import UNIT, Broken, act
from waymark import Workflow, workflow
"""
LONGEST = 100_000
MAX_DEPTH = 3
BUDGET = 40
"""Statements and calls of a program."""
ERRORS = ("Broken", "asyncio.CancelledError", "TimeoutError", "Exception", "BaseException", "ExceptionGroup")
NEW_WAIT_FOR = sys.version_info >= (3, 12)
"""Before, `wait_for` raised when it was cancelled, whatever the call made of its cancellation."""
UNTIL = ("ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION")


class Writer:
    """The lines of one program."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self.draw = draw
        self.lines: list[str] = []
        self.indent = 0
        self.depth = 0
        self.budget = BUDGET
        self.labels = 0
        self.callees: list[str] = []
        self.tasks: list[str] = []
        self.groups: list[str] = []
        self.counter = 0
        self.has_lock = False
        self.is_child = False

    # --- Choices --------------------------------------------------------------------------------------------------------

    def one(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def chance(self, percent: int) -> bool:
        return self.draw(st.integers(0, 99)) < percent

    def delay(self) -> int:
        return self.draw(st.integers(1, LONGEST))

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    def name(self, prefix: str) -> str:
        self.counter += 1
        return f"{prefix}{self.counter}"

    @contextmanager
    def block(self, head: str) -> Any:
        """An indented block; the names that it binds are gone behind it."""
        tasks, groups = list(self.tasks), list(self.groups)
        self.line(head)
        self.indent += 1
        self.depth += 1
        yield
        self.indent -= 1
        self.depth -= 1
        self.tasks, self.groups = tasks, groups

    # --- Calls ----------------------------------------------------------------------------------------------------------

    def act(self) -> str:
        self.labels += 1
        fails = ", True" if self.chance(20) else ""
        return f"act('a{self.labels}', {self.delay()}{fails})"

    def call(self, *, coroutine: bool = False) -> str:
        """What can be awaited; a coroutine is what `create_task` takes."""
        self.budget -= 1
        if self.is_child or self.budget <= 0 or self.depth > MAX_DEPTH or self.chance(45):
            return self.act()
        kinds = ["helper", "helper", "sleep", "wait_for"] + ([] if coroutine else ["gather", "gather", "shield"])
        self.depth += 1
        match self.one(*kinds):
            case "helper" if self.callees:
                text = self.one(*self.callees)
            case "sleep":
                text = f"asyncio.sleep({self.delay()} * UNIT, 's')"
            case "wait_for":
                limit = self.one("None", f"{self.delay()} * UNIT", f"{self.delay()} * UNIT")
                text = f"asyncio.wait_for({self.call() if NEW_WAIT_FOR else self.act()}, {limit})"
            case "gather":
                settle = ", return_exceptions=True" if self.chance(40) else ""
                text = f"asyncio.gather({self.operands()}{settle})"
            case "shield":
                text = f"asyncio.shield({self.call(coroutine=True)})"
            case _:
                text = self.act()
        self.depth -= 1
        return text

    def operands(self) -> str:
        """Two or three calls or tasks."""
        return ", ".join(
            self.one(*self.tasks) if self.tasks and self.chance(30) else self.call() for _ in range(self.draw(st.integers(2, 3)))
        )

    # --- Statements -----------------------------------------------------------------------------------------------------

    def body(self, most: int = 3) -> None:
        for _ in range(self.draw(st.integers(1, most))):
            self.statement()

    def statement(self) -> None:
        self.budget -= 1
        if self.is_child:
            blocks = [self.attempt, self.timeout] if self.budget > 0 else []
            self.one(self.await_call, self.await_call, self.leave, *blocks)()
            return
        simple = [self.await_call, self.await_call, self.create, self.create, self.use_task, self.use_task, self.leave]
        blocks = [self.attempt, self.attempt, self.timeout, self.group, self.wait, self.completed, self.lock, self.loop]
        self.one(*simple, *(blocks if self.budget > 0 and self.depth <= MAX_DEPTH else []))()

    def await_call(self) -> None:
        self.line(f"log.append(await {self.call()})")

    def create(self) -> None:
        creator = f"{self.one(*self.groups)}.create_task" if self.groups and self.chance(60) else "asyncio.create_task"
        name, call = self.name("t"), self.call(coroutine=True)
        self.line(f"{name} = {creator}({call})")
        self.tasks.append(name)

    def use_task(self) -> None:
        if not self.tasks:
            self.create()
            return
        task = self.one(*self.tasks)
        use = self.one("await {}", "await {}", "{}.cancel()", "({}.done(), {}.cancelled())")
        self.line(f"log.append({use.format(task, task)})")

    def leave(self) -> None:
        if self.chance(70):
            self.await_call()
        else:
            self.line(self.one("return log", "raise Broken('raised')", "raise asyncio.CancelledError"))

    def attempt(self) -> None:
        with self.block("try:"):
            self.body()
        for error in [self.one(*ERRORS)] if self.chance(75) else []:
            with self.block(f"except {error} as error:"):
                self.line("log.append((type(error).__name__, error.args))")
                if self.chance(40):
                    self.body(1)
                if self.chance(35):
                    self.line(self.one("raise", "raise", "return log", "raise TimeoutError"))
            if self.chance(20):
                with self.block("else:"):
                    self.body(1)
            if self.chance(60):
                return
        with self.block("finally:"):
            self.body(2)

    def timeout(self) -> None:
        with self.block(f"async with asyncio.timeout({self.delay()} * UNIT):"):
            self.body()

    def group(self) -> None:
        name = self.name("g")
        with self.block(f"async with asyncio.TaskGroup() as {name}:"):
            self.groups = [name]
            self.create()
            self.body()

    def lock(self) -> None:
        if not self.has_lock:
            self.await_call()
            return
        with self.block("async with lock:"):
            self.body(2)

    def loop(self) -> None:
        with self.block(f"for _ in range({self.one(1, 2, 3)}):"):
            self.body(2)
            if self.chance(20):
                self.line(self.one("break", "continue"))

    def wait(self) -> None:
        while len(self.tasks) < 2:
            self.create()
        tasks = ", ".join(self.tasks[-3:])
        limit = f", timeout={self.delay()} * UNIT" if self.chance(40) else ""
        self.line(f"done, pending = await asyncio.wait([{tasks}], return_when=asyncio.{self.one(*UNTIL)}{limit})")
        self.line(f"log.append([task in done for task in [{tasks}]])")
        if self.chance(30):
            self.line("log.append([task.cancel() for task in pending])")

    def completed(self) -> None:
        calls = ", ".join(self.call(coroutine=True) for _ in range(self.draw(st.integers(2, 3))))
        with self.block(f"for call in asyncio.as_completed([{calls}]):"):
            if self.chance(50):
                self.line("log.append(await call)")
            else:
                self.line("try:")
                self.line("    log.append(await call)")
                self.line("except Exception as error:")
                self.line("    log.append((type(error).__name__, error.args))")
            if self.chance(20):
                self.line("break")

    # --- Programs -------------------------------------------------------------------------------------------------------

    def function(self, name: str, parameters: str, *, has_lock: bool) -> None:
        self.tasks, self.groups, self.depth = [], [], 0
        self.has_lock = has_lock
        with self.block(f"async def {name}({parameters}):"):
            self.line("log = []")
            if name == "run" and has_lock:
                self.line(f"lock = asyncio.{self.one('Lock()', 'Semaphore(2)', 'BoundedSemaphore(1)')}")
            self.body(4)
            self.line("return log")

    def program(self) -> str:
        helpers = self.draw(st.integers(1, 3))
        with_child, has_lock = self.chance(35), self.chance(40)
        if with_child:
            self.line("")
            self.line("@workflow(name=__name__ + '.Child')")
            with self.block("class Child(Workflow):"):
                self.budget, self.is_child = BUDGET // 4, True
                self.function("run", "self", has_lock=False)
                self.is_child = False
            self.callees = ["Child().run()"]
        self.line("")
        with self.block("class Program(Workflow):"):
            for number in range(helpers):
                self.budget = BUDGET // 3
                self.function(f"helper{number}", "self, lock" if has_lock else "self", has_lock=has_lock)
                self.callees.append(f"self.helper{number}({'lock' if has_lock else ''})")
            self.budget = BUDGET
            self.function("run", "self", has_lock=has_lock)
        return HEAD + "\n".join(self.lines) + "\n"


@st.composite
def programs(draw: Callable[[Any], Any]) -> str:
    """A program whose class `Program` is a workflow without arguments."""
    return Writer(draw).program()
