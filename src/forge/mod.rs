//! Where changes are proposed and talked about: facts, one sticky comment, checks, statuses.
//!
//! A forge takes finished text and knows nothing of what it says.

mod book;
mod error;
mod file;
mod local;
pub mod people;
mod sync;
#[cfg(test)]
mod tests;

pub use book::{By, Check, Comment, Signature, Slot, Status};
pub use error::{Error, Refused};
pub use local::{Approves, Local};
pub use people::{People, Person, Token};
pub use sync::Branch;

use crate::model::CommitId;
use std::fmt;

/// A forge; whoever matches it says what to do for each.
#[derive(Debug)]
pub enum Forge {
    /// Branches of the watched repository are pull requests; what people say about them is in a file.
    Local(Local),
}

/// What is talked about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A pull request.
    Pull(u64),
    /// A commit that reached the default branch without a pull request.
    Commit(CommitId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pull(number) => write!(f, "pull request #{number}"),
            Self::Commit(commit) => write!(f, "commit {}", commit.short()),
        }
    }
}
