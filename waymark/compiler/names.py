"""Second pass: what each name of a method stands for."""

from __future__ import annotations

import ast
import builtins
import enum
import inspect
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from waymark.compiler.imports import body_imports
from waymark.compiler.source import FunctionNode, Method, bindings
from waymark.compiler.syntax import children, walk
from waymark.compiler.templates import Known
from waymark.errors import WaymarkTimeout


class Scope(enum.Enum):
    """Where a name lives that is not a static object."""

    LOCAL = "local"
    CLOSURE = "closure"
    UNDEFINED = "undefined"


@dataclass(frozen=True, slots=True)
class Static:
    """A name or dotted name whose object is known when the class is decorated."""

    value: object


_EVERYWHERE = {"ActionTimeout": WaymarkTimeout, "WaymarkTimeout": WaymarkTimeout}
"""Names that a body may use without importing them, as if they were builtin."""


class Names:
    """The names of one method."""

    def __init__(self, method: Method, cls: type) -> None:
        self._method = method
        self._cls = cls
        self.parameters = _parameters(method.node)
        self.self_name = None if method.kind == "static" or not self.parameters else self.parameters[0]
        self.imports = body_imports(method.node, method.namespace)
        stored = [name for name, _ in bindings(method.node.body) if name not in {self.self_name, *self.imports}]
        own = self.parameters if self.self_name is None else self.parameters[1:]
        self.locals = tuple(dict.fromkeys([*own, *stored]))
        self.hidden: Collection[str] = ()
        """Names that comprehensions around the place of a lookup bind."""
        self.volatile = frozenset(_unbound_names(method.node))
        """Names that a handler or `del` may unbind."""

    def lookup(self, name: str) -> Static | Scope:
        """What a name stands for."""
        if name in self.locals or name in self.hidden or name.startswith("$"):
            return Scope.LOCAL
        if name in self.imports:
            return Static(self.imports[name])
        if name in self._method.code.co_freevars:
            return Scope.CLOSURE
        module = self._method.namespace
        if name in module:
            return Static(module[name])
        if name == self._cls.__name__ and self._cls.__qualname__ == name:
            return Static(self._cls)
        if hasattr(builtins, name) and name != "__debug__":
            return Static(getattr(builtins, name))
        if name in _EVERYWHERE:
            return Static(_EVERYWHERE[name])
        return Scope.UNDEFINED

    def is_rebound(self, name: str) -> bool:
        """Whether the module binds a global name again behind the class, so that Python would see another object."""
        return name not in self.imports and (self._method.scope_node.end_lineno or 0) < self._method.file.rebound.get(name, 0)

    def is_changed(self, node: ast.expr) -> bool:
        """Whether the file changes the object of a global name or of an attribute, or a part of it, in place."""
        match node:
            case ast.Name(id=name):
                return name in self._method.file.changed
            case ast.Attribute(value=value, attr=attr):
                return f".{attr}" in self._method.file.changed or (isinstance(value, ast.Attribute) and self.is_changed(value))
            case _:
                return False

    def is_private_handler(self, name: str) -> bool:
        """Whether `name` is bound by handlers only, and nothing else ever refers to the exception."""
        bound = [child for child in walk(self._method.node) if isinstance(child, ast.Name) and child.id == name]
        is_handler = name in self.locals and name not in self.parameters and all(isinstance(use.ctx, ast.Load) for use in bound)
        return is_handler and _is_private_use(self._method.node, name)

    def static(self, node: ast.expr) -> Static | None:
        """The object of a name or dotted name, or None when it is known only at run time."""
        match node:
            case Known(value=value):
                return Static(value)
            case ast.Name(id=name) if name != self.self_name:
                found = self.lookup(name)
                return found if isinstance(found, Static) else None
            case ast.Attribute(value=value, attr=attr):
                owner = self.static(value)
                return _member(owner.value, attr) if owner else None
            case _:
                return None


def target_names(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> list[str]:
    """The variables of a comprehension."""
    targets = [child for generator in node.generators for child in walk(generator.target)]
    return [child.id for child in targets if isinstance(child, ast.Name)]


def _member(owner: object, name: str) -> Static | None:
    """A module's or class's attribute. Attributes of other objects are read at run time."""
    if inspect.ismodule(owner):
        return Static(getattr(owner, name)) if hasattr(owner, name) else None
    if isinstance(owner, enum.EnumType):
        members: Mapping[str, object] = owner.__members__
        return Static(members[name]) if name in members else None
    if isinstance(owner, type):
        try:
            value = inspect.getattr_static(owner, name)
        except AttributeError:
            return None
        return None if hasattr(value, "__get__") or hasattr(type(owner), name) else Static(value)
    return None


def _parameters(node: FunctionNode) -> tuple[str, ...]:
    spec = node.args
    every = [*spec.posonlyargs, *spec.args, spec.vararg, *spec.kwonlyargs, spec.kwarg]
    return tuple(arg.arg for arg in every if arg is not None)


def _unbound_names(node: FunctionNode) -> Iterator[str]:
    for child in walk(node):
        match child:
            case ast.ExceptHandler(name=str(name)) | ast.Name(id=name, ctx=ast.Del()):
                yield name
            case _:
                pass


def _is_private_use(node: ast.AST, name: str) -> bool:
    """Whether no part of `node` that reads `name` gives its object another name."""
    match node:
        case ast.Name(id=found, ctx=ast.Load()):
            return found != name
        case ast.Call(func=ast.Name(id="str" | "repr" | "isinstance" | "type"), args=[ast.Name(), *others]):
            return all(_is_private_use(child, name) for child in others)
        case ast.Attribute(value=ast.Name()) | ast.FormattedValue(value=ast.Name()) | ast.Raise(exc=ast.Name(), cause=None):
            return True
        case ast.Raise(exc=ast.Name(), cause=ast.expr() as cause):
            return _is_private_use(cause, name)
        case _:
            return all(_is_private_use(child, name) for child in children(node))
