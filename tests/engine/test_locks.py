"""The lock order (actions, tasks, timers, runs), tried with sessions that really collide."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg

from tests.cluster import wait_until
from tests.engine import programs
from tests.engine.concurrency import HELPER, act, drain, fork, function, give, give_local, invoke, module, sleep, spread
from tests.engine.programs import call, const, local
from tests.engine.session import Session

Connect = Callable[..., psycopg.Connection]


def is_blocked(observer: psycopg.Connection, pid: int) -> bool:
    row = observer.execute("select cardinality(pg_blocking_pids(%s)) > 0", (pid,)).fetchone()
    return row == (True,)


def test_two_batches_of_one_join_meet_without_a_deadlock(session: Session, connect: Connect) -> None:
    """Two lanes hand in results of the same two gathers, in transactions that overlap."""
    session.register(programs.gather())
    runs = [session.start("Gather", xs=[1, 2]) for _ in range(2)]
    claims = session.turn()
    halves = [[c for c in claims if c.arguments["n"] == n] for n in (1, 2)]
    first = Session(connect(autocommit=False), ttl_ms=60_000)
    second = Session(connect(autocommit=False), ttl_ms=60_000)
    first.connection.commit()
    second.connection.commit()
    first.turn(*(c.succeeded(1) for c in halves[0]))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: second.turn(*(c.succeeded(2) for c in halves[1])))
        wait_until(
            lambda: is_blocked(session.connection, second.connection.info.backend_pid), "the second turn waits for the first"
        )
        first.connection.commit()
        waiting.result(timeout=30)
    second.connection.commit()
    assert [session.outcome(run_id)[1] for run_id in runs] == [[1, 2], [1, 2]]


def test_no_count_is_lost_between_sessions_that_meet_in_a_join(session: Session, connect: Connect) -> None:
    """Neither completes the join; the second finds the task where the first, for which it waited, has left it."""
    session.register(programs.gather())
    run_id = session.start("Gather", xs=[1, 2, 3])
    one, two, three = session.turn()
    first = Session(connect(autocommit=False), ttl_ms=60_000)
    first.connection.commit()
    second = Session(connect(), ttl_ms=60_000)
    first.turn(one.succeeded(1))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: second.turn(two.succeeded(2)))
        wait_until(
            lambda: is_blocked(session.connection, second.connection.info.backend_pid), "the second turn waits for the first"
        )
        first.connection.commit()
        waiting.result(timeout=30)
    session.turn(three.succeeded(3))
    assert session.outcome(run_id)[1] == [1, 2, 3]
    assert session.is_quiet()


def test_a_run_ends_while_somebody_asks_to_be_told(session: Session, connect: Connect) -> None:
    """The end of the run waits for the row that add_waiter has changed, and is written to it."""
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    asking = connect(autocommit=False)
    asking.execute("select waymark.add_waiter(%s, 'me')", (run_id,))
    telling = connect()
    telling.execute("listen waymark_done_me")
    ending = Session(connect(), ttl_ms=60_000)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: ending.turn(claim.succeeded(5)))
        wait_until(lambda: is_blocked(session.connection, ending.connection.info.backend_pid), "the end waits")
        asking.commit()
        waiting.result(timeout=30)
    assert session.outcome(run_id)[1] == 5
    assert session.is_quiet()
    assert [notify.channel for notify in telling.notifies(timeout=10, stop_after=1)] == ["waymark_done_me"]


def test_the_same_result_from_two_sessions_is_taken_once(session: Session, connect: Connect) -> None:
    """A batch sent again while its first transaction is still committing."""
    session.register(programs.loop())
    run_id = session.start("Loop", n=1)
    (claim,) = session.turn()
    first = Session(connect(autocommit=False), ttl_ms=60_000)
    first.connection.commit()
    again = Session(connect(), ttl_ms=60_000)
    first.turn(claim.succeeded(5))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: again.turn(claim.succeeded(6)))
        wait_until(lambda: is_blocked(session.connection, again.connection.info.backend_pid), "the second hand-in waits")
        first.connection.commit()
        waiting.result(timeout=30)
    assert again.rejected == [(claim.run_id, claim.action_id, claim.fencing_token)]
    assert session.outcome(run_id)[1] == 5


def test_reclaim_passes_over_what_is_being_handed_in(session: Session, connect: Connect) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    session.session_id = session.value("select waymark.open_session('{}', 15000)")
    (claim,) = session.turn()
    handing_in = Session(connect(autocommit=False), ttl_ms=60_000)
    handing_in.connection.commit()
    handing_in.turn(claim.succeeded(5))
    sweeper = Session(connect())
    sweeper.move_clock(20)
    assert sweeper.value("select waymark.reclaim(10)") == 0
    handing_in.connection.commit()
    assert session.outcome(run_id)[1] == 5


def test_the_end_of_a_run_does_not_wait_for_a_straggler_being_handed_in(session: Session, connect: Connect) -> None:
    """A gather that failed early: its last branch is handed in while the run ends; each waiting for the other is a deadlock."""
    session.register(programs.gather())
    run_id = session.start("Gather", xs=[1, 2])
    one, two = session.turn()
    (clean_up,) = session.turn(one.failed())
    straggler = Session(connect(autocommit=False), ttl_ms=60_000)
    straggler.connection.commit()
    straggler.turn(two.succeeded(2), capacity=0)
    session.turn(clean_up.succeeded("done"))
    straggler.connection.commit()
    assert session.outcome(run_id)[1] == "done"
    assert session.is_quiet()


def test_many_sessions_at_once_finish_every_run_once(session: Session, connect: Connect) -> None:
    session.register(programs.gather())
    session.register(programs.loop())
    runs = [session.start("Gather", xs=list(range(20))) for _ in range(10)] + [session.start("Loop", n=10) for _ in range(20)]
    observer = connect()

    def lane(number: int) -> None:
        mine = Session(connect())
        claims = mine.turn(capacity=8)
        while claims or observer_live():
            claims = mine.turn(*(c.succeeded(c.arguments["n"]) for c in claims), capacity=8)
            if number == 0:
                mine.value("select waymark.reclaim(100)")

    def observer_live() -> bool:
        with psycopg.connect(observer.info.dsn, password=observer.info.password) as own:
            return own.execute("select exists (select from waymark.runs where state = 'live')").fetchone() == (True,)

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(lane, n) for n in range(4)]:
            future.result(timeout=60)
    results = [session.outcome(run_id)[1] for run_id in runs]
    assert results == [list(range(20))] * 10 + [45] * 20
    assert session.is_quiet()


def test_the_tasks_of_a_run_take_turns_between_sessions(session: Session, connect: Connect) -> None:
    """One session holds a task of the run: a result for another one waits; a session that looks for work passes over it."""
    session.register(
        module("Two", function("run", fork(invoke(1, n=const(1)), invoke(1, n=const(2))), give_local(), local_names="r"), HELPER)
    )
    run_id = session.start("Two")
    one, two = session.turn()
    first = Session(connect(autocommit=False), ttl_ms=60_000)
    first.connection.commit()
    second = Session(connect(), ttl_ms=60_000)
    first.turn(one.succeeded(1))
    assert session.turn() == []
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: second.turn(two.succeeded(2)))
        wait_until(
            lambda: is_blocked(session.connection, second.connection.info.backend_pid), "the second turn waits for the first"
        )
        first.connection.commit()
        waiting.result(timeout=30)
    assert session.outcome(run_id)[1] == [10, 20]
    assert session.is_quiet()


def test_a_timer_of_a_locked_run_stays_due(session: Session, connect: Connect) -> None:
    session.register(
        module(
            "Naps",
            function("run", fork(invoke(1), call(n=const(0))), give_local(), local_names="r"),
            function("nap", sleep(1), give(const("slept"))),
        )
    )
    run_id = session.start("Naps")
    (claim,) = session.turn()
    holder = Session(connect(autocommit=False), ttl_ms=60_000)
    holder.connection.commit()
    holder.turn(claim.succeeded("acted"))
    session.move_clock(2)
    session.turn()
    assert session.due_in_ms == 0
    holder.connection.commit()
    session.turn()
    assert session.outcome(run_id)[1] == ["slept", "acted"]
    assert session.is_quiet()


def test_many_sessions_finish_branches_children_and_semaphores(session: Session, connect: Connect) -> None:
    session.register(module("Leaf", function("run", act(local("n"), "n"), give_local("n"), parameters=("n",))))
    session.register(
        module(
            "Tree",
            function(
                "run",
                {"kind": "semaphore", "value": const(2), "target": "s"},
                spread(invoke(1, s=local("s"), x=local("x"))),
                give_local(),
                parameters=("xs",),
                local_names="s r",
            ),
            function(
                "one",
                {"kind": "acquire", "semaphore": local("s")},
                {"kind": "child", "call": {"workflow": "Leaf", "args": {"n": local("x")}}, "target": "r"},
                {"kind": "release", "semaphore": local("s")},
                give_local(),
                parameters=("s", "x"),
                local_names="r",
            ),
        )
    )
    runs = [session.start("Tree", xs=list(range(8))) for _ in range(5)]

    def lane() -> None:
        mine = Session(connect())
        claims = mine.turn(capacity=8)
        while claims or mine.value("select exists (select from waymark.runs where state = 'live')"):
            claims = mine.turn(*(c.succeeded(c.arguments["n"]) for c in claims), capacity=8)

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(lane) for _ in range(4)]:
            future.result(timeout=120)
    assert [session.outcome(run_id)[1] for run_id in runs] == [list(range(8))] * 5
    assert session.is_quiet()


def test_what_a_session_made_and_did_not_commit_never_was(session: Session, connect: Connect) -> None:
    """A daemon dies between starting tasks and hearing of their ends."""
    session.register(
        module("Two", function("run", fork(invoke(1, n=const(1)), invoke(1, n=const(2))), give_local(), local_names="r"), HELPER)
    )
    run_id = session.start("Two")
    dying = Session(connect(autocommit=False), ttl_ms=60_000)
    dying.connection.commit()
    assert len(dying.turn()) == 2
    dying.connection.rollback()
    lost = Session(connect(), ttl_ms=1000)
    assert len(lost.turn()) == 2
    session.move_clock(5)
    assert session.value("select waymark.reclaim(10)") == 2
    drain(session)
    assert session.outcome(run_id)[1] == [10, 20]
    assert session.is_quiet()


def test_a_turn_leaves_no_lock_on_the_timer_of_a_run_that_it_passes_over(session: Session, connect: Connect) -> None:
    """Two turns that held a run each and the due timer of the other's would wait in a circle."""
    session.register(programs.one_action())
    run_id = session.start("One", {"deadline": 1}, n=1)
    session.turn()
    session.move_clock(2)
    holder = connect(autocommit=False)
    holder.execute("select from waymark.tasks where run_id = %s for update", (run_id,))
    passing = Session(connect(autocommit=False), ttl_ms=60_000)
    passing.move_clock(2)
    passing.connection.commit()
    passing.turn()
    holder.commit()
    session.connection.execute("set lock_timeout = '5s'")
    session.value("select waymark.terminate(%s)", run_id)
    passing.connection.commit()
    assert session.outcome(run_id)[0] == "terminated"
    assert session.is_quiet()


def test_what_a_run_that_ends_has_to_leave_keeps_its_timer(session: Session, connect: Connect) -> None:
    """An action that backs off is locked by a late result of the attempt before: it goes when it is due."""
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    (claim,) = session.turn()
    sweeping = connect(autocommit=False)
    sweeping.execute("select set_config('waymark.clock_offset', '1 hour', false)")
    sweeping.execute("select waymark.reclaim(10)")
    late = Session(connect(autocommit=False), ttl_ms=60_000)
    late.connection.commit()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: late.turn(claim.succeeded(5), capacity=0))
        wait_until(lambda: is_blocked(session.connection, late.connection.info.backend_pid), "the late result waits")
        sweeping.commit()
        waiting.result(timeout=30)
    assert len(late.rejected) == 1
    session.value("select waymark.terminate(%s)", run_id)
    late.connection.commit()
    session.move_clock(3700)
    session.session_id = session.value("select waymark.open_session('{}', 3600000)")
    session.turn()
    assert session.is_quiet()
