//! The daemon's life: start, run until told to stop or unable to go on, drain, hand everything in, leave.

use std::{
    env,
    fs::{self, DirBuilder},
    hash::{BuildHasher, Hasher, RandomState},
    io,
    os::unix::fs::DirBuilderExt,
    path::PathBuf,
    process,
    rc::Rc,
    time::Duration,
};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    backoff::Backoff,
    config::Config,
    database::{self, Database, TurnConnection},
    error::{Error, describe, json_string},
    hub::Hub,
    lane, retention, schedules,
    session::{self, Lease},
    trace::Trace,
    worker::supervisor,
};

/// How long running actions may take to end after the first signal.
const DRAIN_GRACE: Duration = Duration::from_secs(30);

/// How long the last results may take to be handed in.
const HAND_IN_GRACE: Duration = Duration::from_secs(10);

/// How long the farewell to the database may take.
const CLOSE_GRACE: Duration = Duration::from_secs(5);

/// SIGTERM and SIGINT.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes the signals over.
    ///
    /// # Errors
    /// The system refuses.
    pub fn new() -> Result<Self, Error> {
        let take = |kind| signal(kind).map_err(|cause| Error::System { what: "a signal handler", cause });
        Ok(Self { terminate: take(SignalKind::terminate())?, interrupt: take(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Runs until a signal, and ends in good order.
///
/// # Errors
/// Why it could not start, could not go on, or could not hand everything in.
pub async fn run(config: Config, queues: Vec<String>, mut signals: Signals) -> Result<(), Error> {
    let database = Database::new(&config.database_url)?;
    let sockets = SocketFolder::create()?;
    let at_start = |error| Error::at_start(&error);
    let client = database.connect("session").await.map_err(at_start)?;
    let lease = Lease::open(&client, description(&config, &queues), config.lock_ttl).await.map_err(at_start)?;
    let trace = config.trace.as_deref().map(|path| Trace::create(path, config.executor_shards, config.worker_count));
    let trace = trace.transpose().map_err(|cause| Error::System { what: "the file of BENCH_TRACE", cause })?;
    let (programs, registrations) = mpsc::unbounded_channel();
    let hub = Rc::new(Hub::new(config, queues, database, lease, trace, sockets.path.clone(), programs));
    tracing::info!(
        session = hub.lease.current().id,
        workers = hub.config.worker_count,
        concurrency = hub.config.concurrent_per_worker,
        lanes = hub.config.executor_shards,
        queues = hub.queues.join(","),
        "started"
    );

    let mut lanes = JoinSet::new();
    for index in 0..hub.config.executor_shards.into() {
        let connection = TurnConnection::open(&hub.database, &format!("lane {index}")).await.map_err(at_start)?;
        lanes.spawn_local(lane::run(hub.clone(), index, connection));
    }
    let mut services = JoinSet::new();
    services.spawn_local(session::keep(hub.clone(), client, registrations));
    services.spawn_local(listen(hub.clone()));
    services.spawn_local(retention::keep(hub.clone()));
    let scheduler = hub.database.connect("schedules").await.map_err(at_start)?;
    services.spawn_local(schedules::keep(hub.clone(), scheduler));
    services.spawn_local({
        let hub = hub.clone();
        async move { hub.profile().await }
    });
    let mut supervisors = JoinSet::new();
    for slot in 0..hub.config.worker_count {
        supervisors.spawn_local(supervisor::supervise(hub.clone(), slot));
    }

    let failure = tokio::select! {
        () = signals.next() => None,
        error = hub.failure() => Some(error),
    };
    tracing::info!(running = hub.outstanding(), "stopping: no new work, running actions finish");
    supervisors.shutdown().await;
    drain(&hub, &mut signals).await;
    let handed_in = hand_in(&hub, &mut lanes, &mut signals).await;
    services.shutdown().await;
    hub.stats.log(0);
    if let Some(trace) = &hub.trace {
        trace.finish();
    }
    close_sessions(&hub).await;
    match failure {
        Some(error) => Err(error),
        None if handed_in => Ok(()),
        None => Err(Error::Abandoned),
    }
}

/// Ends the workers: in good order, within a grace; at a second signal at once.
async fn drain(hub: &Hub, signals: &mut Signals) {
    hub.drain();
    tokio::select! {
        () = hub.workers_gone() => return,
        () = sleep(DRAIN_GRACE) => tracing::warn!(running = hub.outstanding(), "actions did not end within {DRAIN_GRACE:?}"),
        () = signals.next() => tracing::warn!(running = hub.outstanding(), "stopping at once"),
    }
    hub.kill("the daemon was stopped");
    hub.workers_gone().await;
}

/// Lets the lanes hand in what they have; whether they could.
async fn hand_in(hub: &Hub, lanes: &mut JoinSet<()>, signals: &mut Signals) -> bool {
    hub.close();
    let all = async { while lanes.join_next().await.is_some() {} };
    tokio::select! {
        () = all => true,
        () = sleep(HAND_IN_GRACE) => false,
        () = signals.next() => false,
    }
}

/// Gives back what the sessions may still hold. Without that, the end of their leases does.
async fn close_sessions(hub: &Hub) {
    let close = async {
        let client = hub.database.connect("session").await?;
        let mut returned = 0;
        for session in hub.lease.all() {
            returned += database::close_session(&client, session, &[]).await?.unwrap_or(0);
        }
        Ok::<i32, tokio_postgres::Error>(returned)
    };
    match timeout(CLOSE_GRACE, close).await {
        Ok(Ok(returned)) => tracing::info!(returned, "stopped"),
        Ok(Err(error)) => tracing::warn!("the session was not closed: {}", describe(&error)),
        Err(_) => tracing::warn!("the session was not closed: no answer from the database"),
    }
}

/// Hears notifications, for as long as the daemon runs; polling covers the gaps.
async fn listen(hub: Rc<Hub>) {
    let mut backoff = Backoff::database(hub.config.lock_heartbeat);
    loop {
        let (ready, notified) = (hub.clone(), hub.clone());
        let ended =
            hub.database.listen(move || ready.set_listening(true), move |payload| notified.notified(payload)).await;
        if let Err(error) = ended {
            tracing::debug!("not listening for notifications, polling: {}", describe(&error));
        }
        hub.set_listening(false);
        sleep(backoff.pause()).await;
    }
}

/// What `waymark.open_session` stores about this daemon.
fn description(config: &Config, queues: &[String]) -> String {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| env::var("HOSTNAME"));
    let host = json_string(host.unwrap_or_default().trim());
    let version = json_string(env!("CARGO_PKG_VERSION"));
    let queues: Vec<String> = queues.iter().map(|queue| json_string(queue)).collect();
    format!(
        r#"{{"host": {host}, "pid": {}, "version": {version}, "workers": {}, "concurrency": {}, "queues": [{}]}}"#,
        process::id(),
        config.worker_count,
        config.concurrent_per_worker,
        queues.join(", ")
    )
}

/// The private folder of the workers' sockets; removed at the end.
struct SocketFolder {
    path: PathBuf,
}

impl SocketFolder {
    fn create() -> Result<Self, Error> {
        let parent = env::temp_dir();
        let random = RandomState::new().build_hasher().finish();
        let path = parent.join(format!("waymark-{}-{:08x}", process::id(), random & 0xffff_ffff));
        // Fails if it exists: nobody else can have put something there.
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => Ok(Self { path }),
            Err(cause) => Err(Error::SocketFolder { path: parent, cause }),
        }
    }
}

impl Drop for SocketFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %self.path.display(), "the folder of the workers' sockets was not removed");
        }
    }
}
