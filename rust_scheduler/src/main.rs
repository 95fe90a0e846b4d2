//! `start-workers`: see the library.

use std::{
    env,
    io::{IsTerminal, stderr},
    process::ExitCode,
};

use tokio::task::LocalSet;
use waymark_scheduler::{
    cli::{self, Command, HELP},
    config::Config,
    daemon::{self, Signals},
    error::Error,
};

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("start-workers: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn start() -> Result<(), Error> {
    let queues = match cli::parse(env::args().skip(1))? {
        Command::Run { queues } => queues,
        Command::Help => {
            println!("{HELP}");
            return Ok(());
        }
        Command::Version => {
            println!("start-workers {}", env!("CARGO_PKG_VERSION"));
            return Ok(());
        }
    };
    let config = Config::from_env()?;
    tracing_subscriber::fmt()
        .with_max_level(config.log_level)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        .with_target(false)
        .init();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| Error::System { what: "an event loop", cause })?;
    LocalSet::new().block_on(&runtime, async { daemon::run(config, queues, Signals::new()?).await })
}
