//! A change on the default branch: accepted along the transitions that were reviewed, or held.

use super::{Accepted, Change, ChangeState, Held};
use crate::command::{Apply, Entry};
use crate::model::{CommitId, UnitId};
use crate::observe::{Facts, Landing};
use crate::plan::{self, ApplyPlan, Evaluation, Hold, HoldReason, Judgement, Proposed, Round, Step, WaitingOn};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A piece of the default branch's history is this change.
pub(super) fn landed(mut change: Change, landing: Landing, now: Timestamp) -> Change {
    let review = match &change.state {
        ChangeState::Waiting(review) | ChangeState::Merging { review, .. } => Some(review.clone()),
        ChangeState::Seen | ChangeState::Rendering { .. } | ChangeState::Planning { .. } | ChangeState::Closed => None,
        ChangeState::Held(held) if !held.settings_readable && held.landing.commit != landing.commit => {
            let held = (**held).clone();
            return taken_in(change, held, now);
        }
        ChangeState::Landing { .. } | ChangeState::Held(_) | ChangeState::Accepted(_) => return change,
    };
    change.facts = landing.facts.clone();
    change.go(ChangeState::Landing { landing: Box::new(landing), review }, now)
}

/// Its settings could not be read, and what landed behind it with readable ones was accepted, with all that this one brought.
fn taken_in(change: Change, held: Held, now: Timestamp) -> Change {
    let plan = held.plan.nothing();
    let accepted = Accepted {
        landing: held.landing,
        reviewed_head: None,
        plan,
        entries: Vec::new(),
        refused: BTreeMap::new(),
        judge: held.judge,
        at: now,
        recorded: true,
    };
    change.go(ChangeState::Accepted(Box::new(accepted)), now)
}

/// What is compared once a change is on the default branch.
pub fn round(landing: &Landing) -> Round {
    Round { base: landing.base.clone(), head: landing.commit.clone(), preview: false }
}

/// What the merge gave was rendered: its moves are accepted, or held.
pub(super) fn rendered(change: Change, evaluation: &Evaluation, now: Timestamp) -> Change {
    let ChangeState::Landing { landing, review } = change.state.clone() else { return change };
    if round(&landing) != evaluation.round {
        return change;
    }
    let head = landing.merges.as_ref().unwrap_or(&landing.commit);
    let plan = plan::plan(head, &evaluation.diff, &Default::default(), &evaluation.judgement);
    let plan = if landing.merges.is_some() { plan.by_bytes() } else { plan };
    let seen = review.filter(|review| review.counts_for(&landing));
    // the first start takes what it finds
    let refused = if landing.base.is_some() { plan::refusals(evaluation) } else { BTreeMap::new() };
    let reviewed: Option<BTreeMap<&UnitId, &Step>> =
        seen.as_ref().map(|review| review.plan.steps.iter().map(|step| (&step.unit, step)).collect());
    let steps = plan.steps.iter();
    let entries = steps.map(|step| entry(&change, &landing, (&plan, step), reviewed.as_ref(), &evaluation.judgement)).collect();
    // who approved the review has not approved what the merge brought besides: then what landed is to be approved
    let (review, plan) = match seen {
        Some(seen) if !seen.shows(&evaluation.diff) => (None, plan.with_rules_of(&seen.plan)),
        seen => (seen, plan),
    };
    let held = Held {
        landing: *landing,
        review,
        plan,
        settings_readable: evaluation.settings_readable,
        touches_platform: evaluation.diff.touches_platform(),
        entries,
        refused,
        judge: evaluation.judge.clone(),
    };
    settle(change, held, now)
}

/// One unit's move: with what was reviewed of it, or held when its bytes are not those that were reviewed.
fn entry(
    change: &Change,
    landing: &Landing,
    (plan, step): (&ApplyPlan<Proposed>, &Step),
    reviewed: Option<&BTreeMap<&UnitId, &Step>>,
    judgement: &Judgement,
) -> Entry {
    let seen = reviewed.map(|steps| steps.get(&step.unit).copied());
    let same = matches!(seen, Some(Some(seen)) if seen.transition == step.transition);
    let changed = || HoldReason::BytesChanged {
        unit: step.unit.clone(),
        reviewed: seen.flatten().and_then(|seen| seen.transition.after),
        now: step.transition.after,
    };
    let reviewed = seen.flatten().filter(|_| same).map_or_else(|| step.reviewed.clone(), |seen| seen.reviewed.clone());
    let cleared_by = judgement.who_clears();
    let hold = (seen.is_some() && !same).then(|| changed().held(cleared_by.0.clone(), cleared_by.1.clone()));
    let commit = if step.transition.after.is_some() { landing.commit.clone() } else { base_of(landing) };
    let apply = Apply {
        change: change.id.clone(),
        order: landing.order,
        commit,
        unit: step.unit.clone(),
        target_kind: step.target_kind,
        transition: step.transition,
        keep: step.keep,
        reviewed,
        cleared_by,
        again: false,
    };
    Entry { apply, after: plan.waits_for(step), hold }
}

fn base_of(landing: &Landing) -> CommitId {
    landing.base.clone().unwrap_or_else(|| landing.commit.clone())
}

/// Accepted when nothing is left to wait for, else held.
fn settle(change: Change, held: Held, now: Timestamp) -> Change {
    if !held.waiting(&change.facts).is_empty() {
        return change.go(ChangeState::Held(Box::new(held)), now);
    }
    let reviewed_head = held.review.as_ref().map(|review| review.round.head.clone()).or_else(|| held.landing.merges.clone());
    let recorded = held.entries.is_empty();
    let plan = match (&held.review, &held.landing.base) {
        (Some(review), _) => held.plan.under(&review.plan),
        (None, Some(_)) => held.plan,
        (None, None) => held.plan.under_no_rule(),
    };
    let Held { landing, entries, refused, judge, .. } = held;
    let accepted = Accepted { landing, reviewed_head, plan, entries, refused, judge, at: now, recorded };
    change.go(ChangeState::Accepted(Box::new(accepted)), now)
}

/// What a policy or a mistake held was judged again: what is refused no longer goes on.
pub(super) fn judged_again(change: Change, evaluation: &Evaluation, now: Timestamp) -> Change {
    let ChangeState::Accepted(mut accepted) = change.state.clone() else { return change };
    if round(&accepted.landing) != evaluation.round {
        return change;
    }
    let refused = plan::refusals(evaluation);
    accepted.refused = refused.into_iter().filter(|(unit, _)| accepted.refused.contains_key(unit)).collect();
    accepted.judge = evaluation.judge.clone();
    change.go(ChangeState::Accepted(accepted), now)
}

/// People may have approved since.
pub(super) fn reconsider(change: Change, now: Timestamp) -> Change {
    match change.state.clone() {
        ChangeState::Held(held) => settle(change, *held, now),
        _ => change,
    }
}

/// The evidence is written.
pub(super) fn recorded(change: Change, now: Timestamp) -> Change {
    let ChangeState::Accepted(mut accepted) = change.state.clone() else { return change };
    accepted.recorded = true;
    change.go(ChangeState::Accepted(accepted), now)
}

impl Held {
    /// Everything that it waits for. The first start waits for nothing but readable settings.
    pub(super) fn waiting(&self, facts: &Facts) -> Vec<WaitingOn> {
        if !self.settings_readable {
            return vec![WaitingOn::Settings];
        }
        if self.landing.base.is_none() {
            return Vec::new();
        }
        plan::waiting(self.judged(), facts)
    }

    /// What the approvals are of: what was reviewed, or what landed unseen.
    pub(super) fn judged(&self) -> &ApplyPlan<Proposed> {
        self.review.as_ref().map_or(&self.plan, |review| &review.plan)
    }

    /// The units that are held each by itself.
    pub fn holds(&self) -> impl Iterator<Item = &Hold> {
        self.entries.iter().filter_map(|entry| entry.hold.as_ref()).chain(self.refused.values())
    }
}
