//! A repository on this machine: its references are watched, and looked at once per interval besides.

use super::{Bell, Trigger, Watch, ring_always};
use crate::error::Fault;
use notify::{EventKind, RecursiveMode, Watcher as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// A push writes several references; they are looked at together.
const PAUSE: Duration = Duration::from_millis(50);

/// A repository cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no repository.
    #[error("failed to watch {}: it is no Git repository", path.display())]
    NoRepository {
        /// The folder.
        path: PathBuf,
    },
    /// The system refuses to watch it.
    #[error("failed to watch {}", path.display())]
    Watch {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: notify::Error,
    },
}

impl Error {
    /// Whether the same call may do better later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::NoRepository { .. } => false,
            Self::Watch { source, .. } => matches!(source.kind, notify::ErrorKind::Io(_)),
        }
    }
}

impl Fault for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NoRepository { .. } => Some("name a bare repository, or a folder that holds `.git`".to_owned()),
            Self::Watch { source, .. } => matches!(source.kind, notify::ErrorKind::MaxFilesWatch)
                .then(|| "raise the number of files that may be watched: sysctl fs.inotify.max_user_watches".to_owned()),
        }
    }
}

/// Rings when a reference of a repository on this machine is written, and once per interval, so that an event that was lost costs
/// an interval. A push that writes many references rings once.
///
/// # Errors
/// When there is no repository, or the system refuses to watch it.
pub fn repository(path: &Path, every: Duration, bell: Bell) -> Result<Watch, Error> {
    let folder = git_folder(path).ok_or_else(|| Error::NoRepository { path: path.to_owned() })?;
    let moved = Arc::new(Notify::new());
    let files = watch_references(&folder, moved.clone()).map_err(|source| Error::Watch { path: path.to_owned(), source })?;
    let mut tasks = JoinSet::new();
    tasks.spawn(settle(moved, bell.clone()));
    tasks.spawn(ring_always(Trigger::Repository, every, bell));
    Ok(Watch { _tasks: tasks, _files: Some(files) })
}

/// The folder with `HEAD` and `refs`, with links resolved, because events name it so.
fn git_folder(path: &Path) -> Option<PathBuf> {
    let path = path.canonicalize().ok()?;
    [path.join(".git"), path].into_iter().find(|folder| folder.join("HEAD").is_file() && folder.join("refs").is_dir())
}

fn watch_references(folder: &Path, moved: Arc<Notify>) -> notify::Result<notify::RecommendedWatcher> {
    let root = folder.to_owned();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // an error may stand for lost events
        if event.map_or(true, |event| event.need_rescan() || concerns(&root, &event)) {
            moved.notify_one();
        }
    })?;
    // the folder itself, because files are moved into it: HEAD, packed-refs
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    watcher.watch(&folder.join("refs"), RecursiveMode::Recursive)?;
    Ok(watcher)
}

/// Whether an event may have moved a reference: reading one, and locking one, does not.
pub(super) fn concerns(root: &Path, event: &notify::Event) -> bool {
    if matches!(event.kind, EventKind::Access(_)) {
        return false;
    }
    let is_reference = |path: &PathBuf| {
        let Ok(below) = path.strip_prefix(root) else { return false };
        let known = below.starts_with("refs") || below == Path::new("HEAD") || below == Path::new("packed-refs");
        known && below.extension().is_none_or(|extension| extension != "lock")
    };
    event.paths.iter().any(is_reference)
}

/// Rings a moment after the first event, so that those that come with it are part of the same look.
async fn settle(moved: Arc<Notify>, bell: Bell) {
    loop {
        moved.notified().await;
        tokio::time::sleep(PAUSE).await;
        bell.ring(Trigger::Repository);
    }
}
