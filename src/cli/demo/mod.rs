//! `goldpath demo [--dir DIR] [--exit]`: the whole loop, with what really happened printed step by step.

mod desk;
mod story;

use super::{Ended, say};
use crate::config;
use crate::error::Error;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where everything is made: `platform.git`, `work/`, `state/` (default: a new folder in the system's temporary folder)
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// End after the story instead of staying to be looked at
    #[arg(long)]
    exit: bool,
}

pub(super) fn run(args: &Args) -> Result<Ended, Error> {
    let dir = place(args.dir.as_deref())?;
    super::run::start_log(None)?;
    let runtime = super::run::runtime()?;
    runtime.block_on(async {
        let daemon = story::tell(&dir, !args.exit).await?;
        if args.exit {
            daemon.stop().await;
            return Ok(Ended::Done);
        }
        say("\nThe daemon is still running, to be looked at. Ctrl-C ends it.");
        super::run::interrupted().await;
        daemon.stop().await;
        Ok(Ended::Done)
    })
}

/// An empty folder for the demo.
fn place(dir: Option<&Path>) -> Result<PathBuf, Error> {
    let dir = match dir {
        Some(dir) => dir.to_path_buf(),
        None => config::temporary_folder().join(format!("goldpath-demo-{}", std::process::id())),
    };
    let failed = |error: &std::io::Error| Error::outside(format!("unable to make {}", dir.display()), error);
    std::fs::create_dir_all(&dir).map_err(|error| failed(&error))?;
    let dir = dir.canonicalize().map_err(|error| failed(&error))?;
    let mut entries = std::fs::read_dir(&dir).map_err(|error| failed(&error))?;
    if entries.next().is_some() {
        return Err(Error::usage(format!("{} is not empty", dir.display())).hint("name an empty or a new folder with `--dir DIR`"));
    }
    Ok(dir)
}
