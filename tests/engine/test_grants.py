"""Who may do what: a walk over every function and table, not a sample."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg import errors

Connect = Callable[..., psycopg.Connection]

CONTROL = {"signal", "cancel", "terminate", "pause", "resume", "wake", "set_priority", "retry", "restart", "bulk"}
SCHEDULES = {
    f"{verb}_schedule" for verb in ("create", "edit", "pause", "resume", "delete", "trigger", "backfill")
} | {"list_schedules", "next_fires"}  # fmt: skip
CLIENT = {"start", "start_many", "why", "status", "result", "read_outcomes", "add_waiter", "set_queue", "set_retention"}
WORKER = {
    "open_session",
    "renew_session",
    "close_session",
    "reclaim",
    "turn",
    "heartbeat",
    "find_unwanted",
    "claim_token",
    "complete_action",
    "prune",
    "apply_retention",
    "fire_schedules",
}
ALLOWED = {
    "waymark_client": CLIENT | CONTROL | SCHEDULES | {"hello", "register", "doctor", "cron_next"},
    "waymark_worker": WORKER | {"hello", "register", "doctor", "cron_next"},
    "waymark_reader": {"hello", "why", "doctor", "cron_next", "list_schedules", "next_fires"},
    "public": set[str](),
}
VIEWS = {"run_overview", "task_overview", "action_overview", "queue_overview", "program_nodes", "program_edges", "retention"}


@pytest.mark.parametrize("role", ALLOWED)
def test_each_role_calls_the_functions_of_its_job_and_no_other(connection: psycopg.Connection, role: str) -> None:
    query = """
        select p.proname from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
         where p.pronamespace in ('waymark'::regnamespace, 'waymark_programs'::regnamespace)
           and a.grantee = case when %(role)s = 'public' then 0 else to_regrole(%(role)s)::oid end"""
    granted = {name for (name,) in connection.execute(query, {"role": role})}
    assert granted == ALLOWED[role]


@pytest.mark.parametrize("role", ALLOWED)
def test_tables_are_closed_and_views_are_for_reading(connection: psycopg.Connection, role: str) -> None:
    query = """
        select c.relname, a.privilege_type
          from pg_class c,
               aclexplode(coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))) a
         where c.relnamespace = 'waymark'::regnamespace
           and a.grantee = case when %(role)s = 'public' then 0 else to_regrole(%(role)s)::oid end"""
    granted = set(connection.execute(query, {"role": role}).fetchall())
    assert granted == (set() if role == "public" else {(view, "SELECT") for view in VIEWS})


def test_everything_belongs_to_the_owner_who_cannot_log_in(connection: psycopg.Connection) -> None:
    query = """
        select proname from pg_proc where pronamespace = 'waymark'::regnamespace and proowner <> 'waymark_owner'::regrole
        union all
        select relname from pg_class where relnamespace = 'waymark'::regnamespace and relowner <> 'waymark_owner'::regrole"""
    assert connection.execute(query).fetchall() == []
    assert connection.execute("select rolcanlogin from pg_roles where rolname = 'waymark_owner'").fetchone() == (False,)


def test_public_functions_pin_their_search_path_and_inner_ones_inherit_it(connection: psycopg.Connection) -> None:
    query = """
        select proname, prosecdef, coalesce('search_path=""' = any (proconfig), false) from pg_proc
         where pronamespace = 'waymark'::regnamespace and prokind = 'f'"""
    for name, definer, pinned in connection.execute(query):
        inner = name.startswith(("_", "py_")) and name not in {"_notify_start", "_drop_pages"}
        assert (name, definer, pinned) == (name, not inner, not inner)


def test_a_client_without_the_right_gets_postgres_own_error(connect: Connect) -> None:
    client = connect(role="waymark_client")
    with pytest.raises(errors.InsufficientPrivilege):
        client.execute("select * from waymark.turn(1, 1, '{}', false, false, '{}', '{}', '{}', '{}', '{}', '{}')")
    with pytest.raises(errors.InsufficientPrivilege):
        client.execute("update waymark.runs set state = 'succeeded'")
    reader = connect(role="waymark_reader")
    with pytest.raises(errors.InsufficientPrivilege):
        reader.execute("select waymark.start('x')")
    assert reader.execute("select count(*) from waymark.run_overview").fetchone() == (0,)


def test_the_roles_are_enough_for_a_whole_run(connect: Connect) -> None:
    from tests.engine import programs
    from tests.engine.session import Session

    client, worker, reader = (connect(role=f"waymark_{role}") for role in ("client", "worker", "reader"))
    daemon = Session(worker)
    daemon.register(programs.one_action())
    (run_id,) = client.execute("""select waymark.start('One', '{"n": 1}')""").fetchone() or (None,)
    (claim,) = daemon.turn(resting=True)
    daemon.turn(claim.succeeded(2), resting=True)
    assert client.execute("select waymark.result(%s), waymark.status(%s)", (run_id, run_id)).fetchone() == (2, "succeeded")
    assert reader.execute("select status, outcome from waymark.run_overview").fetchone() == ("succeeded", "2")
    assert reader.execute("select status, value, line from waymark.action_overview").fetchone() == ("succeeded", "2", 1)
    assert daemon.value("select waymark.reclaim(10)") == 0
    assert daemon.value("select waymark.close_session(%s)", daemon.session_id) == 0


def test_a_step_function_is_closed_and_belongs_to_the_owner(connection: psycopg.Connection) -> None:
    from tests.engine import programs
    from tests.engine.session import Session

    Session(connection).register(programs.one_action())
    row = connection.execute(
        "select proowner::regrole::text, has_function_privilege('waymark_client', oid, 'execute'), prosecdef from pg_proc"
        " where pronamespace = 'waymark_programs'::regnamespace"
    ).fetchone()
    assert row == ("waymark_owner", False, False)
