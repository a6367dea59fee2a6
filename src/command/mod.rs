//! What the steps ask of the world and what it answers; no text for people is written here.
//!
//! `Command` and `Event` are closed: who matches them names every variant.

use crate::diff::Transition;
use crate::model::{ChangeId, CommitId, Digest, TargetKind, TargetName, UnitId};
use crate::observe::{Facts, Landing, Outcome, PullRequest};
use crate::plan::{Evaluation, Hold, Plans, Reviewed, Round, Who};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the steps ask of the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Read both sides, validate, render, compare, run the policies.
    Render {
        /// What is compared.
        round: Round,
    },
    /// Ask Terraform what it would do.
    Plan {
        /// What was compared.
        round: Round,
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
    /// Say on the change what is known now: comment, check, status. What is said already is not said again.
    Report,
    /// Make a target hold what was accepted for one unit.
    Apply {
        /// What to do.
        entry: Box<Apply>,
    },
    /// Put units on the branch `rendered`, as they were applied.
    Publish {
        /// What to put there.
        publish: Box<Publish>,
    },
    /// Write the signed evidence of a change that is complete.
    Record {
        /// The change.
        change: ChangeId,
    },
}

/// One unit to be made so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Apply {
    /// The change that brought it.
    pub change: ChangeId,
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
    /// Per unit the digest that was applied; nothing: it is gone.
    pub units: BTreeMap<UnitId, Option<Digest>>,
    /// How many of the change's units are applied.
    pub applied: usize,
    /// How many it has.
    pub of: usize,
}

/// What the world answers, and what it tells by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// What the forge says of a pull request now.
    Observed(Box<PullRequest>),
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
    /// Answer to `Merge`: something moved meanwhile.
    NotMerged,
    /// Answer to `Report`.
    Reported,
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
    /// People may have approved holds of a change's units by name.
    Cleared {
        /// The change.
        change: ChangeId,
        /// What people did about it.
        facts: Facts,
    },
    /// Time has passed, or something elsewhere has changed.
    Tick {
        /// Units of all targets that are accepted and not applied yet.
        unsettled: BTreeSet<UnitId>,
    },
    /// The daemon was started: what was running may have got somewhere.
    Started,
    /// The outside world failed; nothing was decided.
    Failed {
        /// What was tried and what came of it.
        message: String,
        /// Whether trying again may help.
        retry: bool,
    },
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

/// One performance of a command: which change or target it is for, and by which right.
#[derive(Clone, Debug)]
pub struct Run {
    /// The change that it is for; nothing for what is a target's own.
    pub change: ChangeId,
    /// By which right.
    pub lease: LeaseProof,
}

/// Where something is applied: the key of its lease.
pub fn target_key(target: &TargetName) -> String {
    format!("target/{target}")
}
