"""What a loop takes one by one: iterators are taken apart, so that each element is made when the loop asks for it."""

from __future__ import annotations

import ast
import re

from waymark.compiler.comprehensions import Source
from waymark.compiler.exceptions import exception
from waymark.compiler.frame import span
from waymark.compiler.functions import Functions
from waymark.compiler.graph import Label
from waymark.compiler.library import call, method
from waymark.compiler.names import target_names
from waymark.compiler.syntax import walk
from waymark.ir.expressions import And, Callable, Const, Expression, If, Local, Operator, TupleDisplay
from waymark.ir.nodes import Iterate, Raise


class Iteration(Functions):
    """Lowering of the iterables of loops."""

    def call(self, node: ast.Call) -> Expression:
        """The value of a call; `any` and `all` ask a generator that needs nodes for no more elements than they need."""
        match node:
            case ast.Call(args=[ast.GeneratorExp(generators=[_]) as generator], keywords=[]) if self.effects.needs_loop(
                generator
            ) and self.called(node.func) in (any, all):
                return self._quantified(generator, Const(self.called(node.func) is any))
            case _:
                return super().call(node)

    def _quantified(self, node: ast.GeneratorExp, decisive: Const) -> Expression:
        """Whether the truth of some element is `decisive`: then the value is that, else its opposite."""
        result = self.graph.temporary()
        source = self.source(node)
        self.assign(result, Const(not decisive.value), node)
        head, done = self.graph.here, self.graph.point()
        then, otherwise = self.graph.branch(span(node), self.error(), source.advance(done, None))
        self.graph.here, decided = (otherwise, then) if decisive.value else (then, otherwise)
        self.graph.jump(head)
        self.graph.here = decided
        self.assign(result, decisive, node)
        self.graph.join(self.graph.here, done if head is not None else None)
        return Local(result)

    def source(self, node: ast.expr) -> Source:
        """What gives the elements of `node` one by one, after the nodes that set it up."""
        match node:
            case ast.GeneratorExp(generators=[generator]) if not generator.is_async and not _awaits(node):
                return self._generated(node, generator)
            case ast.GeneratorExp():
                return self._plain(self.refuse("WMC306", node, name="a generator expression"), node)
            case ast.Call(args=args) if self.is_iterator(node) and not any(isinstance(arg, ast.Starred) for arg in args):
                return self._iterator(node)
            case _:
                return self._plain(self.iterable(node), node)

    def _plain(self, value: Expression, node: ast.expr) -> Source:
        iterator, index, item = (self.graph.temporary(prefix) for prefix in ("iter", "index", "item"))
        self.assign(iterator, Operator("py.iter", (value,)), node)
        self.assign(index, Const(0), node)

        def advance(done: Label, name: str | None) -> Expression:
            target = name or item
            self.graph.step(Iterate, span(node), self.error(), iterator=iterator, index=index, target=target, done=done)
            return Local(target)

        return Source(advance)

    def _generated(self, node: ast.GeneratorExp, generator: ast.comprehension) -> Source:
        """A generator expression with one `for`: its variables are bound only while an element is made."""
        inner = self.source(generator.iter)
        names = dict.fromkeys(target_names(node))

        def advance(done: Label, _: str | None) -> Expression:
            start = self.graph.here
            with self.inner_scope(names):
                self.bind_item(generator.target, inner.advance(done, None))
                for condition in generator.ifs:
                    then, self.graph.here = self.test(condition)
                    self.graph.jump(start)
                    self.graph.here = then
                return self.spill(self.value(node.elt), node)

        return Source(advance)

    def _iterator(self, node: ast.Call) -> Source:
        generator = self.as_generator(node)
        if generator is not None:
            return self._generated(generator, generator.generators[0])
        match self.called(node.func), node:
            case built, ast.Call(args=[items], keywords=[]) if built is enumerate:
                return self._enumerated(items, None)
            case built, ast.Call(args=[items, start], keywords=[]) if built is enumerate:
                return self._enumerated(items, start)
            case built, ast.Call(args=[items], keywords=[ast.keyword(arg="start", value=start)]) if built is enumerate:
                return self._enumerated(items, start)
            case built, ast.Call(args=[_, *_], keywords=[] | [ast.keyword(arg="strict", value=ast.Constant())]) if built is zip:
                return self._zipped(node)
            case built, ast.Call(args=[items], keywords=[]) if built is reversed:
                return self._reversed(items)
            case built, _ if built is re.finditer:  # what it finds cannot change meanwhile
                return self._plain(self.iterable(node), node)
            case None, ast.Call(func=ast.Attribute(value=owner, attr=view)):
                return self._viewed(node, owner, view)
            case _:
                return self._plain(self.refuse("WMC306", node, name=f"`{ast.unparse(node.func)}(…)` in a loop"), node)

    # --- Iterators of the library ---------------------------------------------------------------------------------------

    def _enumerated(self, items: ast.expr, start: ast.expr | None) -> Source:
        first: Expression = Const(0)
        if start is None or (isinstance(items, ast.Call) and self.is_iterator(items)):
            inner = self.source(items)
            first = self.value(start) if start else first
        else:
            value, first = self.values([items, start])
            first = self.spill(first, start)
            inner = self._plain(value, items)
        if start is not None and not isinstance(first, Const):
            self.spill(Operator("py.range", (Const(0), first, Const(1))), start)  # TypeError for what is no integer
            first = Operator("py.add", (first, Const(0)))
        number, current = self.graph.temporary("number"), self.graph.temporary("current")
        self.assign(number, first, items)

        def advance(done: Label, _: str | None) -> Expression:
            item = inner.advance(done, None)
            self.assign(current, Local(number), items)
            self.assign(number, Operator("py.add", (Local(current), Const(1))), items)
            return TupleDisplay((Local(current), item))

        return Source(advance)

    def _zipped(self, node: ast.Call) -> Source:
        sources = self._sources(node.args)
        strict = any(isinstance(word.value, ast.Constant) and word.value.value for word in node.keywords)

        def advance(done: Label, _: str | None) -> Expression:
            items: list[Expression] = []
            for index, source in enumerate(sources):
                end = self.graph.point() if strict else done
                items.append(source.advance(end, None))
                if strict:
                    after, self.graph.here = self.graph.here, end
                    self._ended(sources, index, node)
                    self.graph.jump(done)
                    self.graph.here = after
            return TupleDisplay(tuple(items))

        return Source(advance)

    def _ended(self, sources: list[Source], index: int, place: ast.expr) -> None:
        """`zip(…, strict=True)` where the source at `index` has ended: the first one may only if all others do."""
        if index:
            self._uneven(index, "shorter", place)
            return
        for number, source in enumerate(sources[1:], 1):
            end = self.graph.point()
            source.advance(end, None)
            self._uneven(number, "longer", place)
            self.graph.here = end

    def _uneven(self, number: int, how: str, place: ast.expr) -> None:
        others = "argument 1" if number == 1 else f"arguments 1-{number}"
        error = exception(ValueError, [Const(f"zip() argument {number + 1} is {how} than {others}")])
        self.graph.emit(Raise, span(place), self.error(), value=error)
        self.graph.here = None

    def _reversed(self, items: ast.expr) -> Source:
        """A list is walked backwards as it is when the loop comes by; anything else cannot change meanwhile."""
        value = self.spill(self._viewed_value(items), items)
        is_list = call("isinstance", [value, Callable("list")])
        backwards = call("list", [call("reversed", [value])])
        turned = Operator("py.getslice", (backwards, Const(None), Const(None), Const(-1)))
        sequence, left = self.graph.temporary("sequence"), self.graph.temporary("left")
        self.assign(sequence, If((is_list, value, turned)), items)
        self.assign(left, call("len", [Local(sequence)]), items)
        item = self.graph.temporary("item")

        def advance(done: Label, _: str | None) -> Expression:
            exists = Operator("py.le", (Local(left), call("len", [Local(sequence)])))
            then, otherwise = self.graph.branch(span(items), self.error(), And((Local(left), exists)))
            self.graph.here = otherwise
            self.graph.jump(done)
            self.graph.here = then
            self.assign(left, Operator("py.sub", (Local(left), Const(1))), items)
            self.assign(item, Operator("py.getitem", (Local(sequence), Local(left))), items)
            return Local(item)

        return Source(advance)

    def _viewed_value(self, node: ast.expr) -> Expression:
        return call("list", [self.iterable(node)]) if self.is_view(node) else self.value(node)

    def _viewed(self, node: ast.Call, owner: ast.expr, view: str) -> Source:
        """A view of a dict: its keys are walked, so that the loop sees what becomes of the dict meanwhile."""
        found = self.spill(self.value(owner), owner)
        self.spill(call("list", [method(found, view, [])]), node)  # AttributeError for what is no dict
        keys = self._plain(found, node)
        item = self.graph.temporary("item")

        def advance(done: Label, _: str | None) -> Expression:
            key = keys.advance(done, None)
            if view == "keys":
                return key
            self.assign(item, Operator("py.getitem", (found, key)), node)
            return TupleDisplay((key, Local(item))) if view == "items" else Local(item)

        return Source(advance)

    def _sources(self, nodes: list[ast.expr]) -> list[Source]:
        """Sources whose expressions are evaluated before the first one is walked."""
        if any(isinstance(node, ast.GeneratorExp) or (isinstance(node, ast.Call) and self.is_iterator(node)) for node in nodes):
            return [self.source(node) for node in nodes]
        return [self._plain(value, node) for value, node in zip(self.values(nodes), nodes, strict=True)]


def _awaits(node: ast.GeneratorExp) -> bool:
    """Whether a generator expression is an asynchronous one."""
    (source,) = node.generators
    return any(isinstance(child, ast.Await) for part in (node.elt, *source.ifs) for child in walk(part))
