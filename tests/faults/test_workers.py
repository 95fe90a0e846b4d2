"""Actions and workers that fail: the reason is in history, the run hears of it, its neighbours go on."""

import itertools
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cluster import Cluster, wait_until
from tests.faults import flows, scripted_worker
from tests.faults.load import Ledger, Load
from waymark import ExhaustedRetries, Workflow
from waymark.errors import EncodeError

MODULE = "tests.faults.flows"
FAR_AWAY = """
from waymark import Workflow, action, workflow

@action
async def travel(n: int) -> int:
    return n

@workflow
class FarAway(Workflow):
    async def run(self, n: int) -> int:
        return await travel(n)
"""

Script = Callable[[str], Path]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    return lambda behaviour: scripted_worker.install(tmp_path, behaviour, sys.executable)


def attempts(load: Load, workflow: type[Workflow]) -> list[tuple[str, str]]:
    """Outcome and reason of each attempt of a workflow's only action."""
    query = """select a.outcome, coalesce(a.value ->> 'message', a.value::text)
                 from waymark.action_attempts a join waymark.runs r using (run_id) where r.workflow = %s order by a.attempt"""
    return [(outcome, reason) for outcome, reason in load.query(query, workflow.name)]


# --- Actions ------------------------------------------------------------------------------------------------------------


def test_an_action_whose_module_is_not_there(
    cluster: Cluster, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller can import it, the workers cannot."""
    (tmp_path / "far_away.py").write_text(FAR_AWAY)
    monkeypatch.syspath_prepend(tmp_path)
    from far_away import FarAway  # pyright: ignore[reportMissingImports]

    cluster.start(user_module=MODULE)
    with pytest.raises(LookupError, match="module 'far_away' cannot be imported: ModuleNotFoundError"):
        FarAway().start_sync(1).result_sync(20)
    ((outcome, reason),) = attempts(load, FarAway)
    assert outcome == "failed"
    assert "ModuleNotFoundError: No module named 'far_away'" in reason


def test_a_result_that_cannot_be_encoded(cluster: Cluster, load: Load) -> None:
    cluster.start(user_module=MODULE)
    with pytest.raises(EncodeError, match=r"result\['rows'\]\[1\]"):
        flows.Unencodable().start_sync().result_sync(20)
    ((outcome, reason),) = attempts(load, flows.Unencodable)
    assert (outcome, "cannot encode result['rows'][1]" in reason) == ("failed", True)


def test_attempts_that_take_too_long(cluster: Cluster, load: Load, ledger: Ledger) -> None:
    """Waiting, in a thread, or blocking the worker's event loop: an attempt ends in time, and the body hears of it."""
    (daemon,) = cluster.start(user_module=MODULE, worker_count=2, concurrent_per_worker=4)
    load.start_expecting("overdue", flows.Overdue, 30.0, "waiting", 0.2)
    load.start(flows.Patient, 30.0, "waiting", 0.2)
    load.start(flows.Patient, 1.0, "thread", 0.2)
    load.start_mix(1)
    load.finish()
    assert attempts(load, flows.Overdue) == [("timed_out", "tests.faults.flows:slow_at_first did not end within 0.2 s")]
    assert [outcome for outcome, _ in attempts(load, flows.Patient)] == ["timed_out"] * 2 + ["succeeded"] * 2
    assert load.outcomes()["lost"] == 0
    load.start_expecting("overdue", flows.Overdue, 60.0, "blocking", 0.3)
    (blocked,) = {entry.pid for entry in ledger.wait_for(4, name="slow_at_first")[3:]}
    load.start_mix(1)
    load.finish()
    wait_until(lambda: blocked not in daemon.workers(), "the worker whose event loop was blocked is replaced")
    assert "its event loop was blocked" in daemon.output()


def test_an_action_that_kills_its_worker(cluster: Cluster, load: Load) -> None:
    (daemon,) = cluster.start(user_module=MODULE)
    reason = "tests.faults.flows:die lost its worker: the worker process died (exit status: 7)"
    load.start_expecting((ExhaustedRetries, (reason,)), flows.Deadly, 7, 3)
    load.start_mix(3)
    load.finish()
    assert attempts(load, flows.Deadly) == [("lost", reason)] * 3
    assert daemon.terminate() == 0


# --- Workers ------------------------------------------------------------------------------------------------------------


def test_a_worker_that_dies_again_and_again_is_started_less_and_less(cluster: Cluster, script: Script, tmp_path: Path) -> None:
    (daemon,) = cluster.start(ready=False, user_module=MODULE, python=script("die when ready"))
    wait_until(lambda: len(starts(tmp_path)) >= 5, "six starts")
    gaps = starts(tmp_path)
    # Each pause is shortened by up to half at random.
    assert all(gap >= 0.05 * 2**n for n, gap in enumerate(gaps[:5])), gaps
    assert daemon.alive()


def starts(folder: Path) -> list[float]:
    """Seconds between the starts of scripted workers."""
    file = folder / "starts"
    times = [float(line) for line in file.read_text().splitlines()] if file.exists() else []
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def test_workers_that_never_become_ready(cluster: Cluster, script: Script, tmp_path: Path) -> None:
    (daemon,) = cluster.start(ready=False, user_module=MODULE, python=script("die"))
    assert daemon.process.wait(30) == 1
    sentence = (
        "start-workers: No worker has become ready in 5 attempts, the last one died (exit status: 3). See its output above."
    )
    assert daemon.output().splitlines()[-1] == sentence
    gaps = starts(tmp_path)
    assert len(gaps) == 4
    assert all(gap >= 0.05 * 2**n for n, gap in enumerate(gaps)), gaps


def test_a_worker_of_another_version(cluster: Cluster, load: Load, script: Script, ledger: Ledger, tmp_path: Path) -> None:
    """What the daemon's other worker has begun is finished, what has not is given back."""
    python = script("slot 1 is of another version")
    (daemon,) = cluster.start(ready=False, user_module=MODULE, python=python, worker_count=2, concurrent_per_worker=2)
    for n in range(4):
        load.start(flows.Held, n)
    ledger.wait_for(2, name="held")
    (tmp_path / "greet").touch()
    wait_until(lambda: "stopping" in daemon.output(), "the daemon gives up")
    ledger.let_go()
    assert daemon.process.wait(20) == 1
    assert daemon.output().splitlines()[-1] == (
        "start-workers: Worker 1 speaks worker protocol 2, this daemon 1."
        " Install the daemon and the Python package from one version of Waymark."
    )
    assert load.query("select count(*) from waymark.sessions") == [(0,)]
    assert load.outcomes() == {"succeeded": 2}
    cluster.start(user_module=MODULE)
    load.finish()


@pytest.mark.parametrize("behaviour", ["answer broken JSON", "answer what jsonb refuses"])
def test_a_result_that_the_database_refuses(cluster: Cluster, load: Load, script: Script, behaviour: str) -> None:
    """That run fails with the reason; the neighbours of its batch go on."""
    cluster.start(user_module=MODULE, python=script(behaviour))
    before = [load.start_expecting(41, flows.Chain, 1) for _ in range(5)]
    broken = flows.Held().start_sync(1)
    after = [load.start_expecting(41, flows.Chain, 1) for _ in range(5)]
    with pytest.raises(RuntimeError, match="the database cannot store the action's result"):
        broken.result_sync(20)
    assert [load.result(handle, 20) for handle in before + after] == [41] * 10
    ((outcome, reason),) = attempts(load, flows.Held)
    assert outcome == "failed"
    assert "json" in reason or "\\u0000" in reason
    assert load.query("select count(*) from waymark.actions") == [(0,)]


@pytest.mark.parametrize("behaviour", ["answer an unknown outcome", "send an unknown frame"])
def test_a_worker_that_breaks_the_protocol(cluster: Cluster, load: Load, script: Script, ledger: Ledger, behaviour: str) -> None:
    """It is ended; its action is lost for that reason and tried again by its successor."""
    (daemon,) = cluster.start(user_module=MODULE, python=script(behaviour))
    load.start(flows.Held, 1)
    ledger.let_go()
    load.finish()
    lost, succeeded, _ = load.query(
        "select outcome, value ->> 'message' from waymark.action_attempts order by action_id, attempt"
    )
    assert (lost[0], succeeded[0]) == ("lost", "succeeded")
    assert "the worker broke the protocol" in lost[1]
    assert daemon.alive()
