//! Commits as snapshots: from objects only, nothing is followed.

use super::error::Doing;
use super::history::tree_of;
use super::{Error, Repository, TreeId};
use crate::model::{CommitId, ContentId, RepoPath};
use crate::snapshot::{File, Mode, Refused, Snapshot};
use gix::ObjectId;
use gix::objs::tree::EntryKind;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// From how many files on they are read by several threads.
const MANY: usize = 512;

/// How much of a tree is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries of one tree, folders included; more is an error.
    pub entries: usize,
    /// Bytes of all files; more is an error.
    pub total_bytes: u64,
    /// Bytes of one file; a larger one is refused and the others are read.
    pub file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 500_000, total_bytes: 512 << 20, file_bytes: 4 << 20 }
    }
}

impl Limits {
    pub(super) fn too_many(&self, what: &str) -> Error {
        Error::TooLarge { what: what.to_owned(), limit: format!("{} entries", self.entries) }
    }

    pub(super) fn too_much(&self, what: &str) -> Error {
        Error::TooLarge { what: what.to_owned(), limit: format!("{} bytes", self.total_bytes) }
    }

    pub(super) fn file(&self) -> String {
        format!("the file has more than {} bytes", self.file_bytes)
    }
}

impl Repository {
    /// The tree of a commit.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such commit, [`Error::TooLarge`] beyond the limits.
    pub fn snapshot(&self, commit: &CommitId) -> Result<Snapshot, Error> {
        let tree = tree_of(&self.local(), commit)?;
        self.read(tree, Some(commit.clone()), &Snapshot::default())
    }

    /// The tree of a commit, at a cost that follows what differs from a snapshot of the same repository.
    ///
    /// # Errors
    /// As [`Repository::snapshot`].
    pub fn snapshot_again(&self, previous: &Snapshot, commit: &CommitId) -> Result<Snapshot, Error> {
        let tree = tree_of(&self.local(), commit)?;
        self.read(tree, Some(commit.clone()), previous)
    }

    /// A tree that belongs to no commit, such as a merge that was only tried; `previous` as in [`Repository::snapshot_again`].
    ///
    /// # Errors
    /// As [`Repository::snapshot`].
    pub fn snapshot_of_tree(&self, tree: &TreeId, previous: &Snapshot) -> Result<Snapshot, Error> {
        self.read(tree.0, None, previous)
    }

    fn read(&self, tree: ObjectId, commit: Option<CommitId>, previous: &Snapshot) -> Result<Snapshot, Error> {
        let what = commit.as_ref().map_or_else(|| tree.to_string(), ToString::to_string);
        let repo = self.local();
        let before = previous.commit().and_then(|commit| tree_of(&repo, commit).ok());
        // with refused entries all is looked at again, so that they are named again
        let walk = match before {
            Some(before) if previous.refused().is_empty() => {
                let mut walk = Walk::new(&repo, &self.limits, what, previous.files().clone());
                walk.change(before, tree)?;
                walk
            }
            _ => {
                let mut walk = Walk::new(&repo, &self.limits, what, BTreeMap::new());
                walk.add_tree(tree, "")?;
                walk
            }
        };
        self.finish(walk, commit, previous)
    }

    /// Reads what a walk wants; what `previous` has is not read again.
    pub(super) fn finish(&self, walk: Walk<'_>, commit: Option<CommitId>, previous: &Snapshot) -> Result<Snapshot, Error> {
        let Walk { what, wanted, mut files, mut refused, .. } = walk;
        let known =
            |entry: &Entry| previous.get(entry.path.as_str()).filter(|file| file.id == entry.content()).map(|file| Arc::clone(&file.bytes));
        let read = self.read_blobs(&wanted, known)?;
        for (entry, bytes) in wanted.into_iter().zip(read) {
            match bytes {
                Some(bytes) => drop(files.insert(entry.path.clone(), File { id: entry.content(), mode: entry.mode, bytes })),
                None => refused.push(Refused { name: entry.path.to_string(), reason: self.limits.file() }),
            }
        }
        let bytes: u64 = files.values().map(|file| file.bytes.len() as u64).sum();
        if bytes > self.limits.total_bytes {
            return Err(self.limits.too_much(&what));
        }
        refused.sort();
        Ok(Snapshot::new(commit, files, refused))
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The content of each, in the same order; nothing for one that is too large.
    fn read_blobs(&self, wanted: &[Entry], known: impl Fn(&Entry) -> Option<Arc<[u8]>> + Sync) -> Result<Vec<Option<Arc<[u8]>>>, Error> {
        let budget = Budget::new(&self.limits);
        let one = |repo: &gix::Repository, entry: &Entry| match (entry.mode, known(entry)) {
            (Mode::Submodule, _) => Ok(Some(Arc::from([]))),
            (_, Some(bytes)) => Ok(Some(bytes)),
            (Mode::Regular | Mode::Executable | Mode::Symlink, None) => read_blob(repo, entry, &budget),
        };
        if wanted.len() < MANY {
            let repo = self.local();
            return wanted.iter().map(|entry| one(&repo, entry)).collect();
        }
        wanted.par_iter().map_init(|| self.local(), |repo, entry| one(repo, entry)).collect()
    }
}

/// What may still be read, counted by all threads together.
struct Budget<'a> {
    limits: &'a Limits,
    read: std::sync::atomic::AtomicU64,
}

impl<'a> Budget<'a> {
    fn new(limits: &'a Limits) -> Self {
        Self { limits, read: std::sync::atomic::AtomicU64::new(0) }
    }

    fn spend(&self, bytes: u64) -> Result<(), Error> {
        let before = self.read.fetch_add(bytes, std::sync::atomic::Ordering::Relaxed);
        if before + bytes > self.limits.total_bytes { Err(self.limits.too_much("this commit")) } else { Ok(()) }
    }
}

fn read_blob(repo: &gix::Repository, entry: &Entry, budget: &Budget<'_>) -> Result<Option<Arc<[u8]>>, Error> {
    let object = match repo.find_object(entry.id) {
        Ok(object) => object,
        Err(error) if error.is_resource_exhausted() => return Ok(None),
        Err(error) => return Err(error).doing(|| format!("read {}", entry.path)),
    };
    if object.kind != gix::objs::Kind::Blob {
        return Err(Error::NotFound { what: format!("content of {}", entry.path) });
    }
    let length = object.data.len() as u64;
    if length > budget.limits.file_bytes {
        return Ok(None);
    }
    budget.spend(length)?;
    Ok(Some(Arc::from(object.data.as_slice())))
}

/// An entry whose content is still to be read.
#[derive(PartialEq, Eq)]
pub(super) struct Entry {
    path: RepoPath,
    mode: Mode,
    id: ObjectId,
}

impl Entry {
    fn content(&self) -> ContentId {
        let bytes = self.id.as_bytes().try_into().expect("only SHA-1 repositories are opened");
        ContentId::from_bytes(bytes)
    }
}

/// One entry of a tree object.
pub(super) type Raw = (Vec<u8>, EntryKind, ObjectId);

/// A walk through trees that collects what is to be read.
pub(super) struct Walk<'a> {
    repo: &'a gix::Repository,
    limits: &'a Limits,
    what: String,
    entries: usize,
    files: BTreeMap<RepoPath, File>,
    wanted: Vec<Entry>,
    refused: Vec<Refused>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(repo: &'a gix::Repository, limits: &'a Limits, what: String, files: BTreeMap<RepoPath, File>) -> Self {
        Self { repo, limits, what, entries: 0, files, wanted: Vec::new(), refused: Vec::new() }
    }

    pub(super) fn tree(&mut self, id: ObjectId) -> Result<Vec<Raw>, Error> {
        let doing = || format!("read tree {id}");
        let tree = self.repo.find_tree(id).doing(doing)?;
        let decoded = tree.decode().doing(doing)?;
        self.entries += decoded.entries.len();
        if self.entries > self.limits.entries {
            return Err(self.limits.too_many(&self.what));
        }
        Ok(decoded.entries.iter().map(|entry| (entry.filename.to_vec(), entry.mode.kind(), entry.oid.to_owned())).collect())
    }

    pub(super) fn add_tree(&mut self, tree: ObjectId, folder: &str) -> Result<(), Error> {
        let mut names = BTreeSet::new();
        for (name, kind, id) in self.tree(tree)? {
            if names.insert(name.clone()) {
                self.add(&name, kind, id, folder)?;
            } else {
                self.refuse(folder, &name, "the name is there twice");
            }
        }
        Ok(())
    }

    /// Wants everything but one folder at the top, and gives that folder's tree; nothing when it is none.
    pub(super) fn all_but(&mut self, tree: ObjectId, folder: &str) -> Result<Option<ObjectId>, Error> {
        let mut found = None;
        for (name, kind, id) in self.tree(tree)? {
            if name == folder.as_bytes() && kind == EntryKind::Tree && found.is_none() {
                found = Some(id);
            } else {
                self.add(&name, kind, id, "")?;
            }
        }
        Ok(found)
    }

    /// Does not want the entries that `known` knows by their path, content and mode.
    pub(super) fn leave_out(&mut self, mut known: impl FnMut(&RepoPath, ContentId, Mode) -> bool) {
        self.wanted.retain(|entry| !known(&entry.path, entry.content(), entry.mode));
    }

    /// Whether two walks want the same content at the same paths.
    pub(super) fn wants_the_same(&self, other: &Self) -> bool {
        self.wanted == other.wanted && self.refused.is_empty() && other.refused.is_empty()
    }

    pub(super) fn add(&mut self, name: &[u8], kind: EntryKind, id: ObjectId, folder: &str) -> Result<(), Error> {
        let Some(path) = self.path(folder, name) else { return Ok(()) };
        let mode = match kind {
            EntryKind::Tree => return self.add_tree(id, path.as_str()),
            EntryKind::Blob => Mode::Regular,
            EntryKind::BlobExecutable => Mode::Executable,
            EntryKind::Link => Mode::Symlink,
            EntryKind::Commit => Mode::Submodule,
        };
        self.wanted.push(Entry { path, mode, id });
        Ok(())
    }

    pub(super) fn path(&mut self, folder: &str, name: &[u8]) -> Option<RepoPath> {
        let Ok(text) = std::str::from_utf8(name) else {
            self.refuse(folder, name, "the name is not UTF-8");
            return None;
        };
        // in a tree object a name may hold a slash, which must not become two components
        if text.contains('/') {
            self.refuse(folder, name, "the name holds a slash");
            return None;
        }
        let full = if folder.is_empty() { text.to_owned() } else { format!("{folder}/{text}") };
        RepoPath::parse(&full).map_err(|error| self.refuse(folder, name, &error.to_string())).ok()
    }

    pub(super) fn refuse(&mut self, folder: &str, name: &[u8], reason: &str) {
        let name = String::from_utf8_lossy(name);
        let name = if folder.is_empty() { name.into_owned() } else { format!("{folder}/{name}") };
        self.refused.push(Refused { name, reason: reason.to_owned() });
    }

    /// Turns the files of one whole tree into those of another.
    fn change(&mut self, before: ObjectId, after: ObjectId) -> Result<(), Error> {
        self.change_folder(before, after, "")
    }

    fn change_folder(&mut self, before: ObjectId, after: ObjectId, folder: &str) -> Result<(), Error> {
        if before == after {
            return Ok(());
        }
        let mut old: BTreeMap<Vec<u8>, (EntryKind, ObjectId)> =
            self.tree(before)?.into_iter().map(|(name, kind, id)| (name, (kind, id))).collect();
        let mut names = BTreeSet::new();
        for (name, kind, id) in self.tree(after)? {
            if !names.insert(name.clone()) {
                self.refuse(folder, &name, "the name is there twice");
                continue;
            }
            match old.remove(&name) {
                Some((was, old_id)) if was == kind && old_id == id => {}
                Some((EntryKind::Tree, old_id)) if kind == EntryKind::Tree => match self.path(folder, &name) {
                    Some(path) => self.change_folder(old_id, id, path.as_str())?,
                    None => continue,
                },
                Some(_) => {
                    self.remove(folder, &name);
                    self.add(&name, kind, id, folder)?;
                }
                None => self.add(&name, kind, id, folder)?,
            }
        }
        for name in old.keys() {
            self.remove(folder, name);
        }
        Ok(())
    }

    fn remove(&mut self, folder: &str, name: &[u8]) {
        let name = String::from_utf8_lossy(name);
        let path = if folder.is_empty() { name.into_owned() } else { format!("{folder}/{name}") };
        self.files.remove(path.as_str());
        let below = format!("{path}/");
        let gone: Vec<RepoPath> = self
            .files
            .range::<str, _>((std::ops::Bound::Included(below.as_str()), std::ops::Bound::Unbounded))
            .map(|(path, _)| path.clone())
            .take_while(|path| path.as_str().starts_with(&below))
            .collect();
        for path in gone {
            self.files.remove(&path);
        }
    }
}
