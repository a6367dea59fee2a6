//! What can go wrong with keys.

use crate::error::{Fault, Kind};
use std::path::PathBuf;

/// The key that signs evidence cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Others may read it.
    #[error("failed to open {}: others may read it (mode {mode:o})", path.display())]
    Exposed {
        /// The private key.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is something else.
    #[error("failed to read {}: it is no Ed25519 key in PKCS#8 PEM", path.display())]
    Format {
        /// The private key.
        path: PathBuf,
    },
    /// The public half beside it belongs to another key.
    #[error("{} does not belong to the private key beside it", path.display())]
    Mismatch {
        /// The public key.
        path: PathBuf,
    },
    /// There are no random numbers.
    #[error("unable to get random numbers")]
    Random {
        /// Why.
        source: getrandom::Error,
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
}

impl Error {
    /// Whether the same call may do better later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Random { .. } => true,
            Self::Io { source, .. } => matches!(source.kind(), std::io::ErrorKind::Interrupted | std::io::ErrorKind::StorageFull),
            Self::Exposed { .. } | Self::Format { .. } | Self::Mismatch { .. } => false,
        }
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Random { .. } | Self::Io { .. } => Kind::Outside,
            Self::Exposed { .. } | Self::Format { .. } | Self::Mismatch { .. } => Kind::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Exposed { path, .. } => {
                Some(format!("`chmod 600 {}`; if somebody else may have read it, have a new key made", path.display()))
            }
            Self::Format { .. } => Some("put the key back from your backup; without it a new chain has to be begun".to_owned()),
            Self::Mismatch { path } => {
                Some(format!("find out which of the two was changed; `{}` is made anew when it is removed", path.display()))
            }
            Self::Random { .. } | Self::Io { .. } => None,
        }
    }
}
