//! When to call the engine: pure decisions over (state, now). No I/O, no clock of its own, so that its promises are
//! property tests:
//!
//! - a lane with results never waits, and a lane never asks for more actions than there are free slots;
//! - a daemon with free slots never waits without an end, nor without having told the engine that it rests;
//! - turns that bring nothing never follow each other without a pause;
//! - an idle daemon makes at most one statement a second, heartbeats included.

use std::time::{Duration, Instant};

/// The most results one turn hands in.
pub const MAX_RESULTS: usize = 1_000;

/// The most actions one turn claims.
pub const MAX_CLAIM: u32 = 1_000;

/// How long nothing must have happened before a daemon with free slots tells the engine that it rests. Longer than a
/// fast action, so that a busy daemon does not say so between two results.
const QUIET: Duration = Duration::from_millis(5);

/// An idle daemon makes one statement in this time, on average: over a second, so that no window counts more than one.
const IDLE_STATEMENT: Duration = Duration::from_millis(1200);

/// The longest pause between two fruitless turns for which there was a reason (backlog, a notification, a timer).
const MAX_PAUSE_MS: u64 = 5;

/// What the lanes know together about work in the database.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each set at another place; no state machine")]
pub struct Pulse {
    poll_interval: Duration,
    idle_poll_interval: Duration,
    listening: bool,
    /// Somebody said that there may be work, and no turn has asked since.
    wanted: bool,
    /// The engine knows that this session rests: the last turn said so, alone, and brought nothing.
    rested: bool,
    turns_in_flight: u32,
    /// Another turn was in flight during the present ones: which committed last is not known.
    crowded: bool,
    /// Turns in a row that handed in nothing and brought nothing.
    fruitless: u32,
    not_before: Instant,
    quiet_at: Instant,
    poll_at: Instant,
    poll_gap: Duration,
    due_at: Option<Instant>,
}

/// What a lane sees when it plans.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Results waiting on this lane.
    pub results: usize,
    /// Slots free in all workers and not asked for by a turn in flight.
    pub free: u32,
    /// Whether anything is under way outside this lane's results: invocations, or results of other lanes.
    pub elsewhere: bool,
}

/// What a lane does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Call the engine.
    Turn(Turn),
    /// Nothing until then, or until something happens (results, a notification, free slots).
    Wait(Option<Instant>),
}

/// One call of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// How many of the lane's results to hand in.
    pub results: usize,
    /// How many actions to ask for.
    pub capacity: u32,
    /// Whether the daemon will wait, with free slots, if it gets nothing.
    pub resting: bool,
}

/// What a turn brought.
#[derive(Clone, Copy, Debug, Default)]
pub struct Yield {
    /// Actions claimed.
    pub actions: usize,
    /// Whether ready work may be left.
    pub backlog: bool,
    /// Until the next timer.
    pub due_in: Option<Duration>,
}

/// How often an idle daemon polls: what its heartbeats leave of its statements.
fn idle_poll_interval(heartbeat: Duration) -> Duration {
    if heartbeat <= IDLE_STATEMENT {
        return IDLE_STATEMENT;
    }
    IDLE_STATEMENT.div_f64(1.0 - IDLE_STATEMENT.as_secs_f64() / heartbeat.as_secs_f64()).min(2 * IDLE_STATEMENT)
}

impl Pulse {
    /// The state at start: work is wanted, nothing is known.
    #[must_use]
    pub fn new(poll_interval: Duration, heartbeat: Duration, now: Instant) -> Self {
        Self {
            poll_interval,
            idle_poll_interval: idle_poll_interval(heartbeat).max(poll_interval),
            listening: false,
            wanted: true,
            rested: false,
            turns_in_flight: 0,
            crowded: false,
            fruitless: 0,
            not_before: now,
            quiet_at: now,
            poll_at: now,
            poll_gap: poll_interval,
            due_at: None,
        }
    }

    /// Whether nothing is going on, as far as the lanes know.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.rested && self.turns_in_flight == 0
    }

    /// Work may be there: a notification, free slots, reclaimed work.
    pub fn want(&mut self) {
        self.wanted = true;
    }

    /// Whether notifications arrive.
    #[must_use]
    pub fn is_listening(&self) -> bool {
        self.listening
    }

    /// Notifications arrive, or do so no longer. Without them the daemon polls at the poll interval throughout.
    pub fn set_listening(&mut self, listening: bool) {
        self.listening = listening;
        // What was notified in between went unheard.
        self.wanted |= listening;
        self.poll_gap = self.poll_interval;
    }

    /// The next step of a lane.
    #[must_use]
    pub fn next(&self, load: Load, now: Instant) -> Step {
        let capacity = load.free.min(MAX_CLAIM);
        if load.results > 0 {
            let results = load.results.min(MAX_RESULTS);
            let alone = !load.elsewhere && self.turns_in_flight == 0 && results == load.results;
            return Step::Turn(Turn { results, capacity, resting: alone && capacity > 0 });
        }
        if capacity == 0 {
            return Step::Wait(None);
        }
        let wanted = self.wanted.then_some(now);
        let quiet = (!self.rested).then_some(self.quiet_at);
        let reasons = [wanted, quiet, self.due_at].into_iter().flatten();
        let at = reasons.fold(self.poll_at, Instant::min).max(self.not_before);
        if at <= now { Step::Turn(Turn { results: 0, capacity, resting: true }) } else { Step::Wait(Some(at)) }
    }

    /// A turn goes out.
    pub fn begin(&mut self, turn: Turn) {
        self.crowded = self.turns_in_flight > 0;
        self.turns_in_flight += 1;
        if turn.capacity > 0 {
            // What becomes known from here on, this turn may have missed.
            self.wanted = false;
            self.due_at = None;
        }
    }

    /// A turn has come back.
    pub fn end(&mut self, turn: Turn, brought: Yield, now: Instant) {
        self.turns_in_flight -= 1;
        let idle = turn.results == 0 && brought.actions == 0;
        self.rested = turn.resting && brought.actions == 0 && !self.crowded;
        self.quiet_at = now + QUIET;
        self.wanted |= brought.backlog;
        let due_at = brought.due_in.map(|due_in| now + due_in);
        self.due_at = [self.due_at, due_at].into_iter().flatten().min();
        if idle {
            self.fruitless = self.fruitless.saturating_add(1);
            let cap = if self.listening { self.idle_poll_interval } else { self.poll_interval };
            self.poll_at = now + self.poll_gap;
            self.poll_gap = (self.poll_gap * 2).min(cap);
        } else {
            self.fruitless = 0;
            self.poll_at = now + self.poll_interval;
            self.poll_gap = self.poll_interval;
        }
        let pause = match self.fruitless {
            0 | 1 => 0,
            many => MAX_PAUSE_MS.min(1 << (many - 2).min(8)),
        };
        self.not_before = now + Duration::from_millis(pause);
    }

    /// A turn was refused by the database; the engine may be asked again after a pause.
    pub fn fail(&mut self, now: Instant) {
        self.turns_in_flight -= 1;
        self.rested = false;
        self.wanted = true;
        self.not_before = now + IDLE_STATEMENT;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const HEARTBEAT: Duration = Duration::from_secs(5);

    fn load(results: usize, free: u32) -> Load {
        Load { results, free, elsewhere: false }
    }

    /// A daemon of one lane without work, simulated: the times of its turns during `span`.
    fn idle_turns(pulse: &mut Pulse, mut now: Instant, span: Duration) -> Vec<Instant> {
        let (end, mut turns) = (now + span, Vec::new());
        while now < end {
            match pulse.next(load(0, 10), now) {
                Step::Turn(turn) => {
                    pulse.begin(turn);
                    turns.push(now);
                    now += MS;
                    pulse.end(turn, Yield::default(), now);
                }
                Step::Wait(until) => now = until.expect("a daemon with free slots waits with an end"),
            }
        }
        turns
    }

    #[test]
    fn an_idle_daemon_makes_at_most_one_statement_a_second() {
        let start = Instant::now();
        let mut pulse = Pulse::new(100 * MS, HEARTBEAT, start);
        pulse.set_listening(true);
        idle_turns(&mut pulse, start, Duration::from_secs(10));
        let polls = idle_turns(&mut pulse, start + Duration::from_secs(10), Duration::from_secs(1000)).len();
        assert!(polls + 1000 / 5 <= 1001, "{polls} polls in 1000 s");
        assert!(polls >= 600, "{polls} polls in 1000 s");
    }

    #[test]
    fn polls_start_at_the_interval_and_double() {
        let start = Instant::now();
        let mut pulse = Pulse::new(100 * MS, HEARTBEAT, start);
        pulse.set_listening(true);
        let turns = idle_turns(&mut pulse, start, Duration::from_secs(4));
        let gaps: Vec<u128> = turns.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect();
        assert_eq!(gaps, [101, 201, 401, 801, 1579]);
    }

    #[test]
    fn without_notifications_polls_stay_at_the_interval() {
        let start = Instant::now();
        let mut pulse = Pulse::new(100 * MS, HEARTBEAT, start);
        let turns = idle_turns(&mut pulse, start, Duration::from_secs(10));
        assert_eq!(turns.len(), 100);
    }

    #[test]
    fn a_short_run_takes_two_turns() {
        let now = Instant::now();
        let mut pulse = Pulse::new(100 * MS, HEARTBEAT, now);
        idle_turns(&mut pulse, now, Duration::from_secs(2));
        let now = now + Duration::from_secs(2);
        pulse.want();
        let Step::Turn(claim) = pulse.next(load(0, 10), now) else { panic!("a notification is answered at once") };
        pulse.begin(claim);
        pulse.end(claim, Yield { actions: 1, ..Yield::default() }, now + MS);
        let busy = Load { results: 0, free: 9, elsewhere: true };
        assert!(matches!(pulse.next(busy, now + MS), Step::Wait(Some(_))));
        let Step::Turn(hand_in) = pulse.next(load(1, 10), now + 2 * MS) else { panic!("results never wait") };
        assert!(hand_in.resting);
        pulse.begin(hand_in);
        pulse.end(hand_in, Yield::default(), now + 3 * MS);
        assert_eq!(pulse.next(load(0, 10), now + 3 * MS), Step::Wait(Some(now + 103 * MS)));
    }

    #[test]
    fn a_daemon_with_long_actions_says_once_that_it_rests() {
        let now = Instant::now();
        let mut pulse = Pulse::new(100 * MS, HEARTBEAT, now);
        let busy = Load { results: 0, free: 9, elsewhere: true };
        let claim = Turn { results: 0, capacity: 10, resting: true };
        pulse.begin(claim);
        pulse.end(claim, Yield { actions: 1, ..Yield::default() }, now);
        assert_eq!(pulse.next(busy, now), Step::Wait(Some(now + QUIET)));
        let Step::Turn(quiet) = pulse.next(busy, now + QUIET) else { panic!("quiet") };
        assert!(quiet.resting);
        pulse.begin(quiet);
        pulse.end(quiet, Yield::default(), now + QUIET);
        assert_eq!(pulse.next(busy, now + QUIET), Step::Wait(Some(now + QUIET + 100 * MS)));
    }

    #[test]
    fn a_timer_is_met() {
        let now = Instant::now();
        let mut pulse = Pulse::new(100 * MS, HEARTBEAT, now);
        let turn = Turn { results: 1, capacity: 10, resting: true };
        pulse.begin(turn);
        pulse.end(turn, Yield { due_in: Some(30 * MS), ..Yield::default() }, now);
        assert_eq!(pulse.next(load(0, 10), now), Step::Wait(Some(now + 30 * MS)));
        // Another lane's turn that began before the timer was made does not hide it.
        pulse.begin(Turn { results: 1, capacity: 0, resting: false });
        pulse.end(Turn { results: 1, capacity: 0, resting: false }, Yield::default(), now);
        assert_eq!(pulse.due_at, Some(now + 30 * MS));
    }

    #[derive(Clone, Debug)]
    enum Event {
        Results(usize, usize),
        Notified,
        Listening(bool),
        Pass(u64),
        Answer { actions: u32, backlog: bool, due_ms: Option<u64> },
        Refuse,
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            (0..2_usize, 1..1500_usize).prop_map(|(lane, results)| Event::Results(lane, results)),
            Just(Event::Notified),
            any::<bool>().prop_map(Event::Listening),
            (0..3000_u64).prop_map(Event::Pass),
            (0..12_u32, any::<bool>(), prop::option::of(0..500_u64))
                .prop_map(|(actions, backlog, due_ms)| Event::Answer { actions, backlog, due_ms }),
            Just(Event::Refuse),
        ]
    }

    proptest! {
        /// Two lanes over one pulse, any events in any order.
        #[test]
        fn promises_hold(events in prop::collection::vec(event(), 1..200), slots in 0..50_u32) {
            let mut now = Instant::now();
            let mut pulse = Pulse::new(100 * MS, HEARTBEAT, now);
            let (mut waiting, mut flying) = ([0_usize; 2], [None::<Turn>; 2]);
            let mut outstanding = 0_u32;
            // Whether the engine was told, by the turn that came back last and alone, that the session rests.
            for event in events {
                match event {
                    Event::Results(lane, results) => {
                        let results = results.min(outstanding as usize);
                        outstanding -= u32::try_from(results).unwrap();
                        waiting[lane] += results;
                    }
                    Event::Notified => pulse.want(),
                    Event::Listening(listening) => pulse.set_listening(listening),
                    Event::Pass(millis) => now += Duration::from_millis(millis),
                    Event::Answer { actions, backlog, due_ms } => {
                        if let Some((lane, turn)) = flying.iter().enumerate().find_map(|(lane, turn)| turn.map(|turn| (lane, turn))) {
                            let actions = actions.min(turn.capacity);
                            outstanding += actions;
                            let due_in = due_ms.map(Duration::from_millis);
                            pulse.end(turn, Yield { actions: actions as usize, backlog, due_in }, now);
                            flying[lane] = None;
                        }
                    }
                    Event::Refuse => {
                        if let Some(lane) = flying.iter().rposition(Option::is_some) {
                            flying[lane] = None;
                            pulse.fail(now);
                        }
                    }
                }
                for lane in 0..2 {
                    if flying[lane].is_some() {
                        continue;
                    }
                    let reserved: u32 = flying.iter().flatten().map(|turn| turn.capacity).sum();
                    let free = slots.saturating_sub(outstanding + reserved);
                    let elsewhere = outstanding > 0 || waiting[1 - lane] > 0;
                    match pulse.next(Load { results: waiting[lane], free, elsewhere }, now) {
                        Step::Turn(turn) => {
                            prop_assert!(turn.capacity <= free);
                            prop_assert!(turn.results <= MAX_RESULTS && turn.results <= waiting[lane]);
                            prop_assert!(turn.results > 0 || turn.capacity > 0, "a turn for nothing");
                            if turn.results > 0 && turn.resting {
                                prop_assert!(!elsewhere && flying[1 - lane].is_none() && turn.capacity > 0);
                            }
                            waiting[lane] -= turn.results;
                            pulse.begin(turn);
                            flying[lane] = Some(turn);
                        }
                        Step::Wait(until) => {
                            prop_assert_eq!(waiting[lane], 0, "results wait");
                            prop_assert!(free == 0 || until.is_some(), "free slots wait without an end");
                            if let Some(until) = until {
                                prop_assert!(until > now && until <= now + 2 * IDLE_STATEMENT);
                                if !pulse.rested && flying[1 - lane].is_none() {
                                    prop_assert!(until <= now + QUIET.max(pulse.not_before.saturating_duration_since(now)));
                                }
                            }
                        }
                    }
                }
            }
        }

        /// Whatever the engine answers, turns that bring nothing have pauses.
        #[test]
        fn nothing_spins(due_ms in prop::option::of(0..3_u64)) {
            let start = Instant::now();
            let mut pulse = Pulse::new(100 * MS, HEARTBEAT, start);
            let (mut now, mut turns) = (start, 0);
            while now < start + Duration::from_secs(10) {
                match pulse.next(load(0, 10), now) {
                    Step::Turn(turn) => {
                        turns += 1;
                        pulse.begin(turn);
                        let due_in = due_ms.map(Duration::from_millis);
                        pulse.end(turn, Yield { actions: 0, backlog: true, due_in }, now);
                    }
                    Step::Wait(until) => now = until.unwrap(),
                }
            }
            prop_assert!(turns <= 2100, "{} turns in 10 s", turns);
        }
    }
}
