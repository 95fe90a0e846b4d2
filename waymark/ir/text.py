"""The readable text form of a program, for people and golden tests.

One line a node: its id, what it does, and where it goes unless that is the next line; `!n` is its error edge.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import assert_never

from waymark.ir.expressions import (
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
    Policy,
    Shared,
    TupleDisplay,
    Walk,
    WorkflowCall,
)
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


def format_program(program: Program) -> str:
    """The whole program as text."""
    lines = [f"workflow {program.workflow}"]
    for function in program.functions:
        lines += ["", format_function_head(function)]
        for node in program.nodes[function.nodes[0] : function.nodes[1] + 1]:
            lines.append(f"  {node.id:>3}  {_line(program, node)}")
    return "\n".join(lines) + "\n"


def format_function_head(function: Function) -> str:
    """`name(parameters)` with the other locals."""
    parameters = [
        parameter.name if parameter.required else f"{parameter.name}={_json(parameter.default)}"
        for parameter in function.parameters
    ]
    others = function.locals[len(parameters) :]
    entry = "" if function.entry == function.nodes[0] else f" entry {function.entry}"
    return f"{function.name}({', '.join(parameters)})" + (f" locals {' '.join(others)}" if others else "") + entry


def _line(program: Program, node: AnyNode) -> str:
    match node:
        case Branch():
            text = f"if {format_expression(node.test)} then {node.then} else {node.otherwise}"
        case Iterate():
            text = f"{node.target} = next {node.iterator}[{node.index}] else {node.done}{_goto(node.id, node.next)}"
        case Raise():
            text = f"raise {format_expression(node.value)}"
        case Return():
            text = f"return {format_expression(node.value)}"
        case Assign() | Action() | Fork() | Sleep() | Call() | Mutate() | Catch():
            text = format_effect(program, node) + _goto(node.id, node.next)
        case Child() | Spawn() | Wait() | Cancel() | Scope() | Unscope() | Semaphore() | Acquire() | Release() | Signal():
            text = _concurrent(node) + _goto(node.id, node.next)
        case _:
            assert_never(node)
    return text + (f" !{node.error}" if node.error is not None else "")


def format_effect(program: Program, node: Assign | Action | Fork | Sleep | Call | Mutate | Catch) -> str:
    """What a node with one successor does, without its edges."""
    match node:
        case Assign():
            return f"{node.target} = {format_expression(node.value)}"
        case Action():
            return f"{_target(node.target)}await {_call(node.call)}"
        case Fork():
            kind = "settle" if node.settle else "gather"
            return f"{_target(node.target)}{kind} {format_expression(node.branches)}"
        case Sleep():
            return f"sleep {format_expression(node.seconds)}"
        case Call():
            name = program.functions[node.function].name
            return f"{_target(node.target)}call {name}({_arguments(node.args)})"
        case Mutate():
            given = [
                *map(format_expression, node.args),
                *(f"{key}={format_expression(value)}" for key, value in node.kwargs.items()),
            ]
            return f"{_target(node.target)}mutate {format_expression(node.object)}.{node.method}({', '.join(given)})"
        case Catch():
            return f"{node.target} = catch"
        case _:
            assert_never(node)


def _concurrent(node: Concurrent) -> str:
    match node:
        case Child():
            return f"{_target(node.target)}await {_call(node.call)}"
        case Spawn():
            group = "" if node.group is None else f" in {node.group}"
            return f"{_target(node.target)}spawn {_call(node.call)}{group}"
        case Wait():
            timeout = "" if node.timeout is None else f" timeout {format_expression(node.timeout)}"
            linked = " linked" if node.linked else ""
            return f"{_target(node.target)}wait {node.until} {format_expression(node.tasks)}{timeout}{linked}"
        case Cancel():
            return f"cancel {format_expression(node.tasks)}"
        case Scope():
            return f"{node.target} = scope" + ("" if node.seconds is None else f" {format_expression(node.seconds)}")
        case Unscope():
            return f"{node.target} = unscope {node.scope}"
        case Semaphore():
            return f"{node.target} = {'bounded ' if node.bounded else ''}semaphore {format_expression(node.value)}"
        case Signal():
            kind = "" if node.type is None else f" as {_json(node.type)}"
            timeout = "" if node.timeout is None else f" timeout {format_expression(node.timeout)}"
            return f"{_target(node.target)}signal {format_expression(node.name)}{kind}{timeout}"
        case Acquire() | Release():
            return f"{node.kind} {format_expression(node.semaphore)}"
        case _:
            assert_never(node)


def format_expression(value: Expression) -> str:  # noqa: C901, PLR0911, PLR0912 - one case a kind
    """An expression, with operators as calls (`py.add(x, 1)`)."""
    match value:
        case Const():
            return _json(value.value)
        case Local():
            return value.name
        case Operator():
            return f"{value.op}({_join(value.args)})"
        case ListDisplay():
            return f"[{_join(value.items)}]"
        case TupleDisplay():
            return f"({_join(value.items)}{',' if len(value.items) == 1 else ''})"
        case DictDisplay():
            pairs = [f"{format_expression(key)}: {format_expression(item)}" for key, item in value.items]
            return f"{{{', '.join(pairs)}}}"
        case And():
            return f"({' and '.join(map(format_expression, value.operands))})"
        case Or():
            return f"({' or '.join(map(format_expression, value.operands))})"
        case Not():
            return f"not {format_expression(value.operand)}"
        case If():
            test, then, otherwise = map(format_expression, value.parts)
            return f"({then} if {test} else {otherwise})"
        case Comprehension():
            return _comprehension(value)
        case Callable():
            return value.name
        case Lambda():
            return f"(lambda {', '.join(value.function.parameters)}: {format_expression(value.function.body)})"
        case InvocationValue():
            return _call(value.invocation)
        case Load() | Pack() | New() | Plain() | Walk():
            return f"{type(value).__name__.lower()}({format_expression(value.value)})"
        case Box(parts=(levels, content)) | Shared(parts=(levels, content)):
            return f"{type(value).__name__.lower()}({format_expression(content)}, {''.join('01'[level] for level in levels)})"
        case _:
            assert_never(value)


def _comprehension(value: Comprehension) -> str:
    parts = [format_expression(value.body.element)]
    for generator in value.body.generators:
        parts.append(f"for {generator.target} in {format_expression(generator.iter)}")
        parts += [f"if {format_expression(condition)}" for condition in generator.conditions]
    return f"[{' '.join(parts)}]"


def _call(call: AnyCall) -> str:
    match call:
        case Invocation():
            policy = f" with {_policy(call.policy)}" if call.policy else ""
            return f"{call.action}({_arguments(call.args)}){policy}"
        case FunctionCall():
            return f"function {call.function}({_arguments(call.args)})"
        case WorkflowCall():
            return f"workflow {call.workflow}({_arguments(call.args)})"
        case _:
            assert_never(call)


def _policy(policy: Policy) -> str:
    values = [(field.name, getattr(policy, field.name)) for field in fields(policy)]
    return ", ".join(f"{name}={format_expression(value)}" for name, value in values if value is not None)


def _arguments(args: dict[str, Expression]) -> str:
    return ", ".join(f"{name}={format_expression(value)}" for name, value in args.items())


def _join(values: tuple[Expression, ...]) -> str:
    return ", ".join(map(format_expression, values))


def _target(name: str | None) -> str:
    return "" if name is None else f"{name} = "


def _goto(node: int, successor: int) -> str:
    return "" if successor == node + 1 else f" -> {successor}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
