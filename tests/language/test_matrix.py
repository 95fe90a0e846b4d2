"""Every construct in every surrounding: see matrix.py."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.language import matrix
from tests.language.harness import Engine, codes_of_refusal

pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")

CHANGING = {
    "augmented",
    "augmented attribute",
    "augmented element",
    "del element",
    "dict methods",
    "for over values",
    "self is changed",
}
"""They change an object in place: refused where tasks share it, as the branches of a gather do."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the package with the modules."""
    folder = tmp_path_factory.mktemp("matrix")
    package = folder / "language_matrix"
    package.mkdir()
    for construct in matrix.CONSTRUCTS:
        Path(package, f"{matrix.identifier(construct)}.py").write_text(matrix.module(construct))
    sys.path.insert(0, str(folder))
    yield package.name
    sys.path.remove(str(folder))


@pytest.mark.parametrize(("construct", "surrounding"), matrix.names())
async def test_agrees(engine: Engine, package: str, construct: str, surrounding: str) -> None:
    module = importlib.import_module(f"{package}.{matrix.identifier(construct)}")
    cls = getattr(module, matrix.identifier(surrounding))
    if codes := codes_of_refusal(cls):
        assert (surrounding, codes) == ("branch", ["WMC404"])
        assert construct in CHANGING
        return
    for n in (2, 0) if surrounding == "awaited" else (0,):
        expected = await engine.inline(cls, n, *matrix.ARGUMENTS)
        found = await engine.durable(cls, n, *matrix.ARGUMENTS)
        assert found.unordered() == expected.unordered(), f"{found}\ninstead of {expected}"
