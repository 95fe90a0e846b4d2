"""The library as the database knows it."""

from tests.operators.oracle import Engine
from waymark.ir.operators import OPERATORS

# Displays are a form of expression, not an operator, but made by a function of the same family.
DISPLAYS = {"py_dict"}
READ_THE_CLOCK = ["_py_call_datetime_datetime_now", "_py_call_time_time"]


def test_the_registry_is_the_catalogue(engine: Engine) -> None:
    rows = engine.connection.execute(
        "select proname, pronargs, prorettype::regtype::text from pg_proc"
        " where pronamespace = 'waymark'::regnamespace and proname like 'py\\_%'"
    ).fetchall()
    catalogue = {
        name: (arity, "predicate" if result == "boolean" else "value") for name, arity, result in rows if name not in DISPLAYS
    }
    registry = {spec.name.replace("py.", "py_"): (spec.arity, spec.result) for spec in OPERATORS.values()}
    assert catalogue == registry
    assert {result for name, _, result in rows} == {"boolean", "jsonb"}


def test_operators_can_be_called_from_anywhere_cheaply(engine: Engine) -> None:
    """A settings clause costs more than most operators; an immutable one would be folded, and raise in branches not taken."""
    rows = engine.connection.execute(
        "select proname from pg_proc where pronamespace = 'waymark'::regnamespace and proname ~ '^_?py_'"
        " and (provolatile <> case when proname = any (%s) then 'v' else 's' end"
        "      or proconfig is not null or prosecdef or obj_description(oid, 'pg_proc') is null)",
        (READ_THE_CLOCK,),
    ).fetchall()
    assert rows == []


def test_arguments_are_jsonb(engine: Engine) -> None:
    rows = engine.connection.execute(
        "select proname from pg_proc, unnest(proargtypes::oid[]) as argument"
        " where pronamespace = 'waymark'::regnamespace and proname like 'py\\_%' and argument <> 'jsonb'::regtype"
    ).fetchall()
    assert rows == []
