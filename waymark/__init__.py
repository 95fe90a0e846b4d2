"""Durable background workflows for Python and Postgres.

@action
async def greet(name: str) -> str: ...

@workflow
class Greeting(Workflow):
    async def run(self, name: str) -> str:
        return await greet(name)

await Greeting().run("Ann")
"""

from typing import TYPE_CHECKING

from waymark.actions import CurrentAction, Depend, Depends, action, current_action, heartbeat
from waymark.errors import (
    ActionTimeout,
    ArgumentError,
    ClaimLost,
    ConfigurationError,
    DatabaseUnreachable,
    DecodeError,
    EncodeError,
    EngineNotInstalled,
    EngineVersionError,
    ExhaustedRetries,
    ExhaustedRetriesError,
    NonRetryable,
    OptionError,
    ResultNotReady,
    RunCancelled,
    RunDeadlineExceeded,
    RunStateError,
    RunTerminated,
    SignalValueError,
    TooManySignals,
    TransactionError,
    UnknownRun,
    UnknownSignal,
    UnknownWorkflow,
    UnsupportedPatternError,
    WaymarkError,
    WaymarkTimeout,
    WorkflowFailed,
    WorkflowFailedError,
)
from waymark.policies import BackoffPolicy, RetryPolicy
from waymark.transactions import transaction
from waymark.workflow import Workflow, workflow

if TYPE_CHECKING:
    from waymark.runs import RunHandle

__all__ = [
    "ActionTimeout",
    "ArgumentError",
    "BackoffPolicy",
    "ClaimLost",
    "ConfigurationError",
    "CurrentAction",
    "DatabaseUnreachable",
    "DecodeError",
    "Depend",
    "Depends",
    "EncodeError",
    "EngineNotInstalled",
    "EngineVersionError",
    "ExhaustedRetries",
    "ExhaustedRetriesError",
    "NonRetryable",
    "OptionError",
    "ResultNotReady",
    "RetryPolicy",
    "RunCancelled",
    "RunDeadlineExceeded",
    "RunHandle",
    "RunStateError",
    "RunTerminated",
    "SignalValueError",
    "TooManySignals",
    "TransactionError",
    "UnknownRun",
    "UnknownSignal",
    "UnknownWorkflow",
    "UnsupportedPatternError",
    "WaymarkError",
    "WaymarkTimeout",
    "Workflow",
    "WorkflowFailed",
    "WorkflowFailedError",
    "action",
    "current_action",
    "heartbeat",
    "transaction",
    "workflow",
]


def __getattr__(name: str) -> object:
    # A run handle brings psycopg with it, which a process that only executes actions never needs.
    if name == "RunHandle":
        from waymark.runs import RunHandle  # noqa: PLC0415

        return RunHandle
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
