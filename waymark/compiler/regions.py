"""Which objects may be one: an alias analysis by unification.

Every local has a *region*, the set of objects it may stand for; a region has one region of elements (what lists, dicts,
tuples and models hold, keys excepted: those never change). Whatever may put an object of one region into another makes them
one. A region is *boxed* when something may change its objects: they live in the heap of the task, under references.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import waymark.ir.expressions as ir
from waymark.compiler.aliases import IMMUTABLE_CALLS, INPLACE, Sharing, holds_pairs, makes_mutable, positional, signature
from waymark.compiler.constants import holds_mutable
from waymark.compiler.region import Region
from waymark.compiler.webs import read_by
from waymark.ir.expressions import (
    UNBOUND,
    Callable,
    Comprehension,
    Const,
    DictDisplay,
    Expression,
    FunctionCall,
    If,
    Invocation,
    InvocationValue,
    Lambda,
    LambdaBody,
    ListDisplay,
    Local,
    Operator,
    TupleDisplay,
    WorkflowCall,
)
from waymark.ir.nodes import AnyNode, Assign, Branch, Call, Catch, Fork, Iterate, Mutate, Program, Raise, Return, Spawn, Wait
from waymark.ir.walk import operands

_SPILLED = re.compile(r"\$\d+s\b")
"""Temporaries that a node reads right behind the nodes that bind them (waymark.compiler.spill)."""
_MAKING = frozenset({Sharing.NOTHING, Sharing.COPY, Sharing.NESTED, Sharing.PICK})
"""What gives new values."""


class Regions:
    """The regions of a program."""

    def __init__(self, program: Program) -> None:
        self._locals: list[dict[str, Region]] = [{name: Region() for name in function.locals} for function in program.functions]
        self._returned = [Region() for _ in program.functions]
        self._made: dict[int, tuple[Expression, Region]] = {}
        self._scope: dict[str, Region] = {}
        self._parameters: dict[int, tuple[LambdaBody, dict[str, Region]]] = {}
        self._flows: list[tuple[Region, Region]] = []
        self._results: list[tuple[list[Region], Region]] = []
        self.exceptions = Region()
        self.exceptions.element.open()
        self.unknown: list[tuple[AnyNode, Region]] = []
        """What passes through operations that look at it as they like: it must not be boxed."""
        self.tasks: set[int] = set()
        """The functions that run as tasks of their own."""
        self.looked = frozenset(_looked(program))
        """Temporaries that hold operands of the next node, which only looks at them."""
        for parameter in program.functions[0].parameters:
            self._locals[0][parameter.name].open()
        for self.function, function in enumerate(program.functions):
            for self._node in program.nodes[function.nodes[0] : function.nodes[1] + 1]:
                self._visit(self._node)
        self._settle()
        known = [self.exceptions, *self._returned, *(region for _, region in self._made.values())]
        for region in [*known, *(region for names in self._locals for region in names.values())]:
            region.levels()

    def local(self, name: str) -> Region:
        """The region of a local of the current function, or of a variable of a comprehension around."""
        return (self._scope.get(name) or self._locals[self.function][name]).root()

    @contextmanager
    def scope(self) -> Generator[None]:
        """Inside, `bind` adds variables of a comprehension."""
        saved = self._scope
        try:
            yield
        finally:
            self._scope = saved

    @contextmanager
    def parameters(self, function: LambdaBody) -> Generator[None]:
        """Inside, names stand for the parameters of a lambda."""
        with self.scope():
            self._scope = {**self._scope, **self._parameters_of(function)}
            yield

    def _parameters_of(self, function: LambdaBody) -> dict[str, Region]:
        made = function, {name: Region() for name in function.parameters}
        return self._parameters.setdefault(id(function), made)[1]

    def bind(self, generator: ir.Generator) -> None:
        """From here on, the variable of a comprehension stands for the elements of its iterable."""
        self._scope = {**self._scope, generator.target: self.of(generator.iter).element}

    def _flow(self, into: Region, value: Region) -> None:
        """Notes that objects of one region may be among those of another: they become one, unless nothing of it can change."""
        self._flows.append((into, value))

    def _settle(self) -> None:
        moving = self._flows
        while moving or any(_follows(operands, result) for operands, result in self._results):
            moving = [flow for flow in self._flows if flow[1].holds_mutable]
            self._flows = [flow for flow in self._flows if not flow[1].holds_mutable]
            for into, value in moving:
                into.unify(value)

    # --- Nodes ----------------------------------------------------------------------------------------------------------

    def _visit(self, node: AnyNode) -> None:  # noqa: C901, PLR0912 - one case a kind
        match node:
            case Assign(value=value) if value == UNBOUND:
                pass
            case Assign(target=target, value=Operator(op="py.list_append", args=(_, item))):
                self._flow(self.local(target).element, self.of(item))
            case Assign(target=target, value=value) if target in self.looked:
                self.look(value)
            case Assign(target=target, value=value):
                self._flow(self.local(target), self.of(value))
            case Iterate(iterator=iterator, target=target):
                self._flow(self.local(target), self.local(iterator).element)
            case Call(function=index, args=args, target=target):
                for name, value in args.items():
                    self._flow(self._locals[index][name], self.of(value))
                if target is not None:
                    self._flow(self.local(target), self._returned[index])
            case Mutate():
                self._mutate(node)
            case Catch(target=target):
                self._flow(self.local(target), self.exceptions)
            case Raise(value=value):
                self._flow(self.exceptions, self.of(value))
            case Return(value=value) if self.function:
                self._flow(self._returned[self.function], self.of(value))
            case _:
                for value in operands(node):
                    self.look(value)
                if (target := getattr(node, "target", None)) is not None:
                    self.local(target).open()
                if isinstance(node, Spawn):
                    self._start(node.call)
                elif isinstance(node, Wait) and node.target is not None:
                    # Who asks a task again gets the same object.
                    self.unknown.append((node, self.local(node.target)))

    def _start(self, call: Invocation | FunctionCall | WorkflowCall) -> None:
        """A call that runs beside the body: it would see what becomes of its arguments, and the body what it does to them."""
        if isinstance(call, FunctionCall):
            self.tasks.add(call.function)
        for name, value in call.args.items():
            region = self.of(value)
            if isinstance(call, FunctionCall):
                self._flow(self._locals[call.function][name], region)
            if isinstance(call, FunctionCall) or not isinstance(self._node, Fork):
                self.unknown.append((self._node, region))

    def _mutate(self, node: Mutate) -> None:
        changed = self.of(node.object)
        args = [self.of(value) for value in node.args]
        target = self.local(node.target) if node.target is not None else Region()
        changed.change()
        match node.method:
            case "append" | "add" | "__setattr__":
                self._flow(changed.element, args[-1])
            case "insert" | "setdefault" | "__setitem__" if len(args) == 2:  # noqa: PLR2004 - a key and a value
                self._flow(changed.element, args[1])
            case _:
                for value, region in zip(node.args, args, strict=True):
                    self._flow(changed.element, region.element)
                    if node.method in {"update", "__ior__"} and not isinstance(value, DictDisplay):
                        region.element.unify(region.element.element)  # an iterable of pairs
        match node.method:
            case "popitem":
                self._flow(target.element, changed.element)
            case method if method in INPLACE:
                self._flow(target, changed)
                if method == "__imul__":
                    self._results.append((args, target))  # an int times a list
            case "pop" if len(args) > 1:
                self._flow(target, changed.element)
                self._flow(target, args[1])
            case _:
                self._flow(target, changed.element)
        for value in node.kwargs.values():
            self._flow(changed.element, self.of(value))

    # --- Expressions ----------------------------------------------------------------------------------------------------

    def look(self, value: Expression) -> None:
        """Visits an expression whose value is only looked at, as a whole: nothing keeps a display of it."""
        match value:
            case ListDisplay() | TupleDisplay() | DictDisplay():
                for item in operands(value):
                    self.look(item)
            case _:
                self.of(value)

    def of(self, value: Expression) -> Region:
        """The region of the value of an expression."""
        match value:
            case Local(name=name):
                return self.local(name)
            case Const(value=constant) if not holds_mutable(constant):
                return Region()
            case _:
                pass
        if id(value) not in self._made:
            self._made[id(value)] = value, Region()
            self._inspect(value, self._made[id(value)][1])
        return self._made[id(value)][1].root()

    def _inspect(self, value: Expression, region: Region) -> None:  # noqa: C901, PLR0912 - one case a kind
        match value:
            case Const():
                # A constant of the module or the class: the next run reads it again, so nothing may change it.
                region.open()
                self.unknown.append((self._node, region))
            case ListDisplay() | TupleDisplay():
                region.is_mutable = isinstance(value, ListDisplay)
                for item in value.items:
                    self._flow(region.element, self.of(item))
            case DictDisplay(items=pairs):
                region.make()
                for key, item in pairs:
                    self.of(key)
                    self._flow(region.element, self.of(item))
            case If(parts=(test, then, otherwise)):
                self.of(test)
                self._flow(region, self.of(then))
                self._flow(region, self.of(otherwise))
            case Comprehension(body=body):
                region.make()
                with self.scope():
                    for generator in body.generators:
                        self.bind(generator)
                        for condition in generator.conditions:
                            self.of(condition)
                    self._flow(region.element, self.of(body.element))
            case Operator():
                self._operator(value, region)
            case Lambda(function=function):
                with self.parameters(function):
                    self._flow(region, self.of(function.body))  # what it gives
            case InvocationValue(invocation=call):
                self._start(call)
                for operand in operands(value):
                    self.look(operand)
            case _:
                for operand in operands(value):
                    self.of(operand)

    def _operator(self, value: Operator, region: Region) -> None:  # noqa: C901, PLR0912 - one case a kind
        kind, found = signature(value)
        if kind is Sharing.NOTHING:
            for operand in found:
                self.look(operand)
            self._make(value, region, [] if makes_mutable(value) is not None else list(map(self.of, found)))
            return
        is_told = value.op in {"py.bind", "py.group_split"}  # constants tell these what to do
        args = [Region() if is_told and isinstance(operand, Const) else self.of(operand) for operand in found]
        self._make(value, region, args)
        match kind:
            case Sharing.LOOK:
                pass
            case Sharing.ELEMENT:
                self._flow(region, args[0].element)
                for default in args[2:]:
                    self._flow(region, default)
            case Sharing.COPY:
                for argument in args:
                    self._flow(region.element, argument.element)
            case Sharing.NESTED:
                for argument in args:
                    self._flow(region.element.element, argument.element)
                if value.op in {"py.unpack_star", "py.bind"}:
                    region.element.unify(region.element.element)
                region.element.make()
            case Sharing.ITERATOR:
                self._flow(region, args[0])
            case Sharing.EXCEPTION:
                self._flow(region.element, args[2].element)
            case Sharing.CAUSE:
                self._flow(region, args[0])
                self._flow(region.element, args[1])
            case Sharing.GROUP:
                held = region.element.element if value.op == "py.group_split" else region.element
                for argument in args:
                    self._flow(held, argument.element)
                self.unknown.append((self._node, held))
            case _:
                self._library(value, region, args)

    def _library(self, value: Operator, region: Region, args: list[Region]) -> None:  # noqa: C901, PLR0912 - one case a kind
        kind, found = signature(value)
        match kind:
            case Sharing.PICK | Sharing.ELEMENT_OF:
                taken = region.element if kind is Sharing.PICK else region
                for operand, argument in zip(found, args, strict=True):
                    if isinstance(operand, Lambda):
                        self._give(operand, taken)
                    elif kind is Sharing.ELEMENT_OF and operand is not found[0]:
                        self._flow(taken, argument)
                    else:
                        self._flow(taken, argument.element)
            case Sharing.CHOICE:
                for operand, argument in zip(found, args, strict=True):
                    if isinstance(operand, Lambda):
                        self._give(operand, region)
                    else:
                        self._flow(region, argument)
            case Sharing.PAIRS:
                region.make()
                count = len(positional(value))
                for operand, argument in zip(found[:count], args[:count], strict=True):
                    held = argument.element
                    if not holds_pairs(operand):
                        held.unify(held.element)
                    self._flow(region.element, held.element)
                for argument in args[count:]:
                    self._flow(region.element, argument)
            case Sharing.SUM:
                for start in args[1:]:
                    self._flow(region, start)
                    self._flow(region.element, args[0].element.element)
                    self._results.append(([args[0].element], region))
            case Sharing.CALLS:
                region.make()
                self._calls(found, args, region)
            case Sharing.INSTANCE:
                region.open()
                region.element.unify(region.element.element)
                for argument in args:
                    self._flow(region.element, argument)
            case Sharing.CLONE:
                region.open()
            case _:
                region.open()
                region.unify(region.element)
                for operand, argument in zip(found, args, strict=True):
                    self._flow(region, argument)
                    if isinstance(operand, Lambda):
                        self._give(operand, region)

    def _make(self, value: Operator, region: Region, args: list[Region]) -> None:
        """Notes whether the value may be mutable."""
        kind = signature(value).sharing
        if kind not in _MAKING:
            return
        made = makes_mutable(value)
        left = args[1:2] if value.op == "py.inplace" else args if value.op == "py.mul" else args[:1]
        if made:
            region.make()
        elif made is None:
            self._results.append((left, region))
        if made and kind is Sharing.NOTHING:
            region.open()

    def _give(self, operand: Lambda, region: Region) -> None:
        """Notes that a lambda is called with objects of a region."""
        for parameter in self._parameters_of(operand.function).values():
            self._flow(parameter, region)

    def _calls(self, found: tuple[Expression, ...], args: list[Region], region: Region) -> None:
        """Notes what `map` gives."""
        match found[0]:
            case Lambda(function=function):
                self._flow(region.element, args[0])
                for parameter, argument in zip(self._parameters_of(function).values(), args[1:], strict=False):
                    self._flow(parameter, argument.element)
            case Callable(name=name) if name in IMMUTABLE_CALLS:
                pass
            case _:
                region.element.open()
                region.element.unify(region.element.element)
                for argument in args[1:]:
                    self._flow(region.element, argument.element)


def _follows(operands: list[Region], result: Region) -> bool:
    """Makes a result mutable if an operand is; whether that is news."""
    if result.root().is_mutable or not any(operand.root().is_mutable for operand in operands):
        return False
    result.make()
    return True


def _looked(program: Program) -> Iterator[str]:
    for index, function in enumerate(program.functions):
        for node in program.nodes[function.nodes[0] : function.nodes[1] + 1]:
            if isinstance(node, Assign | Branch | Call | Mutate | Raise) or (index and isinstance(node, Return)):
                continue
            yield from (name for name in read_by(node) if _SPILLED.match(name))
