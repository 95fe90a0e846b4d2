"""Which uses of a local belong together: its *webs*, a definition with all that may read it.

A name that is used again for something else, as temporaries are, is several variables in one. The alias analysis looks at
each of them alone. Along the way comes liveness: which locals a node or what follows may still read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

from waymark.ir.expressions import Expression, Local, Operator
from waymark.ir.nodes import AnyNode, Assign, Function, Iterate, Program
from waymark.ir.walk import mapped, operands

_EDGES = ("next", "then", "otherwise", "done", "error")
_READ = ("iterator", "index", "group", "scope")
"""Fields of nodes that name a local to be read."""


def split_webs(program: Program) -> tuple[Program, dict[str, str]]:
    """The program with a name for each web, and the local that the name stands for. Parameters keep their names."""
    original: dict[str, str] = {}
    nodes: list[AnyNode] = []
    functions: list[Function] = []
    for function in program.functions:
        webs = _Webs(function, program.nodes[function.nodes[0] : function.nodes[1] + 1])
        nodes += webs.renamed()
        functions.append(replace(function, locals=(*function.locals, *webs.names)))
        original |= webs.names
    return replace(program, functions=tuple(functions), nodes=tuple(nodes)), original


def join_webs(program: Program, original: dict[str, str]) -> Program:
    """The program with the names that it had before `split_webs`."""
    functions = [
        replace(function, locals=tuple(name for name in function.locals if name not in original))
        for function in program.functions
    ]
    nodes = [_renamed(node, original, original) for node in program.nodes]
    return replace(program, functions=tuple(functions), nodes=tuple(nodes))


def edges(node: AnyNode) -> Iterator[tuple[str, int]]:
    """The edges of a node, by the name of their field."""
    for key in _EDGES:
        target = getattr(node, key, None)
        if target is not None:
            yield key, target


def read_by(node: AnyNode) -> Iterator[str]:
    """The locals that a node itself reads, and the variables of comprehensions in it."""
    yield from (name for key in _READ if (name := getattr(node, key, None)) is not None)
    pending: list[Expression] = list(operands(node))
    while pending:
        value = pending.pop()
        if isinstance(value, Local):
            yield value.name
        pending += operands(value)


def bound_by(node: AnyNode, edge: str) -> tuple[str, ...]:
    """The locals that have a new value where a node is left by an edge."""
    if edge != "next":
        return ()
    target = getattr(node, "target", None)
    bound = () if target is None else (target,)
    return (*bound, node.index) if isinstance(node, Iterate) else bound


class _Webs:
    def __init__(self, function: Function, nodes: tuple[AnyNode, ...]) -> None:
        self._nodes = nodes
        self._first = function.nodes[0]
        self._entry = function.entry
        self._parents: list[int] = []
        self._locals = set(function.locals)
        self._parameters = {parameter.name: self._new() for parameter in function.parameters}
        self._made: dict[tuple[int, str], int] = {}
        self._states: dict[int, dict[str, int]] = {}
        self._live = live_locals(function, nodes)
        self.names: dict[str, str] = {}
        self._flow()

    def _new(self) -> int:
        self._parents.append(len(self._parents))
        return len(self._parents) - 1

    def _root(self, web: int) -> int:
        while self._parents[web] != web:
            self._parents[web] = self._parents[self._parents[web]]
            web = self._parents[web]
        return web

    def _flow(self) -> None:
        """Brings each definition to where it may be read; definitions that meet there are one web."""
        self._states[self._entry] = dict(self._parameters)
        pending = [self._entry]
        while pending:
            node = self._nodes[pending.pop() - self._first]
            state = self._states[node.id]
            for edge, target in edges(node):
                after = state | {name: self._definition(node, name) for name in bound_by(node, edge)}
                live = self._live[target - self._first]
                arriving = {name: web for name, web in after.items() if name in live}
                known = self._states.get(target)
                if known is None or not arriving.keys() <= known.keys():
                    pending.append(target)
                known = self._states.setdefault(target, {})
                for name, web in arriving.items():
                    self._parents[self._root(web)] = self._root(known.setdefault(name, web))

    def _definition(self, node: AnyNode, name: str) -> int:
        web = self._made.get((node.id, name))
        if web is None:
            web = self._made[node.id, name] = self._new()
            match node:
                case Iterate(index=index) if index == name:
                    changed = True
                case Assign(target=target, value=Operator(op="py.list_append", args=(Local(name=base), _))) if base == target:
                    changed = True
                case _:
                    changed = False
            if changed and name in self._states[node.id]:
                self._parents[web] = self._root(self._states[node.id][name])
        return web

    def renamed(self) -> list[AnyNode]:
        """The nodes with the names of webs."""
        chosen: dict[tuple[str, int], str] = {(name, self._root(web)): name for name, web in self._parameters.items()}
        taken = set(self._parameters)

        def name_of(name: str, web: int) -> str:
            key = name, self._root(web)
            if key not in chosen:
                chosen[key] = f"{name}'{len(chosen)}" if name in taken else name
                if name in taken:
                    self.names[chosen[key]] = name
                taken.add(name)
            return chosen[key]

        nodes: list[AnyNode] = []
        for node in self._nodes:
            state = self._states.get(node.id, {})
            read = {name: name_of(name, web) for name, web in state.items()}
            bound = {
                name: name_of(name, self._made[node.id, name]) for name in bound_by(node, "next") if (node.id, name) in self._made
            }
            nodes.append(_renamed(node, read, bound))
        return nodes


def live_locals(function: Function, nodes: tuple[AnyNode, ...]) -> list[set[str]]:
    """For each node of a function, the locals that it or what follows may read."""
    names = set(function.locals)
    live = [names.intersection(read_by(node)) for node in nodes]
    before: list[list[int]] = [[] for _ in nodes]
    for index, node in enumerate(nodes):
        for _, target in edges(node):
            before[target - function.nodes[0]].append(index)
    pending = list(range(len(nodes)))
    while pending:
        index = pending.pop()
        for earlier in before[index]:
            size = len(live[earlier])
            for edge, target in edges(nodes[earlier]):
                if target - function.nodes[0] == index:
                    live[earlier] |= live[index].difference(bound_by(nodes[earlier], edge))
            if len(live[earlier]) > size:
                pending.append(earlier)
    return live


def _renamed(node: AnyNode, read: dict[str, str], bound: dict[str, str]) -> AnyNode:
    def rename(value: Expression) -> Expression:
        return Local(read.get(value.name, value.name)) if isinstance(value, Local) else mapped(value, rename)

    changed: Any = mapped(node, rename)
    fields = {key: read.get(name, name) for key in _READ if (name := getattr(node, key, None)) is not None}
    target = getattr(node, "target", None)
    if target is not None:
        fields["target"] = bound.get(target, target)
    return cast("AnyNode", replace(changed, **fields))
