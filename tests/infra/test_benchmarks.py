"""What the documents say how to measure can be measured; what a benchmark has found can be told."""

import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks import __main__ as _  # noqa: F401 - declares the workloads
from benchmarks import report
from benchmarks.bench import WORKLOADS
from benchmarks.ratios import ratios
from benchmarks.report import Figure, Point
from tests.cluster import ROOT

PERFORMANCE = (ROOT / "docs/internals/performance.md").read_text()


def test_every_figure_of_the_table_has_a_workload() -> None:
    (table,) = re.findall(r"^\| what \| goal .*?\n\n", PERFORMANCE, re.MULTILINE | re.DOTALL)
    named = [row.split("|")[4].strip(" `") for row in table.strip().splitlines()[2:]]
    assert len(named) > 10
    assert set(named) <= set(WORKLOADS)


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        (Figure("a", "/s", (1.0, 3.0, 20_000.0), ("≥", 2)), "3.00 /s 1.00 … 20,000 ≥ 2.00"),
        (Figure("a", "ms", (9.0,), ("≤", 2)), "9.00 ms not ≤ 2.00"),
        (Figure("a", "bytes", (0.0,)), "0 bytes"),
    ],
)
def test_a_figure_in_words(figure: Figure, line: str) -> None:
    assert " ".join(figure.line().split()[1:]) == line


def test_ratios_compare_what_was_measured_on_both_sides() -> None:
    own = [Figure("ten-iteration loops", "actions/s", (2_000.0,)), Figure("one-action runs", "runs/s", (1_000.0,))]
    found = list(ratios({"drain": own, "dbos": [Figure("drained", "steps/s", (100.0,))]}))
    assert [" ".join(row.split()) for row in found] == [
        "ten-iteration loops, against dbos 20.0 of its rate 2,000 actions/s, 100 steps/s"
    ]


def test_results_are_written(tmp_path: Path) -> None:
    figures = [Figure(f"{x}", "/s", (x * 1.0,), ("≥", 5), Point("rate by size", "size", "ours", x)) for x in (1, 10, 100)]
    files = report.write(tmp_path, {"machine": "this"}, {"drain": figures})
    found = json.loads(files[0].read_text())
    assert [figure["reached"] for figure in found["results"]["drain"]] == [False, True, True]
    assert [file.name for file in files[1:]] == ["rate-by-size.svg"] * (find_spec("matplotlib") is not None)
