//! A lane: one connection that makes one turn after the other. While a turn is in flight, results pile up in the
//! lane's inbox and go with the next one.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::time::{sleep, sleep_until, timeout};
use tokio_postgres::{Error, Row};

use crate::{
    backoff::Backoff,
    database::{ANSWER_TIMEOUT, Ask, Attempt, Completion, TurnConnection},
    error::{Remedy, describe, json_exception},
    hub::Hub,
    plan::{Step, Turn, Yield},
    session::{self, Session},
    trace::Track,
    values::{Jsonb, RunId},
    worker::{link::Claim, protocol::Outcome},
};

/// Times a victim of a deadlock repeats a turn as it is.
const MAX_REPEATS: u32 = 10;

/// Times a single result that took too long is handed in again, with pauses of seconds.
const MAX_REPEATS_SLOW: u32 = 30;

const REPEAT_PAUSE: Duration = Duration::from_millis(2);

/// Hands in nothing but results: no claim is mixed up with finding the culprit.
const NOTHING: Ask = Ask { capacity: 0, resting: false, isolate: true };

/// Runs a lane until the hub closes and everything is handed in.
pub async fn run(hub: Rc<Hub>, index: usize, connection: TurnConnection) {
    let backoff = Backoff::database(hub.config.lock_heartbeat);
    let mut lane = Lane { hub, index, connection, backoff };
    loop {
        let (step, batch) = lane.hub.plan(index);
        match step {
            Step::Turn(turn) => {
                let began = Instant::now();
                let brought = lane.turn(turn, batch).await;
                if let Some(trace) = &lane.hub.trace {
                    trace.turn(index, began, turn, brought);
                }
                lane.hub.end_turn(turn, brought);
            }
            Step::Wait(_) if lane.hub.is_closing() => return,
            Step::Wait(None) => lane.hub.lane_woken(index).await,
            Step::Wait(Some(until)) => tokio::select! {
                () = lane.hub.lane_woken(index) => {}
                () = sleep_until(until.into()) => {}
            },
        }
    }
}

/// What the engine answered, and to which session.
struct Answer {
    session: Rc<Session>,
    rows: Vec<Row>,
}

struct Lane {
    hub: Rc<Hub>,
    index: usize,
    connection: TurnConnection,
    backoff: Backoff,
}

impl Lane {
    /// Makes a turn; none when the database refused all of it.
    ///
    /// What it refuses is narrowed down in a fixed number of steps: the batch as it is, the batch with every task
    /// stepped on its own, each result alone, and in the place of a result that cannot be stored a failure that says why.
    async fn turn(&mut self, turn: Turn, batch: Vec<Completion>) -> Option<Yield> {
        for isolate in [false, true] {
            let ask = Ask { capacity: turn.capacity, resting: turn.resting, isolate };
            match self.ask(ask, &batch).await {
                Ok(answer) => return Some(self.take(&answer, batch.len())),
                Err(error) if isolate => {
                    let results = batch.len();
                    tracing::warn!(lane = self.index, results, "a turn was refused: {}", describe(&error));
                }
                // Isolation decides what that was worth saying.
                Err(error) => tracing::debug!(lane = self.index, "a turn is isolated: {}", describe(&error)),
            }
        }
        let mut accepted = None;
        for completion in batch {
            let (run_id, action_id) = (completion.claim.run_id, completion.claim.action_id);
            match self.turn_single(completion).await {
                Ok(answer) => accepted = Some(self.take(&answer, 1)),
                Err(error) => tracing::error!(
                    %run_id,
                    action_id,
                    "a result is given up, the action is offered again after its deadline: {}",
                    describe(&error)
                ),
            }
        }
        accepted
    }

    async fn turn_single(&mut self, completion: Completion) -> Result<Answer, Error> {
        let mut single = [completion];
        let error = match self.ask(NOTHING, &single).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        if Remedy::of(&error) != Remedy::Isolate {
            // Not the result's fault: it must not look like a failure of the action.
            return Err(error);
        }
        let reason = format!("the database cannot store the action's result: {}", describe(&error));
        single[0].outcome = Outcome::Failed;
        single[0].value = Some(json_exception(&reason).into());
        self.ask(NOTHING, &single).await
    }

    /// Asks the engine, through lost connections, lost leases and deadlocks: results stay in hand until it has answered.
    ///
    /// # Errors
    /// It refuses what is in the question.
    async fn ask(&mut self, ask: Ask, batch: &[Completion]) -> Result<Answer, Error> {
        let mut repeats = 0;
        loop {
            if self.connection.client.is_closed() {
                self.reconnect().await;
            }
            let session = self.hub.lease.current();
            let turn = self.connection.turn(session.id, &self.hub.queues, ask, batch);
            let Ok(answer) = timeout(ANSWER_TIMEOUT, turn).await else {
                tracing::warn!(lane = self.index, "a turn got no answer in {ANSWER_TIMEOUT:?}");
                self.reconnect_in_doubt(ask, &session).await;
                continue;
            };
            let error = match answer {
                Ok(rows) => {
                    self.backoff.reset();
                    return Ok(Answer { session, rows });
                }
                Err(error) => error,
            };
            // A question whose claims are not at stake may take long, say while a table is locked; others are narrowed
            // down first.
            let patience = if ask.capacity == 0 && batch.len() == 1 { MAX_REPEATS_SLOW } else { 0 };
            match Remedy::of(&error) {
                Remedy::Reconnect => {
                    tracing::warn!(lane = self.index, "a turn did not get through: {}", describe(&error));
                    if error.as_db_error().is_some() {
                        self.reconnect().await;
                    } else {
                        self.reconnect_in_doubt(ask, &session).await;
                    }
                }
                Remedy::NewSession => {
                    if let Err(error) = self.hub.lease.replace(&self.connection.client, &session).await {
                        tracing::warn!("no new session could be opened: {}", describe(&error));
                    }
                    // A lease that is lost at once again is not replaced in a tight loop.
                    sleep(self.backoff.pause()).await;
                }
                Remedy::Repeat if repeats < MAX_REPEATS => {
                    repeats += 1;
                    tracing::debug!(lane = self.index, repeats, "a turn is repeated: {}", describe(&error));
                    sleep(REPEAT_PAUSE * repeats).await;
                }
                Remedy::TooSlow if repeats < patience => {
                    repeats += 1;
                    tracing::warn!(lane = self.index, repeats, "a turn is repeated: {}", describe(&error));
                    sleep(self.backoff.pause()).await;
                }
                Remedy::Repeat | Remedy::TooSlow | Remedy::Isolate => return Err(error),
            }
        }
    }

    /// The connection broke during a turn: it may have claimed actions that this daemon will never hear of.
    async fn reconnect_in_doubt(&mut self, ask: Ask, session: &Rc<Session>) {
        loop {
            self.reconnect().await;
            if ask.capacity == 0 {
                return;
            }
            match self.hub.lease.retire(&self.connection.client, session).await {
                Ok(()) => return,
                Err(error) => tracing::warn!("no new session could be opened: {}", describe(&error)),
            }
        }
    }

    async fn reconnect(&mut self) {
        sleep(self.backoff.pause()).await;
        let (database, purpose) = (&self.hub.database, format!("lane {}", self.index));
        self.connection =
            session::connect(&self.hub, &purpose, &mut self.backoff, || TurnConnection::open(database, &purpose)).await;
    }

    /// Gives out what a turn brought.
    fn take(&self, answer: &Answer, results: usize) -> Yield {
        let began = Instant::now();
        let mut brought = Yield::default();
        let mut rejected = 0;
        for row in &answer.rows {
            if let Err(error) = self.take_row(row, &answer.session, &mut brought, &mut rejected) {
                // What is in such a row is offered again after its deadline.
                tracing::error!("the engine answered a row that this daemon cannot read: {}", describe(&error));
            }
        }
        self.hub.send_dispatched();
        if let Some(trace) = &self.hub.trace {
            trace.step(Track::Lane(self.index), "dispatch", began, brought.actions);
        }
        self.hub.stats.turn(results, rejected, brought.actions);
        brought
    }

    fn take_row(
        &self,
        row: &Row,
        session: &Rc<Session>,
        brought: &mut Yield,
        rejected: &mut usize,
    ) -> Result<(), Error> {
        match row.try_get(0)? {
            "action" => {
                let Jsonb(arguments) = row.try_get(6)?;
                let context: Option<Jsonb> = row.try_get(10)?;
                let claim = Claim {
                    key: Attempt {
                        run_id: row.try_get(1)?,
                        action_id: row.try_get(2)?,
                        fencing_token: row.try_get(3)?,
                    },
                    session,
                    attempt: row.try_get::<_, i32>(4)?.unsigned_abs(),
                    timeout_ms: row.try_get::<_, i32>(7)?.unsigned_abs(),
                    name: row.try_get(5)?,
                    context: context.map_or(b"", |Jsonb(context)| context),
                    arguments,
                };
                brought.actions += 1;
                self.hub.dispatch(&claim);
            }
            "rejected" => {
                *rejected += 1;
                let (run_id, action_id): (RunId, i64) = (row.try_get(1)?, row.try_get(2)?);
                tracing::debug!(%run_id, action_id, "a result came too late and changed nothing");
            }
            _ => {
                let due_in: Option<i64> = row.try_get(8)?;
                brought.due_in = due_in.map(|millis| Duration::from_millis(millis.max(0).unsigned_abs()));
                brought.backlog = row.try_get(9)?;
            }
        }
        Ok(())
    }
}
