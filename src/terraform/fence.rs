//! The lock that an apply holds, and its child with it.

use super::Error;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often, and after which pause, a lock is tried for: a child that is being started elsewhere holds copies of all files for a moment.
const TRIES: (usize, Duration) = (10, Duration::from_millis(20));

/// Held while an apply of one state runs.
pub(super) struct Fence {
    file: File,
    path: PathBuf,
}

/// Takes the lock that belongs to a state.
pub(super) async fn acquire(state: &Path) -> Result<Fence, Error> {
    for _ in 0..TRIES.0 {
        if let Some(fence) = try_acquire(state)? {
            return Ok(fence);
        }
        tokio::time::sleep(TRIES.1).await;
    }
    Err(Error::OrphanRunning { lock: path_of(state) })
}

/// Nothing when somebody holds it.
pub(super) fn try_acquire(state: &Path) -> Result<Option<Fence>, Error> {
    let path = path_of(state);
    let file = OpenOptions::new().create(true).append(true).read(true).open(&path).map_err(Error::folder(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Fence { file, path })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(Error::Folder { path, source }),
    }
}

impl Fence {
    /// The same open file for the child's standard input: the lock stays as long as one of its holders lives. The file is empty, so
    /// whoever reads it sees its end.
    pub(super) fn for_child(&self) -> Result<File, Error> {
        self.file.try_clone().map_err(Error::folder(&self.path))
    }
}

fn path_of(state: &Path) -> PathBuf {
    let mut path = state.as_os_str().to_owned();
    path.push(".running");
    path.into()
}
