"""Hostile sizes: each works, or gives its stated error."""

import importlib
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.language.harness import Engine, compiled, form_of
from waymark import UnsupportedPatternError, Workflow

HEAD = """\
import asyncio
from tests.language.actions import add, double, echo
from waymark import Workflow

class Sized(Workflow):
"""

Load = Callable[[str], type[Workflow]]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Load]:
    """Makes a workflow of the text of its methods."""
    name = f"sized_{abs(hash(request.node.name))}"
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    def make(methods: str) -> type[Workflow]:
        (tmp_path / f"{name}.py").write_text(HEAD + textwrap.indent(textwrap.dedent(methods), "    "))
        return importlib.import_module(name).Sized

    yield make
    sys.modules.pop(name, None)


def run(*body: str, parameters: str = "") -> str:
    return f"async def run(self{parameters}):\n" + textwrap.indent("\n".join(body), "    ")


NESTED_VALUE = run(
    "for _ in range(200):", "    x = [x]", "    y = {'k': y}", "return await echo([x, y]) == [x, y], x, y", parameters=", x, y"
)
PROGRAMS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "90 nested statements": (
        run("n = 1", *[f"{' ' * level}if n:" for level in range(90)], f"{' ' * 90}n = await double(n)", "return n"),
        (),
    ),
    "an expression of 200 operands": (
        run("return " + " + ".join(["n"] * 100 + ["await double(n)"] * 100), parameters=", n"),
        (1,),
    ),
    "90 nested displays": (run("return " + "[" * 90 + "await echo(n)" + "]" * 90, parameters=", n"), (1,)),
    "90 nested calls": (run("return " + "await double(" * 60 + "n" + ")" * 60, parameters=", n"), (1,)),
    "a value nested 200 deep": (NESTED_VALUE, (1, "a")),
    "2,000 nodes": (run("n = 0", *["n = n + 1", "m = n * 2"] * 990, "return await add(n, m)"), ()),
    "300 awaits": (run("n = 0", *["n = await add(n, 1)"] * 300, "return n"), ()),
    "200 variables": (
        run(*[f"v{i} = await echo({i}) if {i} % 50 == 0 else {i}" for i in range(200)], "return v0, v150, v199"),
        (),
    ),
    "a text of 1 MB": (
        run("again = await echo(text)", "return again == text, again", parameters=", text"),
        ("ab😀\\\n" * 150_000,),
    ),
    "100,000 numbers": (run("return await echo(xs)", parameters=", xs"), (list(range(100_000)),)),
    "10,000 keys": (run("return (await echo(d))['9999'], d", parameters=", d"), ({str(i): i for i in range(10_000, 0, -1)},)),
    "100,000 iterations without an await": (run("n = 0", "for i in range(100_000):", "    n += i % 7", "return n"), ()),
    "an integer of 4,000 digits": (run("return await echo(n + n), n // 7, n % 10**50", parameters=", n"), (10**4_000 - 12345,)),
}


@pytest.mark.parametrize("name", PROGRAMS)
async def test_large_things_work(engine: Engine, load: Load, name: str) -> None:
    methods, args = PROGRAMS[name]
    cls = load(methods)
    here, there = await engine.inline(cls, *args), await engine.durable(cls, *args)
    assert (here.kind, here.form) == (there.kind, there.form)
    assert here.kind == "returned"


RECURSION = """
    async def down(self, n):
        return 0 if n == 0 else 1 + await self.down(n - 1)

    async def run(self, n):
        try:
            return await self.down(n)
        except RecursionError as error:
            return error.args
"""


async def test_recursion_to_its_limit(engine: Engine, load: Load) -> None:
    cls = load(RECURSION)
    assert await engine.run(cls, 900) == 900
    assert form_of(await engine.run(cls, 5000)) == form_of(("maximum recursion depth exceeded",))


@pytest.mark.parametrize(
    "body",
    [
        "return 7 ** 10**9",
        "return 'ab' * 10**9",
        "return [0] * 10**9",
        "return 1 << 10**10",
        "return len('x'.ljust(10**10))",
        "return len(list(range(0, 10**20, 3)))",
        "return await asyncio.gather(*[double(i) for i in range(200_000)])",
    ],
)
async def test_what_is_over_a_limit_says_so(engine: Engine, load: Load, body: str) -> None:
    cls = load(run("try:", f"    {body}", "except Exception:", "    return 'caught'"))
    assert await engine.failure(cls) == "waymark.errors:LimitExceeded"


def test_what_is_too_large_to_compile_says_so(load: Load) -> None:
    with pytest.raises(UnsupportedPatternError, match="WMC009"):
        compiled(load(run("return " + "-" * 400 + "n", parameters=", n")))
