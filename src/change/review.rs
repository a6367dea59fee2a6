//! A pull request before it is merged: looked at, planned, shown, approved, merged.

use super::{Change, ChangeState, Review};
use crate::command::Command;
use crate::diff::Diff;
use crate::model::{CommitId, Digest, Finding, TargetKind, UnitId, day};
use crate::observe::{Facts, Landing, PullRequest, PullState, Wish};
use crate::plan::{self, Evaluation, Plans, Round, WaitingOn};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The forge was looked at.
pub(super) fn observed(mut change: Change, pull: PullRequest, now: Timestamp) -> Change {
    change.facts = pull.facts;
    change.title = pull.title;
    if change.landing().is_some() {
        return super::landing::reconsider(change, now);
    }
    if pull.state == PullState::Closed {
        return change.go(ChangeState::Closed, now);
    }
    if !pull.state.is_open() {
        return change;
    }
    let round = Round { base: Some(pull.base), head: pull.head, preview: true };
    let known = match &change.state {
        ChangeState::Rendering { round } | ChangeState::Planning { round, .. } => Some(round),
        ChangeState::Waiting(review) | ChangeState::Merging { review, .. } => Some(&review.round),
        ChangeState::Seen | ChangeState::Landing { .. } | ChangeState::Held(_) | ChangeState::Accepted(_) | ChangeState::Closed => None,
    };
    if known != Some(&round) {
        return change.go(ChangeState::Rendering { round }, now);
    }
    match (change.state.clone(), pull.merge_wanted) {
        (ChangeState::Waiting(review), Some(wish)) if review.is_wanted(&wish) && review.may_merge(&change.facts) => {
            change.go(ChangeState::Merging { review, by: wish.by }, now)
        }
        _ => change,
    }
}

/// Both sides were rendered and compared: errors are shown at once, else Terraform is asked.
pub(super) fn rendered(change: Change, evaluation: &Evaluation, now: Timestamp) -> Change {
    if !matches!(&change.state, ChangeState::Rendering { round } if *round == evaluation.round) {
        return change;
    }
    let review = Review::of(evaluation, &BTreeMap::new(), &[], BTreeMap::new());
    let units: Vec<UnitId> = terraform_units(evaluation);
    if review.errors > 0 || !review.conflicts.is_empty() || units.is_empty() {
        return change.go(ChangeState::Waiting(Box::new(review)), now);
    }
    change.go(ChangeState::Planning { round: evaluation.round.clone(), units }, now)
}

/// There is a newer judge, or another day, with other rules: it is looked at like the first time. Whoever wants the merge wants it still.
pub(super) fn judged_again(change: Change, evaluation: &Evaluation, now: Timestamp) -> Change {
    match &change.state {
        ChangeState::Waiting(review) | ChangeState::Merging { review, .. } if review.round == evaluation.round => {
            let state = ChangeState::Rendering { round: review.round.clone() };
            rendered(Change { state, ..change }, evaluation, now)
        }
        _ => change,
    }
}

/// There is a newer judge, or another day, with the same to say.
pub(super) fn judged_alike(mut change: Change, round: &Round, judge: CommitId, (rules, day): (Option<Digest>, Option<String>)) -> Change {
    if let ChangeState::Waiting(review) | ChangeState::Merging { review, .. } = &mut change.state
        && review.round == *round
    {
        (review.judge, review.rules, review.day) = (Some(judge), rules, day);
    }
    change
}

fn terraform_units(evaluation: &Evaluation) -> Vec<UnitId> {
    let units = evaluation.diff.units.iter().filter(|unit| unit.target_kind == TargetKind::Terraform);
    units.map(|unit| unit.id.clone()).collect()
}

/// Terraform has answered.
pub(super) fn planned(change: Change, plans: &Plans, now: Timestamp) -> Change {
    if !matches!(&change.state, ChangeState::Planning { round, .. } if *round == plans.evaluation.round) {
        return change;
    }
    let review = Review::of(&plans.evaluation, &plans.plans, &plans.findings, plans.failed.clone());
    change.go(ChangeState::Waiting(Box::new(review)), now)
}

impl Review {
    /// What is reviewed of a comparison: what it would do, with what Terraform said, or why Terraform did not.
    pub fn of(
        evaluation: &Evaluation,
        plans: &BTreeMap<UnitId, crate::observe::TerraformPlan>,
        more: &[Finding],
        unplanned: BTreeMap<UnitId, String>,
    ) -> Self {
        let findings = evaluation.findings.iter().chain(more);
        Self {
            round: evaluation.round.clone(),
            judge: evaluation.judge.clone(),
            rules: evaluation.rules,
            day: evaluation.day.clone(),
            plan: plan::plan(&evaluation.round.head, &evaluation.diff, plans, &evaluation.judgement),
            errors: findings.filter(|finding| finding.is_error()).count(),
            conflicts: evaluation.conflicts.clone(),
            unplanned,
            settings_readable: evaluation.settings_readable,
            platform: evaluation.diff.platform.clone(),
            took: evaluation.took,
        }
    }

    /// Whether it is a review of what landed, and found nothing to mend.
    pub(super) fn counts_for(&self, landing: &Landing) -> bool {
        self.errors == 0 && self.conflicts.is_empty() && landing.head.as_ref() == Some(&self.round.head)
    }

    /// Whether what a merge gave outside `requests/` was all seen: settings count like units, or a merge by hand could lower the
    /// approvals on the way.
    pub(super) fn shows(&self, diff: &Diff) -> bool {
        diff.platform.iter().all(|(path, now)| self.platform.get(path) == Some(now))
    }

    /// Whether a wish is for the merge of exactly this.
    fn is_wanted(&self, wish: &Wish) -> bool {
        self.plan.effect.is_some() && wish.effect == self.plan.effect
    }

    /// What is asked where there is a newer judge than the one that it was reviewed under, or another day, or where it was stored before it was
    /// kept what approvals are of.
    pub(super) fn judge_again(&self, judge: Option<CommitId>, now: Timestamp) -> Option<Command> {
        if self.plan.effect.is_none() {
            return Some(Command::Render { round: self.round.clone(), judge });
        }
        let is_another = |judge: &CommitId| self.judge.as_ref() != Some(judge) || self.day != Some(day(now));
        let judge = judge.filter(is_another)?;
        Some(Command::Judge { round: self.round.clone(), judge, rules: self.rules })
    }

    pub(super) fn merge(&self, pull: u64, by: &str) -> Option<Command> {
        let base = self.round.base.clone()?;
        Some(Command::Merge { pull, base, head: self.round.head.clone(), by: by.to_owned() })
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
        if waiting.is_empty() && !self.settings_readable {
            waiting.push(WaitingOn::Settings);
        }
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

    /// The Terraform units among what changes.
    pub fn terraform_units(&self) -> Vec<UnitId> {
        let steps = self.plan.steps.iter().filter(|step| step.target_kind == TargetKind::Terraform);
        steps.map(|step| step.unit.clone()).collect()
    }

    /// Whether Terraform was asked what it would do.
    pub fn was_planned(&self) -> bool {
        let asked = |step: &plan::Step| matches!(step.reviewed, plan::Reviewed::Actions { .. });
        !self.unplanned.is_empty() || self.plan.steps.iter().any(asked)
    }

    /// Whether a merge would be let through.
    pub fn may_merge(&self, facts: &Facts) -> bool {
        self.blockers(facts).is_empty()
    }
}
