//! How a worker died, and the findings that this is to the owner of the golden path.

use super::At;
use super::watch::OVERRAN;
use crate::error::{Fault, Kind};
use crate::model::{Code, Edit, Explained, Finding, Place, RepoPath, Turn};
use crate::process::{self, Output, Status, Stopped};
use std::fmt;
use std::time::Duration;

/// A worker ended before it was done.
#[derive(Debug, thiserror::Error)]
pub enum Death {
    /// It could not be run at all.
    #[error("unable to run the worker")]
    Process(#[source] process::Error),
    /// What was said over its pipe cannot be understood.
    #[error("failed to understand the worker: {message}")]
    Garbled {
        /// Why.
        message: String,
    },
    /// It ended while it worked.
    #[error("{}", ended(why, at, step.as_ref()))]
    Ended {
        /// Why it ended.
        why: Why,
        /// What was being run, one place for each thread; empty when nothing was.
        at: Vec<At>,
        /// The tag or expression that was being run, where that is known.
        step: Option<Place>,
    },
}

/// Why a worker ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It took longer than this.
    Wall(Duration),
    /// It took more processor time than one step, or the whole, may.
    Processor,
    /// It asked for more memory than it had, in bytes.
    Memory(u64),
    /// It was nested too deeply.
    Stack,
    /// It met something that it does not expect.
    Broke,
    /// Something else, in its own words.
    Other(String),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wall(after) => write!(f, "it took longer than {} s", after.as_secs_f64().ceil()),
            Self::Processor => f.write_str("it took too much processor time"),
            Self::Memory(bytes) => write!(f, "it asked for more than {} MiB of memory", bytes >> 20),
            Self::Stack => f.write_str("it was nested too deeply"),
            Self::Broke => write!(f, "it ended with code {BROKE}"),
            Self::Other(what) => f.write_str(what),
        }
    }
}

fn ended(why: &Why, at: &[At], step: Option<&Place>) -> String {
    match (at.first(), step) {
        (Some(at), None) => format!("{}: {at} was ended: {why}", at.file()),
        (Some(at), Some(step)) => format!("{}:{}: {} was ended here: {why}", step.path, step.span.line, at.seen_from(&step.path)),
        (None, _) => format!("reading the tree was ended: {why}"),
    }
}

impl Death {
    /// The death of a child that did not say that it was done.
    pub(super) fn of(output: Result<Output, process::Error>, at: Vec<At>, step: Option<Place>, memory: u64) -> Self {
        let why = match output {
            Ok(output) => why(&output, memory),
            Err(process::Error::Stopped { why: Stopped::Timeout(after), .. }) => Why::Wall(after),
            Err(error) => return Self::Process(error),
        };
        Self::Ended { why, at, step }
    }

    /// Whether it ended while it worked, and nobody knows at what.
    pub(super) fn is_nowhere(&self) -> bool {
        matches!(self, Self::Ended { at, .. } if at.is_empty())
    }

    /// Whether the same job may do better later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Process(error) => error.is_retryable(),
            Self::Garbled { .. } | Self::Ended { .. } => false,
        }
    }

    /// What it is to the people of the change: the files that were being run. Nothing when the fault is not theirs.
    pub fn findings(&self) -> Vec<Finding> {
        let Self::Ended { why, at, step } = self else { return Vec::new() };
        let code = Code::WORKER_ENDED;
        if at.is_empty() {
            let file = RepoPath::parse("goldpath.yaml").expect("it is a path");
            let message = format!("reading the repository was ended: {why}");
            return vec![Finding::error(code, Place::file(file), message).turn(Turn::Platform)];
        }
        let suspects = if at.len() > 1 { format!(" (one of {} that ran at the same time)", at.len()) } else { String::new() };
        at.iter()
            .map(|at| {
                let (place, message) = match step {
                    None => (Place::file(at.file()), format!("{at} was ended: {why}{suspects}")),
                    Some(step) => (step.clone(), format!("{} was ended here: {why}", at.seen_from(&step.path))),
                };
                let help = if *why == Why::Broke { OF_ENGINE } else { at.help() };
                let help = format!("{help}{}", at.desk());
                Finding::error(code.clone(), place, message).help(help).turn(at.turn())
            })
            .collect()
    }
}

/// The code of a program of Rust that met what it does not expect.
const BROKE: i32 = 101;
/// What is said of that: nothing in the file is too much.
const OF_ENGINE: &str = "It is a mistake of goldpath, which does not expect something that is written there: write it otherwise.";

/// The words of Rust's runtime tell a failed allocation from a stack that is too deep: both end in the same signal.
fn why(output: &Output, memory: u64) -> Why {
    const KILLED: i32 = 9;
    const PROCESSOR: i32 = 24;
    let said = output.stderr.text();
    if said.contains("memory allocation of") {
        return Why::Memory(memory);
    }
    if said.contains("overflowed its stack") {
        return Why::Stack;
    }
    match output.status {
        Status::Signal(KILLED | PROCESSOR) | Status::Code(OVERRAN) => Why::Processor,
        Status::Code(BROKE) => Why::Broke,
        Status::Signal(signal) => Why::Other(format!("signal {signal} ended it")),
        Status::Code(code) => {
            let first = said.lines().next().unwrap_or_default();
            Why::Other(if first.is_empty() { format!("it ended with code {code}") } else { first.to_owned() })
        }
    }
}

impl Fault for Death {
    fn kind(&self) -> Kind {
        match self {
            Self::Process(_) => Kind::Outside,
            Self::Garbled { .. } => Kind::Bug,
            Self::Ended { .. } => Kind::Findings,
        }
    }

    fn hint(&self) -> Option<String> {
        self.findings().into_iter().next().map(|finding| finding.help).filter(|help| !help.is_empty())
    }
}

/// What the code of a death means, with an example.
pub fn explained() -> &'static [Explained] {
    const TEMPLATE: &str = "golden-paths/preview/1.0.0/cluster/deployment.yaml.tera";
    const DOUBLED: &str =
        "{% set text = \"xxxxxxxxxxxxxxxx\" %}{% for n in range(end=40) %}{% set_global text = text ~ text %}{% endfor %}{{ text }}\n";
    &[Explained {
        code: "worker-ended",
        when: "Running a template, a schema or a policy was ended from outside: it took too long, or asked for too much memory.",
        before: &[],
        example: &[Edit::Write(TEMPLATE, DOUBLED)],
        fix: "Look for a loop that hardly ends or a text that grows by itself in the file that is named.",
    }]
}
