//! The signed evidence of a change that is complete: one statement in a note on the commit that brought it.

use super::Outside;
use super::looks::own;
use crate::command::{Event, Record, RecordUnit};
use crate::error::Error;
use crate::evidence::{self, CHAIN_TRAILER, CHANGE_TRAILER, Chain, ExceptionUse, Input, Policies, Pull, UnitOutcome, UnitRecord};
use crate::git::{NOTES, NotesCommit};
use crate::model::{ChangeId, CommitId, Digest, ReleaseId, UnitId};
use crate::observe::{Author, Facts, Review};
use crate::plan::{Evaluation, Round};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::PoisonError;

impl Outside {
    /// Writes the statement of a change; when it is there already, nothing is written.
    pub(super) fn record(&self, record: &Record) -> Result<Event, Error> {
        let _one_at_a_time = self.own_refs.lock().unwrap_or_else(PoisonError::into_inner);
        let recorded = Event::Recorded { change: record.change.clone() };
        let tip = self.git.tip(NOTES)?;
        let entries = evidence::entries(&self.git.notes_all(NOTES)?, self.signer.public());
        let same = |entry: &evidence::Entry| entry.statement.predicate.change == record.change && entry.on == record.landing.commit;
        if entries.iter().any(same) {
            return Ok(recorded);
        }
        let before = entries.last().map(|entry| Chain { length: entry.sequence(), head: entry.digest });
        let statement = evidence::statement(self.input(record)?, before.as_ref());
        let line = evidence::envelope(&statement, self.signer.public(), |bytes| self.signer.sign(bytes));
        let chain = Chain::with(before.as_ref(), &line);
        let message = format!("Record {}\n\n{CHANGE_TRAILER}: {}\n{CHAIN_TRAILER}: {chain}\n", record.change, record.change);
        let commit = NotesCommit { message: &message, who: &own(), at: Timestamp::now() };
        self.git.notes_append(NOTES, &record.landing.commit, &line, tip.as_ref(), &commit)?;
        Ok(recorded)
    }

    /// How long the chain is and which line is its last.
    pub(super) fn chain(&self) -> Result<Option<Chain>, Error> {
        let entries = evidence::entries(&self.git.notes_all(NOTES)?, self.signer.public());
        Ok(entries.last().map(|entry| Chain { length: entry.sequence(), head: entry.digest }))
    }

    fn input(&self, record: &Record) -> Result<Input, Error> {
        let landing = &record.landing;
        let round = Round { base: landing.base.clone(), head: landing.commit.clone(), preview: false };
        let judge = landing.base.as_ref().map(|base| self.ends(base)).transpose()?.flatten();
        let evaluation = self.evaluation(&round, judge.as_ref())?;
        let released: BTreeMap<&UnitId, &ReleaseId> = evaluation.diff.units.iter().map(|unit| (&unit.id, &unit.release)).collect();
        let units: Vec<UnitRecord> = record.units.iter().map(|unit| unit_record(unit, &released)).collect();
        let applied_at = record.units.iter().filter_map(|unit| unit.applied.as_ref().map(|(_, at)| *at)).max();
        Ok(Input {
            change: record.change.clone(),
            base: landing.base.clone(),
            commit: landing.commit.clone(),
            rendered: self.shown_by(&record.change)?,
            requests: record.units.iter().map(|unit| unit.unit.request.clone()).collect(),
            releases: self.release_digests(released.into_values(), &evaluation, judge.as_ref())?,
            policies: policies(&evaluation),
            exceptions: exceptions(&evaluation),
            approvals: approvals(record),
            clearances: record.facts.clearances.clone(),
            pull: landing.pull.map(|number| self.pull_of(number, &record.facts)).transpose()?,
            units,
            accepted_at: record.accepted_at,
            applied_at: applied_at.unwrap_or(record.accepted_at),
        })
    }

    /// The newest commit of `rendered` that shows this change.
    fn shown_by(&self, change: &ChangeId) -> Result<Option<CommitId>, Error> {
        let Some(tip) = self.git.branch(super::looks::RENDERED)? else { return Ok(None) };
        let line = self.git.first_parents(&tip, None)?.unwrap_or_default();
        Ok(line.into_iter().find(|commit| commit.trailer(CHANGE_TRAILER) == Some(change.as_str())).map(|commit| commit.id))
    }

    /// Digests of the releases' folders; of one that goes away with the change, in the tree before.
    fn release_digests<'a>(
        &self,
        used: impl IntoIterator<Item = &'a ReleaseId>,
        evaluation: &Evaluation,
        judge: Option<&CommitId>,
    ) -> Result<BTreeMap<ReleaseId, Digest>, Error> {
        let base = self.base(&evaluation.round, judge)?;
        let digest = |id: &ReleaseId| {
            let of_head = evaluation.platform.releases.get(id);
            let of_base = base.as_ref().and_then(|base| base.parsed.platform.releases.get(id));
            of_head.or(of_base).map(|release| release.digest)
        };
        Ok(used.into_iter().filter_map(|id| Some((id.clone(), digest(id)?))).collect())
    }

    fn pull_of(&self, number: u64, facts: &Facts) -> Result<Pull, Error> {
        let pull = self.with_local(|local| local.pull(number))?;
        let authors = facts.authors.iter().map(|author| match author {
            Author::User(user) => user.clone(),
            Author::Email(email) => email.clone(),
        });
        Ok(Pull { number, branch: pull.map(|pull| pull.branch).unwrap_or_default(), authors: authors.collect() })
    }
}

fn unit_record(unit: &RecordUnit, released: &BTreeMap<&UnitId, &ReleaseId>) -> UnitRecord {
    let outcome = match (&unit.applied, &unit.superseded_by) {
        (None, Some(by)) => UnitOutcome::SupersededBy(by.clone()),
        (Some(_), _) | (None, None) => UnitOutcome::Applied,
    };
    UnitRecord {
        unit: unit.unit.clone(),
        release: released.get(&unit.unit).map(ToString::to_string).unwrap_or_default(),
        before: unit.transition.before,
        after: unit.transition.after,
        reviewed: unit.reviewed,
        plan: unit.applied.as_ref().and_then(|(result, _)| result.plan),
        outcome,
        objects: unit.applied.as_ref().map(|(result, _)| result.objects.clone()).unwrap_or_default(),
        at: unit.applied.as_ref().map(|(_, at)| *at),
    }
}

fn policies(evaluation: &Evaluation) -> Policies {
    evaluation.tallies.values().fold(Policies::default(), |sum, tally| Policies {
        passed: sum.passed + u64::from(tally.passed),
        warnings: sum.warnings + u64::from(tally.warned),
        failed: sum.failed + u64::from(tally.failed),
        waived: sum.waived + u64::from(tally.waived),
    })
}

fn exceptions(evaluation: &Evaluation) -> Vec<ExceptionUse> {
    let used = evaluation.waived.iter().map(|waived| ExceptionUse {
        exception: waived.exception.clone(),
        policy: waived.policy.clone(),
        unit: waived.unit.clone(),
        expires: waived.expires.clone(),
    });
    used.collect()
}

/// Approvals that counted: of the head that was looked at, for what was accepted of it, by somebody who did not write it.
fn approvals(record: &Record) -> Vec<Review> {
    let head = record.reviewed_head.as_ref().unwrap_or(&record.landing.commit);
    record.facts.approvals_of(head, record.effect.as_ref()).cloned().collect()
}
