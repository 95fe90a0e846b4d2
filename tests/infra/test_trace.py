"""BENCH_TRACE: what the daemon's loop did, as a Chrome trace."""

import json
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from tests.cluster import Cluster, wait_until

RUNS, ITERATIONS = 3, 10


def test_the_trace_has_turns_dispatches_results_and_actions(
    cluster: Cluster, connection: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "trace.json"
    monkeypatch.setenv("BENCH_TRACE", str(file))
    (daemon,) = cluster.start(user_module="benchmarks.workflows", worker_count=2)
    known = "select from waymark.workflows where workflow = 'TenIterations'"
    wait_until(lambda: connection.execute(known).fetchone() is not None, "the workflow is registered")
    connection.execute("select waymark.start('TenIterations', '{\"iterations\": 10}') from generate_series(1, %s)", (RUNS,))
    ended = "select count(*) from waymark.runs where state = 'succeeded'"
    wait_until(lambda: connection.execute(ended).fetchone() == (RUNS,), "the runs have ended")
    assert daemon.terminate() == 0
    events = json.loads(file.read_text())
    tracks = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
    assert set(tracks.values()) == {"lane 0", "lane 1", "worker 0", "worker 1"}
    turns = [event for event in events if event["name"] == "turn"]
    assert all(tracks[turn["tid"]].startswith("lane") and turn["dur"] >= 0 for turn in turns)
    assert sum(turn["args"]["results"] for turn in turns) == RUNS * ITERATIONS
    assert sum(turn["args"]["actions"] for turn in turns) == RUNS * ITERATIONS
    for name, track in (("dispatch", "lane"), ("results", "worker")):
        steps = [event for event in events if event["name"] == name]
        assert all(tracks[step["tid"]].startswith(track) for step in steps)
        assert sum(step["args"]["count"] for step in steps) == RUNS * ITERATIONS
    actions = Counter(event["ph"] for event in events if event["name"] == "benchmarks.workflows:echo")
    assert actions == {"b": RUNS * ITERATIONS, "e": RUNS * ITERATIONS}


def test_a_trace_that_cannot_be_written_is_said_at_start(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_TRACE", str(tmp_path / "missing" / "trace.json"))
    (daemon,) = cluster.start(ready=False)
    assert daemon.process.wait(20) != 0
    assert "BENCH_TRACE" in daemon.output()
