//! What can go wrong with a child.

use super::{Output, Status};
use std::fmt;
use std::time::Duration;

/// A child could not be run to its end, or ended badly.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program cannot be started.
    #[error("failed to start {program:?}")]
    Start {
        /// The program.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// The child was ended from here, with all of its group.
    #[error("{} was ended: {why}", output.program)]
    Stopped {
        /// Why it was ended.
        why: Stopped,
        /// What it had written till then.
        output: Box<Output>,
    },
    /// The child was lost sight of.
    #[error("unable to wait for {program}")]
    Lost {
        /// The program.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// The child ended with another code than 0, or by a signal.
    #[error("{}", failure(_0))]
    Failed(Box<Output>),
}

/// Why a child was ended from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Its time was over.
    Timeout(Duration),
    /// Nobody waits for it any more.
    Cancelled,
    /// Who reads its output has had enough.
    Reader,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout(after) => write!(f, "it took longer than {} s", after.as_secs_f64()),
            Self::Cancelled => f.write_str("it was cancelled"),
            Self::Reader => f.write_str("its output was refused"),
        }
    }
}

impl Error {
    /// Whether the same command may do better later.
    pub fn is_retryable(&self) -> bool {
        use std::io::ErrorKind::{InvalidInput, NotADirectory, NotFound, PermissionDenied};
        match self {
            Self::Start { source, .. } => !matches!(source.kind(), NotFound | PermissionDenied | InvalidInput | NotADirectory),
            Self::Stopped { why, .. } => !matches!(why, Stopped::Reader),
            Self::Lost { .. } => true,
            Self::Failed(output) => matches!(output.status, Status::Signal(_)),
        }
    }
}

/// `git ended with code 128: fatal: …`: the first 2,000 characters of what it wrote to its standard error.
fn failure(output: &Output) -> String {
    let said: String = output.stderr.text().trim().chars().take(2000).collect();
    let how = match output.status {
        Status::Code(code) => format!("{} ended with code {code}", output.program),
        Status::Signal(signal) => format!("{} was ended by signal {signal}", output.program),
    };
    if said.is_empty() { how } else { format!("{how}: {said}") }
}
