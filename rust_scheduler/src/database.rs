//! Connections to the database and the engine's functions, called by name.

use std::{future::poll_fn, path::Path, time::Duration};

use bytes::Bytes;
use tokio::task::spawn_local;
use tokio_postgres::{AsyncMessage, Client, Config, Error, Row, Statement, types::Type};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{
    config::ConfigError,
    error::{ENGINE_API, describe},
    heartbeats::Beat,
    session::Held,
    tls,
    values::{Jsonb, RunId},
    worker::protocol::Outcome,
};

/// A statement that runs longer is cancelled by the server.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(10);

/// A statement that has not answered by then is on a dead connection, and the server is not at it any more.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Where a server on this machine has its socket.
const SOCKET_FOLDER: &str = "/var/run/postgresql";
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);

/// Where the database is and how to speak to it.
#[derive(Clone)]
pub struct Database {
    config: Config,
    tls: MakeRustlsConnect,
}

impl Database {
    /// Reads `WAYMARK_DATABASE_URL`; a driver suffix as in `postgresql+psycopg://` is ignored.
    ///
    /// # Errors
    /// What is wrong with the URL, without repeating it: it may hold a password.
    pub fn new(url: &str) -> Result<Self, ConfigError> {
        let invalid = |allowed: String| ConfigError::Invalid {
            variable: "WAYMARK_DATABASE_URL",
            value: "(not shown)".into(),
            allowed,
        };
        let url = match url.trim().split_once("://") {
            Some((scheme, rest)) => format!("{}://{rest}", scheme.split('+').next().unwrap_or(scheme)),
            None => url.trim().to_owned(),
        };
        let tls::Split { url, mode, connector } = tls::split(&url).map_err(invalid)?;
        let mut config: Config =
            url.parse().map_err(|error: Error| invalid(format!("a database URL ({})", describe(&error))))?;
        config.ssl_mode(mode).keepalives_idle(KEEPALIVE_IDLE).tcp_user_timeout(KEEPALIVE_IDLE);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            // As libpq: a URL without a host means this machine.
            let folder = Path::new(SOCKET_FOLDER);
            if folder.is_dir() {
                config.host_path(folder)
            } else {
                config.host("localhost")
            };
        }
        Ok(Self { config, tls: connector })
    }

    /// A connection, driven by a task of its own, to an engine that this daemon speaks with: it may have been upgraded since
    /// the last one.
    ///
    /// # Errors
    /// The server cannot be reached or refuses, the engine is not installed, or WM402.
    pub async fn connect(&self, purpose: &str) -> Result<Client, Error> {
        let mut config = self.config.clone();
        if config.get_application_name().is_none() {
            config.application_name(format!("waymark {purpose}"));
        }
        let (client, connection) = config.connect(self.tls.clone()).await?;
        spawn_local(async move {
            // Whoever uses the client sees the error too, and acts on it.
            if let Err(error) = connection.await {
                tracing::debug!(error = describe(&error), "a database connection ended");
            }
        });
        let (min, max) = ENGINE_API;
        let limit = STATEMENT_TIMEOUT.as_millis().to_string();
        client
            .query_typed_one(
                "select waymark.hello($1, $2), set_config('statement_timeout', $3, false)",
                &[(&min, Type::INT4), (&max, Type::INT4), (&limit, Type::TEXT)],
            )
            .await?;
        Ok(client)
    }

    /// Listens for the engine's notifications until the connection ends: `ready` once it listens, `notified` with the payload of each.
    ///
    /// # Errors
    /// The connection cannot be made or was lost.
    pub async fn listen(&self, ready: impl FnOnce(), notified: impl Fn(&str) + 'static) -> Result<(), Error> {
        let mut config = self.config.clone();
        if config.get_application_name().is_none() {
            config.application_name("waymark listen");
        }
        let (client, mut connection) = config.connect(self.tls.clone()).await?;
        // Drains the connection whatever else goes on: an undrained listener pins the server's notification queue.
        let drain = spawn_local(async move {
            loop {
                match poll_fn(|context| connection.poll_message(context)).await {
                    Some(Ok(AsyncMessage::Notification(said))) => notified(said.payload()),
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error),
                    None => return Ok(()),
                }
            }
        });
        client.batch_execute("listen waymark").await?;
        ready();
        // The task is never cancelled and does not panic.
        drain.await.unwrap_or(Ok(()))
    }
}

/// One claim of an action, by which the engine knows what it hears of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attempt {
    /// The run.
    pub run_id: RunId,
    /// The action in the run.
    pub action_id: i64,
    /// The claim's fencing token.
    pub fencing_token: i64,
}

/// A result to be handed in.
#[derive(Debug)]
pub struct Completion {
    /// The claim that it ends. The fencing token decides: a result of a claim that is not live any more changes nothing.
    pub claim: Held,
    /// How the attempt ended.
    pub outcome: Outcome,
    /// Its JSON text.
    pub value: Option<Bytes>,
    /// Its run time in microseconds.
    pub run_us: i64,
}

/// What a turn asks for beside handing in results.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// The most actions to hand out.
    pub capacity: u32,
    /// Whether the session will wait if it gets nothing.
    pub resting: bool,
    /// Whether to step each task on its own.
    pub isolate: bool,
}

/// A connection with the turn prepared.
pub struct TurnConnection {
    /// For the calls that are no turn, too.
    pub client: Client,
    turn: Statement,
}

const TURN: &str = "select kind, run_id, action_id, fencing_token, attempt, name, arguments, timeout_ms, due_in_ms, backlog, context \
     from waymark.turn($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

impl TurnConnection {
    /// Connects and prepares.
    ///
    /// # Errors
    /// The server cannot be reached, or has no such function.
    pub async fn open(database: &Database, purpose: &str) -> Result<Self, Error> {
        let client = database.connect(purpose).await?;
        let types = [
            Type::INT8,
            Type::INT4,
            Type::TEXT_ARRAY,
            Type::BOOL,
            Type::BOOL,
            Type::UUID_ARRAY,
            Type::INT8_ARRAY,
            Type::INT8_ARRAY,
            Type::TEXT_ARRAY,
            Type::JSONB_ARRAY,
            Type::INT8_ARRAY,
        ];
        let turn = client.prepare_typed(TURN, &types).await?;
        Ok(Self { client, turn })
    }

    /// `waymark.turn`: hands in `batch`, sorted by run and action, and claims.
    ///
    /// # Errors
    /// As the database says; nothing has changed then, or the connection broke and the results' tokens decide.
    pub async fn turn(
        &self,
        session: i64,
        queues: &[String],
        ask: Ask,
        batch: &[Completion],
    ) -> Result<Vec<Row>, Error> {
        let capacity = i32::try_from(ask.capacity).unwrap_or(i32::MAX);
        let run_ids: Vec<RunId> = batch.iter().map(|done| done.claim.run_id).collect();
        let action_ids: Vec<i64> = batch.iter().map(|done| done.claim.action_id).collect();
        let tokens: Vec<i64> = batch.iter().map(|done| done.claim.fencing_token).collect();
        let outcomes: Vec<&str> = batch.iter().map(|done| done.outcome.as_str()).collect();
        let values: Vec<Option<Jsonb>> = batch.iter().map(|done| done.value.as_deref().map(Jsonb)).collect();
        let run_us: Vec<i64> = batch.iter().map(|done| done.run_us).collect();
        self.client
            .query(
                &self.turn,
                &[
                    &session,
                    &capacity,
                    &queues,
                    &ask.resting,
                    &ask.isolate,
                    &run_ids,
                    &action_ids,
                    &tokens,
                    &outcomes,
                    &values,
                    &run_us,
                ],
            )
            .await
    }
}

/// `waymark.open_session`: a new session and lease.
///
/// # Errors
/// As the database says.
pub async fn open_session(client: &Client, info: &str, ttl_ms: i32) -> Result<i64, Error> {
    let info = Jsonb(info.as_bytes());
    client
        .query_typed_one("select waymark.open_session($1, $2)", &[(&info, Type::JSONB), (&ttl_ms, Type::INT4)])
        .await?
        .try_get(0)
}

/// `waymark.renew_session`: false when the lease was lost.
///
/// # Errors
/// As the database says.
pub async fn renew_session(client: &Client, session: i64, ttl_ms: i32) -> Result<bool, Error> {
    client
        .query_typed_one("select waymark.renew_session($1, $2)", &[(&session, Type::INT8), (&ttl_ms, Type::INT4)])
        .await?
        .try_get(0)
}

/// `waymark.reclaim` and `waymark.renew_session` in one statement: an idle daemon's heartbeat. In this order, which is that of the locks:
/// a turn that has a run waits for the row of its session.
///
/// # Errors
/// As the database says; then neither has happened.
pub async fn renew_and_reclaim(client: &Client, session: i64, ttl_ms: i32, batch: i32) -> Result<(bool, i32), Error> {
    let row = client
        .query_typed_one(
            "select waymark.reclaim($3), waymark.renew_session($1, $2)",
            &[(&session, Type::INT8), (&ttl_ms, Type::INT4), (&batch, Type::INT4)],
        )
        .await?;
    Ok((row.try_get(1)?, row.try_get(0)?))
}

/// `waymark.reclaim`: how many actions of expired sessions and passed deadlines it re-offered.
///
/// # Errors
/// As the database says.
pub async fn reclaim(client: &Client, batch: i32) -> Result<i32, Error> {
    client.query_typed_one("select waymark.reclaim($1)", &[(&batch, Type::INT4)]).await?.try_get(0)
}

/// `waymark.heartbeat`: the positions, from 1, of the attempts that are no longer wanted.
///
/// # Errors
/// As the database says; nothing has changed then.
pub async fn heartbeat(client: &Client, session: i64, beats: &[Beat]) -> Result<Vec<i32>, Error> {
    let attempts: Vec<Attempt> = beats.iter().map(|(attempt, _)| *attempt).collect();
    let (run_ids, action_ids, tokens) = columns(&attempts);
    let details: Vec<Option<Jsonb>> = beats.iter().map(|(_, details)| details.as_deref().map(Jsonb)).collect();
    client
        .query_typed_one(
            "select waymark.heartbeat($1, $2, $3, $4, $5)",
            &[
                (&session, Type::INT8),
                (&run_ids, Type::UUID_ARRAY),
                (&action_ids, Type::INT8_ARRAY),
                (&tokens, Type::INT8_ARRAY),
                (&details, Type::JSONB_ARRAY),
            ],
        )
        .await?
        .try_get(0)
}

/// `waymark.find_unwanted`: the positions, from 1, of the attempts that are no longer wanted.
///
/// # Errors
/// As the database says.
pub async fn find_unwanted(client: &Client, attempts: &[Attempt]) -> Result<Vec<i32>, Error> {
    let (run_ids, action_ids, tokens) = columns(attempts);
    client
        .query_typed_one(
            "select waymark.find_unwanted($1, $2, $3)",
            &[(&run_ids, Type::UUID_ARRAY), (&action_ids, Type::INT8_ARRAY), (&tokens, Type::INT8_ARRAY)],
        )
        .await?
        .try_get(0)
}

fn columns(attempts: &[Attempt]) -> (Vec<RunId>, Vec<i64>, Vec<i64>) {
    (
        attempts.iter().map(|attempt| attempt.run_id).collect(),
        attempts.iter().map(|attempt| attempt.action_id).collect(),
        attempts.iter().map(|attempt| attempt.fencing_token).collect(),
    )
}

/// `waymark.apply_retention`: how many runs and programs it pruned, and after which pause it wants to be called again.
///
/// # Errors
/// As the database says; nothing is pruned then.
pub async fn apply_retention(client: &Client) -> Result<(i32, i32, Option<Duration>), Error> {
    let row = client.query_typed_one("select runs, programs, due_in_ms from waymark.apply_retention()", &[]).await?;
    let due_in: Option<i32> = row.try_get(2)?;
    Ok((row.try_get(0)?, row.try_get(1)?, due_in.map(|ms| Duration::from_millis(u64::from(ms.unsigned_abs())))))
}

/// `waymark.fire_schedules`: how many runs it started, and after which time it is to be called again; none: nothing is planned.
///
/// # Errors
/// As the database says; nothing is fired then.
pub async fn fire_schedules(client: &Client, batch: i32) -> Result<(i32, Option<Duration>), Error> {
    let query = "select fired, due_in_ms from waymark.fire_schedules($1)";
    let row = client.query_typed_one(query, &[(&batch, Type::INT4)]).await?;
    let due_in: Option<i64> = row.try_get(1)?;
    Ok((row.try_get(0)?, due_in.map(|ms| Duration::from_millis(ms.unsigned_abs()))))
}

/// `waymark.close_session`: gives back what the session still runs and is not to be kept; how many that were, or none
/// while a turn of it is under way.
///
/// # Errors
/// As the database says.
pub async fn close_session(client: &Client, session: i64, kept: &[Attempt]) -> Result<Option<i32>, Error> {
    let (run_ids, action_ids, _) = columns(kept);
    client
        .query_typed_one(
            "select waymark.close_session($1, $2, $3)",
            &[(&session, Type::INT8), (&run_ids, Type::UUID_ARRAY), (&action_ids, Type::INT8_ARRAY)],
        )
        .await?
        .try_get(0)
}

/// `waymark.register`: the program's id.
///
/// # Errors
/// As the database says; WM101 and WM102 for an IR that it does not take.
pub async fn register(client: &Client, ir: &[u8]) -> Result<i64, Error> {
    client.query_typed_one("select waymark.register($1)", &[(&Jsonb(ir), Type::JSONB)]).await?.try_get(0)
}
