"""Every code of the compiler: where it points, and what the user reads."""

import re
from pathlib import Path

import pytest

from tests.compiler.support import PRELUDE, compile_body, compile_text, refusals, refusals_of
from waymark.compiler import compile_workflow, reference, statements
from waymark.compiler.codes import RULES
from waymark.errors import UnsupportedPatternError
from waymark.ir import format_program

# code, the body with the refused place between « and », further members of the class
CASES = [
    ("WMC005", "«yield x»", ""),
    ("WMC005", "self.gen()", "def gen(self):\n    «yield from [1]»"),
    ("WMC008", "«self.prop()»", "@property\ndef prop(self): ..."),
    ("WMC008", "self.make()", "@classmethod\ndef make(cls): «cls.other()»\ndef other(self): ..."),
    ("WMC008", "«self.number()»", "number = 5"),
    ("WMC101", "«super().nothing()»", ""),
    ("WMC008", "await «self.start()»", ""),
    ("WMC009", "x = {«x + 0»: 1, " + ", ".join(f"x + {n}: 1" for n in range(1, 16)) + "}", ""),
    ("WMC009", "«x = " + "x" + " + 1" * 900 + "»", ""),
    ("WMC101", "x = «undefined_name»", ""),
    ("WMC101", "await «undefined_name()»", ""),
    ("WMC101", "x = «math.no_such_number»", ""),
    ("WMC101", "await «math.no_such(1)»", ""),
    ("WMC101", "«self.no_such()»", ""),
    ("WMC103", "x = «CHANGED»", ""),
    ("WMC103", "x = [«CHANGED»[0]]", ""),
    ("WMC103", "x = «OPAQUE»", ""),
    ("WMC103", "x = «self.items»", "items = []\ndef other(self): W.items.append(1)"),
    ("WMC104", "x = «act»", ""),
    ("WMC104", "x = «math»", ""),
    ("WMC104", "x = «len»", ""),
    ("WMC105", "x = [a for a in y for b in «c» for c in y]", ""),
    ("WMC106", "x = «self»", ""),
    ("WMC106", "x = «self.limit»", ""),
    ("WMC107", f"x = «0x{'f' * 120_000}»", ""),
    ("WMC201", "«def f(): pass»", ""),
    ("WMC202", "«class C: pass»", ""),
    ("WMC214", "del «self»", ""),
    ("WMC204", "«with x: pass»", ""),
    ("WMC205", "«async for i in x: pass»", ""),
    ("WMC206", "match x:\n  case «y»(): pass", ""),
    ("WMC206", "match x:\n  case «helper_function»(a=1): pass", ""),
    ("WMC209", "match x:\n  case «Point(1, 2)»: pass", ""),
    ("WMC209", "match x:\n  case «Point(1, x=2)»: pass", ""),
    ("WMC209", "match x:\n  case «int(1, 2)»: pass", ""),
    ("WMC207", "if x:\n  «import math»", ""),
    ("WMC207", "x = math.pi\n«import math»", ""),
    ("WMC207", "«import no_such_module»", ""),
    ("WMC207", "«from math import no_such_name»", ""),
    ("WMC207", "«import math»\nmath = 5", ""),
    ("WMC106", "x = «self.helper»", "def helper(self): ..."),
    ("WMC208", "«global ITEMS»", ""),
    ("WMC210", "try: x\nexcept* ValueError:\n  try: «raise»\n  finally: y", ""),
    ("WMC601", "try: x\nexcept* «int»: pass", ""),
    ("WMC605", "try: x\nexcept* (ValueError, «ExceptionGroup»): pass", ""),
    ("WMC212", "x = [1 for «y[0]» in z]", ""),
    ("WMC214", "«self» = 1", ""),
    ("WMC214", "x = [1 for «self» in y]", ""),
    ("WMC214", "x = («self» := 1)", ""),
    ("WMC302", "x = «lambda: 1»", ""),
    ("WMC302", "f = «lambda n: n»; return f(1)", ""),
    ("WMC302", "f = «lambda n: n + i»; return [sorted(y, key=f) for i in y]", ""),
    ("WMC302", "y.append([f := «lambda n: n», sorted(y, key=f)])", ""),
    ("WMC306", "x = «zip(y, y)»; return list(x), list(x)", ""),
    ("WMC306", "x = «zip(y, y)»; y.append(1); return list(x)", ""),
    ("WMC306", "x = «(i for i in y)»; return [list(x) for _ in y]", ""),
    ("WMC306", "x = «y.items()»; y = {}; return list(x)", ""),
    ("WMC302", "x = sorted(y, key=«lambda a=1: a»)", ""),
    ("WMC302", "x = sorted(y, key=«lambda a: self.helper(a)»)", "def helper(self, a): ..."),
    ("WMC302", "x = sorted(y, key=«lambda a: (b := a)»)", ""),
    ("WMC302", "x = [«lambda a: a»]", ""),
    ("WMC306", "x = «(i for i in y)»", ""),
    ("WMC306", "x = «zip(y, z)»", ""),
    ("WMC306", "x = repr(«y.items()»)", ""),
    ("WMC306", "for i in «map(max, y, z)»: pass", ""),
    ("WMC308", "x = y[«1:2», 3]", ""),
    ("WMC309", "await W().run(«*x»)", ""),
    ("WMC309", "await W().run(«**x»)", ""),
    ("WMC212", "self.change()", "@classmethod\ndef change(cls): «cls.a» = 1"),
    ("WMC404", "«x = ITEMS»\nx.append(1)", ""),
    ("WMC404", "«y = DEEP['k']»\ny.append(1)", ""),
    ("WMC404", "«self.add(ITEMS)»", "def add(self, items): items.append(1)"),
    ("WMC404", "«x = self.items»\nx[0] = 1", "items = [1]"),
    ("WMC212", "del «self.a»", "def other(self): self.a = 1"),
    ("WMC110", "«self.a = 1»", "a = []"),
    ("WMC412", "await «listed(*x)»", ""),
    ("WMC310", "x = «y @ z»", ""),
    ("WMC310", "«x @= y»", ""),
    ("WMC311", "x = «y is z»", ""),
    ("WMC312", "x = [i async for «i» in y]", ""),
    ("WMC312", "x = sum(«(await act(i) for i in y)»)", ""),
    ("WMC315", "x = sum(«(self.helper(i) for i in y)»)", "def helper(self, a): ..."),
    ("WMC316", "x = «getattr(y, z)»", ""),
    ("WMC316", "x = «hasattr(y, '_x')»", ""),
    ("WMC313", "x = «y.__class__»", ""),
    ("WMC401", "await «textwrap.dedent(x)»", ""),
    ("WMC401", "«decorated(1)»", ""),
    ("WMC401", "«unnamed(1)»", ""),
    ("WMC409", "await «helper_function(1)»", ""),
    ("WMC401", "x = «x(1)»", ""),
    ("WMC401", "x = «y[0](1)»", ""),
    ("WMC402", "«print(y)»", ""),
    ("WMC402", "x = «open(y)»", ""),
    ("WMC402", "x = «super()».x", ""),
    ("WMC402", "x = «hash(y)»", ""),
    ("WMC403", "x = «y.greet()»", ""),
    ("WMC405", "x = «Plain()»", ""),
    ("WMC406", "await «act()»", ""),
    ("WMC406", "await «self.helper()»", "async def helper(self, a): ..."),
    ("WMC407", "await act(1, 2, «3»)", ""),
    ("WMC407", "await act(1, «d=3»)", ""),
    ("WMC407", "await act(1, «a=3»)", ""),
    ("WMC407", "await self.run_action(act(1), «3»)", ""),
    ("WMC407", "await self.run_action(act(1), «times=3»)", ""),
    ("WMC408", "«act(1)»", ""),
    ("WMC408", "x = «asyncio.sleep(1)»", ""),
    ("WMC408", "x = «self.helper()»", "async def helper(self): ..."),
    ("WMC408", "x = [«self.run_action(act(1))»]", ""),
    ("WMC409", "await «self.helper()»", "def helper(self): ..."),
    ("WMC408", "y = [«act(i)» for i in x]\nawait asyncio.gather(*y)\nreturn y", ""),
    ("WMC410", "«await [x]»", ""),
    ("WMC411", "await «asyncio.sleep(1, 2, 3)»", ""),
    ("WMC411", "await «asyncio.wait_for(act(1))»", ""),
    ("WMC411", "await «asyncio.wait([x], return_when=x)»", ""),
    ("WMC411", "await «asyncio.shield()»", ""),
    ("WMC411", "await «asyncio.create_task(asyncio.gather(act(1)))»", ""),
    ("WMC411", "call = act(1)\nawait asyncio.gather(call, «call»)", ""),
    ("WMC411", "«asyncio.create_task(act(1), context=x)»", ""),
    ("WMC411", "for i in «asyncio.as_completed(x, timeout=1)»: await i", ""),
    ("WMC411", "async with «asyncio.timeout()»: pass", ""),
    ("WMC411", "async with «asyncio.TaskGroup(1)» as group: pass", ""),
    ("WMC411", "x = «asyncio.Lock(1)»", ""),
    ("WMC404", "t = asyncio.create_task(act(1))\ny = await «t»\ny.append(1)\nreturn y, await t", ""),
    ("WMC501", "await asyncio.gather(«[x]»)", ""),
    ("WMC501", "await asyncio.gather(*[«i + 1» for i in x])", ""),
    ("WMC502", "await asyncio.gather(act(1), «return_exceptions=x»)", ""),
    ("WMC503", "x = «asyncio.Queue()»", ""),
    ("WMC503", "await «asyncio.to_thread(x)»", ""),
    ("WMC204", "«async with open(x): pass»", ""),
    ("WMC506", "await «Bare().run(1)»", ""),
    ("WMC507", "await «Child(1)».run(1)", ""),
    ("WMC508", "asyncio.create_task(«x»)", ""),
    ("WMC509", "async with asyncio.TaskGroup() as group: await act(«group»)", ""),
    ("WMC509", "async with asyncio.timeout(1) as limit: await act(«limit»)", ""),
    ("WMC509", "async with asyncio.TaskGroup() as group: pass\n«group.create_task(act(1))»", ""),
    ("WMC510", "for «i» in asyncio.as_completed([act(1)]): await act(i)", ""),
    ("WMC510", "for «i» in asyncio.as_completed([act(1)]):\n  while x: await i", ""),
    ("WMC504", "await self.run_action(«x»)", ""),
    ("WMC504", "await «self.run_action()»", ""),
    ("WMC505", "await self.run_action(act(1), retry=«3»)", ""),
    ("WMC505", "await self.run_action(act(1), retry=«RetryPolicy(attempts=0)»)", ""),
    ("WMC505", "await self.run_action(act(1), retry=RetryPolicy(attempts=x, exception_types=«y»))", ""),
    ("WMC505", "await self.run_action(act(1), retry=«RetryPolicy(tries=x)»)", ""),
    ("WMC505", "await self.run_action(act(1), backoff=«BackoffPolicy(multiplier=x)»)", ""),
    ("WMC505", "await self.run_action(act(1), timeout=«-1»)", ""),
    ("WMC505", "await self.run_action(act(1), concurrency_key=«1»)", ""),
    ("WMC505", "await self.run_action(act(1), concurrency_key=«''»)", ""),
    ("WMC601", "try: pass\nexcept «x»: pass", ""),
    ("WMC601", "try: pass\nexcept («int», ValueError): pass", ""),
    ("WMC603", "raise «x» from y", ""),
    ("WMC603", "raise «x[0]» from None", ""),
    ("WMC603", "try: x\nexcept KeyError as e:\n  x = [e]\n  raise «e» from None", ""),
    ("WMC604", "«raise»", ""),
    ("WMC604", "try: x\nfinally: «raise»", ""),
]  # fmt: skip


@pytest.mark.parametrize(("code", "body", "rest"), CASES, ids=[f"{code}-{index}" for index, (code, _, _) in enumerate(CASES)])
def test_refused_at_its_place(code: str, body: str, rest: str):
    marked = re.search("«(.*?)»", body + "\n" + rest)
    assert marked
    found = refusals(*(text.replace("«", "").replace("»", "") for text in (body, "x=1, y=2, z=3", rest)))
    assert [diagnostic.code for diagnostic in found] == [code]
    (diagnostic,) = found
    assert diagnostic.source_line[diagnostic.column - 1 : diagnostic.end_column - 1] == marked[1]
    assert diagnostic.file.endswith("/snippet.py")


def run_of(text: str) -> str:
    return f"{PRELUDE}\nclass W(Workflow):\n{text}"


CLASS_CASES = [
    ("WMC003", PRELUDE + "\nclass W(Workflow): pass"),
    ("WMC003", run_of("    def run(self): pass")),
    ("WMC003", PRELUDE + "\nclass W: pass"),
    ("WMC008", "import functools\n" + run_of("    @functools.cache\n    async def run(self): pass")),
    ("WMC004", "def plain(f): return f\n" + run_of("    @plain\n    async def run(self): pass")),
    ("WMC004", run_of("    async def run(self): self.h()\n    def other(self): pass\n    h = other")),
    ("WMC007", run_of("    async def run(self, items=[]): pass")),
    ("WMC008", run_of("    run = 5")),
    ("WMC109", run_of("    def __init__(self, limit=1): self.limit = limit\n    async def run(self): return self.limit")),
    ("WMC108", run_of("    async def run(self): return LIMIT") + "\nif LIMIT:\n    LIMIT = 4\n"),
    ("WMC108", run_of("    async def run(self): return [x for x in self.h()]\n    def h(self): return LIMIT") + "\nLIMIT += 1\n"),
    ("WMC108", run_of("    async def run(self): return -LIMIT") + "\ndef raise_it():\n    global LIMIT\n    LIMIT = 5\n"),
]


@pytest.mark.parametrize(("code", "source"), CLASS_CASES)
def test_refused_class(code: str, source: str):
    assert [diagnostic.code for diagnostic in refusals_of(source)] == [code]


def test_a_name_bound_twice_before_the_class_is_a_constant():
    before = "try:\n    LIMIT = 5\nexcept ImportError:\n    LIMIT = 6\nX = 1\nclass W"
    source = run_of("    async def run(self): return LIMIT, [X for X in (1, 2)]").replace("class W", before)
    assert "$1s = (5, [X for X in (1, 2)])" in format_program(compile_text(source + "\nX = 2\nlimit = LIMIT\n"))


def test_closure_is_refused():
    body = "class W(Workflow):\n        async def run(self):\n            return limit\n"
    source = f"{PRELUDE}\ndef make(limit):\n    {body}    return W\nW = make(1)\n"
    assert [d.code for d in refusals_of(source)] == ["WMC102"]
    called = source.replace("return limit\n    return W\n", "await limit(1)\n    return W\n")
    assert [d.code for d in refusals_of(called)] == ["WMC102"]
    assert "WMC208" in {d.code for d in refusals_of(source.replace("return limit", "nonlocal limit"))}


def test_source_that_is_gone_is_refused():
    namespace: dict[str, type] = {}
    exec(compile(run_of("    async def run(self): pass"), "<nowhere>", "exec"), namespace)
    with pytest.raises(UnsupportedPatternError, match="WMC001"):
        compile_workflow(namespace["W"])


def test_source_that_was_changed_is_refused(tmp_path: Path):
    path = tmp_path / "changed.py"
    path.write_text(run_of("    async def run(self): return 1"))
    namespace: dict[str, type] = {}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    path.write_text(run_of("    async def run(self): return 2"))
    with pytest.raises(UnsupportedPatternError, match="WMC002"):
        compile_workflow(namespace["W"])


def test_unknown_syntax_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(statements.REFUSED, "ClassDef")
    assert [d.code for d in refusals("class C: pass")] == ["WMC399"]


def test_every_code_has_a_test():
    only_newer_pythons = {"WMC211", "WMC314"}
    tested = {code for code, *_ in CASES} | {code for code, _ in CLASS_CASES} | {"WMC001", "WMC002", "WMC102", "WMC399", "WMC404"}
    assert RULES.keys() - only_newer_pythons == tested


def test_all_problems_are_shown_at_once_in_source_order():
    body = "x = open(y)\nif x:\n    global LIMIT\nreturn [lambda: 1, self.helper()]"
    found = refusals(body, rest="def helper(self):\n    import no_such_module")
    assert [d.code for d in found] == ["WMC402", "WMC208", "WMC302", "WMC207"]


def test_message_reads_like_a_compilers():
    with pytest.raises(UnsupportedPatternError) as caught:
        compile_body("ä = '→' if x else open(x)")
    assert str(caught.value).partition("\n")[0] == "W cannot be compiled: 1 problem"
    line = caught.value.diagnostics[0].line
    gutter = " " * len(str(line))
    assert str(caught.value.diagnostics[0]) == "\n".join(
        [
            "error[WMC402]: a call of the builtin `open`",
            f"{gutter}--> {caught.value.diagnostics[0].file}:{line}:27",
            f"{gutter} |",
            f"{line} |         ä = '→' if x else open(x)",
            f"{gutter} |                           ^^^^^^^",
            f"{gutter} = why: it has effects, or a result that means nothing outside of one process",
            f"{gutter} = help: call it in a function of yours that is decorated with `@action`, and await that",
        ]
    )


def test_the_line_shown_is_the_line():
    (found,) = refusals("y = 'form\x0cfeed'\nz = 'line\u2028separator'\nreturn open(x)")
    assert (found.code, found.source_line.strip()) == ("WMC402", "return open(x)")


def test_documentation_is_current():
    assert Path("docs/errors-compiler.md").read_text() == reference.reference()
