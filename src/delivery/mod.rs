//! Per target: accepted against applied digest of each unit; `step(delivery, event, now)` alone decides order, supersession and retry.
//!
//! One unit of a target is applied at a time, the newest accepted move of a unit wins, and a failure blocks nothing but what depends on it.

mod progress;
#[cfg(test)]
mod tests;

use crate::command::{Apply, Command, Entry, Event};
use crate::diff::Transition;
use crate::model::{ChangeId, Digest, TargetName, UnitId};
use crate::observe::{Facts, Outcome, UnitResult};
use crate::plan::{Hold, HoldReason};
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
    /// Accepted moves, in the order in which they were accepted, until their change is recorded.
    pub jobs: Vec<Job>,
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
        Event::Published { change, .. } => delivery.published(&change),
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
        | Event::NotMerged
        | Event::Said { .. }
        | Event::Failed { .. } => {}
    }
    Next { delivery, command: None }
}

impl Delivery {
    /// A target with what is known to be applied there.
    pub fn new(target: TargetName, applied: BTreeMap<UnitId, Digest>) -> Self {
        Self { target, applied, jobs: Vec::new() }
    }

    /// The digest that a unit has once all accepted moves are done.
    fn accepted(&self, unit: &UnitId) -> Option<Digest> {
        let last = self.jobs.iter().rev().find(|job| job.apply.unit == *unit && job.is_accepted());
        last.map_or_else(|| self.applied.get(unit).copied(), |job| job.apply.transition.after)
    }

    /// Takes an accepted move: what is accepted for the same unit and not begun yet gives way to it.
    fn accept(&mut self, entry: Entry) {
        let Entry { apply, after, hold } = entry;
        if self.jobs.iter().any(|job| job.apply.change == apply.change && job.apply.unit == apply.unit) {
            return;
        }
        let known = self.accepted(&apply.unit);
        let (unit, change) = (apply.unit.clone(), apply.change.clone());
        // what people clear by name comes first, what only a mended file or an exception clears last
        let by_name = hold.clone().filter(|hold| !hold.is_refusal()).or_else(|| broken_chain(&apply, known));
        // going back to what stands there already mends what was wrong, whatever else is wrong with it
        let goes_back = self.applied.get(&unit).copied() == apply.transition.after;
        let hold = by_name.or(hold.filter(|hold| !(goes_back && hold.is_refusal())));
        let status = hold.map_or(Status::Queued, Status::Held);
        if !matches!(status, Status::Held(_)) {
            for job in self.jobs.iter_mut().filter(|job| job.apply.unit == unit && job.may_give_way()) {
                job.status = Status::Superseded { by: change.clone() };
            }
        }
        self.jobs.push(Job { apply, after, status });
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
                Status::Applied { result, at: now, published: false }
            }
            Outcome::Failed { message, at } => Status::Failed { message, at, attempt, next: pause(attempt).map(|pause| now + pause) },
            // what is only out of reach is tried for as long as it takes
            Outcome::Unreachable { message } => {
                Status::Failed { message, at: None, attempt, next: Some(now + pause(attempt).unwrap_or(FIRST_PAUSE * 16)) }
            }
            Outcome::Unreviewed { actions, plan } => {
                let actions = actions.iter().map(Into::into).collect();
                Status::Held(job.apply.held(HoldReason::Unreviewed { unit: unit.clone(), actions, plan }))
            }
            Outcome::Foreign { what } => Status::Held(job.apply.held(HoldReason::Foreign { unit: unit.clone(), what })),
        };
        self.give_way(unit);
    }

    /// A move that did not succeed gives way to a newer one of the same unit that was accepted while it ran.
    fn give_way(&mut self, unit: &UnitId) {
        let newest = self.jobs.iter().rev().find(|job| job.apply.unit == *unit && matches!(job.status, Status::Queued));
        let Some(by) = newest.map(|job| job.apply.change.clone()) else { return };
        for job in self.jobs.iter_mut().filter(|job| job.apply.unit == *unit && job.apply.change != by && job.may_give_way()) {
            job.status = Status::Superseded { by: by.clone() };
        }
    }

    fn published(&mut self, change: &ChangeId) {
        for job in self.jobs.iter_mut().filter(|job| job.apply.change == *change) {
            if let Status::Applied { published, .. } = &mut job.status {
                *published = true;
            }
        }
    }

    /// Held units of a change whose hold somebody approved by name go on, from where the unit is now; so does what is refused no longer.
    fn cleared(&mut self, change: &ChangeId, facts: &Facts, refused: &BTreeMap<UnitId, Hold>) {
        for job in self.jobs.iter_mut().filter(|job| job.apply.change == *change) {
            let refusal = refused.get(&job.apply.unit);
            let Status::Held(hold) = &job.status else { continue };
            let goes_on = if hold.is_refusal() { refusal.is_none() } else { hold.is_cleared(facts) };
            if !goes_on {
                continue;
            }
            // what was approved by name may still be refused
            if let Some(refusal) = refusal {
                job.status = Status::Held(refusal.clone());
                continue;
            }
            if let HoldReason::Unreviewed { plan, .. } = &hold.reason {
                job.apply.reviewed = job.apply.reviewed.clone().with_approved(*plan);
            }
            job.status = Status::Queued;
        }
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
        let ready = |job: &Job| job.is_due(now) && !job.after.iter().any(|unit| unsettled.contains(unit));
        let Some(at) = self.jobs.iter().position(ready) else { return Next { delivery: self, command: None } };
        let applied = self.applied.get(&self.jobs[at].apply.unit).copied();
        let job = &mut self.jobs[at];
        job.apply.again |= matches!(job.status, Status::Failed { .. });
        job.apply.transition.before = applied;
        job.status = Status::Running { attempt: job.attempts() + 1 };
        let command = Command::Apply { apply: Box::new(job.apply.clone()) };
        Next { delivery: self, command: Some(command) }
    }

    /// Whether anything is to be applied.
    pub fn has_open_jobs(&self) -> bool {
        self.jobs.iter().any(|job| !matches!(job.status, Status::Applied { .. } | Status::Superseded { .. }))
    }

    /// When something is to be tried again by itself.
    pub fn next_due(&self) -> Option<Timestamp> {
        let due = self.jobs.iter().filter_map(|job| if let Status::Failed { next, .. } = &job.status { *next } else { None });
        due.min()
    }
}

impl Job {
    /// Whether its move is one that was reviewed; what is held for other bytes is not, before somebody approves it.
    fn is_accepted(&self) -> bool {
        !matches!(&self.status, Status::Held(Hold { reason: HoldReason::BytesChanged { .. }, .. }))
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

/// How long to wait after a failed try: 5, 10, 20, 40 seconds, then nothing.
fn pause(attempt: u32) -> Option<SignedDuration> {
    (attempt < MOST_ATTEMPTS).then(|| FIRST_PAUSE * 2_i32.pow(attempt.saturating_sub(1).min(6)))
}
