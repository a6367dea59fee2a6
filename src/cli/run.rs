//! `goldpath run --repo URL --state DIR [--listen ADDR] [--config FILE]`

use super::{Ended, daemon, say};
use crate::config::{self, Config, Flags};
use crate::error::Error;
use crate::model::day;
use crate::telemetry::{self, Format, Settings};
use std::io::IsTerminal as _;
use std::path::PathBuf;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The platform repository: a bare repository on this machine, or a URL
    #[arg(long, value_name = "URL")]
    repo: Option<String>,
    /// The folder for its database, keys and the local forge
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Where it listens, on this machine alone
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// The daemon's own configuration
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Args {
    /// What was said on the command line.
    pub(super) fn flags(self) -> Flags {
        Flags { file: self.config, repository: self.repo, state_dir: self.state, listen: self.listen }
    }
}

pub(super) fn run(args: Args) -> Result<Ended, Error> {
    start_log(Some("goldpath=info"))?;
    let config = Config::load(&args.flags())?;
    runtime()?.block_on(async {
        let daemon = daemon::start(config).await?;
        say(&format!("goldpath serves {}", daemon.url()));
        interrupted().await;
        daemon.stop().await;
        Ok(Ended::Done)
    })
}

/// Starts the log, when `GOLDPATH_LOG` or else `default` says what goes into it.
pub(super) fn start_log(default: Option<&str>) -> Result<(), Error> {
    let Some(filter) = config::log_filter().or(default.map(str::to_owned)) else { return Ok(()) };
    let on_terminal = std::io::stderr().is_terminal();
    let format = if on_terminal { Format::Text } else { Format::Json };
    telemetry::start(&Settings { filter: Some(filter), format, colour: on_terminal && !config::no_color() })
}

/// The runtime of the daemon.
pub(super) fn runtime() -> Result<Runtime, Error> {
    Runtime::new().map_err(|error| Error::outside("unable to start", &error))
}

/// Waits for Ctrl-C or the signal to end.
pub(super) async fn interrupted() {
    let Ok(mut end) = signal(SignalKind::terminate()) else { return drop(tokio::signal::ctrl_c().await) };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = end.recv() => {}
    }
}

/// How many threads render.
pub(super) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The date, UTC: `2026-01-31`.
pub(super) fn today() -> String {
    day(jiff::Timestamp::now())
}
