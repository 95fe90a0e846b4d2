"""Workflows from snippets of text, for the tests of the compiler."""

import io
import itertools
import linecache
import sys
import textwrap
from types import ModuleType

import pytest

from waymark.compiler import Diagnostic, compile_workflow
from waymark.errors import UnsupportedPatternError
from waymark.ir import Program, format_program, from_json, to_json, verify

PRELUDE = """
import asyncio, asyncio as aio, contextlib, datetime, enum, math, textwrap
from asyncio import gather as together
from dataclasses import dataclass
from datetime import timedelta
from tests.compiler.children import Bare, Child
from waymark import Workflow, action
from waymark.policies import BackoffPolicy, RetryPolicy

LIMIT = 3
RETRY = RetryPolicy(attempts=5, exception_types=[ValueError], backoff_seconds=2)
ERRORS = (KeyError, IndexError)
ITEMS = [1, 2]
DEEP = {"k": [1]}
CHANGED = [1]
CHANGED.append(2)
OPAQUE = object()

class Color(enum.Enum):
    RED = "red"

class Missing(LookupError): pass
class Coded(ValueError):
    code = 5

@dataclass
class Point:
    x: int

@action
async def act(a, b=0, *, c=0): ...
@action
async def listed(a=[]): ...
@action
async def zap(bbb=0, a=0): ...
@action(retry=RetryPolicy(attempts=2, backoff_seconds=1), timeout=30)
async def patient(a): ...
class Plain: ...
def helper_function(x): ...
@contextlib.contextmanager
def decorated(x): yield x
unnamed = lambda x: x
"""
_numbers = itertools.count()


def load(source: str, name: str = "snippet") -> ModuleType:
    """A module with this text, whose source Python's tools can find."""
    path = f"/snippets/{next(_numbers)}/{name}.py"
    linecache.cache[path] = (len(source), None, io.StringIO(source).readlines(), path)
    module = ModuleType(name)
    module.__file__ = path
    sys.modules[name] = module
    exec(compile(source, path, "exec"), module.__dict__)
    return module


def source_of(body: str, parameters: str = "x=1, y=2, z=3", rest: str = "") -> str:
    """The text of a module with a workflow of this body; `rest` are further members of the class."""
    lines = ["class W(Workflow):", f"    async def run(self, {parameters}):"]
    return "\n".join(
        [PRELUDE, *lines, textwrap.indent(textwrap.dedent(body), " " * 8), textwrap.indent(textwrap.dedent(rest), " " * 4)]
    )


def compile_text(source: str) -> Program:
    """The program of the workflow `W` of a module's text; every program is verified and survives JSON."""
    program = compile_workflow(load(source).W)
    verify(program)
    assert from_json(to_json(program)) == program
    return program


def compile_body(body: str, parameters: str = "x=1, y=2, z=3", rest: str = "") -> Program:
    return compile_text(source_of(body, parameters, rest))


def nodes_of(body: str, parameters: str = "x=1, y=2, z=3", rest: str = "") -> list[str]:
    """The nodes of the compiled body as text, without the implicit return and without numbers."""
    lines = format_program(compile_body(body, parameters, rest)).splitlines()[3:]
    found = [line[5:].strip() for line in lines if line.strip() and not line[0].isalpha()]
    return found[:-1] if found[-1] == "return null" else found


def refusals(body: str, parameters: str = "x=1, y=2, z=3", rest: str = "") -> list[Diagnostic]:
    """Every refusal of a body."""
    return refusals_of(source_of(body, parameters, rest))


def refusals_of(source: str) -> list[Diagnostic]:
    module = load(source)
    with pytest.raises(UnsupportedPatternError) as caught:
        compile_workflow(module.W)
    return list(caught.value.diagnostics)
