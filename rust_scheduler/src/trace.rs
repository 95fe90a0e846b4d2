//! A Chrome trace of the daemon's loop, for Perfetto or <chrome://tracing> (`BENCH_TRACE=file`): a track for each lane, with its
//! turns and what they dispatched, a track for each worker, with the results that came, and each action from dispatch to result.
//!
//! Not a layer of `tracing`: such layers tell threads apart, and this daemon is one thread; here the tracks are lanes and workers.

use std::{
    cell::RefCell,
    collections::HashMap,
    fmt::{self, Display},
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
    process,
    time::Instant,
};

use crate::{
    database::{Attempt, Completion},
    error::json_string,
    plan::{Turn, Yield},
    worker::link::Claim,
};

/// The most turns, steps and actions that a trace holds, which is more than a viewer opens. What comes later is left out.
const MAX_ENTRIES: u64 = 1_000_000;

/// Where an event is drawn.
#[derive(Clone, Copy, Debug)]
pub enum Track {
    /// A lane.
    Lane(usize),
    /// A worker's slot.
    Worker(u16),
}

impl Track {
    /// The thread's number in the trace.
    fn number(self) -> usize {
        match self {
            Self::Lane(index) => 1 + index,
            Self::Worker(slot) => 1001 + usize::from(slot),
        }
    }
}

impl Display for Track {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lane(index) => write!(f, "lane {index}"),
            Self::Worker(slot) => write!(f, "worker {slot}"),
        }
    }
}

/// A trace that is being written.
pub struct Trace {
    began: Instant,
    writer: RefCell<Writer>,
    /// Actions that a worker has and their dispatch: worker, name, when.
    dispatched: RefCell<HashMap<Attempt, (Track, String, Instant)>>,
}

struct Writer {
    /// None once it could not be written any more.
    file: Option<BufWriter<File>>,
    entries: u64,
}

impl Trace {
    /// Begins the file, with the names of the lanes' and workers' tracks.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn create(path: &Path, lanes: u16, workers: u16) -> io::Result<Self> {
        let mut file = BufWriter::new(File::create(path)?);
        let pid = process::id();
        write!(
            file,
            r#"[{{"ph":"M","pid":{pid},"tid":0,"name":"process_name","args":{{"name":"start-workers {pid}"}}}}"#
        )?;
        for track in (0..lanes.into()).map(Track::Lane).chain((0..workers).map(Track::Worker)) {
            let tid = track.number();
            write!(
                file,
                ",\n{{\"ph\":\"M\",\"pid\":{pid},\"tid\":{tid},\"name\":\"thread_name\",\"args\":{{\"name\":\"{track}\"}}}}"
            )?;
        }
        let writer = RefCell::new(Writer { file: Some(file), entries: 0 });
        Ok(Self { began: Instant::now(), writer, dispatched: RefCell::default() })
    }

    /// A turn, from its plan to its answer.
    pub fn turn(&self, lane: usize, since: Instant, turn: Turn, brought: Option<Yield>) {
        let Turn { results, capacity, resting } = turn;
        let Yield { actions, backlog, .. } = brought.unwrap_or_default();
        let answered = brought.is_some();
        self.span(
            Track::Lane(lane),
            "turn",
            since,
            format_args!(
                r#"{{"results":{results},"capacity":{capacity},"resting":{resting},"answered":{answered},"actions":{actions},"backlog":{backlog}}}"#
            ),
        );
    }

    /// What has taken from then until now; `count` says of how many.
    pub fn step(&self, track: Track, name: &str, since: Instant, count: usize) {
        self.span(track, name, since, format_args!(r#"{{"count":{count}}}"#));
    }

    /// An action was given to a worker.
    pub fn dispatched(&self, slot: u16, claim: &Claim) {
        let begun = (Track::Worker(slot), claim.name.to_owned(), Instant::now());
        self.dispatched.borrow_mut().insert(claim.key, begun);
    }

    /// A claim has ended: the time that its action was with a worker, if it was.
    pub fn completed(&self, completion: &Completion) {
        let attempt: Attempt = *completion.claim;
        let Some((track, name, since)) = self.dispatched.borrow_mut().remove(&attempt) else { return };
        let Attempt { run_id, action_id, fencing_token } = attempt;
        let (pid, tid, name, outcome) = (process::id(), track.number(), json_string(&name), completion.outcome);
        let (begun, ended) = (self.micros(since), self.micros(Instant::now()));
        let which = format_args!(
            r#""pid":{pid},"tid":{tid},"cat":"{track}","id":"{run_id} {action_id} {fencing_token}","name":{name}"#
        );
        self.write(format_args!(
            "{{\"ph\":\"b\",\"ts\":{begun},{which}}},\n{{\"ph\":\"e\",\"ts\":{ended},{which},\"args\":{{\"outcome\":\"{outcome:?}\"}}}}"
        ));
    }

    fn span(&self, track: Track, name: &str, since: Instant, args: fmt::Arguments) {
        let (pid, tid, begun, took) = (process::id(), track.number(), self.micros(since), since.elapsed().as_micros());
        self.write(format_args!(
            r#"{{"ph":"X","pid":{pid},"tid":{tid},"ts":{begun},"dur":{took},"name":"{name}","args":{args}}}"#
        ));
    }

    fn micros(&self, at: Instant) -> u128 {
        at.saturating_duration_since(self.began).as_micros()
    }

    fn write(&self, events: fmt::Arguments) {
        let mut writer = self.writer.borrow_mut();
        writer.entries += 1;
        if writer.entries > MAX_ENTRIES {
            return;
        }
        let Some(file) = &mut writer.file else { return };
        if let Err(error) = write!(file, ",\n{events}") {
            tracing::warn!("the trace ends here: {error}");
            writer.file = None;
        }
    }

    /// Ends the file.
    pub fn finish(&self) {
        let mut writer = self.writer.borrow_mut();
        let entries = writer.entries;
        let Some(mut file) = writer.file.take() else { return };
        match file.write_all(b"]\n").and_then(|()| file.flush()) {
            Ok(()) if entries > MAX_ENTRIES => tracing::warn!(entries, "the trace has only the first {MAX_ENTRIES}"),
            Ok(()) => {}
            Err(error) => tracing::warn!("the trace is not whole: {error}"),
        }
    }
}
