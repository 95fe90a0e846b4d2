"""Locals that hold what is no value: a function, a view of a dict, an iterator. What they hold is put where they are used.

A function or a view may be used at all places that its assignment surely comes before; an iterator, which reading uses up,
only once, by a statement that nothing stands before that could change what it gives.
"""

from __future__ import annotations

import ast
import copy
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import cast

from waymark.compiler.library import ITERATORS, VIEWS
from waymark.compiler.names import Names, target_names
from waymark.compiler.source import FunctionNode, Method
from waymark.ir.library import function_name

_MAKERS = (operator.attrgetter, operator.itemgetter, re.compile)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(slots=True)
class _Holder:
    """An assignment of what is no value to a local, with the statements behind it up to the next one."""

    statement: ast.Assign
    held: ast.expr
    region: list[ast.stmt]
    in_try: bool


def inlined(method: Method, names: Names) -> Method:
    """`method` without the locals that hold what is no value, as far as their uses allow it."""
    holders = _holders(method.node, names)
    if not holders:
        return method
    node = copy.deepcopy(method.node)
    replaced = {
        name: found
        for name, found in _holders(node, names).items()
        if _is_known(node, name, found) and all(_fits(holder, name, names.static) for holder in found)
    }
    for name, found in replaced.items():
        for holder in found:
            for statement in holder.region:
                _Replacement(name, holder.held).visit(statement)
    _Removal([holder for found in replaced.values() for holder in found]).visit(node)
    return replace(method, node=node) if replaced else method


def _holders(node: FunctionNode, names: Names) -> dict[str, list[_Holder]]:
    found: dict[str, list[_Holder]] = {}
    for block, in_try in _blocks(node.body, in_try=False):
        for index, statement in enumerate(block):
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if (
                    name in names.locals and name not in names.parameters and _is_no_value(value, names)
                ):
                    for holder in found.get(name, ()):
                        if statement in holder.region:
                            holder.region = holder.region[: holder.region.index(statement)]
                    found.setdefault(name, []).append(_Holder(statement, value, block[index + 1 :], in_try))
                case _:
                    pass
    return found


def _blocks(body: list[ast.stmt], *, in_try: bool) -> Iterator[tuple[list[ast.stmt], bool]]:
    """All lists of statements that are executed from the first to the last, and whether their exceptions may be handled."""
    yield body, in_try
    for statement in body:
        for child in ast.walk(statement):
            for _, field in ast.iter_fields(child):
                items = cast("list[ast.AST]", field) if isinstance(field, list) else []
                if items and isinstance(items[0], ast.stmt):
                    inside = in_try or any(isinstance(around, ast.Try | ast.TryStar) for around in ast.walk(statement))
                    yield cast("list[ast.stmt]", items), inside


# --- What is no value ---------------------------------------------------------------------------------------------------


def _is_no_value(node: ast.expr, names: Names) -> bool:
    if _is_view(node):
        owner = _owner(node)
        return owner in names.locals and owner != names.self_name
    is_callable = isinstance(node, ast.Lambda) or _is_function(node, names.static) or _names_exceptions(node, names.static)
    return is_callable or _is_iterator(node, names.static)


def _static(node: ast.expr, static: Callable[[ast.expr], object]) -> object:
    return getattr(static(node), "value", None)


def _is_function(node: ast.expr, static: Callable[[ast.expr], object]) -> bool:
    """Whether `node` names a function, or makes one out of constants, always the same."""
    match node:
        case ast.Name() | ast.Attribute():
            found = _static(node, static)
            return (callable(found) and not isinstance(found, type)) or _is_method_of_a_type(node, static)
        case ast.Call(func=func, args=args, keywords=[]) if any(_static(func, static) is maker for maker in _MAKERS):
            constants = [arg.value for arg in args if isinstance(arg, ast.Constant)]
            try:
                cast("Callable[..., object]", _static(func, static))(*constants)
            except (TypeError, re.error, OverflowError, RecursionError):
                return False  # it raises where it stands
            return len(constants) == len(args)
        case _:
            return False


def _names_exceptions(node: ast.expr, static: Callable[[ast.expr], object]) -> bool:
    """Whether `node` names exception classes: as values they are stored, but `except` must know them."""
    classes = node.elts if isinstance(node, ast.Tuple) else [node]
    found = [_static(item, static) for item in classes]
    return bool(found) and all(isinstance(item, type) and issubclass(item, BaseException) for item in found)


def _is_method_of_a_type(node: ast.expr, static: Callable[[ast.expr], object]) -> bool:
    owner = _static(node.value, static) if isinstance(node, ast.Attribute) else None
    return (
        isinstance(owner, type) and isinstance(node, ast.Attribute) and function_name(getattr(owner, node.attr, None)) is not None
    )


def _is_view(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(), attr=attr), args=[], keywords=[]):
            return attr in VIEWS
        case _:
            return False


def _owner(view: ast.expr) -> str:
    """The dict of a view."""
    return cast("ast.Name", cast("ast.Attribute", cast("ast.Call", view).func).value).id


def _is_iterator(node: ast.expr, static: Callable[[ast.expr], object]) -> bool:
    match node:
        case ast.GeneratorExp():
            return True
        case ast.Call(func=func):
            return function_name(_static(func, static)) in ITERATORS
        case _:
            return False


# --- Whether it can be put where it is used -----------------------------------------------------------------------------


def _is_known(node: FunctionNode, name: str, holders: list[_Holder]) -> bool:
    """Whether each use of a local stands behind one of its assignments, in the same list of statements or inside of it."""
    behind = [use for holder in holders for statement in holder.region for use in _uses(statement, name)]
    every = list(_uses(node, name))
    stores = [use for use in every if not isinstance(use, ast.Name) or not isinstance(use.ctx, ast.Load)]
    return len(stores) == len(holders) and len(behind) == len(every) - len(stores) and not any(use in stores for use in behind)


def _uses(node: ast.AST, name: str) -> Iterator[ast.AST]:
    """Where a name stands, in whatever scope."""
    for child in ast.walk(node):
        if not isinstance(child, ast.keyword) and name in (
            getattr(child, field, None) for field in ("id", "arg", "name", "rest")
        ):
            yield child


def _fits(holder: _Holder, name: str, static: Callable[[ast.expr], object]) -> bool:
    held = holder.held
    if _hidden(holder.region) & _read(held):
        return False
    if isinstance(held, ast.Lambda):
        return all(_is_argument_everywhere(statement, name) for statement in holder.region)
    if _is_view(held):
        return not any(_is_stored(statement, _owner(held)) for statement in holder.region)
    if _names_exceptions(held, static):
        handlers = [child.type for around in holder.region for child in ast.walk(around) if isinstance(child, ast.ExceptHandler)]
        return all(use in handlers for statement in holder.region for use in _uses(statement, name))
    return _is_function(held, static) or _is_used_up(holder, name, static)


def _hidden(region: list[ast.stmt]) -> set[str]:
    """The names that comprehensions and lambdas bind for themselves."""
    inner = [child for statement in region for child in ast.walk(statement)]
    targets = [source.target for node in inner if isinstance(node, _COMPREHENSIONS) for source in node.generators]
    bound = {child.id for target in targets for child in ast.walk(target) if isinstance(child, ast.Name)}
    return bound | {child.arg for child in inner if isinstance(child, ast.arg)}


def _read(node: ast.AST) -> set[str]:
    """The names that an expression takes from around it."""
    inner = set[str]().union(*map(_read, ast.iter_child_nodes(node)))
    match node:
        case ast.Name(id=name):
            return {name}
        case ast.Lambda(args=args):
            return inner - {child.arg for child in ast.walk(args) if isinstance(child, ast.arg)}
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return (inner - {*target_names(node)}) | _read(node.generators[0].iter)
        case _:
            return inner


def _is_argument_everywhere(statement: ast.stmt, name: str) -> bool:
    """Whether a local is only ever an argument: what is called with it may be one that takes functions."""
    arguments: list[ast.expr] = []
    for child in ast.walk(statement):
        if isinstance(child, ast.Call):
            arguments += [*child.args, *(keyword.value for keyword in child.keywords)]
    return all(use in arguments for use in _uses(statement, name))


def _is_stored(node: ast.AST, name: str) -> bool:
    return any(not isinstance(use, ast.Name) or not isinstance(use.ctx, ast.Load) for use in _uses(node, name))


def _is_used_up(holder: _Holder, name: str, static: Callable[[ast.expr], object]) -> bool:
    """Whether an iterator is used once, and all that is evaluated between its assignment and its use changes nothing."""
    if sum(1 for statement in holder.region for _ in _uses(statement, name)) != 1:
        return False
    read = _read(holder.held)
    for statement in holder.region:
        if any(_uses(statement, name)):
            return _reaches(statement, name, lambda node: _is_quiet(node, static, in_try=holder.in_try))
        if holder.in_try or not _is_setup(statement, read):
            return False
    return False


def _is_setup(statement: ast.stmt, read: set[str]) -> bool:
    """Whether a statement only makes something new, which none of the variables `read` holds."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            is_new = isinstance(value, ast.Constant | ast.Lambda) or ast.unparse(value) in {"[]", "{}", "set()"}
            return is_new and name not in read
        case _:
            return False


def _reaches(node: ast.AST, name: str, is_quiet: Callable[[ast.AST], bool]) -> bool:
    """Whether the use of a local is evaluated in `node` once and in any case, with nothing but quiet parts before."""
    if isinstance(node, ast.Name) and node.id == name:
        return True
    for field in _EVALUATED.get(type(node), ()):
        found = getattr(node, field)
        parts = cast("list[ast.AST]", found) if isinstance(found, list) else [cast("ast.AST", found)]
        for part in parts[:1] if isinstance(node, _COMPREHENSIONS) else parts:
            if any(_uses(part, name)):
                return _reaches(part, name, is_quiet)
            if not is_quiet(part):
                return False
    return False


def _is_quiet(node: ast.AST, static: Callable[[ast.expr], object], *, in_try: bool) -> bool:
    """Whether evaluating `node` does nothing that is seen, where it might raise, by a handler."""
    match node:
        case ast.Constant():
            return True
        case ast.Name() | ast.Attribute() if static(node) is not None:
            return True
        case ast.Attribute(value=value):
            return not in_try and _is_quiet(value, static, in_try=in_try)
        case _:
            return isinstance(node, ast.Name) and not in_try


_EVALUATED: dict[type[ast.AST], tuple[str, ...]] = {
    **dict.fromkeys(
        (ast.Assign, ast.AnnAssign, ast.Return, ast.Expr, ast.Await, ast.Starred, ast.keyword, ast.Attribute), ("value",)
    ),
    **dict.fromkeys((ast.List, ast.Tuple, ast.Set), ("elts",)),
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.DictComp), ("generators",)),
    ast.AugAssign: ("target", "value"),
    ast.For: ("iter",),
    ast.comprehension: ("iter",),
    ast.If: ("test",),
    ast.IfExp: ("test",),
    ast.UnaryOp: ("operand",),
    ast.BinOp: ("left", "right"),
    ast.Compare: ("left",),
    ast.Dict: ("values",),
    ast.Call: ("func", "args", "keywords"),
}
"""What is evaluated of a node first, in order. What may not be evaluated, or more than once, is missing."""


# --- Putting it there ---------------------------------------------------------------------------------------------------


class _Replacement(ast.NodeTransformer):
    def __init__(self, name: str, held: ast.expr) -> None:
        self.name, self.held = name, held

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self.held) if node.id == self.name else node


class _Removal(ast.NodeTransformer):
    """Takes the assignments out; that of a view still raises for what has none."""

    def __init__(self, holders: list[_Holder]) -> None:
        self.holders = {id(holder.statement): holder for holder in holders}

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        if id(node) not in self.holders:
            return node
        if not _is_view(node.value):
            return ast.copy_location(ast.Pass(), node)
        walked = ast.copy_location(ast.Starred(node.value, ast.Load()), node.value)
        listed = ast.copy_location(ast.List([walked], ast.Load()), node.value)
        return ast.copy_location(ast.Expr(listed), node)
