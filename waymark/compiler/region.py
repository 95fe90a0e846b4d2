"""Regions: sets of objects that may be one, found by unification."""

from __future__ import annotations

_MAX_LEVELS = 6
"""Elements deeper than this share one region with what holds them."""


class Region:
    """A class of objects, as long as it is its own root."""

    __slots__ = ("_depth", "_element", "_parent", "is_changed", "is_mutable", "is_open")

    def __init__(self, depth: int = 0, *, is_open: bool = False) -> None:
        self._parent: Region | None = None
        self._element: Region | None = None
        self._depth = depth
        self.is_changed = False
        """Whether something may change the objects."""
        self.is_mutable = is_open
        """Whether some of them can be changed at all."""
        self.is_open = is_open
        """Whether they come from outside, so that they may hold anything."""

    def root(self) -> Region:
        """The region that this one has become part of."""
        region = self
        while (parent := region._parent) is not None:
            region = parent
        return region

    @property
    def is_boxed(self) -> bool:
        """Whether the mutable objects live in the heap."""
        root = self.root()
        return root.is_changed and root.is_mutable

    @property
    def holds_mutable(self) -> bool:
        """Whether some of the objects, or of what they hold, can be changed."""
        seen: set[Region] = set()
        region: Region | None = self
        while region is not None and (root := region.root()) not in seen:
            if root.is_mutable:
                return True
            seen.add(root)
            region = root._element  # noqa: SLF001 - its own class
        return False

    @property
    def element(self) -> Region:
        """The region of what the objects hold."""
        return self.root()._own_element()  # noqa: SLF001 - its own class

    def _own_element(self) -> Region:
        if self._element is None:
            self._element = Region(self._depth + 1, is_open=self.is_open) if self._depth < _MAX_LEVELS else self
        return self._element.root()

    def unify(self, other: Region) -> None:
        """From here on, both are one."""
        pending = [(self, other)]
        while pending:
            left, right = (region.root() for region in pending.pop())
            if left is not right:
                pending += left._absorb(right)  # noqa: SLF001 - its own class

    def _absorb(self, other: Region) -> list[tuple[Region, Region]]:
        """Takes another root in; answers what has to become one for that."""
        other._parent = self
        self.is_changed |= other.is_changed
        self.is_mutable |= other.is_mutable
        self._depth = max(self._depth, other._depth)
        pending: list[tuple[Region, Region]] = []
        if self._element is None:
            self._element = other._element
        elif other._element is not None:
            pending.append((self._element, other._element))
        if other.is_open != self.is_open:
            self.open()
        return pending

    def change(self) -> None:
        """Notes that something may change the objects."""
        self.root().is_changed = True

    def make(self) -> None:
        """Notes that some of the objects are mutable."""
        self.root().is_mutable = True

    def open(self) -> None:
        """Notes that objects come from outside, with all they hold."""
        region = self.root()
        region.is_open = region.is_mutable = True
        seen: list[Region] = []
        while region._element is not None and region not in seen:  # noqa: SLF001 - its own class
            seen.append(region)
            region = region._element.root()  # noqa: SLF001 - its own class
            region.is_open = region.is_mutable = True

    def levels(self) -> tuple[bool, ...]:
        """Whether the objects are boxed, those they hold, and so on; the last answer stands for all below it."""
        seen: list[Region] = []
        region: Region | None = self.root()
        while region is not None and region not in seen:
            seen.append(region)
            region = region._element.root() if region._element is not None else None  # noqa: SLF001 - its own class
        if region is not None and region is not seen[-1]:
            # The chain runs in a circle: what is boxed anywhere in it is boxed everywhere.
            for other in seen[seen.index(region) + 1 :]:
                region.unify(other)
            return self.levels()
        answers = [found.is_boxed for found in seen] + ([False] if region is None else [])
        while len(answers) > 1 and answers[-1] == answers[-2]:
            answers.pop()
        return tuple(answers)
