//! The command line, one file per verb.

mod audit;
mod change;
mod client;
mod completions;
mod daemon;
mod demo;
mod diff;
mod place;
mod render;
mod run;
mod status;
mod validate;

use crate::error::{Error, Kind};
use crate::{config, worker};
use clap::{Parser, Subcommand, ValueEnum};
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

/// Requests in, reviewed and applied changes out, evidence in Git.
#[derive(Debug, Parser)]
#[command(name = "goldpath", version, max_term_width = 100)]
struct Cli {
    /// How results are written to stdout
    #[arg(long, global = true, value_enum, default_value_t = Output::Text)]
    output: Output,
    #[command(subcommand)]
    verb: Verb,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people
    Text,
    /// One JSON object with `apiVersion` and `kind`
    Json,
    /// The comment itself (`diff` only)
    Markdown,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show the whole loop on an example: request, finding, fix, merge, apply, evidence
    Demo(demo::Args),
    /// Say everything that is wrong with a platform repository, or with some of its files
    Validate(validate::Args),
    /// Write what the requests render to
    Render(render::Args),
    /// Show what a pull request would say
    Diff(diff::Args),
    /// Run the daemon
    Run(run::Args),
    /// Ask the daemon how it is
    Status(status::Args),
    /// Ask the daemon about changes, approve, merge, comment
    #[command(subcommand)]
    Change(change::Verb),
    /// Read and verify the evidence in Git
    #[command(subcommand)]
    Audit(audit::Verb),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Render what a pull request brought (started by the daemon)
    #[command(name = "__worker", hide = true)]
    Worker,
}

/// How a verb ended, when it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// Done, warnings included.
    Done,
    /// There are findings.
    Findings,
    /// A person must act.
    Held,
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Done => Self::SUCCESS,
            Ended::Findings => Kind::Findings.into(),
            Ended::Held => Kind::Held.into(),
        }
    }
}

/// Runs the command line and gives the exit code of its contract.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.verb, Verb::Worker) {
        return worker::main();
    }
    match verb(cli) {
        Ok(ended) => ended.into(),
        Err(error) => {
            say(&error.to_string());
            error.exit_code()
        }
    }
}

fn verb(cli: Cli) -> Result<Ended, Error> {
    let output = cli.output;
    if output == Output::Markdown && !matches!(cli.verb, Verb::Diff(_)) {
        return Err(Error::usage("`--output markdown` is for `goldpath diff` alone").hint("use `--output text` or `--output json`"));
    }
    match cli.verb {
        Verb::Demo(args) => demo::run(&args),
        Verb::Validate(args) => validate::run(&args, output),
        Verb::Render(args) => render::run(&args, output),
        Verb::Diff(args) => diff::run(&args, output),
        Verb::Run(args) => run::run(args),
        Verb::Status(args) => status::run(&args, output),
        Verb::Change(verb) => change::run(verb, output),
        Verb::Audit(verb) => audit::run(&verb, output),
        Verb::Completions(args) => Ok(completions::run(&args)),
        Verb::Worker => Err(Error::bug("the worker is started before this")),
    }
}

/// Writes a result to stdout; a reader that went away is no failure.
fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    let _reader_went_away = write!(stdout, "{text}{end}").and_then(|()| stdout.flush());
}

/// Writes progress or a failure to stderr.
fn say(text: &str) {
    let _reader_went_away = writeln!(std::io::stderr().lock(), "{text}");
}

/// Whether stdout shows colour: on a terminal, unless `NO_COLOR` says otherwise.
fn colour() -> bool {
    std::io::stdout().is_terminal() && !config::no_color()
}
