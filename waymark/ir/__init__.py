"""The IR: models, verification, JSON and text forms (docs/internals/ir.md)."""

from waymark.ir.children import called_workflows
from waymark.ir.expressions import Expression
from waymark.ir.json import from_json, to_json, to_text
from waymark.ir.nodes import AnyNode, Function, Program
from waymark.ir.text import format_expression, format_program
from waymark.ir.verify import verify

__all__ = [
    "AnyNode",
    "Expression",
    "Function",
    "Program",
    "called_workflows",
    "format_expression",
    "format_program",
    "from_json",
    "to_json",
    "to_text",
    "verify",
]
