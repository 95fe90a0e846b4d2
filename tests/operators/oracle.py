"""CPython as the oracle: what it gives for an operator, and what the engine gives, in one comparable form."""

import json
import operator
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg

from waymark.codec import decode, encode
from waymark.codec.encode import parse
from waymark.errors import EncodeError, UnsupportedOperation

Operation = Callable[..., object]

BINARY: dict[str, Operation] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "pow": operator.pow,
    "lshift": operator.lshift,
    "rshift": operator.rshift,
    "bitand": operator.and_,
    "bitor": operator.or_,
    "bitxor": operator.xor,
    "getitem": operator.getitem,
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "in": lambda item, container: item in container,
    "not_in": lambda item, container: item not in container,
}
UNARY: dict[str, Operation] = {
    "neg": operator.neg,
    "pos": operator.pos,
    "invert": operator.invert,
    "truth": bool,
    "list": list,
    "is_none": lambda value: value is None,
}

# Messages that differ between the supported versions; the engine's are those of 3.12.
RENAMED = {"float modulo": "float modulo by zero"} if sys.version_info < (3, 12) else {}

UNKNOWN_REPR = re.compile(r'"\$": "(?!(tuple|str|float|dict|range|uuid|decimal)")|\\u(?!00)')


@dataclass(frozen=True)
class Outcome:
    """`kind` is value, raised, refused or broken; `text` the canonical encoding, the exception, or the reason."""

    kind: str
    text: str

    def __repr__(self) -> str:
        return f"{self.kind}: {self.text[:300]}"


@cache
def canonical(text: str) -> str:
    """One text for one value: the keys of JSON objects sorted, sets by the codec, numbers digit by digit."""
    if '"set"' in text or '"frozenset"' in text:
        text = encode(decode(text))
    return json.dumps(json.loads(text, parse_int="int {}".format, parse_float="float {}".format), sort_keys=True)


def of_exception(type_name: str, args: str, message: str) -> Outcome:
    """Messages are compared, save a missing key's repr where its type or characters are not covered by the engine."""
    args = canonical(args)
    if type_name == "KeyError" and UNKNOWN_REPR.search(args):
        message = ""
    return Outcome("raised", f"{type_name} {args} {message}")


def expected(operation: Operation, *arguments: object) -> Outcome | None:
    """What CPython gives; None when it is a value the product does not have (a complex number)."""
    try:
        value = operation(*arguments)
        return Outcome("value", canonical(encode(value)))
    except EncodeError:
        return None
    except UnsupportedOperation as error:
        return Outcome("refused", str(error))
    except Exception as error:  # noqa: BLE001 - the exception is the result
        args = [RENAMED.get(item, item) if isinstance(item, str) else item for item in error.args]
        try:
            text = encode(args)
        except EncodeError:
            text = encode(repr(args))
        return of_exception(type(error).__name__, text, RENAMED.get(str(error), str(error)))


class Engine:
    """Evaluates many cases of an operator in one round trip, each in a subtransaction."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        connection.execute("set search_path = ''")

    def call(self, function: str, cases: Sequence[Sequence[str]]) -> list[Outcome]:
        """`cases` holds the encoded arguments of each call of `waymark.<function>`."""
        arguments = ", ".join(f"v_case -> {place}" for place in range(len(cases[0]) if cases else 0))
        return self.evaluate(f"waymark.{function}({arguments})", cases)

    def evaluate(self, sql: str, cases: Sequence[Sequence[str]]) -> list[Outcome]:
        """The values of an SQL expression that reads the encoded operands of each case as `v_case -> 0`, `v_case -> 1`, …."""
        self.connection.execute(
            f"""
            create or replace function pg_temp.evaluate(p_cases jsonb) returns setof text language plpgsql as $$
            declare
              v_case jsonb;
              v_detail text;
            begin
              for v_case in select value from jsonb_array_elements(p_cases) loop
                begin
                  return next 'v' || coalesce(to_jsonb({sql})::text, 'SQL null');
                exception when others then
                  get stacked diagnostics v_detail = pg_exception_detail;
                  return next case sqlstate when 'WM501' then 'x' || v_detail when 'WM502' then 'r' || sqlerrm
                    else '!' || sqlstate || ' ' || sqlerrm end;
                end;
              end loop;
            end
            $$""".encode()
        )
        batch = "[" + ",".join("[" + ",".join(case) + "]" for case in cases) + "]"
        rows = self.connection.execute("select pg_temp.evaluate(%s)", [batch]).fetchall()
        return [self._outcome(text) for (text,) in rows]

    @staticmethod
    def _outcome(text: str) -> Outcome:
        match text[0]:
            case "v":
                return Outcome("value", canonical(text[1:]))
            case "x":
                exception = parse(text[1:])
                return of_exception(exception["type"], json.dumps(exception["args"]), exception["message"])
            case "r":
                return Outcome("refused", text[1:])
            case _:
                return Outcome("broken", text[1:])


def differences(
    engine: Engine,
    name: str,
    operation: Operation,
    cases: Iterable[tuple[Any, ...]],
    may_refuse: Callable[..., bool] = lambda *_: False,
    is_too_large: Callable[..., bool] = lambda *_: False,
) -> list[str]:
    """The cases where the engine gives something else than CPython, or refuses without a listed reason."""
    cases = list(cases)
    found: list[str] = []
    results = engine.call(f"py_{name}", [[encode(argument) for argument in case] for case in cases])
    for case, result in zip(cases, results, strict=True):
        too_large = is_too_large(name, *case)
        if result.kind == "refused" and (too_large or may_refuse(name, *case)):
            continue
        wanted = Outcome("refused", "too large") if too_large else expected(operation, *case)
        if result != wanted and not (wanted is None and result.kind == "refused"):
            found.append(f"{name}{case!r:.200}: {result!r} instead of {wanted!r}")
    return found
