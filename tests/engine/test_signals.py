"""waymark.signal and the waits for it: transactions, order, timeouts, cancellation, limits."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.engine import programs
from tests.engine.concurrency import (
    act,
    catch,
    drain,
    fork,
    function,
    give,
    give_local,
    invoke,
    module,
    sleep,
    spawn,
    spread,
    wait,
)
from tests.engine.programs import Json, const, local, op
from tests.engine.session import Session

Connect = Callable[..., psycopg.Connection]


def take(name: Json = "go", target: str | None = "r", timeout: float | None = None, kind: Json = None, **edges: int) -> Json:
    limit = None if timeout is None else const(timeout)
    wanted = const(name) if isinstance(name, str) else name
    return {"kind": "signal", "name": wanted, "type": kind, "timeout": limit, "target": target, **edges}


def called(name: str, *args: Json) -> Json:
    return op("call", const(name), {"list": list(args)}, {"dict": []})


def waiter(name: str = "Waiter", **options: Any) -> Json:
    """The value of one signal."""
    return module(name, function("run", take(**options), give_local(), local_names="r"))


def counter(name: str = "Counter") -> Json:
    """Takes 1, 2, … up to n, and nothing else."""
    return module(
        name,
        function(
            "run",
            {"kind": "assign", "target": "i", "value": const(0)},
            {"kind": "branch", "test": op("lt", local("i"), local("n")), "then": 2, "else": 6},
            take(),
            {"kind": "assign", "target": "i", "value": op("add", local("i"), const(1))},
            {"kind": "branch", "test": op("eq", local("i"), local("r")), "then": 1, "else": 5},
            give(const("out of order")),
            give_local("i"),
            parameters=("n",),
            local_names="i r",
        ),
    )


def collector(name: str = "Collector") -> Json:
    """The values of n signals, in the order of their arrival."""
    step: Json = {
        "kind": "mutate",
        "method": "append",
        "object": local("found"),
        "args": [local("r")],
        "kwargs": {},
        "target": None,
    }
    return module(
        name,
        function(
            "run",
            {"kind": "assign", "target": "found", "value": {"new": {"list": []}}},
            {"kind": "branch", "test": op("lt", called("len", {"load": local("found")}), local("n")), "then": 2, "else": 4},
            take(),
            {**step, "next": 1},
            give({"pack": local("found")}),
            parameters=("n",),
            local_names="found r",
        ),
    )  # fmt: skip


def send(session: Session, run_id: UUID, value: Any = None, name: str = "go", **options: Any) -> int:
    return session.value("select waymark.signal(%s, %s, %s, %s)", run_id, name, Jsonb(value), Jsonb(options))


def code_of(session: Session, run_id: UUID | None, *arguments: Any) -> str | None:
    """The SQLSTATE with which a signal is refused."""
    marks = ", ".join(["%s", *["%s" for _ in arguments]])
    with pytest.raises(psycopg.Error) as refusal:
        session.connection.execute(f"select waymark.signal({marks})".encode(), [run_id, *arguments])
    return refusal.value.sqlstate


def started(session: Session, ir: Json, **arguments: Any) -> UUID:
    session.register(ir)
    return session.start(ir["workflow"], **arguments)


@pytest.mark.parametrize("is_early", [True, False])
def test_a_signal_is_taken_whether_it_comes_before_the_wait_or_after(session: Session, is_early: bool) -> None:
    run_id = started(session, waiter())
    if not is_early:
        session.turn()
        assert session.value("select state from waymark.tasks") == "signal"
        assert session.value("select waits_for from waymark.run_overview") == 'the signal "go"'
    send(session, run_id, {"x": [1]})
    drain(session)
    assert session.outcome(run_id)[:2] == ("succeeded", {"x": [1]})
    assert session.is_quiet()
    assert session.value("select count(*) from waymark.signals where taken_at is not null") == 1


def test_rolled_back_nothing_has_happened_committed_it_is_delivered(session: Session, connect: Connect) -> None:
    run_id = started(session, waiter())
    session.turn()
    client = connect(autocommit=False)
    client.execute("select waymark.signal(%s, 'go', '1')", [run_id])
    session.turn()
    client.rollback()
    session.turn()
    assert session.outcome(run_id)[0] == "live"
    client.execute("select waymark.signal(%s, 'go', '2')", [run_id])
    client.commit()
    session.turn()
    assert session.outcome(run_id)[1] == 2


def test_an_open_transaction_blocks_neither_the_run_nor_other_senders(session: Session, connect: Connect) -> None:
    run_id = started(session, collector(), n=3)
    session.turn()
    slow, other = connect(autocommit=False), connect()
    for connection in (session.connection, other):
        connection.execute("set lock_timeout = '1s'")
    slow.execute("select waymark.signal(%s, 'go', '1')", [run_id])
    for value in (2, 3):
        other.execute("select waymark.signal(%s, 'go', %s)", [run_id, Jsonb(value)])
        drain(session)
    slow.commit()
    drain(session)
    assert session.outcome(run_id)[1] == [2, 3, 1]  # in the order in which they could be seen


def test_signals_of_a_name_are_taken_in_order(session: Session, connect: Connect) -> None:
    run_id = started(session, counter(), n=1200)
    session.turn()
    client = connect(autocommit=False)
    values = "select waymark.signal(%s, 'go', to_jsonb(i)) from generate_series(%s::int, %s::int) i"
    client.execute(values.encode(), [run_id, 1, 600])
    session.turn()
    client.commit()
    client.execute(values.encode(), [run_id, 601, 1200])
    client.commit()
    drain(session, turns=2000)
    assert session.outcome(run_id)[1] == 1200
    assert session.is_quiet()


def test_thousands_of_waits_get_one_each(session: Session) -> None:
    every = {"kind": "assign", "target": "xs", "value": op("list", called("range", const(2000)))}
    body = function("run", every, spread(invoke(1, n=local("x"))), give_local(), local_names="xs r")
    one = function("one", take(called("str", local("n"))), give_local(), parameters=("n",), local_names="r")
    run_id = started(session, module("Many", body, one))
    for _ in range(5):
        session.turn(capacity=1000)
    query = "select count(waymark.signal(%s, i::text, to_jsonb(i * 10))) from generate_series(0, 1999) i"
    session.value(query, run_id)
    drain(session, turns=500)
    assert session.outcome(run_id)[1] == [10 * i for i in range(2000)]
    assert session.is_quiet()


def test_the_same_key_is_sent_once(session: Session, connect: Connect) -> None:
    run_id = started(session, collector(), n=2)
    first = send(session, run_id, 1, idempotency_key="k")
    assert send(session, run_id, 2, idempotency_key="k") == first
    drain(session)
    assert send(session, run_id, 3, idempotency_key="k") == first  # also when it was taken
    client = connect(autocommit=False)
    client.execute("""select waymark.signal(%s, 'go', '9', '{"idempotency_key": "l"}')""", [run_id])
    client.rollback()
    send(session, run_id, 4, idempotency_key="l")
    drain(session)
    assert session.outcome(run_id)[1] == [1, 4]
    assert send(session, run_id, 5, idempotency_key="l") > first  # nor does it matter that the run has ended


@pytest.mark.parametrize("is_in_time", [True, False])
def test_a_timeout_against_an_arrival(session: Session, is_in_time: bool) -> None:
    """In the same turn the signal is first; after the timeout it is left for the next wait."""
    body = function("run", take(timeout=60, error=2), give_local(), catch("e"), take(target="r"),
                    give({"list": [local("e"), local("r")]}), local_names="r e")  # fmt: skip
    run_id = started(session, module("Timed", body))
    session.turn()
    assert session.due_in_ms is not None
    assert 50_000 < session.due_in_ms < 70_000
    if is_in_time:
        send(session, run_id, 1)
    session.move_clock(61)
    drain(session := Session(session.connection))
    if is_in_time:
        assert session.outcome(run_id)[1] == 1
    else:
        send(session, run_id, 2)
        drain(session)
        error, value = session.outcome(run_id)[1]
        assert (error["type"], error["message"], value) == ("TimeoutError", 'no signal "go" in time', 2)
    assert session.is_quiet()


@pytest.mark.parametrize("waits", [take(timeout=60), sleep(60)], ids=["signal", "sleep"])
def test_a_wait_and_the_scope_around_it_are_over_at_once(session: Session, waits: Json) -> None:
    """The scope was first: the task is cancelled, and goes on once."""
    scope, close = {"kind": "scope", "seconds": const(60), "target": "s"}, {"kind": "unscope", "scope": "s", "target": "f"}
    body = function("run", scope, {**waits, "error": 3}, give(const("no")), catch("e"), close, act(const(1)), give_local("f"),
                    local_names="s e f r")  # fmt: skip
    run_id = started(session, module("Both", body))
    session.turn()
    session.move_clock(61)
    drain(session := Session(session.connection))
    assert session.outcome(run_id)[1] is True
    assert session.is_quiet()


def test_what_a_cancelled_wait_was_handed_goes_to_the_next(session: Session) -> None:
    """The first wait gets the signal and is cancelled by its scope in the same turn, before it goes on."""
    run_id = started(
        session,
        module(
            "Handed",
            function("run", spawn(invoke(1), "a"), spawn(invoke(2), "b"), wait("a", "b"), give_local(), local_names="a b r"),
            function("one", {"kind": "scope", "seconds": const(60), "target": "s"}, take(), give_local(), local_names="s r"),
            function("two", take(), give_local(), local_names="r"),
        ),
    )
    drain(session)
    assert session.connection.execute("select state from waymark.tasks where task_no > 0").fetchall() == [("signal",)] * 2
    send(session, run_id, 7)
    session.move_clock(61)
    drain(session := Session(session.connection))
    (status, _), second = session.outcome(run_id)[1]
    assert (status, second) == ("cancelled", ["returned", 7])
    assert session.is_quiet()


def test_waits_are_served_in_the_order_in_which_they_began(session: Session) -> None:
    body = function("run", fork(invoke(1), invoke(1), invoke(1)), give_local(), local_names="r")
    run_id = started(session, module("Queue", body, function("one", take(), give_local(), local_names="r")))
    drain(session)
    for value in "abc":
        send(session, run_id, value)
    drain(session)
    assert session.outcome(run_id)[1] == ["a", "b", "c"]


def test_a_run_that_ends_leaves_what_it_has_not_taken(session: Session) -> None:
    run_id = started(session, waiter())
    send(session, run_id, 1)
    send(session, run_id, 2)
    drain(session)
    assert session.is_quiet()
    assert session.value("select array_agg(value) from waymark.signals where taken_at is null") == [2]


def test_a_signal_that_is_committed_after_the_end_is_dropped(session: Session, connect: Connect) -> None:
    run_id = started(session, waiter())
    session.turn()
    late = connect(autocommit=False)
    late.execute("select waymark.signal(%s, 'go', '2')", [run_id])
    send(session, run_id, 1)
    drain(session)
    late.commit()
    drain(session)
    assert session.outcome(run_id)[1] == 1
    assert session.is_quiet()


def test_every_bad_call_has_its_code(session: Session) -> None:
    run_id = started(session, waiter(kind=["union", "int", "NoneType"]))
    assert code_of(session, uuid4(), "go") == "WM301"
    assert code_of(session, run_id, "gone") == "WM207"
    assert code_of(session, run_id, "go", Jsonb("1")) == "WM208"
    assert code_of(session, run_id, "go", Jsonb({"$": "nonsense"})) == "WM206"
    assert code_of(session, run_id, "go", Jsonb("x" * 1_100_000)) == "WM206"
    assert code_of(session, run_id, "", Jsonb(1)) == "WM205"
    assert code_of(session, run_id, None, Jsonb(1)) == "WM205"
    assert code_of(session, run_id, "go", Jsonb(1), Jsonb({"idempotency_key": ""})) == "WM205"
    assert code_of(session, run_id, "go", Jsonb(1), Jsonb([])) == "WM205"
    assert code_of(session, run_id, "go", Jsonb(1), Jsonb({"key": "k"})) == "WM204"
    assert session.value("select count(*) from waymark.signals") == 0
    send(session, run_id, 1)
    drain(session)
    assert code_of(session, run_id, "go", Jsonb(1)) == "WM305"


def test_a_run_has_at_most_ten_thousand_signals_to_take(session: Session) -> None:
    run_id = started(session, waiter())
    many = "insert into waymark.signals (run_id, name, value, sent_at) select %s, 'go', '0', now() from generate_series(1, 10000)"
    session.connection.execute(many, [run_id])
    assert code_of(session, run_id, "go") == "WM209"


KINDS: list[tuple[Json, list[Json], list[Json]]] = [
    ("int", [1, -5], [1.5, "1", True, None, [], {}]),
    ("float", [1.5, 1, {"$": "float", "v": "nan"}], ["1", None]),
    ("str", ["", {"$": "str", "v": "AA=="}], [1, None, {"a": 1}]),
    ("bool", [True], [1, "true"]),
    ("NoneType", [None], [0]),
    (["list", "int"], [[], [1, 2], {"$": "tuple", "v": [1]}], [[1, "2"], {}, 5]),
    (["dict", "str", "int"], [{}, {"a": 1}], [[], None]),
    (["union", "int", ["list", "str"]], [1, ["a"]], ["a", [1], None]),
    (["literal", "yes", 1, None], ["yes", 1, None], ["no", 1.0, True]),
    (["enum", "app:Color"], [{"$": "enum", "type": "app:Color", "name": "RED", "value": 1}, 1, "red"], []),
    ("app:Order", [{"$": "app:Order", "n": 1}, {"n": 1}], [1, "x", None, []]),
    ("datetime:datetime", [{"$": "datetime", "v": "2026-01-01T00:00:00"}], [1, None]),
    (["tuple", "int", "str"], [[1, "a"], {"$": "tuple", "v": [1, "a"]}], [None, True]),
    (None, [None, 1, {"x": []}], []),
]


@pytest.mark.parametrize(("kind", "fits", "unfit"), KINDS)
def test_a_value_that_cannot_be_of_the_type_is_refused(session: Session, kind: Json, fits: list[Any], unfit: list[Any]) -> None:
    run_id = started(session, waiter(kind=kind))
    for value in unfit:
        assert code_of(session, run_id, "go", Jsonb(value)) == "WM208", value
    for value in fits:
        send(session, run_id, value)


def test_a_computed_name_takes_what_comes(session: Session) -> None:
    body = function("run", take(op("add", const("order."), local("n"))), give_local(), parameters=("n",), local_names="r")
    run_id = started(session, module("Computed", body), n="7")
    send(session, run_id, 1, name="order.7")
    send(session, run_id, 1, name="else")
    drain(session)
    assert session.outcome(run_id)[1] == 1


def test_a_program_without_signals_takes_none(session: Session) -> None:
    session.register(programs.one_action())
    run_id = session.start("One", n=1)
    assert code_of(session, run_id, "go") == "WM207"


def test_a_wait_among_other_work(session: Session) -> None:
    body = function(
        "run", act(const(1), "a"), take(), act(local("r"), "b"), give({"list": [local("a"), local("b")]}), local_names="a b r"
    )
    run_id = started(session, module("Mixed", body))
    send(session, run_id, 5)
    drain(session)
    assert session.outcome(run_id)[1] == [1, 5]
