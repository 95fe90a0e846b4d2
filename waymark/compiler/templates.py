"""Python source that the compiler writes in place of a construct: asyncio's own library, in terms of the IR's nodes.

A template is lowered like the body around it, so that `try`, loops and early exits in it need no code of their own.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import copy
import textwrap
from collections.abc import Callable

from waymark.compiler.intrinsics import Intrinsic

_KNOWN: dict[str, object] = {
    **{member.name.lower(): member for member in Intrinsic},
    "CancelledError": asyncio.CancelledError,
    "InvalidStateError": asyncio.InvalidStateError,
    **{name: getattr(builtins, name) for name in ("BaseException", "BaseExceptionGroup", "ExceptionGroup", "RuntimeError")},
    **{name: getattr(builtins, name) for name in ("TimeoutError", "ValueError")},
}


class Known(ast.expr):
    """An expression that names an object, whatever names are around it."""

    value: object


def known(value: object, node: ast.AST) -> Known:
    """`value`, at the place of `node`."""
    found = Known()
    found.value = value
    return ast.copy_location(found, node)


def local(name: str, node: ast.AST) -> ast.Name:
    """The local `name`, read at the place of `node`."""
    return ast.copy_location(ast.Name(id=name, ctx=ast.Load()), node)


class Template:
    """Statements with names to be filled in. All names that are not given and not known become temporaries."""

    def __init__(self, text: str) -> None:
        self._module = ast.parse(textwrap.dedent(text))

    def fill(self, node: ast.AST, temporary: Callable[[str], str], /, **given: str | ast.expr | list[ast.stmt]) -> list[ast.stmt]:
        """The statements, at the place of `node`. A list of statements replaces the line that is its name."""
        return _Filling(node, temporary, given).visit(copy.deepcopy(self._module)).body


class _Filling(ast.NodeTransformer):
    def __init__(self, node: ast.AST, temporary: Callable[[str], str], given: dict[str, str | ast.expr | list[ast.stmt]]) -> None:
        self.node, self.temporary, self.given = node, temporary, given

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr | ast.stmt | ast.ExceptHandler | ast.keyword):
            ast.copy_location(node, self.node)
        return super().generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | list[ast.stmt]:
        if isinstance(node.value, ast.Name) and isinstance(statements := self.given.get(node.value.id), list):
            return statements
        return self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        if node.name is not None:
            node.name = self._local(node.name)
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in _KNOWN:
            return known(_KNOWN[node.id], self.node)
        value = self.given.get(node.id)
        if isinstance(value, ast.expr):
            return value
        return ast.copy_location(ast.Name(id=self._local(node.id), ctx=node.ctx), self.node)

    def _local(self, name: str) -> str:
        given = self.given.get(name)
        if given is None:
            self.given[name] = given = self.temporary(name)
        assert isinstance(given, str)
        return given
