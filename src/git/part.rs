//! Two trees without what is the same in both, below one folder.

use super::snapshot::Walk;
use super::{Error, Repository, TreeId};
use crate::git::history::tree_of;
use crate::model::CommitId;
use crate::snapshot::Snapshot;
use gix::ObjectId;
use gix::objs::tree::EntryKind;
use std::collections::BTreeMap;

impl Repository {
    /// The tree of a commit, by its id.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such commit.
    pub fn tree(&self, commit: &CommitId) -> Result<TreeId, Error> {
        tree_of(&self.local(), commit).map(TreeId)
    }

    /// Two commits that differ below a folder at the top alone, without the files there that are the same in both; the cost follows what differs.
    /// Nothing when they differ elsewhere, or hold what cannot be taken in.
    ///
    /// # Errors
    /// As [`Repository::snapshot`].
    pub fn parts(&self, base: &CommitId, head: &CommitId, folder: &str) -> Result<Option<(Snapshot, Snapshot)>, Error> {
        let repo = self.local();
        let trees = (tree_of(&repo, base)?, tree_of(&repo, head)?);
        let walk = |commit: &CommitId| Walk::new(&repo, self.limits(), commit.to_string(), BTreeMap::new());
        let (mut before, mut after) = (walk(base), walk(head));
        let (Some(old), Some(new)) = (before.all_but(trees.0, folder)?, after.all_but(trees.1, folder)?) else { return Ok(None) };
        if !before.wants_the_same(&after) {
            return Ok(None);
        }
        differing((&mut before, old), (&mut after, new), folder)?;
        let none = Snapshot::default();
        let before = self.finish(before, Some(base.clone()), &none)?;
        let after = self.finish(after, Some(head.clone()), &before)?;
        Ok((before.refused().is_empty() && after.refused().is_empty()).then_some((before, after)))
    }

    /// A commit and a tree that is no commit, as [`Repository::parts`] gives two commits.
    ///
    /// # Errors
    /// As [`Repository::snapshot`].
    pub fn parts_with(&self, base: &CommitId, head: &Snapshot, folder: &str) -> Result<Option<(Snapshot, Snapshot)>, Error> {
        if !head.refused().is_empty() {
            return Ok(None);
        }
        let repo = self.local();
        let mut walk = Walk::new(&repo, self.limits(), base.to_string(), BTreeMap::new());
        walk.add_tree(tree_of(&repo, base)?, "")?;
        let mut after = head.files().clone();
        let mut same_elsewhere = true;
        walk.leave_out(|path, id, mode| {
            let same = head.files().get(path).is_some_and(|file| (file.id, file.mode) == (id, mode));
            let below = path.below(folder).is_some();
            if same && below {
                after.remove(path);
            }
            same_elsewhere &= same || below;
            same && below
        });
        let before = self.finish(walk, Some(base.clone()), head)?;
        let added_elsewhere = after.keys().any(|path| path.below(folder).is_none() && before.get(path.as_str()).is_none());
        let comparable = same_elsewhere && !added_elsewhere && before.refused().is_empty();
        Ok(comparable.then(|| (before, Snapshot::new(head.commit().cloned(), after, Vec::new()))))
    }
}

/// Wants the files of two trees that are not the same in both.
fn differing(old: (&mut Walk<'_>, ObjectId), new: (&mut Walk<'_>, ObjectId), folder: &str) -> Result<(), Error> {
    let (before, after) = (old.0, new.0);
    if old.1 == new.1 {
        return Ok(());
    }
    let mut there: BTreeMap<Vec<u8>, (EntryKind, ObjectId)> = BTreeMap::new();
    for (name, kind, id) in before.tree(old.1)? {
        if there.insert(name.clone(), (kind, id)).is_some() {
            before.refuse(folder, &name, "the name is there twice");
        }
    }
    let mut names = std::collections::BTreeSet::new();
    for (name, kind, id) in after.tree(new.1)? {
        if !names.insert(name.clone()) {
            after.refuse(folder, &name, "the name is there twice");
            continue;
        }
        match there.remove(&name) {
            Some(was) if was == (kind, id) => {}
            Some((EntryKind::Tree, was)) if kind == EntryKind::Tree => {
                if let Some(path) = after.path(folder, &name) {
                    differing((before, was), (after, id), path.as_str())?;
                }
            }
            Some((was, old)) => {
                before.add(&name, was, old, folder)?;
                after.add(&name, kind, id, folder)?;
            }
            None => after.add(&name, kind, id, folder)?,
        }
    }
    there.into_iter().try_for_each(|(name, (kind, id))| before.add(&name, kind, id, folder))
}
