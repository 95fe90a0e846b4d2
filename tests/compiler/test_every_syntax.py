"""Every class of Python's `ast` is compiled or refused, by name: a new Python version's class fails here."""

import ast
import sys

import pytest

from tests.compiler.support import compile_body, refusals

COMPILED = {
    "Assign": "x = 1",
    "AnnAssign": "w: int = 1",
    "AugAssign": "x += 1",
    "Expr": "x",
    "If": "if x: pass",
    "While": "while x: break",
    "AsyncWith": "async with asyncio.timeout(x): pass",
    "For": "for i in x: continue",
    "Break": "while x: break",
    "Continue": "while x: continue",
    "Pass": "pass",
    "Return": "return x",
    "Try": "try: x\nexcept KeyError: pass",
    "ExceptHandler": "try: x\nexcept: pass",
    "Raise": "raise ValueError(x)",
    "Match": "match x:\n  case 1: pass",
    "match_case": "match x:\n  case 1: pass",
    "MatchValue": "match x:\n  case 1: pass",
    "MatchSingleton": "match x:\n  case None: pass",
    "MatchSequence": "match x:\n  case [a]: pass",
    "MatchMapping": "match x:\n  case {1: a}: pass",
    "MatchClass": "match x:\n  case int(): pass",
    "MatchStar": "match x:\n  case [*a]: pass",
    "MatchAs": "match x:\n  case a: pass",
    "MatchOr": "match x:\n  case 1 | 2: pass",
    "Import": "import math",
    "ImportFrom": "from math import pi",
    "alias": "import math as m",
    "TryStar": "try: x\nexcept* ValueError: pass",
    "Delete": "del x",
    "Del": "del x",
    "Assert": "assert x, y",
    "BoolOp": "x = y and z",
    "And": "x = y and z",
    "Or": "x = y or z",
    "BinOp": "x = y + z",
    "Add": "x = y + z",
    "Sub": "x = y - z",
    "Mult": "x = y * z",
    "Div": "x = y / z",
    "FloorDiv": "x = y // z",
    "Mod": "x = y % z",
    "Pow": "x = y ** z",
    "LShift": "x = y << z",
    "RShift": "x = y >> z",
    "BitAnd": "x = y & z",
    "BitOr": "x = y | z",
    "BitXor": "x = y ^ z",
    "UnaryOp": "x = -y",
    "USub": "x = -y",
    "UAdd": "x = +y",
    "Invert": "x = ~y",
    "Not": "x = not y",
    "Compare": "x = y < z",
    "Eq": "x = y == z",
    "NotEq": "x = y != z",
    "Lt": "x = y < z",
    "LtE": "x = y <= z",
    "Gt": "x = y > z",
    "GtE": "x = y >= z",
    "In": "x = y in z",
    "NotIn": "x = y not in z",
    "Is": "x = y is None",
    "IsNot": "x = y is not None",
    "IfExp": "x = y if z else 1",
    "Constant": "x = 1",
    "Name": "x = y",
    "Load": "x = y",
    "Store": "x = y",
    "Attribute": "x = y.a",
    "Subscript": "x = y[0]",
    "List": "x = [y]",
    "Tuple": "x = (y, z)",
    "Dict": "x = {y: z}",
    "ListComp": "x = [i for i in y]",
    "comprehension": "x = [i for i in y]",
    "NamedExpr": "x = (y := 1)",
    "Lambda": "x = sorted(y, key=lambda a: a)",
    "arguments": "x = sorted(y, key=lambda a: a)",
    "arg": "x = sorted(y, key=lambda a: a)",
    "JoinedStr": "x = f'{y}'",
    "FormattedValue": "x = f'{y}'",
    "Set": "x = {y, z}",
    "SetComp": "x = {i for i in y}",
    "DictComp": "x = {i: i for i in y}",
    "Slice": "x = y[1:2]",
    "GeneratorExp": "x = sum(i for i in y)",
    "Starred": "x = [*y]",
    "keyword": "x = dict(y=z)",
    "Await": "await act(1)",
    "Call": "await act(1)",
}
REFUSED = {
    "FunctionDef": ("def f(): pass", "WMC201"),
    "AsyncFunctionDef": ("async def f(): pass", "WMC201"),
    "ClassDef": ("class C: pass", "WMC202"),
    "With": ("with x: pass", "WMC204"),
    "withitem": ("with x as y: pass", "WMC204"),
    "AsyncFor": ("async for i in x: pass", "WMC205"),
    "Global": ("global ITEMS", "WMC208"),
    "TypeAlias": ("type T = int", "WMC211"),
    "TypeVar": ("type T[A] = int", "WMC211"),
    "ParamSpec": ("type T[**A] = int", "WMC211"),
    "TypeVarTuple": ("type T[*A] = int", "WMC211"),
    "Yield": ("yield x", "WMC005"),
    "MatMult": ("x = y @ z", "WMC310"),
    "TemplateStr": ("x = t'{y}'", "WMC314"),
    "Interpolation": ("x = t'{y}'", "WMC314"),
}
ELSEWHERE = {"Nonlocal", "YieldFrom"}
"""Only a class in a function, or a synchronous method, can hold these: test_refusals has them."""
NOT_IN_A_BODY = {
    *("mod", "Module", "Interactive", "Expression", "FunctionType", "Suite"),  # whole files
    *("type_ignore", "TypeIgnore"),  # comments
    *("AST", "stmt", "expr", "operator", "unaryop", "boolop", "cmpop"),  # bases of the others
    *("expr_context", "excepthandler", "pattern", "type_param", "slice"),
    *(
        "AugLoad",
        "AugStore",
        "Param",
        "Index",
        "ExtSlice",
        "Num",
        "Str",
        "Bytes",
        "NameConstant",
        "Ellipsis",
    ),  # no parser makes them
}


def every_class() -> set[str]:
    found, pending = set(), [ast.AST]
    while pending:
        cls = pending.pop()
        if cls.__module__ in {"ast", "_ast"} and cls.__name__.isidentifier() and not cls.__name__.startswith("_"):
            found.add(cls.__name__)
        pending += cls.__subclasses__()
    return found


def test_every_class_is_compiled_or_refused():
    assert every_class() - COMPILED.keys() - REFUSED.keys() - ELSEWHERE - NOT_IN_A_BODY == set()
    assert COMPILED.keys() & REFUSED.keys() == set()


def contains(source: str, name: str) -> bool:
    function = "async def run(self):\n" + "".join(f"  {line}\n" for line in source.splitlines())
    return any(type(node).__name__ == name for node in ast.walk(ast.parse(function).body[0]))


@pytest.mark.parametrize(("name", "body"), COMPILED.items(), ids=COMPILED)
def test_compiled(name: str, body: str):
    assert contains(body, name)
    compile_body(body)


@pytest.mark.parametrize(("name", "case"), REFUSED.items(), ids=REFUSED)
def test_refused(name: str, case: tuple[str, str]):
    if not hasattr(ast, name):
        assert sys.version_info < (3, 14)
        return
    body, code = case
    assert contains(body, name)
    assert code in {diagnostic.code for diagnostic in refusals(body)}
