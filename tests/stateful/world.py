"""All runs of the model together, and what the engine's functions do to them."""

import copy
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

import psycopg

from tests.engine.session import Claim, Result
from tests.stateful.bodies import Child, Sleep, Take
from tests.stateful.model import NEVER, OVERDUE, TERMINATED, Call, Run

SEEN = """
select r.run_id, r.state, case when r.state = 'succeeded' then r.result else r.error #> '{exception,type}' end,
       r.parent_run, t.state, coalesce(t.paused, false), t.step_no,
       (select coalesce(jsonb_agg(jsonb_build_array(a.arguments -> 'n', a.state, a.attempt,
                                                    case when a.session_id > 0 then a.fencing_token else 0 end)), '[]')
          from waymark.actions a where a.run_id = r.run_id and a.state <> 'child')
  from waymark.runs r left join waymark.tasks t on t.run_id = r.run_id and t.task_no = 0
"""


def value_of(result: Result) -> Any:
    """The value of an action, or the class of its exception."""
    if result.value is None:
        return None
    return result.value.obj["type"] if result.outcome == "failed" else result.value.obj


@dataclass(frozen=True)
class Seen:
    """A run as its rows say."""

    state: str
    outcome: Any
    parent: UUID | None
    body: str | None
    paused: bool
    steps: int | None
    actions: list[list[Any]]


def look(connection: psycopg.Connection) -> dict[UUID, Seen]:
    return {row[0]: Seen(*row[1:]) for row in connection.execute(SEEN)}


@dataclass(frozen=True)
class Handed:
    """A turn: who, what was handed in, and what was handed out."""

    session: int
    queues: list[str]
    capacity: int
    results: list[Result]
    claims: list[Claim]
    rejected: list[tuple[Any, ...]]


@dataclass
class World:
    now: float = 0
    runs: dict[UUID, Run] = field(default_factory=dict)
    sessions: dict[int, float] = field(default_factory=dict)
    keys: dict[str, UUID] = field(default_factory=dict)

    def copy(self) -> Self:
        return copy.deepcopy(self)

    def live(self) -> list[Run]:
        return [run for run in self.runs.values() if run.state == "live"]

    def is_alive(self, session: int) -> bool:
        return self.sessions[session] > self.now

    def call_of(self, claim: Claim) -> Call | None:
        """The call whose live claim this is."""
        run = self.runs[claim.run_id]
        if run.state != "live":
            return None
        return next((c for c in run.outstanding() if c.state == "running" and c.claim == claim), None)

    # --- Results and time -----------------------------------------------------------------------------------------------

    def accept(self, claim: Claim, outcome: str, value: Any, moved: list[Run]) -> bool:
        """A result; false: nobody wants it. Runs that go on with it are appended to `moved`."""
        call, run = self.call_of(claim), self.runs[claim.run_id]
        if call is None:
            return False
        self.end_attempt(run, call, outcome, value, moved)
        return True

    def end_attempt(self, run: Run, call: Call, outcome: str, value: Any, moved: list[Run]) -> None:
        call.end(outcome, value, self.now)
        if run.answer is None and any(c is call for c in run.calls):
            run.settle()
            if run.answer is not None and not run.paused:
                moved.append(run)

    def fire(self, runs: list[Run], moved: list[Run]) -> None:
        """What is due by the clock, and messages sent before; what is asked of a run comes after what has happened to it."""
        heard = [(run, set(run.told)) for run in runs]
        for run, told in heard:
            if not run.paused:
                for call in run.outstanding():
                    if call.state == "backoff" and call.due <= self.now:
                        call.state, call.due = "ready", NEVER
                self.wake(run, told, moved)
            asked = told & {"cancel", "terminate"}
            run.told -= asked
            if "cancel" in asked:
                run.cancel(self.now)
            if "terminate" in asked and run.state == "live":
                run.end("terminated", TERMINATED)
            if run.deadline <= self.now and run.state == "live":
                run.end("failed", OVERDUE)
                asked.add("deadline")
            if asked:
                moved[:] = [other for other in moved if other is not run]

    def wake(self, run: Run, told: set[str], moved: list[Run]) -> None:
        if isinstance(run.wait, Take):
            run.take()
        if "child" in told:
            run.told.discard("child")
            child = run.child
            if child is not None and run.answer is None and isinstance(run.wait, Child):
                run.answer = (child.state == "succeeded", child.outcome)
                moved.append(run)
        if run.due <= self.now and run.answer is None:
            run.due = NEVER
            if isinstance(run.wait, Sleep):
                run.answer = (True, None)
            elif isinstance(run.wait, Take):
                run.answer = (False, "TimeoutError")
            moved.append(run)

    # --- Steps ----------------------------------------------------------------------------------------------------------

    def advance(self, moved: list[Run], ready: list[Run], seen: dict[UUID, Seen]) -> None:
        """Step what goes on for sure, and what is ready then as often as it has been stepped: a turn has several rounds."""
        waiting = list(ready)
        for run in moved:
            run.step(self.now)
            waiting += [run, *self.adopt(run, seen)]
        while waiting:
            run = waiting.pop(0)
            there = seen[run.run_id]
            while run.state == "live" and run.body == "ready" and (there.state != "live" or (there.steps or 0) > run.steps):
                run.step(self.now)
                waiting += self.adopt(run, seen)

    def adopt(self, run: Run, seen: dict[UUID, Seen]) -> list[Run]:
        """The child that a body has just started."""
        if run.state != "live" or not isinstance(run.wait, Child) or run.child is not None:
            return []
        (child_id,) = [key for key, there in seen.items() if there.parent == run.run_id and key not in self.runs]
        run.child = Run(child_id, run.wait.workflow, run.wait.arguments, run.queue, run.priority, parent=run)
        self.runs[child_id] = run.child
        return [run.child]

    def revive(self, run: Run, seen: dict[UUID, Seen]) -> None:
        run.retry(self.now)
        run.steps = seen[run.run_id].steps or 0
        self.adopt(run, seen)

    # --- The engine's functions -----------------------------------------------------------------------------------------

    def turn(self, turn: Handed, seen: dict[UUID, Seen], within: set[UUID] | None) -> None:
        """`within`: the only runs that it had to do with; None: all, and then everything has been done that could be."""
        moved: list[Run] = []
        mine = [run for run in self.live() if within is None or run.run_id in within]
        refused = [r.claim for r in turn.results if not self.accept(r.claim, r.outcome, value_of(r), moved)]
        # What overlaps may have been taken in before the other ended the run.
        keys = sorted((claim.run_id, claim.action_id, claim.fencing_token) for claim in refused)
        assert sorted(turn.rejected) == keys if within is None else {*turn.rejected} <= {*keys}
        self.fire(mine, moved)
        before = [call for run in mine for call in run.outstanding() if call.state == "ready"]
        ready = [run for run in self.live() if run in mine and run.body == "ready" and not run.paused and run not in moved]
        bound = {run.run_id: run.steps for run in ready}
        self.advance(moved, ready if turn.capacity else [], seen)
        if within is None and 0 < len(ready) <= turn.capacity:
            assert [run for run in ready if run.state == "live" and run.steps == bound[run.run_id]] == [], "it was ready"
        for claim in turn.claims:
            # What is claimed before its run ends in a later part of the same turn is not wanted any more: its session is told.
            if not any(run.run_id == claim.run_id and run.state != "live" for run in mine):
                self.claim(claim, turn)
        if within is None:
            self.check_claims(turn, before)

    def claim(self, claim: Claim, turn: Handed) -> None:
        run = self.runs[claim.run_id]
        assert run.state == "live"
        assert not run.paused
        assert run.queue in turn.queues
        candidates = [c for c in run.outstanding() if c.act.n == claim.arguments["n"] and c.is_claimable(self.now)]
        assert candidates, "nobody has asked for it"
        (call,) = [c for c in candidates if c.claim is None or c.claim.action_id == claim.action_id][:1]
        call.begin(claim, turn.session, self.now)

    def check_claims(self, turn: Handed, before: list[Call]) -> None:
        """Nothing is left while there is room, and what goes first is taken first."""
        served = [run for run in self.live() if run.queue in turn.queues and not run.paused]
        places = {id(call): call.ready_at + 60 * run.priority for run in served for call in run.outstanding()}
        left = [call for run in served for call in run.outstanding() if call.is_claimable(self.now)]
        assert len(turn.claims) <= turn.capacity
        assert not left or len(turn.claims) == turn.capacity, "there was room for more"
        taken = [places[id(call)] for call in before if call.state == "running" and id(call) in places]
        passed_over = [places[id(call)] for call in left if any(call is c for c in before)]
        assert not taken or not passed_over or max(taken) <= min(passed_over) + 5, "a later one was taken before"

    def reclaim(self, seen: dict[UUID, Seen], *, within: set[UUID] | None = None) -> None:
        moved: list[Run] = []
        mine = [run for run in self.live() if within is None or run.run_id in within]
        for run in mine:
            for call in list(run.outstanding()):
                if call.state == "running" and call.deadline <= self.now:
                    self.end_attempt(run, call, "timed_out", None, moved)
                elif call.state == "running" and not self.is_alive(call.session):
                    self.end_attempt(run, call, "lost", None, moved)
        self.advance(moved, [], seen)
        # What nobody has taken in time is claimed for nobody, and timed out when next asked.
        for call in (call for run in mine if run.state == "live" for call in run.outstanding()):
            if call.final_deadline <= self.now and call.state in ("ready", "backoff"):
                call.state, call.session, call.claim, call.deadline = "running", 0, None, self.now

    def start(self, run_id: UUID, workflow: str, arguments: dict[str, Any], options: dict[str, Any]) -> None:
        key = f"{workflow} {options['idempotency_key']}" if "idempotency_key" in options else None
        if key in self.keys:
            assert run_id == self.keys[key]
            return
        run = Run(run_id, workflow, arguments, options.get("queue", "default"), options.get("priority", 0))
        run.due = self.now + options["delay"] if "delay" in options else NEVER
        run.deadline = self.now + options["deadline"] if "deadline" in options else NEVER
        self.runs[run_id] = run
        if key is not None:
            self.keys[key] = run_id

    def verb(self, verb: str, run_id: UUID, seen: dict[UUID, Seen]) -> str | None:
        """Answers the SQLSTATE with which it is refused."""
        run = self.runs[run_id]
        if verb == "retry":
            if not run.can_be_retried():
                return "WM305"
            self.revive(run, seen)
        elif verb == "cancel":
            run.cancel(self.now)
        elif run.state != "live":
            return None if verb == "terminate" else "WM305"
        elif verb == "terminate":
            run.end("terminated", TERMINATED)
        elif verb == "pause":
            run.pause()
        elif verb == "resume":
            run.resume(self.now)
        elif verb == "wake":
            run.wake()
        else:
            run.priority = -3
        return None

    def signal(self, run_id: UUID, answer: Any, value: Any, within: set[UUID] | None) -> None:
        """The sender has locked nothing: meanwhile the run may have ended."""
        run = self.runs[run_id]
        if run.state != "live":
            assert answer == "WM305" or within is not None
        elif run.workflow != "Approval":
            assert answer == "WM207"
        else:
            run.signals = sorted([*run.signals, (answer, value)])

    def complete(self, claim: Claim, value: Any, seen: dict[UUID, Seen]) -> str | None:
        moved: list[Run] = []
        if not self.accept(claim, "succeeded", value, moved):
            return "WM403"
        self.advance(moved, [], seen)
        return None

    def beat(self, session: int, claims: list[Claim], answer: Any, within: set[UUID] | None) -> None:
        if not self.is_alive(session):
            assert answer == "WM401"
            return
        calls = [self.call_of(claim) for claim in claims]
        if within is None:
            assert answer == [n for n, call in enumerate(calls, 1) if call is None]
        for claim, call in zip(claims, calls, strict=True):
            if call is not None and (within is None or claim.run_id in within):
                call.beat(self.now)

    # --- What is there --------------------------------------------------------------------------------------------------

    def compare(self, seen: dict[UUID, Seen]) -> None:
        """The rows say what the model says."""
        assert set(seen) == set(self.runs)
        for run_id, run in self.runs.items():
            there = seen[run_id]
            if run.state != "live":
                here = Seen(run.state, run.outcome, there.parent, None, False, None, [])
            else:
                actions = [
                    [c.act.n, c.state, c.attempt, c.claim.fencing_token if c.claim and c.state == "running" else 0]
                    for c in run.outstanding()
                ]
                here = Seen("live", None, there.parent, run.body, run.paused, run.steps, actions)
            assert (there.state, there.outcome, there.body, there.paused, there.steps) == (
                here.state, here.outcome, here.body, here.paused, here.steps), (there, run)  # fmt: skip
            assert sorted(there.actions) == sorted(here.actions), run
