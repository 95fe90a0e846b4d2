"""waymark.register: what it stores, and what it refuses."""

import copy
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.engine import programs
from tests.engine.programs import call, const, local, op, program
from tests.engine.session import Session


def test_the_same_ir_is_the_same_program(session: Session) -> None:
    first = session.register(programs.loop())
    assert session.register(programs.loop()) == first
    assert session.value("select count(*) from waymark.programs") == 1


def test_a_changed_body_is_a_new_program_and_runs_finish_on_the_old(session: Session) -> None:
    session.register(programs.loop())
    old = session.start("Loop", n=2)
    (claim,) = session.turn()
    changed = programs.one_action("Loop")
    session.register(changed)
    new = session.start("Loop", n=7)
    while session.outcome(old)[0] == "live" or session.outcome(new)[0] == "live":
        claims = session.turn(*([claim.succeeded(5)] if claim else []))
        claim = None
        for other in claims:
            session.turn(other.succeeded(5), capacity=0)
    assert session.outcome(old)[1] == 10
    assert session.outcome(new)[1] == 5


def test_registering_an_old_version_again_makes_it_the_newest(session: Session) -> None:
    old = session.register(programs.loop())
    new = session.register(programs.one_action("Loop"))
    newest = "select program_id from waymark.workflows where workflow = 'Loop'"
    assert session.value(newest) == new
    assert session.register(programs.loop()) == old
    assert session.value(newest) == old


def test_the_graph_is_there_as_rows(session: Session) -> None:
    session.register(programs.loop())
    nodes = session.connection.execute("select node, kind, line, source from waymark.program_nodes order by node").fetchall()
    assert nodes[3] == (3, "action", 4, "line 4")
    edges = session.connection.execute("select from_node, kind, to_node from waymark.program_edges order by 1, 2").fetchall()
    assert (2, "else", 3) in edges
    assert (2, "then", 6) in edges
    assert len(edges) == 7


def test_source_text_cannot_leave_its_comment(session: Session) -> None:
    hostile = "x = 1 -- \\'); drop schema waymark cascade; $function$ */\r raise exception 'out';\u2028 raise\x0b"
    session.register(program("Hostile", {"kind": "return", "value": const(1)}, text=hostile))
    run_id = session.start("Hostile")
    session.turn()
    assert session.outcome(run_id) == ("succeeded", 1, None)


def test_names_and_texts_are_data(session: Session) -> None:
    ir = program(
        'We"ird;name',
        {"kind": "assign", "target": "ünïcode", "value": const("'; select 1; -- \\ $$"), "next": 1},
        {"kind": "action", "call": call("app;x:y", **{"we'ird": local("ünïcode")}), "target": None, "next": 2},
        {"kind": "return", "value": local("ünïcode")},
        local_names="ünïcode Ünïcode",
    )
    ir["workflow"] = "Weird;name"
    session.register(ir)
    run_id = session.start("Weird;name")
    (claim,) = session.turn()
    assert (claim.name, claim.arguments) == ("app;x:y", {"we'ird": "'; select 1; -- \\ $$"})
    session.turn(claim.succeeded())
    assert session.outcome(run_id)[1] == "'; select 1; -- \\ $$"


def test_no_name_is_taken_for_a_part_of_the_code_it_stands_in(session: Session) -> None:
    """Generated text is put together in one pass: what looks like a placeholder in a name is a name."""
    names = ["%s", "%1s", "<blocks>", "%I", "$x%s"]
    ir = program(
        "Placeholders",
        *({"kind": "assign", "target": name, "value": const(name), "next": i + 1} for i, name in enumerate(names)),
        {"kind": "action", "call": call("a%s:b%4$s", **{"%2$s": local("%s")}), "target": None, "next": len(names) + 1},
        {"kind": "return", "value": {"list": [local(name) for name in names]}},
        local_names=" ".join(names),
        text="%s %1$s %4$s",
    )
    session.register(ir)
    run_id = session.start("Placeholders")
    (claim,) = session.turn()
    session.turn(claim.succeeded())
    assert session.outcome(run_id)[1] == names


def set_at(ir: Any, path: str, value: Any) -> Any:
    """`ir` with `value` at a path like `nodes.0.next`; `...` removes."""
    changed = copy.deepcopy(ir)
    *parents, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    target = changed
    for key in parents:
        target = target[key]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return changed


def deep(levels: int) -> Any:
    expression = const(1)
    for _ in range(levels):
        expression = op("neg", expression)
    return expression


REFUSED = [
    ("ir_version", 2, "WM101", "$.ir_version"),
    ("dialect", "ruby", "WM101", "$.dialect"),
    ("workflow", "two words", "WM101", "$.workflow"),
    ("workflow", 5, "WM101", "$.workflow"),
    ("nodes", {}, "WM101", "$.nodes"),
    ("source", ..., "WM101", "$"),
    ("surplus", 1, "WM101", "$"),
    ("functions", [], "WM102", "$.functions"),
    ("functions.0.entry", 99, "WM101", "$.functions[0].entry"),
    ("functions.0.entry", "0; drop", "WM101", "$.functions[0].entry"),
    ("functions.0.nodes", [0, 99], "WM101", "$.functions[0].nodes"),
    ("functions.0.nodes", [1, 6], "WM101", "$.functions[0].entry"),
    ("functions.0.locals", ["n", "total", "i", "i"], "WM101", "$.functions[0].locals"),
    ("functions.0.locals", ["n", "total", "i", "r'; --"], "WM101", "$.functions[0].locals"),
    ("functions.0.locals", [f"v{i}" for i in range(1001)], "WM102", "$.functions[0].locals"),
    ("functions.0.parameters", [{"name": "other"}], "WM101", "$.functions[0].parameters[0]"),
    ("nodes.0.next", 99, "WM101", "$.nodes[0].next"),
    ("nodes.0.next", -1, "WM101", "$.nodes[0].next"),
    ("nodes.0.next", 1.5, "WM101", "$.nodes[0].next"),
    ("nodes.0.next", ..., "WM101", "$.nodes[0]"),
    ("nodes.0.id", 3, "WM101", "$.nodes[0].id"),
    ("nodes.0.kind", "explode", "WM101", "$.nodes[0]"),
    ("nodes.0.span", [1, 2], "WM101", "$.nodes[0].span"),
    ("nodes.0.target", "nobody", "WM101", "$.nodes[0].target"),
    ("nodes.0.error", 1, "WM101", "$.nodes[0].error"),
    ("nodes.0.surplus", 1, "WM101", "$.nodes[0]"),
    ("nodes.0.value", local("nobody"), "WM101", "$.nodes[0].value"),
    ("nodes.0.value", const({"$": "nonsense"}), "WM206", "$.nodes[0].value.const"),
    ("nodes.0.value", {"sql": "select 1"}, "WM101", "$.nodes[0].value"),
    ("nodes.0.value", {"const": 1, "local": "n"}, "WM101", "$.nodes[0].value"),
    ("nodes.0.value", {}, "WM101", "$.nodes[0].value"),
    ("nodes.6.value", {"invocation": call()}, "WM101", "$.nodes[6].value"),
    ("nodes.0.value", {"list": [const(1)] * 1001}, "WM101", "$.nodes[0].value.list"),
    ("nodes.0.value", {"dict": [[const(1)]]}, "WM101", "$.nodes[0].value.dict"),
    ("nodes.0.value", deep(300), "WM102", "$.nodes[0].value" + ".args[0]" * 251),
    ("nodes.0.value.const", "x" * 5_000_000, "WM102", "$"),
    ("nodes.2.test.op", "py.nonsense", "WM101", "$.nodes[2].test.op"),
    ("nodes.2.test.op", "pg_sleep", "WM101", "$.nodes[2].test.op"),
    ("nodes.2.test.op", "py.py_eq", "WM101", "$.nodes[2].test.op"),
    ("nodes.2.test.args", [const(1)], "WM101", "$.nodes[2].test.args"),
    ("nodes.3.call.action", "with space", "WM101", "$.nodes[3].call.action"),
    ("nodes.3.call.action", "a:b' || 'c", "WM101", "$.nodes[3].call.action"),
    ("nodes.3.call.policy", {"budget": const(1)}, "WM101", "$.nodes[3].call.policy"),
    (
        "nodes.6.value",
        {"comprehension": {"element": const(1), "generators": []}},
        "WM101",
        "$.nodes[6].value.comprehension.generators",
    ),
]


@pytest.mark.parametrize(("path", "value", "sqlstate", "place"), REFUSED, ids=[f"{r[0]}-{i}" for i, r in enumerate(REFUSED)])
def test_malformed_hostile_or_oversized_ir_is_refused_by_path(
    session: Session, path: str, value: Any, sqlstate: str, place: str
) -> None:
    stored = """select (select count(*) from waymark.programs)
                     + (select count(*) from pg_proc where pronamespace = 'waymark_programs'::regnamespace)"""
    before = session.value(stored)
    with pytest.raises(psycopg.Error) as refusal:
        session.register(set_at(programs.loop(), path, value))
    assert refusal.value.sqlstate == sqlstate
    assert place in (refusal.value.diag.message_detail or refusal.value.diag.message_primary or "")
    assert session.value(stored) == before


@pytest.mark.parametrize("value", [None, 1, "text", [], {}])
def test_what_is_no_program_at_all_is_refused(session: Session, value: Any) -> None:
    with pytest.raises(psycopg.Error) as refusal:
        session.value("select waymark.register(%s)", Jsonb(value))
    assert refusal.value.sqlstate == "WM101"


def test_a_program_of_2000_nodes_registers_and_runs(session: Session) -> None:
    nodes = [{"kind": "assign", "target": "x", "value": op("add", local("x"), const(1)), "next": i + 1} for i in range(1999)]
    session.register(program("Long", *nodes, {"kind": "return", "value": local("x")}, parameters=({"name": "x"},)))
    run_id = session.start("Long", x=1)
    session.turn()
    assert session.outcome(run_id)[1] == 2000


def test_wide_displays_and_many_locals(session: Session) -> None:
    names = [f"v{i}" for i in range(300)]
    nodes = [{"kind": "assign", "target": name, "value": const(i), "next": i + 1} for i, name in enumerate(names)]
    nodes.append({"kind": "action", "call": call(**{name: local(name) for name in names}), "target": None, "next": 301})
    nodes.append({"kind": "return", "value": {"list": [local(name) for name in names]}})
    session.register(program("Wide", *nodes, local_names=" ".join(names)))
    run_id = session.start("Wide")
    (claim,) = session.turn()
    assert claim.arguments == {name: i for i, name in enumerate(names)}
    session.turn(claim.succeeded())
    assert session.outcome(run_id)[1] == list(range(300))
