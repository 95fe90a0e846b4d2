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
    CronSyntaxError,
    DatabaseUnreachable,
    DecodeError,
    EncodeError,
    EngineNotInstalled,
    EngineVersionError,
    ExhaustedRetries,
    ExhaustedRetriesError,
    IntervalError,
    JitterError,
    NeverFires,
    NonRetryable,
    OptionError,
    ResultNotReady,
    RunCancelled,
    RunDeadlineExceeded,
    RunStateError,
    RunTerminated,
    ScheduleAlreadyExistsError,
    SignalValueError,
    TooManySignals,
    TransactionError,
    UnknownRun,
    UnknownSchedule,
    UnknownSignal,
    UnknownTimeZone,
    UnknownWorkflow,
    UnsupportedPatternError,
    WaymarkError,
    WaymarkTimeout,
    WorkflowFailed,
    WorkflowFailedError,
)
from waymark.policies import BackoffPolicy, RetryPolicy
from waymark.schedules import (
    ScheduleInfo,
    backfill_schedule,
    delete_schedule,
    edit_schedule,
    list_schedules,
    next_fires,
    pause_schedule,
    resume_schedule,
    schedule_workflow,
    trigger_schedule,
)
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
    "CronSyntaxError",
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
    "IntervalError",
    "JitterError",
    "NeverFires",
    "NonRetryable",
    "OptionError",
    "ResultNotReady",
    "RetryPolicy",
    "RunCancelled",
    "RunDeadlineExceeded",
    "RunHandle",
    "RunStateError",
    "RunTerminated",
    "ScheduleAlreadyExistsError",
    "ScheduleInfo",
    "SignalValueError",
    "TooManySignals",
    "TransactionError",
    "UnknownRun",
    "UnknownSchedule",
    "UnknownSignal",
    "UnknownTimeZone",
    "UnknownWorkflow",
    "UnsupportedPatternError",
    "WaymarkError",
    "WaymarkTimeout",
    "Workflow",
    "WorkflowFailed",
    "WorkflowFailedError",
    "action",
    "backfill_schedule",
    "current_action",
    "delete_schedule",
    "edit_schedule",
    "heartbeat",
    "list_schedules",
    "next_fires",
    "pause_schedule",
    "resume_schedule",
    "schedule_workflow",
    "transaction",
    "trigger_schedule",
    "workflow",
]


def __getattr__(name: str) -> object:
    # A run handle brings psycopg with it, which a process that only executes actions never needs.
    if name == "RunHandle":
        from waymark.runs import RunHandle  # noqa: PLC0415

        return RunHandle
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
