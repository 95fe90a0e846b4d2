"""Statements: control flow becomes edges."""

from __future__ import annotations

import ast

from waymark.compiler.coroutines import Coroutines
from waymark.compiler.frame import NONE, span
from waymark.compiler.graph import Label
from waymark.compiler.imports import names_of
from waymark.compiler.instance import SELF, State
from waymark.compiler.patterns import Patterns
from waymark.compiler.syntax import walk
from waymark.compiler.tries import FinallyExit, LoopExit
from waymark.compiler.unpacking import parts_of, unpacked
from waymark.ir.expressions import Const, DictDisplay, Expression, Local, TupleDisplay
from waymark.ir.nodes import AnyNode, Return


class Statements(Patterns, Coroutines):
    """Lowering of statements."""

    def lower(self, *, makes_instance: bool = False) -> tuple[list[AnyNode], list[str]]:
        """The nodes of the whole method, and the temporaries that they use."""
        node = self.method.node
        if makes_instance and self.unit.state is not None:
            self._make_instance(self.unit.state)
        self.body(node.body)
        self.graph.emit(Return, span(node.body[-1]), value=self._nothing())
        return self.graph.finish()

    def _make_instance(self, state: State) -> None:
        """What the instance holds when the body begins."""
        node = self.method.node.body[0]
        pairs: list[tuple[Expression, Expression]] = []
        for name, default in state.defaults.items():
            pairs.append((Const(name), default or self.refuse("WMC110", node, name=f"self.{name}")))
        self.assign(SELF, DictDisplay(tuple(pairs)), node)
        if state.init is not None:
            self.initialize(node, state.init)

    def _nothing(self) -> Expression:
        """What a function returns that returns nothing: an `__init__`, the attributes that it has set."""
        state = self.unit.state
        return Local(SELF) if self.method.name == "__init__" and state is not None and state.is_fixed else NONE

    def body(self, statements: list[ast.stmt]) -> None:
        """Adds the nodes of statements."""
        for statement in statements:
            try:
                with self.graph.temporaries():
                    self._statement(statement)
            except RecursionError:
                self.refuse("WMC009", statement, what="an expression that is nested too deep")

    def _statement(self, node: ast.stmt) -> None:  # noqa: C901, PLR0912 - one case a kind of statement
        match node:
            case _ if self.lower_unstarted(node):
                pass
            case ast.Assign(targets=targets, value=value):
                self._assign(targets, value, node)
            case ast.AnnAssign(target=target, value=value, annotation=annotation):
                self._assign([target], self.with_annotation(value, annotation), node)
            case ast.AugAssign():
                self._augmented(node)
            case ast.Expr(value=value):
                self._expression(value)
            case ast.If():
                self._if(node)
            case ast.While():
                self._while(node)
            case ast.For() if self.is_completion(node.iter):
                self.lower_completed(node)
            case ast.For():
                self._for(node)
            case ast.AsyncWith():
                self.lower_async_with(node)
            case ast.Break():
                loop = self._leave_loop(node)
                loop.breaks.append(self.graph.here)
                self.graph.here = None
            case ast.Continue():
                self.graph.jump(self._leave_loop(node).head)
            case ast.Return():
                self._return(node)
            case ast.Try() | ast.TryStar():
                self.lower_try(node)
            case ast.Raise():
                self.lower_raise(node)
            case ast.Match():
                self.lower_match(node)
            case ast.Assert():
                self.lower_assert(node)
            case ast.Delete(targets=targets):
                for target in targets:
                    self._delete(target)
            case ast.Import() | ast.ImportFrom() if self.names.imports.keys() >= {*names_of(node)}:
                pass
            case ast.Pass():
                pass
            case _:
                self._refuse_statement(node)

    # --- Assignment -----------------------------------------------------------------------------------------------------

    def _assign(self, targets: list[ast.expr], value: ast.expr | None, node: ast.stmt) -> None:
        match targets, value:
            case [ast.Name(id=name)], ast.Await() if name != self.names.self_name:
                self.awaited(value, name)
            case [ast.Name(id=name)], ast.Call(func=func) if (callee := self.callee(func)) and self._is_free(name):
                self.call_helper(value, callee, name, awaited=False)
            case [ast.Tuple(elts=names) | ast.List(elts=names)], ast.Tuple(elts=values) | ast.List(elts=values) if len(
                names
            ) == len(values) and not any(isinstance(item, ast.Starred) for item in [*names, *values]):
                self._parallel(names, values, node)
            case [target], None:
                self._annotated(target)
            case _, None:
                pass
            case _, _:
                self._chained(targets, value, node)

    def _parallel(self, names: list[ast.expr], values: list[ast.expr], node: ast.stmt) -> None:
        """`a, b = x, y`: all values are evaluated before the first is bound."""
        stored = {child.id for name in names for child in walk(name) if isinstance(child, ast.Name)}
        found = self.values(values)
        for index, item in enumerate(found):
            if not self.is_settled(item) or (isinstance(item, Local) and item.name in stored):
                found[index] = self.saved(item, values[index])
        for target, item in zip(names, found, strict=True):
            self._bind_target(target, item, node)

    def _chained(self, targets: list[ast.expr], value: ast.expr, node: ast.stmt) -> None:
        """`a = b = x`: the value is evaluated once, and no target changes it for the next."""
        is_unpacked = len(targets) == 1 and isinstance(targets[0], ast.Tuple | ast.List)
        result = self.iterable(value) if is_unpacked else self.value(value)
        if len(targets) > 1:
            result = self.saved(result, value)
        for target in targets:
            self._bind_target(target, result, node)

    def _is_free(self, name: str) -> bool:
        return name != self.names.self_name

    def _bind_target(self, target: ast.expr, value: Expression, node: ast.stmt) -> None:
        match target:
            case ast.Name(id=name) if name == self.names.self_name:
                self.refuse("WMC214", target, name=name)
            case ast.Name(id=name):
                self.assign(name, value, node)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                parts = self.graph.temporary("parts")
                self.assign(parts, unpacked(elements, value), node)
                for element, part in parts_of(elements, parts):
                    self._bind_target(element, part, node)
            case ast.Subscript() | ast.Attribute():
                self.store(target, value)
            case _:
                self.refuse_target(target)

    def _augmented(self, node: ast.AugAssign) -> None:
        match node.target:
            case ast.Name(id=name) if name == self.names.self_name:
                self.refuse("WMC214", node.target, name=name)
            case ast.Name(id=name):
                old = (
                    self.held(Local(name), node.target, self.effects.stores(node.value))
                    if self.effects.emits(node.value)
                    else Local(name)
                )
                self.combine(node, old, name)
            case target:
                self.augment(node, target)

    def _annotated(self, target: ast.expr) -> None:
        """`target: annotation` binds nothing, but evaluates what the target is part of."""
        match target:
            case ast.Attribute(value=value):
                self.spill(self.value(value), value)
            case ast.Subscript(value=value, slice=index):
                self.spill(TupleDisplay(tuple(self.values([value, index]))), target)
            case _:
                pass

    def _delete(self, target: ast.expr) -> None:
        match target:
            case ast.Name(id=name) if name == self.names.self_name:
                self.refuse("WMC214", target, name=name)
            case ast.Name(id=name):
                self.assign(self.graph.temporary(), Local(name), target)
                self.unbind(name, target)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                for element in elements:
                    self._delete(element)
            case ast.Subscript() | ast.Attribute():
                self.delete(target)
            case _:
                self.refuse_target(target)

    def _expression(self, node: ast.expr) -> None:
        match node:
            case ast.Constant():
                pass
            case ast.Await():
                self.awaited(node, None)
            case ast.Call(func=func) if callee := self.callee(func):
                self.call_helper(node, callee, None, awaited=False)
            case ast.Call() if found := self.mutator(node):
                self.mutator_call(node, *found, None)
            case _:
                self.spill(self.value(node), node)

    # --- Control flow ---------------------------------------------------------------------------------------------------

    def _if(self, node: ast.If) -> None:
        self.graph.here, otherwise = self.test(node.test)
        self.body(node.body)
        end, self.graph.here = self.graph.here, otherwise
        self.body(node.orelse)
        self.graph.join(end, self.graph.here)

    def _while(self, node: ast.While) -> None:
        loop = LoopExit(self.graph.here, [])
        self.graph.here, otherwise = self.test(node.test)
        self._loop_body(node, loop, otherwise)

    def _for(self, node: ast.For) -> None:
        source = self.source(node.iter)
        loop, done = LoopExit(self.graph.here, []), self.graph.point()
        name = node.target.id if isinstance(node.target, ast.Name) and self._is_free(node.target.id) else None
        item = source.advance(done, name)
        if name is not None and item == Local(name):
            self.bind(name)
        else:
            self._bind_target(node.target, item, node)
        self._loop_body(node, loop, done if loop.head is not None else None)

    def _loop_body(self, node: ast.For | ast.While, loop: LoopExit, otherwise: Label | None) -> None:
        self.exits += (loop,)
        self.body(node.body)
        self.graph.jump(loop.head)
        self.exits = self.exits[:-1]
        self.graph.here = otherwise
        self.body(node.orelse)
        self.graph.join(self.graph.here, *loop.breaks)

    def _leave_loop(self, node: ast.stmt) -> LoopExit:
        depth = max(index for index, around in enumerate(self.exits) if isinstance(around, LoopExit))
        self.leave(depth + 1, node)
        loop = self.exits[depth]
        assert isinstance(loop, LoopExit)
        return loop

    def _return(self, node: ast.Return) -> None:
        value = self.value(node.value) if node.value is not None else self._nothing()
        if any(isinstance(around, FinallyExit) for around in self.exits):
            value = self.saved(value, node)
            self.leave(0, node)
        self.graph.emit(Return, span(node), self.risks(value), value=value)
        self.graph.here = None

    # --- Refusing -------------------------------------------------------------------------------------------------------

    def _refuse_statement(self, node: ast.stmt) -> None:
        match node:
            case ast.With():
                self.refuse_with(node, "with")
            case ast.Global():
                self.refuse("WMC208", node, kind="global")
            case ast.Nonlocal():
                self.refuse("WMC208", node, kind="nonlocal")
            case _:
                self.refuse(REFUSED.get(type(node).__name__, "WMC399"), node, name=type(node).__name__)


REFUSED: dict[str, str] = {
    "FunctionDef": "WMC201",
    "AsyncFunctionDef": "WMC201",
    "ClassDef": "WMC202",
    "AsyncFor": "WMC205",
    "Import": "WMC207",
    "ImportFrom": "WMC207",
    "TypeAlias": "WMC211",
}
"""Kinds of statements that are refused; newer Pythons have more of them than this one."""
