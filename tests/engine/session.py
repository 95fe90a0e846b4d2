"""What a daemon says to the engine, call by call: a session of the SQL API for tests that play the daemon's part by hand."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

TURN = (
    "select kind, run_id, action_id, fencing_token, attempt, name, arguments, timeout_ms, due_in_ms, backlog, context"
    " from waymark.turn(%s::bigint, %s::int, %s::text[], %s::boolean, %s::boolean, %s::uuid[], %s::bigint[], %s::bigint[],"
    " %s::text[], %s::jsonb[], %s::bigint[])"
)


@dataclass(frozen=True)
class Claim:
    """An action handed out."""

    run_id: UUID
    action_id: int
    fencing_token: int
    attempt: int
    name: str
    arguments: Any
    timeout_ms: int
    context: Any = None

    def succeeded(self, value: Any = None) -> "Result":
        return Result(self, "succeeded", Jsonb(value))

    def failed(self, type_name: str = "ValueError", message: str = "no", mro: tuple[str, ...] = ()) -> "Result":
        names = [type_name, *mro, "Exception", "BaseException", "object"]
        exception = {"$": "exception", "type": type_name, "mro": names, "args": [message], "message": message}
        return Result(self, "failed", Jsonb(exception))

    def timed_out(self) -> "Result":
        return Result(self, "timed_out", None)

    def lost(self, reason: str) -> "Result":
        return Result(self, "lost", Jsonb(reason))

    def released(self) -> "Result":
        return Result(self, "released", None)


@dataclass(frozen=True)
class Result:
    claim: Claim
    outcome: str
    value: Any


class Session:
    """One daemon session on one connection."""

    def __init__(self, connection: psycopg.Connection, ttl_ms: int = 3_600_000, queues: tuple[str, ...] = ("default",)) -> None:
        self.connection = connection
        self.queues = list(queues)
        self.session_id: int = self.value("select waymark.open_session('{}', %s)", ttl_ms)
        self.rejected: list[tuple[UUID, int, int]] = []
        self.due_in_ms: int | None = None
        self.backlog = False

    def value(self, query: str, *parameters: object) -> Any:
        row = self.connection.execute(query.encode(), parameters).fetchone()
        assert row is not None
        return row[0]

    def turn(self, *results: Result, capacity: int = 10, resting: bool = False, isolate: bool = False) -> list[Claim]:
        ordered = sorted(results, key=lambda r: (r.claim.run_id, r.claim.action_id))
        rows = self.connection.execute(
            TURN.encode(),
            (
                self.session_id, capacity, self.queues, resting, isolate,
                [r.claim.run_id for r in ordered], [r.claim.action_id for r in ordered],
                [r.claim.fencing_token for r in ordered], [r.outcome for r in ordered], [r.value for r in ordered],
                [1000] * len(ordered),
            ),
        ).fetchall()  # fmt: skip
        assert [row[0] for row in rows].count("summary") == 1
        assert rows[-1][0] == "summary"
        self.due_in_ms, self.backlog = rows[-1][8], rows[-1][9]
        self.rejected = [row[1:4] for row in rows if row[0] == "rejected"]
        return [Claim(*row[1:8], row[10]) for row in rows if row[0] == "action"]

    def register(self, ir: Any) -> int:
        return self.value("select waymark.register(%s)", Jsonb(ir))

    def start(self, workflow: str, options: dict[str, Any] | None = None, **arguments: Any) -> UUID:
        return self.value("select waymark.start(%s, %s, %s)", workflow, Jsonb(arguments), Jsonb(options or {}))

    def outcome(self, run_id: UUID) -> tuple[str, Any, Any]:
        query = "select state, result, error from waymark.read_outcomes(array[%s])"
        row = self.connection.execute(query, (run_id,)).fetchone()
        assert row is not None
        return row

    def move_clock(self, seconds: float) -> None:
        """Move the engine clock of this database connection."""
        self.connection.execute("select set_config('waymark.clock_offset', %s, false)", (f"{seconds} seconds",))

    def outcomes_of_attempts(self, run_id: UUID) -> list[tuple[str, int, bool]]:
        query = "select outcome, attempt, final from waymark.action_attempts where run_id = %s order by step_no, slot, attempt"
        return self.connection.execute(query, (run_id,)).fetchall()

    def is_quiet(self) -> bool:
        """No hot row is left."""
        hot = "select from waymark.tasks union all select from waymark.actions union all select from waymark.timers"
        query = f"select count(*) from ({hot}) hot"
        return self.value(query) == 0
