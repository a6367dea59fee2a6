//! Both sides of a comparison, read and rendered, and what comparing them gives.

use crate::diff::{Diff, Side, diff};
use crate::model::{Exception, Finding, Platform, UnitId, sort_findings};
use crate::observe::TerraformPlan;
use crate::parse::{Parsed, parse};
use crate::plan::{Evaluation, Judgement, Round};
use crate::policy::{self, Policies, UnitInput, Verdicts};
use crate::render::{Cache, Limits, Rendered, render};
use crate::snapshot::Snapshot;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A tree: its files, what they say, and what they render to.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The files.
    pub snapshot: Snapshot,
    /// What they say.
    pub parsed: Parsed,
    /// What they render to.
    pub rendered: Rendered,
}

impl Tree {
    /// Reads and renders a tree in this process: only for what was reviewed, or for one's own working tree.
    pub fn read(snapshot: Snapshot, cache: &mut Cache, threads: usize) -> Self {
        let parsed = parse(&snapshot);
        let rendered = render(&snapshot, &parsed.platform, &Limits::default(), cache, threads);
        Self { snapshot, parsed, rendered }
    }

    /// The tree as one side of a comparison.
    pub fn side(&self) -> Side<'_> {
        Side { snapshot: &self.snapshot, parsed: &self.parsed, rendered: &self.rendered }
    }

    /// Everything that is wrong with it.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self.parsed.findings.iter().chain(&self.rendered.findings).cloned().collect();
        sort_findings(&mut findings);
        findings
    }

    /// Runs policies over its units; `only` leaves out the others.
    pub fn judge(&self, policies: &Policies, only: Option<&BTreeSet<UnitId>>, exceptions: &[Exception], today: &str) -> Verdicts {
        self.judge_plans(policies, only, &BTreeMap::new(), exceptions, today)
    }

    /// The same, with what Terraform would do.
    pub fn judge_plans(
        &self,
        policies: &Policies,
        only: Option<&BTreeSet<UnitId>>,
        plans: &BTreeMap<UnitId, TerraformPlan>,
        exceptions: &[Exception],
        today: &str,
    ) -> Verdicts {
        let wanted = |id: &UnitId| only.is_none_or(|only| only.contains(id));
        let units = self.rendered.units.values().filter(|unit| wanted(&unit.id));
        let platform = &self.parsed.platform;
        let inputs: Vec<UnitInput<'_>> = units
            .filter_map(|unit| {
                let request = platform.requests.get(&unit.id.request)?;
                Some(UnitInput {
                    unit,
                    request,
                    text: self.snapshot.text(request.file.as_str()),
                    team: platform.teams.get(&unit.id.request.team)?,
                    target: platform.targets.get(&unit.id.target)?,
                    path: platform.paths.get(&request.release.path)?,
                    diff: None,
                    plan: plans.get(&unit.id),
                })
            })
            .collect();
        policy::evaluate(policies, &inputs, exceptions, today)
    }
}

/// What surrounds a comparison.
pub struct Bench<'a> {
    /// What is compared.
    pub round: Round,
    /// The newest accepted platform: its policies and exceptions judge, and say who may approve.
    pub judge: Option<&'a Tree>,
    /// Users who approve everything.
    pub owners: BTreeSet<String>,
    /// The date, UTC: `2026-01-31`.
    pub today: String,
}

/// Compares two trees: what changes, what is wrong with it, what the policies say.
pub fn evaluate(base: Option<&Tree>, head: &Tree, bench: Bench<'_>) -> Evaluation {
    let diff = diff(base.map(Tree::side), head.side());
    let changed: BTreeSet<UnitId> = diff.units.iter().map(|unit| unit.id.clone()).collect();
    let mut verdicts = Verdicts::default();
    let mut findings = head.findings();
    findings.extend(diff.findings.iter().cloned());
    let judge = bench.judge.unwrap_or(head);
    // the judge's policies decide; those of the head can only refuse more
    let (policies, _) = policy::compile(&judge.snapshot, &judge.parsed.platform);
    merge(&mut verdicts, head.judge(&policies, Some(&changed), &judge.parsed.platform.exceptions, &bench.today));
    let (own, broken) = policy::compile(&head.snapshot, &head.parsed.platform);
    findings.extend(broken);
    if bench.judge.is_some() && policies_differ(judge, head) {
        merge(&mut verdicts, head.judge(&own, Some(&changed), &judge.parsed.platform.exceptions, &bench.today));
    }
    findings.append(&mut verdicts.findings);
    sort_findings(&mut findings);
    if let Some(base) = base {
        leave_out_known(&mut findings, base, &diff);
    }
    Evaluation {
        round: bench.round,
        judgement: judgement(&judge.parsed.platform, bench.owners),
        platform: Arc::new(head.parsed.platform.clone()),
        settings_readable: head.parsed.platform.settings.is_some(),
        diff,
        findings,
        tallies: verdicts.units,
        waived: verdicts.waived,
        conflicts: Vec::new(),
    }
}

/// Who may approve what, as a platform says it.
pub fn judgement(platform: &Platform, owners: BTreeSet<String>) -> Judgement {
    Judgement::new(platform.settings.clone(), &platform.teams, owners)
}

fn policies_differ(judge: &Tree, head: &Tree) -> bool {
    let ids = |tree: &Tree| -> Vec<_> {
        let files = tree.parsed.platform.policies.iter();
        files.map(|policy| (policy.clone(), tree.snapshot.get(policy.file.as_str()).map(|file| file.id))).collect()
    };
    ids(judge) != ids(head)
}

fn merge(all: &mut Verdicts, more: Verdicts) {
    for (unit, tally) in more.units {
        let entry = all.units.entry(unit).or_default();
        entry.passed = entry.passed.max(tally.passed);
        entry.warned = entry.warned.max(tally.warned);
        entry.failed = entry.failed.max(tally.failed);
        entry.waived = entry.waived.max(tally.waived);
    }
    all.findings.extend(more.findings);
    all.waived.extend(more.waived);
    all.waived.sort();
    all.waived.dedup();
}

/// A mistake that the base has too, in a file that does not change, is not this change's.
fn leave_out_known(findings: &mut Vec<Finding>, base: &Tree, diff: &Diff) {
    let known: BTreeSet<(String, String, String)> = base.findings().iter().map(key).collect();
    findings.retain(|finding| diff.files.contains_key(&finding.place.path) || !known.contains(&key(finding)));
}

fn key(finding: &Finding) -> (String, String, String) {
    (finding.place.path.to_string(), finding.code.to_string(), finding.message.clone())
}
