"""What the golden programs do not show: evaluation order, scopes, and the places where Python is subtle."""

import pytest

from tests.compiler.support import compile_body, compile_text, nodes_of, refusals, source_of


def test_operands_before_an_await_are_saved_first():
    assert nodes_of("return x.a + await act(y) + z.b", "x, y, z") == [
        '$1 = py.getattr(x, "a")',
        "$2 = await snippet:act(a=y)",
        '$1s = py.add(py.add($1, $2), py.getattr(z, "b"))',
        "return $1s",
    ]


def test_a_variable_that_may_be_unbound_is_read_in_its_turn():
    body = "if x:\n    w = 1\nreturn w + await act(x)"
    assert nodes_of(body)[2:] == ["$1 = w", "$2 = await snippet:act(a=x)", "$1s = py.add($1, $2)", "return $1s"]


def test_a_constant_needs_no_place():
    assert nodes_of("return 1 + await act(2)") == ["$1 = await snippet:act(a=2)", "$1s = py.add(1, $1)", "return $1s"]


def test_arguments_that_may_fail_are_evaluated_in_the_order_of_the_source():
    # The engine evaluates by jsonb key order: `a` before `bbb`.
    assert nodes_of("await zap(bbb=x.p, a=y.q)", "x, y") == [
        '$1 = py.getattr(x, "p")',
        '$2 = py.getattr(y, "q")',
        "await snippet:zap(bbb=$1, a=$2)",
    ]
    assert nodes_of("await zap(a=x.p, bbb=y.q)", "x, y") == [
        '$1s = py.getattr(x, "p")',
        '$2s = py.getattr(y, "q")',
        "await snippet:zap(a=$1s, bbb=$2s)",
    ]
    assert nodes_of("await zap(bbb=x, a=y.q)", "x, y") == ['$1s = py.getattr(y, "q")', "await snippet:zap(a=$1s, bbb=x)"]


def test_arguments_of_a_helper_keep_their_order_too():
    helper = "def helper(self, a, b=5): pass"
    assert nodes_of("self.helper(b=x.p, a=y.q)", "x, y", helper)[:3] == [
        '$1 = py.getattr(x, "p")',
        '$2 = py.getattr(y, "q")',
        "call helper(a=$2, b=$1)",
    ]
    assert nodes_of("return self.helper(x)", "x", helper)[:2] == ["$1 = call helper(a=x, b=5)", "return $1"]


def test_a_spread_whose_arguments_have_another_order_collects_them_first():
    assert nodes_of("await asyncio.gather(*[zap(bbb=i.p, a=i.q) for i in x])", "x") == [
        '$1s = [(py.getattr(i, "p"), py.getattr(i, "q")) for i in x]',
        "gather [snippet:zap(bbb=py.getitem($args, 0), a=py.getitem($args, 1)) for $args in $1s]",
    ]


def test_a_spread_before_an_await_collects_its_arguments_first():
    assert nodes_of("await asyncio.gather(*[act(i) for i in x], act(await act(1)))", "x") == [
        "$1s = py.list(x)",
        "$1 = [snippet:act(a=i) for i in $1s]",
        "$2 = await snippet:act(a=1)",
        "gather py.concat($1, [snippet:act(a=$2)])",
    ]


def test_gather_under_any_name_and_in_any_mix():
    assert nodes_of("await together(act(1), *[act(2), act(3)], *(act(i) for i in x))", "x") == [
        "$1s = py.list(x)",
        "gather py.concat([snippet:act(a=1), snippet:act(a=2), snippet:act(a=3)], [snippet:act(a=i) for i in $1s])",
    ]
    assert nodes_of("await aio.gather(act(1), return_exceptions=True)") == ["settle [snippet:act(a=1)]"]
    assert nodes_of("await aio.gather(act(1), return_exceptions=False)") == ["gather [snippet:act(a=1)]"]
    assert nodes_of("x = await asyncio.gather()") == ["x = gather []"]


def test_sleep():
    assert nodes_of("await aio.sleep(0.5)") == ["sleep 0.5"]
    assert nodes_of("await asyncio.sleep(delay=x)") == ["sleep x"]
    assert nodes_of("y = await asyncio.sleep(await act(1))") == ["$1 = await snippet:act(a=1)", "sleep $1", "y = null"]


def test_a_dict_display_evaluates_key_value_key_value():
    assert nodes_of("return {x: await act(1), await act(2): y}") == [
        "$1 = await snippet:act(a=1)",
        "$2 = await snippet:act(a=2)",
        "$1s = {x: $1, $2: y}",
        "return $1s",
    ]


def test_the_left_side_of_an_augmented_assignment_is_read_first():
    assert nodes_of("n = 1\nn += await act(1)")[1:] == [
        "$1 = await snippet:act(a=1)",
        'n = py.inplace("add", n, $1)',
    ]


def test_the_value_of_a_return_is_taken_before_finally():
    body = "try:\n    return x\nfinally:\n    x = 2"
    assert nodes_of(body) == ["$1 = x", "x = 2", "return $1"]


def test_finally_of_a_loop_runs_on_break_and_continue():
    body = "for i in x:\n    try:\n        if i: break\n        continue\n    finally:\n        await act(i)\nawait act(0)"
    assert nodes_of(body, "x")[2:] == [
        "i = next $iter1[$index1] else 6",
        "if i then 4 else 5",
        "await snippet:act(a=i) -> 6",
        "await snippet:act(a=i) -> 2",
        "await snippet:act(a=0)",
    ]


def test_return_in_finally_swallows_the_exception():
    assert nodes_of("try:\n    await act(x)\nfinally:\n    return y") == [
        "await snippet:act(a=x) !2",
        "return y",
        "$exception1 = catch",
        "return y",
    ]


def test_bare_raise_after_an_inner_handler_raises_the_outer_exception():
    body = """
        try:
            await act(1)
        except KeyError:
            try:
                await act(2)
            except ValueError:
                pass
            raise
    """
    nodes = nodes_of(body)
    caught = nodes[1].partition(" ")[0]
    assert nodes[1] == f"{caught} = catch"
    assert f"raise {caught}" in nodes
    assert nodes[-1] == f"raise {caught}"


def test_except_with_a_tuple_constant_and_bare_except():
    body = "try:\n    await act(1)\nexcept ERRORS:\n    x = 1\nexcept:\n    x = 2"
    assert nodes_of(body)[2] == 'if py.exception_matches($exception1, ["KeyError", "IndexError"]) then 3 else 4'
    assert nodes_of(body)[4] == "x = 2"


def test_raise_of_a_value():
    assert nodes_of("raise x") == ["raise x"]
    assert nodes_of("raise Missing") == [
        '$1s = py.exception("snippet:Missing", ["snippet:Missing", "LookupError", "Exception", "BaseException", "object"], [])',
        "raise $1s",
    ]
    assert nodes_of("raise x[0]", "x") == ["$1s = py.getitem(x, 0)", "raise $1s"]


def test_a_method_without_a_try_has_no_catch():
    assert not any("catch" in node for node in nodes_of("try: pass\nexcept: await act(1)"))


def test_swapping_and_unpacking():
    assert nodes_of("x, y = y, x") == ["$1 = y", "$2 = x", "x = $1", "y = $2"]
    assert nodes_of("x, y = z, 1") == ["x = z", "y = 1"]
    assert nodes_of("x, y = z.a, z.b", "x, y, z")[:2] == ['$1 = py.getattr(z, "a")', '$2 = py.getattr(z, "b")']
    assert nodes_of("(x, y) = z = x") == [
        "$1 = x",
        "$parts1 = py.unpack($1, 2)",
        "x = py.getitem($parts1, 0)",
        "y = py.getitem($parts1, 1)",
        "z = $1",
    ]


def test_comprehension_variables_do_not_leak():
    assert nodes_of("return [x for x in x], x") == ["$1s = ([$.x for $.x in x], x)", "return $1s"]
    assert nodes_of("return [[i for i in i] for i in x]", "x") == ["$1s = [[i for i in i] for i in x]", "return $1s"]
    assert nodes_of("return [act for act in x if act]", "x") == ["$1s = [act for act in x if act]", "return $1s"]


def test_a_comprehension_with_an_await_in_its_first_iterable_stays_one_expression():
    assert nodes_of("return [i for i in await act(1)]") == [
        "$1 = await snippet:act(a=1)",
        "$1s = [i for i in $1]",
        "return $1s",
    ]


def test_nested_comprehension_with_await_inside():
    nodes = nodes_of("return [[await act(j) for j in i] for i in x]", "x")
    assert nodes[-1] == "return $list1"
    assert nodes.count("$list2 = []") == 1
    assert "$list1 = py.list_append($list1, $list2) -> 3" in nodes


def test_annotation_without_a_value_binds_nothing_but_makes_a_local():
    assert nodes_of("LIMIT: int\nreturn LIMIT") == ["return LIMIT"]


def test_constants():
    assert nodes_of("return LIMIT, Color.RED.value, math.pi, -5, -0.0") == [
        'return (3, "red", 3.141592653589793, -5, {"$": "float", "v": "-0.0"})'
    ]
    assert '"type": "snippet:Color"' in nodes_of("return Color.RED")[0]


def test_is_with_constants():
    assert nodes_of("return x is None, None is not x, x is True") == ["return (py.is_none(x), not py.is_none(x), py.is(x, true))"]


def test_private_names_are_mangled_as_in_a_class():
    program = compile_body("__v = self.__twice(1)\nreturn __v", rest="def __twice(self, __n): return __n * 2")
    assert "_W__v" in program.functions[0].locals
    assert [function.name for function in program.functions] == ["run", "_W__twice"]
    assert program.functions[1].parameters[0].name == "_W__n"


def test_recursion_and_helpers_once():
    rest = "async def down(self, n):\n    return 0 if n == 0 else await self.down(n - 1)"
    program = compile_body("return await self.down(x) + await self.down(y)", rest=rest)
    assert [function.name for function in program.functions] == ["run", "down"]


def test_names_that_shadow_builtins_are_what_they_are():
    assert nodes_of("range = x\nreturn range") == ["range = x", "return range"]
    assert [d.code for d in refusals("range = x\nreturn range(3)")] == ["WMC401"]
    assert [d.code for d in refusals("asyncio = x\nawait asyncio.sleep(1)")] == ["WMC403"]


def test_defaults_of_run_are_constants_of_the_program():
    program = compile_body("return x", "x, y=LIMIT, *, z=Color.RED")
    assert [parameter.required for parameter in program.functions[0].parameters] == [True, False, False]
    assert program.functions[0].parameters[1].default == 3


def test_the_program_is_the_same_wherever_the_module_lies():
    source = source_of("return x")
    assert compile_text(source) == compile_text(source)
    assert compile_text(source).source.file == "snippet.py"


def test_source_lines_and_spans_fit():
    program = compile_body("y = await act(x)\nreturn y")
    action = program.nodes[0]
    line = program.source.text.splitlines()[action.span[0] - program.source.first_line]
    assert line.encode()[action.span[1] : action.span[3]].decode() == "await act(x)"


POLICIES = [
    ("await patient(1)", "attempts=2, backoff=1, timeout=30"),
    ("await self.run_action(patient(1), retry=RETRY)", 'attempts=5, retry_on=["ValueError"], backoff=2, timeout=30'),
    ("await self.run_action(patient(1), retry=RetryPolicy(x))", "attempts=x, backoff=1, timeout=30"),
    ("await self.run_action(act(1), retry=RetryPolicy(attempts=x.n, exception_types=[Missing, 'KeyError']))",
     'attempts=$1s, retry_on=["snippet:Missing", "KeyError"]'),
    ("await self.run_action(act(1), backoff=BackoffPolicy(1, 3.0, 60, jitter=0.5))",
     "backoff=1, multiplier=3.0, max_backoff=60, jitter=0.5"),
    ("await self.run_action(act(1), backoff=BackoffPolicy(base_delay=x))", "backoff=x, multiplier=2.0, max_backoff=3600.0"),
    ("await self.run_action(patient(1), backoff=BackoffPolicy(base_delay=4))",
     "attempts=2, backoff=4, multiplier=2.0, max_backoff=3600.0, jitter=0.0, timeout=30"),
    ("await self.run_action(act(1), timeout=timedelta(minutes=2))", "timeout=120.0"),
    ("await self.run_action(act(1), timeout=x + 1)", "timeout=$1s"),
    ("await self.run_action(patient(1), timeout=None, retry=None)", "attempts=2, backoff=1, timeout=30"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "policy"), POLICIES)
def test_policies(body: str, policy: str):
    assert nodes_of(body)[-1].partition(" with ")[2] == policy
