"""One trial: a database and daemons of its own, the load and the faults of a plan, and what must be true afterwards."""

import asyncio
import contextlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg

from tests.chaos import flows, invariants
from tests.chaos.faults import Faults, let_move_clock, move_clock
from tests.chaos.journal import EFFECTS, JOURNAL, Journal, Ledger
from tests.chaos.members import Members
from tests.chaos.plan import Plan, Start
from tests.chaos.timeline import Timeline
from tests.faults.load import comparable
from waymark import RunHandle
from waymark.client import background
from waymark.db.embedded import EmbeddedServer

TEMPLATE, ORACLE, DATABASE = "chaos_template", "chaos_oracle", "chaos_trial"
PATIENCE = 40.0
"""Seconds after the last fault in which every run has to end."""


def prepare(server: EmbeddedServer, install: Callable[[psycopg.Connection], None]) -> None:
    """Make the databases that trials start from, and the clock that they move."""
    let_move_clock(server)
    with psycopg.connect(server.url(), autocommit=True) as admin:
        for database in (TEMPLATE, ORACLE):
            admin.execute(f"create database {database}".encode())
            with psycopg.connect(server.url(database), autocommit=True) as connection:
                connection.execute(EFFECTS.encode())
                if database == TEMPLATE:
                    install(connection)
                    connection.execute(JOURNAL.encode())


class Trial:
    def __init__(self, plan: Plan, server: EmbeddedServer, binary: Path, folder: Path) -> None:
        self.plan = plan
        self._server = server
        self._url = server.url(DATABASE)
        self._ledger = folder / "ledger"
        self._timeline = Timeline()
        self._members = Members(self._url, binary, folder, plan.workers, self._timeline)
        self._handles: dict[str, RunHandle[Any]] = {}

    def run(self) -> list[str]:
        """Carry the plan out; what is not as it must be."""
        self._create_database()
        expected, effects = self._ask_cpython()
        with environment(WAYMARK_DATABASE_URL=self._url, CHAOS_LEDGER=str(self._ledger)), self._members:
            try:
                self._members.start(self.plan.daemons)
                self._carry_out()
                violations = [*self._runs_end(), *self._results_are(expected), *self._members.end()]
            finally:
                background.close()
        with psycopg.connect(self._url, autocommit=True) as connection:
            journal, ledger = Journal(connection), Ledger(self._ledger)
            violations += invariants.history_is_whole(connection)
            violations += invariants.hot_tables_are_empty(connection)
            violations += invariants.effects_are_once(connection, effects, journal)
            violations += invariants.tokens_are_fresh(journal)
            violations += invariants.executions_are_known(journal, ledger)
            violations += invariants.tokens_were_live(journal, ledger)
            violations += invariants.work_is_taken_over(journal, ledger)
        return violations

    def summary(self) -> str:
        return f"{len(self.plan.starts)} runs; {', '.join(fault.kind for fault in self.plan.faults)}"

    def report(self, violations: list[str]) -> str:
        return "\n".join([str(self.plan), "--- what happened", *self._timeline.log, "--- violations", *violations])

    # --- Before ---------------------------------------------------------------------------------------------------------

    def _create_database(self) -> None:
        move_clock(self._server, 0.0)
        with psycopg.connect(self._server.url(), autocommit=True) as admin:
            admin.execute(f"drop database if exists {DATABASE} with (force)".encode())
            admin.execute(f"create database {DATABASE} template {TEMPLATE}".encode())

    def _ask_cpython(self) -> tuple[dict[str, Any], Counter[tuple[str, int]]]:
        """What each run gives under CPython, and what all of them leave in the database."""

        async def inline(start: Start) -> Any:
            signals: dict[str, list[int]] = {}
            for _, name, value in start.signals:
                signals.setdefault(name, []).append(value)
            try:
                return comparable(await getattr(flows, start.workflow)().run_inline(*start.args, signals=signals))
            except Exception as error:  # noqa: BLE001 - it is the result
                return comparable(error)

        async def all_inline() -> list[Any]:
            return await asyncio.gather(*map(inline, self.plan.starts))

        url = self._server.url(ORACLE)
        with psycopg.connect(url, autocommit=True) as connection, environment(WAYMARK_DATABASE_URL=url):
            connection.execute("truncate chaos.effects")
            results = asyncio.run(all_inline())
            effects = Counter((reference, n) for reference, n in connection.execute("select reference, n from chaos.effects"))
        return {start.key: result for start, result in zip(self.plan.starts, results, strict=True)}, effects

    # --- The load -------------------------------------------------------------------------------------------------------

    def _carry_out(self) -> None:
        faults = Faults(self._server, self._url, self._members, self._timeline)
        for start in self.plan.starts:
            self._timeline.at(start.at, lambda start=start: self._start_run(start))
        for fault in self.plan.faults:
            self._timeline.at(fault.at, lambda fault=fault: faults.strike(fault))
        self._timeline.run(self._members.supervise)

    def _start_run(self, start: Start) -> None:
        workflow = getattr(flows, start.workflow)().options(idempotency_key=start.key)
        self._handles[start.key] = workflow.start_sync(*start.args)
        self._send_signal(start, 0)

    def _send_signal(self, start: Start, number: int) -> None:
        """Send the signals of a run from this one on, one after the other."""
        if number == len(start.signals):
            return
        when, name, value = start.signals[number]

        def send() -> None:
            self._handles[start.key].signal_sync(name, value, idempotency_key=str(number))
            self._send_signal(start, number + 1)

        self._timeline.at(max(when, self._timeline.now), send)

    # --- After ----------------------------------------------------------------------------------------------------------

    def _runs_end(self) -> Iterator[str]:
        glance = "select from waymark.runs where state = 'live' limit 1"
        query = "select r.run_id, r.workflow, waymark.why(r.run_id) from waymark.runs r where r.state = 'live'"
        deadline = time.monotonic() + PATIENCE
        live: list[tuple[Any, ...]] = []
        while (left := deadline - time.monotonic()) > 0:
            self._members.supervise()
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self._url, autocommit=True) as connection:
                live = connection.execute((glance if left > 1 else query).encode()).fetchall()
                if not live:
                    return
            time.sleep(0.05)
        for run in live:
            yield f"a run has not ended within {PATIENCE} s: {run}"

    def _results_are(self, expected: dict[str, Any]) -> Iterator[str]:
        for start in self.plan.starts:
            try:
                result = comparable(self._handles[start.key].result_sync(1))
            except Exception as error:  # noqa: BLE001 - it is the result
                result = comparable(error)
            if result != expected[start.key]:
                yield f"{start} gave {result!r}, under CPython {expected[start.key]!r}"
        with psycopg.connect(self._url, autocommit=True) as connection:
            row = connection.execute("select count(*) from waymark.runs where parent_run is null").fetchone()
        if row != (len(self.plan.starts),):
            yield f"{row} runs were started instead of {len(self.plan.starts)}"


@contextlib.contextmanager
def environment(**variables: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
