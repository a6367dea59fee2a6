//! What can go wrong with Terraform.

use super::ui;
use crate::model::RepoPath;
use crate::observe::{PlanError, Secrets};
use crate::process::{self, Output, Status};
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Terraform could not be run, or said no.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program could not be run to its end.
    #[error(transparent)]
    Process(#[from] process::Error),
    /// A folder or file of the daemon's own cannot be read or written.
    #[error("unable to use {}", path.display())]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A rendered file has a name that Terraform gives a meaning of its own.
    #[error("the rendered file {path} is refused: terraform would take it for its own")]
    File {
        /// The file in the unit.
        path: RepoPath,
    },
    /// The root keeps its state elsewhere than it is told to.
    #[error("the root does not keep its state in {}; take its `backend` and `cloud` blocks out", state.display())]
    BackEnd {
        /// Where it should be.
        state: PathBuf,
    },
    /// Terraform said no.
    #[error(transparent)]
    Failed(#[from] Box<Failed>),
    /// The plan cannot be read.
    #[error("failed to read the plan")]
    Plan(#[from] PlanError),
    /// The state is there and cannot be read.
    #[error("failed to read the state {}", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// An earlier apply of the same root is still at work, maybe one of a daemon that is gone; nothing was done.
    #[error("an earlier terraform apply of this unit is still running; it is waited for")]
    OrphanRunning {
        /// The lock that it holds.
        lock: PathBuf,
    },
}

/// One run of Terraform that said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// What it was asked for.
    pub step: Step,
    /// Its errors in its order, without secrets; at least one.
    pub errors: Vec<Diagnostic>,
    /// Per address what was done before the error: `created`, `changed`, `removed`, `replaced`.
    pub objects: BTreeMap<String, String>,
}

/// What Terraform was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Which version it is.
    Version,
    /// To get ready.
    Init,
    /// What it would do.
    Plan,
    /// What is in a plan.
    Show,
    /// To do what is in a plan.
    Apply,
}

/// One error as Terraform says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What went wrong.
    pub summary: String,
    /// More about it; may be empty or have many lines.
    pub detail: String,
    /// The resource, where it is about one.
    pub address: Option<String>,
    /// The rendered file, relative to the unit, and its line from 1, where it names one.
    pub at: Option<(String, u32)>,
}

impl Error {
    /// Whether the same may go well later, without a new commit.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Process(error) => error.is_retryable(),
            Self::Folder { .. } | Self::OrphanRunning { .. } => true,
            Self::Failed(failed) => match failed.step {
                Step::Plan | Step::Apply => true,
                Step::Version | Step::Init | Step::Show => false,
            },
            Self::File { .. } | Self::BackEnd { .. } | Self::Plan(_) | Self::State { .. } => false,
        }
    }

    /// Whether the world is as it was because something else is at work on it: plan again later.
    pub fn is_busy(&self) -> bool {
        const BUSY: [&str; 2] = ["Error acquiring the state lock", "Saved plan is stale"];
        match self {
            Self::OrphanRunning { .. } => true,
            Self::Failed(failed) => BUSY.contains(&failed.first().summary.as_str()),
            Self::Process(_) | Self::Folder { .. } | Self::File { .. } | Self::BackEnd { .. } | Self::Plan(_) | Self::State { .. } => false,
        }
    }

    /// The rendered file and line that the first error names, where it names one.
    pub fn at(&self) -> Option<&(String, u32)> {
        if let Self::Failed(failed) = self { failed.first().at.as_ref() } else { None }
    }

    pub(super) fn folder(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Folder { path, source }
    }
}

impl Failed {
    /// What a run that said no has said; when it did not say why as JSON, what it wrote is the detail.
    pub(super) fn of(step: Step, output: &Output, secrets: &Secrets) -> Box<Self> {
        let mut errors = ui::errors(&output.stdout.bytes);
        if errors.is_empty() {
            let summary = match output.status {
                Status::Code(code) => format!("{} {step} ended with code {code}", output.program),
                Status::Signal(signal) => format!("{} {step} was ended by signal {signal}", output.program),
            };
            let said = format!("{}\n{}", output.stderr.text().trim(), ui::plain(&output.stdout.bytes));
            errors.push(Diagnostic { summary, detail: said.trim().chars().take(8000).collect(), address: None, at: None });
        }
        for error in &mut errors {
            error.summary = secrets.redact(&error.summary);
            error.detail = secrets.redact(&error.detail);
        }
        Box::new(Self { step, errors, objects: ui::objects(&output.stdout.bytes) })
    }

    /// The first error.
    pub fn first(&self) -> &Diagnostic {
        self.errors.first().expect("it is made with one at least")
    }
}

impl std::error::Error for Failed {}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first().fmt(f)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary)?;
        if let Some((file, line)) = &self.at {
            write!(f, " ({file} line {line})")?;
        }
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Version => "version",
            Self::Init => "init",
            Self::Plan => "plan",
            Self::Show => "show",
            Self::Apply => "apply",
        })
    }
}
