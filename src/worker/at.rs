//! What a worker is at.

use crate::cases::Trial;
use crate::model::{RepoPath, RequestId, Turn, UnitId};
use crate::{parse, policy, render};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something of the tree that a worker runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum At {
    /// A schema.
    Check(parse::Check),
    /// All templates of a release, by its `release.yaml`.
    Load(RepoPath),
    /// A template.
    Render(render::At),
    /// A policy.
    Ask(policy::Ask),
    /// Something that is tried by itself, and what of it.
    Try(Trial, Option<Box<At>>),
}

/// What is worked on by one thread, one step after the other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Key {
    /// A file that is read, or a release.
    File(RepoPath),
    /// A request that is rendered.
    Request(RequestId),
    /// Policies that are compiled.
    Compiled,
    /// A unit that policies are asked about.
    Unit(UnitId),
    /// What is tried.
    Trial(String),
}

impl At {
    /// What it is worked on for.
    pub(super) fn key(&self) -> Key {
        match self {
            Self::Check(check) => Key::File(check.file.clone()),
            Self::Load(release) => Key::File(release.clone()),
            Self::Render(at) => Key::Request(at.request.clone()),
            Self::Ask(ask) => ask.unit.clone().map_or(Key::Compiled, Key::Unit),
            Self::Try(trial, _) => Key::Trial(trial.to_string()),
        }
    }

    /// What it is apart from what it is tried for.
    pub(super) fn innermost(&self) -> &Self {
        match self {
            Self::Try(_, Some(of)) => of.innermost(),
            Self::Check(_) | Self::Load(_) | Self::Render(_) | Self::Ask(_) | Self::Try(_, None) => self,
        }
    }

    /// The file in which the cause is to be looked for.
    pub fn file(&self) -> RepoPath {
        match self.innermost() {
            Self::Check(check) => check.schema.clone(),
            Self::Load(release) => release.clone(),
            Self::Render(at) => at.file.clone(),
            Self::Ask(ask) => ask.policy.clone(),
            Self::Try(trial, _) => trial.file(),
        }
    }

    /// What it is, told at a place in a file: the template itself, or one that it includes.
    pub(super) fn seen_from(&self, file: &RepoPath) -> String {
        let text = self.to_string();
        if *file == self.file() { text } else { text.replace("with this file", &format!("with `{}`", self.file())) }
    }

    /// The request that it is run for.
    pub(super) fn request(&self) -> Option<&RequestId> {
        match self {
            Self::Render(at) => Some(&at.request),
            Self::Check(_) | Self::Load(_) | Self::Ask(_) | Self::Try(..) => None,
        }
    }

    /// Whose turn it is to mend that file.
    pub(super) fn turn(&self) -> Turn {
        match self.innermost() {
            Self::Ask(ask) if ask.policy.below("golden-paths").is_none() => Turn::Platform,
            Self::Try(trial, _) => trial.turn(),
            Self::Check(_) | Self::Load(_) | Self::Render(_) | Self::Ask(_) => Turn::PathOwner,
        }
    }

    /// What to look for.
    pub(super) fn help(&self) -> &'static str {
        match self.innermost() {
            Self::Check(_) => {
                "Look for alternatives in alternatives (`anyOf` in `anyOf`, a `$ref` that is met twice): each level doubles the work."
            }
            Self::Load(_) => "Look for a template of this release that is nested very deeply or very long.",
            Self::Render(_) => "Look for a loop that hardly ends or a text that grows by itself.",
            Self::Ask(_) => "Look for a rule that combines everything with everything, or a text that grows by itself.",
            Self::Try(..) => "Look for what is very long or nested very deeply in its files.",
        }
    }

    /// How the same is seen at one's desk; what is tried is tried there.
    pub(super) fn desk(&self) -> &'static str {
        match self {
            Self::Check(_) | Self::Load(_) | Self::Render(_) | Self::Ask(_) => " The same check at your desk: `goldpath validate`.",
            Self::Try(..) => "",
        }
    }
}

impl fmt::Display for At {
    /// `rendering `team/name/output@target``
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Try(Trial::Rules { .. }, _) = self {
            return f.write_str("running these tests");
        }
        match self.innermost() {
            Self::Check(check) if check.file == check.schema => f.write_str("reading this schema"),
            Self::Check(check) => write!(f, "holding `{}` against this schema", check.file),
            Self::Load(_) => f.write_str("loading the templates of this release"),
            Self::Render(at) => match &at.unit {
                Some(unit) => write!(f, "rendering `{unit}` with this file"),
                None => write!(f, "rendering `{}` with this file", at.request),
            },
            Self::Ask(ask) => match &ask.unit {
                Some(unit) => write!(f, "asking this policy about `{unit}`"),
                None => f.write_str("compiling this policy"),
            },
            Self::Try(trial, _) => write!(f, "trying {trial}"),
        }
    }
}
