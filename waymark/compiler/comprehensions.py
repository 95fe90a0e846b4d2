"""List comprehensions: one expression where that is possible, else a loop that appends to a temporary list."""

from __future__ import annotations

import ast
from collections.abc import Callable

from waymark.compiler.awaits import Awaits, Spread
from waymark.compiler.frame import span
from waymark.compiler.names import target_names
from waymark.compiler.unpacking import parts_of, unpacked
from waymark.ir.expressions import (
    Comprehension,
    ComprehensionBody,
    Const,
    Expression,
    Generator,
    ListDisplay,
    Local,
    Operator,
)
from waymark.ir.nodes import Iterate


class Comprehensions(Awaits):
    """Lowering of comprehensions. Their variables are renamed where the method has a variable of the same name."""

    def list_comprehension(self, node: ast.ListComp) -> Expression:
        """The list as an expression, after the nodes that it needs."""
        names = target_names(node)
        if len(set(names)) < len(names):
            return self.refuse("WMC105", node, name=next(name for name in names if names.count(name) > 1))
        if self.effects.needs_loop(node):
            return self._loop(node)
        return self.comprehension(node, lambda: self.value(node.elt))

    # --- As an expression -----------------------------------------------------------------------------------------------

    def comprehension(self, node: Spread, element: Callable[[], Expression]) -> Expression:
        """A comprehension as one expression; `element` is called where its variables are bound."""
        first = self.value(node.generators[0].iter)
        generators: list[Generator] = []
        with self.inner_scope(dict.fromkeys(target_names(node))):
            for index, source in enumerate(node.generators):
                self._check_generator(source)
                iterable = self.value(source.iter) if index else first
                bound = self._generators(source.target, iterable)
                conditions = tuple(self.truth(condition) for condition in source.ifs)
                generators += [*bound[:-1], Generator(bound[-1].target, bound[-1].iter, conditions)]
            return Comprehension(ComprehensionBody(element(), tuple(generators)))

    def _generators(self, target: ast.expr, iterable: Expression) -> list[Generator]:
        """The generators that bind `target` to each element; an unpacking is a generator over one list of parts."""
        if isinstance(target, ast.Name):
            name = self._fresh(target.id)
            self.scope[target.id] = Local(name)
            return [Generator(name, iterable)]
        item = self._fresh("$.item")
        return [Generator(item, iterable), *self._unpacked(target, Local(item))]

    def _unpacked(self, target: ast.expr, value: Expression) -> list[Generator]:
        match target:
            case ast.Name(id=name):
                self.scope[name] = value
                return []
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                parts = self._fresh("$.parts")
                generators = [Generator(parts, ListDisplay((unpacked(elements, value),)))]
                # The name stays taken until the comprehension ends.
                self.scope[parts] = Local(parts)
                for element, part in parts_of(elements, parts):
                    generators += self._unpacked(element, part)
                return generators
            case _:
                self.refuse_target(target)
                return []

    def _fresh(self, name: str) -> str:
        """A name for a comprehension variable that hides no other one."""
        taken = {value.name for value in self.scope.values() if isinstance(value, Local)}
        taken |= {*self.names.locals, *self.names.parameters}
        stem = name.removeprefix("$.")
        candidates = [name, f"$.{stem}", *(f"$.{stem}{number}" for number in range(2, len(taken) + 3))]
        return next(candidate for candidate in candidates if candidate not in taken)

    # --- As a loop ------------------------------------------------------------------------------------------------------

    def _loop(self, node: ast.ListComp) -> Expression:
        result = self.graph.temporary("list")
        first = self.value(node.generators[0].iter)
        self.assign(result, ListDisplay(()), node)
        with self.graph.temporaries(), self.inner_scope(dict.fromkeys(target_names(node))):
            self._rounds(node, 0, first, result)
        return Local(result)

    def _rounds(self, node: ast.ListComp, depth: int, iterable: Expression, result: str) -> None:
        """The loop of the generator at `depth`, with those inside it."""
        source = node.generators[depth]
        self._check_generator(source)
        iterator, index, item = (self.graph.temporary(prefix) for prefix in ("iter", "index", "item"))
        self.assign(iterator, Operator("py.iter", (iterable,)), source.iter)
        self.assign(index, Const(0), source.iter)
        if self.graph.here is None:
            return
        head, done = self.graph.here, self.graph.point()
        self.graph.step(Iterate, span(source.iter), iterator=iterator, index=index, target=item, done=done)
        self._bind_item(source.target, Local(item))
        for condition in source.ifs:
            then, otherwise = self.test(condition)
            self.graph.here = otherwise
            self.graph.jump(head)
            self.graph.here = then
        if depth + 1 < len(node.generators):
            self._rounds(node, depth + 1, self.value(node.generators[depth + 1].iter), result)
        else:
            element = self.value(node.elt)
            self.assign(result, Operator("py.list_append", (Local(result), element)), node.elt)
        self.graph.jump(head)
        self.graph.here = done

    def _bind_item(self, target: ast.expr, value: Expression) -> None:
        match target:
            case ast.Name(id=name):
                self.scope[name] = self.spill(value, target)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                parts = self.graph.temporary("parts")
                self.assign(parts, unpacked(elements, value), target)
                for element, part in parts_of(elements, parts):
                    self._bind_item(element, part)
            case _:
                self.refuse_target(target)

    # --- Refusing -------------------------------------------------------------------------------------------------------

    def _check_generator(self, source: ast.comprehension) -> None:
        if source.is_async:
            self.refuse("WMC312", source.target)
        for child in ast.walk(source.target):
            if isinstance(child, ast.Name) and child.id == self.names.self_name:
                self.refuse("WMC214", child, name=child.id)

    def refuse_target(self, target: ast.expr) -> None:
        """Reports a target that is neither a name nor a plain unpacking."""
        match target:
            case ast.Attribute():
                self.refuse("WMC212", target, kind="an attribute")
            case _:
                self.refuse("WMC212", target, kind="an element")
