"""Awaits: actions, helper methods, asyncio.gather and asyncio.sleep."""

from __future__ import annotations

import ast
import asyncio
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from waymark.compiler.calls import Calls, Prepared
from waymark.compiler.frame import NONE, Operand, span
from waymark.compiler.names import target_names
from waymark.ir.expressions import (
    Comprehension,
    ComprehensionBody,
    Const,
    Expression,
    Generator,
    InvocationValue,
    ListDisplay,
    Local,
    Operator,
)
from waymark.ir.nodes import Action, Assign, Fork, Sleep

Spread = ast.ListComp | ast.GeneratorExp
_ARGS = "$args"


@dataclass(slots=True)
class _Branches:
    """Part of a gather: the calls that stand in a row, or a comprehension over one call."""

    calls: list[Prepared]
    spread: Spread | None = None
    tuples: bool = False
    """Whether the arguments of a spread are collected first, as tuples."""


class Awaits(Calls):
    """Lowering of `await`."""

    @abstractmethod
    def comprehension(self, node: Spread, element: Callable[[], Expression]) -> Expression:
        """A comprehension as one expression; `element` is called where its variables are bound."""

    def awaited(self, node: ast.Await, target: str | None) -> None:
        """Adds the nodes of an await, whose value goes to `target`."""
        call = node.value
        if not isinstance(call, ast.Call):
            self.refuse("WMC410", node, name=f"`{ast.unparse(call)}`")
            return
        callee = self.callee(call.func)
        function = self.names.static(call.func)
        if self.is_action_call(call):
            self._action(node, call, target)
        elif callee is not None:
            self.call_helper(call, callee, target, awaited=True)
        elif function is not None and function.value is asyncio.gather:
            self._gather(node, call, target)
        elif function is not None and function.value is asyncio.sleep:
            self._sleep(node, call, target)
        else:
            self.refuse_call(call)

    def _action(self, node: ast.Await, call: ast.Call, target: str | None) -> None:
        prepared = self.prepare(call)
        if prepared is not None:
            values = self.sequence(self.call_operands(prepared))
            invocation = self.invocation(prepared, values)
            self.graph.step(Action, span(node), self.error(), call=invocation, target=target)
        if target is not None:
            self.bind(target)

    def _sleep(self, node: ast.Await, call: ast.Call, target: str | None) -> None:
        match call:
            case ast.Call(args=[seconds], keywords=[]) if not isinstance(seconds, ast.Starred):
                pass
            case ast.Call(args=[], keywords=[ast.keyword(arg="delay", value=seconds)]):
                pass
            case _:
                why, rewrite = "it takes the delay in seconds only", "write `await asyncio.sleep(seconds)`"
                self.refuse("WMC411", call, name="asyncio.sleep", why=why, rewrite=rewrite)
                return
        self.graph.step(Sleep, span(node), self.error(), seconds=self.value(seconds))
        if target is not None:
            self.graph.step(Assign, span(node), target=target, value=NONE)
            self.bind(target)

    # --- gather ---------------------------------------------------------------------------------------------------------

    def _gather(self, node: ast.Await, call: ast.Call, target: str | None) -> None:
        settle = self._return_exceptions(call)
        parts = self._parts(call)
        operands: list[Operand] = []
        follows = False  # whether nodes follow a part: its invocations could not be saved, only their arguments
        for part in reversed(parts):
            own = self._spread_operands(part, follows=follows) if part.spread else self._static_operands(part)
            follows = follows or any(operand.emits or operand.settle for operand in own)
            operands[:0] = own
        values = self.sequence(operands)
        lists: list[Expression] = []
        for part in parts:
            count = 1 if part.spread else sum(len(prepared.nodes) for prepared in part.calls)
            taken, values = values[:count], values[count:]
            lists.append(self._spread_branches(part, taken[0]) if part.spread else self._static_branches(part, taken))
        branches = lists[0] if lists else ListDisplay(())
        for other in lists[1:]:
            branches = Operator("py.concat", (branches, other))
        self.graph.step(Fork, span(node), self.error(), branches=branches, settle=settle, target=target)
        if target is not None:
            self.bind(target)

    def _return_exceptions(self, call: ast.Call) -> bool:
        settle = False
        for keyword in call.keywords:
            match keyword:
                case ast.keyword(arg="return_exceptions", value=ast.Constant(value=True | False as given)):
                    settle = bool(given)
                case _:
                    self.refuse("WMC502", keyword, name=ast.unparse(keyword))
        return settle

    def _parts(self, call: ast.Call) -> list[_Branches]:
        """The branches, with neighbouring calls as one part."""
        parts: list[_Branches] = []
        pending = list(reversed(call.args))
        while pending:
            argument = pending.pop()
            match argument:
                case ast.Starred(value=ast.List(elts=elements) | ast.Tuple(elts=elements)):
                    pending += reversed(elements)
                    continue
                case ast.Starred(value=ast.ListComp() | ast.GeneratorExp() as spread):
                    branch = spread.elt
                case _:
                    spread, branch = None, argument
            with self.inner_scope({name: Local(name) for name in target_names(spread)} if spread else {}):
                is_action = self.is_action_call(branch)
                prepared = self.prepare(cast("ast.Call", branch)) if is_action else None
            if not is_action:
                self.refuse("WMC501", branch)
            if prepared is None:
                continue
            if spread is not None or not parts or parts[-1].spread is not None:
                parts.append(_Branches([prepared], spread))
            else:
                parts[-1].calls.append(prepared)
        return parts

    def _static_operands(self, part: _Branches) -> list[Operand]:
        return [operand for prepared in part.calls for operand in self.call_operands(prepared)]

    def _static_branches(self, part: _Branches, values: list[Expression]) -> Expression:
        branches: list[Expression] = []
        for prepared in part.calls:
            branches.append(InvocationValue(self.invocation(prepared, values)))
            values = values[len(prepared.nodes) :]
        return ListDisplay(tuple(branches))

    def _spread_operands(self, part: _Branches, *, follows: bool) -> list[Operand]:
        spread, (prepared,) = part.spread, part.calls
        assert spread is not None
        arguments = ast.copy_location(ast.Tuple(elts=prepared.nodes, ctx=ast.Load()), spread.elt)
        collected = ast.copy_location(ast.ListComp(elt=arguments, generators=spread.generators), spread)
        part.tuples = follows or self.effects.needs_loop(collected) or self._is_disordered(spread, prepared)
        if part.tuples:
            return [self.operand(collected)]
        iterable = spread.generators[0].iter
        return [Operand(spread, self.effects.emits(iterable), lambda: self._spread_invocations(spread, prepared))]

    def _is_disordered(self, spread: Spread, prepared: Prepared) -> bool:
        """Whether the engine would evaluate the arguments of a spread call in another order than Python."""
        with self.inner_scope({name: Local(name) for name in target_names(spread)}):
            return any(operand.settle for operand in self.call_operands(prepared))

    def _spread_invocations(self, spread: Spread, prepared: Prepared) -> Expression:
        def element() -> Expression:
            return InvocationValue(self.invocation(prepared, self.values(prepared.nodes)))

        return self.comprehension(spread, element)

    def _spread_branches(self, part: _Branches, value: Expression) -> Expression:
        if not part.tuples:
            return value
        (prepared,) = part.calls
        count = len(prepared.nodes)
        values = [Operator("py.getitem", (Local(_ARGS), Const(index))) for index in range(count)]
        element = InvocationValue(self.invocation(prepared, values))
        return Comprehension(ComprehensionBody(element, (Generator(_ARGS, value),)))
