"""Values survive the trip exactly: same value, same type, same order."""

import asyncio
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import json
import math
import pathlib
import re
import threading
import uuid
import zoneinfo
from typing import Any

import psycopg
import pydantic
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sdk import values
from waymark import codec
from waymark.errors import DecodeError, EncodeError, RemoteError, WaymarkTimeout

ZONES = [None, dt.UTC, dt.timezone(dt.timedelta(hours=5, minutes=45)), dt.timezone(dt.timedelta(seconds=-90))]
ZONES += [zoneinfo.ZoneInfo(key) for key in ("Europe/Berlin", "America/New_York", "Asia/Kathmandu")]
TEXT = st.text(st.characters(exclude_categories=())) | st.sampled_from(["$", "\0", "\ud800", "é", "𝄞", "a\x00b", "module:Class"])

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXT
    | st.binary(max_size=20)
    | st.dates()
    | st.datetimes(timezones=st.sampled_from(ZONES)).flatmap(lambda d: st.sampled_from([d, d.replace(fold=1)]))
    | st.times(timezones=st.sampled_from(ZONES)).flatmap(lambda t: st.sampled_from([t, t.replace(fold=1)]))
    | st.timedeltas()
    | st.uuids()
    | st.decimals()
    | st.builds(range, st.integers(), st.integers(), st.integers().filter(bool))
    | st.builds(pathlib.PurePosixPath, TEXT)
    | st.builds(pathlib.Path, st.text())
    | st.sampled_from([*values.Color, *values.Level, *values.Permission, values.Permission(3), values.Permission(0)])
)
hashable = st.recursive(
    scalars.filter(lambda v: not (isinstance(v, decimal.Decimal) and v.is_snan())),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3),
    max_leaves=4,
)


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.sets(hashable, max_size=3)
        | st.dictionaries(TEXT, inner, max_size=4)
        | st.dictionaries(hashable, inner, max_size=3)
        | st.builds(values.Point, inner, inner)
        | st.builds(values.Frozen, inner)
        | st.builds(values.User, name=TEXT.filter(lambda t: not any("\ud800" <= c <= "\udfff" for c in t)))
        | inner.map(lambda v: values.User.model_construct(name="x", tags=[v], address=None))
        | st.builds(values.Open, id=st.integers(-5, 5), extra=st.integers(), zz=st.booleans())
    )


anything = st.recursive(scalars, containers, max_leaves=12)


def same(a: Any, b: Any) -> bool:
    """Equal, of the same types, in the same order, to the bit."""
    if type(a) is not type(b):
        return False
    match a:
        case float():
            return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
        case decimal.Decimal():
            return str(a) == str(b)
        case dt.datetime() | dt.time():
            return repr(a) == repr(b)
        case list() | tuple():
            return len(a) == len(b) and all(map(same, a, b))
        case dict():
            return len(a) == len(b) and all(map(same, a.items(), b.items()))
        case set() | frozenset():
            return sorted(map(codec.encode, a)) == sorted(map(codec.encode, b))
        case pydantic.BaseModel():
            return same(a.__dict__, b.__dict__) and a.model_fields_set == b.model_fields_set and a.model_extra == b.model_extra
        case _ if dataclasses.is_dataclass(a):
            return all(same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
        case _:
            return a == b


@settings(max_examples=400, deadline=None)
@given(anything)
@example({"user": 1, "id": 2})
@example({"$": 1})
@example({"b": 1, "é": 2, "aa": 3})
@example([-0.0, 1e16, 1e-5, 1.0, float("inf")])
@example(dt.datetime(2024, 10, 27, 2, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"), fold=1))
@example(values.Private(id=1))
@example(values.Root([1, 2]))
@example(values.Even(n=2))
@example(values.User(name="ann", address=values.Address(street="x")))
def test_round_trip(value: Any) -> None:
    text = codec.encode(value)
    assert same(codec.decode(text), value)
    assert same(codec.from_jsonable(codec.to_jsonable(value)), value)


@pytest.mark.parametrize("digits", [4_300, 4_301, 5_000, 131_072])
def test_ints_of_any_size(digits: int, connection: psycopg.Connection) -> None:
    value = [10 ** (digits - 1), -(10**digits - 1), {10 ** (digits - 1): 1.0}]
    (text,) = connection.execute("select (%s::jsonb)::text", [codec.encode(value)]).fetchone()
    assert (codec.decode(text) == value) is True
    assert (codec.from_jsonable(codec.to_jsonable(value)) == value) is True


def test_round_trip_through_jsonb(connection: psycopg.Connection) -> None:
    """`jsonb` sorts keys and normalises numbers; none of it may show."""

    @settings(max_examples=150, deadline=None)
    @given(anything)
    @example({"user": 1, "id": 2, "é": 3, "zz": 4})
    @example([-0.0, 1e16, 1e-5, float("nan")])
    @example([1.0, 100.0, 0.1, 123456789012345.6, 1])
    @example({"ab": {"b": 1, "a": 2}, "c": {}})
    def through_jsonb(value: Any) -> None:
        (text,) = connection.execute("select (%s::jsonb)::text", [codec.encode(value)]).fetchone()
        assert same(codec.decode(text), value)

    through_jsonb()


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(TEXT.filter(lambda k: k != "$"), st.integers(), max_size=5))
def test_a_dict_in_the_order_of_jsonb_is_plain_json(value: dict[str, int]) -> None:
    if any("\0" in key or any("\ud800" <= c <= "\udfff" for c in key) for key in value):
        return
    ordered = dict(sorted(value.items(), key=lambda item: (len(item[0].encode()), item[0].encode())))
    assert json.loads(codec.encode(ordered)) == ordered


def test_plain_json_stays_plain() -> None:
    value = {"a": None, "b": [True, 1, 1.5, "text", "é"], "cc": {"x": {}}}
    assert json.loads(codec.encode(value)) == value


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([1, {"owner": object()}], "v[1]['owner']"),
        ({"a": {1: threading.Lock()}}, "v['a'][1]"),
        (values.User.model_construct(name="x", tags=[lambda: 0]), "v.tags[0]"),
        (values.Point(x=(1, NotImplemented)), "v.x[1]"),
        ({NotImplemented: 1}, "v<key NotImplemented>"),
        pytest.param([10**131_072], "v[0]", id="int"),
        ([collections.OrderedDict()], "v[0]"),
        ([collections.namedtuple("P", "x")(1)], "v[0]"),  # noqa: PYI024
        (bytearray(), "v"),
        (dt.datetime(2020, 1, 1, tzinfo=dt.timezone(dt.timedelta(0), "named")), "v"),
    ],
)
def test_what_cannot_be_encoded_is_named_by_its_path(value: Any, path: str) -> None:
    with pytest.raises(EncodeError) as caught:
        codec.encode(value, "v")
    assert caught.value.path == path
    assert path in str(caught.value)


def test_a_local_class_is_refused() -> None:
    class Local(enum.Enum):
        A = 1

    with pytest.raises(EncodeError, match="cannot be imported by that name"):
        codec.encode(Local.A)


def test_a_value_that_contains_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(EncodeError, match="contains itself"):
        codec.encode(value)


def test_arguments_begin_the_path() -> None:
    with pytest.raises(EncodeError, match=r"user_ids\[1\]"):
        codec.encode_arguments({"user_ids": [1, object()]})
    assert codec.decode_arguments(codec.encode_arguments({"b": 1, "a": (2,)})) == {"b": 1, "a": (2,)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("1 2", "not JSON"),
        ('{"$": "nonsense"}', "unknown tag 'nonsense'"),
        ('{"$": "task", "v": 6}', "await it, and use its result"),
        ('[{"$": "semaphore", "v": 6}]', "hand it to helper methods only"),
        ('{"$": 1.5}', "malformed"),
        ('{"$": {}}', "malformed"),
        ('{"$": ["a"], "b": 1}', "malformed"),
        ('{"$": ["a"], "a": 1, "b": 1}', "order of its keys"),
        ('{"$": "float", "v": "x"}', "malformed 'float'"),
        ('{"$": "os:system", "v": "x"}', "neither a pydantic model nor a dataclass|not a class"),
        ('{"$": "no_such_module:C"}', "no_such_module"),
        ('{"$": "tests.sdk.values:Nothing"}', "has no 'Nothing'"),
        ('{"$": "tests.sdk.values:User", "name": "x"}', "malformed"),
        ('{"$": "tests.sdk.values:Point", "x": 1, "y": 2, "z": 3}', "no field 'z'"),
        ('{"$": "unbound"}', "unbound"),
        ('{"$": "enum", "type": "tests.sdk.values:User", "name": "x"}', "not an Enum"),
        ("[" * 100_000, "too deeply"),
    ],
)
def test_malformed_text(text: str, message: str) -> None:
    with pytest.raises(DecodeError, match=message):
        codec.decode(text)


def test_a_decode_error_names_the_path() -> None:
    with pytest.raises(DecodeError) as caught:
        codec.decode('{"users": [1, {"$": "no_such:C"}]}')
    assert caught.value.path == "users[1]"


def test_surrounding_blanks_are_json() -> None:
    assert codec.decode(' {"a": 1}\n') == {"a": 1}


# --- Exceptions -----------------------------------------------------------------------------------------------------


def raised(exception: BaseException) -> BaseException:
    with pytest.raises(type(exception)) as caught:
        raise exception
    return caught.value


@pytest.mark.parametrize(
    "exception",
    [
        ValueError("no", 3),
        KeyError("k"),
        values.OutOfStock("tea", left=2),
        values.Coded(7),
        OSError(2, "No such file", "/x"),
        FileNotFoundError(2, "No such file", "/x"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
        json.JSONDecodeError("bad", "{", 1),
        StopIteration(4),
        SystemExit(3),
        KeyboardInterrupt(),
        asyncio.CancelledError(),
        ImportError("no", name="m", path="p"),
        WaymarkTimeout("late", hint="wait"),
        ExceptionGroup("two", [ValueError(1), KeyError("x")]),
        raised(TypeError("with\0nul")),
    ],
)
def test_exceptions_come_back_as_what_they_were(exception: BaseException) -> None:
    back = codec.decode(codec.encode(exception))
    assert type(back) is type(exception)
    assert str(back) == str(exception)
    assert repr(back.args) == repr(exception.args)
    for name in ("item", "left", "code", "filename", "errno", "name", "value", "hint", "pos"):
        assert getattr(back, name, None) == getattr(exception, name, None)


def test_an_exception_keeps_its_traceback_cause_and_notes_on_every_trip() -> None:
    exception = ValueError("outer")
    exception.__cause__ = raised(KeyError("inner"))
    exception.add_note("look here")
    with pytest.raises(ValueError, match="outer"):
        raise exception
    once = codec.decode(codec.encode(exception))
    twice = codec.decode(codec.encode(once))
    for back in (once, twice):
        assert isinstance(back.__cause__, KeyError)
        assert back.__notes__ == ["look here"]
        assert "in test_an_exception_keeps" in json.loads(codec.encode(back))["traceback"]


def test_what_an_exception_holds_never_hinders_its_report() -> None:
    exception = ValueError("x", object(), [lambda: 0])
    exception.lock = threading.Lock()  # type: ignore[attr-defined]
    back = codec.decode(codec.encode(exception))
    assert back.args[0] == "x"
    assert isinstance(back.args[1], codec.Opaque)
    assert "lock" in repr(back.lock)
    assert "str() failed" in json.loads(codec.encode(values.Stubborn()))["message"]


def test_an_exception_of_an_unknown_class_comes_back_as_a_remote_error() -> None:
    class Local(ValueError):
        pass

    encoded = codec.to_jsonable(Local("gone"))
    assert encoded["mro"][1:] == ["ValueError", "Exception", "BaseException", "object"]
    back = codec.from_jsonable(encoded)
    assert type(back) is RemoteError
    assert str(back) == "gone"
    assert "Local" in back.type_name


def test_a_validation_error_of_pydantic_is_reported() -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        values.User.model_validate({})
    back = codec.decode(codec.encode(caught.value))
    assert "name" in str(back)


def test_a_chain_of_causes_may_be_a_ring() -> None:
    a, b = ValueError("a"), ValueError("b")
    a.__cause__, b.__cause__ = b, a
    assert codec.encode(a).count('"cause"') == 20


def test_the_same_set_is_the_same_text() -> None:
    assert codec.encode({"a", "b", "c"}) == codec.encode({"c", "b", "a"}) == '{"$":"set","v":["a","b","c"]}'


def test_uuid_and_names() -> None:
    value = uuid.UUID(int=5)
    assert codec.decode(codec.encode(value)) == value
    assert codec.class_name(ValueError) == "ValueError"
    assert codec.class_name(values.User) == "tests.sdk.values:User"
    assert codec.resolve("tests.sdk.values:User.model_validate") == values.User.model_validate


def test_matches_are_found_again() -> None:
    pattern = re.compile(r"(?P<first>\w)(\d)?", re.IGNORECASE)
    texts = ["a1 b c2", "ab", ""]
    whole = re.compile("(?:a|ab)(c|bcd)?")
    found = [
        *(m for text in texts for m in pattern.finditer(text)),
        whole.fullmatch("abcd"),
        whole.match("xabcd", 1, 4),
        re.match(b"a", b"a"),
    ]
    for match in found:
        assert match is not None
        again = codec.decode(codec.encode(match))
        assert (again.re, again.string, again.regs, again.pos, again.endpos) == (
            match.re,
            match.string,
            match.regs,
            match.pos,
            match.endpos,
        )
        assert (again.lastindex, again.lastgroup, again.groupdict()) == (match.lastindex, match.lastgroup, match.groupdict())
