//! One worker process from its start to its end.

use std::{
    io,
    pin::pin,
    process::{ExitStatus, Stdio},
    rc::Rc,
    time::{Duration, Instant},
};

use bytes::BytesMut;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    process::{Child, Command},
    time::{MissedTickBehavior, interval, timeout},
};

use super::{
    link::Link,
    protocol::{self, FromWorker},
};
use crate::{error::Error, hub::Hub, trace::Track};

/// How long a worker may take from its start to READY, which includes importing the user's modules.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// How long a worker whose connection is closed may take to exit.
const EXIT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the bytes that a dead worker has left behind may take to be read.
const LAST_WORDS_TIMEOUT: Duration = Duration::from_millis(100);

/// How often overdue invocations are looked for.
const CHECK_INTERVAL: Duration = Duration::from_millis(250);

/// Bytes read at once.
const READ_SIZE: usize = 64 << 10;

/// A worker that is ready.
pub struct Process {
    /// Its connection.
    pub link: Rc<Link>,
    child: Child,
    /// What was read behind READY.
    buffer: BytesMut,
}

/// Why a worker is not ready.
#[derive(Debug)]
pub enum StartError {
    /// It ended or misbehaved: start another.
    Died(String),
    /// No other would do better.
    Fatal(Error),
}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self::Died(format!("its connection failed: {error}"))
    }
}

/// Starts a worker and waits until it is ready; before, it sends the programs of the user's modules if asked to. Dropping the future ends the process.
///
/// # Errors
/// It did not get that far.
pub async fn start(hub: &Hub, slot: u16, generation: u64, send_programs: bool) -> Result<Process, StartError> {
    let path = hub.sockets.join(format!("{slot}-{generation}"));
    let listener = UnixListener::bind(&path)
        .map_err(|cause| StartError::Fatal(Error::SocketFolder { path: path.clone(), cause }))?;
    let python = &hub.config.python;
    let mut child = Command::new(python)
        .args(["-m", "waymark.worker", "--socket"])
        .arg(&path)
        .args(["--slot", &slot.to_string()])
        .stdin(Stdio::null())
        // A Ctrl-C in a terminal is for the daemon, which drains its workers.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|cause| StartError::Fatal(Error::Python { python: python.clone(), cause }))?;
    let mut handshake = pin!(timeout(START_TIMEOUT, handshake(hub, slot, send_programs, &listener)));
    let ready = tokio::select! {
        ready = &mut handshake => {
            ready.unwrap_or_else(|_| Err(StartError::Died(format!("was not ready after {START_TIMEOUT:?}"))))
        }
        // What it wrote before it died is worth reading: it may have said why.
        status = child.wait() => match timeout(LAST_WORDS_TIMEOUT, handshake).await {
            Ok(Ok(Err(StartError::Fatal(error)))) => Err(StartError::Fatal(error)),
            _ => Err(StartError::Died(format!("died ({})", described(status)))),
        },
    };
    // The socket has served its one connection. A leftover goes with the folder.
    let _ = std::fs::remove_file(&path);
    let (stream, pid, buffer) = ready?;
    let lifecycle = hub.config.max_action_lifecycle;
    let link = Link::new(slot, pid, stream, hub.config.concurrent_per_worker, lifecycle);
    Ok(Process { link: Rc::new(link), child, buffer })
}

async fn handshake(
    hub: &Hub,
    slot: u16,
    send_programs: bool,
    listener: &UnixListener,
) -> Result<(UnixStream, u32, BytesMut), StartError> {
    let (mut stream, _) = listener.accept().await?;
    let mut buffer = BytesMut::new();
    let mut pid = None;
    loop {
        let frame = protocol::decode(&mut buffer).map_err(|error| StartError::Died(error.to_string()))?;
        match (frame, pid) {
            (None, _) => {
                if stream.read_buf(&mut buffer).await? == 0 {
                    return Err(StartError::Died("closed its connection".into()));
                }
            }
            (Some(FromWorker::Hello { version, .. }), None) if version != protocol::VERSION => {
                let (theirs, ours) = (version, protocol::VERSION);
                return Err(StartError::Fatal(Error::ProtocolVersion { slot, theirs, ours }));
            }
            (Some(FromWorker::Hello { pid: own, .. }), None) => {
                pid = Some(own);
                let mut welcome = BytesMut::new();
                protocol::encode_welcome(&mut welcome, hub.config.concurrent_per_worker, send_programs);
                stream.write_all(&welcome).await?;
            }
            (Some(FromWorker::Program(ir)), Some(_)) => hub.register(ir),
            (Some(FromWorker::Ready), Some(pid)) => return Ok((stream, pid, buffer)),
            (Some(FromWorker::Fatal(reason)), _) => {
                return Err(StartError::Fatal(Error::WorkerFatal { slot, reason }));
            }
            (Some(other), _) => return Err(StartError::Died(format!("sent an unexpected frame: {other:?}"))),
        }
    }
}

/// Serves a ready worker until it has ended, and completes what it did not answer as lost.
pub async fn serve(hub: Rc<Hub>, mut process: Process) {
    let link = process.link.clone();
    let reason = run(&hub, &mut process).await;
    // Out of the hub first, so that nothing more is dispatched to it.
    hub.remove_link(&link);
    let lost = link.lost(&reason);
    let (slot, pid) = (link.slot, link.pid);
    if lost.is_empty() && link.is_draining() && link.killed().is_none() {
        tracing::debug!(slot, pid, "a drained worker has ended");
    } else {
        tracing::warn!(slot, pid, lost = lost.len(), "a worker has ended: {reason}");
    }
    for completion in lost {
        hub.complete(completion);
    }
    hub.want();
}

/// Moves frames until the process has ended; the answer is how.
async fn run(hub: &Rc<Hub>, process: &mut Process) -> String {
    let Process { link, child, buffer } = process;
    let mut checks = interval(CHECK_INTERVAL);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let misbehaved = loop {
        if let Err(problem) = take_frames(hub, link, buffer) {
            break Some(problem);
        }
        if let Some(reason) = link.killed() {
            break Some(reason);
        }
        let busy = link.outstanding() > 0 || link.is_draining();
        tokio::select! {
            ready = link.ready() => {
                link.flush();
                match ready.and_then(|()| read(link, buffer)) {
                    Ok(0) => break None,
                    Err(error) if error.kind() != io::ErrorKind::WouldBlock => break None,
                    Ok(_) | Err(_) => {}
                }
            }
            () = link.changed() => {}
            // A process of the user's that inherited the socket can keep it open beyond the worker's own end.
            _ = child.wait() => {
                while let Ok(1..) = read(link, buffer) {}
                // A malformed last frame is no news of a process that is dead.
                let _ = take_frames(hub, link, buffer);
                break None;
            }
            _ = checks.tick(), if busy => {
                for completion in link.overdue() {
                    hub.complete(completion);
                }
                link.flush();
            }
        }
    };
    if let Some(reason) = misbehaved {
        end(child).await;
        return reason;
    }
    if let Ok(status) = timeout(EXIT_TIMEOUT, child.wait()).await {
        return format!("the worker process died ({})", described(status));
    }
    end(child).await;
    "the worker closed its connection and did not exit".into()
}

/// Reads what there is now; zero at the end of the stream.
fn read(link: &Link, buffer: &mut BytesMut) -> io::Result<usize> {
    buffer.reserve(READ_SIZE);
    link.read(buffer)
}

fn take_frames(hub: &Hub, link: &Link, buffer: &mut BytesMut) -> Result<(), String> {
    let (began, mut results) = (Instant::now(), 0);
    while let Some(frame) =
        protocol::decode(buffer).map_err(|error| format!("the worker broke the protocol: {error}"))?
    {
        match frame {
            FromWorker::Result { invocation, outcome, run_us, value } => {
                results += 1;
                // An invocation that was timed out here already has been handed in.
                if let Some(completion) = link.answered(invocation, outcome, run_us, value) {
                    hub.complete(completion);
                }
            }
            FromWorker::Heartbeat { invocation, details } => {
                if let Some(attempt) = link.beaten(invocation) {
                    hub.heartbeats.beat(attempt, details);
                }
            }
            FromWorker::Program(ir) => hub.register(ir),
            FromWorker::Fatal(reason) => {
                hub.fail(Error::WorkerFatal { slot: link.slot, reason: reason.clone() });
                return Err(reason);
            }
            FromWorker::Hello { .. } | FromWorker::Ready => {
                return Err("the worker broke the protocol: it greeted twice".into());
            }
        }
    }
    if let Some(trace) = hub.trace.as_ref().filter(|_| results > 0) {
        trace.step(Track::Worker(link.slot), "results", began, results);
    }
    Ok(())
}

/// Kills the process and waits for its end.
async fn end(child: &mut Child) {
    if let Err(error) = child.kill().await {
        tracing::warn!(%error, "a worker process could not be killed");
    }
}

fn described(status: io::Result<ExitStatus>) -> String {
    match status {
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    }
}
