//! Why the loop cannot go on with something.

use crate::command::Event;
use crate::error::{Fault, Kind};
use crate::store;

/// Why the loop cannot go on with something.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The memory cannot be read or written.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// What is remembered of the default branch cannot be read.
    #[error("failed to read what is remembered of the default branch")]
    Line(#[from] serde_json::Error),
    /// The world answered what was not asked.
    #[error("the world answered what was not asked: {0}")]
    Unexpected(String),
}

impl Error {
    /// The world answered what was not asked: a mistake of the world.
    pub(super) fn unexpected(event: &Event) -> Self {
        Self::Unexpected(format!("{event:?}").chars().take(200).collect())
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Store(error) => error.kind(),
            Self::Line(_) | Self::Unexpected(_) => Kind::Bug,
        }
    }
}
