//! The daemon's session: its lease, and the connection that keeps it, sweeps for expired work and registers programs.

use std::{
    cell::RefCell,
    collections::HashSet,
    future::pending,
    ops::Deref,
    rc::Rc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::{
    sync::{Mutex, mpsc},
    time::{MissedTickBehavior, interval, sleep, sleep_until, timeout},
};
use tokio_postgres::{Client, Error};

use crate::{
    backoff::Backoff,
    database::{self, ANSWER_TIMEOUT, Attempt, Database},
    error::{EngineCode, Error as FatalError, Remedy, describe},
    heartbeats::Beat,
    hub::Hub,
};

/// Times a registration is tried, each on a new connection.
const MAX_REGISTRATIONS: u32 = 5;

/// Full sweeps in a row: more expired work than that waits for the next interval.
const MAX_SWEEPS: u32 = 10;

/// One session in the database. Turns under way and claims hold on to theirs.
#[derive(Debug)]
pub struct Session {
    /// Its number in the database.
    pub id: i64,
    /// What it is known to have claimed.
    claims: RefCell<HashSet<Attempt>>,
}

impl Session {
    /// A session without claims.
    #[must_use]
    pub fn new(id: i64) -> Rc<Self> {
        Rc::new(Self { id, claims: RefCell::default() })
    }

    /// Whether a turn of it is under way, or its answer not taken yet: everybody else who holds it is a claim.
    fn in_turn(self: &Rc<Self>) -> bool {
        Rc::strong_count(self) > 1 + self.claims.borrow().len()
    }

    fn claims(&self) -> Vec<Attempt> {
        self.claims.borrow().iter().copied().collect()
    }
}

/// A claim that the daemon knows of, until what came of it is handed in: so long its session does not give it back.
#[derive(Debug)]
pub struct Held {
    attempt: Attempt,
    session: Rc<Session>,
}

impl Held {
    /// A claim of `session`.
    #[must_use]
    pub fn new(session: &Rc<Session>, attempt: Attempt) -> Self {
        session.claims.borrow_mut().insert(attempt);
        Self { attempt, session: session.clone() }
    }
}

impl Deref for Held {
    type Target = Attempt;

    fn deref(&self) -> &Attempt {
        &self.attempt
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.session.claims.borrow_mut().remove(&self.attempt);
    }
}

/// The session all lanes work for.
///
/// The lease is one row with an end, prolonged at every heartbeat. A session ends in one of three ways:
/// - *lost*: a heartbeat or a turn finds its lease expired, and it is replaced. Results in hand keep their fencing
///   tokens, and the tokens decide whether they still count.
/// - *retired*: the connection broke during a turn, and nobody knows whether that turn claimed actions. A successor makes
///   the further claims. As soon as no turn of the retired session is under way, it gives back exactly what no answer
///   ever named; it is kept alive, and closed, until everything it is known to have claimed is handed in.
/// - *closed* when the daemon ends.
pub struct Lease {
    current: RefCell<Rc<Session>>,
    retired: RefCell<Vec<Rc<Session>>>,
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
        Ok(Self::of(session, info, ttl_ms))
    }

    /// The lease of a session that is open already.
    #[must_use]
    pub fn of(session: i64, info: String, ttl_ms: i32) -> Self {
        Self {
            current: RefCell::new(Session::new(session)),
            retired: RefCell::default(),
            info,
            ttl_ms,
            replacing: Mutex::new(()),
        }
    }

    /// The session now.
    #[must_use]
    pub fn current(&self) -> Rc<Session> {
        self.current.borrow().clone()
    }

    /// Every session of this daemon that is not closed: the one now, and the retired ones.
    #[must_use]
    pub fn all(&self) -> Vec<i64> {
        let retired = self.retired.borrow();
        std::iter::once(self.current.borrow().id).chain(retired.iter().map(|session| session.id)).collect()
    }

    /// Opens another session in place of `lost`, unless somebody has done so already.
    ///
    /// # Errors
    /// As the database says.
    pub async fn replace(&self, client: &Client, lost: &Rc<Session>) -> Result<(), Error> {
        if let Some(session) = self.succeed(client, lost).await? {
            tracing::warn!(lost = lost.id, session, "the lease was lost: what ran may run again elsewhere");
        }
        Ok(())
    }

    /// Opens another session in place of `doubtful`, which may hold claims that nobody knows of.
    ///
    /// # Errors
    /// As the database says.
    pub async fn retire(&self, client: &Client, doubtful: &Rc<Session>) -> Result<(), Error> {
        if let Some(session) = self.succeed(client, doubtful).await? {
            tracing::info!(retired = doubtful.id, session, "a turn got no answer: a new session claims from here on");
            self.retired.borrow_mut().push(doubtful.clone());
        }
        Ok(())
    }

    async fn succeed(&self, client: &Client, former: &Rc<Session>) -> Result<Option<i64>, Error> {
        let _one = self.replacing.lock().await;
        if !Rc::ptr_eq(&self.current.borrow(), former) {
            return Ok(None);
        }
        let id = database::open_session(client, &self.info, self.ttl_ms).await?;
        *self.current.borrow_mut() = Session::new(id);
        Ok(Some(id))
    }
}

/// Connects, however long it takes. An engine that has been upgraded beyond this daemon ends it.
pub async fn connect<T, F>(hub: &Hub, purpose: &str, backoff: &mut Backoff, open: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, Error>>,
{
    loop {
        match open().await {
            Ok(connected) => {
                tracing::info!(purpose, "connected to the database again");
                return connected;
            }
            Err(error) if EngineCode::of(&error) == Some(EngineCode::ApiVersion) => {
                hub.fail(FatalError::at_start(&error));
            }
            // Once the pauses have stopped growing, nothing new is to be said.
            Err(error) if backoff.is_at_most() => tracing::debug!(purpose, "still not connected: {}", describe(&error)),
            Err(error) => tracing::warn!(purpose, "the database is not usable, trying again: {}", describe(&error)),
        }
        sleep(backoff.pause()).await;
    }
}

/// Keeps the lease, sweeps, tells what running attempts tell and registers, for as long as the daemon runs.
pub async fn keep(hub: Rc<Hub>, client: Client, mut programs: mpsc::UnboundedReceiver<Bytes>) {
    let mut keeper = Keeper { client, backoff: Backoff::database(hub.config.lock_heartbeat), hub };
    let mut heartbeats = interval(keeper.hub.config.lock_heartbeat);
    let mut sweeps = interval(keeper.hub.config.reclaim_interval);
    heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    sweeps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick is at once, and the session has just been opened.
    heartbeats.tick().await;
    let hub = keeper.hub.clone();
    loop {
        let due = hub.heartbeats.due(Instant::now());
        let telling = async {
            match due {
                Some(due) => sleep_until(due.into()).await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = heartbeats.tick() => keeper.heartbeat().await,
            // An idle daemon sweeps with its heartbeat, so that it makes no statement of its own for that.
            _ = sweeps.tick() => if !keeper.hub.is_idle() {
                keeper.sweep(MAX_SWEEPS).await;
            },
            Some(ir) = programs.recv() => keeper.register(&ir).await,
            () = telling => keeper.tell().await,
            () = hub.heartbeats.changed() => {}
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
            let (session, ttl_ms) = (self.hub.lease.current(), self.hub.lease.ttl_ms);
            let batch = self.hub.config.reclaim_batch;
            match timeout(ANSWER_TIMEOUT, database::renew_and_reclaim(&self.client, session.id, ttl_ms, batch)).await {
                Ok(Ok((renewed, reclaimed))) => {
                    self.backoff.reset();
                    if !renewed {
                        self.replace(&session).await;
                    }
                    if self.swept(reclaimed) {
                        self.sweep(MAX_SWEEPS).await;
                    }
                    return self.settle_retired().await;
                }
                // The lease comes first, whichever of the two failed.
                Ok(Err(error)) if Remedy::of(&error) != Remedy::Reconnect => {
                    tracing::warn!("expired work could not be swept: {}", describe(&error));
                }
                Ok(Err(_)) | Err(_) => {}
            }
        }
        self.renew().await;
        self.settle_retired().await;
        // Polling covers what no notification has said.
        self.hub.heartbeats.ask();
    }

    /// Tells the engine what running attempts have told, and asks which of them are no longer wanted.
    async fn tell(&mut self) {
        let (beats, ask) = self.hub.heartbeats.take(Instant::now());
        if !beats.is_empty() {
            self.beat(&beats).await;
        }
        self.hub.heartbeats_sent();
        let running = if ask { self.hub.running() } else { Vec::new() };
        if !running.is_empty() {
            match timeout(ANSWER_TIMEOUT, database::find_unwanted(&self.client, &running)).await {
                Ok(Ok(unwanted)) => self.cancel(&running, &unwanted),
                // It is asked again with the next heartbeat of the lease, which sees to the connection.
                Ok(Err(error)) => tracing::debug!("what is unwanted is not known: {}", describe(&error)),
                Err(_) => self.reconnect().await,
            }
        }
    }

    /// Hands in heartbeats, through lost connections and lost leases; one that is refused is given up.
    async fn beat(&mut self, beats: &[Beat]) {
        let mut batches = vec![beats];
        while let Some(batch) = batches.pop() {
            let session = self.hub.lease.current();
            match timeout(ANSWER_TIMEOUT, database::heartbeat(&self.client, session.id, batch)).await {
                Ok(Ok(unwanted)) => {
                    let attempts: Vec<Attempt> = batch.iter().map(|(attempt, _)| *attempt).collect();
                    self.cancel(&attempts, &unwanted);
                }
                Ok(Err(error)) => match Remedy::of(&error) {
                    Remedy::Reconnect => {
                        self.reconnect().await;
                        self.renew().await;
                        batches.push(batch);
                    }
                    Remedy::NewSession => {
                        self.renew().await;
                        batches.push(batch);
                    }
                    // One of them is at fault.
                    _ if batch.len() > 1 => batches.extend(batch.chunks(1)),
                    _ => tracing::warn!("a heartbeat of an action was refused: {}", describe(&error)),
                },
                Err(_) => {
                    self.reconnect().await;
                    self.renew().await;
                    batches.push(batch);
                }
            }
        }
    }

    fn cancel(&self, attempts: &[Attempt], unwanted: &[i32]) {
        for position in unwanted {
            let index = usize::try_from(*position - 1).ok();
            if let Some(attempt) = index.and_then(|index| attempts.get(index)) {
                tracing::debug!(run_id = %attempt.run_id, attempt.action_id, "a running action is no longer wanted");
                self.hub.cancel(*attempt);
            }
        }
    }

    /// Prolongs the lease, through lost connections. What the database refuses is tried again at the next heartbeat.
    async fn renew(&mut self) {
        loop {
            let (session, ttl_ms) = (self.hub.lease.current(), self.hub.lease.ttl_ms);
            match timeout(ANSWER_TIMEOUT, database::renew_session(&self.client, session.id, ttl_ms)).await {
                Ok(Ok(true)) => return self.backoff.reset(),
                Ok(Ok(false)) => return self.replace(&session).await,
                Ok(Err(error)) if Remedy::of(&error) != Remedy::Reconnect => {
                    return tracing::warn!("the lease could not be renewed: {}", describe(&error));
                }
                Ok(Err(_)) | Err(_) => self.reconnect().await,
            }
        }
    }

    /// Closes retired sessions but for what they are known to have claimed, and keeps them alive as long as that is
    /// under way. What fails here is done at the next heartbeat, or by the end of the retired lease.
    async fn settle_retired(&mut self) {
        let retired = std::mem::take(&mut *self.hub.lease.retired.borrow_mut());
        for session in retired {
            let (id, ttl_ms) = (session.id, self.hub.lease.ttl_ms);
            if !session.in_turn() {
                let kept = session.claims();
                let closing = database::close_session(&self.client, id, &kept);
                if let Ok(Ok(Some(returned))) = timeout(ANSWER_TIMEOUT, closing).await {
                    tracing::info!(session = id, returned, kept = kept.len(), "a retired session is closed");
                    if kept.is_empty() {
                        continue;
                    }
                }
            }
            let renewed = timeout(ANSWER_TIMEOUT, database::renew_session(&self.client, id, ttl_ms)).await;
            if !matches!(renewed, Ok(Ok(false))) {
                self.hub.lease.retired.borrow_mut().push(session);
            }
        }
    }

    async fn replace(&self, lost: &Rc<Session>) {
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
        for _ in 0..MAX_REGISTRATIONS {
            match timeout(ANSWER_TIMEOUT, database::register(&self.client, ir)).await {
                Ok(Ok(program)) => return tracing::debug!(program, "a program is registered"),
                Ok(Err(error)) if Remedy::of(&error) != Remedy::Reconnect => {
                    return tracing::error!(
                        code = ?EngineCode::of(&error),
                        "a workflow of the user's module was not registered: {}",
                        describe(&error)
                    );
                }
                // The lease is renewed as soon as there is a connection again: that may have taken long.
                Ok(Err(_)) | Err(_) => {
                    self.reconnect().await;
                    self.renew().await;
                }
            }
        }
        tracing::error!("a workflow of the user's module was not registered: the database does not answer");
    }

    async fn reconnect(&mut self) {
        sleep(self.backoff.pause()).await;
        let database: &Database = &self.hub.database;
        self.client = connect(&self.hub, "session", &mut self.backoff, || database.connect("session")).await;
    }
}
