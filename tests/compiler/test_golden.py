"""Readable programs and the IR they become. `python -m tests.compiler.test_golden` writes the texts anew."""

import importlib
from pathlib import Path

import pytest

from waymark import Workflow
from waymark.compiler import compile_workflow
from waymark.ir import format_program, verify

FOLDER = Path(__file__).parent / "golden"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def golden_text(name: str) -> str:
    module = importlib.import_module(f"tests.compiler.golden.{name}")
    (cls,) = (value for value in vars(module).values() if isinstance(value, type) and Workflow in value.__bases__)
    program = compile_workflow(cls)
    verify(program)
    return format_program(program)


@pytest.mark.parametrize("name", NAMES)
def test_golden(name: str):
    assert golden_text(name) == (FOLDER / f"{name}.txt").read_text()


if __name__ == "__main__":
    for golden in NAMES:
        (FOLDER / f"{golden}.txt").write_text(golden_text(golden))
