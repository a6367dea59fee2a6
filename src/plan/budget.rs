//! Delete budgets and protected kinds: more than they allow waits for a named approval.

use super::{Hold, HoldReason, Judgement, Who, approval, hold};
use crate::diff::Diff;
use crate::model::{Approver, Digester, Risk, TeamName, UnitId};
use crate::observe::{TerraformPlan, Verb};
use std::collections::{BTreeMap, BTreeSet};

/// The holds that a change needs because of what it takes away.
pub(super) fn holds(diff: &Diff, plans: &BTreeMap<UnitId, TerraformPlan>, judgement: &Judgement) -> Vec<Hold> {
    let (from, users) = judgement.who_clears();
    let reasons = over_budget(diff, judgement).into_iter().chain(protected(diff, plans, judgement)).chain(vanished(diff));
    reasons.map(|reason| reason.held(from.clone(), users.clone())).collect()
}

fn over_budget(diff: &Diff, judgement: &Judgement) -> Option<HoldReason> {
    let budget = judgement.budget();
    let requests: Vec<_> = diff.removed_requests().cloned().collect();
    let units = diff.removed_units().count();
    let of_units = diff.base_size.units;
    let percent_counts = of_units >= budget.percent_from_units as usize;
    let too_many_units = percent_counts && units * 100 > of_units * budget.max_percent as usize;
    let too_many_requests = requests.len() > budget.max_requests as usize;
    (too_many_requests || too_many_units).then_some(HoldReason::DeleteBudget {
        requests,
        max_requests: budget.max_requests,
        units,
        of_units,
        max_percent: percent_counts.then_some(budget.max_percent),
    })
}

/// What goes away though its request still asks for it, unless what was applied stays.
fn vanished(diff: &Diff) -> Option<HoldReason> {
    let pruned = diff.removed_units();
    let units: Vec<_> = pruned.filter_map(|unit| Some((unit.id.clone(), unit.vanished?))).collect();
    (!units.is_empty()).then_some(HoldReason::Vanished { units })
}

fn protected(diff: &Diff, plans: &BTreeMap<UnitId, TerraformPlan>, judgement: &Judgement) -> Option<HoldReason> {
    let budget = judgement.budget();
    let rendered = diff.units.iter().flat_map(|unit| unit.protected.iter().map(|thing| (unit.id.clone(), thing.clone())));
    let mut things: Vec<(UnitId, String)> = rendered.collect();
    for (unit, plan) in plans {
        let goes = plan.actions.iter().filter(|action| matches!(action.verb, Verb::Delete | Verb::Replace));
        let kinds = goes.map(|action| (format!("terraform:{}", action.kind), &action.address));
        let named = kinds.filter(|(kind, _)| budget.protected.contains(kind));
        things.extend(named.map(|(kind, address)| (unit.clone(), format!("{kind}/{address}"))));
    }
    things.sort();
    things.dedup();
    let held: BTreeSet<&UnitId> = things.iter().map(|(unit, _)| unit).collect();
    let mut bytes = Digester::new();
    for unit in diff.units.iter().filter(|unit| held.contains(&unit.id)) {
        bytes.add(unit.id.to_string());
        bytes.add(format!("{:?}", unit.transition.after));
    }
    let bytes = bytes.finish();
    (!things.is_empty()).then_some(HoldReason::Protected { things, bytes })
}

impl Judgement {
    /// Who approves holds by name: the teams of the rules about risks, else the owners, else anybody but the authors.
    pub fn who_clears(&self) -> (Vec<Who>, BTreeSet<String>) {
        let danger = [Risk::Destroy, Risk::Replace, Risk::Protected];
        let rules = self.settings.iter().flat_map(|settings| &settings.approvals);
        let about_danger = rules.filter(|rule| danger.iter().any(|risk| rule.risk.contains(risk)));
        let named = about_danger.flat_map(|rule| &rule.from).filter_map(|from| match from {
            Approver::Team(team) => Some(team.clone()),
            Approver::Owner => None,
        });
        let teams: BTreeSet<TeamName> = named.collect();
        if teams.is_empty() && self.owners.is_empty() {
            return (vec![Who::Anyone], BTreeSet::new());
        }
        let teams: Vec<TeamName> = teams.into_iter().collect();
        let users = approval::members(&teams, self);
        let mut from = hold::teams(teams);
        if from.is_empty() {
            from.push(Who::Owners);
        }
        (from, users)
    }
}
