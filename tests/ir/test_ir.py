"""The IR: JSON there and back, and every rule of `verify` with the path it names."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from waymark.errors import InvalidProgram, ProgramTooLarge
from waymark.ir import called_workflows, format_program, from_json, limits, schema, to_json, to_text, verify
from waymark.ir.operators import OPERATORS

SPAN = [12, 8, 12, 31]
X = {"local": "x"}
DOCUMENT: dict[str, Any] = {
    "ir_version": 1,
    "dialect": "python",
    "workflow": "Double",
    "functions": [
        {"name": "run", "parameters": [{"name": "n"}, {"name": "by", "default": None}], "locals": ["n", "by", "x", "$1"],
         "entry": 0, "nodes": [0, 7]},
        {"name": "half", "parameters": [{"name": "a"}], "locals": ["a"], "entry": 8, "nodes": [8, 8]},
        {"name": "tasks", "parameters": [], "locals": ["t", "s", "x"], "entry": 9, "nodes": [9, 18]},
    ],
    "nodes": [
        {"id": 0, "kind": "action", "span": SPAN, "error": 6, "target": "x", "next": 1,
         "call": {"action": "app.math:double", "args": {"n": {"local": "n"}}, "policy": {"attempts": {"const": 3}}}},
        {"id": 1, "kind": "branch", "span": SPAN, "test": {"op": "py.gt", "args": [X, {"const": 10}]}, "then": 2, "else": 0},
        {"id": 2, "kind": "fork", "span": SPAN, "settle": False, "target": None, "next": 3,
         "branches": {"op": "py.concat", "args": [
             {"list": [{"invocation": {"action": "a:b", "args": {}}}]},
             {"comprehension": {"element": {"invocation": {"action": "a:b", "args": {"i": {"local": "i"}}}},
                                "generators": [{"target": "i", "iter": X, "conditions": [{"not": {"local": "i"}}]}]}}]}},
        {"id": 3, "kind": "sleep", "span": SPAN, "seconds": {"if": [{"and": [X, X]}, {"const": 1}, {"const": 2}]}, "next": 4},
        {"id": 4, "kind": "call", "span": SPAN, "function": 1, "target": "$1", "next": 5,
         "args": {"a": {"tuple": [X, {"dict": [[X, X]]}]}}},
        {"id": 5, "kind": "iterate", "span": SPAN, "iterator": "x", "index": "$1", "target": "by", "next": 3, "done": 7},
        {"id": 6, "kind": "catch", "span": SPAN, "target": "$1", "next": 7},
        {"id": 7, "kind": "raise", "span": SPAN, "value": {"op": "py.list_append", "args": [{"local": "$1"}, X]}},
        {"id": 8, "kind": "return", "span": SPAN, "value": {"or": [{"local": "a"}, {"const": {"$": "tuple", "v": []}}]}},
        {"id": 9, "kind": "scope", "span": SPAN, "seconds": {"const": 5}, "target": "s", "next": 10},
        {"id": 10, "kind": "spawn", "span": SPAN, "group": "s", "target": "t", "next": 11,
         "call": {"function": 1, "args": {"a": X}}},
        {"id": 11, "kind": "spawn", "span": SPAN, "group": None, "target": None, "next": 12,
         "call": {"action": "a:b", "args": {}}},
        {"id": 12, "kind": "wait", "span": SPAN, "tasks": {"list": [{"local": "t"}]}, "until": "first", "timeout": {"const": 1},
         "linked": True, "target": "x", "next": 13},
        {"id": 13, "kind": "cancel", "span": SPAN, "tasks": {"list": [{"local": "t"}]}, "next": 14},
        {"id": 14, "kind": "unscope", "span": SPAN, "scope": "s", "target": "x", "next": 15},
        {"id": 15, "kind": "semaphore", "span": SPAN, "value": {"const": 3}, "bounded": False, "target": "s", "next": 16},
        {"id": 16, "kind": "acquire", "span": SPAN, "semaphore": {"local": "s"}, "next": 17},
        {"id": 17, "kind": "release", "span": SPAN, "semaphore": {"local": "s"}, "next": 18},
        {"id": 18, "kind": "child", "span": SPAN, "call": {"workflow": "Other", "args": {"n": X}}, "target": "x", "next": 9},
    ],
    "source": {"module": "app.math", "file": "app/math.py", "first_line": 10, "text": "class Double(Workflow):\n"},
}  # fmt: skip


def test_json_round_trip():
    program = from_json(DOCUMENT)
    verify(program)
    assert to_json(program) == DOCUMENT
    assert json.loads(to_text(program)) == DOCUMENT
    assert from_json(json.loads(to_text(program))) == program
    assert hash(program) == hash(from_json(DOCUMENT))


def test_the_workflows_that_a_program_calls():
    assert called_workflows(from_json(DOCUMENT)) == {"Other"}
    branch = {"invocation": {"workflow": "Branch", "args": {}}}
    assert called_workflows(from_json(changed("nodes[2].branches.args[0].list[0]", branch))) == {"Other", "Branch"}


def test_text_form():
    assert format_program(from_json(DOCUMENT)) == (
        "workflow Double\n\n"
        "run(n, by=null) locals x $1\n"
        "    0  x = await app.math:double(n=n) with attempts=3 !6\n"
        "    1  if py.gt(x, 10) then 2 else 0\n"
        "    2  gather py.concat([a:b()], [a:b(i=i) for i in x if not i])\n"
        "    3  sleep (1 if (x and x) else 2)\n"
        "    4  $1 = call half(a=(x, {x: x}))\n"
        "    5  by = next x[$1] else 7 -> 3\n"
        "    6  $1 = catch\n"
        "    7  raise py.list_append($1, x)\n\n"
        "half(a)\n"
        '    8  return (a or {"$": "tuple", "v": []})\n\n'
        "tasks() locals t s x\n"
        "    9  s = scope 5\n"
        "   10  t = spawn function 1(a=x) in s\n"
        "   11  spawn a:b()\n"
        "   12  x = wait first [t] timeout 1 linked\n"
        "   13  cancel [t]\n"
        "   14  x = unscope s\n"
        "   15  s = semaphore 3\n"
        "   16  acquire s\n"
        "   17  release s\n"
        "   18  x = await workflow Other(n=x) -> 9\n"
    )


def changed(path: str, value: object) -> dict[str, Any]:
    """The document with one place changed; a value of `...` removes it."""
    document = copy.deepcopy(DOCUMENT)
    *parts, last = [int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", path)]
    place: Any = document
    for part in parts:
        place = place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return document


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"local": "a"}
    for _ in range(levels):
        value = {"not": value}
    return value


MALFORMED = [
    ("ir_version", 2, "ir_version"),
    ("dialect", "cobol", "dialect"),
    ("extra", 1, "extra"),
    ("nodes[1].kind", "goto", "nodes[1]"),
    ("nodes[12].until", "never", "nodes[12].wait.until"),
    ("nodes[18].call", {"action": "a:b", "args": {}}, "nodes[18].child.call.workflow"),
    ("nodes[1].test", {"frobnicate": 1}, "nodes[1].branch.test"),
    ("nodes[1].test", ..., "nodes[1].branch.test"),
    ("nodes[1].test", {"local": "x", "const": 1}, "nodes[1].branch.test.const.local"),
]
INVALID = [
    ("workflow", "", "workflow"),
    ("workflow", "two words", "workflow"),
    ("functions", [], "functions"),
    ("functions[0].name", "go", "functions"),
    ("functions[1].nodes", [7, 8], "functions[1].nodes"),
    ("functions[1].nodes", [8, 99], "functions[1].nodes"),
    ("functions[0].entry", 8, "functions[0].entry"),
    ("functions[0].locals", ["n", "by", "x", "x"], "functions[0].locals"),
    ("functions[0].locals", ["n", "by", "x", "$1", "a b"], "functions[0].locals"),
    ("functions[0].locals", ["by", "n", "x", "$1"], "functions[0].parameters"),
    ("nodes[3].id", 4, "nodes[3].id"),
    ("nodes[3].span", [0, 0, 1, 1], "nodes[3].span"),
    ("nodes[3].span", [2, 5, 2, 4], "nodes[3].span"),
    ("nodes[0].next", 8, "nodes[0].next"),
    ("nodes[0].next", -1, "nodes[0].next"),
    ("nodes[0].next", 6, "nodes[0].next"),
    ("nodes[0].error", 7, "nodes[0].error"),
    ("nodes[1].else", 99, "nodes[1].else"),
    ("nodes[5].done", 99, "nodes[5].done"),
    ("nodes[0].target", "w", "nodes[0].target"),
    ("nodes[5].index", "w", "nodes[5].index"),
    ("nodes[0].call.action", "two words", "nodes[0].call.action"),
    ("nodes[0].call.args.n", {"local": "w"}, "nodes[0].call.args.n"),
    ("nodes[0].call.policy.attempts", {"local": "w"}, "nodes[0].call.policy.attempts"),
    ("nodes[1].test.op", "py.frobnicate", "nodes[1].test.op"),
    ("nodes[1].test.args", [X], "nodes[1].test.args"),
    ("nodes[1].test.args[0]", {"invocation": {"action": "a:b", "args": {}}}, "nodes[1].test.args[0]"),
    ("nodes[1].test", {"and": [X]}, "nodes[1].test.and"),
    ("nodes[1].test", {"const": {"a": [{1: 2}]}}, "nodes[1].test.const.a[0]"),
    ("nodes[1].test", {"not": {"const": {"$": "unbound"}}}, "nodes[1].test.not"),
    ("nodes[1].test", {"const": object()}, "nodes[1].test.const"),
    ("nodes[2].branches", {"invocation": {"action": "a:b", "args": {}}}, "nodes[2].branches"),
    ("nodes[2].branches.args[1].comprehension.generators", [], "nodes[2].branches.args[1].comprehension.generators"),
    ("nodes[2].branches.args[1].comprehension.generators[0].iter", {"local": "i"},
     "nodes[2].branches.args[1].comprehension.generators[0].iter"),
    ("nodes[4].function", 9, "nodes[4].function"),
    ("nodes[4].args", {}, "nodes[4].args"),
    ("nodes[4].args.b", X, "nodes[4].args.b"),
    ("nodes[7].value.args[0]", X, "nodes[7].value.args[0]"),
    ("nodes[10].group", "w", "nodes[10].group"),
    ("nodes[10].call.function", 3, "nodes[10].call.function"),
    ("nodes[10].call.args", {}, "nodes[10].call.args"),
    ("nodes[10].call.args.b", X, "nodes[10].call.args.b"),
    ("nodes[12].tasks", {"local": "w"}, "nodes[12].tasks"),
    ("nodes[12].timeout", {"local": "w"}, "nodes[12].timeout"),
    ("nodes[9].seconds", {"local": "w"}, "nodes[9].seconds"),
    ("nodes[14].scope", "w", "nodes[14].scope"),
    ("nodes[14].next", 8, "nodes[14].next"),
    ("nodes[15].value", {"local": "w"}, "nodes[15].value"),
    ("nodes[17].semaphore", {"local": "w"}, "nodes[17].semaphore"),
    ("nodes[18].call.workflow", "two words", "nodes[18].call.workflow"),
    ("nodes[18].call.args.n", {"local": "w"}, "nodes[18].call.args.n"),
    ("nodes[18].target", "w", "nodes[18].target"),
]  # fmt: skip
TOO_LARGE = [
    ("workflow", "w" * 201, "workflow"),
    ("nodes[1].test", {"list": [X] * 1001}, "nodes[1].test"),
    ("functions[0].locals", ["n", "by", "x", "$1", *(f"v{n}" for n in range(1000))], "functions[0].locals"),
    ("source.text", "#" * limits.MAX_BYTES, ""),
    ("nodes", DOCUMENT["nodes"] * 2223, "nodes"),
    ("functions", DOCUMENT["functions"] * 251, "functions"),
    ("nodes[2].branches.args[1].comprehension.generators", [{"target": "i", "iter": X, "conditions": []}] * 21,
     "nodes[2].branches.args[1]"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "named"), MALFORMED)
def test_malformed_json_is_named(path: str, value: object, named: str):
    with pytest.raises(InvalidProgram) as caught:
        from_json(changed(path, value))
    assert caught.value.path == named


@pytest.mark.parametrize(("path", "value", "named"), INVALID)
def test_verify_names_the_place(path: str, value: object, named: str):
    program = from_json(changed(path, value))
    with pytest.raises(InvalidProgram) as caught:
        verify(program)
    assert type(caught.value) is InvalidProgram
    assert caught.value.path == named


@pytest.mark.parametrize(("path", "value", "named"), TOO_LARGE)
def test_verify_enforces_the_limits(path: str, value: object, named: str):
    program = from_json(changed(path, value))
    with pytest.raises(ProgramTooLarge) as caught:
        verify(program)
    assert caught.value.path == named


def test_depth_is_limited():
    verify(from_json(changed("nodes[8].value", deep(240))))
    with pytest.raises(InvalidProgram):
        verify(from_json(changed("nodes[8].value", deep(260))))


def test_schema_is_current():
    assert Path("docs/internals/ir.schema.json").read_text() == schema.schema_text()


def test_operators_are_those_of_the_contract():
    page = Path("docs/internals/ir.md").read_text()
    for name in OPERATORS:
        assert re.search(rf"\b{name.removeprefix('py.')}\b", page), name
