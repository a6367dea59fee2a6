//! What can go wrong with the local forge, and what it refuses.

use super::Subject;
use crate::error::{Fault, Kind};
use crate::model::CommitId;
use std::path::PathBuf;

/// The forge could not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read or written.
    #[error("unable to {what} {}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("failed to read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A file is of another kind or version.
    #[error("failed to read {}: it holds {found}, not {wanted}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it says it is.
        found: String,
        /// What it should be.
        wanted: String,
    },
    /// The branches that were handed over cannot be all of them: no pull request is closed because of it.
    #[error("unable to look at the branches: the default branch `{default_branch}` is not among them")]
    NoDefaultBranch {
        /// Its name.
        default_branch: String,
    },
    /// The system has no randomness for a token.
    #[error("unable to make a token")]
    Random(#[source] getrandom::Error),
    /// It may not be done.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// What a person may not do, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Who wrote any of it does not approve it.
    #[error("{user} wrote a commit of {subject}, and nobody approves their own work: ask somebody else to look at it")]
    OwnApproval {
        /// Who asked.
        user: String,
        /// What they wrote.
        subject: Subject,
    },
    /// It is not there.
    #[error("there is no {subject} here: `goldpath change list` shows what there is")]
    Unknown {
        /// What was named.
        subject: Subject,
    },
    /// Something else was looked at.
    #[error("{subject} is now at {}, and you looked at {}: look at it again", head.short(), looked_at.short())]
    Moved {
        /// What it is about.
        subject: Subject,
        /// Where it is.
        head: CommitId,
        /// What was looked at.
        looked_at: CommitId,
    },
    /// Its branch is gone.
    #[error("{subject} is closed, because its branch is gone: push the branch again to open a new one")]
    Closed {
        /// What it is about.
        subject: Subject,
    },
    /// It is merged already.
    #[error("{subject} is merged already, as commit {}", commit.short())]
    Merged {
        /// What it is about.
        subject: Subject,
        /// The commit that brought it to the default branch.
        commit: CommitId,
    },
    /// There is nothing to say.
    #[error("the comment is empty: write what you want to say")]
    Empty,
    /// It is too long.
    #[error("the comment has {characters} characters, and at most {most} fit: shorten it")]
    TooLong {
        /// How long it is.
        characters: usize,
        /// How long it may be.
        most: usize,
    },
    /// The name of a user.
    #[error("{name:?} cannot be the name of a user: use at most 64 letters, digits, `-`, `_` and `.`, beginning with a letter or digit")]
    UserName {
        /// The name.
        name: String,
    },
    /// The e-mail of a user.
    #[error("{email:?} is no e-mail address: give the one that the commits of {user} carry")]
    Email {
        /// The name.
        user: String,
        /// What was given.
        email: String,
    },
    /// The e-mail belongs to somebody else.
    #[error("the e-mail {email} belongs to {owner} already: commits could not be told apart")]
    EmailTaken {
        /// The e-mail.
        email: String,
        /// Whose it is.
        owner: String,
    },
}

impl Error {
    /// Whether the same call may do better later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::File { .. } | Self::NoDefaultBranch { .. } | Self::Random(_) => true,
            Self::Unreadable { .. } | Self::Foreign { .. } | Self::Refused(_) => false,
        }
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Refused(_) => Kind::Usage,
            Self::File { .. } | Self::Unreadable { .. } | Self::Foreign { .. } | Self::NoDefaultBranch { .. } | Self::Random(_) => {
                Kind::Outside
            }
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Unreadable { path, .. } | Self::Foreign { path, .. } => {
                Some(format!("put back a copy of {}; only the daemon and `goldpath change token` write it", path.display()))
            }
            Self::File { .. } | Self::NoDefaultBranch { .. } | Self::Random(_) | Self::Refused(_) => None,
        }
    }
}
