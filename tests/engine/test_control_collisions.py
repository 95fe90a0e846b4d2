"""Verbs that meet turns, results and each other in several sessions: nothing is lost, and nobody waits in a circle."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.cluster import wait_until
from tests.engine import programs
from tests.engine.concurrency import HELPER, function, give_local, invoke, module, spread
from tests.engine.control import LIVE, cleaning, finish, parent
from tests.engine.programs import const, local
from tests.engine.session import Claim, Result, Session
from tests.engine.test_control import control, error_of
from tests.engine.test_locks import is_blocked

Connect = Callable[..., psycopg.Connection]

PAUSE_ALL = """bulk('pause', '{}', '{"dry_run": false}')"""
RESUME_SOME = """bulk('resume', '{}', '{"dry_run": false, "limit": 5}')"""


@pytest.mark.parametrize("verb", ["cancel", "terminate", "pause"])
def test_a_verb_that_comes_second_waits_for_the_result(session: Session, connect: Connect, verb: str) -> None:
    """The turn has the run: its result counts, and the run has ended when the verb has its turn."""
    subject = LIVE["running"](session)
    completing = Session(connect(autocommit=False), ttl_ms=60_000)
    completing.connection.commit()
    completing.turn(*(c.succeeded(5) for c in subject.claims))
    asking = connect()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: asking.execute(f"select waymark.{verb}(%s)".encode(), (subject.run_id,)).fetchone())
        wait_until(lambda: is_blocked(session.connection, asking.info.backend_pid), "the verb waits for the turn")
        completing.connection.commit()
        if verb == "pause":
            with pytest.raises(psycopg.Error) as caught:
                waiting.result(timeout=30)
            assert caught.value.sqlstate == "WM305"
        else:
            assert waiting.result(timeout=30) == ("succeeded",)
    assert session.outcome(subject.run_id)[:2] == ("succeeded", 5)
    assert session.is_quiet()


@pytest.mark.parametrize("ends", ["commit", "rollback"])
def test_a_pause_waits_for_a_turn_that_is_claiming(session: Session, connect: Connect, ends: str) -> None:
    """Only its end says whether the action runs: rolled back, it would be claimed by the next turn."""
    subject = LIVE["ready"](session)
    claiming = Session(connect(autocommit=False), ttl_ms=60_000)
    claiming.connection.commit()
    (claim,) = claiming.turn()
    with ThreadPoolExecutor(1) as pool:
        paused = pool.submit(control, Session(connect()), "pause", subject.run_id)
        with pytest.raises(TimeoutError):
            paused.result(timeout=0.2)
        getattr(claiming.connection, ends)()
        assert paused.result(timeout=30) == "paused"
    assert session.turn() == []
    control(session, "resume", subject.run_id)
    claims = [claim] if ends == "commit" else session.turn()
    session.turn(*(c.succeeded(1) for c in claims))
    assert session.outcome(subject.run_id)[0] == "succeeded"
    assert session.is_quiet()


def test_a_pause_does_not_wait_for_ever(session: Session, connect: Connect) -> None:
    subject = LIVE["ready"](session)
    claiming = Session(connect(autocommit=False), ttl_ms=60_000)
    claiming.connection.commit()
    claiming.turn()
    assert error_of(session, "select waymark.pause(%s)", subject.run_id) == "40001"
    claiming.connection.rollback()
    assert session.value("select waymark.status(%s)", subject.run_id) == "running"


@pytest.mark.parametrize(("verb", "ends"), [("cancel", "cancelled"), ("terminate", "terminated"), ("pause", "live")])
def test_a_result_that_comes_second_finds_what_the_verb_has_left(
    session: Session, connect: Connect, verb: str, ends: str
) -> None:
    """The action is dropped, and the result rejected; of a paused run it is kept."""
    subject = LIVE["running"](session)
    asking = connect(autocommit=False)
    asking.execute(f"select waymark.{verb}(%s)".encode(), (subject.run_id,))
    completing = Session(connect(), ttl_ms=60_000)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: completing.turn(*(c.succeeded(5) for c in subject.claims)))
        wait_until(
            lambda: is_blocked(session.connection, completing.connection.info.backend_pid), "the result waits for the verb"
        )
        asking.commit()
        assert waiting.result(timeout=30) == []
    assert len(completing.rejected) == (verb != "pause")
    session.turn()
    assert session.outcome(subject.run_id)[0] == ends
    if verb == "pause":
        control(session, "resume", subject.run_id)
        session.turn()
        assert session.outcome(subject.run_id)[:2] == ("succeeded", 5)
    assert session.is_quiet()


@pytest.mark.parametrize(("verb", "ends"), [("cancel", "cancelled"), ("terminate", "terminated")])
def test_a_verb_passes_over_an_action_whose_result_is_being_handed_in(
    session: Session, connect: Connect, verb: str, ends: str
) -> None:
    """The result has its action and waits for the run, which the verb has: each waiting for the other would be a deadlock."""
    gather = function("run", spread(programs.call(n=local("x"))), give_local(), parameters=("xs",), local_names="r")
    session.register(module("Gather", gather))
    run_id = session.start("Gather", xs=[1, 2])
    one, _ = session.turn()
    holding = connect(autocommit=False)
    holding.execute("select from waymark.tasks where run_id = %s for update", (run_id,))
    completing = Session(connect(), ttl_ms=60_000)
    with ThreadPoolExecutor(2) as pool:
        result = pool.submit(lambda: completing.turn(one.succeeded(1)))
        wait_until(lambda: is_blocked(session.connection, completing.connection.info.backend_pid), "the result waits for the run")
        holding.execute(f"select waymark.{verb}(%s)".encode(), (run_id,))
        holding.commit()
        result.result(timeout=30)
    finish(session, [])
    assert session.outcome(run_id)[0] == ends
    assert session.is_quiet()


@pytest.mark.parametrize("ends", ["commit", "rollback"])
def test_a_claim_that_comes_to_nothing_leaves_no_action_of_an_ended_run(session: Session, connect: Connect, ends: str) -> None:
    """Terminate passes over an action that is just being claimed; nobody else executes it, whatever becomes of the claim."""
    subject = LIVE["ready"](session)
    claiming = Session(connect(autocommit=False), ttl_ms=60_000)
    claiming.connection.commit()
    (claim,) = claiming.turn()
    assert control(session, "terminate", subject.run_id) == "terminated"
    assert session.turn() == []
    getattr(claiming.connection, ends)()
    assert session.turn(claim.succeeded(1)) == []
    assert session.outcome(subject.run_id)[0] == "terminated"
    assert session.is_quiet()


def handed_in(lane: Session, results: list[Result], capacity: int) -> list[Claim]:
    """A turn, repeated with the same results when it met a new priority of an action, as a daemon repeats it."""
    while True:
        try:
            return lane.turn(*results, capacity=capacity)
        except psycopg.errors.SerializationFailure:
            continue


def test_verbs_turns_and_sweeps_side_by_side(session: Session, connect: Connect) -> None:
    """Every verb, alone and in bulk, against three lanes that work: no deadlock, and every run ends."""
    session.register(programs.loop())
    session.register(cleaning())
    session.register(parent("Parents", of="Loop", n=const(3)))
    branches = function("run", spread(invoke(1, n=local("x"))), give_local(), parameters=("xs",), local_names="r")
    session.register(module("Branches", branches, HELPER))
    runs = [
        run
        for n in range(12)
        for run in (
            session.start("Loop", n=n),
            session.start("Cleaning"),
            session.start("Parents"),
            session.start("Branches", xs=list(range(n))),
        )
    ]
    over = threading.Event()

    def work(seed: int) -> None:
        lane, chance = Session(connect(), ttl_ms=60_000), random.Random(seed)
        claims = []
        while not over.is_set():
            results = [chance.choices([c.succeeded(1), c.failed(), c.released()], [8, 1, 1])[0] for c in claims]
            claims = handed_in(lane, results, chance.randint(0, 8))
            lane.value("select waymark.reclaim(10)")
        handed_in(lane, [c.released() for c in claims], 0)

    def ask(seed: int) -> None:
        connection, chance = connect(), random.Random(seed)
        verbs = [
            "cancel(%s)",
            "terminate(%s)",
            "pause(%s)",
            "resume(%s)",
            "wake(%s)",
            "retry(%s)",
            "set_priority(%s, 3)",
            PAUSE_ALL,
            RESUME_SOME,
        ]
        for _ in range(120):
            verb = chance.choices(verbs, [2, 1, 3, 6, 2, 3, 3, 1, 3])[0]
            try:
                connection.execute(f"select waymark.{verb}".encode(), (chance.choice(runs),) if "%s" in verb else None)
            except psycopg.Error as error:
                if error.sqlstate != "WM305":
                    raise

    with ThreadPoolExecutor(5) as pool:
        lanes = [pool.submit(work, seed) for seed in range(3)]
        asking = [pool.submit(ask, seed) for seed in range(10, 12)]
        try:
            for asked in asking:
                asked.result(timeout=100)
        finally:
            over.set()
        for lane in lanes:
            lane.result(timeout=60)
    session.connection.execute("""select waymark.bulk('resume', '{}', '{"dry_run": false}')""")
    finish(session, [], turns=200)
    assert session.value("select count(*) from waymark.runs where state = 'live'") == 0
    assert session.is_quiet()


def test_bulk_picks_counts_and_goes_on_in_batches(session: Session) -> None:
    session.register(programs.one_action())
    session.register(programs.sleeper())
    ones = [session.start("One", {"tags": {"team": "a" if n % 2 else "b"}, "queue": "other"}, n=n) for n in range(5)]
    sleeper = session.start("Sleeper")
    query = "select matched, done, last, more from waymark.bulk(%s, %s, %s)"

    def bulk(verb: str, picked: str, options: str = "{}") -> tuple[object, ...]:
        row = session.connection.execute(query, (verb, picked, options)).fetchone()
        assert row is not None
        return row

    counts = {
        "{}": 6,
        '{"workflow": "One"}': 5,
        '{"queue": "other", "tags": {"team": "a"}}': 2,
        '{"states": ["sleeping"]}': 0,
        '{"created_after": "2000-01-01T00:00:00Z"}': 6,
        '{"created_before": "2000-01-01T00:00:00+01:00"}': 0,
        '{"error": "ValueError"}': 0,
    }
    for picked, count in counts.items():
        assert bulk("cancel", picked)[:2] == (count, 0)
    assert bulk("pause", '{"workflow": "One"}', '{"dry_run": false, "limit": 2}') == (2, 2, sorted(ones)[1], True)
    assert bulk("pause", '{"states": ["queued"]}', '{"dry_run": false}')[:2] == (4, 4)
    assert bulk("resume", "{}", f'{{"dry_run": false, "after": "{sorted(ones)[2]}"}}')[1] == 3
    assert bulk("resume", "{}", '{"dry_run": false}')[1] == 6
    assert bulk("set_priority", "{}", '{"dry_run": false, "priority": 9}')[1] == 6
    assert bulk("cancel", '{"workflow": "Sleeper"}', '{"dry_run": false}')[1] == 1
    assert session.outcome(sleeper)[0] == "cancelled"
    other = Session(session.connection, queues=("other",))
    other.turn(*(c.failed() for c in other.turn()))
    assert bulk("retry", '{"error": "ValueError"}', '{"dry_run": false}')[1] == 5
    assert bulk("restart", '{"workflow": "Sleeper"}', '{"dry_run": false}')[1] == 1
    assert bulk("terminate", "{}", '{"dry_run": false}')[1] == 6
    assert session.is_quiet()


BAD_FILTERS = [
    "[]",
    "null",
    '{"states": "failed"}',
    '{"tags": {"a": 1}}',
    '{"created_after": "yesterday"}',
    '{"created_before": "2026-02-31T00:00:00Z"}',
    '{"workflow": 5}',
]
BAD_OPTIONS = ["[]", '{"limit": 0}', '{"limit": 1.5}', '{"dry_run": 1}', '{"after": "x"}', '{"priority": 1}']
BAD_BULKS = [
    ("remove", "{}", "{}", "WM204"),
    ("cancel", '{"colour": "red"}', "{}", "WM204"),
    ("cancel", "{}", '{"slowly": true}', "WM204"),
    *(("cancel", picked, "{}", "WM205") for picked in BAD_FILTERS),
    *(("cancel", "{}", options, "WM205") for options in BAD_OPTIONS),
    ("set_priority", "{}", "{}", "WM205"),
    ("set_priority", "{}", '{"priority": 1001}', "WM205"),
]


def test_bad_bulks(session: Session) -> None:
    for verb, picked, options, sqlstate in BAD_BULKS:
        assert error_of(session, "select waymark.bulk(%s, %s, %s)", verb, picked, options) == sqlstate, (verb, picked, options)
