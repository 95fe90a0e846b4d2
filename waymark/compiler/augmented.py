"""Augmented assignments that are plain ones: what they are made to can never change in place."""

from __future__ import annotations

from dataclasses import replace

from waymark.compiler.aliases import INPLACE
from waymark.compiler.regions import Regions
from waymark.ir.expressions import Const, Operator
from waymark.ir.nodes import AnyNode, Assign, Mutate, Program


def settle_numbers(program: Program) -> Program:
    """Augmented assignments of numbers are plain ones: no container takes a number, save `*=`."""

    def settled(node: AnyNode) -> AnyNode:
        match node:
            case Mutate(method=method, args=(Const(value=int() | float()),), target=str()) if method in INPLACE:
                return node if method == "__imul__" else _plain(node)
            case _:
                return node

    return replace(program, nodes=tuple(map(settled, program.nodes)))


def _plain(node: Mutate) -> Assign:
    """An augmented assignment to what never changes."""
    value = Operator("py.inplace", (Const(INPLACE[node.method]), node.object, *node.args))
    return Assign(id=node.id, span=node.span, error=node.error, target=str(node.target), value=value, next=node.next)


def settle_scalars(program: Program, regions: Regions) -> Program:
    """Augmented assignments to what is never mutable are plain assignments."""
    nodes = list(program.nodes)
    for regions.function, function in enumerate(program.functions):
        for index in range(function.nodes[0], function.nodes[1] + 1):
            match nodes[index]:
                case Mutate(method=method, object=old, args=(right,), target=str()) as node if (
                    method in INPLACE
                    and not regions.of(old).is_mutable
                    and not (method == "__imul__" and regions.of(right).is_mutable)
                ):
                    nodes[index] = _plain(node)
                case _:
                    pass
    return replace(program, nodes=tuple(nodes))
