"""f-strings: each part is formatted by itself, in the order of the source."""

from __future__ import annotations

import ast

from waymark.compiler.choices import Choices
from waymark.compiler.library import call, method
from waymark.ir.expressions import Const, Expression, ListDisplay

_CONVERSIONS = {ord("r"): "repr", ord("s"): "str", ord("a"): "ascii"}


class Strings(Choices):
    """Lowering of f-strings."""

    def joined(self, node: ast.JoinedStr) -> Expression:
        """The value of an f-string, or of the format specification inside one."""
        parts = self.sequence([self.operand(part, self._part) for part in node.values])
        if len(parts) == 1:
            return parts[0]
        return method(Const(""), "join", [ListDisplay(tuple(parts))]) if parts else Const("")

    def _part(self, node: ast.expr) -> Expression:
        """The text of one part; the specification is evaluated between the value and its conversion."""
        if not isinstance(node, ast.FormattedValue):
            return self.value(node)
        value, *spec = self.values([node.value, *([node.format_spec] if node.format_spec else [])])
        conversion = _CONVERSIONS.get(node.conversion)
        if conversion is not None:
            value = call(conversion, [value])
        return call("format", [value, *spec]) if spec or conversion is None else value
