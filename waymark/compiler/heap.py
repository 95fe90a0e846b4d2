"""Objects that change: puts them into the heap of the task, so that every name of them sees the change.

The last pass of the compiler. A program without `mutate` nodes leaves it as it is. Otherwise the alias analysis says which
values may be objects that change (`waymark.compiler.regions`); those are held as references, made where objects are made
(`new`, `box`), followed where their content is needed (`load`) and resolved where a whole value is needed (`pack`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from waymark.compiler.aliases import INPLACE, Sharing, positional, signature, with_operands
from waymark.compiler.augmented import settle_numbers, settle_scalars
from waymark.compiler.regions import Regions
from waymark.compiler.webs import join_webs, split_webs
from waymark.ir.expressions import (
    UNBOUND,
    And,
    Box,
    Comprehension,
    ComprehensionBody,
    Const,
    DictDisplay,
    Expression,
    If,
    Lambda,
    ListDisplay,
    Load,
    Local,
    New,
    Not,
    Operator,
    Or,
    Pack,
    Plain,
    Shared,
    TupleDisplay,
    Walk,
)
from waymark.ir.nodes import (
    AnyNode,
    Assign,
    Branch,
    Call,
    Function,
    Iterate,
    Mutate,
    Program,
    Raise,
    Return,
)
from waymark.ir.walk import mapped, operands

_EDGES = ("next", "then", "otherwise", "done", "error")
_KEYED = frozenset({"insert", "pop", "remove", "discard", "setdefault", "__delitem__", "__delattr__"})
"""Methods whose first argument is a key, a position or a value to find; the others take values to store."""
_CONTAINERS = frozenset({"extend", "sort", "update", *INPLACE})
"""Methods that take the elements out of their arguments."""


def place_objects(program: Program, refuse: Callable[[AnyNode], None]) -> Program:
    """The program with the objects that change in the heap.

    `refuse` is told of nodes where such an object takes a way that cannot be followed.
    """
    if not any(isinstance(node, Mutate) for node in program.nodes):
        return program
    program, original = split_webs(settle_numbers(program))
    regions = Regions(program)
    program = settle_scalars(program, regions)
    if not any(isinstance(node, Mutate) for node in program.nodes):
        return join_webs(program, original)
    for node, region in regions.unknown:
        if any(region.levels()):
            refuse(node)
    return join_webs(_Placement(program, regions).run(), original)


class _Placement:
    """Rewrites a program node by node; what is added gets its own nodes before or behind."""

    def __init__(self, program: Program, regions: Regions) -> None:
        self._program = program
        self._regions = regions
        self._temporaries: list[str] = []

    def run(self) -> Program:
        program = self._program
        parts: list[list[AnyNode]] = []
        functions: list[Function] = []
        first = 0
        for index, function in enumerate(program.functions):
            self._regions.function = index
            self._temporaries = []
            entry = self._boxed_parameters(function) if index in {0, *self._regions.tasks} else []
            own = [entry, *map(self._sequence, program.nodes[function.nodes[0] : function.nodes[1] + 1])]
            count = sum(map(len, own))
            names = (*function.locals, *dict.fromkeys(self._temporaries))
            start = -1 if entry else function.entry
            functions.append(replace(function, locals=names, entry=start, nodes=(first, first + count - 1)))
            first += count
            parts += own
        return self._numbered(functions, parts)

    def _numbered(self, functions: list[Function], parts: list[list[AnyNode]]) -> Program:
        """Gives nodes their new numbers. An edge leads to the beginning of a part; the edge -n, to the nth node from here."""
        places: dict[int, int] = {}
        position = 0
        for part in parts:
            if part and part[0].id >= 0:
                places[part[0].id] = position
            position += len(part)
        nodes: list[AnyNode] = []
        for node in itertools.chain.from_iterable(parts):
            edges = {key: getattr(node, key) for key in _EDGES if getattr(node, key, None) is not None}
            moved = {key: places[edge] if edge >= 0 else len(nodes) - edge for key, edge in edges.items()}
            nodes.append(replace(cast("Any", node), id=len(nodes), **moved))
        moved_functions = tuple(replace(f, entry=f.nodes[0] if f.entry < 0 else places[f.entry]) for f in functions)
        return replace(self._program, functions=moved_functions, nodes=tuple(nodes))

    # --- Nodes ----------------------------------------------------------------------------------------------------------

    def _boxed_parameters(self, function: Function) -> list[AnyNode]:
        """Arguments of the run arrive as plain trees."""
        start = self._program.nodes[function.entry]
        names = [p.name for p in function.parameters if any(self._regions.local(p.name).levels())]
        edges = [-1] * (len(names) - 1) + [function.entry]
        return [self._boxed(start, name, edge) for name, edge in zip(names, edges, strict=False)]

    def _boxed(self, node: AnyNode, name: str, successor: int) -> AnyNode:
        value = Box((self._regions.local(name).levels(), Local(name)))
        return Assign(id=-1, span=node.span, target=name, value=value, next=successor)

    def _sequence(self, node: AnyNode) -> list[AnyNode]:  # noqa: C901, PLR0912 - one case a kind
        """What a node becomes: itself, what has to come before it, and the boxing of what it brings."""
        before: list[AnyNode] = []
        match node:
            case Assign(value=value) if value == UNBOUND:
                pass
            case Assign(target=target, value=Operator(op="py.list_append", args=(_, item))) if self._is_boxed(Local(target)):
                change: dict[str, Any] = {
                    "method": "append",
                    "object": Local(target),
                    "args": (self._value(item),),
                    "kwargs": {},
                    "target": None,
                }
                place: dict[str, Any] = {"id": node.id, "span": node.span, "error": node.error, "next": node.next}
                node = self._settled(Mutate(**place, **change), before)
            case Assign(value=Operator(op="py.list_append", args=(items, item))):
                node = replace(node, value=Operator("py.list_append", (items, self._value(item))))
            case Assign(target=target) if target in self._regions.looked:
                value = self._packed(node.value)
                node = replace(node, value=Pack(value) if allocates(value) else value)
            case Assign():
                node = replace(node, value=self._placed(node.value))
            case Branch():
                node = replace(node, test=self._loaded(node.test))
            case Call():
                args = {name: self._value(value) for name, value in node.args.items()}
                node = self._settled(replace(node, args=args), before)
            case Mutate(method=method) if method in INPLACE:
                return self._combined(node)
            case Mutate():
                node = self._settled(self._mutate(node), before)
            case Return() if self._regions.function:
                node = self._settled(replace(node, value=self._value(node.value)), before)
            case Raise():
                node = self._settled(replace(node, value=self._value(node.value)), before)
            case Iterate():
                pass
            case _:
                node = mapped(node, self._packed)
        target = getattr(node, "target", None)
        brings = isinstance(target, str) and not isinstance(node, Assign | Iterate | Mutate | Call)
        if not brings or not any(self._regions.local(str(target)).levels()):
            return _joined(before, node)
        after = self._boxed(node, str(target), cast("Any", node).next)
        return [*_joined(before, replace(cast("Any", node), next=-1)), after]

    def _combined(self, node: Mutate) -> list[AnyNode]:
        """An augmented assignment: an object of the heap changes, any other value makes a new one."""
        before: list[AnyNode] = []
        settled = self._settled(self._mutate(node), before)
        assert isinstance(settled, Mutate)
        assert settled.target is not None, "an augmented assignment binds a name"
        (right,) = settled.args
        changed = replace(settled, id=-1)
        value = Operator("py.inplace", (Const(INPLACE[node.method]), settled.object, right))
        levels = self._regions.local(settled.target).levels()
        result = _shared(New(value) if levels[0] else value, levels)
        plain = Assign(id=-1, span=node.span, error=node.error, target=settled.target, value=result, next=settled.next)
        test = Operator("py.is_object", (settled.object,))
        branch = Branch(id=node.id, span=node.span, test=test, then=-1, otherwise=-2)
        return [*_joined(before, branch), changed, plain]

    def _placed(self, value: Expression) -> Expression:
        """The value for an assignment."""
        placed = self._value(value)
        return _shared(placed, self._regions.of(value).levels())

    def _named(self, value: Expression, node: AnyNode, before: list[AnyNode]) -> Expression:
        """The value, with a name that a node before gives it."""
        name = f"$new{len(before) + 1}"
        self._temporaries.append(name)
        before.append(Assign(id=-1, span=node.span, error=node.error, target=name, value=value, next=-1))
        return Local(name)

    def _mutate(self, node: Mutate) -> Mutate:
        args = list(map(self._value, node.args))
        if node.method in _CONTAINERS:
            args = list(map(self._loaded, node.args))
        elif node.method in _KEYED and args:
            args[0] = self._packed(node.args[0])
        elif node.method in {"__setitem__", "__delitem__"}:
            args[:-1] = map(self._packed, node.args[:-1])
            if len(args) > 2:  # noqa: PLR2004 - a slice takes the elements of the value
                args[-1] = self._loaded(node.args[-1])
        kwargs = {name: self._value(value) for name, value in node.kwargs.items()}
        return replace(node, object=self._value(node.object), args=tuple(args), kwargs=kwargs)

    def _settled(self, node: AnyNode, before: list[AnyNode]) -> AnyNode:
        """The node without new objects among its operands: they get names first, with all that is evaluated before them."""
        if not any(map(allocates, operands(node))):
            return node
        return mapped(node, lambda value: value if isinstance(value, Const) else self._named(value, node, before))

    # --- Expressions ----------------------------------------------------------------------------------------------------

    def _is_boxed(self, value: Expression) -> bool:
        return self._regions.of(value).is_boxed

    def _packed(self, value: Expression) -> Expression:
        """The whole value, without references."""
        if isinstance(value, ListDisplay | TupleDisplay | DictDisplay):
            return mapped(value, self._packed)
        placed = self._value(value)
        return Pack(placed) if any(self._regions.of(value).levels()) else placed

    def _loaded(self, value: Expression) -> Expression:
        """The value itself, with references to what it holds."""
        placed = self._value(value)
        if isinstance(placed, New):
            return placed.value
        return Load(placed) if self._is_boxed(value) else placed

    def _value(self, value: Expression) -> Expression:
        """The value as the heap has it: a reference if it is an object that changes."""
        match value:
            case Const() | Local():
                return value
            case ListDisplay(items=items):
                return self._new(value, ListDisplay(tuple(map(self._value, items))))
            case TupleDisplay(items=items):
                return TupleDisplay(tuple(map(self._value, items)))
            case DictDisplay(items=pairs):
                return self._new(value, DictDisplay(tuple((self._packed(key), self._value(item)) for key, item in pairs)))
            case And() | Or() | Not():
                return mapped(value, self._loaded)
            case If(parts=(test, then, otherwise)):
                return If((self._loaded(test), self._value(then), self._value(otherwise)))
            case Comprehension(body=body):
                return self._new(value, self._comprehension(body))
            case Operator():
                return self._operator(value)
            case Lambda(function=function):
                with self._regions.parameters(function):
                    return Lambda(replace(function, body=self._packed(function.body)))
            case _:
                return mapped(value, self._packed)

    def _new(self, value: Expression, placed: Expression) -> Expression:
        return New(placed) if self._is_boxed(value) else placed

    def _comprehension(self, body: ComprehensionBody) -> Comprehension:
        generators: list[Any] = []
        with self._regions.scope():
            for generator in body.generators:
                iterable = self._loaded(generator.iter)
                self._regions.bind(generator)
                conditions = tuple(map(self._loaded, generator.conditions))
                generators.append(replace(generator, iter=iterable, conditions=conditions))
            return Comprehension(ComprehensionBody(self._value(body.element), tuple(generators)))

    def _operator(self, value: Operator) -> Expression:  # noqa: C901 - one case a kind
        kind, found = signature(value)
        match kind:
            case Sharing.NOTHING:
                return self._box(value, with_operands(value, [self._packed(operand) for operand in found]))
            case Sharing.ELEMENT:
                first, *key = found[:2]
                defaults = [self._value(operand) for operand in found[2:]]
                return with_operands(value, [self._loaded(first), *map(self._packed, key), *defaults])
            case Sharing.LOOK:
                return with_operands(value, [self._loaded(found[0]), *map(self._packed, found[1:])])
            case Sharing.ITERATOR:
                operand = self._value(found[0])
                return Walk(operand) if self._is_boxed(found[0]) else replace(value, args=(operand,))
            case Sharing.EXCEPTION:
                return self._exception(value)
            case Sharing.CAUSE | Sharing.GROUP:
                return with_operands(value, list(map(self._value, found)))
            case Sharing.COPY | Sharing.PICK:
                change = self._loaded if kind is Sharing.COPY or _has_key(found) else self._plain
                return self._new(value, with_operands(value, list(map(change, found))))
            case Sharing.NESTED:
                return self._box(value, with_operands(value, list(map(self._loaded, found))))
            case Sharing.ELEMENT_OF:
                first = self._loaded(found[0]) if _has_key(found) else self._plain(found[0])
                return with_operands(value, [first, *map(self._value, found[1:])])
            case Sharing.PAIRS:
                count = len(positional(value))
                return self._new(
                    value, with_operands(value, [*map(self._loaded, found[:count]), *map(self._value, found[count:])])
                )
            case Sharing.SUM:
                return self._box(value, with_operands(value, [self._plain(found[0]), *map(self._guarded, found[1:])]))
            case Sharing.CHOICE | Sharing.CALLS | Sharing.INSTANCE | Sharing.CLONE | Sharing.ANYTHING:
                return self._box(value, with_operands(value, list(map(self._guarded, found))))

    def _box(self, value: Expression, placed: Expression) -> Expression:
        levels = self._regions.of(value).levels()
        return Box((levels, placed)) if any(levels) else placed

    def _plain(self, value: Expression) -> Expression:
        """The content of a value, in which the engine may look at anything but objects that change."""
        return Plain(self._loaded(value)) if any(self._regions.of(value).element.levels()) else self._loaded(value)

    def _guarded(self, value: Expression) -> Expression:
        """The value, in which the engine may look at anything but objects that change."""
        return Plain(self._value(value)) if any(self._regions.of(value).levels()) else self._value(value)

    def _exception(self, value: Operator) -> Expression:
        """An exception has a message of its arguments as they are now, and the arguments themselves."""
        name, mro, args = value.args
        if not any(self._regions.of(args).element.levels()):
            return value
        return Operator("py.exception_of", (replace(value, args=(name, mro, self._packed(args))), self._loaded(args)))


def _shared(placed: Expression, levels: tuple[bool, ...]) -> Expression:
    """An expression whose value is or holds objects: where the engine refuses it, CPython is given the objects themselves."""
    return Shared((levels, placed)) if (any(levels) or allocates(placed)) and may_be_refused(placed) else placed


def _has_key(found: tuple[Expression, ...]) -> bool:
    """Whether a lambda says what of the elements is looked at: the engine computes the keys, and moves the elements only."""
    return any(isinstance(operand, Lambda) for operand in found)


def may_be_refused(value: Expression) -> bool:
    """Whether the engine may have to leave an expression to CPython."""
    return isinstance(value, Operator | Comprehension | And | Or | Not | If | Lambda) or any(map(may_be_refused, operands(value)))


def _joined(before: list[AnyNode], node: AnyNode) -> list[AnyNode]:
    """A node behind others, which take its place."""
    if not before:
        return [node]
    return [replace(cast("Any", before[0]), id=node.id), *before[1:], replace(cast("Any", node), id=-1)]


def allocates(value: Expression) -> bool:
    """Whether an expression makes objects of the heap."""
    return isinstance(value, New | Box) or any(map(allocates, operands(value)))
