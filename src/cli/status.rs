//! `goldpath status [--wait]`: exits 4 when a person must act, for something is held or the default branch was rewound.

use super::client::Server;
use super::{Ended, Output};
use crate::error::Error;
use crate::report::{self, DaemonStatus};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    server: Server,
    /// Look at the repository once more and wait until nothing is being worked on; what is tried again later does not count
    #[arg(long)]
    wait: bool,
}

pub(super) fn run(args: &Args, output: Output) -> Result<Ended, Error> {
    let answer = args.server.get(if args.wait { "status?wait=true" } else { "status" })?;
    let status: DaemonStatus = super::change::read(Some(&answer))?;
    super::answer(output, || answer, || report::status_terminal(&status));
    Ok(if status.held > 0 || status.rewound { Ended::Held } else { Ended::Done })
}
