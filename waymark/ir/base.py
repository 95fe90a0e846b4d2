"""What all nodes have."""

from __future__ import annotations

from dataclasses import dataclass

from waymark.ir.expressions import Model

Span = tuple[int, int, int, int]
"""Line, column, end line, end column: lines from 1, columns from 0 in UTF-8 bytes, as in `ast`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeBase(Model):
    """`error` is the catch node that receives an exception raised here."""

    id: int
    span: Span
    error: int | None = None
