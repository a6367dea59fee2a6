//! The cases of golden paths: a request with what it renders to, or with what must be said about it.
//!
//! A case sees its own release and what lies in its folder, never the repository's teams, targets or other requests; what it leaves out is a sample.

mod check;
mod generate;
mod setting;
mod values;

pub use check::{Failure, Ran};
pub use generate::{Tried, Wrong};

use crate::model::ReleaseId;
use crate::snapshot::Snapshot;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// One case: `golden-paths/<path>/<release>/tests/<name>/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
}

/// All cases of a repository, sorted by release and name.
pub fn cases(repository: &Snapshot) -> Vec<Case> {
    let mut cases = BTreeSet::new();
    for file in repository.files().keys() {
        let parts: Vec<&str> = file.components().collect();
        if let ["golden-paths", path, release, "tests", name, _, ..] = parts.as_slice()
            && let Some(release) = ReleaseId::parse(&format!("{path}@{release}"))
        {
            cases.insert(Case { release, name: (*name).to_owned() });
        }
    }
    cases.into_iter().collect()
}

/// Runs cases; what comes of them is in their order.
pub fn run(repository: &Snapshot, cases: &[Case]) -> Vec<Ran> {
    cases.par_iter().map(|case| check::run(repository, case)).collect()
}

/// Tries releases with so many requests that are made from their own schemas, and so many that do not fit them.
pub fn generate(repository: &Snapshot, releases: &[ReleaseId], count: usize) -> Vec<Tried> {
    releases.par_iter().filter_map(|release| generate::tried(repository, release, count)).collect()
}
