"""The evaluator of expressions: its forms, its whitelist, and that every worker has it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.language.models import Line
from tests.worker.harness import Worker
from waymark.codec import decode
from waymark.errors import InvalidProgram, UnsupportedOperation
from waymark.worker.evaluate import evaluate


def const(value: Any) -> Any:
    return {"const": value}


def op(name: str, *args: Any) -> Any:
    return {"op": f"py.{name}", "args": list(args)}


def call(name: str, *args: Any) -> Any:
    return op("call", const(name), {"list": list(args)}, const({}))


def function(parameters: str, body: Any) -> Any:
    return {"lambda": {"parameters": list(parameters), "body": body}}


def local(name: str) -> Any:
    return {"local": name}


async def test_a_worker_without_any_module_of_the_user_evaluates(tmp_path: Path) -> None:
    async with Worker(tmp_path) as worker:
        expression = op("truediv", local("n"), const({"$": "decimal", "v": "4"}))
        text = json.dumps({"expression": expression, "locals": {"n": {"$": "decimal", "v": "1"}}})
        result = await worker.run("waymark:evaluate", text)
        assert (result.outcome, result.text) == ("succeeded", '{"$":"decimal","v":"0.25"}')
        result = await worker.run("waymark:evaluate", json.dumps({"expression": call("zip"), "locals": {}}))
        assert (result.outcome, json.loads(result.text)["type"]) == ("failed", "waymark.errors:EncodeError")


def test_forms() -> None:
    items = {"xs": [3, 1, 2], "n": 2}
    spread = {"target": "x", "iter": local("xs"), "conditions": [op("ne", local("x"), local("n"))]}
    inner = {"target": "y", "iter": op("range", const(0), local("x"), const(1))}
    comprehension = {"comprehension": {"element": {"tuple": [local("x"), local("y")]}, "generators": [spread, inner]}}
    assert evaluate(comprehension, items) == [(3, 0), (3, 1), (3, 2), (1, 0)]
    assert evaluate(
        {"if": [{"and": [local("n"), {"not": const([])}]}, {"dict": [[const("k"), local("n")]]}, local("no")]}, items
    ) == {"k": 2}
    assert evaluate({"or": [const(0), const("")]}, {}) is False
    assert evaluate(
        op("call", const("sorted"), {"list": [local("xs")]}, {"dict": [[const("key"), function("x", op("neg", local("x")))]]}),
        items,
    ) == [3, 2, 1]
    assert evaluate(call("list", call("map", {"callable": "str"}, local("xs"))), items) == ["3", "1", "2"]


def test_a_local_without_a_value() -> None:
    with pytest.raises(UnboundLocalError, match="cannot access local variable 'x' where it is not associated with a value"):
        evaluate(local("x"), {})


ARITIES = [("x", 0), ("x", 2), ("x", 3), ("xy", 0), ("xy", 1), ("xyz", 0), ("", 1), ("", 2)]


@pytest.mark.parametrize(("parameters", "given"), ARITIES)
def test_a_lambda_counts_its_arguments_as_cpython_does(parameters: str, given: int) -> None:
    real = eval(f"lambda {', '.join(parameters)}: None")
    with pytest.raises(TypeError) as expected:
        real(*range(given))
    mine = function(parameters, const(None))
    calls = call("map", mine, *[const([1])] * given) if given else call("iter", mine, const(1))
    with pytest.raises(TypeError) as found:
        evaluate(call("list", calls), {})
    assert str(found.value) == str(expected.value)


HOSTILE = [
    op("getattr", const(""), const("__globals__")),
    op("getattr", {"callable": "str"}, const("__subclasses__")),
    op("getattr", const(1), const("_private")),
    op("getattr", const([]), const("append")),
    op("method", const([]), const("append"), const([1]), const({})),
    op("method", {"callable": "str"}, const("mro"), const([]), const({})),
    op("method", local("path"), const("read_text"), const([]), const({})),
    op("method", local("line"), const("grow"), const([]), const({})),
    op("method", local("line"), const("__setattr__"), const(["count", 9]), const({})),
    op("call", const("eval"), const(["1"]), const({})),
    op("call", const("os.system"), const(["true"]), const({})),
    op("call", const("open"), const(["/etc/passwd"]), const({})),
    op("call", const("type"), const(["X", (), {}]), const({})),
    op("call", const("getattr"), const(["", "__globals__"]), const({})),
    op("call", const("operator.attrgetter"), const(["x.__globals__"]), const({})),
    op("construct", const("subprocess:Popen"), const([["true"]]), const({})),
    op("construct", const("os:system"), const(["true"]), const({})),
    op("construct", const("no.such.module:Class"), const([]), const({})),
    op("exception", const("builtins:print"), const(["x"]), const([])),
    call("list", call("map", {"callable": "os:system"}, const(["true"]))),
    call("list", call("map", {"callable": "subprocess:Popen"}, const([["true"]]))),
    call("isinstance", const(1), {"callable": "exec"}),
    op("no_such_operator", const(1)),
]


class Touchy(Line):
    """Reading it changes it."""

    @property
    def touched(self) -> int:
        return self.grow()

    def grow(self) -> int:
        self.count += 1
        return self.count


@pytest.mark.parametrize("expression", HOSTILE, ids=json.dumps)
def test_hostile_expressions_are_refused(expression: Any) -> None:
    values = decode('{"path": {"$": "path", "v": "/etc/passwd", "type": "PosixPath"}}') | {"line": Touchy(sku="a")}
    with pytest.raises(UnsupportedOperation):
        evaluate(expression, values)


MALFORMED: list[Any] = [
    *(None, 1, [], {}, {"op": "py.add"}, {"const": 1, "local": "x"}, {"lambda": {}}, {"eval": "1"}, {"comprehension": 1}),
    {"invocation": {"action": "a:b", "args": {}}},
]


@pytest.mark.parametrize("expression", MALFORMED)
def test_what_is_no_expression(expression: Any) -> None:
    with pytest.raises(InvalidProgram):
        evaluate(expression, {})


def test_a_change_of_an_object_is_noticed() -> None:
    with pytest.raises(UnsupportedOperation, match="changed an object"):
        evaluate(op("getattr", local("line"), const("touched")), {"line": Touchy(sku="a")})
