"""Everything that may happen to an engine, side by side from many sessions on few runs: nobody is ever the victim of a deadlock.

A few seconds in `make test`; `make stateful` takes a minute, `SIDE_BY_SIDE=600` ten.
"""

import collections
import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from tests.engine.concurrency import HELPER, function, give_local, invoke, module, spread
from tests.engine.programs import Json, const, local
from tests.engine.session import Claim, Result, Session
from tests.stateful.bodies import PROGRAMS
from tests.stateful.invariants import breaches, left_behind
from waymark.db.embedded import EmbeddedServer

Connect = Callable[..., psycopg.Connection]

SECONDS = float(os.environ.get("SIDE_BY_SIDE", "6"))
LIVE = 40
"""Runs that live at the same time: so few that sessions meet all the time."""
PAUSE = 0.03

BRANCHES = module(
    "Branches",
    function("run", spread(invoke(1, n=local("x"))), give_local(), parameters=("xs", "pause"), local_names="r"),
    HELPER,
)
TREE = module(
    "Tree",
    function(
        "run",
        {"kind": "semaphore", "value": const(2), "target": "s"},
        spread(invoke(1, s=local("s"), x=local("x"), pause=local("pause"))),
        give_local(),
        parameters=("xs", "pause"),
        local_names="s r",
    ),
    function(
        "one",
        {"kind": "acquire", "semaphore": local("s")},
        {"kind": "child", "call": {"workflow": "Steps", "args": {"n": local("x"), "pause": local("pause")}}, "target": "r"},
        {"kind": "release", "semaphore": local("s")},
        give_local(),
        parameters=("s", "x", "pause"),
        local_names="r",
    ),
)
RESULTS: dict[str, Callable[[Json], Json]] = {
    "Steps": lambda n: sum(range(n)),
    "Parent": lambda n: sum(range(n)),
    "Spread": lambda xs: xs,
    "Branches": lambda xs: [10 * x for x in xs],
    "Tree": lambda xs: [sum(range(x)) for x in xs],
}
"""What these return whenever they succeed; an action returns its argument."""

VERBS = {"cancel": 2, "terminate": 2, "pause": 3, "resume": 6, "wake": 3, "retry": 4, "restart": 1, "set_priority": 3}
REFUSALS = {"WM301", "WM305", "WM401", "WM403", "40001", "WM213", "WM214"}
"""What a caller has to expect: the run is gone, or in another state; the lease is lost; somebody else has the attempt, or its
action has changed meanwhile, and the result is to be handed in again; there is such a schedule already, or none."""


class Traffic:
    """The parts that run side by side, each in a thread with a connection and a random generator of its own."""

    def __init__(self, connect: Connect) -> None:
        self.connect = connect
        self.over = threading.Event()
        self.done: collections.Counter[str] = collections.Counter()
        self.unexpected: collections.Counter[str] = collections.Counter()
        self.opening = threading.Lock()

    def open(self, clock: float = 0) -> psycopg.Connection:
        with self.opening:
            connection = self.connect()
        connection.execute("set deadlock_timeout = '20ms'")
        connection.execute("select set_config('waymark.clock_offset', %s, false)", (f"{clock} seconds",))
        return connection

    def attempt(self, name: str, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Count what happens; None when it was refused."""
        try:
            answer = function(*arguments, **options)
        except psycopg.Error as error:
            if error.sqlstate not in REFUSALS:
                self.unexpected[f"{name}: {error.sqlstate} {error}"] += 1
            self.done[f"{name} {error.sqlstate}"] += 1
            return None
        self.done[name] += 1
        return answer

    def call(self, connection: psycopg.Connection, call: str, *parameters: Any, source: str = "") -> Any:
        """A function of the engine, in a transaction or a savepoint of its own; `source`: where the names in it come from."""

        def execute() -> Any:
            with connection.transaction():
                return connection.execute(
                    f"select waymark.{call}{source and f' from ({source}) r'}".encode(), parameters
                ).fetchone()

        return self.attempt(call.partition("(")[0], execute)

    # --- Those who work -------------------------------------------------------------------------------------------------

    def open_session(self, connection: psycopg.Connection) -> Session:
        return Session(connection, ttl_ms=400, queues=("default", "narrow"))

    def work(self, chance: random.Random) -> None:
        """A daemon."""
        connection = self.open()
        session = self.open_session(connection)
        claims: list[Claim] = []
        while not self.over.is_set():
            results = [self.result(claim, chance) for claim in claims if chance.random() < 0.9]
            options = {"resting": chance.random() < 0.5, "isolate": chance.random() < 0.2}
            answer = self.attempt("turn", session.turn, *results, capacity=chance.randint(0, 8), **options)
            if answer is not None:
                claims = answer
            self.keep_alive(session, claims, chance)
            if answer is None or chance.random() < 0.02:
                self.call(connection, "close_session(%s)", session.session_id)
                session = self.open_session(connection)

    @staticmethod
    def result(claim: Claim, chance: random.Random) -> Result:
        results = claim.succeeded(claim.arguments["n"]), claim.failed(), claim.lost("no reason"), claim.released()
        return chance.choices(results, [12, 2, 1, 1])[0]

    def keep_alive(self, session: Session, claims: list[Claim], chance: random.Random) -> None:
        keys = [c.run_id for c in claims], [c.action_id for c in claims], [c.fencing_token for c in claims]
        arrays = "%s::uuid[], %s::bigint[], %s::bigint[]"
        if chance.random() < 0.3:
            details = [Jsonb(1) for _ in claims]
            self.call(session.connection, f"heartbeat(%s, {arrays}, %s::jsonb[])", session.session_id, *keys, details)
        if chance.random() < 0.3:
            self.call(session.connection, f"find_unwanted({arrays})", *keys)
        # In one statement, as an idle daemon does.
        self.call(session.connection, "reclaim(5), waymark.renew_session(%s, 400)", session.session_id)

    def transact(self, chance: random.Random) -> None:
        """A daemon whose actions complete themselves."""
        connection = self.open()
        session = self.open_session(connection)
        while not self.over.is_set():
            claims = self.attempt("turn", session.turn, capacity=chance.randint(1, 4))
            for claim in claims or []:
                self.call(connection, "claim_token(%s, %s, %s)", claim.run_id, claim.action_id, claim.attempt)
                value = Jsonb(claim.arguments["n"])
                self.call(
                    connection, "complete_action(%s, %s, %s, %s)", claim.run_id, claim.action_id, claim.fencing_token, value
                )
            if claims is None or not self.call(connection, "renew_session(%s, 400)", session.session_id):
                session = self.open_session(connection)

    # --- Those who maintain ---------------------------------------------------------------------------------------------

    def maintain(self, chance: random.Random) -> None:
        """Some of it ahead of time, so that leases end and attempts are overdue."""
        connection = self.open(clock=chance.choice([0, 1, 400]))
        while not self.over.is_set():
            self.call(connection, "reclaim(%s)", chance.randint(1, 20))
            self.call(connection, "apply_retention()")
            self.call(
                connection, "prune(%s, '0.2 seconds', 20)", chance.choice(["succeeded", "failed", "cancelled", "terminated"])
            )

    # --- Those who ask --------------------------------------------------------------------------------------------------

    def begin(self, chance: random.Random) -> None:
        connection = self.open()
        while not self.over.is_set():
            row = connection.execute("select count(*) from waymark.runs where state = 'live'").fetchone()
            if row is None or row[0] >= LIVE:
                self.over.wait(0.01)
                continue
            program = chance.choice([*PROGRAMS, BRANCHES, TREE])
            self.call(connection, "register(%s)", Jsonb(program))
            options = {"idempotency_key": str(chance.randint(0, 9)), "waiter": "me"} if chance.random() < 0.3 else {}
            options |= {"queue": "narrow"} if chance.random() < 0.3 else {}
            options |= {"deadline": chance.random()} if chance.random() < 0.2 else {}
            options |= {"delay": chance.random() / 10} if chance.random() < 0.2 else {}
            size = chance.randint(0, 4)
            first = program["functions"][0]["parameters"][0]["name"]
            arguments = {first: list(range(size)) if first == "xs" else size, "pause": PAUSE}
            self.call(connection, "start(%s, %s, %s)", program["workflow"], Jsonb(arguments), Jsonb(options))

    def ask(self, chance: random.Random) -> None:
        """Verbs on single runs and in bulk; limits of a queue."""
        connection = self.open()
        while not self.over.is_set():
            verb = chance.choices([*VERBS], [*VERBS.values()])[0]
            state = "failed" if verb == "retry" else "live"
            one = f"select run_id from waymark.runs where state = '{state}' order by random() limit 1"
            self.call(connection, f"{verb}(run_id{', 5' if verb == 'set_priority' else ''})", source=one)
            if chance.random() < 0.1:
                wanted = chance.choice([{}, {"workflow": chance.choice(["Tree", "Steps", "Patient"])}, {"queue": "narrow"}])
                options = {"dry_run": False, "limit": chance.randint(1, 10)} | ({"priority": 3} if verb == "set_priority" else {})
                self.call(connection, "bulk(%s, %s, %s)", verb, Jsonb(wanted), Jsonb(options))
            if chance.random() < 0.05:
                limits = chance.choice([{}, {"concurrency": 3}, {"concurrency": 40}, {"rate": 1000, "seconds": 1}])
                self.call(connection, "set_queue('narrow', %s)", Jsonb(limits))

    def plan(self, chance: random.Random) -> None:
        """Schedules, in transactions that stay open for a while."""
        connection = self.open()
        while not self.over.is_set():
            name, overlap = chance.choice("abc"), chance.choice(["skip", "queue", "cancel", "allow"])
            options = Jsonb({"overlap": overlap, "catch_up": chance.choice(["one", "all"]), "catch_up_limit": 3})
            with connection.transaction(force_rollback=chance.random() < 0.2):
                match chance.choice(["create", "create", "edit", "delete", "trigger", "backfill", "pause", "resume", "resume"]):
                    case "create":
                        plan = "create_schedule(%s, 'Parent', '@every 1 second', %s, %s)"
                        self.call(connection, plan, name, Jsonb({"n": 2, "pause": PAUSE}), options)
                    case "edit":
                        self.call(connection, "edit_schedule(%s, %s)", name, options)
                    case "backfill":
                        self.call(connection, "backfill_schedule(%s, waymark._now() - '2 s'::interval, waymark._now())", name)
                    case verb:
                        self.call(connection, f"{verb}_schedule(%s)", name)
                self.over.wait(chance.random() / 50)
            self.over.wait(0.05)

    def fire(self, chance: random.Random) -> None:
        """Ahead of time, so that much is due."""
        connection = self.open()
        while not self.over.is_set():
            connection.execute("select set_config('waymark.clock_offset', %s, false)", (f"{chance.random() * 20} seconds",))
            self.call(connection, "fire_schedules(%s)", chance.randint(1, 3))
            self.over.wait(0.02)

    def tell(self, chance: random.Random) -> None:
        """Signals, in transactions that stay open for a while; and who waits for runs."""
        connection = self.open()
        one = "select run_id from waymark.runs where state = 'live' and workflow = 'Approval' order by random() limit 1"
        while not self.over.is_set():
            with connection.transaction(force_rollback=chance.random() < 0.2):
                for _ in range(chance.randint(1, 3)):
                    self.call(connection, "signal(run_id, 'go', '1')", source=one)
                self.over.wait(chance.random() / 50)
            self.call(connection, "add_waiter(run_id, 'me')", source=one)


def settle(session: Session) -> list[str]:
    """Let everything end that is left, whatever it waits for; answers what has not ended."""
    session.connection.execute("select waymark.set_queue('narrow', '{}')")
    # One by one: what is done in bulk passes over children, which may have been paused by themselves.
    paused = "state = 'live' and waymark.status(run_id) = 'paused'"
    session.connection.execute(f"select waymark.resume(run_id) from waymark.runs where {paused}".encode())
    claims: list[Claim] = []
    for number in range(100):
        session.move_clock(1000 + 100 * number)
        session.value("select waymark.renew_session(%s, 3600000)", session.session_id)
        session.value("select waymark.reclaim(1000)")
        claims = session.turn(*(c.succeeded(c.arguments["n"]) for c in claims), capacity=100)
        if not claims and not session.backlog and session.due_in_ms is None:
            break
    return session.value("select array(select waymark.why(run_id) from waymark.runs where state = 'live')")


def test_nobody_is_the_victim_of_a_deadlock(session: Session, connect: Connect, postgres: EmbeddedServer) -> None:
    for program in [*PROGRAMS, BRANCHES, TREE]:
        session.register(program)
    session.queues = ["default", "narrow"]
    begun = postgres.log.stat().st_size
    traffic = Traffic(connect)
    parts = (
        [traffic.work] * 3
        + [traffic.transact]
        + [traffic.maintain] * 3
        + [traffic.begin] * 2
        + [traffic.ask] * 3
        + [traffic.plan] * 2
        + [traffic.fire] * 2
        + [traffic.tell] * 2
    )
    with ThreadPoolExecutor(len(parts)) as pool:
        running = [pool.submit(part, random.Random(seed)) for seed, part in enumerate(parts)]
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and not any(part.done() for part in running):
            time.sleep(0.05)
        traffic.over.set()
        for part in running:
            part.result(timeout=60)
    log = postgres.log.read_bytes()[begun:].decode(errors="replace")
    assert "".join(log.split("deadlock detected")[1:]) == ""
    assert traffic.unexpected == {}
    assert "\n".join(breaches(session.connection)) == ""
    assert settle(session) == []
    assert "\n".join(breaches(session.connection)) == ""
    wrong = [
        (workflow, arguments, result)
        for workflow, arguments, result in session.connection.execute(
            "select workflow, arguments, result from waymark.runs where state = 'succeeded' and workflow = any (%s)",
            ([*RESULTS],),
        )
        if result != RESULTS[workflow](next(value for name, value in arguments.items() if name != "pause"))
    ]
    assert wrong == []
    for state in ("succeeded", "failed", "cancelled", "terminated"):
        session.value("select waymark.prune(%s, '0', 10000)", state)
    assert left_behind(session.connection) == {}
    assert all(
        traffic.done[verb]
        for verb in (*VERBS, "reclaim", "prune", "turn", "complete_action", "signal", "fire_schedules", "backfill_schedule")
    ), traffic.done
