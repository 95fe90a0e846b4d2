"""Every operator over every pair of edge values: CPython's result or exception, or a refusal for a listed reason."""

import pytest

from tests.operators.oracle import BINARY, UNARY, Engine, differences
from tests.operators.values import VALUES, is_too_large, may_refuse


@pytest.mark.parametrize("name", BINARY)
def test_binary_operator(engine: Engine, name: str) -> None:
    pairs = ((left, right) for left in VALUES for right in VALUES)
    assert differences(engine, name, BINARY[name], pairs, may_refuse, is_too_large) == []


@pytest.mark.parametrize("name", UNARY)
def test_unary_operator(engine: Engine, name: str) -> None:
    assert differences(engine, name, UNARY[name], ((value,) for value in VALUES), may_refuse) == []
