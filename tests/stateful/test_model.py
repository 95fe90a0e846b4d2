"""The engine against its model: sessions that claim, hand in and lose leases, and every verb, one after another and overlapping.

A short run, the same each time, is part of `make test`; `make stateful N=20000` is a longer one, with another seed each time.
"""

import copy
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from psycopg.types.json import Jsonb

from tests.engine.session import Claim, Result, Session
from tests.stateful.bodies import PROGRAMS
from tests.stateful.invariants import breaches, left_behind
from tests.stateful.world import Handed, Seen, World, look

LENGTH = 50
"""Steps of an example."""
SHORT = 600
LONG = int(os.environ.get("STATEFUL", "0"))
TTL = 200
PAUSE = 100
QUEUES = {"first": ("default", "gpu"), "second": ("default",)}

Apply = Callable[[World, dict[UUID, Seen], set[UUID] | None], object]
"""What an operation that was executed does to the model: to all runs, or, where it overlapped another, to these."""


class Blocked(Exception):
    """The operation waits for another session."""


@dataclass(frozen=True)
class Start:
    workflow: str
    size: int
    options: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Turn:
    """`results`: which of the claims, from the last one back, and how they ended."""

    session: str
    capacity: int
    results: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Verb:
    verb: str
    run: int


@dataclass(frozen=True)
class Signal:
    run: int
    value: int


@dataclass(frozen=True)
class Complete:
    claim: int


@dataclass(frozen=True)
class Beat:
    session: str


@dataclass(frozen=True)
class Reclaim:
    pass


CHOICES = [
    (),
    (),
    (("idempotency_key", "a"),),
    (("delay", 50),),
    (("deadline", 150),),
    (("deadline", 400),),
    (("queue", "gpu"),),
    (("priority", 5),),
]
INDEX = st.integers(0, 7)
TIMES = st.sampled_from([10, 50, 100, 100, 150, 310, 500])
OUTCOMES = st.sampled_from(["succeeded"] * 4 + ["failed", "failed", "lost", "released", "timed_out"])
RESULTS = st.lists(st.tuples(INDEX, OUTCOMES), max_size=3).map(tuple)
STARTS = st.builds(Start, st.sampled_from([p["workflow"] for p in PROGRAMS]), st.integers(1, 3), st.sampled_from(CHOICES))
TURNS = st.builds(Turn, st.sampled_from([*QUEUES]), st.sampled_from([0, 1, 2, 20, 20]), RESULTS)
VERB_NAMES = ["cancel", "terminate", "pause", "resume", "resume", "wake", "retry", "retry", "set_priority"]
VERBS = st.builds(Verb, st.sampled_from(VERB_NAMES), INDEX)
SIGNALS = st.builds(Signal, INDEX, st.integers(0, 99))
HAND_INS = st.builds(Turn, st.sampled_from([*QUEUES]), st.just(0), st.tuples(st.tuples(INDEX, st.just("succeeded"))))
MAINTENANCE = st.one_of(st.builds(Reclaim), st.builds(Beat, st.sampled_from([*QUEUES])), st.builds(Complete, INDEX))
OPERATIONS = st.one_of(TURNS, TURNS, TURNS, STARTS, STARTS, VERBS, SIGNALS, MAINTENANCE)
# What may be left open: it claims nothing, and knows what it holds.
FIRSTS = st.one_of(HAND_INS, HAND_INS, VERBS, SIGNALS, STARTS)


class EngineMachine(RuleBasedStateMachine):
    connections: ClassVar[dict[str, psycopg.Connection]]
    steps: ClassVar[int] = 0
    overlaps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.given: list[Claim] = []
        self.sessions: dict[str, Session] = {}
        self.observer = self.connections["first"]
        self.connections["slow"].rollback()
        # What an example has left that failed.
        for table in (*left_behind(self.observer), "sessions"):
            self.observer.execute(f"delete from waymark.{table}".encode())
        self.move(0)
        for name in QUEUES:
            self.open_session(name)

    # --- Rules ----------------------------------------------------------------------------------------------------------

    @rule(operation=OPERATIONS)
    def one(self, operation: Any) -> None:
        self.do(operation)

    @rule(seconds=TIMES, awake=st.sampled_from([("first",), ("first", "second"), ()]))
    def time_passes(self, seconds: int, awake: tuple[str, ...]) -> None:
        self.move(self.world.now + seconds)
        for name in awake:
            self.go_on(name)

    def go_on(self, name: str) -> None:
        """A session renews its lease, or has lost it and opens another."""
        session = self.sessions[name].session_id
        renewed = self.sessions[name].value("select waymark.renew_session(%s, %s)", session, TTL * 1000)
        assert renewed == self.world.is_alive(session)
        if renewed:
            self.world.sessions[session] = self.world.now + TTL
        else:
            self.open_session(name)

    @rule(first=FIRSTS, second=OPERATIONS, commits=st.sampled_from([True, True, False]))
    def two_at_once(self, first: Any, second: Any, commits: bool) -> None:
        """The second comes while the transaction of the first is open; where it has to wait, it comes after its end."""
        EngineMachine.overlaps += 1
        slow = self.connections["slow"]
        before = set(self.world.runs)
        slow.execute("select")  # from here on every transaction is a savepoint of this one
        # Asked of a run that has ended it holds nothing: the second may change what it has seen.
        idle = (
            isinstance(first, Verb) and first.verb != "retry" and before and self.world.runs[self.run(first.run)].state != "live"
        )
        begun = self.perform(first, slow)
        free = {run for (run,) in self.observer.execute(
            "select run_id from waymark.tasks where task_no = 0 for no key update skip locked")}  # fmt: skip
        held = {run.run_id for run in self.world.live()} - free
        try:
            passed = self.perform(second, self.connections["second"])
        except Blocked:
            assert not isinstance(second, Signal)
            assert not (isinstance(second, Turn) and not second.results)
            passed = None
        slow.commit() if commits else slow.rollback()
        seen = look(self.observer)
        if commits and idle:
            begun(self.world, seen, held)
        if passed is not None:
            passed(self.world, seen, before - held)
        if commits and not idle:
            begun(self.world, seen, held)
        self.check(seen)
        if passed is None:
            self.do(second)

    def teardown(self) -> None:
        """Everything ends; then nothing is left but what is pruned."""
        for number, run in enumerate(list(self.world.runs.values())):
            if run.state == "live" and run.paused:
                self.do(Verb("resume", number))
        for _ in range(40):
            if not self.world.live():
                break
            self.go_on("first")
            live = tuple((n, "succeeded") for n in range(len(self.given)) if self.world.call_of(self.claim(n)) is not None)
            self.do(Turn("first", 50, live))
            self.do(Reclaim())
            self.move(self.world.now + 100)
        assert self.world.live() == []
        self.move(self.world.now + 1000)
        self.open_session("first")
        self.sessions["first"].turn()
        for session in self.sessions.values():
            session.value("select waymark.close_session(%s)", session.session_id)
        for state in ("succeeded", "failed", "cancelled", "terminated"):
            self.observer.execute("select waymark.prune(%s, '0')", (state,))
        assert left_behind(self.observer) == {}

    # --- Operations -----------------------------------------------------------------------------------------------------

    def do(self, operation: Any) -> None:
        apply = self.perform(operation, self.connections["first"])
        seen = look(self.observer)
        apply(self.world, seen, None)
        self.check(seen)

    def check(self, seen: dict[UUID, Seen]) -> None:
        self.world.compare(seen)
        assert breaches(self.observer) == []

    def perform(self, operation: Any, connection: psycopg.Connection) -> Apply:
        """Execute an operation; answers what it does to the model, which also checks what it has answered."""
        EngineMachine.steps += 1
        match operation:
            case Start(workflow, size, options):
                return self.start(connection, workflow, size, dict(options))
            case Turn(name, capacity, results):
                return self.turn(connection, self.sessions[name], capacity, results)
            case Verb(verb, number) if self.world.runs:
                run_id = self.run(number)
                answer = self.call(connection, f"{verb}(%s{', -3' if verb == 'set_priority' else ''})", run_id)
                return lambda world, seen, within: world.verb(verb, run_id, seen) == answer or pytest.fail(f"{verb}: {answer}")
            case Signal(number, value) if self.world.runs:
                return self.signal(connection, self.run(number), value)
            case Complete(number) if self.given:
                claim = self.claim(number)
                call = "complete_action(%s, %s, %s, '7')"
                answer = self.call(connection, call, claim.run_id, claim.action_id, claim.fencing_token)
                return lambda world, seen, within: world.complete(claim, 7, seen) == answer or pytest.fail(f"complete: {answer}")
            case Beat(name):
                return self.beat(connection, self.sessions[name])
            case Reclaim():
                self.call(connection, "reclaim(100)")
                return lambda world, seen, within: world.reclaim(seen, within=within)
            case _:
                return lambda world, seen, within: None

    def call(self, connection: psycopg.Connection, call: str, *parameters: Any, plain: bool = False) -> Any:
        """Answers nothing (or, `plain`, the answer), or the SQLSTATE of a refusal."""
        try:
            with connection.transaction():
                row = connection.execute(f"select waymark.{call}".encode(), parameters).fetchone()
        except psycopg.errors.LockNotAvailable:
            raise Blocked from None
        except psycopg.Error as error:
            return error.sqlstate
        return row[0] if plain and row else None

    def start(self, connection: psycopg.Connection, workflow: str, size: int, options: dict[str, Any]) -> Apply:
        many = workflow in ("Spread", "Careful")
        arguments = {"xs": list(range(size)), "pause": PAUSE} if many else {"n": size, "pause": PAUSE}
        run_id = self.call(connection, "start(%s, %s, %s)", workflow, Jsonb(arguments), Jsonb(options), plain=True)
        return lambda world, seen, within: world.start(run_id, workflow, arguments, options)

    def turn(self, connection: psycopg.Connection, session: Session, capacity: int, chosen: tuple[tuple[int, str], ...]) -> Apply:
        claims = {number % len(self.given): outcome for number, outcome in chosen} if self.given else {}
        results = [self.result(self.claim(number), outcome) for number, outcome in claims.items()]
        here = copy.copy(session)
        here.connection = connection
        try:
            with connection.transaction():
                given = here.turn(*results, capacity=capacity)
        except psycopg.errors.LockNotAvailable:
            raise Blocked from None
        except psycopg.Error as error:
            if error.sqlstate != "WM401" or self.world.is_alive(session.session_id):
                raise
            return lambda world, seen, within: None
        assert self.world.is_alive(session.session_id)
        self.given += given
        handed = Handed(session.session_id, session.queues, capacity, results, given, here.rejected)
        return lambda world, seen, within: world.turn(handed, seen, within)

    def signal(self, connection: psycopg.Connection, run_id: UUID, value: int) -> Apply:
        answer = self.call(connection, "signal(%s, 'go', %s)", run_id, Jsonb(value), plain=True)
        return lambda world, seen, within: world.signal(run_id, answer, value, within)

    def beat(self, connection: psycopg.Connection, session: Session) -> Apply:
        claims = sorted(self.given, key=lambda c: (c.run_id, c.action_id))
        keys = [c.run_id for c in claims], [c.action_id for c in claims], [c.fencing_token for c in claims]
        call = "heartbeat(%s, %s::uuid[], %s::bigint[], %s::bigint[], %s::jsonb[])"
        answer = self.call(connection, call, session.session_id, *keys, [None for _ in claims], plain=True)
        return lambda world, seen, within: world.beat(session.session_id, claims, answer, within)

    # --- Parts ----------------------------------------------------------------------------------------------------------

    def run(self, number: int) -> UUID:
        return list(self.world.runs)[number % len(self.world.runs)]

    def claim(self, number: int) -> Claim:
        return self.given[-1 - number % len(self.given)]

    @staticmethod
    def result(claim: Claim, outcome: str) -> Result:
        match outcome:
            case "succeeded":
                return claim.succeeded(claim.fencing_token)
            case "failed":
                return claim.failed()
            case "lost":
                return claim.lost("no reason")
            case "released":
                return claim.released()
            case _:
                return claim.timed_out()

    def move(self, now: float) -> None:
        self.world.now = now
        for connection in self.connections.values():
            connection.execute("select set_config('waymark.clock_offset', %s, false)", (f"{now} seconds",))
        self.connections["slow"].commit()

    def open_session(self, name: str) -> None:
        self.sessions[name] = Session(self.connections["first"], ttl_ms=TTL * 1000, queues=QUEUES[name])
        self.world.sessions[self.sessions[name].session_id] = self.world.now + TTL


@pytest.fixture
def connections(connect: Callable[..., psycopg.Connection]) -> dict[str, psycopg.Connection]:
    opened = {name: connect(autocommit=name != "slow") for name in (*QUEUES, "slow")}
    for program in PROGRAMS:
        opened["first"].execute("select waymark.register(%s)", (Jsonb(program),))
    for name in QUEUES:
        opened[name].execute("set lock_timeout = '50ms'")
    return opened


def test_the_engine_does_what_its_model_does(
    connections: dict[str, psycopg.Connection], capsys: pytest.CaptureFixture[str]
) -> None:
    EngineMachine.connections = connections
    EngineMachine.steps = EngineMachine.overlaps = 0
    run_state_machine_as_test(
        EngineMachine,
        settings=settings(
            max_examples=-(-(LONG or SHORT) // LENGTH),
            stateful_step_count=LENGTH,
            derandomize=not LONG,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            print_blob=bool(LONG),
        ),
    )
    with capsys.disabled():
        print(f"\n{EngineMachine.steps} steps, {EngineMachine.overlaps} overlapping") if LONG else None
    assert EngineMachine.steps >= (LONG or SHORT) / 2
