//! New commits from old ones: folders and files replaced.

use super::error::Doing;
use super::history::tree_of;
use super::{Error, Person, Repository, TreeId, commit_id, object_id};
use crate::model::{CommitId, RepoPath};
use crate::snapshot::Snapshot;
use gix::ObjectId;
use gix::objs::tree::EntryKind;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A change to a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// A folder that holds exactly these files afterwards; without any it is gone, and so are the folders above it that held nothing else.
    Folder {
        /// The folder.
        folder: RepoPath,
        /// Its files, by their path below it.
        files: BTreeMap<RepoPath, Arc<[u8]>>,
    },
    /// One file.
    File {
        /// The file.
        path: RepoPath,
        /// Its content; nothing: it is gone.
        bytes: Option<Arc<[u8]>>,
    },
}

/// A commit to be written.
pub(super) struct Draft<'a> {
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
    pub(super) message: &'a str,
    pub(super) who: &'a Person,
    pub(super) at: Timestamp,
}

impl Draft<'_> {
    pub(super) fn write(self, repo: &gix::Repository) -> Result<CommitId, Error> {
        let clean = |text: &str| text.replace(['<', '>', '\n', '\r', '\0'], " ").trim().to_owned();
        let signature = gix::actor::Signature {
            name: clean(&self.who.name).into(),
            email: clean(&self.who.email).into(),
            time: gix::date::Time::new(self.at.as_second(), 0),
        };
        let mut message = self.message.replace('\0', " ");
        if !message.ends_with('\n') {
            message.push('\n');
        }
        let commit = gix::objs::Commit {
            tree: self.tree,
            parents: self.parents.into(),
            author: signature.clone(),
            committer: signature,
            encoding: None,
            message: message.into(),
            extra_headers: Vec::new(),
        };
        let id = repo.write_object(&commit).doing(|| "write a commit".to_owned())?;
        Ok(commit_id(id))
    }
}

impl Repository {
    /// Makes a commit after `parent` (nothing: the first of its branch, on an empty tree) with these edits, in their order; no ref moves.
    ///
    /// # Errors
    /// When the parent cannot be read or the commit not be written.
    pub fn commit_tree_update(
        &self,
        parent: Option<&CommitId>,
        edits: &[Edit],
        message: &str,
        who: &Person,
        at: Timestamp,
    ) -> Result<CommitId, Error> {
        let repo = self.local();
        let before = match parent {
            Some(parent) => tree_of(&repo, parent)?,
            None => ObjectId::empty_tree(gix::hash::Kind::Sha1),
        };
        let tree = edited(&repo, before, edits).doing(|| "write a tree".to_owned())?;
        let parents = parent.map(object_id).transpose()?.into_iter().collect();
        Draft { tree, parents, message, who, at }.write(&repo)
    }

    /// The files below a folder of a commit, by their path below it; links, submodules and what is no file are left out. Empty when it is not there.
    ///
    /// # Errors
    /// As [`Repository::snapshot`].
    pub fn folder(&self, commit: &CommitId, folder: &RepoPath) -> Result<BTreeMap<RepoPath, Arc<[u8]>>, Error> {
        let repo = self.local();
        let doing = || format!("read {folder} of {commit}");
        let tree = repo.find_tree(tree_of(&repo, commit)?).doing(doing)?;
        let Some(entry) = tree.lookup_entry_by_path(folder.as_str()).doing(doing)? else { return Ok(BTreeMap::new()) };
        if !entry.mode().is_tree() {
            return Ok(BTreeMap::new());
        }
        let below = self.snapshot_of_tree(&TreeId(entry.object_id()), &Snapshot::default())?;
        let files = below.files().iter().filter(|(_, file)| {
            use crate::snapshot::Mode;
            matches!(file.mode, Mode::Regular | Mode::Executable)
        });
        Ok(files.map(|(path, file)| (path.clone(), Arc::clone(&file.bytes))).collect())
    }
}

fn edited(repo: &gix::Repository, before: ObjectId, edits: &[Edit]) -> Result<ObjectId, gix::Error> {
    let mut editor = repo.edit_tree(before)?;
    for edit in edits {
        match edit {
            Edit::Folder { folder, files } => {
                editor.remove(folder.as_str())?;
                for (path, bytes) in files {
                    editor.upsert(format!("{folder}/{path}"), EntryKind::Blob, repo.write_blob(bytes)?)?;
                }
            }
            Edit::File { path, bytes: Some(bytes) } => drop(editor.upsert(path.as_str(), EntryKind::Blob, repo.write_blob(bytes)?)?),
            Edit::File { path, bytes: None } => drop(editor.remove(path.as_str())?),
        }
    }
    Ok(editor.write()?.detach())
}
