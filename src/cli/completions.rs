//! `goldpath completions SHELL`

use super::{Cli, Ended, print};
use clap::CommandFactory as _;
use clap_complete::Shell;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &Args) -> Ended {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "goldpath", &mut script);
    print(&String::from_utf8_lossy(&script));
    Ended::Done
}
