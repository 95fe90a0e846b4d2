"""All passes in order: the class → methods → names → nodes → the verified program."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import replace
from types import FunctionType

from waymark.compiler.constants import constant
from waymark.compiler.diagnostics import Reporter
from waymark.compiler.frame import Callee, Frame, Unit
from waymark.compiler.heap import place_objects
from waymark.compiler.instance import SELF, find_state
from waymark.compiler.source import (
    Branch,
    FunctionNode,
    Method,
    SourceError,
    branch,
    class_place,
    code_of,
    load_function,
    load_method,
    module_path,
)
from waymark.compiler.statements import Statements
from waymark.errors import ProgramTooLarge
from waymark.ir.nodes import AnyNode, Function, Parameter, Program, Source
from waymark.ir.verify import verify


def compile_workflow(cls: type, name: str | None = None) -> Program:
    """The program of a workflow class: its `run` and the helper methods that it calls.

    `name` is the workflow's name, by default that of the class. Raises UnsupportedPatternError with every construct
    that is not compiled.
    """
    return _Compilation(cls, name or cls.__name__).run()


_EMPTY: dict[object, object] = {inspect.Parameter.VAR_POSITIONAL: {"$": "tuple", "v": []}, inspect.Parameter.VAR_KEYWORD: {}}
"""What `*args` and `**kwargs` of `run` are when nothing is given for them."""


class _Compilation(Unit):
    def __init__(self, cls: type, name: str) -> None:
        self.cls = cls
        self.name = name
        self.reporter = Reporter(cls.__qualname__)
        self.state = find_state(cls)
        self.methods: list[Method] = []
        self.nodes: list[AnyNode] = []
        self.functions: list[Function] = []

    def run(self) -> Program:
        try:
            self.methods.append(self._body())
        except SourceError as error:
            self._report(error)
            self.reporter.fail()
        for method in self.methods:  # grows while helper methods are found
            self._lower(method)
        if self.reporter:
            self.reporter.fail()
        sources = self._sources()
        functions = [
            replace(function, source=sources.get(method.file.path))
            for function, method in zip(self.functions, self.methods, strict=True)
        ]
        lowered = Program(workflow=self.name, functions=tuple(functions), nodes=tuple(self.nodes), source=self._source())
        program = place_objects(lowered, self._refuse_lost)
        if self.reporter:
            self.reporter.fail()
        try:
            verify(program)
        except ProgramTooLarge as error:
            self._report_limit(program, error)
            self.reporter.fail()
        return program

    def helper(self, frame: Frame, callee: Callee, node: ast.AST) -> tuple[int, Method] | None:
        """The function index of a helper that `frame` calls at `node`; None when it was refused."""
        code = code_of(callee.member)
        for index, method in enumerate(self.methods):
            if method.code is code and index > 0 and not isinstance(method, Branch):
                return index, method
        if code is self.methods[0].code:
            self.methods.append(self.methods[0])  # once more: the body ends the run, a helper returns to its caller
            return len(self.methods) - 1, self.methods[0]
        if problem := self._problem(frame, callee):
            rewrite = "define it in the class, or correct the name" if problem[0] == "WMC101" else ""
            frame.refuse(problem[0], node, name=problem[1], kind=problem[2], hint=rewrite)
            return None
        try:
            method = load_function(callee.member, callee.name, callee.owner)
        except SourceError as error:
            if callee.owner is None:
                frame.refuse("WMC401", node, name=callee.name)
            elif error.file is None:
                frame.refuse(error.code, node, **error.values)
            else:
                self._report(error)
            return None
        self.methods.append(method)
        return len(self.methods) - 1, method

    def _problem(self, frame: Frame, callee: Callee) -> tuple[str, str, str] | None:
        """Why a callee that was found cannot be called here: the code, what it is named, and what it is."""
        if callee.owner is None:
            is_missing = not isinstance(callee.member, FunctionType)
            return ("WMC101", f"{frame.names.self_name}.{callee.name}", "") if is_missing else None
        if callee.owner.__module__ == "waymark.workflow" or callee.owner is object:
            return "WMC008", callee.name, "a method of every workflow"
        if frame.method.kind == "class" and not isinstance(callee.member, staticmethod | classmethod):
            return "WMC008", callee.name, "called without an instance"
        return None

    def branch(self, outer: Method, awaited: ast.expr, parameters: list[str]) -> int:
        """The index of a function that the compiler makes: with these parameters, it awaits an expression of `outer`."""
        self.methods.append(branch(outer, awaited, parameters))
        return len(self.methods) - 1

    def workflow_name(self, cls: type) -> str | None:
        """The name of a workflow, None when the class is not decorated."""
        return self.name if cls is self.cls else getattr(cls, "name", None) if "program" in vars(cls) else None

    def _body(self) -> Method:
        owner = next((base for base in self.cls.__mro__ if "run" in vars(base)), None)
        if owner is None or owner.__module__ == "waymark.workflow":
            file, node = class_place(self.cls)
            raise SourceError("WMC003", file, node, name=self.cls.__name__)
        method = load_method(self.cls, "run")
        if not method.is_async or method.kind != "method":
            raise SourceError("WMC003", method.file, method.node, name=self.cls.__name__)
        return method

    def _lower(self, method: Method) -> None:
        first = len(self.nodes)
        frame = Statements(self, method, first)
        parameters = self._parameters(frame)
        is_main = not self.functions
        if frame.hidden() and not is_main:
            parameters = (Parameter(SELF), *parameters)
        nodes, temporaries = frame.lower(makes_instance=is_main)
        self.nodes += nodes
        self.functions.append(
            Function(
                name=method.name,
                parameters=parameters,
                locals=tuple(dict.fromkeys([*(p.name for p in parameters), *frame.names.locals, *temporaries])),
                entry=first,
                nodes=(first, len(self.nodes) - 1),
            )
        )

    def _parameters(self, frame: Statements) -> tuple[Parameter, ...]:
        """The parameters of a method; what cannot be stored is reported."""
        if isinstance(frame.method, Branch):
            return tuple(map(Parameter, frame.method.parameters))
        spec = frame.method.node.args
        nodes = {arg.arg: arg for arg in [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]}
        parameters: list[Parameter] = []
        for name, parameter in frame.method.signature.parameters.items():
            if parameter.kind in _EMPTY and frame.method is self.methods[0]:
                parameters.append(Parameter(name, _EMPTY[parameter.kind]))
                continue
            if parameter.default is parameter.empty:
                parameters.append(Parameter(name))
                continue
            default = constant(parameter.default)
            if default is None:
                frame.refuse("WMC007", nodes[name], name=name)
            parameters.append(Parameter(name, default.value if default else None))
        return tuple(parameters)

    def _source(self, path: str | None = None) -> Source:
        """The lines of a file, by default that of `run`, from the first to the last class or function of the program."""
        main = self.methods[0]
        methods = [method for method in self.methods if method.file.path == (path or main.file.path)]
        first = min(_first_line(method.scope_node) for method in methods)
        last = max(method.scope_node.end_lineno or 0 for method in methods)
        module = methods[0].module if path else self.cls.__module__
        file = methods[0].file
        return Source(module, module_path(module, file.path), first, "".join(file.lines[first - 1 : last]))

    def _sources(self) -> dict[str, Source]:
        """The sources of the files other than that of `run`."""
        return {method.file.path: self._source(method.file.path) for method in self.methods if self._is_elsewhere(method)}

    def _is_elsewhere(self, method: Method) -> bool:
        return method.file.path != self.methods[0].file.path

    # --- Refusing -------------------------------------------------------------------------------------------------------

    def _report(self, error: SourceError) -> None:
        path = error.file.path if error.file else self.cls.__module__
        self.reporter.report(error.code, path, error.file.lines if error.file else [], error.node, **error.values)

    def _refuse_lost(self, node: AnyNode) -> None:
        index = next(index for index, function in enumerate(self.functions) if function.nodes[1] >= node.id)
        file = self.methods[index].file
        self.reporter.report("WMC404", file.path, file.lines, _place(node))

    def _report_limit(self, program: Program, error: ProgramTooLarge) -> None:
        main = self.methods[0]
        place: ast.AST = main.scope_node
        if found := re.match(r"nodes\[(\d+)\]", error.path):
            place = _place(program.nodes[int(found[1])])
        self.reporter.report("WMC009", main.file.path, main.file.lines, place, what=error.args[0])


def _first_line(node: ast.ClassDef | FunctionNode) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _place(node: AnyNode) -> ast.AST:
    """Where the source of a node stands."""
    line, column, end_line, end_column = node.span
    return ast.Pass(lineno=line, col_offset=column, end_lineno=end_line, end_col_offset=end_column)
