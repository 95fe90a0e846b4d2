//! The daemon's counters, logged as one line an interval.

use std::cell::Cell;

/// Counters since the last line.
#[derive(Default)]
pub struct Stats {
    actions: Cell<u64>,
    turns: Cell<u64>,
    claimed: Cell<u64>,
    rejected: Cell<u64>,
}

impl Stats {
    /// A turn handed in `results`, of which the engine `rejected` some, and claimed `claimed` actions.
    pub fn turn(&self, results: usize, rejected: usize, claimed: usize) {
        let add = |counter: &Cell<u64>, count: usize| counter.set(counter.get() + count as u64);
        add(&self.turns, 1);
        add(&self.actions, results - rejected.min(results));
        add(&self.rejected, rejected);
        add(&self.claimed, claimed);
    }

    /// Logs and starts anew; says nothing when nothing has happened.
    pub fn log(&self, in_flight: usize) {
        let [actions, turns, claimed, rejected] =
            [&self.actions, &self.turns, &self.claimed, &self.rejected].map(Cell::take);
        if actions + claimed + rejected > 0 {
            // A turn that handed in nothing counts too: the mean is of what a round trip was worth.
            #[expect(clippy::cast_precision_loss, reason = "a figure for people, with one decimal")]
            let mean_batch = format!("{:.1}", (actions + rejected) as f64 / turns.max(1) as f64);
            tracing::info!(actions, claimed, turns, mean_batch, in_flight, rejected, "progress");
        }
    }
}
