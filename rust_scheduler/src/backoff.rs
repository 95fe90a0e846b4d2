//! Growing pauses between attempts.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

/// Pauses that double from the first to the last, each shortened by up to half at random, so that what failed together
/// does not come back together.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    last: Duration,
    next: Duration,
}

impl Backoff {
    /// Connections to the database: pauses that grow to the heartbeat of the lease, so that who waits for one does not wait for leases.
    #[must_use]
    pub fn database(heartbeat: Duration) -> Self {
        let first = Duration::from_millis(50);
        Self::new(first, heartbeat.clamp(first, Duration::from_secs(5)))
    }

    /// Starts of a worker process.
    #[must_use]
    pub fn worker() -> Self {
        Self::new(Duration::from_millis(100), Duration::from_secs(10))
    }

    fn new(first: Duration, last: Duration) -> Self {
        Self { first, last, next: first }
    }

    /// The next pause.
    pub fn pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.last);
        // A hasher's random keys: no further dependency for a number that need not be a good one.
        let random = u8::try_from(RandomState::new().build_hasher().finish() & 0xff).unwrap_or(0);
        pause.mul_f64(1.0 - f64::from(random) / 512.0)
    }

    /// Whether pauses have stopped growing: not every further attempt is worth a log line.
    #[must_use]
    pub fn is_at_most(&self) -> bool {
        self.next == self.last
    }

    /// Starts again with the first pause.
    pub fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_last() {
        let mut backoff = Backoff::worker();
        for expected in [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000] {
            let expected = Duration::from_millis(expected);
            let pause = backoff.pause();
            assert!(pause <= expected && pause >= expected / 2, "{pause:?} of {expected:?}");
        }
        assert!(backoff.is_at_most());
        backoff.reset();
        assert!(backoff.pause() <= Duration::from_millis(100));
    }
}
