"""Every error of Waymark, in one module.

An error of the engine has a private SQLSTATE (`WM…`, listed in sql/README.md) and exactly one class here; `SQLSTATES`
is that table. Attributes live in `__dict__` and `args` holds plain values only, so that each of these errors can itself
travel as the failure of an action (docs/internals/values.md).
"""

from collections.abc import Mapping, Sequence
from typing import Any


class WaymarkError(Exception):
    """Base of all errors of Waymark. `detail` and `hint` say where it is and what to do, or are None."""

    detail: str | None = None  # also where __init__ has not run: on an instance that was decoded
    hint: str | None = None

    def __init__(self, message: str = "", *, detail: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.detail = detail
        self.hint = hint

    def __str__(self) -> str:
        lines = [super().__str__()]
        if self.detail:
            lines.append(f"  {self.detail}")
        if self.hint:
            lines.append(f"  {self.hint}")
        return "\n".join(lines)


# --- Programs -------------------------------------------------------------------------------------------------------


class UnsupportedPatternError(WaymarkError):
    """A workflow body says something that Waymark does not compile. Raised when the class is decorated.

    `diagnostics` are all problems of the body at once; the message shows each with its code, place, source line,
    reason and rewrite, as the compiler rendered them.
    """

    diagnostics: tuple[object, ...]

    def __init__(self, message: str = "", diagnostics: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)


class InvalidProgram(WaymarkError):
    """An IR is malformed; `path` names the offending node (`nodes[3].next`)."""

    @property
    def path(self) -> str:
        """The place of the offending node."""
        return self.detail or ""


class ProgramTooLarge(InvalidProgram):
    """An IR is over one of the limits of docs/internals/ir.md; `path` names the place."""


# --- Values ---------------------------------------------------------------------------------------------------------


class EncodeError(WaymarkError, TypeError):
    """A value cannot be written as JSON; `path` is the place inside it (`user_ids[3].owner`)."""

    path: str

    def __init__(self, reason: str = "", path: str = "") -> None:
        super().__init__(f"cannot encode {path}: {reason}" if path else f"cannot encode: {reason}")
        self.path = path


class DecodeError(WaymarkError, ValueError):
    """A JSON value is not a value of Waymark, or its class cannot be imported here; `path` is the place inside it."""

    path: str

    def __init__(self, reason: str = "", path: str = "") -> None:
        super().__init__(f"cannot decode {path}: {reason}" if path else f"cannot decode: {reason}")
        self.path = path


# --- Calls ----------------------------------------------------------------------------------------------------------


class UnknownWorkflow(WaymarkError, LookupError):
    """No program is registered under this workflow name."""


class ArgumentError(WaymarkError, TypeError):
    """The arguments of a run do not fit its workflow."""


class MissingArgument(ArgumentError):
    """A parameter without a default got no argument."""


class UnexpectedArgument(ArgumentError):
    """An argument that the workflow has no parameter for."""


class MalformedArgument(ArgumentError):
    """An argument is not an encoded value (docs/internals/values.md)."""


class OptionError(WaymarkError, ValueError):
    """An option of `start` is wrong."""


class UnknownOption(OptionError):
    """An option that `start` does not have."""


class OptionOutOfRange(OptionError):
    """The value of an option is of the wrong type or outside its range."""


class CronSyntaxError(WaymarkError, ValueError):
    """A cron expression does not parse; the message names the position and what is expected there."""


class UnknownTimeZone(WaymarkError, LookupError):
    """No time zone of the IANA database has this name."""


class NeverFires(WaymarkError, ValueError):
    """A cron expression names no time that there is (30 February), or a schedule has none before its end."""


class ScheduleAlreadyExistsError(WaymarkError, ValueError):
    """There is a schedule of this name already."""


class UnknownSchedule(WaymarkError, LookupError):
    """No schedule has this name."""


class IntervalError(WaymarkError, ValueError):
    """The interval of a schedule is no length of time from a second to 100 years."""


class JitterError(WaymarkError, ValueError):
    """The jitter of a schedule is negative, too long or no number of seconds."""


# --- Runs -----------------------------------------------------------------------------------------------------------


class UnknownRun(WaymarkError, LookupError):
    """No run has this id."""


class UnknownSignal(WaymarkError, LookupError):
    """The program of a run waits for no signal of this name."""


class SignalValueError(WaymarkError, ValueError):
    """The value of a signal cannot be of the type that the body waits for."""


class TooManySignals(WaymarkError):
    """A run has a great many signals that it has not taken."""


class WorkflowFailed(WaymarkError):
    """A run has failed.

    Raised itself when the type of the run's exception cannot be imported here; otherwise it is the `__cause__` of that
    exception. `cause` is the text of the failure (`ValueError: no such user`), `cause_type` the exception's class name
    (`module:qualname`), `remote_traceback` the worker's traceback where an action raised it. `attempts` is how often the
    action was tried whose exception it is, if it was tried again or ended by a timeout or a lost worker; else None.
    """

    run_id: str
    workflow: str | None
    node: int | None
    line: int | None
    file: str | None
    function: str | None
    source: str | None
    attempts: int | None
    cause: str
    cause_type: str | None
    remote_traceback: str | None

    def __init__(  # noqa: PLR0913 - one attribute each
        self,
        message: str = "",
        *,
        run_id: str = "",
        workflow: str | None = None,
        node: int | None = None,
        line: int | None = None,
        file: str | None = None,
        function: str | None = None,
        source: str | None = None,
        attempts: int | None = None,
        cause: str = "",
        cause_type: str | None = None,
        remote_traceback: str | None = None,
        detail: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, detail=detail, hint=hint)
        self.run_id = run_id
        self.workflow = workflow
        self.node = node
        self.line = line
        self.file = file
        self.function = function
        self.source = source
        self.attempts = attempts
        self.cause = cause
        self.cause_type = cause_type
        self.remote_traceback = remote_traceback


class RunCancelled(WorkflowFailed):
    """A run was cancelled: asyncio.CancelledError has left its body. `cause` and its place say where."""


class RunTerminated(WorkflowFailed):
    """A run was ended from outside without asking its handlers. A parent gets it raised where it waits for such a child."""


class RunStateError(WaymarkError):
    """The run is in a state that has no use for what was asked (to resume a run that has ended, to retry one that succeeded)."""


class ResultNotReady(WaymarkError, TimeoutError):
    """`result(timeout=…)` ended before the run did. The run goes on."""


class RemoteError(WaymarkError):
    """An exception whose own class cannot be imported or rebuilt here; `type_name` is that class's name."""

    type_name: str

    def __init__(self, message: str = "", type_name: str = "") -> None:
        super().__init__(message)
        self.type_name = type_name


# --- Raised inside workflow bodies ----------------------------------------------------------------------------------


class WaymarkTimeout(WaymarkError, TimeoutError):
    """An attempt ran out of time or lost its worker."""


class ExhaustedRetries(WaymarkTimeout):
    """An action used up what its policy gives it, and its last attempt ran out of time or lost its worker.

    `attempts` are the last 20, oldest first: each a dict with its number (`attempt`), its `outcome` (`failed`,
    `timed_out`, `lost`) and a `message`. When the last attempt raised an exception of its own, the action ends with that
    one instead, which has them as `__waymark_attempts__` if there were several.
    """

    attempts: Sequence[Mapping[str, Any]] = ()


class NonRetryable(WaymarkError):
    """Raised by an action, itself or a subclass: this attempt was the last one, whatever the policy says."""


class RunDeadlineExceeded(WaymarkError, TimeoutError):
    """A run did not end within the deadline that it was started with. It ended at once, without asking its handlers."""


class UnsupportedOperation(WaymarkError):
    """The body asked for an operation whose exact result the engine cannot give. No handler of the body catches it."""


class LimitExceeded(WaymarkError):
    """The body ran into a limit of the engine inside one step. No handler of the body catches it."""


class EngineError(WaymarkError):
    """The database could not go on with this run; the message says why. No handler of the body catches it."""


# --- Engine and configuration ---------------------------------------------------------------------------------------


class ConfigurationError(WaymarkError):
    """A setting is wrong; the message names the variable, its value and what is allowed."""

    variable: str

    def __init__(self, message: str = "", variable: str = "") -> None:
        super().__init__(message)
        self.variable = variable


class DatabaseUnreachable(WaymarkError, ConnectionError):
    """No connection to Postgres could be made, or it broke and did not come back in time."""


class EngineNotInstalled(WaymarkError):
    """The database has no Waymark engine."""


class EngineVersionError(WaymarkError):
    """The engine in the database speaks another API version than this package."""


class SessionExpired(WaymarkError):
    """The session of a daemon is unknown or its lease was lost."""


class ClaimLost(WaymarkError):
    """A transactional action was to be completed by somebody who no longer has it. Its transaction is rolled back."""


class TransactionLost(DatabaseUnreachable):
    """The connection of a transactional action could not be made, or broke. All was committed, or nothing."""


class TransactionError(WaymarkError):
    """`waymark.transaction` cannot be given, or the action has ended it.

    The annotation is of no known connection, no action is being executed, or the action has committed or rolled back itself.
    """


class StepException(WaymarkError):
    """A Python exception inside a step, as the engine carries it. It never leaves the engine."""


# --- Tests (waymark.testing) ----------------------------------------------------------------------------------------


class NotATestDatabase(WaymarkError):
    """A test was given a database whose engine is in use: its clock would stand still from then on."""


class RunStuck(WaymarkError):
    """A test waits for a run that cannot go on: nothing is due any more. The message quotes `waymark.why`."""


class ActionStuck(WaymarkError):
    """An action has been running in the test process for longer than the engine's `patience`."""


class ActionNotLoaded(WaymarkError, LookupError):
    """A run asks for an action that no module of the test process has."""


SQLSTATES: dict[str, type[WaymarkError]] = {
    "WM101": InvalidProgram,
    "WM102": ProgramTooLarge,
    "WM201": UnknownWorkflow,
    "WM202": MissingArgument,
    "WM203": UnexpectedArgument,
    "WM204": UnknownOption,
    "WM205": OptionOutOfRange,
    "WM206": MalformedArgument,
    "WM207": UnknownSignal,
    "WM208": SignalValueError,
    "WM209": TooManySignals,
    "WM210": CronSyntaxError,
    "WM211": UnknownTimeZone,
    "WM212": NeverFires,
    "WM213": ScheduleAlreadyExistsError,
    "WM214": UnknownSchedule,
    "WM215": IntervalError,
    "WM216": JitterError,
    "WM301": UnknownRun,
    "WM302": WorkflowFailed,
    "WM303": RunCancelled,
    "WM304": RunTerminated,
    "WM305": RunStateError,
    "WM401": SessionExpired,
    "WM402": EngineVersionError,
    "WM403": ClaimLost,
    "WM501": StepException,
    "WM502": UnsupportedOperation,
    "WM503": LimitExceeded,
}


def from_sqlstate(sqlstate: str, message: str, *, detail: str | None = None, hint: str | None = None) -> WaymarkError:
    """The error an engine's SQLSTATE stands for; a `WM…` code that this version does not know is a WaymarkError."""
    return SQLSTATES.get(sqlstate, WaymarkError)(message, detail=detail, hint=hint)


# Other names that programs written for earlier versions of Waymark use.
WorkflowFailedError = WorkflowFailed
ActionTimeout = WaymarkTimeout
ExhaustedRetriesError = ExhaustedRetries
