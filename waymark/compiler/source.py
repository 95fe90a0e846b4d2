"""First pass: from a method object to its syntax tree, with exact places in the file."""

from __future__ import annotations

import ast
import copy
import functools
import inspect
import io
import linecache
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from types import CodeType, FunctionType
from typing import Any

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A parsed file. `methods` are the functions that stand directly in a class, with that class."""

    path: str
    lines: list[str]
    methods: list[tuple[FunctionNode, ast.ClassDef]]
    codes: dict[tuple[str, int], CodeType]
    rebound: dict[str, int]
    """Global names that are bound more than once, with the last line that does it."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a workflow with its syntax tree, in which private names are mangled as Python does."""

    name: str
    code: CodeType
    namespace: dict[str, Any]
    """The globals of its module."""
    signature: inspect.Signature
    """The parameters that a caller gives: without `self`, under their mangled names."""
    node: FunctionNode
    class_node: ast.ClassDef
    file: SourceFile
    is_static: bool

    @property
    def is_async(self) -> bool:
        """Whether its calls are awaited."""
        return isinstance(self.node, ast.AsyncFunctionDef)


class SourceError(Exception):
    """A method cannot be read: `code` says why, `file` and `node` where, as far as known."""

    def __init__(self, code: str, file: SourceFile | None = None, node: ast.AST | None = None, **values: str) -> None:
        super().__init__(code)
        self.code, self.file, self.node, self.values = code, file, node, values


def load_method(cls: type, name: str) -> Method:
    """The method `name` of `cls`. Raises SourceError when it is not a plain method whose source is at hand."""
    raw = inspect.getattr_static(cls, name)
    is_static = isinstance(raw, staticmethod)
    function: object = raw.__func__ if is_static else raw
    if not isinstance(function, FunctionType):
        raise SourceError("WMC008", name=name, kind=f"a {type(function).__name__}")
    file = load_file(function)
    first_line = function.__code__.co_firstlineno
    found = [
        (node, class_node)
        for node, class_node in file.methods
        if _first_line(node) == first_line and name in {node.name, _mangled(node.name, class_node.name)}
    ]
    if hasattr(function, "__wrapped__") or not found:
        raise SourceError("WMC004", file, name=name)
    node, class_node = found[0]
    if any(not (isinstance(d, ast.Name) and d.id == "staticmethod") for d in node.decorator_list):
        raise SourceError("WMC004", file, node.decorator_list[0], name=name)
    if file.codes.get((function.__code__.co_qualname, first_line)) != function.__code__:
        raise SourceError("WMC002", file, node, name=name)
    return Method(
        name=name,
        code=function.__code__,
        namespace=function.__globals__,
        signature=_signature(function, is_static=is_static),
        node=_mangle(node, class_node.name),
        class_node=class_node,
        file=file,
        is_static=is_static,
    )


def load_file(function: FunctionType) -> SourceFile:
    """The parsed file of a function. Raises SourceError when there is none."""
    path = function.__code__.co_filename
    linecache.checkcache(path)
    lines = linecache.getlines(path, function.__globals__)
    if not lines:
        raise SourceError("WMC001", name=function.__qualname__)
    try:
        return _parse(path, "".join(lines))
    except SyntaxError:
        raise SourceError("WMC002", name=function.__qualname__) from None


def module_path(module: str, file: str) -> str:
    """The file as the module names it (`app/flows.py`): the same on every machine, so that programs are."""
    path = PurePath(file)
    depth = module.count(".") + (2 if path.name == "__init__.py" else 1)
    return "/".join(path.parts[-depth:])


@functools.lru_cache(maxsize=64)
def _parse(path: str, text: str) -> SourceFile:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # Python showed them when it loaded the file
        tree = ast.parse(text, path)
        code = compile(tree, path, "exec", dont_inherit=True)
    methods = [
        (child, node)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for child in node.body
        if isinstance(child, FunctionNode)
    ]
    codes = {(inner.co_qualname, inner.co_firstlineno): inner for inner in _walk_code(code)}
    # Not splitlines(): a form feed or a line separator inside a string ends no line of Python's.
    return SourceFile(path, io.StringIO(text).readlines(), methods, codes, _rebound(tree))


def bindings(body: list[ast.stmt]) -> Iterator[tuple[str, int]]:
    """The names that statements bind in their own scope, with the line, in order of appearance."""
    pending: list[ast.AST] = list(reversed(body))
    while pending:
        node = pending.pop()
        line = getattr(node, "lineno", 0)
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, line
                continue
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.ExceptHandler(name=str(name)):
                yield name, line
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                yield name, line
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (((alias.asname or alias.name).partition(".")[0], line) for alias in names)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                pending.append(node.generators[0].iter)
                continue
            case ast.Lambda():
                continue
            case _:
                pass
        pending += reversed(list(ast.iter_child_nodes(node)))


def _rebound(tree: ast.Module) -> dict[str, int]:
    """What a function declares `global` may be bound at any time: as if behind every line."""
    first: set[str] = set()
    last: dict[str, int] = {}
    for name, line in bindings(tree.body):
        if name in first:
            last[name] = line
        first.add(name)
    return last | {name: sys.maxsize for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}


def _walk_code(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _walk_code(constant)


def _signature(function: FunctionType, *, is_static: bool) -> inspect.Signature:
    signature = inspect.signature(function, follow_wrapped=False)
    parameters = list(signature.parameters.values())
    return signature.replace(parameters=parameters if is_static else parameters[1:])


def _first_line(node: FunctionNode) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


_IDENTIFIERS: dict[type[ast.AST], str] = {
    ast.Name: "id",
    ast.Attribute: "attr",
    ast.arg: "arg",
    ast.keyword: "arg",
    ast.ExceptHandler: "name",
}


def _mangle(node: FunctionNode, class_name: str) -> FunctionNode:
    """`node` with names such as `__x` as Python sees them inside a class (`_Class__x`)."""
    if all(_mangled(name, class_name) == name for _, _, name in _identifiers(node)):
        return node
    node = copy.deepcopy(node)
    for owner, field, name in _identifiers(node):
        setattr(owner, field, _mangled(name, class_name))
    return node


def _mangled(name: str, class_name: str) -> str:
    prefix = class_name.lstrip("_")
    is_private = name.startswith("__") and not name.endswith("__")
    return f"_{prefix}{name}" if is_private and prefix else name


def _identifiers(node: ast.AST) -> Iterator[tuple[ast.AST, str, str]]:
    for child in ast.walk(node):
        field = _IDENTIFIERS.get(type(child))
        if field and isinstance(name := getattr(child, field), str):
            yield child, field, name
