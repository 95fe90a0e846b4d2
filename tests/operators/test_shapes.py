"""The operators that no function of the `operator` module stands for: attributes, iteration, unpacking, displays, exceptions."""

import builtins
import datetime as dt
import decimal
import itertools
import operator
from typing import Any

import pytest

from tests.operators.oracle import Engine, Outcome, canonical, differences, expected
from tests.operators.values import CONTAINERS, INF, NAN, NUMBERS, OTHERS, STRINGS, VALUES, holds_nan, may_refuse
from tests.sdk.values import Color, Level, OutOfStock, Point, User
from waymark.codec import encode, encode_exception
from waymark.codec.encode import parse


def value(result: object) -> Outcome:
    return Outcome("value", canonical(encode(result)))


def refusals(outcomes: list[Outcome]) -> list[str]:
    return [outcome.kind for outcome in outcomes]


# --- Attributes ---------------------------------------------------------------------------------------------------------

FIELDS = [
    (User(name="ann", tags=[1]), "name"),
    (User(name="ann"), "address"),
    (User(name="ann"), "tags"),
    (Point({"b": 1, "a": 2}, None), "x"),
    (ValueError("a", 1), "args"),
    (ValueError("a", 1), "__cause__"),
    (OutOfStock("tea", left=0), "left"),
    (Color.GREEN, "value"),
    (Color.RED, "name"),
    (dt.timedelta(-1, 5, 6), "days"),
    (dt.timedelta(-1, 5, 6), "microseconds"),
    (range(1, 9, 2), "stop"),
    (dt.datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=dt.UTC), "microsecond"),
    (dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC), "microsecond"),
    (dt.datetime(2024, 1, 2, 3, 4, 5), "day"),  # noqa: DTZ001
    (dt.date(999, 12, 31), "year"),
    (dt.time(23, 59, 58, 7, fold=1), "second"),
    (dt.time(23, 59, fold=1), "fold"),
]
MISSING: list[Any] = [
    None, True, 1, 1.5, -0.0, "a", "\0", [], (), {}, {1: 2}, set(), frozenset(), b"", range(3),
    dt.date(2024, 1, 2), dt.time(1), dt.timedelta(1), decimal.Decimal(1), ValueError("a"), KeyError("b"),
]  # fmt: skip


def test_fields(engine: Engine) -> None:
    assert differences(engine, "getattr", getattr, FIELDS) == []


def test_missing_attributes_of_builtin_types(engine: Engine) -> None:
    cases = [(item, name) for item in MISSING for name in ("nothing", "hour", "value_", "e")]
    cases = [(item, name) for item, name in cases if not hasattr(item, name)]
    assert differences(engine, "getattr", getattr, cases) == []


def test_every_other_attribute_of_a_builtin_type_is_refused(engine: Engine) -> None:
    given = {"args", "__cause__", "start", "stop", "step", "days", "seconds", "microseconds"}
    given |= {"year", "month", "day", "hour", "minute", "second", "microsecond", "fold"}
    cases = [(item, name) for item in MISSING for name in dir(item) if name not in given]
    assert set(refusals(engine.call("py_getattr", [[encode(item), encode(name)] for item, name in cases]))) == {"refused"}


def test_attributes_that_a_class_may_define_are_refused(engine: Engine) -> None:
    cases = [(User(name="ann"), "shout"), (Point(1), "z"), (OutOfStock("tea", left=0), "price"), (Color.RED, "hex")]
    assert set(refusals(engine.call("py_getattr", [[encode(item), encode(name)] for item, name in cases]))) == {"refused"}


# --- Iteration ----------------------------------------------------------------------------------------------------------


def test_iterators_give_the_elements_one_by_one(engine: Engine) -> None:
    iterables = [item for item in CONTAINERS + STRINGS if not (isinstance(item, set | frozenset) and len(item) > 1)]
    for iterable in iterables:
        row = engine.connection.execute("select waymark.py_iter(%s)::text", [encode(iterable)]).fetchone()
        assert row is not None
        length = len(list(iterable))
        elements = engine.connection.execute(
            "select waymark._py_iterate(%s, i)::text from generate_series(0, %s) i order by i", [row[0], length]
        ).fetchall()
        assert [canonical(text) for (text,) in elements[:length]] == [canonical(encode(item)) for item in iterable]
        assert elements[length] == (None,)


def test_a_range_stays_lazy_and_a_huge_list_of_it_is_refused(engine: Engine) -> None:
    huge = encode(range(10**12))
    assert engine.call("py_iter", [[huge]]) == [value(range(10**12))]
    assert refusals(engine.call("py_list", [[huge]])) == ["refused"]


def test_unpacking(engine: Engine) -> None:
    def unpack(iterable: Any, count: int) -> list[Any]:
        if count == 0:
            () = iterable
            return []
        if count == 1:
            (a,) = iterable
            return [a]
        if count == 2:
            a, b = iterable
            return [a, b]
        a, b, c = iterable
        return [a, b, c]

    cases = [(item, count) for item in [*VALUES, [1, 2, 3], "abc", {"a": 1, "b": 2, "c": 3}] for count in range(4)]
    assert differences(engine, "unpack", unpack, cases, lambda _, iterable, count: may_refuse("list", iterable)) == []


def test_ranges(engine: Engine) -> None:
    bounds = [0, 1, -1, True, 2**70, 2.0, "1", None, [], -0.0, ValueError("a")]
    assert differences(engine, "range", range, itertools.product(bounds, repeat=3)) == []
    assert refusals(engine.call("py_range", [[encode(Level.LOW), "2", "1"]])) == ["refused"]


# --- Displays -----------------------------------------------------------------------------------------------------------

KEYS = ["b", "a", "aa", "é", "z", "$", "\0", 1, 1.0, True, 0, False, -0.0, None, 2.5, 10**30, 1e30, (1, "x"), (1.0, "x"), b"a"]
KEYS += [frozenset({1}), frozenset({True}), range(0), range(1, 1), "a", [1], {}, dt.date(2024, 1, 2), decimal.Decimal("2.5")]


def test_dict_displays(engine: Engine) -> None:
    def display(*pairs: tuple[Any, Any]) -> dict[Any, Any]:
        return {key: item for key, item in pairs}  # noqa: C416 - a display, pair by pair

    keys = [*itertools.product(KEYS, repeat=2), *itertools.permutations(["b", "a", "aa", "é"]), (), *zip(KEYS), ("a", 1, "a")]
    displays = [[(key, position) for position, key in enumerate(some)] for some in keys]
    results = engine.call("py_dict", [[encode([[key, item] for key, item in pairs])] for pairs in displays])
    for pairs, result in zip(displays, results, strict=True):
        assert result == expected(display, *pairs), pairs


def test_lists_of_the_engine(engine: Engine) -> None:
    assert engine.call("py_concat", [[encode([1, [2]]), encode([[], 3])]]) == [value([1, [2], [], 3])]
    items = [[], [1], {}, {"a": 1}, (), None, "x", 1.0]
    assert engine.call("py_list_append", [[encode([0]), encode(item)] for item in items]) == [value([0, item]) for item in items]


# --- Identity and mutability --------------------------------------------------------------------------------------------


def test_identity_of_the_singletons(engine: Engine) -> None:
    singletons = (None, True, False)
    cases = [(left, right) for left, right in itertools.product(VALUES, repeat=2) if left in singletons or right in singletons]
    cases = [(left, right) for left, right in cases if any(item is left or item is right for item in singletons)]
    assert differences(engine, "is", lambda left, right: left is right, cases) == []
    assert refusals(engine.call("py_is", [["1", "1"], ['"a"', "[]"]])) == ["refused", "refused"]


def test_augmented_assignment_only_of_immutable_values(engine: Engine) -> None:
    mutable = (list, dict, set, User, Point)
    results = engine.call("py_inplace", [['"mul"', encode(item), "1"] for item in VALUES])
    plain = engine.call("py_mul", [[encode(item), "1"] for item in VALUES])
    for item, result, same in zip(VALUES, results, plain, strict=True):
        if isinstance(item, mutable):
            assert result.kind == "refused", item
        else:
            assert result.text.replace("*=", "*") == same.text, item


INPLACE = {"floordiv": operator.ifloordiv, "bitand": operator.iand, "bitor": operator.ior, "bitxor": operator.ixor}


@pytest.mark.parametrize(
    "name", ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "bitand", "bitor", "bitxor"]
)
def test_messages_of_augmented_assignments(engine: Engine, name: str) -> None:
    operation = INPLACE.get(name) or getattr(operator, f"i{name}")
    cases = [(left, right) for left in (1, 2.5, (1,), None, "é", range(2), frozenset()) for right in (None, [1], {}, 2.5)]
    cases = [case for case in cases if not (name == "mod" and case[0] == "é")]
    results = engine.call("py_inplace", [[encode(name), *map(encode, case)] for case in cases])
    assert results == [expected(operation, *case) for case in cases]


# --- Exceptions ---------------------------------------------------------------------------------------------------------


def test_the_hierarchy_of_builtin_exceptions(engine: Engine) -> None:
    classes = [
        item
        for name, item in vars(builtins).items()
        if isinstance(item, type) and issubclass(item, BaseException) and item.__name__ == name
    ]
    for item in classes:
        row = engine.connection.execute("select waymark._builtin_mro(%s)", [item.__name__]).fetchone()
        if row != (None,):  # a class of a later version than the table's
            assert row == ([base.__name__ for base in item.__mro__],)
    assert {"ValueError", "KeyError", "TimeoutError", "ExceptionGroup"} <= {item.__name__ for item in classes}


def test_exceptions_are_built_as_the_codec_writes_them(engine: Engine) -> None:
    exceptions: list[BaseException] = [
        ValueError(), ValueError("a"), ValueError("a", 1), ValueError(("a",)), ValueError(1.0), ValueError(True),
        ValueError(None), ValueError("é\n"), ValueError(ValueError("inner")), ValueError(2**70, -0.0, NAN, INF, ""),
        KeyError("k"), KeyError("it's"), KeyError(1, 2), OSError("x"), OSError(), RuntimeError([1, {"a": None}]),
        StopIteration(3), TimeoutError("late"),
    ]  # fmt: skip
    encoded = [parse(encode_exception(item)) for item in exceptions]
    cases = [
        [encode(item["type"]), encode(item["mro"]), encode(error.args)] for item, error in zip(encoded, exceptions, strict=True)
    ]
    results = engine.call("py_exception", cases)
    for error, result in zip(exceptions, results, strict=True):
        assert result == value(error)


def test_exceptions_whose_construction_does_more_are_refused(engine: Engine) -> None:
    unicode = UnicodeDecodeError("utf-8", b"", 0, 1, "x")
    encoded = [parse(encode_exception(item)) for item in (FileNotFoundError(2, "gone"), SyntaxError("x"), unicode)]
    cases = [[encode(item["type"]), encode(item["mro"]), '["a", 1]'] for item in encoded]
    assert set(refusals(engine.call("py_exception", cases))) == {"refused"}


def test_matching_by_class(engine: Engine) -> None:
    for error in (KeyError("a"), OutOfStock("tea", left=0), TimeoutError()):
        names = ["builtins", "KeyError", "LookupError", "OSError", "tests.sdk.values:OutOfStock", "Exception", "object"]
        held = set(parse(encode_exception(error))["mro"])
        for some in [[], *([name] for name in names), ["OSError", "LookupError"], names]:
            assert engine.call("py_exception_matches", [[encode(error), encode(some)]]) == [value(bool(held & set(some)))]


# --- Limits -------------------------------------------------------------------------------------------------------------


def test_ints_that_numeric_cannot_hold_are_refused(engine: Engine) -> None:
    largest = f"1{'0' * 131_071}"
    nines = "9" * 131_072
    for function, arguments in [
        ("py_add", [nines, nines]),
        ("py_sub", [nines, f"-{nines}"]),
        ("py_mul", [largest, "10"]),
        ("py_mul", [largest, largest]),
        ("py_pow", ["10", "131072"]),
        ("py_pow", ["3", "10000000000000000000000"]),
        ("py_lshift", ["1", "435412"]),
        ("py_lshift", ["1", "10000000000000000000000"]),
    ]:
        assert refusals(engine.call(function, [arguments])) == ["refused"], (function, [text[:20] for text in arguments])
    assert refusals(engine.call("py_pow", [["10", "131071"]])) == ["value"]
    assert refusals(engine.call("py_truediv", [[nines, "3"], ["3", nines]])) == ["raised", "value"]


def test_nan_as_a_key_is_refused(engine: Engine) -> None:
    assert holds_nan([NAN])
    assert refusals(engine.call("py_dict", [[encode([[NAN, 1]])], [encode([[(NAN,), 1]])]])) == ["refused", "refused"]


def test_numbers_have_the_digits_of_repr(engine: Engine) -> None:
    floats = [item for item in NUMBERS if isinstance(item, float)]
    assert engine.call("py_pos", [[encode(item)] for item in floats]) == [value(item) for item in floats]
    assert engine.call("py_neg", [[encode(-item)] for item in floats]) == [value(item) for item in floats]


def test_digits_that_the_session_has_taken_away_are_not_lost_silently(engine: Engine) -> None:
    engine.connection.execute("set extra_float_digits = 0")
    try:
        assert refusals(engine.call("py_add", [["0.1", "0.2"], ["0.5", "0.25"]])) == ["refused", "value"]
    finally:
        engine.connection.execute("reset extra_float_digits")


def test_every_kind_of_value_is_among_the_values() -> None:
    tags = [encoded.get("$", "plain") for encoded in map(parse, map(encode, VALUES)) if isinstance(encoded, dict)]
    kinds = {tag for tag in tags if isinstance(tag, str) and ":" not in tag}
    listed = "float str tuple set frozenset dict bytes range datetime date time timedelta uuid decimal path enum exception plain"
    assert kinds == set(listed.split())
    assert len(OTHERS) > 20
