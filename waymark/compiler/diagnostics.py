"""Refusals as the user sees them: where, what, why, and the rewrite that works."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import NoReturn

from waymark.compiler.codes import RULES
from waymark.errors import UnsupportedPatternError


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One refusal. Lines and columns count from 1, columns in characters."""

    code: str
    file: str
    line: int
    column: int
    end_column: int
    source_line: str
    seen: str
    reason: str
    help: str

    def __str__(self) -> str:
        return self.text()

    def text(self, *, coloured: bool = False) -> str:
        """The refusal as a compiler prints it; with colours for a terminal."""
        red, green, bold, plain = ("\033[1;31m", "\033[1;32m", "\033[1m", "\033[0m") if coloured else ("", "", "", "")
        gutter = " " * len(str(self.line))
        lines = [
            f"{red}error[{self.code}]{plain}{bold}: {self.seen}{plain}",
            f"{gutter}--> {self.file}:{self.line}:{self.column}",
        ]
        if self.source_line.strip():
            carets = "^" * max(1, self.end_column - self.column)
            lines += [
                f"{gutter} |",
                f"{self.line} | {self.source_line}",
                f"{gutter} | {' ' * (self.column - 1)}{red}{carets}{plain}",
            ]
        return "\n".join([*lines, f"{gutter} = why: {self.reason}", f"{gutter} = {green}help{plain}: {self.help}"])


class Reporter:
    """Collects the refusals of one workflow, so that all are shown at once."""

    def __init__(self, workflow: str) -> None:
        self._workflow = workflow
        self._found: dict[tuple[str, str, int, int], Diagnostic] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def report(self, code: str, file: str, lines: list[str], node: ast.AST | None, **values: str) -> None:
        """Adds the refusal of `node`, or of the file as a whole. `values` fill in the rule; `hint` is a better rewrite."""
        rule = RULES[code]
        line = getattr(node, "lineno", 1)
        text = lines[line - 1].rstrip("\n") if line <= len(lines) else ""
        start = getattr(node, "col_offset", 0)
        end = getattr(node, "end_col_offset", start + 1) if getattr(node, "end_lineno", line) == line else len(text.encode())
        diagnostic = Diagnostic(
            code=code,
            file=file,
            line=line,
            column=_characters(text, start) + 1,
            end_column=_characters(text, end) + 1,
            source_line=text,
            seen=rule.seen.format(**values),
            reason=rule.reason.format(**values),
            help=values.get("hint") or rule.help.format(**values),
        )
        self._found.setdefault((code, file, line, start), diagnostic)

    def fail(self) -> NoReturn:
        """Raises UnsupportedPatternError with all refusals, in the order of the source."""
        found = sorted(self._found.values(), key=lambda d: (d.file, d.line, d.column, d.code))
        count = f"{len(found)} problem{'s' if len(found) > 1 else ''}"
        text = "\n\n".join(str(diagnostic) for diagnostic in found)
        raise UnsupportedPatternError(f"{self._workflow} cannot be compiled: {count}\n\n{text}\n", found)


def _characters(text: str, column: int) -> int:
    """The position in characters of a position in UTF-8 bytes."""
    return len(text.encode()[:column].decode(errors="replace"))
