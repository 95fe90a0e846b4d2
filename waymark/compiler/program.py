"""All passes in order: the class → methods → names → nodes → the verified program."""

from __future__ import annotations

import ast
import re

from waymark.compiler.constants import constant
from waymark.compiler.diagnostics import Reporter
from waymark.compiler.frame import Frame, Unit
from waymark.compiler.source import Method, SourceError, load_method, module_path
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


class _Compilation(Unit):
    def __init__(self, cls: type, name: str) -> None:
        self.cls = cls
        self.name = name
        self.reporter = Reporter(cls.__qualname__)
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
        program = Program(workflow=self.name, functions=tuple(self.functions), nodes=tuple(self.nodes), source=self._source())
        try:
            verify(program)
        except ProgramTooLarge as error:
            self._report_limit(program, error)
            self.reporter.fail()
        return program

    def helper(self, frame: Frame, name: str, node: ast.AST) -> tuple[int, Method] | None:
        """The function index of a helper method that `frame` calls at `node`; None when it was refused."""
        for index, method in enumerate(self.methods):
            if method.name == name and index > 0:
                return index, method
        main = self.methods[0]
        if name == main.name:
            frame.refuse("WMC008", node, name=name, kind="the body of the workflow itself")
            return None
        if not hasattr(self.cls, name):
            frame.refuse("WMC101", node, name=f"{frame.names.self_name}.{name}")
            return None
        try:
            method = load_method(self.cls, name)
        except SourceError as error:
            if error.file is None:
                frame.refuse(error.code, node, **error.values)
            else:
                self._report(error)
            return None
        if method.file.path != main.file.path:
            frame.refuse("WMC008", node, name=name, kind="defined in another file")
            return None
        self.methods.append(method)
        return len(self.methods) - 1, method

    def _body(self) -> Method:
        owner = next((base for base in self.cls.__mro__ if "run" in vars(base)), None)
        if owner is None or owner.__module__ == "waymark.workflow":
            raise SourceError("WMC003", name=self.cls.__name__)
        method = load_method(self.cls, "run")
        if not method.is_async or method.is_static:
            raise SourceError("WMC003", method.file, method.node, name=self.cls.__name__)
        return method

    def _lower(self, method: Method) -> None:
        first = len(self.nodes)
        frame = Statements(self, method, first)
        parameters = self._parameters(frame)
        nodes, temporaries = frame.lower()
        self.nodes += nodes
        self.functions.append(
            Function(
                name=method.name,
                parameters=parameters,
                locals=(*frame.names.locals, *temporaries),
                entry=first,
                nodes=(first, len(self.nodes) - 1),
            )
        )

    def _parameters(self, frame: Statements) -> tuple[Parameter, ...]:
        """The parameters of a method; what cannot be stored is reported."""
        spec = frame.method.node.args
        for variadic in (spec.vararg, spec.kwarg):
            if variadic is not None:
                frame.refuse("WMC006", variadic, name=variadic.arg)
        nodes = {arg.arg: arg for arg in [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]}
        parameters: list[Parameter] = []
        for name, parameter in frame.method.signature.parameters.items():
            if name not in nodes:
                continue
            if parameter.default is parameter.empty:
                parameters.append(Parameter(name))
                continue
            default = constant(parameter.default)
            if default is None:
                frame.refuse("WMC007", nodes[name], name=name)
            parameters.append(Parameter(name, default.value if default else None))
        return tuple(parameters)

    def _source(self) -> Source:
        """The lines from the first to the last class that has a method of the program."""
        main = self.methods[0]
        first = min(_class_line(method.class_node) for method in self.methods)
        last = max(method.class_node.end_lineno or 0 for method in self.methods)
        text = "".join(main.file.lines[first - 1 : last])
        return Source(self.cls.__module__, module_path(self.cls.__module__, main.code.co_filename), first, text)

    # --- Refusing -------------------------------------------------------------------------------------------------------

    def _report(self, error: SourceError) -> None:
        path = error.file.path if error.file else self.cls.__module__
        self.reporter.report(error.code, path, error.file.lines if error.file else [], error.node, **error.values)

    def _report_limit(self, program: Program, error: ProgramTooLarge) -> None:
        main = self.methods[0]
        place: ast.AST = main.class_node
        if found := re.match(r"nodes\[(\d+)\]", error.path):
            line, column, end_line, end_column = program.nodes[int(found[1])].span
            place = ast.Pass(lineno=line, col_offset=column, end_lineno=end_line, end_col_offset=end_column)
        self.reporter.report("WMC009", main.file.path, main.file.lines, place, what=error.args[0])


def _class_line(node: ast.ClassDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
