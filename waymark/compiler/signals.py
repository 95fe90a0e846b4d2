"""`await self.wait_for_signal("approved", timeout=…)`: signals, typed by an argument or by the annotation of their variable."""

from __future__ import annotations

import ast
import asyncio
import types
from typing import Any, get_type_hints

from waymark.codec.annotations import describe
from waymark.compiler.awaitables import Awaitable
from waymark.compiler.semaphores import Semaphores
from waymark.compiler.templates import Known, known
from waymark.ir.expressions import Const, Local, Operator
from waymark.ir.nodes import Signal

_POSITIONAL = ("name", "type")
_AROUND = (asyncio.wait_for, asyncio.shield)
"""What gives the result of its first argument."""


class Signals(Semaphores):
    """Lowering of waits for signals."""

    def is_signal(self, node: ast.expr) -> bool:
        """Whether `node` waits for a signal."""
        return isinstance(node, ast.Call) and self.self_member(node.func) == "wait_for_signal"

    def signal(self, node: ast.Call) -> Awaitable:
        """A wait for a signal as an awaitable."""
        parts = self._signal_parts(node)
        described = self._signal_type(parts.pop("type")) if "type" in parts else None
        operands = [self.operand(part) for part in parts.values()]

        def lower(target: str | None) -> None:
            values = dict(zip(parts, self.sequence(operands), strict=True))
            result = self.graph.temporary("signal") if described is not None or target is None else target
            fields = {"name": values.get("name", Const("")), "type": described, "timeout": values.get("timeout")}
            self.graph.step(Signal, self.place(node), self.error(), **fields, target=result)
            if described is not None:
                typed = Operator("py.conform", (Local(result), Const(described)))
                self.assign(target or self.graph.temporary(), typed, node)

        return self.composed(node, operands, lower)

    def with_annotation(self, value: ast.expr | None, annotation: ast.expr) -> ast.expr | None:
        """The value of an annotated assignment; a signal that it awaits gets the annotation as its type."""
        match value:
            case ast.Await(value=ast.Call() as call) if (typed := self._typed(call, annotation)) is not call:
                return ast.copy_location(ast.Await(value=typed), value)
            case _:
                return value

    def _typed(self, call: ast.Call, annotation: ast.expr) -> ast.Call:
        keywords, args = call.keywords, call.args
        if self.is_signal(call) and "type" not in self._signal_parts(call):
            given = known(annotation, annotation)
            keywords = [*keywords, ast.copy_location(ast.keyword("type", given), annotation)]
        elif args and isinstance(args[0], ast.Call) and any(self.static_value(call.func) is around for around in _AROUND):
            inner = self._typed(args[0], annotation)
            args = args if inner is args[0] else [inner, *args[1:]]
        if keywords is call.keywords and args is call.args:
            return call
        return ast.copy_location(ast.Call(func=call.func, args=args, keywords=keywords), call)

    def _signal_parts(self, node: ast.Call) -> dict[str, ast.expr]:
        parts = dict(zip(_POSITIONAL, node.args, strict=False))
        parts |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg is not None}
        starred = any(isinstance(argument, ast.Starred) for argument in node.args)
        whole = len(parts) == len(node.args) + len(node.keywords)
        if starred or not whole or "name" not in parts or parts.keys() - {"name", "type", "timeout"}:
            why, rewrite = "it takes a name, a type and `timeout=`", 'write `self.wait_for_signal("name", timeout=60)`'
            self.refuse("WMC411", node, name="self.wait_for_signal", why=why, rewrite=rewrite)
            return {"name": parts.get("name", ast.copy_location(ast.Constant(value=""), node))}
        return parts

    def _signal_type(self, node: ast.expr) -> Any:  # noqa: ANN401 - JSON
        """A type as the IR has it."""
        if isinstance(node, Known) and isinstance(node.value, ast.expr):
            node = node.value
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ast.unparse(node)
        scope = {**self.method.namespace, **self.names.imports}
        try:
            found = get_type_hints(types.SimpleNamespace(__annotations__={"found": text}), scope, include_extras=True)
            return describe(found["found"])
        except Exception as error:  # noqa: BLE001 - an annotation is code of the user's
            why = f"the type `{text}` cannot be checked where a signal is sent: {error}"
            rewrite = "use builtin types, list, dict, tuple, set, unions, Literal, and classes that can be imported"
            return self.refuse("WMC411", node, name="self.wait_for_signal", why=why, rewrite=rewrite)
