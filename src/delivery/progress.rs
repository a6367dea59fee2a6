//! How far a change is, over all targets; computed from the deliveries, stored nowhere.

use super::{Delivery, Job, Status};
use crate::command::{Command, Publish, Record, RecordUnit};
use crate::model::{ChangeId, CommitId, Digest, UnitId};
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
        let ready = |job: &&&Job| !job.is_blocked(unsettled);
        self.jobs.values().filter(ready).any(|job| matches!(job.status, Status::Queued | Status::Running { .. }))
    }

    fn count(&self, of: impl Fn(&Status) -> bool) -> usize {
        self.jobs.values().filter(|job| of(&job.status)).count()
    }

    /// What the branch `rendered` does not show yet, without what a newer change has moved on since: that one shows it.
    fn unpublished<'d>(&self, deliveries: impl IntoIterator<Item = &'d Delivery>) -> BTreeMap<UnitId, Option<Digest>> {
        let applied: BTreeMap<&UnitId, Digest> =
            deliveries.into_iter().flat_map(|delivery| &delivery.applied).map(|(unit, digest)| (unit, *digest)).collect();
        let done = self.jobs.values().filter(|job| matches!(job.status, Status::Applied { published: false, .. }));
        let newest = done.filter(|job| applied.get(&job.apply.unit).copied() == job.apply.transition.after);
        newest.map(|job| (job.apply.unit.clone(), job.apply.transition.after)).collect()
    }
}

/// What is to be done for an accepted change beside applying: publish what was applied once nothing moves any more, then record it.
///
/// `record` is the change's record without its units; `since` is the commit of the default branch up to which everything is recorded.
pub fn close<'a>(record: Record, since: Option<CommitId>, deliveries: impl IntoIterator<Item = &'a Delivery> + Clone) -> Option<Command> {
    let unsettled = unsettled(deliveries.clone());
    let progress = progress(&record.change, deliveries.clone());
    if progress.is_moving(&unsettled) {
        return None;
    }
    let units = progress.unpublished(deliveries);
    if !units.is_empty() {
        let (applied, of) = (progress.applied(), progress.total());
        let publish = Publish { change: record.change, base: record.landing.commit, since, units, applied, of };
        return Some(Command::Publish { publish: Box::new(publish) });
    }
    let units = progress.jobs.values().map(|job| record_unit(job)).collect();
    progress.is_complete().then(|| Command::Record { record: Box::new(Record { units, ..record }) })
}

fn record_unit(job: &Job) -> RecordUnit {
    let (applied, superseded_by) = match &job.status {
        Status::Applied { result, at, .. } => (Some((result.clone(), *at)), None),
        Status::Superseded { by } => (None, Some(by.clone())),
        Status::Queued | Status::Running { .. } | Status::Failed { .. } | Status::Held(_) => (None, None),
    };
    let apply = &job.apply;
    RecordUnit { unit: apply.unit.clone(), transition: apply.transition, reviewed: apply.reviewed.digest(), applied, superseded_by }
}
