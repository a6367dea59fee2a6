//! Approval rules: which match, who may meet them, and the step from proposed to approved.

use super::{ApplyPlan, Judgement, WaitingOn};
use crate::diff::Diff;
use crate::model::{ApprovalRule, Approver, RepoPath, Risk, TeamName, glob_matches};
use crate::observe::Facts;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

/// A plan that nobody has approved; it cannot be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Proposed {}

/// A plan whose every rule is met and every hold cleared; made by `approve` alone, and never read back from a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approved {}

/// Who may approve.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Who {
    /// Members of a team.
    Team(TeamName),
    /// Users that the daemon's own configuration names as owners.
    Owners,
    /// Anybody but the authors.
    Anyone,
}

/// An approval rule that matches a change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Need {
    /// Who may approve.
    pub from: Vec<Who>,
    /// Users among them.
    pub users: BTreeSet<String>,
    /// How many approvals it takes.
    pub count: u32,
    /// What made the rule match, for people: a file, a target, a risk.
    pub because: String,
}

/// The needs of a change: one for each rule that matches, and one per team where the rule asks the owner.
pub(super) fn needs(diff: &Diff, risks: &BTreeSet<Risk>, judgement: &Judgement) -> Vec<Need> {
    let rules = judgement.settings.iter().flat_map(|settings| &settings.approvals);
    let mut needs: Vec<Need> = rules.flat_map(|rule| needs_of(rule, diff, risks, judgement)).collect();
    needs.sort();
    needs.dedup();
    needs
}

fn needs_of(rule: &ApprovalRule, diff: &Diff, risks: &BTreeSet<Risk>, judgement: &Judgement) -> Vec<Need> {
    let Some(because) = matches(rule, diff, risks) else { return Vec::new() };
    let named: Vec<TeamName> =
        rule.from.iter().filter_map(|from| if let Approver::Team(team) = from { Some(team.clone()) } else { None }).collect();
    if !rule.from.contains(&Approver::Owner) {
        // the daemon's owners answer for all but the requests
        let owners = diff.touches_platform().then_some(&judgement.owners);
        return vec![need(named, rule.count, because, &judgement.members, owners)];
    }
    let owners = owners(rule, diff);
    if owners.is_empty() {
        return vec![unowned(named, rule.count, because, judgement)];
    }
    let with_named = |(team, file): (TeamName, Option<&RepoPath>)| {
        // The file that made the rule match may be another team's.
        let because = match (file, matched_file(rule, diff)) {
            (Some(file), Some(matched)) => because.replacen(&format!("`{matched}`"), &format!("`{file}`"), 1),
            (_, _) => because.clone(),
        };
        let teams = named.iter().cloned().chain([team]).collect();
        need(teams, rule.count, because, &judgement.members, None)
    };
    owners.into_iter().map(with_named).collect()
}

/// What has no owner is asked of the other teams of the rule, else of those who clear what is dangerous: a rule that matches is never met by
/// nobody.
fn unowned(named: Vec<TeamName>, count: u32, because: String, judgement: &Judgement) -> Need {
    if !named.is_empty() {
        return need(named, count, because, &judgement.members, Some(&judgement.owners));
    }
    let (from, users) = judgement.who_clears();
    Need { from, users, count, because }
}

/// The teams whose requests a change is about, each with a file that says so: those of the files that the rule names, or of all units touched.
fn owners<'d>(rule: &ApprovalRule, diff: &'d Diff) -> BTreeMap<TeamName, Option<&'d RepoPath>> {
    let of_file = |path: &RepoPath| TeamName::parse(path.as_str().strip_prefix("requests/")?.split('/').next()?).ok();
    let of_units = diff.units.iter().filter(|_| rule.files.is_empty()).map(|unit| (unit.id.request.team.clone(), None));
    // Of several files of a team the first is named.
    let of_files = diff.files.keys().rev().filter(|path| names(rule, path)).filter_map(|path| Some((of_file(path)?, Some(path))));
    of_units.chain(of_files).collect()
}

/// Whether the rule is about a file.
fn names(rule: &ApprovalRule, path: &RepoPath) -> bool {
    rule.files.is_empty() || rule.files.iter().any(|pattern| glob_matches(pattern, path.as_str()))
}

/// The first file that a rule about files is about.
fn matched_file<'d>(rule: &ApprovalRule, diff: &'d Diff) -> Option<&'d RepoPath> {
    diff.files.keys().find(|path| !rule.files.is_empty() && names(rule, path))
}

type Members = BTreeMap<TeamName, BTreeSet<String>>;

fn need(teams: Vec<TeamName>, count: u32, because: String, members: &Members, owners: Option<&BTreeSet<String>>) -> Need {
    let users = of_teams(&teams, members).chain(owners.into_iter().flatten()).cloned().collect();
    Need { from: teams.into_iter().map(Who::Team).collect(), users, count, because }
}

/// Members of these teams, and the owners of the daemon's own configuration.
pub(super) fn members(teams: &[TeamName], judgement: &Judgement) -> BTreeSet<String> {
    of_teams(teams, &judgement.members).chain(&judgement.owners).cloned().collect()
}

fn of_teams<'a>(teams: &'a [TeamName], members: &'a Members) -> impl Iterator<Item = &'a String> {
    teams.iter().filter_map(|team| members.get(team)).flatten()
}

/// What made a rule match, or nothing: the keys of `when` are ANDed, the values of a list ORed.
fn matches(rule: &ApprovalRule, diff: &Diff, risks: &BTreeSet<Risk>) -> Option<String> {
    let mut because = Vec::new();
    if !rule.files.is_empty() {
        let hit = matched_file(rule, diff)?;
        because.push(format!("`{hit}` changes"));
    }
    if !rule.targets.is_empty() {
        let fits = |labels: &BTreeMap<String, String>| rule.targets.iter().all(|(key, value)| labels.get(key) == Some(value));
        let hit = diff.units.iter().find(|unit| fits(&unit.target_labels))?;
        because.push(format!("target `{}` is touched", hit.id.target));
    }
    if !rule.risk.is_empty() {
        let hit = rule.risk.intersection(risks).next()?;
        because.push(risk_words(*hit).to_owned());
    }
    Some(if because.is_empty() { "every change needs it".to_owned() } else { because.join(" and ") })
}

fn risk_words(risk: Risk) -> &'static str {
    match risk {
        Risk::Destroy => "something is taken away",
        Risk::Replace => "something is recreated",
        Risk::Protected => "something protected is touched",
        Risk::Widen => "access or exposure grows",
    }
}

/// Everything that a plan still waits for, given what people did.
pub fn waiting<State>(plan: &ApplyPlan<State>, facts: &Facts) -> Vec<WaitingOn> {
    let approvers = facts.approvers_of(&plan.head, plan.effect.as_ref());
    let mut waiting = Vec::new();
    for need in &plan.needs {
        let anyone = need.from.contains(&Who::Anyone);
        let have = approvers.iter().filter(|user| anyone || need.users.contains(**user)).count() as u32;
        if have < need.count {
            let users = need.users.iter().filter(|user| !facts.wrote(user)).cloned().collect();
            let because = need.because.clone();
            waiting.push(WaitingOn::Approval { from: need.from.clone(), users, have, need: need.count, because });
        }
    }
    let open = plan.holds.iter().filter(|hold| !hold.is_cleared(facts));
    waiting.extend(open.cloned().map(WaitingOn::Hold));
    waiting
}

/// Turns a proposed plan into an approved one when nothing is left to wait for.
///
/// # Errors
/// What it still waits for.
pub fn approve(plan: ApplyPlan<Proposed>, facts: &Facts) -> Result<ApplyPlan<Approved>, Vec<WaitingOn>> {
    let left = waiting(&plan, facts);
    if !left.is_empty() {
        return Err(left);
    }
    let ApplyPlan { id, head, effect, steps, needs, holds, risks, state: PhantomData } = plan;
    Ok(ApplyPlan { id, head, effect, steps, needs, holds, risks, state: PhantomData })
}

impl super::Hold {
    /// Whether somebody who may has approved it by name, and is not one of the authors.
    pub fn is_cleared(&self, facts: &Facts) -> bool {
        let digest = self.reason.digest();
        let of_it = facts.clearances.iter().filter(|clearance| clearance.digest == digest);
        of_it.into_iter().any(|clearance| self.may_clear(&clearance.user, facts))
    }

    /// Whether this user may approve it.
    pub fn may_clear(&self, user: &str, facts: &Facts) -> bool {
        !facts.wrote(user) && (self.from.contains(&Who::Anyone) || self.users.contains(user))
    }
}
