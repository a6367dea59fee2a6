//! The command line, one file per verb.

mod about;
mod asked;
mod audit;
mod base;
mod cache;
mod change;
mod client;
mod compared;
mod completions;
mod daemon;
mod demo;
mod diff;
mod doctor;
mod explain;
mod init;
mod named;
mod new;
mod place;
mod render;
mod run;
mod schema;
mod status;
mod test;
mod validate;

use crate::error::{Error, Kind};
use crate::{config, report, worker};
use clap::{Parser, Subcommand, ValueEnum};
use serde_json::Value;
use std::io::{IsTerminal, Write as _};
use std::process::ExitCode;
use std::sync::OnceLock;

/// Requests in, reviewed and applied changes out, evidence in Git.
#[derive(Debug, Parser)]
#[command(name = "goldpath", version, max_term_width = 100)]
struct Cli {
    /// How results are written: `text`, `json` (one object with apiVersion and kind), `markdown` (of `diff`: the comment itself), `sarif` and `github` (of `validate`: for code scanning, and annotations of a workflow)
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t = Output::Text, hide_possible_values = true)]
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
    /// A SARIF 2.1.0 log (`validate` only)
    Sarif,
    /// Commands of a GitHub workflow (`validate` only)
    Github,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show the whole loop on an example: request, finding, fix, merge, apply, evidence
    Demo(demo::Args),
    /// Write a first platform repository: settings, a team, a target, a golden path with its cases, a request
    Init(init::Args),
    /// Write a request file with every field explained
    New(new::Args),
    /// Say everything that is wrong with a platform repository, or with some of its files, each at its line
    Validate(validate::Args),
    /// Write what the requests render to
    Render(render::Args),
    /// Show what changes, as a pull request would
    Diff(diff::Args),
    /// Say why a unit looks as it does: release, templates, defaults, policies; and where a line came from
    Explain(explain::Args),
    /// Run the cases of golden paths and renderers, and the tests of policies
    Test(test::Args),
    /// Print the JSON Schema of a kind: of goldpath's own files, and of the requests of this repository; import those of custom resources
    Schema(schema::Args),
    /// Say whether this machine has what the daemon needs, and with its configuration whether that can be used
    Doctor(doctor::Args),
    /// Run the daemon that watches a platform repository
    Run(run::Args),
    /// Ask the daemon how it is
    Status(status::Args),
    /// Ask the daemon about changes: list, show, approve, merge, comment
    #[command(subcommand)]
    Change(change::Verb),
    /// Read and verify the evidence in Git
    #[command(subcommand)]
    Audit(audit::Verb),
    /// Print a completion script for a shell
    Completions(completions::Args),
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
    // before anything else: it is started for each call
    let mut args = std::env::args_os().skip(1);
    if args.next().is_some_and(|verb| verb == worker::VERB) {
        return worker::main(args.next().is_some_and(|early| early == worker::EARLY));
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misused(&error),
    };
    let output = cli.output;
    let ended = takes(&cli.verb, output).and_then(|()| verb(cli)).inspect_err(|error| answer_with(error, output));
    let ended = match UNWRITTEN.get() {
        // what was done may be right, but who asked for it did not get to know
        Some(error) => Err(Error::outside("unable to write to stdout", error)),
        None => ended,
    };
    match ended {
        Ok(ended) => ended.into(),
        Err(error) => {
            say(&error.to_string());
            error.exit_code()
        }
    }
}

/// Says what is wrong with a call, or what was asked about calls.
fn misused(error: &clap::Error) -> ExitCode {
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    let is_json = args.iter().any(|arg| arg == "--output=json") || args.windows(2).any(|two| two[0] == "--output" && two[1] == "json");
    if error.use_stderr() && is_json {
        let text = error.to_string();
        let said: Vec<&str> = text.split("\n\n").next().unwrap_or_default().split_whitespace().collect();
        let message = said.join(" ").trim_start_matches("error: ").to_owned();
        answer_with(&Error::usage(message).hint("`goldpath help` names all verbs, and `goldpath help VERB` what it takes"), Output::Json);
    }
    let _reader_went_away = error.print();
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

fn verb(cli: Cli) -> Result<Ended, Error> {
    let output = cli.output;
    match cli.verb {
        Verb::Demo(args) => demo::run(&args),
        Verb::Init(args) => init::run(&args, output),
        Verb::New(args) => new::run(&args, output),
        Verb::Validate(args) => validate::run(&args, output),
        Verb::Render(args) => render::run(&args, output),
        Verb::Diff(args) => diff::run(&args, output),
        Verb::Explain(args) => explain::run(&args, output),
        Verb::Test(args) => test::run(&args, output),
        Verb::Schema(args) => schema::run(&args, output),
        Verb::Doctor(args) => doctor::run(args, output),
        Verb::Run(args) => run::run(args),
        Verb::Status(args) => status::run(&args, output),
        Verb::Change(verb) => change::run(verb, output),
        Verb::Audit(verb) => audit::run(&verb, output),
        Verb::Completions(args) => Ok(completions::run(&args)),
    }
}

/// Refuses a format that a verb does not write.
fn takes(verb: &Verb, output: Output) -> Result<(), Error> {
    let only = |word: &str, of: &str| {
        let error = Error::usage(format!("`--output {word}` is for `goldpath {of}` alone"));
        Err(error.hint("use `--output text` or `--output json`"))
    };
    match (output, verb) {
        (Output::Text, _) | (Output::Markdown, Verb::Diff(_)) | (Output::Sarif | Output::Github, Verb::Validate(_)) => Ok(()),
        (Output::Markdown, _) => only("markdown", "diff"),
        (Output::Sarif, _) => only("sarif", "validate"),
        (Output::Github, _) => only("github", "validate"),
        (Output::Json, Verb::Demo(_) | Verb::Run(_) | Verb::Completions(_)) => {
            let error = Error::usage("`--output json` is for verbs that answer something");
            Err(error.hint("`demo`, `run` and `completions` write text"))
        }
        (Output::Json, _) => Ok(()),
    }
}

/// Why a result could not be written.
static UNWRITTEN: OnceLock<std::io::Error> = OnceLock::new();

/// Writes a result to stdout; a reader that went away is no failure, a full disk is.
fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    if let Err(error) = write!(stdout, "{text}{end}").and_then(|()| stdout.flush())
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        let _the_first_counts = UNWRITTEN.set(error);
    }
}

/// Writes a result as one JSON object or as text; a format of one verb alone is written by that verb.
fn answer(output: Output, json: impl FnOnce() -> Value, text: impl FnOnce() -> String) {
    match output {
        Output::Json => print(&json().to_string()),
        Output::Text | Output::Markdown | Output::Sarif | Output::Github => print(&text()),
    }
}

/// Writes a failure as a result too, for programs that read nothing else.
fn answer_with(error: &Error, output: Output) {
    if output == Output::Json {
        let json = report::error_json(&error.causes().to_string(), error.next_step(), error.kind().exit_code());
        print(&json.to_string());
    }
}

/// Writes progress or a failure to stderr.
fn say(text: &str) {
    let _reader_went_away = writeln!(std::io::stderr().lock(), "{text}");
}

/// Whether a stream shows colour: on a terminal that can, unless `NO_COLOR` says otherwise.
fn colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && !config::no_color() && !config::dumb_terminal()
}
