//! `start-workers`: see the library.

use std::{
    env,
    io::{IsTerminal, stderr},
    process::ExitCode,
};

use tokio::task::LocalSet;
use tracing::level_filters::LevelFilter;
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

/// Logs to stderr.
#[cfg(not(feature = "console"))]
fn log(level: LevelFilter) {
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        .with_target(false)
        .init();
}

/// Logs to stderr, and serves tokio-console on this machine alone, wherever `TOKIO_CONSOLE_BIND` points.
#[cfg(feature = "console")]
fn log(level: LevelFilter) {
    use std::net::Ipv4Addr;
    use tracing_subscriber::{Layer, fmt, layer::SubscriberExt, util::SubscriberInitExt};

    let console = console_subscriber::ConsoleLayer::builder().server_addr((Ipv4Addr::LOCALHOST, 6669)).spawn();
    let lines = fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal()).with_target(false);
    tracing_subscriber::registry().with(console).with(lines.with_filter(level)).init();
}

#[cfg(all(feature = "console", not(tokio_unstable)))]
compile_error!("the feature console needs RUSTFLAGS=\"--cfg tokio_unstable\"");

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
    log(config.log_level);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| Error::System { what: "an event loop", cause })?;
    LocalSet::new().block_on(&runtime, async { daemon::run(config, queues, Signals::new()?).await })
}
