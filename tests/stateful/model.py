"""What the engine promises, in plain Python: runs, the calls they wait for, and what each verb, result and moment does to them.

Plain data, so that it can be copied: where a body stands is found by running it again with the answers it was given.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.engine.session import Claim
from tests.stateful.bodies import BODIES, Act, Body, Child, Gather, Raised, Sleep, Take, Wait

NEVER = float("inf")
TIMEOUT = 300
GRACE = 10
"""An attempt is overdue this long after its timeout, which its worker minds itself."""
CANCELLED = "asyncio.exceptions:CancelledError"
TERMINATED = "waymark.errors:RunTerminated"
OVERDUE = "waymark.errors:RunDeadlineExceeded"
EXHAUSTED = "waymark.errors:ExhaustedRetries"

Answer = tuple[bool, Any]
"""Whether what was awaited has succeeded, and its value, or the class of its exception."""


@dataclass
class Call:
    """An action that a run waits for, as its row says."""

    act: Act
    created: float
    state: str = "ready"
    attempt: int = 1
    ready_at: float = 0
    due: float = NEVER
    session: int = 0
    deadline: float = NEVER
    claim: Claim | None = None
    answer: Answer | None = None

    def __post_init__(self) -> None:
        self.ready_at = self.created

    @property
    def final_deadline(self) -> float:
        return NEVER if self.act.deadline is None else self.created + self.act.deadline

    def is_claimable(self, now: float) -> bool:
        return self.state == "ready" and self.final_deadline > now

    def begin(self, claim: Claim, session: int, now: float) -> None:
        assert self.state == "ready", "nobody else has it"
        assert claim.attempt == self.attempt
        assert self.claim is None or claim.fencing_token > self.claim.fencing_token
        self.state, self.claim, self.session = "running", claim, session
        self.beat(now)

    def beat(self, now: float) -> None:
        self.deadline = min(now + TIMEOUT, self.final_deadline) + GRACE

    def end(self, outcome: str, value: Any, now: float) -> None:
        """An attempt has ended; so has the call, unless there is to be another one."""
        delay = 0 if outcome == "released" else self.act.backoff
        limit = self.act.attempts or (1 if outcome == "failed" else NEVER)
        self.session, self.deadline = 0, NEVER
        if outcome == "succeeded":
            self.state, self.answer = "done", (True, value)
        elif outcome != "released" and (self.attempt >= limit or now + delay >= self.final_deadline):
            self.state, self.answer = "done", (False, value if outcome == "failed" else EXHAUSTED)
        else:
            self.state, self.due = "backoff", now + delay
            self.ready_at = self.due
            self.attempt += outcome != "released"


@dataclass(eq=False)
class Run:
    """`answer`: what the body goes on with next. `calls`: of the present wait; `stragglers`: of gathers that failed early.

    `told`: messages to it that wait for a turn: cancel, terminate, child (has ended).
    """

    run_id: UUID
    workflow: str
    arguments: dict[str, Any]
    queue: str = "default"
    priority: int = 0
    due: float = NEVER
    deadline: float = NEVER
    parent: "Run | None" = None
    state: str = "live"
    outcome: Any = None
    wait: Wait | None = None
    answers: list[Answer] = field(default_factory=list)
    answer: Answer | None = None
    calls: list[Call] = field(default_factory=list)
    stragglers: list[Call] = field(default_factory=list)
    signals: list[tuple[int, Any]] = field(default_factory=list)
    taken: tuple[int, Any] | None = None
    child: "Run | None" = None
    paused: bool = False
    was_retried: bool = False
    cancel_requested: bool = False
    cancel_at_next_wait: bool = False
    told: set[str] = field(default_factory=set)
    steps: int = 0

    @property
    def body(self) -> str:
        """The state of its body's task."""
        if self.answer is not None or self.wait is None:
            return "timer" if self.due < NEVER else "ready"
        return {Act: "action", Child: "action", Gather: "gather", Sleep: "timer", Take: "signal"}[type(self.wait)]

    def outstanding(self) -> Iterator[Call]:
        return (call for call in self.calls + self.stragglers if call.state != "done")

    # --- The body -------------------------------------------------------------------------------------------------------

    def step(self, now: float) -> None:
        """The body goes on with its answer, to its next wait or its end."""
        before = self.wait, self.calls, self.child
        if self.wait is not None:
            assert self.answer is not None, "it goes on without an answer"
            self.answers.append(self.answer)
        self.steps += 1
        self.stragglers += [call for call in self.calls if call.state != "done"]
        self.answer = self.taken = None
        self.due = NEVER
        try:
            self.wait = self.replay()
        except StopIteration as end:
            self.end("succeeded", end.value)
        except Raised as error:
            # As it stood at its last wait, for a retry.
            self.wait, self.calls, self.child = before
            if self.wait is not None:
                self.answers.pop()
            self.end("cancelled" if error.kind == CANCELLED else "failed", error.kind)
        else:
            self.begin_wait(now)

    def replay(self) -> Wait:
        body: Body = BODIES[self.workflow](**self.arguments)
        wait = next(body)
        for ok, value in self.answers:
            wait = body.send(value) if ok else body.throw(Raised(value))
        return wait

    def begin_wait(self, now: float) -> None:
        match self.wait:
            case Act() as act:
                self.calls = [Call(act, now)]
            case Gather(acts):
                self.calls = [Call(act, now) for act in acts]
                self.settle()
            case Sleep(seconds):
                self.calls, self.due = [], now + seconds
            case Take(_, timeout):
                self.calls, self.due = [], now + timeout
                self.take()
            case Child():
                self.calls, self.child = [], None
            case None:
                raise AssertionError
        if self.cancel_at_next_wait:
            self.cancel_at_next_wait = False
            self.interrupt()

    def settle(self) -> None:
        """The answer of a wait for calls, once it is there."""
        if self.answer is not None:
            return
        answers = [call.answer for call in self.calls]
        failed = next((answer for answer in answers if answer is not None and not answer[0]), None)
        if failed is not None:
            self.answer = failed
        elif None not in answers:
            values = [answer[1] for answer in answers if answer is not None]
            self.answer = (True, values if isinstance(self.wait, Gather) else values[0])

    def take(self) -> None:
        if self.signals and self.answer is None:
            self.taken = self.signals.pop(0)
            self.answer, self.due = (True, self.taken[1]), NEVER

    def interrupt(self) -> None:
        """CancelledError where the body waits, unless that is a child, which is cancelled instead and waited for."""
        if isinstance(self.wait, Child) and self.answer is None:
            if self.child is not None and self.child.state == "live":
                self.child.told.add("cancel")
            return
        if self.answer is None:
            for call in self.calls:
                if call.answer is None:
                    call.state, call.answer = "done", (False, CANCELLED)
        if self.taken is not None:
            self.signals.insert(0, self.taken)
        self.answer, self.taken, self.due = (False, CANCELLED), None, NEVER

    # --- Verbs ----------------------------------------------------------------------------------------------------------

    def cancel(self, now: float) -> None:
        if self.state != "live" or self.cancel_requested:
            return
        self.cancel_requested = True
        self.resume(now)
        if self.wait is None and not self.was_retried:
            self.end("cancelled", CANCELLED)
        elif self.wait is None:
            self.cancel_at_next_wait = True
        else:
            self.interrupt()

    def pause(self) -> None:
        self.paused = True
        for call in self.outstanding():
            if call.state == "ready":
                call.state, call.due = "backoff", NEVER

    def resume(self, now: float) -> None:
        if self.paused:
            self.paused = False
            for call in self.outstanding():
                if call.state == "backoff" and call.due == NEVER:
                    call.due = now

    def wake(self) -> None:
        if self.body == "timer":
            self.due, self.answer = NEVER, None if self.wait is None else (True, None)

    def end(self, state: str, outcome: Any) -> None:
        self.state, self.outcome, self.due = state, outcome, NEVER
        self.stragglers, self.paused = [], False
        self.told.clear()
        if self.parent is not None and self.parent.state == "live" and self.parent.child is self:
            self.parent.told.add("child")
        if self.child is not None and self.child.state == "live":
            self.child.told.add("terminate")

    def can_be_retried(self) -> bool:
        return self.state == "failed" and not (isinstance(self.wait, Sleep) and self.outcome == OVERDUE)

    def retry(self, now: float) -> None:
        """What has no result is called again; where nothing failed, the code behind goes on."""
        answer, self.answer = self.answer, None
        self.state, self.outcome = "live", None
        self.cancel_requested = self.cancel_at_next_wait = False
        self.was_retried = True
        if self.deadline <= now:
            self.deadline = NEVER
        match self.wait:
            case Act() | Gather():
                self.calls = [c if c.answer is not None and c.answer[0] else Call(c.act, now) for c in self.calls]
                self.settle()
            case Child() if answer is not None and answer[0]:
                self.answer = answer
            case Child():
                self.child = None
            case Take() if answer is not None:
                self.answer = answer
            case Take(_, timeout):
                self.due = now + timeout
                self.take()
            case _:
                pass
        if self.parent is not None:
            self.parent.told.discard("child")
