"""The graph under construction: nodes with symbolic edges, and compiler temporaries."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from waymark.compiler.spill import needs_spilling, spilled
from waymark.ir.expressions import Expression
from waymark.ir.nodes import AnyNode, Assign, Branch, Span


class Label:
    """A point of the control flow: the node that will be there, once it is known.

    `bound` are the locals that have a value on every path to it.
    """

    __slots__ = ("_alias", "_target", "bound", "used")

    def __init__(self, bound: frozenset[str] = frozenset()) -> None:
        self._alias: Label | None = None
        self._target: int | None = None
        self.bound = bound
        self.used = False

    def place(self, node: int) -> None:
        """The point is where `node` is."""
        self._target = node

    def goto(self, other: Label) -> None:
        """The point is where `other` is."""
        self._alias = other

    def resolve(self) -> int:
        """The node at this point."""
        if self._alias is not None:
            return self._alias.resolve()
        assert self._target is not None, "an edge leads nowhere"
        return self._target


class Graph:
    """The nodes of one function. `here` is the point where the next node goes, None where no path leads."""

    def __init__(self, first: int, bound: frozenset[str]) -> None:
        self._first = first
        self._drafts: list[tuple[Callable[..., AnyNode], dict[str, Any]]] = []
        self._temporaries: dict[str, int] = {}
        self.here: Label | None = Label(bound)

    def emit(self, kind: Callable[..., AnyNode], span: Span, error: Label | None = None, **fields: object) -> None:
        """Adds a node at `here`; where its field `next` is missing, the flow ends. Nothing is added where no path leads."""
        if self.here is None:
            return
        if needs_spilling(kind, fields):
            fields, taken = spilled(fields, self.here.bound)
            for number, value in enumerate(taken, 1):
                self.step(Assign, span, error, target=f"${number}s", value=value)
        self.here.place(self._first + len(self._drafts))
        if error is not None:
            error.used = True
        self._drafts.append((kind, {"span": span, "error": error, **fields}))

    def step(self, kind: Callable[..., AnyNode], span: Span, error: Label | None = None, **fields: object) -> None:
        """Adds a node with one successor and moves `here` behind it."""
        if self.here is None:
            return
        after = Label(self.here.bound)
        self.emit(kind, span, error, next=after, **fields)
        self.here = after

    def branch(self, span: Span, error: Label | None, test: Expression) -> tuple[Label | None, Label | None]:
        """Ends the flow with a decision; the points where it goes on if `test` is true, and if not."""
        if self.here is None:
            return None, None
        then, otherwise = Label(self.here.bound), Label(self.here.bound)
        self.emit(Branch, span, error, test=test, then=then, otherwise=otherwise)
        self.here = None
        return then, otherwise

    def point(self) -> Label:
        """A further point with what is known `here`."""
        return Label(self.here.bound if self.here is not None else frozenset())

    def bind(self, name: str) -> None:
        """From `here` on, the local `name` has a value."""
        if self.here is not None:
            self.here.bound |= {name}

    def jump(self, label: Label | None) -> None:
        """Ends the flow by going on at `label`, a point that was `here` before."""
        if self.here is not None and label is not None:
            self.here.goto(label)
        self.here = None

    def meet(self, *labels: Label | None) -> Label | None:
        """The point where the flows of all `labels` meet."""
        live = [label for label in labels if label is not None]
        if not live:
            return None
        meeting = Label(frozenset[str].intersection(*(label.bound for label in live)))
        for label in live:
            label.goto(meeting)
        return meeting

    def join(self, *labels: Label | None) -> None:
        """Moves `here` to where the flows of all `labels` meet."""
        self.here = self.meet(*labels)

    def temporary(self, prefix: str = "") -> str:
        """A name that no other live temporary has."""
        self._temporaries[prefix] = number = self._temporaries.get(prefix, 0) + 1
        return f"${prefix}{number}"

    @contextmanager
    def temporaries(self) -> Generator[None]:
        """Temporaries made inside are free again afterwards."""
        saved = dict(self._temporaries)
        try:
            yield
        finally:
            self._temporaries = saved

    def finish(self) -> tuple[list[AnyNode], list[str]]:
        """The nodes with their edges, and the temporaries that they bind."""
        used: dict[str, None] = {}
        nodes: list[AnyNode] = []
        for offset, (kind, fields) in enumerate(self._drafts):
            resolved = {key: value.resolve() if isinstance(value, Label) else value for key, value in fields.items()}
            nodes.append(kind(id=self._first + offset, **resolved))
            names = (fields.get(key) for key in ("target", "iterator", "index"))
            used.update((name, None) for name in names if isinstance(name, str) and name.startswith("$"))
        return nodes, list(used)
