//! What the file of the local forge holds.

use super::{Refused, Subject};
use crate::model::{CommitId, Finding};
use crate::observe::{Clearance, Conclusion, Effect, PullState, Review};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name and e-mail of an author or committer, as the commit has them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Signature {
    /// The name.
    pub name: String,
    /// The e-mail.
    pub email: String,
}

/// The check run on a head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Check {
    /// How it stands.
    pub conclusion: Conclusion,
    /// One line.
    pub title: String,
    /// Markdown.
    pub summary: String,
    /// What is shown at lines of files.
    pub annotations: Vec<Finding>,
}

/// A commit status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Status {
    /// How it stands.
    pub state: Conclusion,
    /// One line.
    pub description: String,
    /// When it was set.
    pub at: Timestamp,
}

/// Where a comment of goldpath goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Slot {
    /// The one comment of a subject, updated in place.
    Sticky,
    /// A comment of its own, written once: because an edit notifies nobody.
    Once(String),
}

/// Who wrote a comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum By {
    /// goldpath itself.
    Goldpath(Slot),
    /// A person.
    Person(String),
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Comment {
    /// Its number, from 1, given once.
    pub id: u64,
    /// Who wrote it.
    pub by: By,
    /// Markdown.
    pub text: String,
    /// When it was written.
    pub at: Timestamp,
    /// When it was last edited.
    pub edited: Option<Timestamp>,
}

/// Everything that the forge knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Book {
    pub(super) next_number: u64,
    pub(super) next_comment: u64,
    /// By number.
    pub(super) pulls: Vec<Pull>,
    /// Commits that reached the default branch without a pull request.
    pub(super) commits: BTreeMap<CommitId, Landed>,
    /// What was said of heads.
    pub(super) heads: BTreeMap<CommitId, Head>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Pull {
    pub(super) number: u64,
    pub(super) branch: String,
    pub(super) title: String,
    pub(super) base: CommitId,
    pub(super) head: CommitId,
    pub(super) state: PullState,
    pub(super) opened: Timestamp,
    pub(super) ended: Option<Timestamp>,
    pub(super) merge_wanted: Option<Wanted>,
    pub(super) thread: Thread,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Landed {
    pub(super) seen: Timestamp,
    pub(super) thread: Thread,
}

/// Who asked for the merge of what a head came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wanted {
    pub(super) user: String,
    pub(super) head: CommitId,
    /// What it came to then; nothing: it is of before that was kept.
    #[serde(default)]
    pub(super) effect: Option<Effect>,
    pub(super) at: Timestamp,
}

/// Who wrote something, and what was said about it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Thread {
    pub(super) authors: Vec<Signature>,
    pub(super) reviews: Vec<Review>,
    pub(super) clearances: Vec<Clearance>,
    pub(super) comments: Vec<Comment>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Head {
    pub(super) check: Option<Check>,
    /// By context.
    pub(super) statuses: BTreeMap<String, Status>,
}

impl Default for Book {
    fn default() -> Self {
        Self { next_number: 1, next_comment: 1, pulls: Vec::new(), commits: BTreeMap::new(), heads: BTreeMap::new() }
    }
}

impl Book {
    pub(super) fn pull(&self, number: u64) -> Result<&Pull, Refused> {
        self.pulls.iter().find(|pull| pull.number == number).ok_or(Refused::Unknown { subject: Subject::Pull(number) })
    }

    pub(super) fn pull_mut(&mut self, number: u64) -> Result<&mut Pull, Refused> {
        self.pulls.iter_mut().find(|pull| pull.number == number).ok_or(Refused::Unknown { subject: Subject::Pull(number) })
    }

    pub(super) fn thread(&self, subject: &Subject) -> Result<&Thread, Refused> {
        match subject {
            Subject::Pull(number) => self.pull(*number).map(|pull| &pull.thread),
            Subject::Commit(commit) => {
                let landed = self.commits.get(commit).ok_or_else(|| Refused::Unknown { subject: subject.clone() })?;
                Ok(&landed.thread)
            }
        }
    }

    pub(super) fn thread_mut(&mut self, subject: &Subject) -> Result<&mut Thread, Refused> {
        match subject {
            Subject::Pull(number) => self.pull_mut(*number).map(|pull| &mut pull.thread),
            Subject::Commit(commit) => {
                let landed = self.commits.get_mut(commit).ok_or_else(|| Refused::Unknown { subject: subject.clone() })?;
                Ok(&mut landed.thread)
            }
        }
    }

    pub(super) fn add_comment(&mut self, subject: &Subject, by: By, text: &str, now: Timestamp) -> Result<u64, Refused> {
        let id = self.next_comment;
        self.thread_mut(subject)?.comments.push(Comment { id, by, text: text.to_owned(), at: now, edited: None });
        self.next_comment += 1;
        Ok(id)
    }
}
