//! The daemon's session: its lease, and the connection that keeps it, sweeps for expired work and registers programs.

use std::{cell::Cell, rc::Rc, time::Duration};

use bytes::Bytes;
use tokio::{
    sync::{Mutex, mpsc},
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_postgres::{Client, Error};

use crate::{
    backoff::Backoff,
    database::{self, ANSWER_TIMEOUT, Database},
    error::{EngineCode, Remedy, describe},
    hub::Hub,
};

/// Full sweeps in a row: more expired work than that waits for the next interval.
const MAX_SWEEPS: u32 = 10;

/// The session all lanes work for.
///
/// The lease is one row with an end, prolonged at every heartbeat. Whoever finds it lost (a heartbeat, a turn) replaces
/// it, once: results in hand keep their fencing tokens, and the tokens decide whether they still count.
pub struct Lease {
    session: Cell<i64>,
    info: String,
    ttl_ms: i32,
    replacing: Mutex<()>,
}

impl Lease {
    /// Opens the first session.
    ///
    /// # Errors
    /// As the database says.
    pub async fn open(client: &Client, info: String, ttl: Duration) -> Result<Self, Error> {
        let ttl_ms = i32::try_from(ttl.as_millis()).unwrap_or(i32::MAX);
        let session = database::open_session(client, &info, ttl_ms).await?;
        Ok(Self { session: Cell::new(session), info, ttl_ms, replacing: Mutex::new(()) })
    }

    /// The session now.
    #[must_use]
    pub fn session(&self) -> i64 {
        self.session.get()
    }

    /// Opens another session in place of `lost`, unless somebody has done so already.
    ///
    /// # Errors
    /// As the database says.
    pub async fn replace(&self, client: &Client, lost: i64) -> Result<(), Error> {
        let _one = self.replacing.lock().await;
        if self.session.get() == lost {
            let session = database::open_session(client, &self.info, self.ttl_ms).await?;
            tracing::warn!(
                lost,
                session,
                "the lease was lost: what ran may run again elsewhere; a new session is open"
            );
            self.session.set(session);
        }
        Ok(())
    }
}

/// Connects, however long it takes.
pub async fn connect<T, F>(purpose: &str, backoff: &mut Backoff, open: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, Error>>,
{
    loop {
        match open().await {
            Ok(connected) => {
                tracing::info!(purpose, "connected to the database again");
                return connected;
            }
            // Once the pauses have stopped growing, nothing new is to be said.
            Err(error) if backoff.is_at_most() => tracing::debug!(purpose, "still not connected: {}", describe(&error)),
            Err(error) => tracing::warn!(purpose, "the database is not usable, trying again: {}", describe(&error)),
        }
        sleep(backoff.pause()).await;
    }
}

/// Keeps the lease, sweeps and registers, for as long as the daemon runs.
pub async fn keep(hub: Rc<Hub>, client: Client, mut programs: mpsc::UnboundedReceiver<Bytes>) {
    let mut keeper = Keeper { client, backoff: Backoff::database(), hub };
    let mut heartbeats = interval(keeper.hub.config.lock_heartbeat);
    let mut sweeps = interval(keeper.hub.config.reclaim_interval);
    heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    sweeps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick is at once, and the session has just been opened.
    heartbeats.tick().await;
    loop {
        tokio::select! {
            biased;
            _ = heartbeats.tick() => keeper.heartbeat().await,
            // An idle daemon sweeps with its heartbeat, so that it makes no statement of its own for that.
            _ = sweeps.tick() => if !keeper.hub.is_idle() {
                keeper.sweep(MAX_SWEEPS).await;
            },
            Some(ir) = programs.recv() => keeper.register(&ir).await,
        }
    }
}

struct Keeper {
    hub: Rc<Hub>,
    client: Client,
    backoff: Backoff,
}

impl Keeper {
    async fn heartbeat(&mut self) {
        if self.hub.is_idle() {
            let (session, ttl_ms) = (self.hub.lease.session(), self.hub.lease.ttl_ms);
            let batch = self.hub.config.reclaim_batch;
            let both = timeout(ANSWER_TIMEOUT, database::renew_and_reclaim(&self.client, session, ttl_ms, batch)).await;
            if let Ok(Ok((renewed, reclaimed))) = both {
                self.backoff.reset();
                if !renewed {
                    self.replace(session).await;
                }
                if self.swept(reclaimed) {
                    self.sweep(MAX_SWEEPS).await;
                }
                return;
            }
            // Whichever of the two failed: the lease comes first.
        }
        self.renew().await;
    }

    /// Prolongs the lease, through lost connections. What the database refuses is tried again at the next heartbeat.
    async fn renew(&mut self) {
        loop {
            let (session, ttl_ms) = (self.hub.lease.session(), self.hub.lease.ttl_ms);
            match timeout(ANSWER_TIMEOUT, database::renew_session(&self.client, session, ttl_ms)).await {
                Ok(Ok(true)) => return self.backoff.reset(),
                Ok(Ok(false)) => return self.replace(session).await,
                Ok(Err(error)) if Remedy::of(&error) == Remedy::NewSession => return self.replace(session).await,
                Ok(Err(error)) if Remedy::of(&error) != Remedy::Reconnect => {
                    return tracing::warn!("the lease could not be renewed: {}", describe(&error));
                }
                Ok(Err(_)) | Err(_) => self.reconnect().await,
            }
        }
    }

    async fn replace(&self, lost: i64) {
        if let Err(error) = self.hub.lease.replace(&self.client, lost).await {
            // The next heartbeat or turn finds the lease lost again.
            tracing::warn!("no new session could be opened: {}", describe(&error));
        }
        // The new session has not said yet that it waits for work.
        self.hub.want();
    }

    /// Re-offers expired work, at most `sweeps` batches.
    async fn sweep(&mut self, sweeps: u32) {
        for _ in 0..sweeps {
            match timeout(ANSWER_TIMEOUT, database::reclaim(&self.client, self.hub.config.reclaim_batch)).await {
                Ok(Ok(reclaimed)) => {
                    if !self.swept(reclaimed) {
                        return;
                    }
                }
                Ok(Err(error)) if Remedy::of(&error) == Remedy::Reconnect => return self.renew().await,
                Ok(Err(error)) => return tracing::warn!("expired work could not be swept: {}", describe(&error)),
                Err(_) => return self.reconnect().await,
            }
        }
    }

    /// Takes note of a sweep; whether it was a full one.
    fn swept(&self, reclaimed: i32) -> bool {
        if reclaimed > 0 {
            tracing::info!(reclaimed, "work of expired sessions or passed deadlines is offered again");
            self.hub.want();
        }
        reclaimed >= self.hub.config.reclaim_batch
    }

    async fn register(&mut self, ir: &[u8]) {
        loop {
            match timeout(ANSWER_TIMEOUT, database::register(&self.client, ir)).await {
                Ok(Ok(program)) => return tracing::debug!(program, "a program is registered"),
                Ok(Err(error)) if Remedy::of(&error) != Remedy::Reconnect => {
                    let code = error.code().and_then(|state| EngineCode::from_sqlstate(state.code()));
                    return tracing::error!(
                        ?code,
                        "a workflow of the user's module was not registered: {}",
                        describe(&error)
                    );
                }
                // The lease is renewed first: connecting may have taken long.
                Ok(Err(_)) | Err(_) => {
                    self.reconnect().await;
                    self.renew_once().await;
                }
            }
        }
    }

    async fn renew_once(&self) {
        let (session, ttl_ms) = (self.hub.lease.session(), self.hub.lease.ttl_ms);
        if let Ok(Ok(false)) = timeout(ANSWER_TIMEOUT, database::renew_session(&self.client, session, ttl_ms)).await {
            self.replace(session).await;
        }
    }

    async fn reconnect(&mut self) {
        sleep(self.backoff.pause()).await;
        let database: &Database = &self.hub.database;
        self.client = connect("session", &mut self.backoff, || database.connect("session")).await;
    }
}
