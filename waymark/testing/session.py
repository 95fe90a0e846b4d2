"""What the daemon says to the engine, by the same functions, on one connection of an event loop."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from waymark.client.connections import connect
from waymark.client.waiting import READ_OUTCOMES, Outcome

TURN = (
    "select kind, run_id, action_id, fencing_token, attempt, name, arguments::text, timeout_ms, due_in_ms, backlog, context::text"
    " from waymark.turn(%s, %s, %s, true, %s,"
    " %s::uuid[], %s::bigint[], %s::bigint[], %s::text[], %s::text[]::jsonb[], %s::bigint[])"
)
HEARTBEAT = "select waymark.heartbeat(%s, %s::uuid[], %s::bigint[], %s::bigint[], %s::text[]::jsonb[])"
FIND_UNWANTED = "select waymark.find_unwanted(%s::uuid[], %s::bigint[], %s::bigint[])"
SWEEP = "waymark.reclaim(%s), waymark.apply_retention() is null"

CAPACITY = 1000
BATCH = 1000
"""As many as a sweep handles at once."""
LEASE_MS = 3_600_000
PATIENCE = "set statement_timeout = '60s'"


class Claim(NamedTuple):
    """An attempt that was handed out."""

    run_id: UUID
    action_id: int
    fencing_token: int
    attempt: int
    name: str
    arguments: str
    timeout_ms: int
    context: str | None


class Result(NamedTuple):
    """How an attempt ended; `value` is a JSON text, or None."""

    claim: Claim
    outcome: str
    value: str | None
    run_us: int = 0


class Turn(NamedTuple):
    """What a turn answers."""

    claims: list[Claim]
    rejected: set[tuple[UUID, int]]
    due_in_ms: int | None
    backlog: bool


class Next(NamedTuple):
    """`waymark_testing.what_next`: what there is to do now (turns, schedules, sweeps; in which other queues), and when next."""

    busy: bool
    firing: bool
    sweep: bool
    queues: list[str]
    due_at: dt.datetime | None


class Session:
    """A session of the engine."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], session_id: int) -> None:
        self._connection = connection
        self._id = session_id
        self._queues = ["default"]

    @classmethod
    async def open(cls, url: str) -> "Session":
        """Connect to a database of tests."""
        connection = await connect(url)
        connection.prepare_threshold = 1
        await connection.execute(PATIENCE)
        cursor = await connection.execute("select waymark.open_session('{}', %s)", [LEASE_MS])
        row = await cursor.fetchone()
        assert row is not None
        return cls(connection, row[0])

    async def turn(self, results: Sequence[Result]) -> Turn:
        """Hand in results, advance runs and claim actions; as the daemon does, isolated where that fails."""
        ordered = sorted(results, key=lambda result: (result.claim.run_id, result.claim.action_id))
        columns = [
            [result.claim.run_id for result in ordered],
            [result.claim.action_id for result in ordered],
            [result.claim.fencing_token for result in ordered],
            [result.outcome for result in ordered],
            [result.value for result in ordered],
            [result.run_us for result in ordered],
        ]
        try:
            rows = await self.rows(TURN, self._id, CAPACITY, self._queues, False, *columns)
        except psycopg.OperationalError:
            raise
        except psycopg.Error:
            rows = await self.rows(TURN, self._id, CAPACITY, self._queues, True, *columns)
        *_, summary = rows
        claims = [Claim._make([*row[1:8], row[10]]) for row in rows if row[0] == "action"]
        rejected = {(row[1], row[2]) for row in rows if row[0] == "rejected"}
        return Turn(claims, rejected, summary[8], summary[9])

    async def heartbeat(self, beats: Sequence[tuple[Claim, str | None]]) -> None:
        """Attempts go on, and tell details of themselves."""
        ordered = sorted(beats, key=lambda beat: (beat[0].run_id, beat[0].action_id))
        await self.rows(HEARTBEAT, self._id, *_keys([claim for claim, _ in ordered]), [details for _, details in ordered])

    async def unwanted(self, claims: Sequence[Claim]) -> list[Claim]:
        """Those of the attempts whose results nobody waits for any more."""
        positions = (await self.rows(FIND_UNWANTED, *_keys(claims)))[0][0]
        return [claims[position - 1] for position in positions]

    async def outcomes(self, run_ids: Sequence[UUID]) -> dict[UUID, Outcome]:
        """How runs stand."""
        return {row[0]: Outcome(*row) for row in await self.rows(READ_OUTCOMES, list(run_ids))}

    async def why(self, run_id: UUID) -> str:
        """What a run waits for."""
        return (await self.rows("select waymark.why(%s)", run_id))[0][0]

    async def sweep(self) -> None:
        """What daemons do now and then: attempts that are overdue or lost are offered again, old runs are pruned."""
        while (await self.rows(f"select {SWEEP}", BATCH))[0][0] >= BATCH:
            pass

    async def fire_schedules(self) -> None:
        """Start the runs of schedules that are due."""
        await self.rows("select from waymark.fire_schedules(%s)", BATCH)

    async def lose(self, claim: Claim) -> None:
        """The worker of an attempt is gone, and so is the daemon that would tell."""
        await self.rows("select waymark_testing.lose_attempt(%s, %s, %s)", *claim[:3])

    async def what_next(self) -> Next:
        """Whether there is something to do, or when. Queues that are not served yet are served from now on."""
        found = Next(*(await self.rows("select * from waymark_testing.what_next(%s)", self._queues))[0])
        self._queues += found.queues
        return found

    async def goes_on(self, run_id: UUID) -> bool:
        """Whether a run has something that is due, or being done."""
        return (await self.rows("select waymark_testing.goes_on(%s)", run_id))[0][0]

    async def set_clock(self, now: dt.datetime) -> None:
        """Move the clock, for every session there is, and sweep."""
        moved = await self.rows(f"select waymark_testing.set_clock(%s), {SWEEP}", now, BATCH)
        if moved[0][1] >= BATCH:
            await self.sweep()

    def close(self) -> None:
        """Hang up, from any thread."""
        self._connection.pgconn.finish()

    async def rows(self, query: str, *parameters: object) -> list[Any]:
        """The rows of one statement, which is its own transaction."""
        cursor = await self._connection.execute(query.encode(), parameters)
        return await cursor.fetchall() if cursor.description else []


def _keys(claims: Sequence[Claim]) -> list[list[Any]]:
    return [[c.run_id for c in claims], [c.action_id for c in claims], [c.fencing_token for c in claims]]
