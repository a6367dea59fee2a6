//! Diff + observations + verdicts → `ApplyPlan`: order, approval rules, delete budgets, holds.
//!
//! Every "not now" is a variant of `WaitingOn`, and every hold has an id that is bound to the digest of what it holds.

mod approval;
mod budget;
mod evaluation;
mod hold;
mod refusal;

use crate::diff::{Diff, Transition, UnitChange};
use crate::model::{
    CommitId, ContentId, DeleteBudget, Digest, Digester, RepoPath, Risk, Settings, TargetKind, TargetName, Team, TeamName, UnitId,
};
use crate::observe::{Action, Effect, TerraformPlan, Verb};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

pub use approval::{Approved, Need, Proposed, Who, approve, waiting};
pub use evaluation::{ErrorAt, Evaluation, Judged, Plans, Round};
pub use hold::{Hold, HoldId, HoldReason, Reviewed};
pub use refusal::refusals;

/// What decides whether a change may go on; always of the newest accepted base, never of the change itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The settings; nothing holds everything.
    pub settings: Option<Settings>,
    /// Members of each team.
    pub members: BTreeMap<TeamName, BTreeSet<String>>,
    /// Users of the daemon's own configuration who approve everything.
    pub owners: BTreeSet<String>,
}

impl Judgement {
    /// What a platform says, with the owners of the daemon's own configuration.
    pub fn new(settings: Option<Settings>, teams: &BTreeMap<TeamName, Team>, owners: BTreeSet<String>) -> Self {
        let members = teams.iter().map(|(name, team)| (name.clone(), team.members.clone())).collect();
        Self { settings, members, owners }
    }

    fn budget(&self) -> DeleteBudget {
        self.settings.as_ref().map(|settings| settings.deletes.clone()).unwrap_or_default()
    }
}

/// One unit's move, as it is reviewed and accepted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The unit.
    pub unit: UnitId,
    /// What its target is.
    pub target_kind: TargetKind,
    /// From which bytes to which.
    pub transition: Transition,
    /// When the unit goes away: whether what was applied stays.
    pub keep: bool,
    /// Units that are applied before this one; when this one goes away, after it.
    pub after: Vec<UnitId>,
    /// For Terraform: what was seen of what it would do.
    pub reviewed: Reviewed,
}

/// What a change does, in order, and what it needs before it may be done. Nothing applies an `ApplyPlan<Proposed>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "", deserialize = "State: serde::de::DeserializeOwned"))]
pub struct ApplyPlan<State> {
    /// Digest of all steps: two plans with the same id do the same.
    pub id: Digest,
    /// The head that was looked at.
    pub head: CommitId,
    /// What its approvals are of besides the head; nothing: it was stored before that was kept, and they are of the head.
    #[serde(default)]
    pub effect: Option<Effect>,
    /// The moves, in the order in which they are applied.
    pub steps: Vec<Step>,
    /// Approval rules that match.
    pub needs: Vec<Need>,
    /// What must be approved by name.
    pub holds: Vec<Hold>,
    /// What is dangerous about it.
    pub risks: BTreeSet<Risk>,
    #[serde(skip)]
    state: PhantomData<State>,
}

/// Why something does not go on now, and who can change that.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum WaitingOn {
    /// There are errors to mend.
    Fix {
        /// How many.
        errors: usize,
    },
    /// The branch does not merge.
    Conflict {
        /// Files with conflicts.
        files: Vec<String>,
    },
    /// Approvals are missing.
    Approval {
        /// Who may approve.
        from: Vec<Who>,
        /// Users among them who may, without the authors.
        users: BTreeSet<String>,
        /// How many are there.
        have: u32,
        /// How many it takes.
        need: u32,
        /// What made the rule match, for people.
        because: String,
    },
    /// A hold must be approved by name.
    Hold(Hold),
    /// Somebody must merge it.
    Merge,
    /// Terraform's plan is not there yet or could not be made.
    Plan {
        /// The unit.
        unit: UnitId,
        /// Why not.
        message: String,
    },
    /// `goldpath.yaml` is missing or unreadable on the default branch.
    Settings,
}

/// Makes the plan of a change.
///
/// `plans` holds what Terraform would do, per unit; a Terraform unit without one has not been seen.
pub fn plan(head: &CommitId, diff: &Diff, plans: &BTreeMap<UnitId, TerraformPlan>, judgement: &Judgement) -> ApplyPlan<Proposed> {
    let mut steps: Vec<Step> = diff.units.iter().map(|unit| step(unit, plans.get(&unit.id))).collect();
    order(&mut steps);
    let mut risks: BTreeSet<Risk> = diff.units.iter().flat_map(|unit| unit.risks.iter().copied()).collect();
    let budget = judgement.budget();
    risks.extend(plans.values().flat_map(|plan| &plan.actions).flat_map(|action| risks_of(action, &budget)));
    let needs = approval::needs(diff, &risks, judgement);
    let holds = budget::holds(diff, plans, judgement);
    let id = digest(&steps);
    let effect = Some(effect(&steps, &diff.platform, &risks));
    ApplyPlan { id, head: head.clone(), effect, steps, needs, holds, risks, state: PhantomData }
}

fn step(unit: &UnitChange, plan: Option<&TerraformPlan>) -> Step {
    let reviewed = match (unit.target_kind, plan) {
        (TargetKind::Directory, _) => Reviewed::Bytes,
        (TargetKind::Terraform, Some(plan)) => Reviewed::Actions { actions: plan.actions.clone(), approved: BTreeSet::new() },
        (TargetKind::Terraform, None) => Reviewed::Unseen { approved: BTreeSet::new() },
    };
    Step {
        unit: unit.id.clone(),
        target_kind: unit.target_kind,
        transition: unit.transition,
        keep: unit.on_delete == crate::model::OnDelete::Keep,
        after: unit.depends_on.clone(),
        reviewed,
    }
}

/// The risks of one action of Terraform.
fn risks_of(action: &Action, budget: &DeleteBudget) -> Vec<Risk> {
    let protected = budget.protected.contains(&format!("terraform:{}", action.kind));
    let mut risks = match action.verb {
        Verb::Delete => vec![Risk::Destroy],
        Verb::Replace => vec![Risk::Replace],
        Verb::Create | Verb::Update | Verb::Read | Verb::Forget | Verb::Import | Verb::Move => Vec::new(),
    };
    if protected && !risks.is_empty() {
        risks.push(Risk::Protected);
    }
    risks
}

/// Puts what is depended on first; what goes away goes in reverse; ties keep the order of names.
fn order(steps: &mut Vec<Step>) {
    let mut rest = Waiting::of(steps);
    let mut all: Vec<Option<Step>> = std::mem::take(steps).into_iter().map(Some).collect();
    while let Some(next) = rest.next() {
        steps.extend(all[next].take());
    }
}

/// Steps that are not done yet, by their number.
struct Waiting {
    left: BTreeSet<usize>,
    ready: BTreeSet<usize>,
    /// For each how many come before it, and which come behind it.
    before: Vec<usize>,
    behind: Vec<Vec<usize>>,
}

impl Waiting {
    fn of(steps: &[Step]) -> Self {
        let numbers: BTreeMap<&UnitId, usize> = steps.iter().enumerate().map(|(number, step)| (&step.unit, number)).collect();
        let stays = |number: usize| steps[number].transition.after.is_some();
        let (mut before, mut behind) = (vec![0; steps.len()], vec![Vec::new(); steps.len()]);
        for (number, step) in steps.iter().enumerate() {
            let others = step.after.iter().filter_map(|unit| numbers.get(unit).copied());
            for other in others.filter(|other| *other != number && stays(*other) == stays(number)) {
                let (first, then) = if stays(number) { (other, number) } else { (number, other) };
                behind[first].push(then);
                before[then] += 1;
            }
        }
        let ready = (0..steps.len()).filter(|number| before[*number] == 0).collect();
        Self { left: (0..steps.len()).collect(), ready, before, behind }
    }

    /// The first that nothing has to come before any more.
    fn next(&mut self) -> Option<usize> {
        // a cycle is a finding of an earlier stage; here it only must not hang
        let next = self.ready.pop_first().or_else(|| self.left.first().copied())?;
        self.left.remove(&next);
        for then in std::mem::take(&mut self.behind[next]) {
            self.before[then] -= 1;
            if self.before[then] == 0 && self.left.contains(&then) {
                self.ready.insert(then);
            }
        }
        Some(next)
    }
}

fn digest(steps: &[Step]) -> Digest {
    let mut digester = Digester::new();
    for step in steps {
        digester.add(step.unit.to_string());
        for side in [step.transition.before, step.transition.after] {
            digester.add(side.map(|digest| digest.to_string()).unwrap_or_default());
        }
        digester.add(step.reviewed.digest().map(|digest| digest.to_string()).unwrap_or_default());
    }
    digester.finish()
}

/// What these steps and files come to, as a whole: what an approval is of.
fn effect(steps: &[Step], platform: &BTreeMap<RepoPath, Option<ContentId>>, risks: &BTreeSet<Risk>) -> Effect {
    let mut digester = Digester::new().field(steps.len().to_le_bytes());
    for step in steps {
        digester.add(step.unit.to_string());
        for side in [step.transition.before, step.transition.after] {
            digester.add(side.map(|digest| digest.to_string()).unwrap_or_default());
        }
        digester.add(if step.keep { "stays" } else { "goes" });
    }
    for (path, content) in platform {
        digester.add(path.as_str());
        digester.add(content.as_ref().map_or(&[][..], |content| content.bytes()));
    }
    let bytes = digester.finish();
    let mut digester = Digester::new().field(bytes.bytes()).field(digest(steps).bytes());
    for risk in risks {
        digester.add(format!("{risk:?}"));
    }
    Effect { bytes, plan: Some(digester.finish()) }
}

impl ApplyPlan<Proposed> {
    /// These moves, under the rules of what was reviewed: its head is the one that was approved, for what it came to.
    #[must_use]
    pub fn under(self, reviewed: &Self) -> Self {
        let Self { head, effect, needs, holds, risks, .. } = reviewed.clone();
        Self { head, effect, needs, holds, risks, ..self }
    }

    /// This, where nobody knows any more what Terraform said when it was approved: approvals of the bytes count.
    #[must_use]
    pub fn by_bytes(self) -> Self {
        let effect = self.effect.map(|effect| Effect { plan: None, ..effect });
        Self { effect, ..self }
    }

    /// These moves under their own rules and those of what was reviewed.
    #[must_use]
    pub fn with_rules_of(mut self, reviewed: &Self) -> Self {
        self.needs.extend(reviewed.needs.iter().cloned());
        self.holds.extend(reviewed.holds.iter().cloned());
        self.risks.extend(&reviewed.risks);
        self.needs.sort();
        self.needs.dedup();
        self.holds.sort();
        self.holds.dedup();
        self
    }

    /// None of these moves.
    #[must_use]
    pub fn nothing(self) -> Self {
        Self { id: digest(&[]), steps: Vec::new(), risks: BTreeSet::new(), ..self.under_no_rule() }
    }

    /// These moves under no rule at all: the first start takes what it finds.
    #[must_use]
    pub fn under_no_rule(self) -> Self {
        Self { needs: Vec::new(), holds: Vec::new(), ..self }
    }
}

impl<State> ApplyPlan<State> {
    /// The targets that it touches.
    pub fn targets(&self) -> BTreeSet<&TargetName> {
        self.steps.iter().map(|step| &step.unit.target).collect()
    }

    /// The units that are done before a step: what it depends on, or, when it goes away, what depends on it.
    pub fn waits_for(&self, step: &Step) -> Vec<UnitId> {
        if step.transition.after.is_some() {
            return step.after.clone();
        }
        let comes_before = |other: &&Step| other.transition.after.is_none() && other.after.contains(&step.unit);
        self.steps.iter().filter(comes_before).map(|other| other.unit.clone()).collect()
    }

    /// The step of a unit.
    pub fn step(&self, unit: &UnitId) -> Option<&Step> {
        self.steps.iter().find(|step| step.unit == *unit)
    }
}

/// How many policy results a unit has.
pub use crate::policy::Tally;

#[cfg(test)]
mod tests;
