"""`asyncio.gather` in all its forms."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from waymark.compiler.awaitables import CALL, CALLS, Awaitable
from waymark.compiler.children import Children
from waymark.compiler.frame import Operand, Unit, span
from waymark.compiler.intrinsics import Intrinsic
from waymark.compiler.names import target_names
from waymark.compiler.source import Method
from waymark.compiler.syntax import walk
from waymark.compiler.templates import Template, known, local
from waymark.compiler.unstarted import find
from waymark.ir.expressions import (
    AnyCall,
    Comprehension,
    ComprehensionBody,
    Const,
    Expression,
    FunctionCall,
    Generator,
    InvocationValue,
    ListDisplay,
    Local,
    Operator,
)
from waymark.ir.nodes import Fork, Iterate

Spread = ast.ListComp | ast.GeneratorExp

_GATHER = Template("""
    ended = await wait(tasks, "first_failure", None, True)
    failed = await failures(ended)
    if failed:
        await outcome(failed[0])
    result = [each[1] for each in ended]
""")
_SETTLE = Template("""
    try:
        ended = await wait(tasks, "all", None, False)
    except CancelledError:
        await cancel(tasks)
        await wait(tasks, "all", None, False)
        raise
    result = [CancelledError("") if each[0] == "cancelled" else each[1] for each in ended]
""")


_ARGS = "$args"


class _Part(NamedTuple):
    """An argument of a gather: a call, or the operand whose value is a call, a list of calls, a task, or an iterable of tasks."""

    call: Awaitable | None
    operands: list[Operand]
    is_list: bool
    is_task: bool


class Gather(Children):
    """Lowering of gathers, and of calls that are made but not yet awaited."""

    def __init__(self, unit: Unit, method: Method, first: int) -> None:
        super().__init__(unit, method, first)
        self.contexts = frozenset(_context_names(self.method.node))
        self.groups: dict[str, tuple[str, str]] = {}
        """The TaskGroups around a statement: the locals of the scope and of the tasks."""
        self.expired: set[str] = set()
        """The variables of `asyncio.timeout` blocks that have been left."""
        self.unstarted = find(self.method.node.body, self.makes_call, self.static_value)

    @abstractmethod
    def iterable(self, node: ast.expr) -> Expression:
        """The value of `node` where it is consumed at once."""

    @abstractmethod
    def as_generator(self, node: ast.Call) -> ast.GeneratorExp | None:
        """`map` and `filter` over one iterable as the generator expression that they are."""

    @abstractmethod
    def makes_call(self, node: ast.expr) -> bool:
        """Whether `node` is written as a call that can be awaited."""

    @abstractmethod
    def spawn(self, node: ast.expr, call: AnyCall, group: str | None = None) -> Local:
        """Adds the start of a task; the value is its handle."""

    @abstractmethod
    def append(self, name: str, value: Expression, node: ast.AST) -> None:
        """Appends to the list in the temporary `name`."""

    # --- Calls that are not started -------------------------------------------------------------------------------------

    def is_call(self, node: ast.expr) -> bool:
        """Whether the value of `node` is a call that is not started. What it is made of may then stand without `await`."""
        match node:
            case ast.IfExp(body=body, orelse=orelse):
                return self.is_call(body) and self.is_call(orelse)
            case ast.Name(id=name):
                return self.unstarted.kinds.get(name) == "single" or (name.startswith(CALL) and not name.startswith(CALLS))
            case _:
                awaited = self.awaitable(node)
                if awaited is None:
                    return False
                self.unstarted.calls.add(node)
                self.effects.note(node, any(operand.emits or operand.settle for operand in awaited.operands))
                return True

    def is_calls(self, node: ast.expr) -> bool:
        """Whether the value of `node` is a list of calls that are not started."""
        match node:
            case ast.ListComp() | ast.GeneratorExp():
                with self.inner_scope({name: Local(name) for name in target_names(node)}):
                    return self.is_call(node.elt)
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return bool(elements) and all(map(self.is_call, elements))
            case ast.Name(id=name):
                return self.unstarted.kinds.get(name) == "list" or name.startswith(CALLS)
            case _:
                return False

    def calls(self, node: ast.expr) -> Expression:
        """The value of what `is_call` or `is_calls` is true of; what a variable holds is taken from it."""
        match node:
            case ast.ListComp(elt=element, generators=generators) | ast.GeneratorExp(elt=element, generators=generators):
                return self._disordered(node) or self.value(
                    ast.copy_location(ast.ListComp(elt=element, generators=generators), node)
                )
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return ListDisplay(tuple(self.sequence([self.call_operand(element) for element in elements])))
            case ast.Name(id=name) if name in self.unstarted.reused:
                return self._take(name, node)
            case _:
                return self.value(node)

    def _disordered(self, node: Spread) -> Expression | None:
        """Calls whose arguments the engine would evaluate in another order than Python: the arguments are collected first."""
        with self.inner_scope({name: Local(name) for name in target_names(node)}):
            awaited = self.awaitable(node.elt)
            operands = awaited.operands if awaited else []
        if awaited is None or any(operand.emits for operand in operands) or not any(operand.settle for operand in operands):
            return None
        nodes = [operand.node for operand in awaited.operands]
        arguments = ast.copy_location(ast.Tuple(elts=nodes, ctx=ast.Load()), node.elt)
        collected = self.value(ast.copy_location(ast.ListComp(elt=arguments, generators=node.generators), node))
        values = [Operator("py.getitem", (Local(_ARGS), Const(index))) for index in range(len(nodes))]
        element = InvocationValue(awaited.start(values))
        return Comprehension(ComprehensionBody(element, (Generator(_ARGS, collected),)))

    def call_operand(self, node: ast.expr) -> Operand:
        """`node`, of which `is_call` or `is_calls` is true, as an operand."""
        takes = isinstance(node, ast.Name) and node.id in self.unstarted.reused
        return Operand(node, takes or self.effects.emits(node), partial(self.calls, node))

    def held_name(self, name: str) -> str:
        """The local that holds the calls of a variable."""
        return f"{CALLS if self.unstarted.kinds[name] == 'list' else CALL}.{name}"

    def _take(self, name: str, node: ast.Name) -> Expression:
        """What a variable holds. From then on its calls raise what Python raises when a call is awaited again."""
        held, taken = self.held_name(name), self.graph.temporary("taken")
        self.assign(taken, Local(held), node)
        again = ast.copy_location(ast.Call(func=known(Intrinsic.REUSED, node), args=[], keywords=[]), node)
        spent = InvocationValue(FunctionCall(self.unit.branch(self.method, again, []), self.hidden()))
        if self.unstarted.kinds[name] == "list":
            items = Comprehension(ComprehensionBody(spent, (Generator("$.item", Local(taken)),)))
            self.assign(held, items, node)
        else:
            self.assign(held, spent, node)
        return Local(taken)

    # --- gather ---------------------------------------------------------------------------------------------------------

    def gather(self, node: ast.Call) -> Awaitable:
        """A gather as an awaitable."""
        settle = self._return_exceptions(node)
        parts = list(self._parts(node.args))
        self._refuse_repeated(parts)
        operands = [operand for part in parts for operand in part.operands]

        def lower(target: str | None) -> None:
            values = self.sequence(operands)
            if any(part.is_task for part in parts):
                self._gather_tasks(node, parts, values, target, settle=settle)
            else:
                branches = self._branches(parts, values)
                self.graph.step(Fork, self.place(node), self.error(), branches=branches, settle=settle, target=target)

        awaited = self.composed(node, operands, lower)
        for part in parts:
            if part.call is not None:
                awaited.kinds |= part.call.kinds
            elif not part.is_task:
                awaited.kinds[part.operands[0].node] = CALLS if part.is_list else CALL
        return awaited

    def _refuse_repeated(self, parts: Sequence[_Part]) -> None:
        names: set[str] = set()
        for part in parts:
            if not part.is_task and part.call is None and isinstance(name := part.operands[0].node, ast.Name):
                if name.id in names:
                    why = f"the call in `{name.id}` would run once, for two places"
                    rewrite = f"make a task of it: `{name.id} = asyncio.create_task(…)`"
                    self.refuse("WMC411", name, name="asyncio.gather", why=why, rewrite=rewrite)
                names.add(name.id)

    def _return_exceptions(self, call: ast.Call) -> bool:
        settle = False
        for keyword in call.keywords:
            match keyword:
                case ast.keyword(arg="return_exceptions", value=value):
                    known = value.value if isinstance(value, ast.Constant) else self.static_value(value)
                    if isinstance(known, bool):
                        settle = known
                        continue
                case _:
                    pass
            self.refuse("WMC502", keyword, name=ast.unparse(keyword))
        return settle

    def _parts(self, arguments: Sequence[ast.expr]) -> Iterator[_Part]:
        for argument in arguments:
            match argument:
                case ast.Starred(value=ast.List(elts=elements) | ast.Tuple(elts=elements)):
                    yield from self._parts(elements)
                case ast.Starred(value=value):
                    value = (isinstance(value, ast.Call) and self.as_generator(value)) or value
                    calls = self.is_calls(value)
                    if not calls and isinstance(value, Spread) and self.is_refused_branch(value.elt):
                        self.refuse("WMC501", value.elt)
                    tasks = Operand(value, self.effects.emits(value), partial(self.iterable, value))
                    operand = self.call_operand(value) if calls else tasks
                    yield _Part(None, [operand], is_list=True, is_task=not calls)
                case _ if call := self.awaitable(argument):
                    yield _Part(call, call.operands, is_list=False, is_task=False)
                case _:
                    calls = self.is_call(argument)
                    if not calls and self.is_refused_branch(argument):
                        self.refuse("WMC501", argument)
                        argument = ast.copy_location(ast.Constant(None), argument)  # noqa: PLW2901 - what is in it is moot
                    operand = self.call_operand(argument) if calls else self.operand(argument)
                    yield _Part(None, [operand], is_list=False, is_task=not calls)

    def is_refused_branch(self, node: ast.expr) -> bool:
        """Whether `node` can be no task: a constant, a display or an operation."""
        return isinstance(
            node,
            ast.Constant
            | ast.List
            | ast.Tuple
            | ast.Dict
            | ast.ListComp
            | ast.GeneratorExp
            | ast.BinOp
            | ast.Compare
            | ast.BoolOp
            | ast.JoinedStr,
        )

    def _branches(self, parts: Sequence[_Part], values: Sequence[Expression]) -> Expression:
        """All calls as one list."""
        lists: list[Expression] = []
        row: list[Expression] = []
        position = 0
        for part in parts:
            own = values[position : position + len(part.operands)]
            position += len(part.operands)
            if part.is_list:
                lists += [ListDisplay(tuple(row)), own[0]] if row else [own[0]]
                row = []
            else:
                row.append(InvocationValue(part.call.start(own)) if part.call else own[0])
        if row or not lists:
            lists.append(ListDisplay(tuple(row)))
        branches = lists[0]
        for other in lists[1:]:
            branches = Operator("py.concat", (branches, other))
        return branches

    def _gather_tasks(
        self, node: ast.Call, parts: Sequence[_Part], values: Sequence[Expression], target: str | None, *, settle: bool
    ) -> None:
        """A gather with tasks among its arguments: its calls become tasks, too."""
        held = [self.spill(value, node) for value in values]
        tasks = self.graph.temporary("tasks")
        self.assign(tasks, ListDisplay(()), node)
        for part in parts:
            own, held = held[: len(part.operands)], held[len(part.operands) :]
            if part.is_task:
                more = own[0] if part.is_list else ListDisplay((own[0],))
                more = Operator("py.list", (more,)) if part.is_list else more
                handle = Operator("py.handle", (Local("$.item"), Const("task"), Const("gather")))
                more = Comprehension(ComprehensionBody(handle, (Generator("$.item", more),)))
                self.assign(tasks, Operator("py.concat", (Local(tasks), more)), node)
            elif part.call is not None:
                self._collect(tasks, node, part.call.start(own))
            else:
                calls = own[0] if part.is_list else ListDisplay((own[0],))
                self.spawn_all(node, calls, tasks)
        self.wait_for_tasks(node, tasks, target, settle=settle)

    def wait_for_tasks(self, node: ast.expr, tasks: str, target: str | None, *, settle: bool) -> None:
        """What gather does once all are tasks."""
        result = target or self.graph.temporary("result")
        self.body((_SETTLE if settle else _GATHER).fill(node, self.graph.temporary, tasks=tasks, result=result))

    def spawn_all(self, node: ast.expr, calls: Expression, tasks: str) -> None:
        """Adds the start of a task for each of a list of calls; their handles are appended to the local `tasks`."""
        held = self.graph.temporary("calls")
        self.assign(held, calls, node)
        call = self.graph.temporary("call")
        each = self.composed(local(call, node), [self.operand(local(call, node))], lambda _: None)
        each.kinds[each.operands[0].node] = CALL
        # The function of the branch awaits the call that is its only parameter.
        start = self.branch(each.operands[0].node, each, [Local(call)])
        self.each(node, call, Local(held), lambda: self._collect(tasks, node, start))

    def _collect(self, tasks: str, node: ast.expr, call: AnyCall) -> None:
        self.append(tasks, self.spawn(node, call), node)

    def each(self, node: ast.expr, item: str, items: Expression, body: Callable[[], None]) -> None:
        """Adds a loop over `items`; `body` adds the nodes of a round, in which the local `item` is the element."""
        iterator, index = self.graph.temporary("iter"), self.graph.temporary("index")
        self.assign(iterator, Operator("py.iter", (items,)), node)
        self.assign(index, Const(0), node)
        head, done = self.graph.here, self.graph.point()
        self.graph.step(Iterate, span(node), iterator=iterator, index=index, target=item, done=done)
        body()
        self.graph.jump(head)
        self.graph.here = done if head is not None else None


def _context_names(node: ast.AST) -> Iterator[str]:
    for child in walk(node):
        for item in child.items if isinstance(child, ast.AsyncWith) else ():
            if isinstance(item.context_expr, ast.Call) and isinstance(item.optional_vars, ast.Name):
                yield item.optional_vars.id
