"""Functions and methods that the engine computes itself: CPython's result for every call, or the call is left to CPython."""

import datetime as dt
import itertools
import json
from collections import Counter
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, ValuesView
from functools import partial
from typing import Any

import pytest

from tests.operators.oracle import Engine, expected
from tests.operators.values import CONTAINERS, NUMBERS, VALUES
from waymark.codec import decode, encode
from waymark.ir.library import FUNCTIONS, METHODS
from waymark.ir.operators import OPERATORS

ITERATORS = (Iterator, KeysView, ValuesView, ItemsView)
ITERATOR_NAMES = ["enumerate", "zip", "reversed", "keys", "values", "items"]


def sql_of(engine: Engine, function: str, name: str, count: int, kwargs: Iterable[str]) -> str:
    """What a step function says for the call with so many arguments; the operands are `v_case -> 0`, `v_case -> 1`, …."""
    names = [f"a{place}" for place in range(count + len(list(kwargs)))]
    operands = [{"local": local} for local in names]
    receiver = [operands.pop(0)] if function == "py.method" else []
    positional = operands[: count - len(receiver)]
    keywords = [[{"const": key}, value] for key, value in zip(kwargs, operands[count - len(receiver) :], strict=True)]
    call = {"op": function, "args": [*receiver, {"const": name}, {"list": positional}, {"dict": keywords}]}
    scope = {local: f"(v_case -> {place})" for place, local in enumerate(names)}
    row = engine.connection.execute(
        "select waymark._generate_expression(%s, %s, 'test', 'value', false)", [json.dumps(call), json.dumps(scope)]
    ).fetchone()
    assert row is not None
    return f"waymark.py_list({row[0]})" if name in ITERATOR_NAMES else row[0]


class Tally(Counter[str]):
    """How many of the cases that have a value the engine computed, and how many it left to CPython."""

    def share(self) -> float:
        return self["computed"] / (self.total() or 1)


def compare(
    engine: Engine, function: str, name: str, operation: Callable[..., object], cases: Iterable[tuple[Any, ...]], *kwargs: str
) -> Tally:
    """Asserts that what the engine computes is CPython's result. The last operands of a case are those of `kwargs`."""

    def call(*operands: Any) -> object:
        split = len(operands) - len(kwargs)
        result = operation(*operands[:split], **dict(zip(kwargs, operands[split:], strict=True)))
        return list(result) if isinstance(result, ITERATORS) else result

    tally = Tally()
    for _, group in itertools.groupby(sorted(cases, key=len), len):
        same_count = list(group)
        sql = sql_of(engine, function, name, len(same_count[0]) - len(kwargs), kwargs)
        results = engine.evaluate(sql, [[encode(operand) for operand in case] for case in same_count])
        for case, result in zip(same_count, results, strict=True):
            wanted = expected(call, *case)
            if result.kind == "refused":
                tally["left"] += wanted is not None and wanted.kind == "value"
            else:
                assert result == wanted, (name, case)
                tally["computed"] += result.kind == "value"
    return tally


# --- Every function and method, over all edge values ----------------------------------------------------------------------

FEW = [
    0,
    1,
    -1,
    3,
    True,
    2**70,
    2.5,
    -0.0,
    "",
    "a",
    "ab",
    " ",
    "aé",
    "\0",
    None,
    [],
    [1, 0],
    ["a", "b"],
    (),
    ("a",),
    {"a": 1},
    {1},
    b"a",
    range(3),
]
TEXTS = [
    "",
    "a",
    "A",
    "aB",
    " ab ",
    "a,b,,c",
    "ab\r\nb\n\x0bc\x1c",
    "xaxax",
    "12",
    "-7",
    "1_0",
    "x1",
    "_é",
    "ß",
    "ǅ",
    "\u2028",
    "\u3000a b",
    "\ud800",
    "\0a",
]
ARGUMENTS = ["", "a", "ax", ",", "é", "\0", None, 0, 1, -1, 2, 5, True, 2.0, ("a", "x"), ["a", "b"], (), "utf-8", 2**70]

CLOCKS = ("datetime_datetime_now", "time_time")
LISTED = {name.replace(".", "_").lower(): function for name, function in FUNCTIONS.items()}
SPELLED = {name.replace(".", "_").lower(): name for name in FUNCTIONS}


def fast(engine: Engine, prefix: str) -> list[str]:
    rows = engine.connection.execute(
        "select proname from pg_proc where pronamespace = 'waymark'::regnamespace and starts_with(proname, %s) order by 1",
        [prefix],
    ).fetchall()
    return [name.removeprefix(prefix) for (name,) in rows]


def test_functions(engine: Engine) -> None:
    shares: dict[str, float] = {}
    for name in fast(engine, "_py_call_"):
        if name not in ("isinstance", *CLOCKS):
            cases = [
                (),
                *((item,) for item in VALUES),
                *itertools.product(FEW, repeat=2),
                *itertools.product(FEW[:6], FEW[:6], FEW[:9]),
            ]
            cases += [(item, digits) for item in NUMBERS for digits in (0, 1, 2, 17, -1, -3, 400)]
            cases = [case for case in cases if name != "pow" or (len(case) > 1 and abs_at_most(case, 10**6))]
            shares[name] = compare(engine, "py.call", SPELLED[name], LISTED[name], cases).share()
    assert {name: share for name, share in shares.items() if share < 0.3} == {}


@pytest.mark.parametrize("kind", ["positional", "keyword"])
def test_now_is_by_the_clock_of_the_engine(engine: Engine, kind: str) -> None:
    args, kwargs = ([dt.UTC], {}) if kind == "positional" else ([], {"tz": dt.UTC})
    with engine.connection.transaction(force_rollback=True):
        engine.connection.execute("select set_config('waymark.clock_offset', '-400 days', true)")
        row = engine.connection.execute(
            "select waymark._py_call_datetime_datetime_now(%s, %s)::text, waymark._py_call_time_time()::text, waymark._now()",
            [encode(args), encode(kwargs)],
        ).fetchone()
    assert row is not None
    now, clock = decode(row[0]), decode(row[1])
    assert (now.tzinfo, isinstance(clock, float)) == (dt.UTC, True)
    assert row[2] - dt.timedelta(seconds=1) < now < row[2]
    assert abs(now.timestamp() - clock) < 1
    assert now < dt.datetime.now(dt.UTC) - dt.timedelta(days=399)


def abs_at_most(case: tuple[Any, ...], limit: int) -> bool:
    return all(abs(item) < limit for item in case if isinstance(item, int))


def receivers(name: str) -> list[Any]:
    types = tuple(cls for cls, names in METHODS.items() if name in names)
    return [
        item for item in [*TEXTS, *VALUES] if isinstance(item, types) and not isinstance(item, (int,) if int not in types else ())
    ]


def called(name: str, receiver: Any, *args: Any, **kwargs: Any) -> object:
    return getattr(receiver, name)(*args, **kwargs)


def test_methods(engine: Engine) -> None:
    shares: dict[str, float] = {}
    for name in fast(engine, "_py_method_"):
        found = receivers(name)
        assert found, name
        sets = [item for item in found if isinstance(item, set | frozenset)]
        cases: list[tuple[Any, ...]] = [(item,) for item in [*found, *VALUES]]
        cases += itertools.product(found, ARGUMENTS)
        cases += itertools.product([item for item in found if not isinstance(item, str)], FEW)
        cases += itertools.product(sets, CONTAINERS)
        cases += itertools.product(found[:16:2], ARGUMENTS, ARGUMENTS)
        shares[name] = compare(engine, "py.method", name, partial(called, name), cases).share()
    assert {name: share for name, share in shares.items() if share < 0.05} == {}


def test_every_fast_function_is_one_of_the_library(engine: Engine) -> None:
    assert set(fast(engine, "_py_call_")) <= set(LISTED)
    assert set(fast(engine, "_py_method_")) <= set().union(*METHODS.values())


# --- What the tables do not reach -----------------------------------------------------------------------------------------

KEYWORDS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("sorted", ([3, 1.0, 2, 1, True],), {"reverse": True}),
    ("sorted", (["b", "a"],), {"reverse": 0}),
    ("sorted", ([1],), {"key": None}),
    ("max", ([],), {"default": None}),
    ("min", ([2, 1],), {"default": 5}),
    ("enumerate", ("ab",), {"start": 5}),
    ("zip", ([1, 2], "ab"), {"strict": True}),
    ("zip", ([1, 2], "abc"), {"strict": False}),
    ("dict", (), {"b": 1, "a": 2}),
    ("dict", ([("a", 1), ["b", 2]],), {"a": 3}),
    ("dict", ({"x": 1},), {"a": 3}),
]
LEFT: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("len", (5,), {}),
    ("sorted", ([1, "a"],), {}),
    ("sorted", ([1],), {"reverse": "x"}),
    ("sorted", ([1],), {"wrong": 1}),
    ("max", (), {}),
    ("max", ([],), {}),
    ("max", (1, 2), {"default": 3}),
    ("zip", ([1], [1, 2]), {"strict": True}),
    ("zip", ([1],), {"wrong": True}),
    ("enumerate", ("a", 1), {"start": 1}),
    ("len", ("a",), {"x": 1}),
    ("sum", ([0.1, 0.2],), {}),
]


@pytest.mark.parametrize(("name", "args", "kwargs"), KEYWORDS)
def test_keywords(engine: Engine, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    assert compare(engine, "py.call", name, FUNCTIONS[name], [(*args, *kwargs.values())], *kwargs) == {"computed": 1}


@pytest.mark.parametrize(("name", "args", "kwargs"), LEFT)
def test_what_is_left_to_cpython(engine: Engine, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    tally = compare(engine, "py.call", name, FUNCTIONS[name], [(*args, *kwargs.values())], *kwargs)
    assert tally["computed"] == 0


CLASSES = ["int", "str", "list", "dict", "bool", "float", "tuple", "set", "range", "bytes", "datetime.date", "decimal.Decimal"]


def test_instances(engine: Engine) -> None:
    exceptions = {"ValueError": ValueError, "Exception": Exception, "OSError": OSError}
    named = {**{name: FUNCTIONS[name] for name in CLASSES}, **exceptions}
    choices = [(name,) for name in named] + [("int", "str"), ("Exception", "dict"), tuple(named)]
    computed = 0
    for names in choices:
        classes: dict[str, Any] = {"tuple": [{"callable": name} for name in names]} if len(names) > 1 else {"callable": names[0]}
        call = {"op": "py.call", "args": [{"const": "isinstance"}, {"list": [{"local": "x"}, classes]}, {"dict": []}]}
        row = engine.connection.execute(
            "select waymark._generate_expression(%s, '{\"x\": \"(v_case -> 0)\"}', 'test', 'value', false)", [json.dumps(call)]
        ).fetchone()
        assert row is not None
        for item, result in zip(VALUES, engine.evaluate(row[0], [[encode(item)] for item in VALUES]), strict=True):
            if result.kind != "refused":
                assert result == expected(lambda item=item, names=names: isinstance(item, tuple(named[name] for name in names)))
                computed += 1
    assert computed > 0.8 * len(choices) * len(VALUES)


def test_only_consumers_see_into_an_iterator(engine: Engine) -> None:
    iterator = '{"$": "iterator", "v": [1]}'
    consumers = {"py.generator", "py.iter", "py.list", "py.unpack", "py.unpack_star", "py.spread"}
    internal = {"py.concat", "py.list_append", "py.is_none", "py.is", "py.inplace", "py.exception_matches"}
    internal |= {"py.is_object", "py.exception_of"}
    for name in OPERATORS.keys() - consumers - internal - {"py.call", "py.method"}:
        if not name.startswith("py.match"):
            operands = [iterator, *["1"] * (OPERATORS[name].arity - 1)]
            assert engine.call(name.replace(".", "_"), [operands])[0].kind != "value", name


def test_sorted_by_a_lambda(engine: Engine) -> None:
    lists = [
        [],
        [[3, "a"], [1, "b"], [2, "a"], [1, "a"]],
        [(1, 2.5), (0, 2)],
        ["ba", "ab", ""],
        [[1]],
        [5],
        [{"a": 1}],
        [[1, 2], [3, "x"]],
    ]
    for place, reverse in itertools.product((0, 1), (False, True, 1)):
        body = {"op": "py.getitem", "args": [{"local": "item"}, {"local": "place"}]}
        key = {"lambda": {"parameters": ["item"], "body": body}}
        options = [[{"const": "key"}, key], [{"const": "reverse"}, {"const": reverse}]]
        call = {"op": "py.call", "args": [{"const": "sorted"}, {"list": [{"local": "items"}]}, {"dict": options}]}
        row = engine.connection.execute(
            "select waymark._generate_expression(%s, %s, 'test', 'value', false)",
            [json.dumps(call), json.dumps({"items": "(v_case -> 0)", "place": "(v_case -> 1)"})],
        ).fetchone()
        assert row is not None
        results = engine.evaluate(row[0], [[encode(items), str(place)] for items in lists])
        for items, result in zip(lists, results, strict=True):
            wanted = expected(partial(sorted, key=lambda item, place=place: item[place], reverse=reverse), items)
            assert result == wanted or (result.kind == "refused" and wanted and wanted.kind == "raised"), items
