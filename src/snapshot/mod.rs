//! An immutable tree at one commit, with the content id of every file.
//!
//! A snapshot is made by `git` from objects, never from links or folders of the host; everything after it is pure.

mod change;
#[cfg(test)]
mod sample;

pub use change::Change;

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

    /// The digest of all paths, modes and content ids below the folder of a release, a library or a renderer, but for what is beside it.
    pub fn folder_digest(&self, folder: &str) -> Digest {
        let mut digester = Digester::new();
        for (path, file) in self.under(folder) {
            let below = path.below(folder).unwrap_or_default();
            if !is_beside(below) {
                digester.add(below);
                digester.add(format!("{:?}", file.mode));
                digester.add(file.id.bytes());
            }
        }
        digester.finish()
    }
}

/// Whether a path below the folder of a release, a library or a renderer is beside what it renders with, and so may change on the default branch.
pub fn is_beside(below: &str) -> bool {
    below == "README.md" || below.starts_with("tests/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beside_a_folder_is_not_in_its_digest() {
        let files = [("renderers/a/1/renderer.yaml", "a"), ("renderers/a/1/tests/x/request.yaml", "a"), ("renderers/a/1/README.md", "a")];
        let digest = |edits: &[(&str, Option<&str>)]| Snapshot::of_texts(&files, edits).folder_digest("renderers/a/1");
        assert_eq!(digest(&[]), digest(&[("renderers/a/1/tests/x/request.yaml", None), ("renderers/a/1/README.md", Some("b"))]));
        assert_ne!(digest(&[]), digest(&[("renderers/a/1/renderer.yaml", Some("b"))]));
        assert_ne!(digest(&[]), digest(&[("renderers/a/1/lib.tera", Some("a"))]));
    }
}
