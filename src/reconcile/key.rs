//! What there is to look at.

use crate::command::target_key;
use crate::model::{ChangeId, TargetName};
use std::fmt;

/// What there is to look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// The branches and the forge as a whole.
    Repository,
    /// One change.
    Change(ChangeId),
    /// One target.
    Target(TargetName),
}

impl Key {
    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "repository" {
            return Some(Self::Repository);
        }
        match text.split_once('/')? {
            ("change", id) => Some(Self::Change(ChangeId::typed(id))),
            ("target", name) => TargetName::parse(name).ok().map(Self::Target),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repository => f.write_str("repository"),
            Self::Change(id) => write!(f, "change/{id}"),
            Self::Target(target) => f.write_str(&target_key(target)),
        }
    }
}
