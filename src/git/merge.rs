//! Merges: tried, and made.

use super::edit::Draft;
use super::error::Doing;
use super::history::tree_of;
use super::{Error, Person, Repository, TreeId, object_id};
use crate::model::{CommitId, RepoPath};
use gix::ObjectId;
use gix::bstr::BString;
use gix::merge::tree::TreatAsUnresolved;
use gix::objs::tree::EntryMode;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What a merge would give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The tree; with conflict markers in the files that do not merge.
    pub tree: TreeId,
    /// Files that do not merge; with any, the tree is not to be used.
    pub conflicts: Vec<RepoPath>,
}

impl Repository {
    /// What the merge of `head` into `base` would give. No ref moves; trees and files that are new are kept as objects.
    ///
    /// # Errors
    /// When a commit cannot be read.
    pub fn merge_preview(&self, base: &CommitId, head: &CommitId) -> Result<Merged, Error> {
        let repo = self.local();
        let doing = || format!("merge {head} into {base}");
        let common = repo.merge_bases_many(object_id(base)?, &[object_id(head)?]).doing(doing)?;
        if let [common] = common.as_slice() {
            let before = common.object().and_then(|object| Ok(object.into_commit().tree_id()?.detach())).doing(doing)?;
            if let Some(tree) = by_entries(&repo, Some(before), tree_of(&repo, base)?, tree_of(&repo, head)?).doing(doing)? {
                return Ok(Merged { tree: TreeId(tree), conflicts: Vec::new() });
            }
        }
        let options = gix::merge::commit::Options::from(repo.tree_merge_options().doing(doing)?).with_allow_missing_merge_base(true);
        let merged =
            repo.merge_commits(object_id(base)?, object_id(head)?, gix::merge::blob::builtin_driver::text::Labels::default(), options);
        let mut merged = merged.doing(doing)?.tree_merge;
        let unresolved = merged.conflicts.iter().filter(|conflict| conflict.is_unresolved(TreatAsUnresolved::git()));
        let files: BTreeSet<RepoPath> =
            unresolved.flat_map(|conflict| [conflict.ours.location(), conflict.theirs.location()]).map(|path| nameable(path)).collect();
        let tree = merged.tree.write().doing(doing)?.detach();
        Ok(Merged { tree: TreeId(tree), conflicts: files.into_iter().collect() })
    }

    /// Makes the commit that merges `theirs` into `ours` with this tree; no ref moves.
    ///
    /// # Errors
    /// When the commit cannot be written.
    pub fn commit_merge(
        &self,
        ours: &CommitId,
        theirs: &CommitId,
        tree: &TreeId,
        message: &str,
        who: &Person,
        at: Timestamp,
    ) -> Result<CommitId, Error> {
        let parents = vec![object_id(ours)?, object_id(theirs)?];
        Draft { tree: tree.0, parents, message, who, at }.write(&self.local())
    }
}

/// The merge of trees of which each entry was changed on one side only, at a cost that follows what changed; nothing when the content of a file
/// has to be merged, or a file may have been renamed on one side and touched on the other, so that it has to be looked at as a whole.
fn by_entries(repo: &gix::Repository, base: Option<ObjectId>, ours: ObjectId, theirs: ObjectId) -> Result<Option<ObjectId>, gix::Error> {
    if ours == theirs || base == Some(theirs) {
        return Ok(Some(ours));
    }
    if base == Some(ours) {
        return Ok(Some(theirs));
    }
    let base = base.map_or_else(|| Ok(Some(Entries::new())), |base| entries(repo, base))?;
    let (Some(base), Some(ours), Some(theirs)) = (base, entries(repo, ours)?, entries(repo, theirs)?) else { return Ok(None) };
    let names: BTreeSet<&BString> = base.keys().chain(ours.keys()).chain(theirs.keys()).collect();
    let mut merged = Vec::new();
    for name in names {
        let entry = match (base.get(name), ours.get(name), theirs.get(name)) {
            // gone on both sides: it may have become two different names
            (Some(_), None, None) => return Ok(None),
            (_, one, other) if one == other => one.copied(),
            (before, one, other) if before == other => one.copied(),
            (before, one, other) if before == one => other.copied(),
            (before, Some((mode, one)), Some((other_mode, other))) if mode.is_tree() && other_mode.is_tree() => {
                let before = match before {
                    Some((mode, before)) if mode.is_tree() => Some(*before),
                    Some(_) => return Ok(None),
                    None => None,
                };
                match by_entries(repo, before, *one, *other)? {
                    Some(tree) => Some((*mode, tree)),
                    None => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        // a folder that became empty is no entry
        if let Some((mode, oid)) = entry.filter(|(_, oid)| !oid.is_empty_tree()) {
            merged.push(gix::objs::tree::Entry { mode, filename: name.clone(), oid });
        }
    }
    merged.sort();
    Ok(Some(repo.write_object(gix::objs::Tree { entries: merged })?.detach()))
}

type Entries = BTreeMap<BString, (EntryMode, ObjectId)>;

/// The entries of a tree; nothing when a name is there twice.
fn entries(repo: &gix::Repository, tree: ObjectId) -> Result<Option<Entries>, gix::Error> {
    let tree = repo.find_tree(tree)?;
    let decoded = tree.decode()?;
    let entries: Entries = decoded.entries.iter().map(|entry| (entry.filename.to_owned(), (entry.mode, entry.oid.to_owned()))).collect();
    Ok((entries.len() == decoded.entries.len()).then_some(entries))
}

/// The path of a conflict; one that is no path of a platform repository is shown as far as it can be, for a conflict must not be lost.
fn nameable(path: &[u8]) -> RepoPath {
    let text = String::from_utf8_lossy(path);
    let shown: String = text.chars().map(|c| if c.is_control() || c == '\\' { '\u{fffd}' } else { c }).collect();
    RepoPath::parse(&text)
        .or_else(|_| RepoPath::parse(&shown))
        .unwrap_or_else(|_| RepoPath::parse("a-file-with-an-unusable-name").expect("it is a path"))
}
