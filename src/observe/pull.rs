//! What the forge and Git say of a change: who wrote it, who approved it, where it stands.

use crate::model::{CommitId, Digest, MadeBy, RepoPath};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A branch that asks to become part of the default branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    /// Its number in the forge, from 1.
    pub number: u64,
    /// Its branch.
    pub branch: String,
    /// The subject of its first commit, or of the forge.
    pub title: String,
    /// The tip of the default branch when this was observed.
    pub base: CommitId,
    /// The tip of its branch.
    pub head: CommitId,
    /// Whether it is open, closed or merged.
    pub state: PullState,
    /// What people did about it.
    pub facts: Facts,
    /// Who asked for the merge of this very head, when somebody did.
    pub merge_wanted: Option<Wish>,
}

/// Somebody asked for the merge of what a head came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Who.
    pub by: String,
    /// What was to be merged; nothing: the wish is of before that was kept.
    pub effect: Option<Effect>,
}

/// What a head comes to on the base that it was compared with: who approves it approves this, and nothing that the same head comes to on
/// another base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Digest of the moves of all units, from which bytes to which, and of the files outside `requests/`.
    pub bytes: Digest,
    /// Digest of these, of what Terraform said that it would do, and of the risks; nothing: what was said is not known any more.
    #[serde(default)]
    pub plan: Option<Digest>,
}

impl Effect {
    /// Whether who looked at `seen` has looked at this.
    pub fn is_shown_by(&self, seen: Option<&Self>) -> bool {
        seen.is_some_and(|seen| seen.bytes == self.bytes && (self.plan.is_none() || seen.plan == self.plan))
    }
}

/// Where a pull request stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PullState {
    /// It waits to be merged.
    Open,
    /// Its branch is gone without a merge.
    Closed,
    /// It is part of the default branch.
    Merged {
        /// The commit that brought it there.
        commit: CommitId,
    },
}

/// Who wrote something and what other people said of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Authors and committers of all its commits; nobody of them approves it.
    pub authors: BTreeSet<Author>,
    /// Approvals, each of the head that was looked at.
    pub reviews: Vec<Review>,
    /// Holds that were approved by name.
    pub clearances: Vec<Clearance>,
}

/// Who wrote a commit: a user of the forge, or, when the e-mail is nobody's there, the e-mail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Author {
    /// A user of the forge.
    User(String),
    /// An e-mail that no user of the forge has.
    Email(String),
}

/// An approval of one head, for what it came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Who approved.
    pub user: String,
    /// The commit that was looked at.
    pub head: CommitId,
    /// What it came to then; nothing: the approval is of before that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// When.
    pub at: Timestamp,
}

/// A hold that somebody approved by name. It counts for what was held then, to the last bit: its short name could be given to something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clearance {
    /// Who approved.
    pub user: String,
    /// The hold: `h-…`.
    pub hold: String,
    /// The digest of what it holds.
    pub digest: Digest,
    /// When.
    pub at: Timestamp,
}

/// A piece of the default branch's history that is accepted or held as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landing {
    /// The commit before it on the default branch; nothing for the first start.
    pub base: Option<CommitId>,
    /// Its newest commit.
    pub commit: CommitId,
    /// The subject of its newest commit.
    pub title: String,
    /// The number of the pull request that it merges.
    pub pull: Option<u64>,
    /// The head of that pull request: what was reviewed of another one does not count.
    pub head: Option<CommitId>,
    /// What people did about it.
    pub facts: Facts,
    /// The head that it merges and nothing else, when it was found again with an empty memory: who approved that head approved this.
    pub merges: Option<CommitId>,
    /// Its place in the order of the default branch: a greater one is newer; 0 until it has one.
    pub order: u64,
}

/// What came of applying one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// The target holds what was accepted.
    Applied(UnitResult),
    /// The target refused; what was made before the error is kept.
    Failed {
        /// The first error in full, as the target said it, without secrets.
        message: String,
        /// The rendered file and line that the error names, where it names one.
        at: Option<(String, u32)>,
        /// What made that line, where that is known.
        made_by: Option<MadeBy>,
    },
    /// The target could not be reached or is busy: nothing was done.
    Unreachable {
        /// What was tried and what came of it.
        message: String,
    },
    /// Terraform would do what was not among the reviewed actions: nothing was done.
    Unreviewed {
        /// The actions that nobody saw.
        actions: Vec<super::Action>,
        /// The digest of the plan with them; who approves the hold approves this plan.
        plan: Digest,
    },
    /// Something stands there that goldpath did not write: nothing was done.
    Foreign {
        /// The file or object, and why it is not goldpath's.
        what: String,
    },
}

/// What was done for one unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitResult {
    /// Per object, file or resource: what was done with it (`created`, `changed`, `removed`, `unchanged`).
    pub objects: BTreeMap<String, String>,
    /// For Terraform: the digest of the plan that was applied.
    pub plan: Option<Digest>,
    /// For directories: the files of the unit as they stand there now, with the digests of their bytes.
    pub inventory: BTreeMap<RepoPath, Digest>,
}

impl Facts {
    /// Whether this user wrote any of it.
    pub fn wrote(&self, user: &str) -> bool {
        self.authors.contains(&Author::User(user.to_owned()))
    }

    /// Approvals of exactly this head, for what it comes to, by others than the authors. Where what it comes to is not known, because it was
    /// stored before that was kept, approvals of the head count.
    pub fn approvals_of(&self, head: &CommitId, effect: Option<&Effect>) -> impl Iterator<Item = &Review> {
        let counts = move |review: &&Review| effect.is_none_or(|effect| effect.is_shown_by(review.effect.as_ref()));
        self.reviews.iter().filter(move |review| review.head == *head && !self.wrote(&review.user)).filter(counts)
    }

    /// Users other than the authors who approved exactly this head for what it comes to, each once.
    pub fn approvers_of(&self, head: &CommitId, effect: Option<&Effect>) -> BTreeSet<&str> {
        self.approvals_of(head, effect).map(|review| review.user.as_str()).collect()
    }

    /// Users other than the authors who approved this head when it came to something else, and have not approved what it comes to now.
    pub fn approvers_before(&self, head: &CommitId, effect: Option<&Effect>) -> BTreeSet<&str> {
        let now = self.approvers_of(head, effect);
        self.approvers_of(head, None).into_iter().filter(|user| !now.contains(user)).collect()
    }
}

/// How a check or a status stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// It has not ended.
    Pending,
    /// All well.
    Success,
    /// There are mistakes, or applying failed.
    Failure,
    /// A person must act.
    ActionRequired,
    /// Nothing to say.
    Neutral,
}

impl Conclusion {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::ActionRequired => "action_required",
            Self::Neutral => "neutral",
        }
    }
}
