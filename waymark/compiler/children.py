"""Other workflows, or the same one, as child runs: `await Other().run(x)`."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Sequence

from waymark.compiler.awaitables import Awaitable, Awaitables
from waymark.compiler.constants import constant
from waymark.ir.expressions import Expression, WorkflowCall
from waymark.ir.nodes import Child


class Children(Awaitables):
    """Lowering of child workflows."""

    def child_class(self, node: ast.expr) -> type | None:
        """The class of the workflow whose `run` is called in `Other().run(…)`."""
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Call(func=func), attr="run")):
                cls = self._workflow_class(func)
                return cls if isinstance(cls, type) and hasattr(cls, "run_inline") else None
            case _:
                return None

    def child(self, node: ast.Call, cls: type) -> Awaitable:
        """A child run as an awaitable."""
        assert isinstance(node.func, ast.Attribute)
        created = node.func.value
        assert isinstance(created, ast.Call)
        name = self.unit.workflow_name(cls)
        if name is None:
            self.refuse("WMC506", node, name=cls.__name__)
        if created.args or created.keywords:
            self.refuse("WMC507", created, name=cls.__name__)
        signature = inspect.signature(getattr(cls, "run"))  # noqa: B009 - its base does not say that it has one
        signature = signature.replace(parameters=list(signature.parameters.values())[1:])
        for parameter in signature.parameters.values():
            if parameter.default is not parameter.empty and constant(parameter.default) is None:
                self.refuse("WMC007", node, name=parameter.name)
        bound = self.bind_arguments(node, signature, ast.unparse(node.func)) or []
        operands = self.ordered([value for _, value in bound], [(len(key.encode()), key.encode()) for key, _ in bound])

        def start(values: Sequence[Expression]) -> WorkflowCall:
            return WorkflowCall(name or cls.__name__, {key: value for (key, _), value in zip(bound, values, strict=True)})

        def lower(target: str | None) -> None:
            call = start(self.sequence(operands))
            self.graph.step(Child, self.place(node), self.error(), call=call, target=target)

        return Awaitable(operands, lower, start)

    def _workflow_class(self, node: ast.expr) -> object:
        """The class that an expression names; `type(self)` and `self.__class__` are the workflow's own."""
        match node:
            case ast.Call(func=func, args=[ast.Name(id=name)], keywords=[]) if name == self.names.self_name:
                return self.unit.cls if self.static_value(func) is type else None
            case ast.Attribute(value=ast.Name(id=name), attr="__class__") if name == self.names.self_name:
                return self.unit.cls
            case _:
                return self.static_value(node)
