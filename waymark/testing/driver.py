"""The daemon of a test, in its event loop: it works, and lets time pass, while somebody waits for something."""

import asyncio
import datetime as dt
import json
from typing import TYPE_CHECKING
from uuid import UUID

from waymark.actions import running_action
from waymark.client.waiting import Outcome
from waymark.codec import decode_arguments, encode_exception
from waymark.errors import ActionNotLoaded, ActionStuck, DecodeError, ResultNotReady, RunStuck, UnknownRun, WaymarkError
from waymark.testing.doubles import Call, Failure, Loss, Timeout
from waymark.testing.session import CAPACITY, Claim, Result, Session, Turn
from waymark.testing.worker import Worker
from waymark.worker.evaluate import EVALUATE

if TYPE_CHECKING:
    from waymark.testing.engine import WaymarkEngine

POLL = 0.02
"""Seconds after which the engine is asked again while actions are being executed: others may have changed something."""
MAX_SKIPS = 100
"""How often time may pass for others while a run that is waited for does not go on of itself: a schedule may start what
sends it a signal."""


class Wait:
    """What somebody waits for.

    A run's outcome (at most until some time), that the clock has come to some time, or neither: that nothing is left to do now.
    """

    def __init__(self, run_id: UUID | None = None, until: dt.datetime | None = None) -> None:
        self.run_id = run_id
        self.until = until
        self.skips = 0
        self.inside = running_action.get() is not None
        """Whether an action waits, which itself is being executed here."""
        self.done: asyncio.Future[Outcome | None] = asyncio.get_running_loop().create_future()

    def answer(self, outcome: Outcome | None) -> None:
        """It is over."""
        if not self.done.done():
            self.done.set_result(outcome)

    def fail(self, error: BaseException) -> None:
        """It has come to nothing."""
        if not self.done.done():
            self.done.set_exception(error)


class Driver:
    """Drives the runs of a test database in one event loop."""

    def __init__(self, engine: "WaymarkEngine", session: Session) -> None:
        self._engine = engine
        self.session = session
        self._loop = asyncio.get_running_loop()
        self._worker = Worker(CAPACITY, engine.doubles.find)
        self._calls: dict[tuple[UUID, int, int], Call] = {}
        self._ended: list[Result] = []
        self._hanging: dict[Claim, dt.datetime] = {}
        self._waits: list[Wait] = []
        self._pump: asyncio.Task[None] | None = None
        self._quiet_since = 0.0

    async def wait(self, wait: Wait) -> Outcome | None:
        """Drive until this has come about."""
        self._waits.append(wait)
        if self._pump is None or self._pump.done():
            self._pump = self._loop.create_task(self._drive(), name="waymark engine of a test")
        try:
            return await wait.done
        finally:
            self._forget(wait)

    def close(self) -> None:
        """Hang up, from any thread; what is still being executed is cancelled when the loop runs again."""
        self.session.close()
        if self._worker.claims and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(lambda: self._loop.create_task(self._worker.abandon()))

    # --- Driving --------------------------------------------------------------------------------------------------------

    async def _drive(self) -> None:
        running_action.set(None)  # who waits may be an action; what is executed here is not its business
        self._quiet_since = self._loop.time()
        try:
            await self.session.sweep()
            while self._waits:
                await self._round()
        except BaseException as error:  # noqa: BLE001 - whoever waits hears of it
            for wait in self._waits:
                wait.fail(error)

    async def _round(self) -> None:
        """A turn, and what follows from it."""
        results = [*self._ended, *self._worker.take_results()]
        self._ended = []
        turn = await self._turn(results)
        if results or turn.claims:
            self._quiet_since = self._loop.time()
        await self._answer_outcomes()
        if self._worker.has_results or len(self._worker.claims) > sum(wait.inside for wait in self._waits):
            await self._attend()
        elif not (self._ended or turn.claims or turn.backlog) and self._waits:
            await self._look_ahead(turn.due_in_ms)

    async def _turn(self, results: list[Result]) -> Turn:
        """Hand in results and begin what is handed out."""
        if beats := self._worker.take_heartbeats():
            await self.session.heartbeat(beats)
        turn = await self.session.turn(results)
        for result in results:
            call = self._calls.pop(result.claim[:3], None)
            if call is not None and (
                result.claim[:2] not in turn.rejected or (result.outcome == "succeeded" and self._completes_itself(result.claim))
            ):
                call.outcome = result.outcome
        missing: ActionNotLoaded | None = None
        for claim in sorted(turn.claims, key=lambda claim: claim.action_id):
            try:
                await self._begin(claim)
            except ActionNotLoaded as error:
                self._ended.append(Result(claim, "released", None))  # the test may stub it and go on
                missing = error
        if missing is not None:
            raise missing
        return turn

    async def _begin(self, claim: Claim) -> None:
        """Execute an attempt, or let happen to it what the test wants."""
        if claim.name == EVALUATE.name:
            self._worker.submit(claim)
            return
        fault = self._engine.doubles.take_fault(claim.name)
        now = self._engine.now()
        if fault is None:
            self._engine.doubles.find(claim.name)
        try:
            arguments = decode_arguments(claim.arguments)
        except DecodeError:
            arguments = {}  # the attempt is about to fail with it
        call = self._calls[claim[:3]] = Call(claim.run_id, claim.attempt, arguments, now)
        self._engine.doubles.record(claim.name, call)
        match fault:
            case None:
                self._worker.submit(claim)
            case Failure(error):
                self._ended.append(Result(claim, "failed", encode_exception(error)))
            case Timeout():
                self._hanging[claim] = now + _time_of(claim)
            case Loss():
                await self.session.lose(claim)
                call.outcome = "lost"

    def _completes_itself(self, claim: Claim) -> bool:
        return claim.name != EVALUATE.name and self._engine.doubles.find(claim.name).transaction_kind is not None

    async def _attend(self) -> None:
        """Actions are being executed: wait for one, and cancel those that nobody wants."""
        await self._worker.wait(POLL)
        if self._worker.claims:
            self._worker.cancel(await self.session.unwanted(self._worker.claims))
            names = sorted({claim.name for claim in self._worker.claims})
            if self._is_impatient():
                await self._worker.abandon()
                raise ActionStuck(
                    f"still running after {self._engine.patience:g} s: {', '.join(names)}",
                    hint="Actions take real time: stub what is slow, or let it time out with waymark_engine.time_out(…).",
                )

    async def _be_patient(self) -> None:
        """There is something to do that the last turn did not: another transaction has it, or a body computes for long."""
        if self._is_impatient():
            raise RunStuck(
                f"nothing has got on for {self._engine.patience:g} s, though there is work that is due",
                hint="Does a transaction of the test hold a run that it has changed? Commit it before you wait."
                " Does a body compute for longer? Raise waymark_engine.patience.",
            )
        await asyncio.sleep(0.001)

    async def _look_ahead(self, due_in_ms: int | None) -> None:
        """Nothing is being executed: go on with what the last turn has left, or rest until something is due."""
        found = await self.session.what_next()
        if found.firing:
            await self.session.fire_schedules()
        if found.sweep:
            await self.session.sweep()
        if found.busy or found.firing or found.sweep:
            if not found.queues:
                await self._be_patient()
            return
        due = [found.due_at, *self._hanging.values()]
        if due_in_ms is not None:
            due.append(self._engine.now() + dt.timedelta(milliseconds=due_in_ms))
        await self._rest(min((at for at in due if at is not None), default=None))

    def _is_impatient(self) -> bool:
        return self._loop.time() - self._quiet_since > self._engine.patience

    # --- Who waits ------------------------------------------------------------------------------------------------------

    async def _answer_outcomes(self) -> None:
        waits = [(wait, wait.run_id) for wait in self._waits if wait.run_id is not None]
        # An attempt that completes itself ends its run before its result is here: the caller is to find that, too.
        if not waits or self._worker.has_results:
            return
        ending = {claim.run_id for claim in self._worker.claims if self._completes_itself(claim)}
        outcomes = await self.session.outcomes([run_id for _, run_id in waits])
        for wait, run_id in waits:
            outcome = outcomes.get(run_id)
            if outcome is None:
                self._fail(wait, UnknownRun(f"there is no run {run_id}, or its start is not committed"))
            elif outcome.state != "live" and run_id not in ending:
                self._end(wait, outcome)

    async def _rest(self, due_at: dt.datetime | None) -> None:
        """Nothing is left to do at this time: answer who waits for that, or let time pass."""
        now = self._engine.now()
        if self._hanging and (gone := await self.session.unwanted(list(self._hanging))):
            for claim in gone:
                del self._hanging[claim]
            return
        for wait in list(self._waits):
            if wait.run_id is None and (wait.until is None or wait.until <= now):
                self._end(wait, None)
            elif wait.run_id is not None and wait.until is not None and (wait.until <= now or not self._engine.automatic):
                self._fail(wait, ResultNotReady(f"run {wait.run_id} has not ended by {wait.until}; it goes on"))
        by_hand = [wait.until for wait in self._waits if wait.run_id is None and wait.until is not None]
        if by_hand:
            await self._pass_time(min(by_hand) if due_at is None else min(due_at, *by_hand))
            return
        for wait in list(self._waits):
            await self._examine(wait, due_at)
        next_at = min((at for at in [due_at, *(wait.until for wait in self._waits)] if at is not None), default=None)
        if self._waits and next_at is not None:
            await self._pass_time(next_at)

    async def _examine(self, wait: Wait, due_at: dt.datetime | None) -> None:
        """Fail a wait for a run if waiting longer would not help."""
        assert wait.run_id is not None
        if not self._engine.automatic:
            hint = "Time stands still: let it pass with `await waymark_engine.advance(…)`, or set `automatic` to True."
        elif due_at is None and wait.until is None:
            hint = "Nothing is due any more, so this would never end. Send what it waits for before you wait for its result."
        elif wait.until is None and not await self.session.goes_on(wait.run_id):
            wait.skips += 1
            if wait.skips <= MAX_SKIPS:
                return
            hint = f"Time has passed {MAX_SKIPS} times for other runs, and nothing has come of it."
        else:
            wait.skips = 0
            return
        self._fail(wait, RunStuck(await self.session.why(wait.run_id), hint=hint))

    async def _pass_time(self, at: dt.datetime) -> None:
        if at <= self._engine.now():
            await self._be_patient()
        else:
            await self.session.set_clock(at)
            self._engine.clock = at
            self._quiet_since = self._loop.time()
        for claim in [claim for claim, ends_at in self._hanging.items() if ends_at <= at]:
            del self._hanging[claim]
            self._ended.append(Result(claim, "timed_out", None))

    def _end(self, wait: Wait, outcome: Outcome | None) -> None:
        self._forget(wait)
        wait.answer(outcome)

    def _fail(self, wait: Wait, error: WaymarkError) -> None:
        self._forget(wait)
        wait.fail(error)

    def _forget(self, wait: Wait) -> None:
        if wait in self._waits:  # who waits may have been cancelled meanwhile
            self._waits.remove(wait)


def _time_of(claim: Claim) -> dt.timedelta:
    """How long an attempt may take."""
    limits = [claim.timeout_ms]
    if claim.context and "deadline_ms" in (context := json.loads(claim.context)):
        limits.append(context["deadline_ms"])
    return dt.timedelta(milliseconds=min(limits))
