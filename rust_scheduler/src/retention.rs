//! Prunes ended runs, on a connection of its own, so that nothing else of the daemon waits for it.

use std::{future::pending, rc::Rc, time::Duration};

use tokio::time::{sleep, timeout};
use tokio_postgres::Error;

use crate::{
    database::{self, ANSWER_TIMEOUT},
    error::describe,
    hub::Hub,
};

/// Looks for something to prune as often as the settings say, for as long as the daemon runs.
pub async fn keep(hub: Rc<Hub>) {
    let interval = hub.config.retention_interval;
    if interval.is_zero() {
        return pending().await;
    }
    loop {
        sleep(interval).await;
        // What fails is done by a later pass, or by another daemon.
        if let Err(error) = pass(&hub).await {
            tracing::warn!("ended runs could not be pruned: {}", describe(&error));
        }
    }
}

/// Makes batches until the engine has no more for this daemon: the pass is over, or with another one.
async fn pass(hub: &Hub) -> Result<(), Error> {
    let client = hub.database.connect("retention").await?;
    let (mut runs, mut programs) = (0, 0);
    let mut due_in = Some(Duration::ZERO);
    while let Some(pause) = due_in {
        sleep(pause).await;
        let Ok(batch) = timeout(ANSWER_TIMEOUT, database::apply_retention(&client)).await else { break };
        let (batch_runs, batch_programs, next) = batch?;
        runs += batch_runs;
        programs += batch_programs;
        due_in = next;
    }
    if runs + programs > 0 {
        tracing::info!(runs, programs, "ended runs are pruned");
    }
    Ok(())
}
