//! Keeps one worker slot filled: restarts what dies, replaces what is worn.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::{
    task::{JoinHandle, spawn_local},
    time::sleep,
};

use super::{
    link::Link,
    process::{self, StartError},
};
use crate::{backoff::Backoff, hub::Hub};

/// A worker that was ready for this long was healthy: its successor is started without a pause.
const HEALTHY: Duration = Duration::from_secs(10);

/// A worker in service.
struct Serving {
    link: Rc<Link>,
    task: JoinHandle<()>,
    since: Instant,
}

/// Fills a slot until the daemon drains (the caller aborts this task) or no worker can work.
pub async fn supervise(hub: Rc<Hub>, slot: u16) {
    let mut slot = Slot { hub, number: slot, generation: 0, backoff: Backoff::worker(), send_programs: slot == 0 };
    let Some(mut serving) = slot.fill().await else { return };
    loop {
        let link = serving.link.clone();
        tokio::select! {
            // A panic of the serving task has ended the worker as well.
            _ = &mut serving.task => {
                if serving.since.elapsed() >= HEALTHY {
                    slot.backoff.reset();
                } else {
                    sleep(slot.backoff.pause()).await;
                }
                let Some(next) = slot.fill().await else { return };
                serving = next;
            }
            () = link.worn() => {
                // The worn worker serves on until its successor is ready; its own task sees it to its end.
                let Some(next) = slot.fill().await else { return };
                link.drain();
                tracing::debug!(slot = link.slot, old = link.pid, new = next.link.pid, "a worker was recycled");
                serving = next;
            }
        }
    }
}

struct Slot {
    hub: Rc<Hub>,
    number: u16,
    generation: u64,
    backoff: Backoff,
    /// One worker's programs are all workers' programs: the first that gets ready in the first slot has sent them.
    send_programs: bool,
}

impl Slot {
    /// Starts workers until one is ready; none when the daemon is to end.
    async fn fill(&mut self) -> Option<Serving> {
        loop {
            self.generation += 1;
            match process::start(&self.hub, self.number, self.generation, self.send_programs).await {
                Ok(ready) => {
                    self.send_programs = false;
                    let link = ready.link.clone();
                    self.hub.add_link(link.clone());
                    let task = spawn_local(process::serve(self.hub.clone(), ready));
                    tracing::debug!(slot = self.number, pid = link.pid, "a worker is ready");
                    return Some(Serving { link, task, since: Instant::now() });
                }
                Err(StartError::Fatal(error)) => {
                    self.hub.fail(error);
                    return None;
                }
                Err(StartError::Died(reason)) => {
                    tracing::warn!(slot = self.number, "a worker did not become ready: it {reason}");
                    self.hub.start_failed(&reason);
                    sleep(self.backoff.pause()).await;
                }
            }
        }
    }
}
