//! What the steps ask of the world and what it answers; no text for people is written here.
//!
//! `Command` and `Event` are closed: who matches them names every variant.

use crate::diff::Transition;
use crate::model::{ChangeId, CommitId, Digest, Finding, RepoPath, TargetKind, TargetName, UnitId};
use crate::observe::{Conclusion, Effect, Facts, Landing, Outcome, PullRequest, UnitResult};
use crate::plan::{ApplyPlan, Approved, Evaluation, Hold, Plans, Reviewed, Round, Who};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is asked of the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Look at the branches and the forge as a whole.
    Observe {
        /// The commit of the default branch up to which everything is known; nothing at the first start.
        known: Option<CommitId>,
    },
    /// Look at what people did about one change.
    Look {
        /// Its pull request.
        pull: Option<u64>,
        /// Where it landed.
        landed: Option<CommitId>,
    },
    /// Read both sides, validate, render, compare, run the policies.
    Render {
        /// What is compared.
        round: Round,
        /// The newest accepted commit: who may approve what is judged by it.
        judge: Option<CommitId>,
    },
    /// Say whether a newer commit, or the same on another day, judges what was reviewed by the same rules; where it does not, render it anew.
    Judge {
        /// What was compared.
        round: Round,
        /// The newest accepted commit.
        judge: CommitId,
        /// The rules by which it was reviewed.
        rules: Option<Digest>,
    },
    /// Ask Terraform what it would do.
    Plan {
        /// What was compared.
        round: Round,
        /// The newest accepted commit.
        judge: Option<CommitId>,
        /// The Terraform units among what changes.
        units: Vec<UnitId>,
    },
    /// Make the merge commit and move the default branch, if both are still where they were.
    Merge {
        /// The pull request.
        pull: u64,
        /// Where the default branch must be.
        base: CommitId,
        /// Where the branch must be.
        head: CommitId,
        /// Who asked for it.
        by: String,
    },
    /// Say on a change what is known now; what is said already is not said again.
    Say {
        /// Its pull request.
        pull: Option<u64>,
        /// Its head, or where it landed.
        commit: CommitId,
        /// The finished text.
        words: Box<Words>,
    },
    /// Make a target hold what was accepted for one unit.
    Apply {
        /// What to do.
        apply: Box<Apply>,
    },
    /// Put units on the branch `rendered`, as they were applied.
    Publish {
        /// What to put there.
        publish: Box<Publish>,
    },
    /// Write the signed evidence of a change that is complete.
    Record {
        /// What is known of it.
        record: Box<Record>,
    },
}

/// Finished text for the forge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The one comment that is kept up to date, in Markdown.
    pub comment: String,
    /// A comment of its own, because an edit notifies nobody: what makes it unique, and its text.
    pub note: Option<(String, String)>,
    /// How the check on the head and its status stand.
    pub conclusion: Conclusion,
    /// One line: the title of the check and the description of the status.
    pub title: String,
    /// Findings to be shown at their lines.
    pub annotations: Vec<Finding>,
}

/// One unit to be made so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Apply {
    /// The change that brought it.
    pub change: ChangeId,
    /// The place of its landing in the order of the default branch: a greater one is newer.
    pub order: u64,
    /// The commit whose rendering is wanted; for a unit that goes away, the one before.
    pub commit: CommitId,
    /// The unit.
    pub unit: UnitId,
    /// What its target is.
    pub target_kind: TargetKind,
    /// From what was applied to what is wanted.
    pub transition: Transition,
    /// When the unit goes away: whether what was applied stays.
    pub keep: bool,
    /// What was seen of what Terraform would do.
    pub reviewed: Reviewed,
    /// Who approves a hold of this unit by name: who, and the users among them.
    pub cleared_by: (Vec<Who>, BTreeSet<String>),
    /// Whether an earlier try may have got somewhere: the world is probed, never told again.
    pub again: bool,
}

/// One accepted unit, with what it waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// What to do.
    pub apply: Apply,
    /// Units that are applied before it.
    pub after: Vec<UnitId>,
    /// Why it may not go on yet.
    pub hold: Option<Hold>,
}

/// Units to be put on the branch `rendered`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Publish {
    /// The change.
    pub change: ChangeId,
    /// The commit of the default branch that they were rendered from.
    pub base: CommitId,
    /// The commit of the default branch up to which everything is recorded; nothing: not even the first start.
    pub since: Option<CommitId>,
    /// Per unit the digest that was applied; nothing: it is gone.
    pub units: BTreeMap<UnitId, Option<Digest>>,
    /// How many of the change's units are applied.
    pub applied: usize,
    /// How many it has.
    pub of: usize,
}

/// What a statement of evidence says of one change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The change.
    pub change: ChangeId,
    /// Where it landed.
    pub landing: Landing,
    /// The head that was looked at on the pull request.
    pub reviewed_head: Option<CommitId>,
    /// What that came to: approvals of something else did not count.
    pub effect: Option<Effect>,
    /// Who wrote and who approved it.
    pub facts: Facts,
    /// When its moves were accepted.
    pub accepted_at: Timestamp,
    /// What became of each unit.
    pub units: Vec<RecordUnit>,
}

/// What became of one unit of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordUnit {
    /// The unit.
    pub unit: UnitId,
    /// From which bytes to which.
    pub transition: Transition,
    /// The digest of the actions that were reviewed.
    pub reviewed: Option<Digest>,
    /// What was done and when; nothing: a newer change took its place.
    pub applied: Option<(UnitResult, Timestamp)>,
    /// The change that took its place.
    pub superseded_by: Option<ChangeId>,
}

/// What the world answers, and what the loop tells the steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// Answer to `Observe`.
    Found(Box<Found>),
    /// Answer to `Look`: what the forge says of a pull request now.
    Observed(Box<PullRequest>),
    /// Answer to `Look`: what people did about a commit that has no pull request.
    Reviewed(Box<Facts>),
    /// A piece of the default branch's history.
    Landed(Box<Landing>),
    /// Answer to `Render`.
    Rendered(Arc<Evaluation>),
    /// Answer to `Plan`.
    Planned(Box<Plans>),
    /// Answer to `Merge`: the commit on the default branch.
    Merged {
        /// The merge commit.
        commit: CommitId,
    },
    /// Answer to `Judge`: by the same rules, or with the same to say.
    JudgedAlike {
        /// What was compared.
        round: Round,
        /// The newer commit.
        judge: CommitId,
        /// The rules by which it judges.
        rules: Option<Digest>,
        /// The day on which it judges, UTC: `2026-01-31`.
        day: Option<String>,
    },
    /// Answer to `Merge`: something moved meanwhile.
    NotMerged,
    /// Answer to `Say`.
    Said {
        /// Whether anything was written.
        written: bool,
    },
    /// Answer to `Apply`.
    Applied {
        /// The unit.
        unit: UnitId,
        /// What came of it.
        outcome: Outcome,
    },
    /// Answer to `Publish`: the commit of `rendered`.
    Published {
        /// The change.
        change: ChangeId,
        /// The tip of `rendered`.
        commit: CommitId,
        /// What it shows: per unit the digest that was applied; nothing: it is gone.
        units: BTreeMap<UnitId, Option<Digest>>,
    },
    /// Answer to `Record`.
    Recorded {
        /// The change.
        change: ChangeId,
    },
    /// Units were accepted for a target.
    Accepted {
        /// In the order in which they are applied.
        entries: Vec<Entry>,
    },
    /// People may have approved holds of a change's units by name, and policies may have been asked again.
    Cleared {
        /// The change.
        change: ChangeId,
        /// What people did about it.
        facts: Facts,
        /// Units that a policy or a mistake holds.
        refused: BTreeMap<UnitId, Hold>,
    },
    /// Time has passed, or something elsewhere has changed.
    Tick {
        /// Units of all targets that are accepted and not applied yet.
        unsettled: BTreeSet<UnitId>,
    },
    /// Whoever worked on this before is gone: what was running may have got somewhere.
    Started,
    /// The outside world failed; nothing was decided.
    Failed {
        /// What was tried and what came of it.
        message: String,
        /// Whether trying again may help.
        retry: bool,
    },
}

/// What the branches and the forge say as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The tip of the default branch.
    pub tip: CommitId,
    /// Numbers of the pull requests that are not merged or closed, and of those that were since the last look.
    pub pulls: Vec<u64>,
    /// The pieces of history between what was known and the tip, oldest first.
    pub landings: Vec<Landing>,
    /// What was known is no longer part of the default branch.
    pub rewound: bool,
    /// Units on the branch `rendered` with their digests and the digests of their files; asked at the first look only.
    pub rendered: Option<BTreeMap<UnitId, RenderedUnit>>,
    /// At the first look: units that one of these landings put on the branch `rendered` or took from it, with the commit of the newest.
    pub last: BTreeMap<UnitId, CommitId>,
}

/// One unit as the branch `rendered` has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RenderedUnit {
    /// The digest of its files.
    pub digest: Digest,
    /// Per file the digest of its bytes.
    pub files: BTreeMap<RepoPath, Digest>,
}

/// The right to write to a target: who holds it, and its generation, which only grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseProof {
    key: String,
    generation: i64,
}

impl LeaseProof {
    /// What a lease of the store proves; only the store's queue makes these.
    pub fn granted(key: String, generation: i64) -> Self {
        Self { key, generation }
    }

    /// What it is for.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Its generation.
    pub fn generation(&self) -> i64 {
        self.generation
    }
}

/// One performance of a command: by which right, and what is known of the unit that it is about.
#[derive(Clone, Debug)]
pub struct Run {
    /// By which right.
    pub lease: LeaseProof,
    /// The files of the unit as goldpath wrote them; empty for all but `Apply`.
    pub inventory: BTreeMap<RepoPath, Digest>,
    /// What may be applied now; nothing for all but `Apply`.
    pub approved: Option<ApplyPlan<Approved>>,
}

/// Where something is applied: the key of its lease.
pub fn target_key(target: &TargetName) -> String {
    format!("target/{target}")
}
