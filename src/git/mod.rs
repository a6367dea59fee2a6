//! Git: reads commits as snapshots, previews merges, writes the rendered branch and notes.
//!
//! Local repositories are read and written through gix, opened so that nothing in them can start a process or change what is
//! read; the `git` command is started for the network only. All calls block.

mod edit;
mod error;
mod history;
mod merge;
mod notes;
mod open;
mod part;
mod refs;
mod remote;
mod snapshot;
mod working_tree;

pub use edit::Edit;
pub use error::Error;
pub use history::{CommitInfo, Person, Signature};
pub use merge::Merged;
pub use notes::NotesCommit;
pub use open::is_remote;
pub use refs::Update;
pub use snapshot::Limits;
pub use working_tree::working_tree;

use crate::model::CommitId;
use gix::ObjectId;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// The branch that holds each unit as it was applied.
pub const RENDERED: &str = "refs/heads/rendered";
/// Where the evidence is.
pub const NOTES: &str = "refs/notes/goldpath";

/// A repository: one on this machine, opened in place, or the mirror of a remote one. Cheap to clone; may be used by many threads.
#[derive(Clone)]
pub struct Repository {
    inner: gix::ThreadSafeRepository,
    limits: Limits,
    remote: Option<Arc<remote::Remote>>,
}

/// The id of a tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TreeId(ObjectId);

impl Repository {
    /// The folder with the objects and refs.
    pub fn git_dir(&self) -> PathBuf {
        self.inner.refs.git_dir().to_owned()
    }

    /// The same repository with other limits for snapshots.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    fn local(&self) -> gix::Repository {
        self.inner.to_thread_local()
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository").field("git_dir", &self.git_dir()).field("remote", &self.remote).finish_non_exhaustive()
    }
}

impl fmt::Display for TreeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for TreeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

fn object_id(id: &CommitId) -> Result<ObjectId, Error> {
    ObjectId::from_hex(id.as_str().as_bytes()).map_err(|_| Error::NotFound { what: format!("commit {id}") })
}

fn commit_id(id: impl AsRef<gix::oid>) -> CommitId {
    CommitId::parse(&id.as_ref().to_string()).expect("gix writes ids as hex digits")
}

#[cfg(test)]
mod tests;
