//! The daemon's side of the connection to one worker: what it has been given, what is still to be written.

use std::{
    cell::RefCell,
    collections::HashMap,
    io,
    rc::Rc,
    time::{Duration, Instant},
};

use bytes::{Buf, Bytes, BytesMut};
use tokio::{io::Interest, net::UnixStream, sync::Notify};

use super::protocol::{self, Outcome, Oversized, Run};
use crate::{
    database::{Attempt, Completion},
    error::json_string,
    session::{Held, Session},
};

/// How much longer than an attempt's timeout the daemon waits for the worker's own answer.
const TIMEOUT_GRACE: Duration = Duration::from_secs(2);

/// How long a drained worker may take to exit once it has nothing left to do.
const EXIT_GRACE: Duration = Duration::from_secs(10);

/// A claimed action, borrowed from the row that brought it.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// What the engine knows it by.
    pub key: Attempt,
    /// The session that made it.
    pub session: &'a Rc<Session>,
    /// From 1.
    pub attempt: u32,
    /// Milliseconds this attempt may take.
    pub timeout_ms: u32,
    /// `module:qualname`.
    pub name: &'a str,
    /// JSON text of what the engine tells the attempt beside its arguments; empty when that is nothing.
    pub context: &'a [u8],
    /// JSON text.
    pub arguments: &'a [u8],
}

impl Claim<'_> {
    /// The result of a claim that no worker got.
    #[must_use]
    pub fn ended(&self, outcome: Outcome, value: Option<Bytes>) -> Completion {
        Completion { claim: Held::new(self.session, self.key), outcome, value, run_us: 0 }
    }
}

/// An attempt that the worker has not answered yet.
struct Invocation {
    claim: Held,
    dispatched: Instant,
    /// From when its time counts: its dispatch or its last heartbeat.
    alive: Instant,
    timeout: Duration,
    cancelled: bool,
}

impl Invocation {
    fn ended(self, outcome: Outcome, value: Option<Bytes>, run_us: i64) -> Completion {
        Completion { claim: self.claim, outcome, value, run_us }
    }

    fn elapsed_us(&self) -> i64 {
        i64::try_from(self.dispatched.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}

/// One ready worker.
pub struct Link {
    /// Its slot.
    pub slot: u16,
    /// Its process id.
    pub pid: u32,
    stream: UnixStream,
    concurrency: u32,
    /// Actions after which it is to be replaced.
    lifecycle: Option<u64>,
    state: RefCell<State>,
    changed: Notify,
    worn: Notify,
}

struct State {
    out: BytesMut,
    outstanding: HashMap<u64, Invocation>,
    dispatched: u64,
    /// When the worker was last heard of.
    heard: Instant,
    /// Since when it gets no more actions.
    draining: Option<Instant>,
    /// Why it is to be ended at once.
    killed: Option<String>,
}

impl Link {
    /// A worker that has said READY on `stream`.
    #[must_use]
    pub fn new(slot: u16, pid: u32, stream: UnixStream, concurrency: u16, lifecycle: Option<u64>) -> Self {
        let state = State {
            out: BytesMut::new(),
            outstanding: HashMap::new(),
            dispatched: 0,
            heard: Instant::now(),
            draining: None,
            killed: None,
        };
        Self {
            slot,
            pid,
            stream,
            concurrency: concurrency.into(),
            lifecycle,
            state: RefCell::new(state),
            changed: Notify::new(),
            worn: Notify::new(),
        }
    }

    /// Actions it executes now.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.state.borrow().outstanding.len()
    }

    /// Actions it can take.
    #[must_use]
    pub fn free(&self) -> u32 {
        let state = self.state.borrow();
        if state.draining.is_some() || state.killed.is_some() {
            return 0;
        }
        self.concurrency.saturating_sub(u32::try_from(state.outstanding.len()).unwrap_or(u32::MAX))
    }

    /// Hands an action to the worker; `flush` sends it off.
    ///
    /// # Errors
    /// The action fits no frame; nothing has happened.
    pub fn dispatch(&self, invocation: u64, claim: &Claim) -> Result<(), Oversized> {
        let mut state = self.state.borrow_mut();
        let run = Run {
            invocation,
            run_id: claim.key.run_id,
            action_id: claim.key.action_id,
            attempt: claim.attempt,
            timeout_ms: claim.timeout_ms,
            name: claim.name,
            context: claim.context,
            arguments: claim.arguments,
        };
        protocol::encode_run(&mut state.out, &run)?;
        let now = Instant::now();
        let pending = Invocation {
            claim: Held::new(claim.session, claim.key),
            dispatched: now,
            alive: now,
            timeout: Duration::from_millis(claim.timeout_ms.into()),
            cancelled: false,
        };
        if state.outstanding.is_empty() {
            // The serving task looks for overdue invocations only while there are any.
            self.changed.notify_one();
        }
        state.outstanding.insert(invocation, pending);
        state.dispatched += 1;
        if self.lifecycle == Some(state.dispatched) {
            self.worn.notify_one();
        }
        Ok(())
    }

    /// Writes what can be written now; the serving task writes the rest.
    pub fn flush(&self) {
        let mut state = self.state.borrow_mut();
        while !state.out.is_empty() {
            match self.stream.try_write(&state.out) {
                Ok(written) => state.out.advance(written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return self.changed.notify_one(),
                // The worker is gone: the serving task reads the end of the stream and reports what was lost.
                Err(_) => state.out.clear(),
            }
        }
    }

    /// What it executes, without what was cancelled.
    #[must_use]
    pub fn running(&self) -> Vec<Attempt> {
        let state = self.state.borrow();
        state.outstanding.values().filter(|pending| !pending.cancelled).map(|pending| *pending.claim).collect()
    }

    /// Raises `CancelledError` in an attempt, if this worker executes it. It keeps its slot until it has ended.
    pub fn cancel(&self, attempt: Attempt) {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let found = state.outstanding.iter_mut().find(|(_, pending)| *pending.claim == attempt && !pending.cancelled);
        let Some((invocation, pending)) = found else { return };
        pending.cancelled = true;
        protocol::encode_cancel(&mut state.out, *invocation);
        self.changed.notify_one();
    }

    /// No more actions: the worker finishes what runs and ends.
    pub fn drain(&self) {
        let mut state = self.state.borrow_mut();
        if state.draining.is_none() {
            state.draining = Some(Instant::now());
            protocol::encode_drain(&mut state.out);
            drop(state);
            self.flush();
            self.changed.notify_one();
        }
    }

    /// Ends the worker at once; `reason` is what its unfinished actions were lost to.
    pub fn kill(&self, reason: &str) {
        self.state.borrow_mut().killed.get_or_insert_with(|| reason.to_owned());
        self.changed.notify_one();
    }

    /// Waits until the worker has been given as many actions as it may get in its life.
    pub async fn worn(&self) {
        self.worn.notified().await;
    }

    // For the task that serves the worker.

    /// Waits until bytes can be read or written, as far as there are any to write.
    pub(super) async fn ready(&self) -> io::Result<()> {
        let writes = !self.state.borrow().out.is_empty();
        let interest = if writes { Interest::READABLE | Interest::WRITABLE } else { Interest::READABLE };
        self.stream.ready(interest).await.map(drop)
    }

    /// Waits until there is something to write, an invocation to watch, a drain or a kill.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Reads once; the count is zero at the end of the stream.
    pub(super) fn read(&self, buffer: &mut BytesMut) -> io::Result<usize> {
        let count = self.stream.try_read_buf(buffer)?;
        self.state.borrow_mut().heard = Instant::now();
        Ok(count)
    }

    /// An invocation goes on; none when the daemon has forgotten it, or it is no longer wanted.
    pub(super) fn beaten(&self, invocation: u64) -> Option<Attempt> {
        let mut state = self.state.borrow_mut();
        let pending = state.outstanding.get_mut(&invocation).filter(|pending| !pending.cancelled)?;
        pending.alive = Instant::now();
        Some(*pending.claim)
    }

    /// The result of an invocation; none when the daemon has forgotten it.
    pub(super) fn answered(&self, invocation: u64, outcome: Outcome, run_us: u64, value: Bytes) -> Option<Completion> {
        let mut state = self.state.borrow_mut();
        let pending = state.outstanding.remove(&invocation);
        let cancelled = pending.as_ref().is_some_and(|pending| pending.cancelled);
        if outcome == Outcome::Released && state.draining.is_none() && !cancelled {
            // Somebody else told the worker to end: it would release whatever it gets.
            state.draining = Some(Instant::now());
            self.worn.notify_one();
        }
        let pending = pending?;
        let value = match outcome {
            Outcome::TimedOut => None,
            Outcome::Released if value.is_empty() => None,
            _ => Some(value),
        };
        Some(pending.ended(outcome, value, i64::try_from(run_us).unwrap_or(i64::MAX)))
    }

    /// Invocations that the worker should have timed out itself and has not. A worker that was silent since its own
    /// deadline has an event loop that no longer answers and is killed; one that was heard of only forgets them.
    pub(super) fn overdue(&self) -> Vec<Completion> {
        let now = Instant::now();
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let overdue = state.outstanding.extract_if(|_, pending| now > pending.alive + pending.timeout + TIMEOUT_GRACE);
        let mut ended = Vec::new();
        for (invocation, pending) in overdue {
            if state.heard < pending.alive + pending.timeout {
                state.killed.get_or_insert_with(|| "the worker was replaced: its event loop was blocked".into());
            } else {
                protocol::encode_cancel(&mut state.out, invocation);
            }
            let run_us = pending.elapsed_us();
            ended.push(pending.ended(Outcome::TimedOut, None, run_us));
        }
        let lingers = |since: Instant| state.outstanding.is_empty() && now > since + EXIT_GRACE;
        if state.draining.is_some_and(lingers) {
            state.killed.get_or_insert_with(|| "the worker did not exit after its last action".into());
        }
        ended
    }

    /// Everything the worker will not answer any more.
    pub(super) fn lost(&self, reason: &str) -> Vec<Completion> {
        let mut state = self.state.borrow_mut();
        state.out.clear();
        state.draining.get_or_insert_with(Instant::now);
        let reason = Bytes::from(json_string(reason));
        let lost = |(_, pending): (u64, Invocation)| {
            let run_us = pending.elapsed_us();
            pending.ended(Outcome::Lost, Some(reason.clone()), run_us)
        };
        state.outstanding.drain().map(lost).collect()
    }

    /// Why the worker is to be ended at once, if it is.
    pub(super) fn killed(&self) -> Option<String> {
        self.state.borrow().killed.clone()
    }

    /// Whether the worker was told to end.
    pub(super) fn is_draining(&self) -> bool {
        self.state.borrow().draining.is_some()
    }
}
