//! Per target: accepted against applied digest of each unit; `step(delivery, event, now)` alone decides order, supersession and retry.
//!
//! One unit of a target is applied at a time, the newest accepted move of a unit wins, and a failure blocks nothing but what depends on it.

mod progress;
#[cfg(test)]
mod tests;

use crate::command::{Apply, Command, Entry, Event};
use crate::diff::Transition;
use crate::model::{ChangeId, Digest, MadeBy, TargetName, UnitId};
use crate::observe::{Facts, Outcome, UnitResult};
use crate::plan::{Hold, HoldId, HoldReason};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub use progress::{Progress, close, progress, unsettled};

/// How often a failed unit is tried before it waits for a fix.
pub const MOST_ATTEMPTS: u32 = 5;
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// What one target holds and what it is to hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// The target.
    pub target: TargetName,
    /// Per unit the digest that was applied.
    pub applied: BTreeMap<UnitId, Digest>,
    /// Per unit, also one that is gone, whose move was applied last: what landed before that is never applied over it.
    pub last: BTreeMap<UnitId, Place>,
    /// Accepted moves, those of a unit in the order of the default branch, until their change is recorded.
    pub jobs: Vec<Job>,
}

/// A change's place in the order of the default branch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// A greater one is newer.
    pub order: u64,
    /// The change.
    pub change: ChangeId,
}

/// One accepted move of a unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// What to do.
    pub apply: Apply,
    /// Units that are applied before it.
    pub after: Vec<UnitId>,
    /// How far it is.
    pub status: Status,
    /// What a policy or a mistake says against it.
    pub refused: Option<Hold>,
    /// Holds that were approved by name: approved once, tried once.
    pub cleared: BTreeSet<HoldId>,
}

/// How far an accepted move is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Status {
    /// It waits for its turn.
    Queued,
    /// It is being applied.
    Running {
        /// Tries so far, with this one.
        attempt: u32,
    },
    /// The target holds it.
    Applied {
        /// What was done.
        result: UnitResult,
        /// When.
        at: Timestamp,
        /// Whether the branch `rendered` shows it.
        published: bool,
    },
    /// The target refused it.
    Failed {
        /// The first error in full.
        message: String,
        /// The rendered file and line that the error names.
        at: Option<(String, u32)>,
        /// What made that line, where that is known.
        #[serde(default)]
        made_by: Option<MadeBy>,
        /// Tries so far.
        attempt: u32,
        /// When it is tried again; nothing: it waits for a fix.
        next: Option<Timestamp>,
    },
    /// It may not go on before somebody approves it by name.
    Held(Hold),
    /// A newer accepted move of the same unit takes its place.
    Superseded {
        /// The change that brought it.
        by: ChangeId,
    },
}

/// A step's result: the delivery as it is now, and what to ask of the world; both are stored together.
#[derive(Clone, Debug, PartialEq)]
pub struct Next {
    /// The delivery as it is now.
    pub delivery: Delivery,
    /// What to ask of the world: at most one `Apply`.
    pub command: Option<Command>,
}

/// What comes next for a target. The only place that decides it.
pub fn step(mut delivery: Delivery, event: Event, now: Timestamp) -> Next {
    match event {
        Event::Accepted { entries } => entries.into_iter().for_each(|entry| delivery.accept(entry)),
        Event::Applied { unit, outcome } => delivery.finished(&unit, outcome, now),
        Event::Published { change, units, .. } => delivery.published(&change, &units),
        Event::Recorded { change } => delivery.jobs.retain(|job| job.apply.change != change),
        Event::Cleared { change, facts, refused } => delivery.cleared(&change, &facts, &refused),
        Event::Started => delivery.started(),
        // only here, with all targets in sight, something is begun
        Event::Tick { unsettled } => return delivery.begin(&unsettled, now),
        Event::Found(_)
        | Event::Observed(_)
        | Event::Reviewed(_)
        | Event::Landed(_)
        | Event::Rendered(_)
        | Event::Planned(_)
        | Event::Merged { .. }
        | Event::JudgedAlike { .. }
        | Event::NotMerged
        | Event::Said { .. }
        | Event::Failed { .. } => {}
    }
    Next { delivery, command: None }
}

impl Delivery {
    /// A target with what is known to be applied there.
    pub fn new(target: TargetName, applied: BTreeMap<UnitId, Digest>) -> Self {
        Self { target, applied, last: BTreeMap::new(), jobs: Vec::new() }
    }

    /// Takes an accepted move, at its place among those of its unit. What landed before a move that took place already comes too late.
    fn accept(&mut self, entry: Entry) {
        let Entry { apply, after, hold } = entry;
        if self.jobs.iter().any(|job| job.apply.is_same(&apply)) {
            return;
        }
        let unit = apply.unit.clone();
        // going back to what stands there already mends what was wrong, whatever else is wrong with it
        let goes_back = self.applied.get(&unit).copied() == apply.transition.after;
        let refused = hold.clone().filter(|hold| hold.is_refusal() && !goes_back);
        // what people clear by name comes first, what only a mended file or an exception clears last
        let by_name = hold.filter(|hold| !hold.is_refusal()).or_else(|| broken_chain(&apply, self.wanted_before(&apply)));
        let status = match self.newer_than(&apply) {
            Some(by) => Status::Superseded { by },
            None => by_name.or_else(|| refused.clone()).map_or(Status::Queued, Status::Held),
        };
        let newer = |job: &Job| job.apply.unit == unit && job.apply.order > apply.order;
        let at = self.jobs.iter().position(newer).unwrap_or(self.jobs.len());
        self.jobs.insert(at, Job { apply, after, status, refused, cleared: BTreeSet::new() });
        self.arrange(&unit);
    }

    /// The change that landed after this move's and whose move of the same unit was accepted before it.
    fn newer_than(&self, apply: &Apply) -> Option<ChangeId> {
        let jobs = self.jobs.iter().filter(|job| job.apply.unit == apply.unit && (job.takes_its_place() || job.is_applied()));
        let places = jobs.map(|job| Place { order: job.apply.order, change: job.apply.change.clone() });
        let newest = places.chain(self.last.get(&apply.unit).cloned()).max();
        newest.filter(|place| place.order > apply.order).map(|place| place.change)
    }

    /// The digest that a unit has once all moves are done that are accepted and landed before this one.
    fn wanted_before(&self, apply: &Apply) -> Option<Digest> {
        let older = |job: &&Job| job.apply.unit == apply.unit && job.apply.order < apply.order && job.is_wanted();
        let last = self.jobs.iter().rev().find(older);
        last.map_or_else(|| self.applied.get(&apply.unit).copied(), |job| job.apply.transition.after)
    }

    /// Brings the moves of one unit in line after any of them has changed: what was held only because a move before it was missing goes
    /// on when it is there, and the newest that is accepted takes the place of those before it.
    fn arrange(&mut self, unit: &UnitId) {
        for at in 0..self.jobs.len() {
            let job = &self.jobs[at];
            if job.apply.unit == *unit && job.misses_a_move() && broken_chain(&job.apply, self.wanted_before(&job.apply)).is_none() {
                self.jobs[at].status = self.jobs[at].refused.clone().map_or(Status::Queued, Status::Held);
            }
        }
        let Some(newest) = self.jobs.iter().rposition(|job| job.apply.unit == *unit && job.takes_its_place()) else { return };
        let by = self.jobs[newest].apply.change.clone();
        for job in self.jobs[..newest].iter_mut().filter(|job| job.apply.unit == *unit && job.may_give_way()) {
            job.status = Status::Superseded { by: by.clone() };
        }
    }

    fn finished(&mut self, unit: &UnitId, outcome: Outcome, now: Timestamp) {
        let running = |job: &&mut Job| job.apply.unit == *unit && matches!(job.status, Status::Running { .. });
        let Some(job) = self.jobs.iter_mut().find(running) else { return };
        let Status::Running { attempt } = job.status else { return };
        job.status = match outcome {
            Outcome::Applied(result) => {
                match job.apply.transition.after {
                    Some(digest) => self.applied.insert(unit.clone(), digest),
                    None => self.applied.remove(unit),
                };
                self.last.insert(unit.clone(), Place { order: job.apply.order, change: job.apply.change.clone() });
                Status::Applied { result, at: now, published: false }
            }
            Outcome::Failed { message, at, made_by } => {
                Status::Failed { message, at, made_by, attempt, next: pause(attempt).map(|pause| now + pause) }
            }
            Outcome::Unreachable { message } => again_in_a_while(message, attempt, now),
            Outcome::Unreviewed { actions, plan } => {
                let actions = actions.iter().map(Into::into).collect();
                Status::Held(job.apply.held(HoldReason::Unreviewed { unit: unit.clone(), actions, plan }))
            }
            Outcome::Foreign { what } => {
                let hold = job.apply.held(HoldReason::Foreign { unit: unit.clone(), what: what.clone() });
                // somebody said that it may go on, and what is in the way is still there: it is looked at again, not approved again
                if job.cleared.contains(&hold.id) { again_in_a_while(what, attempt, now) } else { Status::Held(hold) }
            }
        };
        self.arrange(unit);
    }

    /// The branch `rendered` shows what was put there, and nothing that was applied meanwhile.
    fn published(&mut self, change: &ChangeId, units: &BTreeMap<UnitId, Option<Digest>>) {
        let shown = |job: &&mut Job| job.apply.change == *change && units.get(&job.apply.unit) == Some(&job.apply.transition.after);
        for job in self.jobs.iter_mut().filter(shown) {
            if let Status::Applied { published, .. } = &mut job.status {
                *published = true;
            }
        }
    }

    /// Held units of a change whose hold somebody approved by name go on, from where the unit is now; so does what is refused no longer.
    fn cleared(&mut self, change: &ChangeId, facts: &Facts, refused: &BTreeMap<UnitId, Hold>) {
        let mut moved = BTreeSet::new();
        for job in self.jobs.iter_mut().filter(|job| job.apply.change == *change) {
            let refusal = refused.get(&job.apply.unit);
            job.refused = refusal.cloned();
            let Status::Held(hold) = &job.status else { continue };
            if !hold.is_refusal() && !hold.is_cleared(facts) {
                continue;
            }
            // what was approved by name may still be refused, and what is refused may be so for something else
            if let Some(refusal) = refusal {
                job.status = Status::Held(refusal.clone());
                continue;
            }
            if let HoldReason::Unreviewed { plan, .. } = &hold.reason {
                job.apply.reviewed = job.apply.reviewed.clone().with_approved(*plan);
            }
            job.cleared.insert(hold.id.clone());
            job.status = Status::Queued;
            moved.insert(job.apply.unit.clone());
        }
        moved.iter().for_each(|unit| self.arrange(unit));
    }

    /// What was running when the daemon ended may have got somewhere: it is begun again, as a probe.
    fn started(&mut self) {
        for job in &mut self.jobs {
            if matches!(job.status, Status::Running { .. }) {
                job.apply.again = true;
                job.status = Status::Queued;
            }
        }
    }

    /// Begins the next move: the first whose turn it is and that waits for nothing.
    fn begin(mut self, unsettled: &BTreeSet<UnitId>, now: Timestamp) -> Next {
        if self.jobs.iter().any(|job| matches!(job.status, Status::Running { .. })) {
            return Next { delivery: self, command: None };
        }
        let ready = |job: &Job| job.is_due(now) && !job.is_blocked(unsettled);
        let Some(at) = self.jobs.iter().position(ready) else { return Next { delivery: self, command: None } };
        let applied = self.applied.get(&self.jobs[at].apply.unit).copied();
        let job = &mut self.jobs[at];
        job.apply.again |= matches!(job.status, Status::Failed { .. });
        job.apply.transition.before = applied;
        job.status = Status::Running { attempt: job.attempts() + 1 };
        let command = Command::Apply { apply: Box::new(job.apply.clone()) };
        Next { delivery: self, command: Some(command) }
    }

    /// The states of moves that are not done, each in one word.
    pub const OPEN: [&str; 4] = ["queued", "running", "failed", "held"];

    /// How many moves are in one of these states.
    pub fn count(&self, state: &str) -> usize {
        self.jobs.iter().filter(|job| job.status.word() == state).count()
    }

    /// Whether anything is to be applied.
    pub fn has_open_jobs(&self) -> bool {
        self.jobs.iter().any(|job| !matches!(job.status, Status::Applied { .. } | Status::Superseded { .. }))
    }

    /// When something is to be tried again by itself. What waits for another unit is not: that unit's end is its turn.
    pub fn next_due(&self, unsettled: &BTreeSet<UnitId>) -> Option<Timestamp> {
        let free = self.jobs.iter().filter(|job| !job.is_blocked(unsettled));
        free.filter_map(|job| if let Status::Failed { next, .. } = &job.status { *next } else { None }).min()
    }

    /// Changes whose moves ended, or ended otherwise, since an earlier look at this target: applied, failed, held, superseded.
    pub fn ended_since(&self, before: &Self) -> BTreeSet<ChangeId> {
        let known: BTreeMap<_, _> = before.jobs.iter().map(|job| ((&job.apply.unit, &job.apply.change), &job.status)).collect();
        let is_new = |job: &&Job| known.get(&(&job.apply.unit, &job.apply.change)) != Some(&&job.status);
        let ended = self.jobs.iter().filter(|job| !matches!(job.status, Status::Queued | Status::Running { .. }));
        ended.filter(is_new).map(|job| job.apply.change.clone()).collect()
    }
}

impl Status {
    fn word(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running { .. } => "running",
            Self::Applied { .. } => "applied",
            Self::Failed { .. } => "failed",
            Self::Held(_) => "held",
            Self::Superseded { .. } => "superseded",
        }
    }
}

impl Job {
    /// Whether the unit is to become what it says. What is held for other bytes is not, before somebody approves it.
    fn is_wanted(&self) -> bool {
        match &self.status {
            Status::Queued | Status::Running { .. } | Status::Failed { .. } => true,
            Status::Held(hold) => !matches!(hold.reason, HoldReason::BytesChanged { .. }),
            Status::Applied { .. } | Status::Superseded { .. } => false,
        }
    }

    /// Whether what is older gives way to it: not before it may go on, or only what it would do is in question.
    fn takes_its_place(&self) -> bool {
        self.is_wanted() && !matches!(&self.status, Status::Held(hold) if hold.is_refusal())
    }

    fn is_applied(&self) -> bool {
        matches!(self.status, Status::Applied { .. })
    }

    /// Whether it is held only because it does not begin where the unit is; other bytes than reviewed are another matter.
    fn misses_a_move(&self) -> bool {
        let Status::Held(Hold { reason: HoldReason::BytesChanged { reviewed, now, .. }, .. }) = &self.status else { return false };
        let Transition { before, after } = self.apply.transition;
        *reviewed == before && *now != after
    }

    /// Whether a unit that it waits for is not settled.
    fn is_blocked(&self, unsettled: &BTreeSet<UnitId>) -> bool {
        self.after.iter().any(|unit| unsettled.contains(unit))
    }

    fn may_give_way(&self) -> bool {
        match &self.status {
            Status::Queued | Status::Failed { .. } | Status::Held(_) => true,
            Status::Running { .. } | Status::Applied { .. } | Status::Superseded { .. } => false,
        }
    }

    fn is_due(&self, now: Timestamp) -> bool {
        match &self.status {
            Status::Queued => true,
            Status::Failed { next, .. } => next.is_some_and(|next| next <= now),
            Status::Running { .. } | Status::Applied { .. } | Status::Held(_) | Status::Superseded { .. } => false,
        }
    }

    fn attempts(&self) -> u32 {
        match &self.status {
            Status::Failed { attempt, .. } | Status::Running { attempt } => *attempt,
            Status::Queued | Status::Applied { .. } | Status::Held(_) | Status::Superseded { .. } => 0,
        }
    }
}

impl Apply {
    /// Whether it is the same move.
    fn is_same(&self, other: &Self) -> bool {
        self.change == other.change && self.unit == other.unit
    }

    /// A hold of this unit that the people of its change's holds may clear.
    fn held(&self, reason: HoldReason) -> Hold {
        let (from, users) = self.cleared_by.clone();
        reason.held(from, users)
    }
}

/// The move does not begin where the unit is, or will be: somebody must look at it.
fn broken_chain(apply: &Apply, known: Option<Digest>) -> Option<Hold> {
    let Transition { before, after } = apply.transition;
    if before == known || after == known {
        return None;
    }
    Some(apply.held(HoldReason::BytesChanged { unit: apply.unit.clone(), reviewed: before, now: known }))
}

/// What is only out of reach is tried for as long as it takes.
fn again_in_a_while(message: String, attempt: u32, now: Timestamp) -> Status {
    Status::Failed { message, at: None, made_by: None, attempt, next: Some(now + pause(attempt).unwrap_or(FIRST_PAUSE * 16)) }
}

/// How long to wait after a failed try: 5, 10, 20, 40 seconds, then nothing.
fn pause(attempt: u32) -> Option<SignedDuration> {
    (attempt < MOST_ATTEMPTS).then(|| FIRST_PAUSE * 2_i32.pow(attempt.saturating_sub(1).min(6)))
}
