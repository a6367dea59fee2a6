//! The cases of golden paths: a request with what it renders to, or with what must be said about it.
//!
//! A case sees its own release and what lies in its folder, never the repository's teams, targets or other requests; what it leaves out is a sample.

mod check;
mod generate;
mod setting;
mod trial;
mod values;
mod watcher;

pub use check::{Failure, Ran};
pub use generate::{Denied, Tried, Wrong};
pub use trial::{Answer, Bench, Trial};
pub use watcher::{Step, Watcher};

use crate::model::{ReleaseId, RepoPath};
use crate::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One case: `golden-paths/<path>/<release>/tests/<name>/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Case {
    /// The release that it is for.
    pub release: ReleaseId,
    /// Its name.
    pub name: String,
}

impl Case {
    /// Its folder in the repository.
    pub fn folder(&self) -> String {
        format!("{}/tests/{}", self.release.folder(), self.name)
    }

    /// The file of its request.
    pub fn request(&self) -> RepoPath {
        RepoPath::parse(&format!("{}/request.yaml", self.folder())).expect("it is made of the names of files")
    }
}

/// All cases of a repository, sorted by release and name.
pub fn cases(repository: &Snapshot) -> Vec<Case> {
    let mut cases = BTreeSet::new();
    for file in repository.files().keys() {
        let parts: Vec<&str> = file.components().collect();
        if let ["golden-paths", _, _, "tests", name, _, ..] = parts.as_slice()
            && let Some(release) = ReleaseId::of_file(file)
        {
            cases.insert(Case { release, name: (*name).to_owned() });
        }
    }
    cases.into_iter().collect()
}

/// The releases that have a folder, with or without mistakes.
pub fn releases(repository: &Snapshot) -> Vec<ReleaseId> {
    let mut releases: Vec<ReleaseId> = repository.files().keys().filter_map(ReleaseId::of_file).collect();
    releases.dedup();
    releases
}
