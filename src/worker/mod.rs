//! The child process that reads and renders what a pull request brought, and asks its policies: values in, values out, and where it is on the way.
//!
//! It is this binary with a hidden verb, without an environment, and with limits on memory, processor time and wall time;
//! whatever happens in it ends that process and is told as a [`Death`].

mod at;
mod death;
mod inside;
mod wire;

pub use at::At;
pub use death::{Death, WORKER_ENDED, Why, explained};
pub use inside::main;

use crate::model::{Digest, Exception, UnitId};
use crate::parse::Parsed;
use crate::policy::Verdicts;
use crate::process;
use crate::render::{Limits, Rendered};
use crate::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

/// How long a worker may take for one tree. What explodes in one step is ended long before by [`inside`]'s limit on steps; this one is for
/// what takes long in many small ones, and leaves room for ten thousand requests on a busy machine.
pub const WALL: Duration = Duration::from_secs(60);

/// The hidden verb of the binary that starts [`main`].
pub const VERB: &str = "__worker";

/// What a worker is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// The tree.
    pub snapshot: Snapshot,
    /// How much each unit may ask for.
    pub limits: Limits,
    /// How many threads render.
    pub threads: usize,
    /// What its own policies are asked; nothing when they are those of the judge, who asks them itself: they are only compiled then.
    pub asked: Option<Asked>,
}

/// What the policies of a tree are asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Units of the base: what has the same digest is not asked about.
    pub base: BTreeMap<UnitId, Digest>,
    /// The exceptions of the judge; nothing: those of the tree itself.
    pub exceptions: Option<Vec<Exception>>,
    /// The date, UTC: `2026-01-31`.
    pub today: String,
}

/// What a worker found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluated {
    /// What the tree says.
    pub parsed: Parsed,
    /// What it renders to.
    pub rendered: Rendered,
    /// What is wrong with its policies, and what they say of its units where they were asked.
    pub verdicts: Verdicts,
}

/// What a worker says on its standard output.
#[derive(Debug, Serialize, Deserialize)]
enum Said {
    /// It is about to run something that the tree brought.
    Begins(At),
    /// It is done with everything that has this key.
    Ended(String),
    /// It is done.
    Done(Box<Evaluated>),
}

/// Reads and renders a tree, and asks its policies, in a child process, which is ended after `wall`; `exe` is this binary.
///
/// # Errors
/// When the child cannot be started, or ends before it is done.
pub fn evaluate(exe: &Path, job: &Job, wall: Duration) -> Result<Evaluated, Death> {
    let mut input = Vec::new();
    // The processor time ends what the wall time would end, even when nobody is there to end it any more.
    let seconds = wall.as_secs().saturating_add(1).saturating_mul(job.threads.max(1) as u64);
    for frame in [wire::frame(&seconds), wire::frame(job)] {
        input.extend(frame.map_err(|source| Death::Garbled { message: source.to_string() })?);
    }
    let mut heard = Heard::default();
    let output = process::pipe(exe, &[VERB], input, wall, |bytes| heard.take(bytes));
    let Heard { at, done, garbled, pending: _ } = heard;
    match (done, garbled) {
        (Some(evaluated), None) => Ok(*evaluated),
        (_, Some(message)) => Err(Death::Garbled { message }),
        (None, None) => Err(Death::of(output, at.into_values().collect())),
    }
}

/// What was heard of a worker so far.
#[derive(Default)]
struct Heard {
    pending: Vec<u8>,
    at: BTreeMap<String, At>,
    done: Option<Box<Evaluated>>,
    garbled: Option<String>,
}

impl Heard {
    fn take(&mut self, bytes: &[u8]) -> ControlFlow<()> {
        self.pending.extend_from_slice(bytes);
        loop {
            match wire::first::<Said>(&mut self.pending) {
                Ok(None) => return ControlFlow::Continue(()),
                Ok(Some(Said::Begins(at))) => drop(self.at.insert(at.key(), at)),
                Ok(Some(Said::Ended(key))) => drop(self.at.remove(&key)),
                Ok(Some(Said::Done(evaluated))) => self.done = Some(evaluated),
                Err(error) => {
                    self.garbled = Some(error.to_string());
                    return ControlFlow::Break(());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
