"""The pages of docs/language/ are true: each example runs, under CPython and through the engine, and ends as it says; each
refused one is refused with its code at its place, and each rewrite compiles."""

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.cluster import ROOT
from tests.language import pages
from tests.language.harness import Engine, compiled, form_of
from tests.language.pages import BODIES, EXAMPLES, PAGES, REFUSALS, Example
from waymark import UnsupportedPatternError
from waymark.compiler import Diagnostic
from waymark.compiler.codes import RULES

WITHOUT_EXAMPLE = {"WMC001", "WMC002", "WMC009", "WMC107", "WMC211", "WMC314", "WMC399"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("pages")
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


def load(folder: Path, name: str, text: str) -> ModuleType:
    (folder / f"{name}.py").write_text(text)
    importlib.invalidate_caches()
    return importlib.import_module(name)


@pytest.fixture(scope="module")
def examples(folder: Path) -> ModuleType:
    return load(folder, "language_pages", pages.module_of_examples())


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{e.page}-{e.number}-run({e.arguments})" for e in EXAMPLES])
async def test_example(engine: Engine, examples: ModuleType, example: Example) -> None:
    cls = getattr(examples, pages.class_of_example(example.page, example.number))
    args = eval(f"({example.arguments}{',' if example.arguments else ''})", vars(examples))
    if example.kind == "fails":
        assert example.text == "as unsupported"
        assert await engine.failure(cls, *args) == "waymark.errors:UnsupportedOperation"
        return
    expected = form_of(eval(example.text, vars(examples)))
    for ending in (await engine.inline(cls, *args), await engine.durable(cls, *args)):
        assert (ending.kind, ending.form) == ({"returns": "returned", "raises": "raised"}[example.kind], expected)


def refusals_of(module: ModuleType) -> list[Diagnostic]:
    try:
        compiled(module.Report)
    except UnsupportedPatternError as error:
        return [diagnostic for diagnostic in error.diagnostics if isinstance(diagnostic, Diagnostic)]
    return []


@pytest.mark.parametrize("number", range(len(REFUSALS)), ids=[f"{r.code}-{r.place}" for r in REFUSALS])
def test_refusal_and_rewrite(folder: Path, number: int) -> None:
    refusal = REFUSALS[number]
    name = f"refused_{number}"
    found = refusals_of(load(folder, name, pages.module_of_snippet(name, refusal.refused)))
    assert [diagnostic.code for diagnostic in found] == [refusal.code]
    line = found[0].source_line
    assert line.strip() == refusal.line
    assert line[found[0].column - 1 : found[0].end_column - 1] == refusal.place
    name = f"rewrite_{number}"
    assert refusals_of(load(folder, name, pages.module_of_snippet(name, refusal.rewrite))) == []


def test_every_code_is_on_the_page() -> None:
    assert {refusal.code for refusal in REFUSALS} == RULES.keys() - WITHOUT_EXAMPLE
    assert {code for code in WITHOUT_EXAMPLE if code not in PAGES["refusals"]} == set()


def test_every_example_says_how_it_ends() -> None:
    without = [(page, number) for page in PAGES for number, _ in enumerate(pages.blocks(page)) if (page, number) not in BODIES]
    assert [place for place in without if place[0] != "refusals"] == [("README", 0)]


def test_every_page_is_in_the_index_and_no_link_is_broken() -> None:
    assert {page for page in PAGES if f"({page}.md)" not in PAGES["README"]} == {"README"}
    for text in PAGES.values():
        assert [link for link in re.findall(r"\]\(([\w./-]+)\)", text) if not Path(ROOT, "docs/language", link).exists()] == []
