//! What the daemon's tasks share: lanes' inboxes, workers, the pulse. The daemon is one thread, so there are no locks;
//! no borrow is held across an await.

use std::{
    cell::{Cell, RefCell},
    path::PathBuf,
    rc::Rc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::sync::{Notify, mpsc};

use crate::{
    config::Config,
    database::{Attempt, Completion, Database},
    error::{Error, json_exception, json_string},
    heartbeats::Heartbeats,
    plan::{Load, Pulse, Step, Turn, Yield},
    session::Lease,
    stats::Stats,
    trace::Trace,
    worker::{
        link::{Claim, Link},
        protocol::Outcome,
    },
};

/// The most bytes of results one turn hands in, unless a single result is larger.
const MAX_RESULT_BYTES: usize = 32 << 20;

/// Beyond two, a lane is used for each so many actions that are under way.
const ACTIONS_A_LANE: usize = 200;

/// Lanes that are worth turns of their own: a turn has its price, whatever it carries, and databases have few cores.
fn lanes_in_use(lanes: usize, outstanding: usize) -> usize {
    lanes.min((outstanding / ACTIONS_A_LANE).max(2))
}

/// The shared state. Everything that happens to it wakes whom it concerns.
pub struct Hub {
    /// The settings.
    pub config: Config,
    /// The queues this daemon serves.
    pub queues: Vec<String>,
    /// The database.
    pub database: Database,
    /// The session.
    pub lease: Lease,
    /// What running attempts tell.
    pub heartbeats: Heartbeats,
    /// The counters.
    pub stats: Stats,
    /// Where the loop is recorded, if it is.
    pub trace: Option<Trace>,
    /// The private folder of the workers' sockets.
    pub sockets: PathBuf,
    pulse: RefCell<Pulse>,
    lanes: Vec<Inbox>,
    /// Worker processes that are ready or draining.
    links: RefCell<Vec<Rc<Link>>>,
    links_changed: Notify,
    /// Slots that turns in flight have asked for.
    reserved: Cell<u32>,
    invocations: Cell<u64>,
    programs: mpsc::UnboundedSender<Bytes>,
    workers: Cell<Starts>,
    schedules: Notify,
    closing: Cell<bool>,
    fatal: RefCell<Option<Error>>,
    failed: Notify,
}

/// The results of one lane's runs.
#[derive(Default)]
struct Inbox {
    results: RefCell<Vec<Completion>>,
    wake: Notify,
}

/// What is known about worker starts.
#[derive(Clone, Copy, Default)]
struct Starts {
    ever_ready: bool,
    failures: u32,
}

/// Starts that may fail in a row before any worker has ever been ready.
const MAX_FIRST_FAILURES: u32 = 5;

impl Hub {
    /// A hub without workers. Programs that workers send go to `programs`.
    #[must_use]
    pub fn new(
        config: Config,
        queues: Vec<String>,
        database: Database,
        lease: Lease,
        trace: Option<Trace>,
        sockets: PathBuf,
        programs: mpsc::UnboundedSender<Bytes>,
    ) -> Self {
        let pulse = Pulse::new(config.poll_interval, config.lock_heartbeat, Instant::now());
        Self {
            queues,
            database,
            lease,
            heartbeats: Heartbeats::default(),
            stats: Stats::default(),
            trace,
            sockets,
            pulse: RefCell::new(pulse),
            lanes: (0..config.executor_shards).map(|_| Inbox::default()).collect(),
            links: RefCell::default(),
            links_changed: Notify::new(),
            reserved: Cell::new(0),
            invocations: Cell::new(0),
            programs,
            workers: Cell::default(),
            schedules: Notify::new(),
            closing: Cell::new(false),
            fatal: RefCell::default(),
            failed: Notify::new(),
            config,
        }
    }

    // Lanes.

    /// What a lane does next. A turn is begun by this: its slots are reserved and its results taken.
    pub fn plan(&self, lane: usize) -> (Step, Vec<Completion>) {
        let mut results = self.lanes[lane].results.borrow_mut();
        let elsewhere = self.outstanding() > 0
            || self.lanes.iter().enumerate().any(|(other, inbox)| other != lane && !inbox.results.borrow().is_empty());
        let load = Load { results: results.len(), free: self.free(), elsewhere };
        let mut pulse = self.pulse.borrow_mut();
        if load.results == 0 && lane >= self.lanes_in_use() {
            return (Step::Wait(None), Vec::new());
        }
        let step = pulse.next(load, Instant::now());
        let Step::Turn(turn) = step else { return (step, Vec::new()) };
        pulse.begin(turn);
        self.reserved.set(self.reserved.get() + turn.capacity);
        let mut bytes = 0;
        let fitting = results.iter().take(turn.results).take_while(|done| {
            let fits = bytes < MAX_RESULT_BYTES;
            bytes += done.value.as_ref().map_or(0, Bytes::len);
            fits
        });
        let fitting = fitting.count();
        let mut batch: Vec<Completion> = results.drain(..fitting).collect();
        // The engine takes locks in this order.
        batch.sort_unstable_by_key(|done| (done.claim.run_id, done.claim.action_id));
        (step, batch)
    }

    /// A turn is over; none was answered when the database refused all of it.
    pub fn end_turn(&self, turn: Turn, brought: Option<Yield>) {
        self.reserved.set(self.reserved.get() - turn.capacity);
        let mut pulse = self.pulse.borrow_mut();
        match brought {
            Some(brought) => pulse.end(turn, brought, Instant::now()),
            None => pulse.fail(Instant::now()),
        }
    }

    /// Waits until something happens on a lane.
    pub async fn lane_woken(&self, lane: usize) {
        self.lanes[lane].wake.notified().await;
    }

    /// There may be work to claim.
    pub fn want(&self) {
        self.pulse.borrow_mut().want();
        self.wake_lanes();
    }

    /// A notification: there may be work, a schedule may be due sooner, or one of this daemon's sessions runs what is no longer wanted.
    pub fn notified(&self, payload: &str) {
        match payload.parse() {
            Ok(session) if self.lease.all().contains(&session) => self.heartbeats.ask(),
            Ok(_) => {}
            Err(_) if payload == "schedules" => self.schedules.notify_one(),
            Err(_) => self.want(),
        }
    }

    /// Waits until a schedule may be due sooner than the engine has said.
    pub async fn schedules_changed(&self) {
        self.schedules.notified().await;
    }

    /// Notifications arrive, or do so no longer.
    pub fn set_listening(&self, listening: bool) {
        self.pulse.borrow_mut().set_listening(listening);
        self.schedules.notify_one();
        self.wake_lanes();
    }

    /// Whether notifications arrive.
    #[must_use]
    pub fn is_listening(&self) -> bool {
        self.pulse.borrow().is_listening()
    }

    /// Whether nothing is going on.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.pulse.borrow().is_idle() && self.outstanding() == 0
    }

    fn lanes_in_use(&self) -> usize {
        lanes_in_use(self.lanes.len(), self.outstanding())
    }

    fn wake_lanes(&self) {
        for lane in &self.lanes {
            lane.wake.notify_one();
        }
    }

    // Results.

    /// A claim has ended: its lane will hand that in, once the engine knows what the attempt has told before.
    pub fn complete(&self, completion: Completion) {
        if let Some(trace) = &self.trace {
            trace.completed(&completion);
        }
        if let Some(completion) = self.heartbeats.hold(completion) {
            self.pass_on(completion);
        }
    }

    /// The heartbeats that were taken have been told: results that waited for that go on.
    pub fn heartbeats_sent(&self) {
        for completion in self.heartbeats.sent() {
            self.pass_on(completion);
        }
        if self.is_closing() {
            self.wake_lanes();
        }
    }

    fn pass_on(&self, completion: Completion) {
        let lane = &self.lanes[completion.claim.run_id.shard(self.lanes_in_use())];
        lane.results.borrow_mut().push(completion);
        lane.wake.notify_one();
    }

    // Workers.

    /// Actions that workers execute now.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.links.borrow().iter().map(|link| link.outstanding()).sum()
    }

    fn free(&self) -> u32 {
        let free: u32 = self.links.borrow().iter().map(|link| link.free()).sum();
        free.saturating_sub(self.reserved.get())
    }

    /// The attempts that workers execute now and that the engine has not called unwanted.
    #[must_use]
    pub fn running(&self) -> Vec<Attempt> {
        self.links.borrow().iter().flat_map(|link| link.running()).collect()
    }

    /// Cancels an attempt on its worker.
    pub fn cancel(&self, attempt: Attempt) {
        for link in self.links.borrow().iter() {
            link.cancel(attempt);
        }
    }

    /// Gives a claimed action to the worker with most free slots. `send_dispatched` sends it off.
    pub fn dispatch(&self, claim: &Claim) {
        let links = self.links.borrow();
        let Some(link) = links.iter().filter(|link| link.free() > 0).max_by_key(|link| link.free()) else {
            // Workers have ended since the turn asked for it.
            let reason = json_string("the daemon has no free worker slot for it any more");
            return self.complete(claim.ended(Outcome::Released, Some(reason.into())));
        };
        let invocation = self.invocations.get() + 1;
        self.invocations.set(invocation);
        match (link.dispatch(invocation, claim), &self.trace) {
            (Ok(()), None) => {}
            (Ok(()), Some(trace)) => trace.dispatched(link.slot, claim),
            (Err(error), _) => {
                self.complete(claim.ended(Outcome::Failed, Some(json_exception(&error.to_string()).into())));
            }
        }
    }

    /// Writes what was dispatched: one write a worker.
    pub fn send_dispatched(&self) {
        for link in self.links.borrow().iter() {
            link.flush();
        }
    }

    /// A worker is ready.
    pub fn add_link(&self, link: Rc<Link>) {
        self.links.borrow_mut().push(link);
        self.workers.set(Starts { ever_ready: true, failures: 0 });
        self.want();
    }

    /// A worker has ended.
    pub fn remove_link(&self, link: &Rc<Link>) {
        self.links.borrow_mut().retain(|other| !Rc::ptr_eq(other, link));
        self.links_changed.notify_one();
    }

    /// A worker has ended before it was ready. Until a first one was, that is counted: a daemon that cannot get any
    /// worker up says so and ends.
    pub fn start_failed(&self, reason: &str) {
        let mut workers = self.workers.get();
        workers.failures += 1;
        self.workers.set(workers);
        if !workers.ever_ready && workers.failures >= MAX_FIRST_FAILURES {
            self.fail(Error::WorkersFail { attempts: workers.failures, reason: reason.to_owned() });
        }
    }

    /// A program is to be registered.
    pub fn register(&self, ir: Bytes) {
        // The receiver goes only when the daemon ends.
        let _ = self.programs.send(ir);
    }

    // The end.

    /// No new work: every worker finishes what runs and ends.
    pub fn drain(&self) {
        for link in self.links.borrow().iter() {
            link.drain();
        }
    }

    /// Ends every worker at once.
    pub fn kill(&self, reason: &str) {
        for link in self.links.borrow().iter() {
            link.kill(reason);
        }
    }

    /// Waits until the last worker has ended and what it had is in the lanes.
    pub async fn workers_gone(&self) {
        while !self.links.borrow().is_empty() {
            self.links_changed.notified().await;
        }
    }

    /// Lanes end once they have nothing left to hand in.
    pub fn close(&self) {
        self.closing.set(true);
        self.wake_lanes();
    }

    /// Whether `close` was called and no result waits outside of the lanes.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.closing.get() && !self.heartbeats.holds_results()
    }

    /// Ends the daemon with an error; the first one counts.
    pub fn fail(&self, error: Error) {
        self.fatal.borrow_mut().get_or_insert(error);
        self.failed.notify_one();
    }

    /// Waits for `fail`.
    pub async fn failure(&self) -> Error {
        loop {
            if let Some(error) = self.fatal.take() {
                return error;
            }
            self.failed.notified().await;
        }
    }

    /// Logs the counters as often as the settings say.
    pub async fn profile(&self) {
        if self.config.profile_interval.is_zero() {
            return std::future::pending().await;
        }
        let mut ticks = tokio::time::interval(self.config.profile_interval.max(Duration::from_millis(1)));
        loop {
            ticks.tick().await;
            self.stats.log(self.outstanding());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_beyond_two_are_used_as_there_is_work_for_them() {
        assert_eq!([0, 399, 600, 10_000].map(|outstanding| lanes_in_use(16, outstanding)), [2, 2, 3, 16]);
        assert_eq!(lanes_in_use(1, 10_000), 1);
    }
}
