"""docs/language/README.md is true: each example runs, under CPython and through the engine, and ends as it says; each refused
line is refused with its code, each rewrite compiles."""

import importlib
import re
import sys
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from tests.cluster import ROOT
from tests.language.harness import Engine, codes_of_refusal, form_of
from waymark.compiler.codes import RULES

PAGE = (ROOT / "docs/language/README.md").read_text()
PRELUDE, *BODIES = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
ROWS = re.findall(r"^\| (WMC\d+) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)

BEFORE = """
import asyncio, datetime as dt, decimal, enum, math, shutil
import pydantic
from waymark import BackoffPolicy, RetryPolicy, Workflow, action

LIMIT, RATES, SETTINGS, CHANGED = 3, (1, 2, 5), {"rate": 1}, {}
CHANGED["rate"] = 1
FEE, MONTH = decimal.Decimal("0.10"), dt.timedelta(days=30)

class User(pydantic.BaseModel):
    name: str
    age: int
    active: bool = True
    tags: list[str] = []

class PaymentError(Exception): ...

class CardDeclined(PaymentError):
    def __init__(self, code):
        super().__init__(code)
        self.code = code

class Color(enum.Enum):
    RED = "red"
    GREEN = "green"

class Level(enum.IntEnum):
    HIGH = 2

def plain(n): return n

@action
async def count(items): return len(items)

@action
async def upper(text): return text.upper()
"""
PARAMETERS = "self, n=1, x=1, a=1, b=1, error=None, text='', items=(), data=None, user=None"
_OUTCOME = re.compile(r"^# run\((.*)\) (returns|raises|fails) (.*)$", re.MULTILINE)


class Example(NamedTuple):
    number: int
    arguments: str
    kind: str
    text: str


EXAMPLES = [Example(number, *outcome) for number, body in enumerate(BODIES) for outcome in _OUTCOME.findall(body)]


def method_of(cell: str) -> str:
    """A snippet of the table as the body of a workflow."""
    lines = "\n".join(part.strip("`") for part in cell.split("<br>"))
    handler = f"try: pass\nexcept Exception as error:\n{textwrap.indent(lines, ' ' * 4)}" if "error" in lines else lines
    head = f"    def helper(self, n): return n\n    async def run({PARAMETERS}):\n"
    return head + textwrap.indent(handler + "\nreturn x", " " * 8)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The page as a module: a workflow for each example, and two for each row of the table."""
    folder = tmp_path_factory.mktemp("page")
    classes = [f"class Example{i}(Workflow):\n{textwrap.indent(body, ' ' * 4)}" for i, body in enumerate(BODIES)]
    for number, (_, refused, rewrite) in enumerate(ROWS):
        classes += [
            f"class {name}{number}(Workflow):\n{method_of(cell)}" for name, cell in (("Refused", refused), ("Rewrite", rewrite))
        ]
    Path(folder, "language_page.py").write_text("\n\n".join([BEFORE, PRELUDE, *classes]))
    sys.path.insert(0, str(folder))
    yield importlib.import_module("language_page")
    sys.path.remove(str(folder))
    del sys.modules["language_page"]


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{e.number}-run({e.arguments})" for e in EXAMPLES])
async def test_example(engine: Engine, page: ModuleType, example: Example) -> None:
    cls = getattr(page, f"Example{example.number}")
    args = eval(f"({example.arguments}{',' if example.arguments else ''})", vars(page))
    if example.kind == "fails":
        assert example.text == "as unsupported"
        assert await engine.failure(cls, *args) == "waymark.errors:UnsupportedOperation"
        return
    expected = form_of(eval(example.text, vars(page)))
    for ending in (await engine.inline(cls, *args), await engine.durable(cls, *args)):
        assert (ending.kind, ending.form) == ({"returns": "returned", "raises": "raised"}[example.kind], expected)


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[f"{code}-{refused}" for code, refused, _ in ROWS])
def test_refusal_and_rewrite(page: ModuleType, number: int) -> None:
    code = ROWS[number][0]
    assert code in RULES
    assert set(codes_of_refusal(getattr(page, f"Refused{number}"))) == {code}
    assert codes_of_refusal(getattr(page, f"Rewrite{number}")) == []


def test_every_example_says_how_it_ends() -> None:
    assert {example.number for example in EXAMPLES} == set(range(len(BODIES)))
