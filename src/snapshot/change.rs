//! What makes one tree of another: two trees that have most files in common travel as one and a change.

use super::{File, Refused, Snapshot};
use crate::model::{CommitId, RepoPath};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What makes one tree of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    commit: Option<CommitId>,
    /// Files that are new, or are others now.
    files: BTreeMap<RepoPath, File>,
    gone: BTreeSet<RepoPath>,
    refused: Vec<Refused>,
}

impl Change {
    /// What makes the tree `after` of the tree `before`.
    pub fn between(before: &Snapshot, after: &Snapshot) -> Self {
        let differs = |(path, file): &(&RepoPath, &File)| before.files.get(*path) != Some(*file);
        let gone = before.files.keys().filter(|path| !after.files.contains_key(*path));
        Self {
            commit: after.commit.clone(),
            files: after.files.iter().filter(differs).map(|(path, file)| (path.clone(), file.clone())).collect(),
            gone: gone.cloned().collect(),
            refused: after.refused.clone(),
        }
    }

    /// The tree that it makes of the other one.
    pub fn of(self, before: &Snapshot) -> Snapshot {
        let mut files = before.files.clone();
        files.retain(|path, _| !self.gone.contains(path));
        files.extend(self.files);
        Snapshot { commit: self.commit, files, refused: self.refused }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_makes_one_tree_of_another() {
        let base = [("a.yaml", "a"), ("b.yaml", "b"), ("c/d.yaml", "d")];
        let before = Snapshot::of_texts(&base, &[]);
        for edits in [&[][..], &[("a.yaml", Some("x")), ("b.yaml", None), ("e.yaml", Some("e"))], &[("c/d.yaml", None)]] {
            let after = Snapshot::of_texts(&base, edits);
            let change = Change::between(&before, &after);
            assert_eq!(change.files.len() + change.gone.len(), edits.len());
            assert_eq!(change.of(&before), after);
        }
    }
}
