//! What can go wrong with the memory.

use crate::error::Fault;
use std::path::PathBuf;

/// The store could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened, or its tables cannot be brought to this version.
    #[error("failed to open the store {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database refused.
    #[error("unable to {what}")]
    Database {
        /// What was tried.
        what: &'static str,
        /// Why.
        source: sqlx::Error,
    },
    /// Somebody else holds the lease by now, or it was given back: nothing was written.
    #[error("the lease {key:?} of generation {generation} is lost")]
    LeaseLost {
        /// What it was for.
        key: String,
        /// Its generation.
        generation: i64,
    },
    /// What is stored cannot be read by this version.
    #[error("failed to read the stored {what} {id:?}")]
    Record {
        /// What it is.
        what: &'static str,
        /// Which one.
        id: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// Whether the same call may do better later. A lost lease is taken again, not the call repeated.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Database { source, .. } => {
                matches!(source, sqlx::Error::Database(_) | sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed)
            }
            Self::Open { .. } | Self::LeaseLost { .. } | Self::Record { .. } => false,
        }
    }

    /// Names what was tried.
    pub(super) fn on(what: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Database { what, source }
    }

    /// Names the record that cannot be read.
    pub(super) fn record<E: Into<Box<dyn std::error::Error + Send + Sync>>>(what: &'static str, id: &str) -> impl FnOnce(E) -> Self {
        move |source| Self::Record { what, id: id.to_owned(), source: source.into() }
    }
}

impl Fault for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Open { path, .. } => Some(format!(
                "look who else uses {0}, and whether a newer goldpath wrote it; it is only memory: moved away, it is made anew from Git",
                path.display()
            )),
            Self::Record { .. } => {
                Some("was it written by a newer goldpath? the store is only memory: moved away, it is made anew from Git".to_owned())
            }
            Self::LeaseLost { .. } => Some("is another daemon running with the same state?".to_owned()),
            Self::Database { .. } => None,
        }
    }
}
