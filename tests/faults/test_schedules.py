"""Schedules and daemons: fired on time, by whichever daemon there is, each time once; whatever is killed meanwhile."""

import json
import random
import time
from collections import Counter
from typing import Any

import pytest

from tests.cluster import Cluster, wait_until
from tests.faults import flows
from tests.faults.load import Load
from waymark.db.embedded import EmbeddedServer

MODULE = "tests.faults.flows"
# Seconds of a sleep that only a notification or a due time ends.
SLOW_POLL = 60

# Each time of the plans that has passed, and how many runs it has: by their keys.
TIMES = r"""
with fired as (
  select k[1] as name, k[2]::timestamptz as fire_at
    from waymark.runs, regexp_match(idempotency_key, '^schedule:(.*):(\d{4}-.*)$') k where idempotency_key is not null
), planned as (
  select s.name, t as fire_at from waymark.schedules s
   cross join generate_series(s.start_at, s.fire_at - interval '1 microsecond', coalesce(s.every, '1 second')) t
)
select name, fire_at, count(p), count(f) from planned p full join fired f using (name, fire_at) group by 1, 2
"""


def create(load: Load, name: str, schedule: str, start_in: int, **options: object) -> None:
    query = (
        "select workflow, date_trunc('second', now()) + %s * interval '1 second' from waymark.workflows where workflow ~ 'Chain$'"
    )
    ((workflow, start_at),) = load.query(query, start_in)
    options |= {"start_at": start_at.isoformat()}
    load.query(
        "select waymark.create_schedule(%s, %s, %s, %s, %s)", name, workflow, schedule, '{"steps": 1}', json.dumps(options)
    )


def delays(load: Load) -> list[float]:
    """Seconds between the times of the plan and the starts of their runs."""
    query = """select extract(epoch from created_at - substring(idempotency_key from '\\d{4}-.*$')::timestamptz)::float8
                 from waymark.runs where idempotency_key is not null order by created_at"""
    return [delay for (delay,) in load.query(query)]


def test_schedules_are_fired_on_time(cluster: Cluster, load: Load) -> None:
    """Also one that is created while the daemon sleeps until much later."""
    (daemon,) = cluster.start(user_module=MODULE, scheduler_poll_interval_ms=1000 * SLOW_POLL)
    load.result(load.start(flows.Chain, 1))
    create(load, "late", "@yearly", 0)
    time.sleep(0.3)
    create(load, "soon", "@every 1 second", 2, overlap="allow", max_runs=5)
    wait_until(lambda: len(delays(load)) == 5, "five runs have started", 15)
    assert min(delays(load)) >= 0
    assert sorted(delays(load))[3] < 0.1
    wait_until(lambda: not load.query("select from waymark.tasks"), "they have ended")
    assert load.query("select distinct state from waymark.runs") == [("succeeded",)]
    assert daemon.terminate() == 0


def test_without_notifications_due_schedules_are_found(cluster: Cluster, load: Load) -> None:
    cluster.start(user_module=MODULE, scheduler_poll_interval_ms=100)
    load.result(load.start(flows.Chain, 1))
    create(load, "s", "@yearly", 0)
    load.query("update waymark.schedules set fire_at = now(), due_at = now() returning name")
    wait_until(lambda: delays(load), "it is fired", 5)


@pytest.mark.parametrize("seed", [1])
def test_no_time_is_fired_twice_or_never(own_postgres: EmbeddedServer, cluster: Cluster, own_load: Load, seed: int) -> None:
    """Three daemons; one after the other is killed and replaced, connections are cut, Postgres crashes twice."""
    chance = random.Random(seed)
    settings: dict[str, Any] = {
        "user_module": MODULE,
        "lock_ttl_ms": 3000,
        "lock_heartbeat_ms": 500,
        "scheduler_poll_interval_ms": 200,
    }
    daemons = cluster.start(3, url=own_load.url, **settings)
    own_load.result(own_load.start(flows.Chain, 1))
    for n in range(24):
        plan = ["@every 1 second", "@every 1.5 seconds", "* * * * * *", "@every 2.000001 seconds"][n % 4]
        limits = {"catch_up": "all", "catch_up_limit": 1000, "overlap": "allow", "jitter": [0, 0.7, 3][n % 3]}
        create(own_load, f"s:{n}", plan, 1, timezone="Asia/Tokyo", **limits)
    for fault in chance.sample(["kill", "kill", "cut", "cut", "crash", "crash"], 6):
        time.sleep(chance.uniform(0.6, 1.6))
        match fault:
            case "kill":
                chance.choice([daemon for daemon in daemons if daemon.alive()]).kill()
                daemons += cluster.start(url=own_load.url, ready=False, **settings)
            case "crash":
                own_postgres.restart("immediate")
            case _:
                query = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'waymark schedules'"
                own_load.query(query)
    time.sleep(1)
    own_load.query("select waymark.pause_schedule(name) from waymark.schedules")
    times = own_load.query(TIMES)
    assert Counter((planned, runs) for _, _, planned, runs in times) == {(1, 1): len(times)}, times
    assert len(times) > 24 * 5
    query = "select sum(runs_started)::int, sum(fires_skipped)::int, sum(fires_failed)::int from waymark.schedules"
    assert own_load.query(query) == [(len(times), 0, 0)]
    wait_until(lambda: not own_load.query("select from waymark.tasks"), "all runs have ended", 60)
    assert own_load.query("select distinct state from waymark.runs") == [("succeeded",)]
