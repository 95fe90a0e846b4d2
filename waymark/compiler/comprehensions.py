"""Comprehensions: one expression where that is possible, else a loop that appends to a temporary list."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from waymark.compiler.awaits import Awaits
from waymark.compiler.effects import AnyComprehension
from waymark.compiler.graph import Label
from waymark.compiler.library import call
from waymark.compiler.names import target_names
from waymark.compiler.syntax import walk
from waymark.compiler.unpacking import known_parts, parts_of, unpacked
from waymark.ir.expressions import (
    Comprehension,
    ComprehensionBody,
    Const,
    DictDisplay,
    Expression,
    Generator,
    ListDisplay,
    Local,
    Operator,
    TupleDisplay,
)


@dataclass(frozen=True, slots=True)
class Source:
    """An iterable that a loop takes one by one.

    `advance` adds the nodes that take the next element, or go on at a label when there is none, and gives the element, which
    is only sure to be there until the next one is taken. With a name, the element is bound to that variable if need be.
    """

    advance: Callable[[Label, str | None], Expression]


class Comprehensions(Awaits):
    """Lowering of comprehensions. Their variables are renamed where the method has a variable of the same name."""

    @abstractmethod
    def source(self, node: ast.expr) -> Source:
        """What gives the elements of `node` one by one, after the nodes that set it up."""

    def collected(self, node: ast.ListComp | ast.SetComp | ast.DictComp) -> Expression:
        """The list, set or dict, after the nodes that it needs."""
        if isinstance(node, ast.ListComp):
            node = self.over_completed(node)
        if self.effects.needs_loop(node):
            items = self._loop(node)
        elif isinstance(node, ast.ListComp):
            return self.comprehension(node, lambda: self._element(node))
        else:
            items = Operator("py.generator", (self.comprehension(node, lambda: self._element(node)),))
        match node:
            case ast.ListComp():
                return items
            case ast.SetComp():
                return call("set", [items])
            case ast.DictComp():
                return call("dict", [items])

    def generator(self, node: ast.GeneratorExp) -> Expression:
        """The elements of a generator expression that is consumed at once."""
        if _is_asynchronous(node):
            return self.refuse("WMC312", node)
        if self.effects.needs_loop(node):
            return self.refuse("WMC315", node)
        return Operator("py.generator", (self.comprehension(node, lambda: self._element(node)),))

    def gathered(self, node: ast.GeneratorExp) -> Expression:
        """The elements of a generator expression whose consumer takes all of them before it does anything else."""
        if _is_asynchronous(node):
            return self.refuse("WMC312", node)
        return self.collected(ast.copy_location(ast.ListComp(node.elt, node.generators), node))

    def _element(self, node: AnyComprehension) -> Expression:
        if isinstance(node, ast.DictComp):
            return TupleDisplay(tuple(self.values([node.key, node.value])))
        return self.value(node.elt)

    @abstractmethod
    def over_completed(self, node: ast.ListComp) -> ast.ListComp:
        """A comprehension over as_completed as one over the tasks; any other as it is."""

    # --- As an expression -----------------------------------------------------------------------------------------------

    def comprehension(self, node: AnyComprehension, element: Callable[[], Expression]) -> Expression:
        """A comprehension as one expression; `element` is called where its variables are bound."""
        first = self.iterable(node.generators[0].iter)
        generators: list[Generator] = []
        with self.inner_scope(dict.fromkeys(target_names(node))):
            for index, source in enumerate(node.generators):
                self._check_generator(source)
                iterable = self.iterable(source.iter) if index else first
                bound = self._generators(source.target, iterable)
                conditions = tuple(self.truth(condition) for condition in source.ifs)
                generators += [*bound[:-1], Generator(bound[-1].target, bound[-1].iter, conditions)]
            return Comprehension(ComprehensionBody(element(), tuple(generators)))

    def _generators(self, target: ast.expr, iterable: Expression) -> list[Generator]:
        """The generators that bind `target` to each element; an unpacking is a generator over one list of parts."""
        if isinstance(target, ast.Name):
            name = self.fresh(target.id)
            self.scope[target.id] = Local(name)
            return [Generator(name, iterable)]
        item = self.fresh("$.item")
        return [Generator(item, iterable), *self._unpacked(target, Local(item))]

    def _unpacked(self, target: ast.expr, value: Expression) -> list[Generator]:
        match target:
            case ast.Name(id=name):
                self.scope[name] = value
                return []
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                parts = self.fresh("$.parts")
                generators = [Generator(parts, ListDisplay((unpacked(elements, value),)))]
                # The name stays taken until the comprehension ends.
                self.scope[parts] = Local(parts)
                for element, part in parts_of(elements, parts):
                    generators += self._unpacked(element, part)
                return generators
            case _:
                self.refuse_target(target)
                return []

    def fresh(self, name: str) -> str:
        """A name for a comprehension variable that hides no other one."""
        taken = {value.name for value in self.scope.values() if isinstance(value, Local)}
        taken |= {*self.names.locals, *self.names.parameters}
        stem = name.removeprefix("$.")
        candidates = [name, f"$.{stem}", *(f"$.{stem}{number}" for number in range(2, len(taken) + 3))]
        return next(candidate for candidate in candidates if candidate not in taken)

    # --- As a loop ------------------------------------------------------------------------------------------------------

    def _loop(self, node: ast.ListComp | ast.SetComp | ast.DictComp) -> Expression:
        result = self.graph.temporary("list")
        first = self.source(node.generators[0].iter)
        self.assign(result, ListDisplay(()), node)
        with self.graph.temporaries(), self.inner_scope(dict.fromkeys(target_names(node))):
            self._rounds(node, 0, first, result)
        return Local(result)

    def _rounds(self, node: ast.ListComp | ast.SetComp | ast.DictComp, depth: int, iterable: Source, result: str) -> None:
        """The loop of the generator at `depth`, with those inside it."""
        source = node.generators[depth]
        self._check_generator(source)
        if self.graph.here is None:
            return
        head, done = self.graph.here, self.graph.point()
        self.bind_item(source.target, iterable.advance(done, None))
        for condition in source.ifs:
            then, otherwise = self.test(condition)
            self.graph.here = otherwise
            self.graph.jump(head)
            self.graph.here = then
        if depth + 1 < len(node.generators):
            self._rounds(node, depth + 1, self.source(node.generators[depth + 1].iter), result)
        else:
            self._append(node, result)
        self.graph.jump(head)
        self.graph.here = done

    def _append(self, node: ast.ListComp | ast.SetComp | ast.DictComp, result: str) -> None:
        """Adds an element, which must have a hash to be one of a set, as has the key of a dict."""
        element = self._element(node)
        if not isinstance(node, ast.ListComp):
            element = self.spill(element, node)
            key = Operator("py.getitem", (element, Const(0))) if isinstance(node, ast.DictComp) else element
            self.spill(Operator("py.in", (key, DictDisplay(()))), node)
        self.assign(result, Operator("py.list_append", (Local(result), element)), node)

    def bind_item(self, target: ast.expr, value: Expression) -> None:
        """Binds the variables of a comprehension to the element that a loop took."""
        match target:
            case ast.Name(id=name):
                self.scope[name] = self.spill(value, target)
            case ast.Tuple(elts=elements) | ast.List(elts=elements) if (parts := known_parts(elements, value)) is not None:
                for element, part in parts:
                    self.bind_item(element, part)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                parts = self.graph.temporary("parts")
                self.assign(parts, unpacked(elements, value), target)
                for element, part in parts_of(elements, parts):
                    self.bind_item(element, part)
            case _:
                self.refuse_target(target)

    # --- Refusing -------------------------------------------------------------------------------------------------------

    def _check_generator(self, source: ast.comprehension) -> None:
        if source.is_async:
            self.refuse("WMC312", source.target)
        for child in walk(source.target):
            if isinstance(child, ast.Name) and child.id == self.names.self_name:
                self.refuse("WMC214", child, name=child.id)

    def refuse_target(self, target: ast.expr) -> None:
        """Reports a target that is neither a name nor a plain unpacking."""
        match target:
            case ast.Attribute():
                self.refuse("WMC212", target, kind="an attribute")
            case _:
                self.refuse("WMC212", target, kind="an element")


def _is_asynchronous(node: ast.GeneratorExp) -> bool:
    """Whether a generator expression awaits: its first iterable is evaluated outside of it."""
    inner = [node.elt, *(part for source in node.generators for part in source.ifs)]
    inner += [source.iter for source in node.generators[1:]]
    return any(isinstance(child, ast.Await) for part in inner for child in walk(part))
