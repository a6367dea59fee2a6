//! What can go wrong with a repository.

use crate::error::{Fault, Kind};
use crate::process;
use std::path::PathBuf;

/// A repository could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no repository.
    #[error("failed to open {} as a Git repository", path.display())]
    Open {
        /// Where it was looked for.
        path: PathBuf,
        /// Why.
        source: Box<gix::Error>,
    },
    /// The repository uses a format that is not supported.
    #[error("failed to open {}: its object format is {format}, only sha1 is supported", path.display())]
    Format {
        /// The repository.
        path: PathBuf,
        /// The format of its objects.
        format: String,
    },
    /// An address that is not one of a repository, or of a kind that is refused.
    #[error("{url:?} is no address of a repository: {reason}")]
    Url {
        /// The address, without a password.
        url: String,
        /// Why it is refused.
        reason: &'static str,
    },
    /// Something that was asked for is not in the repository.
    #[error("there is no {what} in the repository")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// A ref is not where it was expected: somebody else was faster.
    #[error("{name} has moved meanwhile")]
    Moved {
        /// The full name of the ref.
        name: String,
    },
    /// A branch is checked out in a folder, which would no longer agree with it.
    #[error("failed to move {name}: it is checked out in {}", dir.display())]
    CheckedOut {
        /// The full name of the branch.
        name: String,
        /// The working tree.
        dir: PathBuf,
    },
    /// A tree has more than may be read.
    #[error("the tree of {what} is too large: more than {limit}")]
    TooLarge {
        /// The commit or folder.
        what: String,
        /// The limit, with its unit.
        limit: String,
    },
    /// What was to be written is not allowed there.
    #[error("failed to write {what}: {reason}")]
    Refused {
        /// What was to be written.
        what: String,
        /// Why it was not.
        reason: &'static str,
    },
    /// gix failed.
    #[error("failed to {doing}")]
    Git {
        /// What was being done.
        doing: String,
        /// Why.
        source: Box<gix::Error>,
    },
    /// The file system failed.
    #[error("failed to {doing} {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The `git` command failed.
    #[error("unable to {doing}")]
    Command {
        /// What was being done.
        doing: String,
        /// Why.
        source: process::Error,
    },
}

impl Error {
    /// Whether the same call may do better later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Moved { .. } => true,
            Self::Git { source, .. } => source.is_retryable() || source.is_conflict(),
            Self::Io { source, .. } => {
                use std::io::ErrorKind::{InvalidInput, NotADirectory, NotFound, PermissionDenied};
                !matches!(source.kind(), NotFound | PermissionDenied | InvalidInput | NotADirectory)
            }
            // a server that cannot be reached makes git end with a code, and may be back soon
            Self::Command { source, .. } => matches!(source, process::Error::Failed(_)) || source.is_retryable(),
            Self::Open { .. }
            | Self::Format { .. }
            | Self::Url { .. }
            | Self::NotFound { .. }
            | Self::CheckedOut { .. }
            | Self::TooLarge { .. }
            | Self::Refused { .. } => false,
        }
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Open { .. } | Self::Format { .. } | Self::Url { .. } | Self::NotFound { .. } | Self::CheckedOut { .. } => Kind::Usage,
            Self::Moved { .. }
            | Self::TooLarge { .. }
            | Self::Refused { .. }
            | Self::Git { .. }
            | Self::Io { .. }
            | Self::Command { .. } => Kind::Outside,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Open { .. } => Some("name a folder with a Git repository, or the address of one".to_owned()),
            Self::Url { .. } => Some("write `https://…`, `ssh://…`, `file://…` or the path of a folder".to_owned()),
            Self::CheckedOut { .. } => Some("use a bare repository: `git clone --bare`".to_owned()),
            Self::Moved { .. } => Some("look again and try once more".to_owned()),
            Self::NotFound { .. } => {
                Some("name a branch, a tag or a commit that is in this repository; `git fetch` may bring it".to_owned())
            }
            Self::Git { source, .. } if source.is_not_found() => Some(
                "some of the repository is missing: a partial clone becomes a whole one with `git fetch --refetch --no-filter`".to_owned(),
            ),
            Self::Format { .. }
            | Self::TooLarge { .. }
            | Self::Refused { .. }
            | Self::Git { .. }
            | Self::Io { .. }
            | Self::Command { .. } => None,
        }
    }
}

/// Says what was being done when gix failed.
pub(super) trait Doing<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T, E: Into<gix::Error>> Doing<T> for Result<T, E> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|source| Error::Git { doing: what(), source: Box::new(source.into()) })
    }
}
