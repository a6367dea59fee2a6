//! An immutable tree at one commit, with the content id of every file.
//!
//! A snapshot is made by `git` from objects, never from links or folders of the host; everything after it is pure.

#[cfg(test)]
mod sample;

use crate::model::{CommitId, ContentId, Digest, Digester, RepoPath};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// A file.
    Regular,
    /// A file with the executable bit.
    Executable,
    /// A symbolic link; its bytes are where it points to, and nothing follows it.
    Symlink,
    /// A submodule; it has no bytes, and nothing follows it.
    Submodule,
}

/// One file of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// The id of its content in Git.
    pub id: ContentId,
    /// What it is.
    pub mode: Mode,
    /// Its content; shared, so that copies of a snapshot are cheap.
    #[serde(with = "crate::model::shared_bytes")]
    pub bytes: Arc<[u8]>,
}

/// An entry of a tree whose name is no path inside the repository; it is kept so that it can be reported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Refused {
    /// The name as far as it can be shown.
    pub name: String,
    /// Which rule it breaks, as a sentence without a full stop.
    pub reason: String,
}

/// An immutable tree at one commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    commit: Option<CommitId>,
    files: BTreeMap<RepoPath, File>,
    refused: Vec<Refused>,
}

impl Snapshot {
    /// A snapshot of these files; `commit` is nothing for a working tree or a merge that was not committed.
    pub fn new(commit: Option<CommitId>, files: BTreeMap<RepoPath, File>, refused: Vec<Refused>) -> Self {
        Self { commit, files, refused }
    }

    /// The commit, when it is one.
    pub fn commit(&self) -> Option<&CommitId> {
        self.commit.as_ref()
    }

    /// All files, sorted by path.
    pub fn files(&self) -> &BTreeMap<RepoPath, File> {
        &self.files
    }

    /// Entries that could not be taken in.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// A file by its path.
    pub fn get(&self, path: &str) -> Option<&File> {
        self.files.get(path)
    }

    /// The text of a file; nothing when it is absent or is not UTF-8.
    pub fn text(&self, path: &str) -> Option<&str> {
        std::str::from_utf8(&self.get(path)?.bytes).ok()
    }

    /// The files whose paths are wanted, as a tree that was never committed.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&RepoPath) -> bool) -> Self {
        let files = self.files.iter().filter(|(path, _)| wanted(path));
        Self::new(None, files.map(|(path, file)| (path.clone(), file.clone())).collect(), Vec::new())
    }

    /// All files below a folder (compared by component), sorted by path.
    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a RepoPath, &'a File)> {
        let prefix = format!("{folder}/");
        let from = self.files.range::<str, _>((std::ops::Bound::Included(prefix.as_str()), std::ops::Bound::Unbounded));
        let files: Vec<_> = from.take_while(|(path, _)| path.as_str().starts_with(&prefix)).collect();
        files.into_iter()
    }

    /// The digest of all paths, modes and content ids below a folder, without those that `leave_out` names (paths below the folder).
    pub fn folder_digest(&self, folder: &str, leave_out: impl Fn(&str) -> bool) -> Digest {
        let mut digester = Digester::new();
        for (path, file) in self.under(folder) {
            let below = path.below(folder).unwrap_or_default();
            if !leave_out(below) {
                digester.add(below);
                digester.add(format!("{:?}", file.mode));
                digester.add(file.id.bytes());
            }
        }
        digester.finish()
    }
}
