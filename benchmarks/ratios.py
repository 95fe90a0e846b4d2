"""What one run has found of this system and of others on the same server, against each other."""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.report import Figure, number

# What it is, workload and figure of this system, figure of the others, who they are, what the ratio is of.
COMPARED = (
    ("ten-iteration loops", "drain", "ten-iteration loops", "drained", ("dbos",), "of its rate"),
    ("one-action runs", "drain", "one-action runs", "drained", ("procrastinate", "pgqueuer"), "of its rate"),
    ("latency", "latency", "median", "one, as the caller sees it, median", ("dbos", "procrastinate", "pgqueuer"), "of its time"),
)


def ratios(results: Mapping[str, Sequence[Figure]]) -> Iterator[str]:
    """The rows of the table; none when nothing was measured on both sides."""
    for what, workload, ours, theirs, peers, unit in COMPARED:
        for peer in peers:
            own, other = _find(results, workload, ours), _find(results, peer, theirs)
            if own and other:
                pair = f"{number(own.median)} {own.unit}, {number(other.median)} {other.unit}"
                yield f"  {f'{what}, against {peer}':56}{number(own.median / other.median):>12} {unit:14}{pair}"


def _find(results: Mapping[str, Sequence[Figure]], workload: str, name: str) -> Figure | None:
    return next((figure for figure in results.get(workload, ()) if figure.name == name), None)
