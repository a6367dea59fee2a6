//! How far a change is, over all targets; computed from the deliveries, stored nowhere.

use super::{Delivery, Job, Status};
use crate::change::Accepted;
use crate::command::{Command, Publish};
use crate::model::{ChangeId, Digest, UnitId};
use std::collections::{BTreeMap, BTreeSet};

/// How far a change is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress<'a> {
    /// Its moves, by unit.
    pub jobs: BTreeMap<&'a UnitId, &'a Job>,
}

/// How far a change is, over all targets.
pub fn progress<'a>(change: &ChangeId, deliveries: impl IntoIterator<Item = &'a Delivery>) -> Progress<'a> {
    let jobs = deliveries.into_iter().flat_map(|delivery| &delivery.jobs).filter(|job| job.apply.change == *change);
    Progress { jobs: jobs.map(|job| (&job.apply.unit, job)).collect() }
}

/// Units of all targets that are accepted and not applied yet.
pub fn unsettled<'a>(deliveries: impl IntoIterator<Item = &'a Delivery>) -> BTreeSet<UnitId> {
    let jobs = deliveries.into_iter().flat_map(|delivery| &delivery.jobs);
    let open = jobs.filter(|job| !matches!(job.status, Status::Applied { .. } | Status::Superseded { .. }));
    open.map(|job| job.apply.unit.clone()).collect()
}

impl Progress<'_> {
    /// How many moves are done.
    pub fn applied(&self) -> usize {
        self.count(|status| matches!(status, Status::Applied { .. }))
    }

    /// How many moves there are, without those that gave way.
    pub fn total(&self) -> usize {
        self.count(|status| !matches!(status, Status::Superseded { .. }))
    }

    /// Whether every move is done or gave way.
    pub fn is_complete(&self) -> bool {
        self.applied() == self.total()
    }

    /// Whether something will go on by itself, soon.
    pub fn is_moving(&self, unsettled: &BTreeSet<UnitId>) -> bool {
        let ready = |job: &&&Job| !job.after.iter().any(|unit| unsettled.contains(unit));
        self.jobs.values().filter(ready).any(|job| matches!(job.status, Status::Queued | Status::Running { .. }))
    }

    fn count(&self, of: impl Fn(&Status) -> bool) -> usize {
        self.jobs.values().filter(|job| of(&job.status)).count()
    }

    /// What the branch `rendered` does not show yet.
    fn unpublished(&self) -> BTreeMap<UnitId, Option<Digest>> {
        let done = self.jobs.values().filter(|job| matches!(job.status, Status::Applied { published: false, .. }));
        done.map(|job| (job.apply.unit.clone(), job.apply.transition.after)).collect()
    }
}

/// What is to be done for an accepted change beside applying: publish what was applied once nothing moves any more, then record it.
pub fn close<'a>(change: &ChangeId, accepted: &Accepted, deliveries: impl IntoIterator<Item = &'a Delivery> + Clone) -> Option<Command> {
    if accepted.recorded {
        return None;
    }
    let unsettled = unsettled(deliveries.clone());
    let progress = progress(change, deliveries);
    if progress.is_moving(&unsettled) {
        return None;
    }
    let units = progress.unpublished();
    if !units.is_empty() {
        let (applied, of) = (progress.applied(), progress.total());
        let publish = Publish { change: change.clone(), base: accepted.landing.commit.clone(), units, applied, of };
        return Some(Command::Publish { publish: Box::new(publish) });
    }
    progress.is_complete().then(|| Command::Record { change: change.clone() })
}
