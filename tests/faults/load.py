"""Work for daemons, and the proof that every run of it ended once: results, history and what the actions really did."""

import asyncio
import functools
import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from tests.cluster import wait_until
from tests.faults import flows
from waymark import RunHandle, Workflow

MIX: tuple[tuple[type[Workflow], tuple[Any, ...]], ...] = (
    (flows.Chain, (8,)),
    (flows.Fan, (5,)),
    (flows.Persistent, (7,)),
    (flows.Nap, (3, 0.05)),
    (flows.Helped, (6,)),
    (flows.Refused, (4,)),
    (flows.Early, (2,)),
)

# The final attempt is the last one, there is one, and none of its predecessors is missing.
BROKEN_HISTORY = """
select run_id, step_no, slot, array_agg(attempt order by attempt), array_agg(outcome order by attempt)
  from waymark.action_attempts group by run_id, task_no, step_no, slot
having array_agg(final order by attempt) <> array_fill(false, array[count(*)::int - 1]) || true
    or min(attempt) <> 1 or max(attempt) <> count(*)
    or count(distinct action_id) > 1
"""
LEFTOVERS = """
select (select count(*) from waymark.tasks), (select count(*) from waymark.actions), (select count(*) from waymark.timers)
"""


# What went on in a run that did not end as it must.
STORY = """
select 'task', state, pending::text, step_no::text, ready_at from waymark.tasks where run_id = %s
union all (select name, status, attempt::text, value, ended_at from waymark.action_overview where run_id = %s order by claimed_at)
"""


class Attempt(NamedTuple):
    run_id: str
    action_id: int
    attempt: int


class Entry(NamedTuple):
    """A line of the ledger."""

    event: str
    name: str
    pid: int
    born: float
    at: float
    attempt: Attempt


class Ledger:
    """What actions wrote about themselves, and the gate that `held` waits at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "ledger"

    def entries(self, event: str = "begin", name: str | None = None) -> list[Entry]:
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        found = [
            Entry(e["event"], e["name"], e["pid"], e["born"], e["at"], Attempt(e["run_id"], e["action_id"], e["attempt"]))
            for e in map(json.loads, lines)
        ]
        return [entry for entry in found if entry.event == event and name in (None, entry.name)]

    def wait_for(self, count: int, event: str = "begin", name: str | None = None) -> list[Entry]:
        """Wait until so many actions have begun or ended."""
        wait_until(lambda: len(self.entries(event, name)) >= count, f"{count} of {name or 'the actions'} did {event}")
        return self.entries(event, name)

    def let_go(self, attempt: int | None = None) -> None:
        (self.folder / ("go" if attempt is None else f"go-{attempt}")).touch()


@functools.cache
def expected(workflow: type[Workflow], *args: object) -> Any:
    """What the body gives under CPython."""
    try:
        return comparable(asyncio.run(workflow().run_inline(*args)))
    except Exception as error:  # noqa: BLE001 - it is the result
        return comparable(error)


def comparable(value: Any) -> Any:
    """Exceptions compare by type and arguments."""
    if isinstance(value, BaseException):
        return (type(value), value.args)
    return [comparable(item) for item in value] if isinstance(value, list) else value


class Load:
    """Runs in one database."""

    def __init__(self, url: str, ledger: Ledger) -> None:
        self.url = url
        self.ledger = ledger
        self.expected: dict[RunHandle[Any], Any] = {}

    def start(self, workflow: type[Workflow], *args: object) -> RunHandle[Any]:
        """A run that must give what CPython gives."""
        return self.start_expecting(expected(workflow, *args), workflow, *args)

    def start_expecting(self, result: object, workflow: type[Workflow], *args: object) -> RunHandle[Any]:
        """A run whose result only the engine knows: it depends on a timeout, or on the death of a worker."""
        handle = workflow().start_sync(*args)
        self.expected[handle] = result
        return handle

    def start_mix(self, rounds: int) -> None:
        for _ in range(rounds):
            for workflow, args in MIX:
                self.start(workflow, *args)

    def query(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query.encode(), parameters).fetchall()

    def outcomes(self) -> Counter[str]:
        """How attempts ended so far."""
        return Counter(dict(self.query("select outcome, count(*) from waymark.action_attempts group by 1")))

    def attempts(self) -> int:
        return sum(self.outcomes().values())

    def running(self, pid: int) -> int:
        """How many actions the daemon of this process holds, as the database sees it."""
        query = "select count(*) from waymark.actions join waymark.sessions using (session_id) where info ->> 'pid' = %s"
        return self.query(query, str(pid))[0][0]

    def finish(self, seconds: float = 60) -> None:
        """Wait for all runs; each gave what it must, each action was done once, and nothing is left over."""
        for handle, result in self.expected.items():
            answer = self.result(handle, seconds)
            assert answer == result, f"{handle.id}: {self.query(STORY, handle.id, handle.id)}"
        states = dict(self.query("select run_id, state from waymark.runs"))
        assert set(states) == {handle.id for handle in self.expected}
        assert set(states.values()) <= {"succeeded", "failed"}
        assert self.query(LEFTOVERS) == [(0, 0, 0)]
        assert self.query(BROKEN_HISTORY) == []
        self._check_ledger()

    def result(self, handle: RunHandle[Any], seconds: float = 60) -> Any:
        try:
            return comparable(handle.result_sync(seconds))
        except Exception as error:  # noqa: BLE001 - it is the result
            return comparable(error)

    def _check_ledger(self) -> None:
        history = {
            Attempt(str(run_id), action_id, attempt): outcome
            for run_id, action_id, attempt, outcome in self.query(
                "select run_id, action_id, attempt, outcome from waymark.action_attempts"
            )
        }
        begun = Counter(entry.attempt for entry in self.ledger.entries("begin"))
        ended = {entry.attempt for entry in self.ledger.entries("end")}
        assert [attempt for attempt, count in begun.items() if count > 1] == [], "no attempt is executed twice"
        assert set(begun) - set(history) == set(), "every attempt that was executed is in history"
        succeeded = {attempt for attempt, outcome in history.items() if outcome == "succeeded"}
        assert succeeded - ended == set(), "what succeeded was executed to its end"
