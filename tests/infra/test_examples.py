"""The examples: on the engine they give what plain Python gives."""

import os
import subprocess
import sys
from typing import Any

import psycopg
import pytest

from examples.onboarding import UNREACHABLE_ONCE, OnboardingWorkflow
from examples.parallel_math import ParallelMathWorkflow
from examples.welcome_email import WelcomeEmailWorkflow
from tests.cluster import ROOT, Cluster
from waymark import Workflow

EXAMPLES: list[tuple[type[Workflow], list[Any]]] = [
    (WelcomeEmailWorkflow, [["u1", "u2", "u3", "u4"]]),
    (WelcomeEmailWorkflow, [[]]),
    (ParallelMathWorkflow, [30]),
    (OnboardingWorkflow, ["ann@example.com"]),
]


def comparable(value: object) -> object:
    """Exceptions compare by identity; here they are equal when type and arguments are."""
    if isinstance(value, list):
        return [comparable(item) for item in value]
    return (type(value), value.args) if isinstance(value, BaseException) else value


@pytest.mark.parametrize(("example", "arguments"), EXAMPLES)
async def test_engine_equals_inline(
    example: type[Workflow], arguments: list[Any], cluster: Cluster, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.start(user_module=example.__module__)
    monkeypatch.setenv("WAYMARK_DATABASE_URL", database_url)
    # Inline an action is called once, so the failure that the engine tries again must be over already.
    UNREACHABLE_ONCE.add(sum(b"ann@example.com"))
    assert comparable(await example().run(*arguments)) == comparable(await example().run_inline(*arguments))


def test_an_unknown_user_fails_the_run_with_its_own_exception(
    cluster: Cluster, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.start(user_module="examples.welcome_email")
    monkeypatch.setenv("WAYMARK_DATABASE_URL", database_url)
    with pytest.raises(KeyError, match="u9"):
        WelcomeEmailWorkflow().run_sync(["u9"])


def test_the_retry_is_in_the_history(cluster: Cluster, connection: psycopg.Connection, database_url: str) -> None:
    cluster.start(user_module="examples.onboarding")
    environment = {**os.environ, "WAYMARK_DATABASE_URL": database_url}
    command = [sys.executable, "-m", "examples.onboarding"]
    said = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    assert said == "ann@example.com works in space-1494\n"
    attempts = connection.execute(
        "select attempt, status, value from waymark.action_overview where name like '%:provision' order by attempt"
    ).fetchall()
    assert attempts == [(1, "failed", "ConnectionError: the provisioning service is busy"), (2, "succeeded", '"space-1494"')]
