"""Draws a compiled workflow: Mermaid and Graphviz text, SVG where Graphviz is installed.

Consecutive assignments are one box; actions, forks, sleeps and helper calls stand out; error edges are dashed.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, assert_never

from waymark.errors import ConfigurationError
from waymark.ir.expressions import UNBOUND, Local
from waymark.ir.nodes import (
    Acquire,
    Action,
    AnyNode,
    Assign,
    Branch,
    Call,
    Cancel,
    Catch,
    Child,
    Fork,
    Function,
    Iterate,
    Mutate,
    Program,
    Raise,
    Release,
    Return,
    Scope,
    Semaphore,
    Signal,
    Sleep,
    Spawn,
    Unscope,
    Wait,
)

Format = Literal["mermaid", "dot", "svg"]
Style = Literal["wait", "step", "choice", "end", "start"]
_MAX_LABEL = 90
_MAX_LINES = 6
_DOT_TIMEOUT = 60


def visualize(program: Program, format: Format = "mermaid") -> str:  # noqa: A002 - what every drawing tool calls it
    """The graph of a program as Mermaid text, Graphviz text or SVG.

    Raises ConfigurationError for "svg" when Graphviz is not installed, ValueError for an unknown format.
    """
    match format:
        case "mermaid":
            return to_mermaid(program)
        case "dot":
            return to_dot(program)
        case "svg":
            return to_svg(program)
    raise ValueError(f"format={format!r}: must be mermaid, dot or svg")


def to_mermaid(program: Program) -> str:
    """The graph as a Mermaid flowchart."""
    shapes: dict[Style, tuple[str, str]] = {
        "wait": ("[[", "]]"),
        "step": ("[", "]"),
        "choice": ("{{", "}}"),
        "end": ("([", "])"),
        "start": ("((", "))"),
    }
    lines = ["flowchart TD"]
    for group in _groups(program):
        lines.append(f'  subgraph f{group.index}["{_mermaid(group.title)}"]')
        for box in group.boxes:
            left, right = shapes[box.style]
            lines.append(f'    {box.name}{left}"{_mermaid(box.label)}"{right}:::{box.style}')
        lines.append("  end")
        for edge in group.edges:
            arrow = "-.->" if edge.dashed else "-->"
            text = f'|"{_mermaid(edge.label)}"|' if edge.label else ""
            lines.append(f"  {edge.start} {arrow}{text} {edge.end}")
    lines += [
        "  classDef wait fill:#dbeafe,stroke:#1d4ed8,stroke-width:2px",
        "  classDef choice fill:#fef9c3,stroke:#a16207",
        "  classDef end fill:#dcfce7,stroke:#15803d",
        "  classDef step fill:#f8fafc,stroke:#94a3b8",
        "  classDef start fill:#334155,color:#fff",
    ]
    return "\n".join(lines) + "\n"


def to_dot(program: Program) -> str:
    """The graph in the language of Graphviz."""
    styles: dict[Style, str] = {
        "wait": 'shape=box style="filled,bold" fillcolor="#dbeafe" color="#1d4ed8"',
        "step": 'shape=box style=filled fillcolor="#f8fafc" color="#94a3b8"',
        "choice": 'shape=hexagon style=filled fillcolor="#fef9c3" color="#a16207"',
        "end": 'shape=oval style=filled fillcolor="#dcfce7" color="#15803d"',
        "start": 'shape=circle style=filled fillcolor="#334155" fontcolor=white',
    }
    lines = [
        f"digraph {_quoted(program.workflow)} {{",
        '  node [fontname="Helvetica" fontsize=11];',
        '  edge [fontname="Helvetica" fontsize=10];',
    ]
    for group in _groups(program):
        lines.append(f"  subgraph cluster_{group.index} {{")
        lines.append(f"    label={_quoted(group.title)};")
        lines += [f"    {box.name} [label={_quoted(box.label)} {styles[box.style]}];" for box in group.boxes]
        lines.append("  }")
        for edge in group.edges:
            attributes = f"label={_quoted(edge.label)}" + (" style=dashed color=red" if edge.dashed else "")
            lines.append(f"  {edge.start} -> {edge.end} [{attributes}];")
    return "\n".join([*lines, "}"]) + "\n"


def to_svg(program: Program) -> str:
    """The graph as an SVG picture, drawn by Graphviz. Raises ConfigurationError when it is not installed or fails."""
    dot = shutil.which("dot")
    if dot is None:
        raise ConfigurationError(
            "drawing SVG needs Graphviz, and there is no `dot` on PATH: install the package graphviz, or draw Mermaid",
            "PATH",
        )
    done = subprocess.run([dot, "-Tsvg"], input=to_dot(program).encode(), capture_output=True, timeout=_DOT_TIMEOUT, check=False)
    if done.returncode:
        raise ConfigurationError(f"Graphviz failed: {done.stderr.decode(errors='replace').strip()}", "PATH")
    return done.stdout.decode()


# --- The picture, whatever it is drawn with -----------------------------------------------------------------------------


@dataclass(slots=True)
class _Box:
    name: str
    label: str
    style: Style


@dataclass(slots=True)
class _Edge:
    start: str
    end: str
    label: str = ""
    dashed: bool = False


@dataclass(slots=True)
class _Group:
    """One function."""

    index: int
    title: str
    boxes: list[_Box] = field(default_factory=list[_Box])
    edges: list[_Edge] = field(default_factory=list[_Edge])


def _groups(program: Program) -> Iterator[_Group]:
    for index, function in enumerate(program.functions):
        title = program.workflow if index == 0 else f"{program.workflow}.{function.name}"
        group = _Group(index, f"{title}({', '.join(parameter.name for parameter in function.parameters)})")
        group.boxes.append(_Box(f"start{index}", function.name, "start"))
        blocks = _blocks(program, function)
        owner = {node.id: f"n{block[0].id}" for block in blocks for node in block}
        group.edges.append(_Edge(f"start{index}", owner[function.entry]))
        for block in blocks:
            group.boxes.append(_Box(f"n{block[0].id}", _label(program, block), _style(block[-1])))
            group.edges += [_Edge(owner[block[0].id], owner[end], label) for end, label in _successors(block[-1])]
            errors = dict.fromkeys(node.error for node in block if node.error is not None)
            group.edges += [_Edge(owner[block[0].id], owner[error], "error", dashed=True) for error in errors]
        yield group


def _blocks(program: Program, function: Function) -> list[list[AnyNode]]:
    """The nodes as boxes: assignments in a row that nothing else leads into are one."""
    nodes = program.nodes[function.nodes[0] : function.nodes[1] + 1]
    entered = [end for node in nodes for end, _ in _successors(node)] + [n.error for n in nodes if n.error is not None]
    blocks: list[list[AnyNode]] = []
    for node in nodes:
        last = blocks[-1][-1] if blocks else None
        follows = isinstance(last, Assign) and last.next == node.id and entered.count(node.id) == 1
        if follows and last is not None and isinstance(node, Assign) and node.error == last.error:
            blocks[-1].append(node)
        else:
            blocks.append([node])
    return blocks


def _successors(node: AnyNode) -> list[tuple[int, str]]:
    match node:
        case Branch():
            return [(node.then, "yes"), (node.otherwise, "no")]
        case Iterate():
            return [(node.next, "next"), (node.done, "done")]
        case Raise() | Return():
            return []
        case _:
            return [(node.next, "")]


def _label(program: Program, block: list[AnyNode]) -> str:
    lines = [_line(program, node) for node in block]
    if len(lines) > _MAX_LINES:
        lines = [*lines[: _MAX_LINES - 1], f"… {len(lines) - _MAX_LINES + 1} more"]
    return "\n".join([*(_short(line) for line in lines), f"line {block[0].span[0]}"])


def _line(program: Program, node: AnyNode) -> str:
    """What a node does, in the words of the source."""
    source = _source_text(program, node)
    match node:
        case Branch():
            return f"{source} ?"
        case Assign(value=value, target=target) if value == UNBOUND:
            return f"unbind {target}"
        case Raise(value=Local(name=name)) if name.startswith("$"):
            return "raise again"
        case Assign(value=Local(name=name), target=str(target)) if name.startswith("$") and target.startswith("$"):
            return "on error"
        case Assign():
            return source
        case Action(target=str(target)) | Fork(target=str(target)) | Call(target=str(target)) if target.startswith("$"):
            return source
        case Action(target=str(target)) | Fork(target=str(target)) | Call(target=str(target)):
            return f"{target} = {source}"
        case Catch():
            return "on error"
        case _:
            return source


def _source_text(program: Program, node: AnyNode) -> str:
    """The source that a node was made of, on one line; of a whole block, its first line."""
    line, column, end_line, end_column = node.span
    function = next(function for function in program.functions if node.id <= function.nodes[1])
    source = function.source or program.source
    lines = source.text.split("\n")[line - source.first_line : end_line - source.first_line + 1]
    if not lines:
        return node.kind
    lines[-1] = lines[-1].encode()[:end_column].decode(errors="replace")
    lines[0] = lines[0].encode()[column:].decode(errors="replace")
    if lines[0].rstrip().endswith(":"):
        return lines[0].strip().removesuffix(":")
    return " ".join(part.strip() for part in lines)


def _style(node: AnyNode) -> Style:
    match node:
        case Action() | Fork() | Sleep() | Call() | Child() | Wait() | Acquire() | Signal():
            return "wait"
        case Branch() | Iterate():
            return "choice"
        case Raise() | Return():
            return "end"
        case Assign() | Mutate() | Catch() | Spawn() | Cancel() | Scope() | Unscope() | Semaphore() | Release():
            return "step"
        case _:
            assert_never(node)


def _short(text: str) -> str:
    return text if len(text) <= _MAX_LABEL else text[: _MAX_LABEL - 1] + "…"


def _mermaid(text: str) -> str:
    """Text that Mermaid shows as it is, whatever it holds."""
    escaped = "".join(
        char if char.isalnum() or char in " .,:=+-*/()[]_…" else f"#{ord(char)};" for char in text.replace("\n", "\0")
    )
    return escaped.replace("#0;", "<br>")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
