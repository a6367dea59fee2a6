//! A pull request before it is merged: looked at, planned, shown, approved, merged.

use super::{Change, ChangeState, Next, Review};
use crate::command::Command;
use crate::model::{Finding, TargetKind, UnitId};
use crate::observe::{Facts, PullRequest, PullState};
use crate::plan::{self, Evaluation, Plans, Round, WaitingOn};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The forge was looked at.
pub(super) fn observed(mut change: Change, pull: PullRequest, now: Timestamp) -> Next {
    if change.landing().is_some() {
        change.facts = pull.facts;
        return super::landing::reconsider(change, now);
    }
    change.facts = pull.facts;
    change.title = pull.title;
    if pull.state == PullState::Closed {
        return change.go(ChangeState::Closed, now, vec![Command::Report]);
    }
    if !pull.state.is_open() {
        return change.stay();
    }
    let round = Round { base: Some(pull.base), head: pull.head, preview: true };
    let known = match &change.state {
        ChangeState::Rendering { round } | ChangeState::Planning { round, .. } => Some(round),
        ChangeState::Waiting(review) | ChangeState::Merging { review, .. } => Some(&review.round),
        ChangeState::Seen | ChangeState::Landing { .. } | ChangeState::Held(_) | ChangeState::Accepted(_) | ChangeState::Closed => None,
    };
    if known != Some(&round) {
        let command = Command::Render { round: round.clone() };
        return change.go(ChangeState::Rendering { round }, now, vec![command]);
    }
    match (change.state.clone(), pull.merge_wanted_by) {
        (ChangeState::Waiting(review), Some(by)) if review.may_merge(&change.facts) => {
            let command = merge(&change, &review, &by);
            change.go(ChangeState::Merging { review, by }, now, command.into_iter().collect())
        }
        (ChangeState::Waiting(_), _) => Next { change, commands: vec![Command::Report] },
        _ => change.stay(),
    }
}

pub(super) fn merge(change: &Change, review: &Review, by: &str) -> Option<Command> {
    let pull = change.id.number()?;
    let base = review.round.base.clone()?;
    Some(Command::Merge { pull, base, head: review.round.head.clone(), by: by.to_owned() })
}

/// Both sides were rendered and compared: errors are shown at once, else Terraform is asked.
pub(super) fn rendered(change: Change, evaluation: &Evaluation, now: Timestamp) -> Next {
    if !matches!(&change.state, ChangeState::Rendering { round } if *round == evaluation.round) {
        return change.stay();
    }
    let review = Review::of(evaluation, &BTreeMap::new(), &[], BTreeMap::new());
    let units: Vec<UnitId> = terraform_units(evaluation);
    if review.errors > 0 || !review.conflicts.is_empty() || units.is_empty() {
        return change.go(ChangeState::Waiting(Box::new(review)), now, vec![Command::Report]);
    }
    let round = evaluation.round.clone();
    let command = Command::Plan { round: round.clone(), units: units.clone() };
    change.go(ChangeState::Planning { round, units }, now, vec![command])
}

fn terraform_units(evaluation: &Evaluation) -> Vec<UnitId> {
    let units = evaluation.diff.units.iter().filter(|unit| unit.target_kind == TargetKind::Terraform);
    units.map(|unit| unit.id.clone()).collect()
}

/// Terraform has answered.
pub(super) fn planned(change: Change, plans: &Plans, now: Timestamp) -> Next {
    if !matches!(&change.state, ChangeState::Planning { round, .. } if *round == plans.evaluation.round) {
        return change.stay();
    }
    let review = Review::of(&plans.evaluation, &plans.plans, &plans.findings, plans.failed.clone());
    change.go(ChangeState::Waiting(Box::new(review)), now, vec![Command::Report])
}

impl Review {
    fn of(
        evaluation: &Evaluation,
        plans: &BTreeMap<UnitId, crate::observe::TerraformPlan>,
        more: &[Finding],
        unplanned: BTreeMap<UnitId, String>,
    ) -> Self {
        let findings = evaluation.findings.iter().chain(more);
        Self {
            round: evaluation.round.clone(),
            plan: plan::plan(&evaluation.round.head, &evaluation.diff, plans, &evaluation.judgement),
            errors: findings.filter(|finding| finding.is_error()).count(),
            conflicts: evaluation.conflicts.clone(),
            unplanned,
        }
    }

    /// Everything but the merge that it waits for.
    fn blockers(&self, facts: &Facts) -> Vec<WaitingOn> {
        let mut waiting = Vec::new();
        if self.errors > 0 {
            waiting.push(WaitingOn::Fix { errors: self.errors });
        }
        if !self.conflicts.is_empty() {
            waiting.push(WaitingOn::Conflict { files: self.conflicts.clone() });
        }
        let failed = self.unplanned.iter();
        waiting.extend(failed.map(|(unit, message)| WaitingOn::Plan { unit: unit.clone(), message: message.clone() }));
        // with errors nobody is asked to approve anything
        if waiting.is_empty() {
            waiting.extend(plan::waiting(&self.plan, facts));
        }
        waiting
    }

    /// Everything that it waits for; at the end, the merge.
    pub(super) fn waiting(&self, facts: &Facts) -> Vec<WaitingOn> {
        let blockers = self.blockers(facts);
        if blockers.is_empty() { vec![WaitingOn::Merge] } else { blockers }
    }

    /// Whether a merge would be let through.
    pub fn may_merge(&self, facts: &Facts) -> bool {
        self.blockers(facts).is_empty()
    }
}
