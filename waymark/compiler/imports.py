"""`import` inside a body: what the names stand for, where that is known when the class is decorated."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Mapping
from typing import Any

from waymark.compiler.source import FunctionNode, bindings

Import = ast.Import | ast.ImportFrom


def body_imports(function: FunctionNode, namespace: Mapping[str, Any]) -> dict[str, object]:
    """The names that are bound by one import among the statements of a body, before they are used, and by nothing else."""
    times: dict[str, int] = {}
    for name, _ in bindings(function.body):
        times[name] = times.get(name, 0) + 1
    return {
        name: value
        for statement in function.body
        if isinstance(statement, Import)
        for name, value in _imported(statement, namespace).items()
        if times[name] == 1 and not _is_used_before(name, statement, function)
    }


def names_of(node: Import) -> list[str]:
    """The names that an import binds."""
    return [name for name, _ in bindings([node])]


def _imported(node: Import, namespace: Mapping[str, Any]) -> dict[str, object]:
    """What the names of an import stand for, as far as they can be imported now."""
    found: dict[str, object] = {}
    for alias, name in zip(node.names, names_of(node), strict=True):
        try:
            found[name] = _object(node, alias, namespace)
        except Exception:  # noqa: BLE001, S112 - a module may raise anything; the name is refused
            continue
    return found


def _object(node: Import, alias: ast.alias, namespace: Mapping[str, Any]) -> object:
    if isinstance(node, ast.Import):
        module = importlib.import_module(alias.name)
        return module if alias.asname else importlib.import_module(alias.name.partition(".")[0])
    name = "." * node.level + (node.module or "")
    module = importlib.import_module(name, namespace.get("__package__"))
    if hasattr(module, alias.name):
        return getattr(module, alias.name)
    return importlib.import_module(f"{module.__name__}.{alias.name}")


def _is_used_before(name: str, statement: ast.stmt, function: FunctionNode) -> bool:
    uses = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == name]
    return any((node.lineno, node.col_offset) < (statement.lineno, statement.col_offset) for node in uses)
