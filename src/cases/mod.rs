//! The cases of golden paths and renderers: a request with what it renders to, or with what must be said about it.
//!
//! A case sees its own release or renderer and what lies in its folder, never the repository's teams, targets or other requests; what it leaves
//! out is a sample.

mod check;
mod generate;
mod named;
mod setting;
mod shrink;
mod trial;
mod values;
mod watcher;

pub use check::{Failure, Ran};
pub use generate::{Denied, Tried, Wrong};
pub use trial::{Answer, Bench, Trial};
pub use watcher::{Step, Watcher};

use crate::model::{ReleaseId, RendererId, RepoPath};
use crate::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// What a case is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Subject {
    /// A release of a golden path.
    Release(ReleaseId),
    /// A renderer that the repository brings.
    Renderer(RendererId),
}

impl Subject {
    /// Its folder in the repository.
    pub fn folder(&self) -> String {
        match self {
            Self::Release(release) => release.folder(),
            Self::Renderer(renderer) => renderer.folder(),
        }
    }

    /// What a file below some `tests/` is a test of.
    fn of_file(file: &RepoPath) -> Option<Self> {
        match file.components().collect::<Vec<_>>().as_slice() {
            ["golden-paths", ..] => ReleaseId::of_file(file).map(Self::Release),
            ["renderers", name, version, ..] => RendererId::parse(&format!("{name}@{version}")).map(Self::Renderer),
            _ => None,
        }
    }
}

impl fmt::Display for Subject {
    /// `preview@1.0.0`, `renderer docs@1`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Release(release) => release.fmt(f),
            Self::Renderer(renderer) => write!(f, "renderer {renderer}"),
        }
    }
}

/// One case: `golden-paths/<path>/<release>/tests/<name>/` or `renderers/<name>/<version>/tests/<name>/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Case {
    /// What it is for.
    pub subject: Subject,
    /// Its name.
    pub name: String,
}

impl Case {
    /// Its folder in the repository.
    pub fn folder(&self) -> String {
        format!("{}/tests/{}", self.subject.folder(), self.name)
    }

    /// The file of its request.
    pub fn request(&self) -> RepoPath {
        RepoPath::parse(&format!("{}/request.yaml", self.folder())).expect("it is made of the names of files")
    }
}

/// All cases of a repository, sorted by what they are for and by name.
pub fn cases(repository: &Snapshot) -> Vec<Case> {
    let mut cases = BTreeSet::new();
    for file in repository.files().keys() {
        let parts: Vec<&str> = file.components().collect();
        if let [_, _, _, "tests", name, _, ..] = parts.as_slice()
            && let Some(subject) = Subject::of_file(file)
        {
            cases.insert(Case { subject, name: (*name).to_owned() });
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
