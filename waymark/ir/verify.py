"""Checks that a program is well formed. The engine checks the same again in `waymark.register`.

Raises InvalidProgram, or ProgramTooLarge for a limit, with the path of the offending node.
"""

from __future__ import annotations

import re
from typing import NoReturn, assert_never

from waymark.errors import InvalidProgram, ProgramTooLarge
from waymark.ir import limits
from waymark.ir.expressions import (
    UNBOUND,
    And,
    AnyCall,
    Box,
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
    WorkflowCall,
)
from waymark.ir.json import to_text
from waymark.ir.nodes import (
    Acquire,
    Action,
    AnyNode,
    Assign,
    Branch,
    Call,
    Cancel,
    Catch,
    Child,
    Concurrent,
    Fork,
    Function,
    Iterate,
    Mutate,
    Program,
    Raise,
    Release,
    Return,
    Scope,
    Semaphore,
    Signal,
    Sleep,
    Spawn,
    Unscope,
    Wait,
)
from waymark.ir.operators import OPERATORS

_NAME = re.compile(r"\$?[^\s$\"'\\]{1,200}")
_ACTION = re.compile(r"[^\s\"'\\]{1,500}")
_CALLABLE = _ACTION
_WORKFLOW = re.compile(r"[^\s\"'\\]+")
_POLICY = (
    "attempts",
    "retry_on",
    "backoff",
    "multiplier",
    "max_backoff",
    "jitter",
    "timeout",
    "queue",
    "deadline",
    "max_elapsed",
    "give_up_on",
    "concurrency_key",
)


def verify(program: Program) -> None:
    """Raises InvalidProgram or ProgramTooLarge unless the program is well formed and within the limits."""
    _limit(len(program.nodes), limits.MAX_NODES, "nodes", "nodes")
    _limit(len(program.functions), limits.MAX_FUNCTIONS, "functions", "functions")
    _limit(len(program.workflow), limits.MAX_NAME, "workflow", "characters in a name")
    if not _WORKFLOW.fullmatch(program.workflow):
        _fail("workflow", f"{program.workflow!r} is not a name: spaces, quotes and backslashes cannot be in it")
    if not program.functions or program.functions[0].name != "run":
        _fail("functions", "the first function must be `run`")
    for index, node in enumerate(program.nodes):
        if node.id != index:
            _fail(f"nodes[{index}].id", f"is {node.id}, but a node's id is its position")
        line, column, end_line, end_column = node.span
        if line < 1 or column < 0 or (end_line, end_column) < (line, column):
            _fail(f"nodes[{index}].span", "must run forwards, from line 1 and column 0 on")
    start = 0
    for index, function in enumerate(program.functions):
        _check_function(program, function, f"functions[{index}]", start)
        start = function.nodes[1] + 1
    if start != len(program.nodes):
        _fail(f"nodes[{start}]", "belongs to no function")
    _limit(len(to_text(program).encode()), limits.MAX_BYTES, "", "bytes of IR")


def _check_function(program: Program, function: Function, path: str, start: int) -> None:
    first, last = function.nodes
    if first != start or last < first or last >= len(program.nodes):
        _fail(f"{path}.nodes", f"must be a range that begins at {start} and ends within the program")
    if not first <= function.entry <= last:
        _fail(f"{path}.entry", "is outside the function")
    _limit(len(function.locals), limits.MAX_LOCALS, f"{path}.locals", "locals")
    names = set(function.locals)
    if len(names) != len(function.locals):
        _fail(f"{path}.locals", "names a variable twice")
    for name in function.locals:
        if not _NAME.fullmatch(name):
            _fail(f"{path}.locals", f"{name!r} is not a valid name")
    parameters = tuple(parameter.name for parameter in function.parameters)
    if function.locals[: len(parameters)] != parameters:
        _fail(f"{path}.parameters", "must be the first locals, in order")
    for node in program.nodes[first : last + 1]:
        _NodeCheck(program, function, names, node).run()


class _NodeCheck:
    def __init__(self, program: Program, function: Function, names: set[str], node: AnyNode) -> None:
        self.program, self.function, self.names, self.node = program, function, names, node
        self.path = f"nodes[{node.id}]"

    def run(self) -> None:  # noqa: C901, PLR0912 - one case a kind
        node = self.node
        if node.error is not None:
            self.edge("error", node.error, landing=True)
        match node:
            case Assign():
                self.local("target", node.target)
                if node.value != UNBOUND:
                    self.expression("value", node.value)
                self.edge("next", node.next)
            case Branch():
                self.expression("test", node.test)
                self.edge("then", node.then)
                self.edge("else", node.otherwise)
            case Iterate():
                for key, name in (("iterator", node.iterator), ("index", node.index), ("target", node.target)):
                    self.local(key, name)
                self.edge("next", node.next)
                self.edge("done", node.done)
            case Action():
                self.invocation("call", node.call)
                self.optional_target(node.target)
                self.edge("next", node.next)
            case Fork():
                if isinstance(node.branches, InvocationValue):
                    _fail(f"{self.path}.branches", "is an invocation, not a list of invocations")
                self.expression("branches", node.branches)
                self.optional_target(node.target)
                self.edge("next", node.next)
            case Sleep():
                self.expression("seconds", node.seconds)
                self.edge("next", node.next)
            case Call():
                self.callee("function", "args", node, frozenset(), 0)
                self.optional_target(node.target)
                self.edge("next", node.next)
            case Mutate():
                self.expression("object", node.object)
                self.each("args", node.args, frozenset(), 0)
                for name, value in node.kwargs.items():
                    self.expression(f"kwargs.{name}", value)
                self.optional_target(node.target)
                self.edge("next", node.next)
            case Catch():
                self.local("target", node.target)
                self.edge("next", node.next)
            case Raise() | Return():
                self.expression("value", node.value)
            case Child() | Spawn() | Wait() | Cancel() | Scope() | Unscope() | Semaphore() | Acquire() | Release() | Signal():
                self.concurrent(node)
            case _:
                assert_never(node)

    def concurrent(self, node: Concurrent) -> None:  # noqa: C901, PLR0912 - one case a kind
        match node:
            case Child() | Spawn():
                self.any_call("call", node.call)
                if isinstance(node, Spawn) and node.group is not None:
                    self.local("group", node.group)
            case Wait() | Cancel():
                self.expression("tasks", node.tasks)
                if isinstance(node, Wait) and node.timeout is not None:
                    self.expression("timeout", node.timeout)
            case Scope():
                if node.seconds is not None:
                    self.expression("seconds", node.seconds)
            case Unscope():
                self.local("scope", node.scope)
            case Semaphore():
                self.expression("value", node.value)
            case Signal():
                self.expression("name", node.name)
                if node.timeout is not None:
                    self.expression("timeout", node.timeout)
                _check_json(f"{self.path}.type", node.type, 0)
            case Acquire() | Release():
                self.expression("semaphore", node.semaphore)
            case _:
                assert_never(node)
        if not isinstance(node, (Cancel, Acquire, Release)):
            self.optional_target(node.target)
        self.edge("next", node.next)

    def edge(self, key: str, target: int, *, landing: bool = False) -> None:
        first, last = self.function.nodes
        if not first <= target <= last:
            _fail(f"{self.path}.{key}", f"leads to {target}, outside the function")
        if isinstance(self.program.nodes[target], Catch) != landing:
            _fail(f"{self.path}.{key}", "an error edge leads to a catch node, and no other edge does")

    def local(self, key: str, name: str) -> None:
        if name not in self.names:
            _fail(f"{self.path}.{key}", f"{name!r} is not a local of {self.function.name}")

    def optional_target(self, name: str | None) -> None:
        if name is not None:
            self.local("target", name)

    def callee(self, key: str, args_key: str, call: Call | FunctionCall, scope: frozenset[str], depth: int) -> None:
        if not 0 <= call.function < len(self.program.functions):
            _fail(f"{self.path}.{key}", f"there is no function {call.function}")
        callee = self.program.functions[call.function]
        known = {parameter.name for parameter in callee.parameters}
        for name, value in call.args.items():
            if name not in known:
                _fail(f"{self.path}.{args_key}.{name}", f"{callee.name} has no such parameter")
            self.expression(f"{args_key}.{name}", value, scope, depth)
        for parameter in callee.parameters:
            if parameter.required and parameter.name not in call.args:
                _fail(f"{self.path}.{args_key}", f"{callee.name} needs an argument {parameter.name!r}")

    def any_call(self, key: str, call: AnyCall, scope: frozenset[str] = frozenset(), depth: int = 0) -> None:
        match call:
            case Invocation():
                self.invocation(key, call, scope, depth)
            case FunctionCall():
                self.callee(f"{key}.function", f"{key}.args", call, scope, depth)
            case WorkflowCall():
                if len(call.workflow) > limits.MAX_NAME or not _WORKFLOW.fullmatch(call.workflow):
                    _fail(f"{self.path}.{key}.workflow", f"{call.workflow!r} is no name of a workflow")
                for name, value in call.args.items():
                    self.expression(f"{key}.args.{name}", value, scope, depth)
            case _:
                assert_never(call)

    def invocation(self, key: str, call: Invocation, scope: frozenset[str] = frozenset(), depth: int = 0) -> None:
        if not _ACTION.fullmatch(call.action):
            _fail(f"{self.path}.{key}.action", f"{call.action!r} is no name of an action")
        for name, value in call.args.items():
            self.expression(f"{key}.args.{name}", value, scope, depth)
        for field in _POLICY:
            if (value := getattr(call.policy, field, None)) is not None:
                self.expression(f"{key}.policy.{field}", value, scope, depth)

    def generators(self, key: str, value: Comprehension, scope: frozenset[str], depth: int) -> frozenset[str]:
        if not value.body.generators:
            _fail(f"{self.path}.{key}.comprehension.generators", "a comprehension has at least one generator")
        _limit(len(value.body.generators), limits.MAX_GENERATORS, f"{self.path}.{key}", "generators in a comprehension")
        for index, generator in enumerate(value.body.generators):
            path = f"{key}.comprehension.generators[{index}]"
            if not _NAME.fullmatch(generator.target):
                _fail(f"{self.path}.{path}.target", f"{generator.target!r} is not a valid name")
            self.expression(f"{path}.iter", generator.iter, scope, depth + 1)
            scope |= {generator.target}
            for position, condition in enumerate(generator.conditions):
                self.expression(f"{path}.conditions[{position}]", condition, scope, depth + 1)
        return scope

    def expression(  # noqa: C901, PLR0912 - one case a kind
        self, key: str, value: Expression, scope: frozenset[str] = frozenset(), depth: int = 0
    ) -> None:
        self.deep(key, depth)
        match value:
            case Const():
                if value == UNBOUND:
                    _fail(f"{self.path}.{key}", "unbinding is only possible as the value of an assign node")
                _check_json(f"{self.path}.{key}.const", value.value, 0)
            case Local():
                if value.name not in scope:
                    self.local(key, value.name)
            case Operator():
                self.operator(key, value)
                self.each(f"{key}.args", value.args, scope, depth)
            case ListDisplay():
                self.display(key, len(value.items))
                self.each(f"{key}.list", value.items, scope, depth)
            case TupleDisplay():
                self.display(key, len(value.items))
                self.each(f"{key}.tuple", value.items, scope, depth)
            case DictDisplay():
                self.display(key, len(value.items))
                for index, pair in enumerate(value.items):
                    self.each(f"{key}.dict[{index}]", pair, scope, depth)
            case And():
                self.each(f"{key}.and", value.operands, scope, depth, at_least=2)
            case Or():
                self.each(f"{key}.or", value.operands, scope, depth, at_least=2)
            case Not():
                self.expression(f"{key}.not", value.operand, scope, depth + 1)
            case If():
                self.each(f"{key}.if", value.parts, scope, depth)
            case Comprehension():
                inner = self.generators(key, value, scope, depth)
                self.expression(f"{key}.comprehension.element", value.body.element, inner, depth + 1)
            case Callable():
                if not _CALLABLE.fullmatch(value.name):
                    _fail(f"{self.path}.{key}.callable", f"{value.name!r} is no name of a function or class")
            case Lambda(function):
                for name in function.parameters:
                    if not _NAME.fullmatch(name):
                        _fail(f"{self.path}.{key}.lambda.parameters", f"{name!r} is not a valid name")
                self.expression(f"{key}.lambda.body", function.body, scope.union(function.parameters), depth + 1)
            case Load() | Pack() | New() | Plain() | Walk():
                self.expression(f"{key}.{type(value).__name__.lower()}", value.value, scope, depth + 1)
            case Box() | Shared():
                self.expression(f"{key}.{type(value).__name__.lower()}[1]", value.parts[1], scope, depth + 1)
            case InvocationValue():
                if not isinstance(self.node, Assign | Fork):
                    _fail(f"{self.path}.{key}", "an invocation may only be a branch of a fork, or bound to a local")
                self.any_call(f"{key}.invocation", value.invocation, scope, depth + 1)
            case _:
                assert_never(value)

    def each(self, key: str, values: tuple[Expression, ...], scope: frozenset[str], depth: int, at_least: int = 0) -> None:
        if len(values) < at_least:
            _fail(f"{self.path}.{key}", f"needs at least {at_least} operands")
        for index, value in enumerate(values):
            self.expression(f"{key}[{index}]", value, scope, depth + 1)

    def operator(self, key: str, value: Operator) -> None:
        spec = OPERATORS.get(value.op)
        if spec is None:
            _fail(f"{self.path}.{key}.op", f"unknown operator {value.op!r}")
        if spec.arity != len(value.args):
            _fail(f"{self.path}.{key}.args", f"{value.op} takes {spec.arity} arguments, not {len(value.args)}")
        if value.op == "py.list_append" and not (isinstance(value.args[0], Local) and value.args[0].name[0] == "$"):
            _fail(f"{self.path}.{key}.args[0]", "py.list_append extends compiler temporaries only")

    def display(self, key: str, length: int) -> None:
        _limit(length, limits.MAX_DISPLAY, f"{self.path}.{key}", "elements in a display")

    def deep(self, key: str, depth: int) -> None:
        _limit(depth, limits.MAX_DEPTH, f"{self.path}.{key}", "levels of nesting")


def _check_json(path: str, value: object, depth: int) -> None:
    _limit(depth, limits.MAX_DEPTH, path, "levels of nesting")
    match value:
        case None | bool() | int() | float() | str():
            return
        case list():
            for index, item in enumerate(value):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
                _check_json(f"{path}[{index}]", item, depth + 1)  # pyright: ignore[reportUnknownArgumentType]
        case dict():
            for key, item in value.items():  # pyright: ignore[reportUnknownVariableType]
                if not isinstance(key, str):
                    _fail(path, "has a key that is not a string")
                _check_json(f"{path}.{key}", item, depth + 1)  # pyright: ignore[reportUnknownArgumentType]
        case _:
            _fail(path, f"a constant is JSON, not {type(value).__name__}")


def _fail(path: str, reason: str) -> NoReturn:
    raise InvalidProgram(f"malformed IR: {reason}", detail=path)


def _limit(found: int, limit: int, path: str, what: str) -> None:
    if found > limit:
        raise ProgramTooLarge(f"IR over a limit: {found:,} {what}, at most {limit:,} are allowed", detail=path)
