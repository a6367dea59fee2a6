//! Directory targets: atomic write, prune by inventory, lock.
//!
//! Folders are walked by their open handles and links are never followed, so that nothing outside of the target can be reached, also when
//! somebody changes the tree meanwhile. A file that goldpath did not write is left alone.

mod folder;

use crate::model::{Digest, RepoPath, UnitId};
use folder::{Folder, Found};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What goldpath wrote for one unit: paths below the unit's folder, and the digests of their bytes.
pub type Inventory = BTreeMap<RepoPath, Digest>;

/// A folder that holds exactly the rendered files of its units, at `<team>/<request>/<output>/<file>`.
#[derive(Clone, Debug)]
pub struct Directory {
    root: PathBuf,
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileResult {
    /// Its path below the unit's folder.
    pub path: RepoPath,
    /// What was done, now or by an earlier try.
    pub done: Done,
}

/// What was done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Done {
    /// It is there now.
    Created,
    /// It has other bytes now.
    Changed,
    /// It is gone now.
    Removed,
    /// It has the bytes that it had.
    Unchanged,
}

/// A file that is not as goldpath left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Its path below the target's folder.
    pub path: String,
    /// What goldpath left there; nothing: no file.
    pub left: Option<Digest>,
    /// What is wanted there; nothing: no file.
    pub wanted: Option<Digest>,
    /// What is there.
    pub found: Standing,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Nothing,
    /// A file with this digest.
    File(Digest),
    /// Something else: `a folder`, `a symbolic link`.
    Other(&'static str),
}

/// A directory target could not be brought to what is wanted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder of the target is gone although goldpath wrote files there.
    #[error("the folder {} is gone, although goldpath wrote {files} files of {unit} there; bring it back (is a disk not mounted?), or make it anew, empty", root.display())]
    Gone {
        /// The folder.
        root: PathBuf,
        /// The unit.
        unit: UnitId,
        /// How many files it had there.
        files: usize,
    },
    /// Files are not as goldpath left them; nothing of the unit was written.
    #[error("{}", conflicts(_0))]
    Conflict(Vec<Conflict>),
    /// A file has a name that goldpath uses for itself.
    #[error("the rendered file {0} is refused: goldpath uses its name for files that it is writing")]
    Reserved(RepoPath),
    /// The file system said no.
    #[error("unable to write {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Directory {
    /// The target whose files are below `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Makes the files of one unit so: writes what is in `after`, removes what is only in `before`, which is what goldpath wrote last.
    ///
    /// Every file is looked at first: it may be as it was left, as it is wanted, or gone; then an earlier try that got halfway is gone on
    /// with. Anything else is a conflict, and nothing is written.
    ///
    /// # Errors
    /// See [`Error`]; after [`Error::Io`] some files may be written, and the same call goes on from there.
    pub async fn apply(&self, unit: &UnitId, before: &Inventory, after: &BTreeMap<RepoPath, Arc<[u8]>>) -> Result<Vec<FileResult>, Error> {
        let (this, unit, before, after) = (self.clone(), unit.clone(), before.clone(), after.clone());
        let task = tokio::task::spawn_blocking(move || this.apply_blocking(&unit, &before, &after));
        task.await.unwrap_or_else(|stop| Err(Error::io(&self.root)(io::Error::other(stop))))
    }

    /// The same as [`Directory::apply`], blocking this thread.
    ///
    /// # Errors
    /// As there.
    pub fn apply_blocking(
        &self,
        unit: &UnitId,
        before: &Inventory,
        after: &BTreeMap<RepoPath, Arc<[u8]>>,
    ) -> Result<Vec<FileResult>, Error> {
        if let Some(path) = after.keys().find(|path| path.components().any(|name| name == folder::WRITING)) {
            return Err(Error::Reserved(path.clone()));
        }
        let _lock = self.lock()?;
        let root = match Folder::open(&self.root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if !before.is_empty() {
                    return Err(Error::Gone { root: self.root.clone(), unit: unit.clone(), files: before.len() });
                }
                std::fs::create_dir_all(&self.root).and_then(|()| Folder::open(&self.root))
            }
            opened => opened,
        };
        let job = Job { root: &root.map_err(Error::io(&self.root))?, top: &self.root, unit: unit.folder_in_target(), before, after };
        let conflicts = job.conflicts()?;
        if !conflicts.is_empty() {
            return Err(Error::Conflict(conflicts));
        }
        job.carry_out()?;
        Ok(job.results())
    }

    /// The files of a unit that are not as goldpath left them; it reads only.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn drift(&self, unit: &UnitId, left: &Inventory) -> Result<Vec<Conflict>, Error> {
        let folder = unit.folder_in_target();
        let root = match Folder::open(&self.root) {
            Ok(root) => Some(root),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::io(&self.root)(error)),
        };
        let mut drifted = Vec::new();
        for (path, digest) in left {
            let path = format!("{folder}/{path}");
            let found = root.as_ref().map_or(Ok(Found::Nothing), |root| root.find(&path)).map_err(Error::io(&self.root.join(&path)))?;
            if found != Found::File(*digest) {
                drifted.push(Conflict { path, left: Some(*digest), wanted: Some(*digest), found: found.into() });
            }
        }
        Ok(drifted)
    }

    /// Held while files are written: `<root>.lock`, outside of the tree.
    fn lock(&self) -> Result<File, Error> {
        let mut path = self.root.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(Error::io(parent))?;
        }
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(Error::io(&path))?;
        file.lock().map_err(Error::io(&path))?;
        Ok(file)
    }
}

/// One unit to be made so.
struct Job<'a> {
    root: &'a Folder,
    top: &'a Path,
    unit: String,
    before: &'a Inventory,
    after: &'a BTreeMap<RepoPath, Arc<[u8]>>,
}

impl Job<'_> {
    fn conflicts(&self) -> Result<Vec<Conflict>, Error> {
        let mut conflicts = Vec::new();
        for path in self.before.keys().chain(self.after.keys()).collect::<BTreeSet<_>>() {
            let found = self.found(path)?;
            let (left, wanted) = (self.before.get(path).copied(), self.after.get(path).map(|bytes| Digest::of(bytes)));
            let fits = match found {
                Found::Nothing => true,
                Found::File(digest) => Some(digest) == left || Some(digest) == wanted,
                // A folder of files that all go, or a file that goes where a folder is wanted: it makes room before anything is written.
                Found::Folder => self.will_be_empty(path)?,
                Found::UnderFile => self.gone().any(|gone| path.below(gone.as_str()).is_some()),
                Found::Other(_) => false,
            };
            if !fits {
                conflicts.push(Conflict { path: self.full(path), left, wanted, found: found.into() });
            }
        }
        Ok(conflicts)
    }

    /// Whether a folder holds nothing but files that go.
    fn will_be_empty(&self, folder: &RepoPath) -> Result<bool, Error> {
        let full = self.full(folder);
        let names = self.root.names_below(&full).map_err(Error::io(&self.top.join(&full)))?;
        Ok(!names.is_empty() && names.iter().all(|name| self.gone().any(|gone| gone.below(folder.as_str()) == Some(name))))
    }

    fn carry_out(&self) -> Result<(), Error> {
        let makes_room = |gone: &&RepoPath| {
            let mut wanted = self.after.keys();
            wanted.any(|path| path.below(gone.as_str()).is_some() || gone.below(path.as_str()).is_some())
        };
        for path in self.gone().filter(makes_room) {
            self.remove(path)?;
        }
        for (path, bytes) in self.after {
            let full = self.full(path);
            if self.found(path)? != Found::File(Digest::of(bytes)) {
                self.root.write(&full, bytes).map_err(Error::io(&self.top.join(&full)))?;
            }
        }
        // Readers of the tree see the new before the old goes.
        self.gone().filter(|gone| !makes_room(gone)).try_for_each(|path| self.remove(path))
    }

    fn remove(&self, path: &RepoPath) -> Result<(), Error> {
        if self.found(path)? == Found::Nothing {
            return Ok(());
        }
        let full = self.full(path);
        self.root.remove(&full).map_err(Error::io(&self.top.join(&full)))
    }

    /// Files that goldpath wrote and that are wanted no more.
    fn gone(&self) -> impl Iterator<Item = &RepoPath> {
        self.before.keys().filter(|path| !self.after.contains_key(*path))
    }

    fn found(&self, path: &RepoPath) -> Result<Found, Error> {
        let full = self.full(path);
        self.root.find(&full).map_err(Error::io(&self.top.join(&full)))
    }

    fn full(&self, path: &RepoPath) -> String {
        format!("{}/{path}", self.unit)
    }

    /// Told from what was left and what is wanted, so that a second try tells the same.
    fn results(&self) -> Vec<FileResult> {
        let done = |path: &RepoPath| match (self.before.get(path), self.after.get(path)) {
            (_, None) => Done::Removed,
            (None, Some(_)) => Done::Created,
            (Some(left), Some(bytes)) if *left == Digest::of(bytes) => Done::Unchanged,
            (Some(_), Some(_)) => Done::Changed,
        };
        let paths: BTreeSet<&RepoPath> = self.before.keys().chain(self.after.keys()).collect();
        paths.into_iter().map(|path| FileResult { path: path.clone(), done: done(path) }).collect()
    }
}

/// The inventory that files will have when they are written.
pub fn inventory_of(files: &BTreeMap<RepoPath, Arc<[u8]>>) -> Inventory {
    files.iter().map(|(path, bytes)| (path.clone(), Digest::of(bytes))).collect()
}

impl Error {
    /// Whether the same may go well later, without a person's doing.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Io { .. } | Self::Gone { .. } => true,
            Self::Conflict(_) | Self::Reserved(_) => false,
        }
    }

    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

impl From<Found> for Standing {
    fn from(found: Found) -> Self {
        match found {
            Found::Nothing => Self::Nothing,
            Found::File(digest) => Self::File(digest),
            Found::Folder => Self::Other("a folder"),
            Found::UnderFile => Self::Other("a file where its folder should be"),
            Found::Other(what) => Self::Other(what),
        }
    }
}

/// One line per file, ten at most.
fn conflicts(conflicts: &[Conflict]) -> String {
    let mut lines = vec!["these files are not as goldpath left them, and nothing was written; put them back or take them away".to_owned()];
    lines.extend(conflicts.iter().take(10).map(Conflict::to_string));
    if conflicts.len() > 10 {
        lines.push(format!("and {} more", conflicts.len() - 10));
    }
    lines.join("\n")
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |digest: &Option<Digest>| digest.as_ref().map_or("no file".to_owned(), Digest::short);
        write!(f, "{}: found {}, goldpath left {}, wanted is {}", self.path, self.found, side(&self.left), side(&self.wanted))
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("no file"),
            Self::File(digest) => f.write_str(&digest.short()),
            Self::Other(what) => f.write_str(what),
        }
    }
}

#[cfg(test)]
mod tests;
