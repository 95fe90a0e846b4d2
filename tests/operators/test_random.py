"""Random values: what the table of edge values has missed."""

import operator
import struct
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.operators.oracle import BINARY, UNARY, Engine, Outcome, canonical, differences
from tests.operators.values import is_too_large, may_refuse
from waymark.codec import encode

BATCH = 100

ints = st.integers(-(10**6), 10**6) | st.integers(-(2**70), 2**70) | st.integers(-(10**60), 10**60)
floats = st.floats() | st.builds(lambda bits: struct.unpack("<d", bits)[0], st.binary(min_size=8, max_size=8))
# Decimals halfway between two doubles, where the shortest digits are easily missed.
halves = st.builds(lambda digits, exponent: float(f"{digits}e{exponent}"), st.integers(1, 10**17), st.integers(-30, 40))
numbers = st.booleans() | ints | floats | halves | st.integers(2**53, 10**24).map(float)
texts = st.text(st.characters(exclude_categories=()), max_size=5)
scalars = st.none() | numbers | texts | st.binary(max_size=4)
keys = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 1.0, 2.5, 1e30]) | st.text("ab$é", max_size=2)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys | st.tuples(keys, keys), inner, max_size=3)
        | st.sets(keys, max_size=3)
        | st.frozensets(keys, max_size=3)
        | st.builds(range, st.integers(-4, 4), st.integers(-4, 4), st.sampled_from([-2, -1, 1, 2]))
    ),
    max_leaves=6,
)
batches = settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def check(engine: Engine, pairs: list[tuple[Any, Any]]) -> None:
    found: list[str] = []
    for name, operation in BINARY.items():
        found += differences(engine, name, operation, pairs, may_refuse, is_too_large)
    for name, operation in UNARY.items():
        found += differences(engine, name, operation, [(left,) for left, _ in pairs], may_refuse)
    assert found == []


@seed(1)
@batches
@given(pairs=st.lists(st.tuples(numbers, numbers), min_size=BATCH, max_size=BATCH))
def test_numbers(engine: Engine, pairs: list[tuple[Any, Any]]) -> None:
    check(engine, pairs)


@seed(2)
@batches
@given(pairs=st.lists(st.tuples(values, values) | values.map(lambda same: (same, same)), min_size=BATCH, max_size=BATCH))
def test_values(engine: Engine, pairs: list[tuple[Any, Any]]) -> None:
    check(engine, pairs)


@seed(3)
@batches
@given(pairs=st.lists(st.tuples(st.lists(keys, max_size=3), keys), min_size=BATCH, max_size=BATCH))
def test_containers_of_keys(engine: Engine, pairs: list[tuple[Any, Any]]) -> None:
    check(engine, [(item, kind(container)) for container, item in pairs for kind in (list, tuple, set, dict.fromkeys)])
    check(engine, [(kind(container), item) for container, item in pairs for kind in (list, tuple, set, dict.fromkeys)])


@seed(4)
@batches
@given(pairs=st.lists(st.tuples(floats | halves, st.integers(-5, 5)), min_size=5 * BATCH, max_size=5 * BATCH))
def test_results_have_the_digits_of_repr(engine: Engine, pairs: list[tuple[float, int]]) -> None:
    results = engine.call("py_mul", [[encode(number), encode(factor)] for number, factor in pairs])
    wanted = [Outcome("value", canonical(encode(operator.mul(*pair)))) for pair in pairs]
    assert results == wanted
