//! Heartbeats of running attempts on their way to the engine, and the results that must not overtake them: what an attempt
//! has told is for the next one, so its failure is handed in when that is stored.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::{
    database::{Attempt, Completion},
    worker::protocol::Outcome,
};

/// The most heartbeats in one statement.
const MAX_BATCH: usize = 1_000;

/// Between two statements, unless a result waits for one.
const GAP: Duration = Duration::from_millis(200);

/// A heartbeat to be sent: the attempt, and the JSON text of its details if it has told any.
pub type Beat = (Attempt, Option<Bytes>);

/// What is to be told, and asked, besides the turns.
#[derive(Default)]
pub struct Heartbeats {
    state: RefCell<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    waiting: BTreeMap<Attempt, Waiting>,
    /// What the statement under way tells, with the results that wait for it.
    sending: BTreeMap<Attempt, Option<Completion>>,
    asked: bool,
    not_before: Option<Instant>,
}

#[derive(Default)]
struct Waiting {
    details: Option<Bytes>,
    result: Option<Completion>,
}

impl Heartbeats {
    /// An attempt goes on; without details those of before stay.
    pub fn beat(&self, attempt: Attempt, details: Bytes) {
        let mut state = self.state.borrow_mut();
        let waiting = state.waiting.entry(attempt).or_default();
        if !details.is_empty() {
            waiting.details = Some(details);
        }
        self.changed.notify_one();
    }

    /// The engine is to be asked which of the running attempts are still wanted.
    pub fn ask(&self) {
        self.state.borrow_mut().asked = true;
        self.changed.notify_one();
    }

    /// Keeps a result that must wait; answers any other.
    pub fn hold(&self, completion: Completion) -> Option<Completion> {
        let mut state = self.state.borrow_mut();
        let attempt = *completion.claim;
        if completion.outcome == Outcome::Succeeded {
            // Nobody comes after it who would want to know.
            state.waiting.remove(&attempt);
        } else if let Some(waiting) = state.waiting.get_mut(&attempt) {
            waiting.result = Some(completion);
            self.changed.notify_one();
            return None;
        }
        match state.sending.get_mut(&attempt) {
            Some(result) => {
                *result = Some(completion);
                None
            }
            None => Some(completion),
        }
    }

    /// Whether results wait.
    #[must_use]
    pub fn holds_results(&self) -> bool {
        let state = self.state.borrow();
        state.waiting.values().any(|waiting| waiting.result.is_some()) || state.sending.values().any(Option::is_some)
    }

    /// When to make the next statement, if there is one to make.
    #[must_use]
    pub fn due(&self, now: Instant) -> Option<Instant> {
        let state = self.state.borrow();
        let urgent = state.waiting.values().any(|waiting| waiting.result.is_some());
        let due = if urgent { now } else { state.not_before.unwrap_or(now) };
        (state.asked || !state.waiting.is_empty()).then_some(due)
    }

    /// Waits for something that `due` depends on.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// What to tell now, in the order of the engine's locks, and whether to ask. `sent` has to follow.
    pub fn take(&self, now: Instant) -> (Vec<Beat>, bool) {
        let mut state = self.state.borrow_mut();
        state.not_before = Some(now + GAP);
        let mut beats = Vec::new();
        while beats.len() < MAX_BATCH
            && let Some((attempt, waiting)) = state.waiting.pop_first()
        {
            beats.push((attempt, waiting.details));
            state.sending.insert(attempt, waiting.result);
        }
        (beats, std::mem::take(&mut state.asked))
    }

    /// What was taken is told: the results that waited for that.
    #[must_use]
    pub fn sent(&self) -> Vec<Completion> {
        std::mem::take(&mut self.state.borrow_mut().sending).into_values().flatten().collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test whose stage cannot be set fails")]
mod tests {
    use super::*;
    use crate::{
        session::{Held, Session},
        values::RunId,
    };

    fn attempt(action_id: i64) -> Attempt {
        Attempt { run_id: RunId([1; 16]), action_id, fencing_token: 1 }
    }

    fn result(action_id: i64, outcome: Outcome) -> Completion {
        Completion { claim: Held::new(&Session::new(1), attempt(action_id)), outcome, value: None, run_us: 0 }
    }

    #[test]
    fn a_failure_waits_for_what_its_attempt_has_told() {
        let (heartbeats, now) = (Heartbeats::default(), Instant::now());
        assert_eq!(heartbeats.due(now), None);
        heartbeats.beat(attempt(2), Bytes::from_static(b"1"));
        heartbeats.beat(attempt(2), Bytes::new());
        heartbeats.beat(attempt(1), Bytes::new());
        let (beats, asked) = heartbeats.take(now);
        assert_eq!(beats, [(attempt(1), None), (attempt(2), Some(Bytes::from_static(b"1")))]);
        assert!(!asked);
        // Told anew while the statement is under way: the result waits for the next one, which is due at once.
        heartbeats.beat(attempt(2), Bytes::from_static(b"2"));
        assert_eq!(heartbeats.due(now), Some(now + GAP));
        assert!(heartbeats.hold(result(2, Outcome::Failed)).is_none());
        assert!(heartbeats.hold(result(1, Outcome::TimedOut)).is_none());
        assert!(heartbeats.hold(result(3, Outcome::Failed)).is_some());
        assert_eq!(heartbeats.due(now), Some(now));
        let released: Vec<i64> = heartbeats.sent().iter().map(|done| done.claim.action_id).collect();
        assert_eq!(released, [1]);
        assert!(heartbeats.holds_results());
        assert_eq!(heartbeats.take(now).0.len(), 1);
        assert_eq!(heartbeats.sent().len(), 1);
        assert!(!heartbeats.holds_results());
    }

    #[test]
    fn a_success_needs_no_heartbeat_before_it() {
        let (heartbeats, now) = (Heartbeats::default(), Instant::now());
        heartbeats.beat(attempt(1), Bytes::new());
        assert!(heartbeats.hold(result(1, Outcome::Succeeded)).is_some());
        assert_eq!(heartbeats.due(now), None);
        // One under way has the row in its hands.
        heartbeats.beat(attempt(1), Bytes::new());
        assert_eq!(heartbeats.take(now).0.len(), 1);
        assert!(heartbeats.hold(result(1, Outcome::Succeeded)).is_none());
        assert_eq!(heartbeats.sent().len(), 1);
    }

    #[test]
    fn questions_are_asked_once() {
        let (heartbeats, now) = (Heartbeats::default(), Instant::now());
        heartbeats.ask();
        heartbeats.ask();
        assert_eq!(heartbeats.due(now), Some(now));
        assert!(heartbeats.take(now).1);
        assert_eq!(heartbeats.due(now), None);
    }
}
