//! The life of one change up to accepted: `step(change, event, now) -> Change`.
//!
//! That a change is applied is computed from the deliveries, never stored here.

mod landing;
mod review;
#[cfg(test)]
mod tests;

pub use landing::round;

use crate::command::{Command, Entry, Event, Record};
use crate::model::{ChangeId, CommitId, ContentId, Digest, RepoPath, UnitId};
use crate::observe::{Facts, Landing, PullState};
use crate::plan::{self, ApplyPlan, Approved, Hold, Proposed, Round, WaitingOn};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// One pull request, or one commit on the default branch, going through its life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// What people call it.
    pub id: ChangeId,
    /// One line for people.
    pub title: String,
    /// The branch of the pull request.
    pub branch: Option<String>,
    /// Who wrote and who approved it, as far as is known now.
    pub facts: Facts,
    /// When it was first seen.
    pub seen: Timestamp,
    /// When its state last changed.
    pub updated: Timestamp,
    /// Where it is in its life.
    pub state: ChangeState,
}

/// Where a change is in its life; each variant holds only what is known there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ChangeState {
    /// It was found; nothing is known of it.
    Seen,
    /// Both sides are being read, rendered and compared.
    Rendering {
        /// What is compared.
        round: Round,
    },
    /// Terraform is being asked what it would do.
    Planning {
        /// What was compared.
        round: Round,
        /// The Terraform units among what changes.
        units: Vec<UnitId>,
    },
    /// It was reported and waits for people.
    Waiting(Box<Review>),
    /// The forge was asked to merge it.
    Merging {
        /// What was reviewed.
        review: Box<Review>,
        /// Who asked for it.
        by: String,
    },
    /// It is on the default branch: what the merge gave is being rendered and compared with what was reviewed.
    Landing {
        /// Where it landed.
        landing: Box<Landing>,
        /// What was reviewed, when it was.
        review: Option<Box<Review>>,
    },
    /// It is on the default branch and may not go on.
    Held(Box<Held>),
    /// Its moves were handed to the targets.
    Accepted(Box<Accepted>),
    /// Its branch is gone without a merge.
    Closed,
}

/// What was looked at and shown on a pull request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// What was compared.
    pub round: Round,
    /// The accepted commit that judged it: a newer one is asked again.
    #[serde(default)]
    pub judge: Option<CommitId>,
    /// Digest of everything by which that commit judges.
    #[serde(default)]
    pub rules: Option<Digest>,
    /// The day on which it was judged, UTC: on another one it is asked again.
    #[serde(default)]
    pub day: Option<String>,
    /// What it would do.
    pub plan: ApplyPlan<Proposed>,
    /// How many errors there are.
    pub errors: usize,
    /// Files that do not merge.
    pub conflicts: Vec<String>,
    /// Terraform units whose plan could not be made, and why.
    pub unplanned: BTreeMap<UnitId, String>,
    /// Whether the settings could be read.
    pub settings_readable: bool,
    /// Files outside `requests/` that it changes, as it leaves them; nothing: gone.
    pub platform: BTreeMap<RepoPath, Option<ContentId>>,
    /// How long it took to render and compare it, where that is to be said; looked at again, the same is said.
    #[serde(default)]
    pub took: Option<Duration>,
}

/// A change that reached the default branch and may not go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// Where it landed.
    pub landing: Landing,
    /// What was reviewed, when it was.
    pub review: Option<Box<Review>>,
    /// What it would do.
    pub plan: ApplyPlan<Proposed>,
    /// Whether its settings can be read.
    pub settings_readable: bool,
    /// Whether files outside `requests/` differ.
    pub touches_platform: bool,
    /// Its moves; those whose bytes are not the reviewed ones are held each by itself.
    pub entries: Vec<Entry>,
    /// Units that a policy or a mistake holds.
    pub refused: BTreeMap<UnitId, Hold>,
    /// The accepted commit whose policies and exceptions said so.
    pub judge: Option<CommitId>,
}

/// A change whose moves were handed to the targets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    /// Where it landed.
    pub landing: Landing,
    /// What was looked at on the pull request: the head that was approved.
    pub reviewed_head: Option<CommitId>,
    /// What was accepted, under the rules that it met.
    pub plan: ApplyPlan<Proposed>,
    /// Its moves.
    pub entries: Vec<Entry>,
    /// Units that a policy or a mistake holds, as the judge has it.
    pub refused: BTreeMap<UnitId, Hold>,
    /// The accepted commit whose policies and exceptions said so: a newer one is asked again.
    pub judge: Option<CommitId>,
    /// When.
    pub at: Timestamp,
    /// Whether the evidence is written (or nothing was to be applied).
    pub recorded: bool,
}

impl Change {
    /// A change of which nothing is known yet.
    pub fn new(id: ChangeId, title: String, branch: Option<String>, now: Timestamp) -> Self {
        Self { id, title, branch, facts: Facts::default(), seen: now, updated: now, state: ChangeState::Seen }
    }

    /// Whether anything may still become of it.
    pub fn is_open(&self) -> bool {
        match &self.state {
            ChangeState::Accepted(accepted) => !accepted.recorded,
            ChangeState::Closed => false,
            ChangeState::Seen
            | ChangeState::Rendering { .. }
            | ChangeState::Planning { .. }
            | ChangeState::Waiting(_)
            | ChangeState::Merging { .. }
            | ChangeState::Landing { .. }
            | ChangeState::Held(_) => true,
        }
    }

    /// All phases of a change's life, in the order in which it has them.
    pub const PHASES: [&str; 10] =
        ["seen", "rendering", "planning", "waiting", "merging", "landing", "held", "accepted", "recorded", "closed"];

    /// The phase of its life in one word, one of [`Change::PHASES`].
    pub fn phase(&self) -> &'static str {
        match &self.state {
            ChangeState::Seen => "seen",
            ChangeState::Rendering { .. } => "rendering",
            ChangeState::Planning { .. } => "planning",
            ChangeState::Waiting(_) => "waiting",
            ChangeState::Merging { .. } => "merging",
            ChangeState::Landing { .. } => "landing",
            ChangeState::Held(_) => "held",
            ChangeState::Accepted(accepted) if accepted.recorded => "recorded",
            ChangeState::Accepted(_) => "accepted",
            ChangeState::Closed => "closed",
        }
    }

    /// Whether it is on the default branch and was accepted or held there.
    pub fn is_decided(&self) -> bool {
        matches!(&self.state, ChangeState::Held(_) | ChangeState::Accepted(_))
    }

    /// Whether it is held because its settings cannot be read: what lands behind it with readable ones takes it in.
    pub fn is_unreadable(&self) -> bool {
        matches!(&self.state, ChangeState::Held(held) if !held.settings_readable)
    }

    /// Everything that it waits for now.
    pub fn waiting(&self) -> Vec<WaitingOn> {
        match &self.state {
            ChangeState::Waiting(review) => review.waiting(&self.facts),
            ChangeState::Held(held) => held.waiting(&self.facts),
            ChangeState::Seen
            | ChangeState::Rendering { .. }
            | ChangeState::Planning { .. }
            | ChangeState::Merging { .. }
            | ChangeState::Landing { .. }
            | ChangeState::Accepted(_)
            | ChangeState::Closed => Vec::new(),
        }
    }

    /// The commit that people look at: the head of the pull request, or where it landed.
    pub fn head(&self) -> Option<CommitId> {
        match &self.state {
            ChangeState::Rendering { round } | ChangeState::Planning { round, .. } => Some(round.head.clone()),
            ChangeState::Waiting(review) | ChangeState::Merging { review, .. } => Some(review.round.head.clone()),
            ChangeState::Landing { landing, .. } => Some(landing.commit.clone()),
            ChangeState::Held(held) => Some(held.landing.commit.clone()),
            ChangeState::Accepted(accepted) => Some(accepted.landing.commit.clone()),
            ChangeState::Seen | ChangeState::Closed => None,
        }
    }

    /// What can be approved: what was reviewed, or what landed unseen; nothing while that is being worked out, and once it was accepted.
    pub fn judged(&self) -> Option<&ApplyPlan<Proposed>> {
        match &self.state {
            ChangeState::Waiting(review) | ChangeState::Merging { review, .. } => Some(&review.plan),
            ChangeState::Held(held) => Some(held.judged()),
            ChangeState::Seen
            | ChangeState::Rendering { .. }
            | ChangeState::Planning { .. }
            | ChangeState::Landing { .. }
            | ChangeState::Accepted(_)
            | ChangeState::Closed => None,
        }
    }

    /// What is being compared, before it is known what that gives.
    pub fn under_way(&self) -> Option<&Round> {
        match &self.state {
            ChangeState::Rendering { round } | ChangeState::Planning { round, .. } => Some(round),
            ChangeState::Seen
            | ChangeState::Waiting(_)
            | ChangeState::Merging { .. }
            | ChangeState::Landing { .. }
            | ChangeState::Held(_)
            | ChangeState::Accepted(_)
            | ChangeState::Closed => None,
        }
    }

    /// Where it landed on the default branch, once it did.
    pub fn landing(&self) -> Option<&Landing> {
        match &self.state {
            ChangeState::Landing { landing, .. } => Some(landing),
            ChangeState::Held(held) => Some(&held.landing),
            ChangeState::Accepted(accepted) => Some(&accepted.landing),
            ChangeState::Seen
            | ChangeState::Rendering { .. }
            | ChangeState::Planning { .. }
            | ChangeState::Waiting(_)
            | ChangeState::Merging { .. }
            | ChangeState::Closed => None,
        }
    }

    /// What its state asks of the world, with the commit that judges. It follows from the state and the day alone: whoever finds the
    /// change in this state, after a crash too, asks the same again, and every answer is a question's or is probed.
    pub fn command(&self, judge: Option<CommitId>, now: Timestamp) -> Option<Command> {
        match &self.state {
            ChangeState::Rendering { round } => Some(Command::Render { round: round.clone(), judge }),
            ChangeState::Planning { round, units } => Some(Command::Plan { round: round.clone(), judge, units: units.clone() }),
            ChangeState::Landing { landing, .. } => Some(Command::Render { round: round(landing), judge }),
            // what a policy refuses is judged again by each newer accepted commit: it may have an exception
            ChangeState::Accepted(accepted) => {
                let newer = judge.filter(|_| accepted.is_refused()).filter(|judge| accepted.judge.as_ref() != Some(judge))?;
                Some(Command::Render { round: round(&accepted.landing), judge: Some(newer) })
            }
            // what was relaxed or tightened since, or ended with a day, is said without a push, and nothing is merged that was let through before
            ChangeState::Waiting(review) => review.judge_again(judge, now),
            ChangeState::Merging { review, by } => {
                let merge = || review.merge(self.id.number()?, by);
                review.judge_again(judge, now).or_else(merge)
            }
            ChangeState::Seen | ChangeState::Held(_) | ChangeState::Closed => None,
        }
    }

    /// What was handed to the targets, once it was.
    pub fn accepted(&self) -> Option<&Accepted> {
        match &self.state {
            ChangeState::Accepted(accepted) => Some(accepted),
            ChangeState::Seen
            | ChangeState::Rendering { .. }
            | ChangeState::Planning { .. }
            | ChangeState::Waiting(_)
            | ChangeState::Merging { .. }
            | ChangeState::Landing { .. }
            | ChangeState::Held(_)
            | ChangeState::Closed => None,
        }
    }

    /// What may be applied of it, computed again from what people did: an approval is never read back from a store.
    ///
    /// # Errors
    /// What it waits for (again).
    pub fn approved(&self, facts: &Facts) -> Result<ApplyPlan<Approved>, Vec<WaitingOn>> {
        self.accepted().map_or_else(|| Err(self.waiting()), |accepted| plan::approve(accepted.plan.clone(), facts))
    }

    /// What its evidence says of it, without its units, as long as the evidence is to be written.
    pub fn to_record(&self) -> Option<Record> {
        let accepted = self.accepted()?;
        (!accepted.recorded).then(|| Record {
            change: self.id.clone(),
            landing: accepted.landing.clone(),
            reviewed_head: accepted.reviewed_head.clone(),
            facts: self.facts.clone(),
            accepted_at: accepted.at,
            effect: accepted.plan.effect,
            units: Vec::new(),
        })
    }

    fn go(mut self, state: ChangeState, now: Timestamp) -> Self {
        if self.state != state {
            self.updated = now;
            self.state = state;
        }
        self
    }
}

/// What becomes of a change. The only place that decides it up to *accepted*; what to ask next follows from its state.
pub fn step(change: Change, event: Event, now: Timestamp) -> Change {
    match event {
        Event::Observed(pull) => review::observed(change, *pull, now),
        Event::Reviewed(facts) => landing::reconsider(Change { facts: *facts, ..change }, now),
        Event::Landed(landing) => landing::landed(change, *landing, now),
        Event::Rendered(evaluation) => match change.state {
            ChangeState::Rendering { .. } => review::rendered(change, &evaluation, now),
            ChangeState::Landing { .. } => landing::rendered(change, &evaluation, now),
            ChangeState::Accepted(_) => landing::judged_again(change, &evaluation, now),
            ChangeState::Waiting(_) | ChangeState::Merging { .. } => review::judged_again(change, &evaluation, now),
            ChangeState::Seen | ChangeState::Planning { .. } | ChangeState::Held(_) | ChangeState::Closed => change,
        },
        Event::Planned(plans) => review::planned(change, &plans, now),
        Event::JudgedAlike { round, judge, rules, day } => review::judged_alike(change, &round, judge, (rules, day)),
        Event::NotMerged => match change.state.clone() {
            ChangeState::Merging { review, .. } => change.go(ChangeState::Waiting(review), now),
            _ => change,
        },
        Event::Recorded { .. } => landing::recorded(change, now),
        // a merge is seen as a landing, by whomever it was made
        Event::Merged { .. }
        | Event::Found(_)
        | Event::Said { .. }
        | Event::Applied { .. }
        | Event::Published { .. }
        | Event::Accepted { .. }
        | Event::Cleared { .. }
        | Event::Tick { .. }
        | Event::Started
        | Event::Failed { .. } => change,
    }
}

impl Accepted {
    /// Whether a policy or a mistake holds any of its units.
    pub fn is_refused(&self) -> bool {
        !self.recorded && !self.refused.is_empty()
    }
}

impl PullState {
    fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }
}
