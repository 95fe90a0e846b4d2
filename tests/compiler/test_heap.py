"""Where objects that change are put into the heap, and where not."""

from tests.compiler.support import compile_body, nodes_of
from waymark.compiler.heap import place_objects
from waymark.ir.expressions import Const, ListDisplay, Local, Operator
from waymark.ir.nodes import AnyNode, Assign, Program, Return
from waymark.ir.text import format_program


def test_nothing_changes_where_nothing_is_changed():
    assert nodes_of("xs = [x]\nys = xs + [y]\nn = 0\nn += 1\nreturn xs, ys") == [
        "xs = [x]",
        "ys = py.add(xs, [y])",
        "n = 0",
        'n = py.inplace("add", n, 1)',
        "return (xs, ys)",
    ]


def test_only_what_is_changed_is_in_the_heap():
    assert nodes_of("rows = await act(1)\nnames = []\nfor row in rows:\n    names.append(row['name'])\nreturn rows, names") == [
        "rows = await snippet:act(a=1)",
        "names = new([])",
        "$iter1 = py.iter(rows)",
        "$index1 = 0",
        "row = next $iter1[$index1] else 7",
        '$1s = py.getitem(row, "name")',
        "mutate names.append($1s) -> 4",
        "return (rows, pack(names))",
    ]


def test_the_level_that_changes_is_boxed():
    found = nodes_of("rows = await act(1)\nfor row in rows:\n    row['seen'] = True\nreturn rows")
    assert found[1] == "rows = box(rows, 010)"
    assert found[-1] == "return pack(rows)"


def test_an_element_that_is_counted_stays_a_number():
    found = nodes_of("counts = {'a': 0}\ncounts['a'] += 1\nreturn counts['a']")
    assert 'py.inplace("add", $1, 1)' in found[2]
    assert found[-2:] == ['$1s = py.getitem(load(counts), "a")', "return $1s"]


def test_what_nobody_knows_must_not_look_at_objects_that_change():
    """An operator of a later version, say."""
    program = compile_body("xs = [1]\nreturn xs")
    changed = compile_body("xs = [1]\nxs.append(2)\nreturn xs")
    nodes: list[AnyNode] = []
    for node in changed.nodes:
        match node:
            case Return():
                nodes.append(Return(id=node.id, span=node.span, value=Operator("py.unknown", (Local("xs"),))))
            case Assign():
                nodes.append(Assign(id=node.id, span=node.span, target="xs", value=ListDisplay((Const(1),)), next=node.next))
            case _:
                nodes.append(node)
    told: list[AnyNode] = []
    placed = place_objects(_with(changed, nodes), told.append)
    assert told == []
    assert "py.unknown(plain(xs))" in format_program(placed)
    assert place_objects(program, told.append) is program


def _with(program: Program, nodes: list[AnyNode]) -> Program:
    return Program(workflow=program.workflow, functions=program.functions, nodes=tuple(nodes), source=program.source)
