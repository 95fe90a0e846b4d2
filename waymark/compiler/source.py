"""First pass: from a method object to its syntax tree, with exact places in the file."""

from __future__ import annotations

import ast
import copy
import dataclasses
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
from typing import Any, Literal, cast

from waymark.compiler.syntax import children, walk

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A parsed file. `functions` are all that it defines, by first line, each with the class that it stands directly in."""

    path: str
    lines: list[str]
    functions: dict[int, list[tuple[FunctionNode, ast.ClassDef | None]]]
    codes: dict[tuple[str, int], CodeType]
    rebound: dict[str, int]
    """Global names that are bound more than once, with the last line that does it."""
    changed: frozenset[str]
    """Names and attributes (`.name`) whose objects are changed in place somewhere in the file."""


Kind = Literal["method", "class", "static"]
"""What a function is called with before its arguments: an instance, its class, or nothing."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a workflow, or a function, with its syntax tree, in which private names are mangled as Python does."""

    name: str
    kind: Kind
    code: CodeType
    namespace: dict[str, Any]
    """The globals of its module."""
    owner: type | None
    """The class in whose body it stands."""
    signature: inspect.Signature
    """The parameters that a caller gives: without `self`, under their mangled names."""
    own: inspect.Parameter | None
    """The parameter before these: `self` or `cls`."""
    node: FunctionNode
    class_node: ast.ClassDef | None
    file: SourceFile

    @property
    def is_async(self) -> bool:
        """Whether its calls are awaited."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    @property
    def module(self) -> str:
        """The name of its module."""
        return str(self.namespace["__name__"])

    @property
    def scope_node(self) -> ast.ClassDef | FunctionNode:
        """The statement of its module that it is part of: names are looked up when it has been executed."""
        return self.class_node or self.node


@dataclass(frozen=True, slots=True)
class Branch(Method):
    """A function that the compiler makes of something awaited in a method, which runs as a task."""

    parameters: tuple[str, ...]


def branch(outer: Method, awaited: ast.expr, parameters: list[str]) -> Branch:
    """The function that awaits an expression of `outer`, in which the parameters stand for what was evaluated before."""
    own = [ast.arg(arg=name) for name in parameters]
    before = [] if outer.kind == "static" else outer.node.args.args[:1]
    arguments = ast.arguments(posonlyargs=[], args=[*before, *own], kwonlyargs=[], kw_defaults=[], defaults=[])
    result = ast.copy_location(ast.Return(value=ast.copy_location(ast.Await(value=awaited), awaited)), awaited)
    fields: dict[str, Any] = {field.name: getattr(outer, field.name) for field in dataclasses.fields(Method)}
    name = outer.name.partition(".")[0] + f".{awaited.lineno}"
    node = ast.AsyncFunctionDef(name=name, args=arguments, body=[result], decorator_list=[])
    fields |= {"name": name, "node": node, "signature": inspect.Signature(), "parameters": tuple(parameters)}
    return Branch(**fields)


@dataclass(frozen=True, slots=True)
class Callee:
    """What a call names, if it is compiled with the workflow: the member `name` of the class `owner`, or a function."""

    name: str
    member: object
    owner: type | None = None


class SourceError(Exception):
    """A method cannot be read: `code` says why, `file` and `node` where, as far as known."""

    def __init__(self, code: str, file: SourceFile | None = None, node: ast.AST | None = None, **values: str) -> None:
        super().__init__(code)
        self.code, self.file, self.node, self.values = code, file, node, values


def load_method(cls: type, name: str) -> Method:
    """The method `name` of `cls`. Raises SourceError when it is not a plain method whose source is at hand."""
    owner = next(base for base in cls.__mro__ if name in vars(base))
    return load_function(vars(owner)[name], name, owner)


def load_function(found: object, name: str, owner: type | None = None) -> Method:
    """A function, or the member `name` of the class `owner`. Raises SourceError when it is not plain or has no source."""
    kind, function = _unwrapped(found) if owner is not None else ("static", found)
    if not isinstance(function, FunctionType):
        raise SourceError("WMC008", name=name, kind=f"a {type(function).__name__}")
    file = load_file(function)
    first_line = function.__code__.co_firstlineno
    places = [
        (node, class_node)
        for node, class_node in file.functions.get(first_line, [])
        if (class_node is None) is (owner is None) and name in _names_of(node, class_node)
    ]
    if hasattr(function, "__wrapped__") or not places:
        raise SourceError("WMC004", file, name=name)
    node, class_node = places[0]
    if any(not (isinstance(d, ast.Name) and owner is not None and d.id in _DECORATORS) for d in node.decorator_list):
        raise SourceError("WMC004", file, node.decorator_list[0], name=name)
    if file.codes.get((function.__code__.co_qualname, first_line)) != function.__code__:
        raise SourceError("WMC002", file, node, name=name)
    signature = inspect.signature(function, follow_wrapped=False)
    parameters = list(signature.parameters.values())
    return Method(
        name=name,
        kind=kind,
        code=function.__code__,
        namespace=function.__globals__,
        owner=owner,
        signature=signature.replace(parameters=parameters[kind != "static" :]),
        own=parameters[0] if kind != "static" and parameters else None,
        node=node if class_node is None else _mangle(node, class_node.name),
        class_node=class_node,
        file=file,
    )


_DECORATORS = {"staticmethod", "classmethod", "property"}


def _unwrapped(member: object) -> tuple[Kind, object]:
    match member:
        case staticmethod():
            return "static", cast("Any", member).__func__
        case classmethod():
            return "class", cast("Any", member).__func__
        case _:
            return "method", member


def code_of(member: object) -> CodeType | None:
    """What a function, or a member of a class, executes."""
    return getattr(_unwrapped(member)[1], "__code__", None)


def _names_of(node: FunctionNode, class_node: ast.ClassDef | None) -> set[str]:
    return {node.name} if class_node is None else {node.name, _mangled(node.name, class_node.name)}


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


def class_place(cls: type) -> tuple[SourceFile, ast.AST] | tuple[None, None]:
    """Where a class stands, as far as its source is at hand."""
    path = getattr(sys.modules.get(cls.__module__), "__file__", None) or ""
    text = "".join(linecache.getlines(path))
    places = (node for node in walk(ast.parse(text)) if isinstance(node, ast.ClassDef) and node.name == cls.__name__)
    node = next(places, None)
    return (None, None) if node is None else (_parse(path, text), node)


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
    functions: dict[int, list[tuple[FunctionNode, ast.ClassDef | None]]] = {}
    for node in walk(tree):
        for child in children(node):
            if isinstance(child, FunctionNode):
                found = child, node if isinstance(node, ast.ClassDef) else None
                functions.setdefault(_first_line(child), []).append(found)
    codes = {(inner.co_qualname, inner.co_firstlineno): inner for inner in _walk_code(code)}
    # Not splitlines(): a form feed or a line separator inside a string ends no line of Python's.
    return SourceFile(path, io.StringIO(text).readlines(), functions, codes, _rebound(tree), frozenset(_changed(tree)))


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
                yield from ((inner.target.id, line) for inner in walk(node) if isinstance(inner, ast.NamedExpr))
                continue
            case ast.Lambda():
                continue
            case _:
                pass
        pending += reversed(list(children(node)))


def _rebound(tree: ast.Module) -> dict[str, int]:
    """What a function declares `global` may be bound at any time: as if behind every line."""
    first: set[str] = set()
    last: dict[str, int] = {}
    for name, line in bindings(tree.body):
        if name in first:
            last[name] = line
        first.add(name)
    return last | {name: sys.maxsize for node in walk(tree) if isinstance(node, ast.Global) for name in node.names}


MUTATORS = frozenset(
    name
    for cls in (list, dict, set, bytearray)
    for name in vars(cls)
    if not name.startswith("_") and name not in {*vars(tuple), *vars(frozenset), *vars(bytes), "keys", "values", "items", "get"}
) - {"fromkeys"}
"""The methods that change their object."""


def _changed(tree: ast.Module) -> Iterator[str]:
    """The names and attributes (`.name`) through which a place is stored to, deleted or changed by a method."""
    for node in walk(tree):
        match node:
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                place = node
            case ast.Call(func=ast.Attribute(value=place, attr=attr)) if attr in MUTATORS:
                pass
            case ast.AugAssign(target=ast.Name() as place):
                pass
            case _:
                continue
        while isinstance(place, ast.Attribute | ast.Subscript):
            if isinstance(place, ast.Attribute):
                yield f".{place.attr}"
            place = place.value
        if isinstance(place, ast.Name):
            yield place.id


def _walk_code(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _walk_code(constant)


def _first_line(node: FunctionNode) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


_IDENTIFIERS: dict[type[ast.AST], str] = {
    ast.Name: "id",
    ast.Attribute: "attr",
    ast.arg: "arg",
    ast.keyword: "arg",
    ast.ExceptHandler: "name",
    ast.MatchAs: "name",
    ast.MatchStar: "name",
    ast.MatchMapping: "rest",
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
    for child in walk(node):
        field = _IDENTIFIERS.get(type(child))
        if field and isinstance(name := getattr(child, field), str):
            yield child, field, name
