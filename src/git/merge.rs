//! Merges: tried, and made.

use super::edit::Draft;
use super::error::Doing;
use super::history::tree_of;
use super::{Error, Person, Repository, TreeId, object_id};
use crate::model::{CommitId, RepoPath};
use gix::merge::tree::TreatAsUnresolved;
use jiff::Timestamp;
use std::collections::BTreeSet;

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
        let common = self.merge_base(base, head)?;
        for (old, new) in [(base, head), (head, base)] {
            if common.as_ref() == Some(old) {
                return Ok(Merged { tree: TreeId(tree_of(&repo, new)?), conflicts: Vec::new() });
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

/// The path of a conflict; one that is no path of a platform repository is shown as far as it can be, for a conflict must not be lost.
fn nameable(path: &[u8]) -> RepoPath {
    let text = String::from_utf8_lossy(path);
    let shown: String = text.chars().map(|c| if c.is_control() || c == '\\' { '\u{fffd}' } else { c }).collect();
    RepoPath::parse(&text)
        .or_else(|_| RepoPath::parse(&shown))
        .unwrap_or_else(|_| RepoPath::parse("a-file-with-an-unusable-name").expect("it is a path"))
}
