//! The id of a change.

use super::CommitId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One change: `pr-<number>`, `push-<commit>` or `base-<commit>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeId(String);

impl ChangeId {
    /// A pull request.
    pub fn pull(number: u64) -> Self {
        Self(format!("pr-{number}"))
    }

    /// A commit that reached the default branch without a pull request.
    pub fn push(commit: &CommitId) -> Self {
        Self(format!("push-{}", commit.short()))
    }

    /// The first start.
    pub fn base(commit: &CommitId) -> Self {
        Self(format!("base-{}", commit.short()))
    }

    /// What people type: an id, or the number of a pull request with or without `#`.
    pub fn typed(text: &str) -> Self {
        let number = text.strip_prefix('#').unwrap_or(text).parse();
        number.map_or_else(|_| Self(text.to_owned()), Self::pull)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of the pull request, when it is one.
    pub fn number(&self) -> Option<u64> {
        self.0.strip_prefix("pr-")?.parse().ok()
    }
}

impl fmt::Display for ChangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ChangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
