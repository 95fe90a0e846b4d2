"""Calls of actions and helper methods: arguments are bound to parameter names at compile time."""

from __future__ import annotations

import ast
import asyncio
import builtins
import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, Protocol, runtime_checkable

from waymark.compiler.binding import NAMED, POSITIONAL, Binding, binding, is_dynamic, packed
from waymark.compiler.callees import Callees
from waymark.compiler.constants import constant, stored
from waymark.compiler.frame import NONE, Callee, Operand, span
from waymark.compiler.hints import hint
from waymark.compiler.instance import SELF
from waymark.compiler.names import Scope
from waymark.compiler.policies import Fields, PolicyError, call_fields, default_fields
from waymark.compiler.source import Method
from waymark.compiler.syntax import walk
from waymark.ir.expressions import Const, DictDisplay, Expression, Invocation, Policy, TupleDisplay
from waymark.ir.nodes import Call

_EMPTY = {inspect.Parameter.VAR_POSITIONAL: TupleDisplay(()), inspect.Parameter.VAR_KEYWORD: DictDisplay(())}
_OPTIONS = ("retry", "backoff", "timeout", "deadline", "concurrency_key")


@runtime_checkable
class ActionInfo(Protocol):
    """What an action carries as `__waymark_action__`: all that the compiler knows about it."""

    name: str
    signature: inspect.Signature
    policy: dict[str, Any]
    injected: frozenset[str]

    @property
    def function(self) -> Callable[..., Any]:
        """The function as it was written."""
        ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call of an action: arguments by parameter name, in the order of the source.

    With a `binding` they are the list of the positional ones and the dict of the others.
    """

    action: str
    args: list[tuple[str, ast.expr]]
    policy: Fields
    binding: Binding | None = None

    @property
    def nodes(self) -> list[ast.expr]:
        """All that is evaluated for the call, in Python's order."""
        return [node for _, node in self.args] + [node for node in self.policy.values() if isinstance(node, ast.expr)]


class Calls(Callees):
    """Lowering of what calls have in common."""

    contexts: frozenset[str] = frozenset()
    """The variables of `async with`, which stand for no value."""

    def action_info(self, node: ast.expr) -> ActionInfo | None:
        """The action that a callee names, if it is one."""
        found = self.names.static(node)
        info = getattr(found.value, "__waymark_action__", None) if found else None
        return info if isinstance(info, ActionInfo) else None

    def is_action_call(self, node: ast.expr) -> bool:
        """Whether `node` is the call of an action, or of self.run_action."""
        if not isinstance(node, ast.Call):
            return False
        return self.self_member(node.func) == "run_action" or self.action_info(node.func) is not None

    def prepare(self, node: ast.Call) -> Prepared | None:
        """The call of an action or of self.run_action; None when it was refused."""
        if self.self_member(node.func) == "run_action":
            return self._prepare_run_action(node)
        info = self.action_info(node.func)
        assert info is not None
        policy = default_fields(info.policy)
        if is_dynamic(node, info.signature):
            function = info.function
            bound = binding(info.signature, function.__qualname__, exact=not info.injected)
            if bound is None:
                self.refuse("WMC412", node, name=ast.unparse(node.func))
                return None
            given = packed(node, f"{function.__module__}.{function.__qualname__}")
            return Prepared(info.name, [("*", given[0]), ("**", given[1])], policy, bound)
        args = self.bind_arguments(node, info.signature, ast.unparse(node.func))
        return None if args is None else Prepared(info.name, args, policy)

    def _prepare_run_action(self, node: ast.Call) -> Prepared | None:
        call = node.args[0] if node.args else None
        if not isinstance(call, ast.Call) or self.action_info(call.func) is None:
            self.refuse("WMC504", call or node)
            return None
        for argument in [*node.args[1:], *(keyword for keyword in node.keywords if keyword.arg not in _OPTIONS)]:
            shown = f"`{argument.arg}`" if isinstance(argument, ast.keyword) else f"`{ast.unparse(argument)}`"
            self.refuse("WMC407", argument, name="self.run_action", argument=shown)
        prepared = self.prepare(call)
        options = [keyword for keyword in node.keywords if keyword.arg in _OPTIONS]
        try:
            return prepared and replace(prepared, policy=call_fields(self.names, options, prepared.policy))
        except PolicyError as error:
            self.refuse("WMC505", error.node, name=f"`{ast.unparse(error.node)}`", why=str(error))
            return None

    def bind_arguments(self, node: ast.Call, signature: inspect.Signature, name: str) -> list[tuple[str, ast.expr]] | None:
        """The arguments of a call with the parameters they go to, in the order of the source; None when refused."""
        parameters = signature.parameters.values()
        positional = [p.name for p in parameters if p.kind in POSITIONAL]
        named = {p.name for p in parameters if p.kind in NAMED}
        bound: dict[str, ast.expr] = {}
        complete = True
        for index, argument in enumerate(node.args):
            if isinstance(argument, ast.Starred):
                self.refuse("WMC309", argument, kind="*")
                complete = False
            elif index < len(positional):
                bound[positional[index]] = argument
            else:
                self.refuse("WMC407", argument, name=name, argument=f"number {index + 1}")
                complete = False
        for keyword in node.keywords:
            if keyword.arg is None:
                self.refuse("WMC309", keyword, kind="**")
                complete = False
            elif keyword.arg in named and keyword.arg not in bound:
                bound[keyword.arg] = keyword.value
            else:
                self.refuse("WMC407", keyword, name=name, argument=f"`{keyword.arg}`")
                complete = False
        for p in parameters if complete else ():
            if p.default is p.empty and p.kind in {*POSITIONAL, *NAMED} and p.name not in bound:
                self.refuse("WMC406", node, name=name, parameter=p.name)
                complete = False
        return list(bound.items()) if complete else None

    # --- Arguments ------------------------------------------------------------------------------------------------------

    def is_safe(self, node: ast.expr) -> bool:
        """Whether evaluating `node` cannot fail."""
        match node:
            case ast.Constant():
                return True
            case ast.Name(id=name) if name in self.scope:
                return True
            case ast.Name(id=name) if self.names.lookup(name) is Scope.LOCAL:
                return self.graph.here is None or name in self.graph.here.bound
            case _:
                return self.names.static(node) is not None

    def ordered(self, nodes: list[ast.expr], keys: Sequence[Any]) -> list[Operand]:
        """Operands that the engine evaluates in the order of `keys`: settled if Python could raise another error first."""
        risky = [key for node, key in zip(nodes, keys, strict=True) if not self.is_safe(node)]
        disorder = risky != sorted(risky)
        return [self.operand(node, settle=disorder and not self.is_safe(node)) for node in nodes]

    def call_operands(self, call: Prepared) -> list[Operand]:
        """The operands of a call. The engine evaluates arguments in the order of jsonb keys, then the policy."""
        keys = [(0, *_jsonb_order(name)) for name, _ in call.args]
        keys += [(1, *_jsonb_order(name)) for name, node in call.policy.items() if isinstance(node, ast.expr)]
        if call.binding is not None:
            return [self.operand(node, settle=index < len(call.args)) for index, node in enumerate(call.nodes)]
        return self.ordered(call.nodes, keys)

    def invocation(self, call: Prepared, values: Sequence[Expression], *, awaited: bool = False) -> Invocation:
        """The invocation with the values of `call.nodes`. One that is awaited at once raises what does not fit."""
        args = {name: value for (name, _), value in zip(call.args, values, strict=False)}
        rest = iter(values[len(args) :])
        if call.binding is not None:
            args = call.binding.parts(call.binding.bind(args["*"], args["**"], exact=awaited))
        policy = {name: node if isinstance(node, Const) else next(rest) for name, node in call.policy.items()}
        return Invocation(call.action, args, Policy(**policy) if policy else None)

    def call_helper(self, node: ast.Call, callee: Callee, target: str | None, *, awaited: bool) -> None:
        """Adds the call of a helper."""
        if callee.name == "__init__":
            self._call_init(node, callee)
            return
        found = self.unit.helper(self, callee, node)
        if found is None:
            return
        index, method = found
        hidden = self.hidden() if method.kind == "method" else {}
        if method.is_async and not awaited:
            self.refuse("WMC408", node, name=ast.unparse(node.func))
        if awaited and not method.is_async:
            self.refuse("WMC409", node, name=ast.unparse(node.func))
        signature = method.signature
        if is_dynamic(node, signature):
            args = hidden | self._bound_arguments(node, method)
            self.graph.step(Call, span(node), self.error(), function=index, args=args, target=target)
            if target is not None:
                self.bind(target)
            return
        bound = self.bind_arguments(node, signature, ast.unparse(node.func))
        if bound is None:
            return
        order = list(signature.parameters)
        values = self.sequence(self.ordered([value for _, value in bound], [order.index(key) for key, _ in bound]))
        given: dict[str, Expression] = {key: value for (key, _), value in zip(bound, values, strict=True)}
        defaults = {key: constant(p.default) for key, p in signature.parameters.items() if p.default is not p.empty}
        empty = {key: _EMPTY.get(p.kind, NONE) for key, p in signature.parameters.items()}
        args = hidden | {key: given.get(key) or defaults.get(key) or empty[key] for key in order}
        self.graph.step(Call, span(node), self.error(), function=index, args=args, target=target)
        if target is not None:
            self.bind(target)

    def _call_init(self, node: ast.Call, callee: Callee) -> None:
        """`super().__init__()` in an `__init__`; that of all workflows does nothing."""
        if self.method.name != "__init__" or self.self_member(node.func) is not None or node.args or node.keywords:
            self.refuse("WMC008", node, name="__init__", kind="called in another way than `super().__init__()` in an `__init__`")
        elif callee.owner is not None and callee.owner is not object and callee.owner.__module__ != "waymark.workflow":
            self.initialize(node, callee)

    def initialize(self, node: ast.AST, callee: Callee) -> None:
        """Adds the call of an `__init__`, which sets the attributes of the instance."""
        found = self.unit.helper(self, callee, node)
        if found is None or self.unit.state is None:
            return
        index, method = found
        if method.signature.parameters:
            self.unit.reporter.report("WMC109", method.file.path, method.file.lines, method.node, name=self.unit.cls.__name__)
        target = SELF if self.unit.state.is_fixed else None
        self.graph.step(Call, span(node), self.error(), function=index, args=self.hidden(), target=target)

    def _bound_arguments(self, node: ast.Call, method: Method) -> dict[str, Expression]:
        """The arguments of a helper that are bound at run time."""
        name = method.code.co_qualname
        bound = binding(method.signature, name, method.own)
        if bound is None:
            self.refuse("WMC412", node, name=ast.unparse(node.func))
            return {}
        given = packed(node, f"{method.module}.{name}")
        args, kwargs = self.sequence([self.operand(argument, settle=True) for argument in given])
        return bound.parts(self.spill(bound.bind(args, kwargs), node))

    def refuse_call(self, node: ast.Call) -> Const:
        """Reports a call that is not compiled where it stands."""
        name = ast.unparse(node.func)
        found = self.names.static(node.func)
        value = found.value if found else None
        hinted = None
        match node.func:
            case ast.Name(id=local) if local in self.refused_names():
                return NONE  # what defines it was refused
            case _ if found is not None:
                code, hinted = self._static_refusal(value, node), value
            case ast.Name(id=local) if self.names.lookup(local) is Scope.CLOSURE:
                code = "WMC102"
            case ast.Name(id=local) if self.names.lookup(local) is Scope.UNDEFINED:
                code = "WMC101"
            case ast.Attribute(value=owner) if isinstance(self.static_value(owner), ModuleType):
                code = "WMC101"
            case ast.Attribute(value=owner) if (known := self.names.static(owner)) and not isinstance(known.value, type):
                code, hinted = "WMC401", known.value
            case ast.Attribute(value=ast.Name(id=local)) if local in self.contexts:
                code = "WMC509"
            case ast.Attribute(attr=name):
                code = "WMC403"
            case _:
                code = "WMC401"
        package = self.unit.cls.__module__.partition(".")[0]
        rewrite = hint(hinted, ast.unparse(node.func), package) if hinted is not None and code != "WMC408" else None
        return self.refuse(code, node, name=name, hint=rewrite or "")

    def refused_names(self) -> set[str]:
        """Variables that hold functions and classes of the method, which are refused where they stand."""
        names: set[str] = set()
        for inner in walk(self.method.node):
            match inner:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    names.add(name)
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda()):
                    names.add(name)
                case _:
                    pass
        return names

    def _static_refusal(self, value: object, node: ast.Call) -> str:
        """The code of the refusal of a call whose callee is known."""
        module = str(getattr(value, "__module__", ""))
        if value is asyncio.gather or value is asyncio.sleep or self.is_action_call(node):
            return "WMC408"
        if module.partition(".")[0] in {"asyncio", "_asyncio"}:
            return "WMC503"
        if callable(value) and getattr(builtins, getattr(value, "__name__", ""), None) is value:
            return "WMC402"
        return "WMC405" if isinstance(value, type) else "WMC401"

    def constant(self, node: ast.expr, value: object) -> Const:
        """A value that is known when the class is decorated."""
        found = constant(value)
        if found is not None:
            return found
        kind = type(value).__name__
        if not callable(value) and not self.names.is_changed(node) and (found := stored(value)):
            return found
        if callable(value) or kind == "module":
            return self.refuse("WMC104", node, name=ast.unparse(node), type="class" if isinstance(value, type) else kind)
        return self.refuse("WMC103", node, name=ast.unparse(node), type=kind)

    def is_opaque(self, node: ast.expr) -> bool:
        """Whether an expression names an object of the module that is no value: a client, a logger, an action."""
        found = self.names.static(node)
        return found is not None and not isinstance(found.value, type | ModuleType | re.Pattern) and stored(found.value) is None

    def root_is_rebound(self, node: ast.expr) -> bool:
        """Whether a dotted name starts with one that the module binds again behind the class."""
        while isinstance(node, ast.Attribute):
            node = node.value
        return isinstance(node, ast.Name) and self.names.is_rebound(node.id)

    def static_value(self, node: ast.expr) -> object:
        """The object that a name stands for, or None."""
        found = self.names.static(node)
        return found.value if found else None


def _jsonb_order(name: str) -> tuple[int, bytes]:
    return len(name.encode()), name.encode()
