"""What a benchmark has found: figures with their rounds and goals, as a table, as JSON and as plots."""

import json
import math
import os
import platform
import statistics
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class Point:
    """Where a figure is drawn: on this plot, on this line of it, at this place of its axis."""

    plot: str
    axis: str
    line: str
    x: float


@dataclass(frozen=True)
class Figure:
    """One number: the median of what several rounds measured."""

    name: str
    unit: str
    rounds: tuple[float, ...]
    goal: tuple[Literal["≥", "≤"], float] | None = None
    point: Point | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def reached(self) -> bool | None:
        """Whether the goal is; None without one."""
        if self.goal is None:
            return None
        sign, limit = self.goal
        return self.median >= limit if sign == "≥" else self.median <= limit

    def line(self) -> str:
        """The row of the table."""
        spread = f"{number(min(self.rounds))} … {number(max(self.rounds))}" if len(self.rounds) > 1 else ""
        goal = f"{'' if self.reached else 'not '}{self.goal[0]} {number(self.goal[1])}" if self.goal else ""
        return f"  {self.name:56}{number(self.median):>12} {self.unit:14}{spread:24}{goal}".rstrip()


def number(value: float) -> str:
    """Three significant places, or all of a whole number."""
    places = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:,.{places}f}"


def machine(versions: Mapping[str, str]) -> dict[str, str]:
    """What the figures depend on."""
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the start",
        "python": platform.python_version(),
        **versions,
    }


def write(folder: Path, about: Mapping[str, str], results: Mapping[str, list[Figure]]) -> list[Path]:
    """Write `results.json`, and a plot for each set of points (SVG) where matplotlib is installed; the files."""
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {"about": dict(about), "results": {}}
    plots: dict[tuple[str, str, str], dict[str, list[tuple[float, float]]]] = defaultdict(lambda: defaultdict(list))
    for name, figures in results.items():
        found["results"][name] = [
            {"name": f.name, "unit": f.unit, "median": f.median, "rounds": f.rounds, "goal": f.goal, "reached": f.reached}
            for f in figures
        ]
        for figure in figures:
            if figure.point is not None:
                lines = plots[figure.point.plot, figure.point.axis, figure.unit]
                lines[figure.point.line].append((figure.point.x, figure.median))
    (folder / "results.json").write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    if find_spec("matplotlib") is None:
        return [folder / "results.json"]
    return [folder / "results.json", *(_draw(folder, *titles, lines) for titles, lines in plots.items())]


def _draw(folder: Path, title: str, axis: str, unit: str, lines: Mapping[str, list[tuple[float, float]]]) -> Path:
    from matplotlib.figure import Figure as Canvas  # noqa: PLC0415 - only who asks for plots needs it

    canvas = Canvas(figsize=(7, 4), layout="constrained")
    axes = canvas.subplots()
    for name, points in lines.items():
        axes.plot(*zip(*sorted(points), strict=True), marker="o", label=name)
    places = sorted({x for points in lines.values() for x, _ in points})
    if places[0] > 0 and places[-1] > 20 * places[0]:
        axes.set_xscale("log")
    # Where something was measured, and nowhere else.
    axes.set_xticks(places, [f"{x:,.0f}" for x in places])
    axes.set_xticks([], minor=True)
    axes.yaxis.set_major_formatter("{x:,g}")
    axes.set(title=title, xlabel=axis, ylabel=unit)
    axes.set_ylim(0, max(y for points in lines.values() for _, y in points) * 1.1)
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    file = folder / f"{title.replace(' ', '-').replace(',', '')}.svg"
    canvas.savefig(file)
    return file
