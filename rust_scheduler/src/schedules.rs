//! Fires schedules when they are due, on a connection of its own, so that nothing else of the daemon waits for it.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::time::{sleep, timeout};
use tokio_postgres::Client;

use crate::{
    backoff::Backoff,
    database::{self, ANSWER_TIMEOUT},
    error::{Remedy, describe},
    hub::Hub,
    session,
};

/// How many times as long a daemon sleeps that hears of every change.
const LISTENING: u32 = 10;

/// Sleeps until the next schedule is due and fires, for as long as the daemon runs. Whoever else does so fires others, or nothing.
pub async fn keep(hub: Rc<Hub>, mut client: Client) {
    let mut backoff = Backoff::database(hub.config.lock_heartbeat);
    let poll_interval = hub.config.scheduler_poll_interval;
    loop {
        let began = Instant::now();
        let due_in = match timeout(ANSWER_TIMEOUT, database::fire_schedules(&client, hub.config.scheduler_batch)).await
        {
            Ok(Ok((fired, due_in))) => {
                backoff.reset();
                if fired > 0 {
                    tracing::debug!(fired, "schedules have started runs");
                }
                // Where many are due at once, it rests as long as it works: half of a core is left to what runs.
                due_in.map_or(Duration::MAX, |due_in| due_in.max(began.elapsed()))
            }
            Ok(Err(error)) if Remedy::of(&error) != Remedy::Reconnect => {
                tracing::warn!("schedules could not be fired: {}", describe(&error));
                poll_interval
            }
            Ok(Err(_)) | Err(_) => {
                sleep(backoff.pause()).await;
                let database = &hub.database;
                client = session::connect(&hub, "schedules", &mut backoff, || database.connect("schedules")).await;
                continue;
            }
        };
        let unbidden = if hub.is_listening() { poll_interval * LISTENING } else { poll_interval };
        tokio::select! {
            () = sleep(due_in.min(unbidden)) => {}
            () = hub.schedules_changed() => {}
        }
    }
}
