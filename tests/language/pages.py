"""What the pages of docs/language/ say: examples with their outcomes, refusals with their places and rewrites."""

import re
import textwrap
from typing import NamedTuple

from tests.cluster import ROOT

PAGES = {path.stem: path.read_text() for path in sorted((ROOT / "docs/language").glob("*.md"))}
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_OUTCOME = re.compile(r"^# run\((.*)\) (returns|raises|fails) (.*)$", re.MULTILINE)
_REFUSED = re.compile(r"^(.*?)  # (WMC\d+)(?:: (.*))?$", re.MULTILINE)

BEFORE = """
import asyncio, datetime as dt, decimal, enum, math, random, shutil, uuid
import pydantic
from waymark import BackoffPolicy, RetryPolicy, Workflow, action, workflow

LIMIT, RATES, SETTINGS, CHANGED, RETRIES = 3, (1, 2, 5), {"rate": 1}, {}, 3
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

class Connection:
    def __init__(self, url): ...

def plain(n): return n
def logged(function): return function

@action
async def count(items): return len(items)

@action
async def upper(text): return text.upper()

@action
async def listed(items=[]): return items
"""
_CHILDREN = """
class Undecorated(Workflow):
    async def run(self): ...

@workflow(name="{name}.child")
class Child(Workflow):
    async def run(self, n): return n
"""
_PARAMETERS = "self, n=1, x=1, a=1, b=1, text='', items=(), data=None, user=None"


class Example(NamedTuple):
    """A body and one of its outcomes: `run(arguments)` `kind` (returns, raises, fails) `text`."""

    page: str
    number: int
    arguments: str
    kind: str
    text: str


class Refusal(NamedTuple):
    """Text that is refused with `code` where `place` stands in `line`, and what to write instead."""

    code: str
    line: str
    place: str
    refused: str
    rewrite: str


def blocks(page: str) -> list[str]:
    return _BLOCK.findall(PAGES[page])


PRELUDE = blocks("README")[0]
BODIES = {(page, number): body for page in PAGES for number, body in enumerate(blocks(page)) if "\n# run(" in body}
EXAMPLES = [Example(*place, *outcome) for place, body in BODIES.items() for outcome in _OUTCOME.findall(body)]


def _refusal(block: str) -> Refusal:
    refused, rewrite = block.split("# Write:\n")
    ((line, code, place),) = _REFUSED.findall(refused)
    return Refusal(code, line.strip(), place or line.strip(), _REFUSED.sub(r"\1", refused), rewrite)


REFUSALS = [_refusal(block) for block in blocks("refusals")]


def class_of_example(page: str, number: int) -> str:
    return f"{page.replace('-', '_')}_{number}"


def module_of_examples() -> str:
    """The text of a module with a workflow for each example."""
    classes = [f"class {class_of_example(*place)}(Workflow):\n{textwrap.indent(body, ' ' * 4)}" for place, body in BODIES.items()]
    return "\n\n".join([BEFORE, PRELUDE, *classes])


def module_of_snippet(name: str, snippet: str) -> str:
    """The text of a module with the workflow `Report`: the snippet has it, or is the body of its `run`."""
    before = "\n\n".join([BEFORE, PRELUDE, _CHILDREN.replace("{name}", name)])
    if "class Report" in snippet:
        return f"{before}\n\n{snippet}"
    head = f"class Report(Workflow):\n    def helper(self, n): return n\n    async def run({_PARAMETERS}):\n"
    return f"{before}\n\n{head}{textwrap.indent(snippet, ' ' * 8)}\n        return x"
