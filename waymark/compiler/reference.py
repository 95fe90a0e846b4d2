"""Writes docs/errors-compiler.md, the page of all refusals: `python -m waymark.compiler.reference`."""

from __future__ import annotations

from pathlib import Path

from waymark.compiler.codes import RULES

_HEAD = """# Refusals of the compiler

Every construct of a workflow body is compiled with Python's result, or refused when the class is decorated. This page is
generated from `waymark/compiler/codes.py`; `{…}` stands for the name in question.

| code | seen | why | what works |
|---|---|---|---|
"""


def reference() -> str:
    """The page as Markdown."""
    rows = (f"| {rule.code} | {rule.seen} | {rule.reason} | {rule.help} |\n" for rule in RULES.values())
    return _HEAD + "".join(rows)


def main() -> None:
    """Writes the page."""
    Path("docs/errors-compiler.md").write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
