//! Every way in which the daemon can fail, and what a database error means for a call that got it.

use std::{fmt, io, path::PathBuf};

use tokio_postgres::error::SqlState;

/// The engine API version this daemon speaks; the first and last version it accepts in `waymark.hello`.
pub const ENGINE_API: (i32, i32) = (1, 1);

/// Exit code for a configuration error.
pub const EXIT_USAGE: u8 = 2;

/// The engine's own SQLSTATEs, as listed in `sql/README.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineCode {
    /// The IR is malformed.
    MalformedIr,
    /// The IR is over a limit.
    IrLimit,
    /// No such workflow is registered.
    UnknownWorkflow,
    /// A required argument is missing.
    MissingArgument,
    /// An argument the workflow does not have.
    UnexpectedArgument,
    /// An option the function does not have.
    UnknownOption,
    /// An option's value is out of its range.
    OptionOutOfRange,
    /// An argument is not an encoded value.
    MalformedArgument,
    /// The workflow waits for no such signal.
    UnknownSignal,
    /// The value of a signal does not fit.
    SignalValue,
    /// The run has too many signals that it has not taken.
    TooManySignals,
    /// A cron expression does not parse.
    CronSyntax,
    /// No such time zone.
    UnknownTimeZone,
    /// A cron expression names no time that there is.
    NeverFires,
    /// There is a schedule of this name already.
    ScheduleExists,
    /// No such schedule.
    UnknownSchedule,
    /// The interval of a schedule is no length of time that it takes.
    Interval,
    /// The jitter of a schedule is out of its range.
    Jitter,
    /// No such run.
    UnknownRun,
    /// The run has failed.
    RunFailed,
    /// The run was cancelled.
    RunCancelled,
    /// The run was terminated.
    RunTerminated,
    /// The run is in a state that has no use for the call.
    RunState,
    /// The session is unknown or its lease has expired.
    SessionLost,
    /// The engine does not speak the caller's API version.
    ApiVersion,
    /// The action is with somebody else by now.
    ClaimLost,
    /// A Python exception inside a step.
    PythonException,
    /// An operation whose exact result the engine cannot give.
    Inexact,
    /// An engine limit was reached inside a step.
    StepLimit,
}

impl EngineCode {
    /// Every code once, with its SQLSTATE.
    pub const ALL: [(&'static str, Self); 29] = [
        ("WM101", Self::MalformedIr),
        ("WM102", Self::IrLimit),
        ("WM201", Self::UnknownWorkflow),
        ("WM202", Self::MissingArgument),
        ("WM203", Self::UnexpectedArgument),
        ("WM204", Self::UnknownOption),
        ("WM205", Self::OptionOutOfRange),
        ("WM206", Self::MalformedArgument),
        ("WM207", Self::UnknownSignal),
        ("WM208", Self::SignalValue),
        ("WM209", Self::TooManySignals),
        ("WM210", Self::CronSyntax),
        ("WM211", Self::UnknownTimeZone),
        ("WM212", Self::NeverFires),
        ("WM213", Self::ScheduleExists),
        ("WM214", Self::UnknownSchedule),
        ("WM215", Self::Interval),
        ("WM216", Self::Jitter),
        ("WM301", Self::UnknownRun),
        ("WM302", Self::RunFailed),
        ("WM303", Self::RunCancelled),
        ("WM304", Self::RunTerminated),
        ("WM305", Self::RunState),
        ("WM401", Self::SessionLost),
        ("WM402", Self::ApiVersion),
        ("WM403", Self::ClaimLost),
        ("WM501", Self::PythonException),
        ("WM502", Self::Inexact),
        ("WM503", Self::StepLimit),
    ];

    /// The engine code of a SQLSTATE; none for Postgres's own.
    #[must_use]
    pub fn from_sqlstate(state: &str) -> Option<Self> {
        Self::ALL.iter().find(|(code, _)| *code == state).map(|(_, code)| *code)
    }

    /// The engine code of a statement's error.
    #[must_use]
    pub fn of(error: &tokio_postgres::Error) -> Option<Self> {
        error.code().and_then(|state| Self::from_sqlstate(state.code()))
    }
}

/// What a failed statement asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// The connection or the database is not usable now: connect again, with back-off, and repeat.
    Reconnect,
    /// The lease is lost: open another session and repeat.
    NewSession,
    /// A victim of concurrency: repeat as it is.
    Repeat,
    /// The server cancelled it, most likely after the statement timeout: too much at once, or a lock held for long.
    TooSlow,
    /// Something in the statement's own data: repeating it unchanged fails again.
    Isolate,
}

impl Remedy {
    /// Reads a statement's error. One that did not come from the server means a broken connection, unless the
    /// statement could not even be written down: a value of the wrong type, a message too long for the protocol.
    #[must_use]
    pub fn of(error: &tokio_postgres::Error) -> Self {
        if let Some(error) = error.as_db_error() {
            return Self::of_sqlstate(error.code());
        }
        match std::error::Error::source(error).map(|cause| cause.downcast_ref::<io::Error>().map(io::Error::kind)) {
            Some(None | Some(io::ErrorKind::InvalidInput)) => Self::Isolate,
            None | Some(Some(_)) => Self::Reconnect,
        }
    }

    fn of_sqlstate(state: &SqlState) -> Self {
        if EngineCode::from_sqlstate(state.code()) == Some(EngineCode::SessionLost) {
            return Self::NewSession;
        }
        match state.code() {
            // Deadlock, serialization, lock timeout.
            "40P01" | "40001" | "55P03" => Self::Repeat,
            "57014" => Self::TooSlow,
            // The engine is being installed or upgraded, the role lost a right, the server is a standby, or a
            // prepared statement outlived its function.
            "42883" | "42P01" | "3F000" | "42501" | "25006" | "0A000" | "26000" => Self::Reconnect,
            // Connection (08), authorization (28), unknown database (3D), resources (53), shutdown (57P), I/O (58).
            code if ["08", "28", "3D", "53", "57P", "58"].iter().any(|class| code.starts_with(class)) => {
                Self::Reconnect
            }
            _ => Self::Isolate,
        }
    }
}

/// A database error in one line: message, SQLSTATE and detail where there are any, and the underlying cause.
#[must_use]
pub fn describe(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => {
            let detail = error.detail().map(|detail| format!("; {detail}")).unwrap_or_default();
            format!("{} (SQLSTATE {}){detail}", error.message(), error.code().code())
        }
        None => match std::error::Error::source(error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        },
    }
}

/// Why the daemon ends with an exit code other than 0.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting is wrong.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// The command line is wrong.
    #[error("{0}\nTry `start-workers --help`.")]
    Usage(String),
    /// The server cannot be reached or does not let the daemon in.
    #[error(
        "The database cannot be reached: {0}. Check WAYMARK_DATABASE_URL, and that the server runs and accepts \
         connections from here."
    )]
    Unreachable(String),
    /// The database has no engine.
    #[error("The Waymark engine is not installed in this database. Run `waymark db upgrade`, then start again.")]
    NotInstalled,
    /// The database has an engine that is too new, or too old.
    #[error("This daemon cannot work with the engine: {0}")]
    OtherVersion(String),
    /// The role may not call the engine.
    #[error("The database role may not drive workers: {0}. Run `grant waymark_worker to <role>` as the owner.")]
    Forbidden(String),
    /// Any other database error at start.
    #[error("The database refused to start a session: {0}")]
    Refused(String),
    /// The Python interpreter does not start.
    #[error("The Python interpreter {python:?} cannot be started: {cause}. Set WAYMARK_PYTHON to the interpreter.")]
    Python {
        /// The interpreter that was tried.
        python: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Workers die before they have ever been ready.
    #[error("No worker has become ready in {attempts} attempts, the last one {reason}. See its output above.")]
    WorkersFail {
        /// How many were started.
        attempts: u32,
        /// How the last one ended.
        reason: String,
    },
    /// A worker said that it cannot work.
    #[error("Worker {slot} cannot work: {reason}")]
    WorkerFatal {
        /// The worker's slot.
        slot: u16,
        /// The worker's own words.
        reason: String,
    },
    /// A worker of another installation.
    #[error(
        "Worker {slot} speaks worker protocol {theirs}, this daemon {ours}. Install the daemon and the Python package \
         from one version of Waymark."
    )]
    ProtocolVersion {
        /// The worker's slot.
        slot: u16,
        /// The worker's version.
        theirs: u16,
        /// The daemon's version.
        ours: u16,
    },
    /// The socket folder cannot be made.
    #[error(
        "The private folder for worker sockets cannot be made below {path:?}: {cause}. Set TMPDIR to a writable folder."
    )]
    SocketFolder {
        /// Where it was tried.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The daemon stopped without having handed in every result.
    #[error("Stopped before every result was handed in; what is missing will be offered again when the lease expires.")]
    Abandoned,
    /// Signals or another service of the operating system.
    #[error("The operating system refused {what}: {cause}")]
    System {
        /// What was asked for.
        what: &'static str,
        /// What the system said.
        cause: io::Error,
    },
}

impl Error {
    /// The process's exit code.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Usage(_) => EXIT_USAGE,
            _ => 1,
        }
    }

    /// Reads an error of the first calls to the database into one sentence that says what to do.
    #[must_use]
    pub fn at_start(error: &tokio_postgres::Error) -> Self {
        let said = describe(error);
        let Some(state) = error.code() else { return Self::Unreachable(said) };
        if EngineCode::of(error) == Some(EngineCode::ApiVersion) {
            let hint = error.as_db_error().and_then(tokio_postgres::error::DbError::hint).unwrap_or_default();
            return Self::OtherVersion(format!("{said}. {hint}"));
        }
        match state.code() {
            // Undefined function, unknown schema, undefined table or type.
            "42883" | "3F000" | "42P01" | "42704" => Self::NotInstalled,
            "42501" => Self::Forbidden(said),
            // Unknown database, authorization, too many connections, starting up or shutting down.
            code if ["08", "28", "3D", "53", "57P"].iter().any(|class| code.starts_with(class)) => {
                Self::Unreachable(said)
            }
            _ => Self::Refused(said),
        }
    }
}

/// A string as JSON: for the few values the daemon makes itself (reasons, its own description).
#[must_use]
pub fn json_string(text: &str) -> String {
    use fmt::Write;
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            // jsonb has no U+0000.
            '\0' => json.push('\u{fffd}'),
            control if control < ' ' => {
                // Writing to a String cannot fail.
                let _ = write!(json, "\\u{:04x}", u32::from(control));
            }
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

/// An encoded exception (docs/internals/values.md), for a result that the database cannot store.
#[must_use]
pub fn json_exception(message: &str) -> String {
    let message = json_string(message);
    format!(
        r#"{{"$": "exception", "type": "RuntimeError", "mro": ["RuntimeError", "Exception", "BaseException", "object"], "args": [{message}], "message": {message}}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlstate_has_one_remedy() {
        for (state, remedy) in [
            ("WM401", Remedy::NewSession),
            ("40P01", Remedy::Repeat),
            ("40001", Remedy::Repeat),
            ("57P01", Remedy::Reconnect),
            ("08006", Remedy::Reconnect),
            ("53300", Remedy::Reconnect),
            ("42883", Remedy::Reconnect),
            ("57014", Remedy::TooSlow),
            ("22P02", Remedy::Isolate),
            ("XX000", Remedy::Isolate),
            ("WM503", Remedy::Isolate),
        ] {
            assert_eq!(Remedy::of_sqlstate(&SqlState::from_code(state)), remedy, "{state}");
        }
    }

    #[test]
    fn json_is_escaped() {
        assert_eq!(json_string("a\"b\\c\n\u{1}\0é"), "\"a\\\"b\\\\c\\u000a\\u0001\u{fffd}é\"");
        assert!(json_exception("x\"y").contains(r#""args": ["x\"y"]"#));
    }
}
