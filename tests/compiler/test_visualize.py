"""Pictures of programs: every node and edge is there, and no label can break the syntax."""

import re
import shutil

import pytest

from tests.compiler.golden.handlers import Handlers
from tests.compiler.golden.welcome import Welcome
from tests.compiler.support import compile_body
from waymark.compiler import compile_workflow
from waymark.errors import ConfigurationError
from waymark.visualize import to_dot, to_mermaid, to_svg, visualize


def test_mermaid_shows_the_source():
    text = to_mermaid(compile_workflow(Welcome))
    assert text.startswith("flowchart TD\n")
    assert 'n0[["users = await fetch_users(user_ids)<br>line 18"]]:::wait' in text
    assert "n0 --> n1" in text


def test_error_edges_are_dashed():
    program = compile_workflow(Handlers)
    assert 'n0 -.->|"error"| n2' in to_mermaid(program)
    assert 'n0 -> n2 [label="error" style=dashed color=red];' in to_dot(program)


def test_every_edge_leads_to_a_box():
    for text in (to_mermaid(compile_workflow(Handlers)), to_dot(compile_workflow(Handlers))):
        boxes = set(re.findall(r"^    (n\d+|start\d+)\b", text, re.MULTILINE))
        for start, end in re.findall(r"^  (n\d+|start\d+) -.*?(n\d+)\b(?!.*n\d)", text, re.MULTILINE):
            assert {start, end} <= boxes


def test_assignments_in_a_row_are_one_box():
    text = to_dot(compile_body("a = 1\nb = 2\nawait act(a)"))
    assert re.search(r'n0 \[label="a = 1\\nb = 2\\nline \d+"', text)
    assert "n1 " not in text


def test_labels_are_escaped():
    body = 'await act("\\\\ \\" ] }} | <b> %% ;")'
    text = to_mermaid(compile_body(body))
    (label,) = re.findall(r'n0\[\["(.*)"\]\]', text)
    assert not set(label.replace("<br>", "")) & set('"|<>{}%\\')
    (dot,) = re.findall(r'n0 \[label="((?:[^"\\]|\\.)*)" ', to_dot(compile_body(body)))
    assert "line" in dot


def test_helpers_are_groups():
    text = to_mermaid(compile_body("await self.twice(1)", rest="async def twice(self, n): return n * 2"))
    assert 'subgraph f1["W.twice(n)"]' in text


def test_formats():
    program = compile_workflow(Welcome)
    assert visualize(program) == to_mermaid(program)
    assert visualize(program, format="dot") == to_dot(program)
    with pytest.raises(ValueError, match="must be mermaid, dot or svg"):
        visualize(program, format="png")


def test_svg_needs_graphviz(monkeypatch: pytest.MonkeyPatch):
    program = compile_workflow(Handlers)
    if shutil.which("dot"):
        assert "<svg" in to_svg(program)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ConfigurationError, match="Graphviz"):
        to_svg(program)


def test_svg_is_what_graphviz_draws(monkeypatch: pytest.MonkeyPatch, tmp_path):
    """Graphviz is not everywhere; a program in its place shows how it is called and how its failure is told."""
    dot = tmp_path / "dot"
    dot.write_text(
        '#!/bin/sh\nread line\ncase "$line" in *Welcome*) echo "<svg>$1</svg>";; *) echo "bad input" >&2; exit 1;; esac\n'
    )
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert to_svg(compile_workflow(Welcome)) == "<svg>-Tsvg</svg>\n"
    with pytest.raises(ConfigurationError, match="Graphviz failed: bad input"):
        to_svg(compile_workflow(Handlers))
