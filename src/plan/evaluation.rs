//! What a round of looking at a change gave, before anything is decided.

use super::Judgement;
use crate::diff::{Diff, Side};
use crate::model::{CommitId, Digest, Finding, MadeBy, Place, Platform, Severity, UnitId, sort_findings};
use crate::observe::TerraformPlan;
use crate::policy::{self, Tally, Verdicts, Waived};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// What is compared: the base, and the head or what the merge of the head into the base would give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// The commit before; nothing for the first start.
    pub base: Option<CommitId>,
    /// The commit looked at.
    pub head: CommitId,
    /// Whether the head is still to be merged into the base.
    pub preview: bool,
}

/// What a round of looking at a change gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// What was compared.
    pub round: Round,
    /// The accepted commit whose policies and exceptions judged it.
    pub judge: Option<CommitId>,
    /// Digest of everything by which that commit judges: another with the same says the same.
    #[serde(default)]
    pub rules: Option<Digest>,
    /// The day on which it was judged, UTC (`2026-01-31`): exceptions and lifetimes end.
    #[serde(default)]
    pub day: Option<String>,
    /// What changes.
    pub diff: Diff,
    /// All findings: of the files, the rendering, the comparison and the policies.
    pub findings: Vec<Finding>,
    /// Policies per unit.
    pub tallies: BTreeMap<UnitId, Tally>,
    /// What exceptions waive.
    pub waived: Vec<Waived>,
    /// Files that do not merge.
    pub conflicts: Vec<String>,
    /// Who may approve what: of the newest accepted base.
    pub judgement: Judgement,
    /// What the head says, for reports: it decides nothing.
    pub platform: Arc<Platform>,
    /// Whether the head has a `goldpath.yaml` that can be read.
    pub settings_readable: bool,
    /// How long it took, where somebody measured it.
    #[serde(default)]
    pub took: Option<Duration>,
}

/// Who judges a comparison, and what is known of its head besides what it says.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The accepted commit whose policies and exceptions judge it.
    pub judge: Option<CommitId>,
    /// Digest of everything by which it judges.
    pub rules: Option<Digest>,
    /// The day on which it judges, UTC: `2026-01-31`.
    pub day: Option<String>,
    /// Who may approve what.
    pub judgement: Judgement,
    /// Whether all templates of the head come to an end.
    pub ends: bool,
}

impl Evaluation {
    /// Whether nothing of what it says is another than of an earlier one, whoever judged that, and when.
    pub fn says_as(&self, earlier: &Self) -> bool {
        let Self {
            round,
            judge: _,
            rules: _,
            day: _,
            diff,
            findings,
            tallies,
            waived,
            conflicts,
            judgement,
            platform,
            settings_readable,
            took: _,
        } = self;
        let said = (round, findings, tallies, waived, conflicts, settings_readable);
        said == (&earlier.round, &earlier.findings, &earlier.tallies, &earlier.waived, &earlier.conflicts, &earlier.settings_readable)
            && (diff, judgement, platform) == (&earlier.diff, &earlier.judgement, &earlier.platform)
    }

    /// What comparing two trees comes to, with what policies say of the head; `kept` gives what is kept of what the head says, with what was
    /// found.
    pub fn of(
        base: Option<Side<'_>>,
        head: Side<'_>,
        diff: Diff,
        mut verdicts: Verdicts,
        (round, judged): (Round, Judged),
        kept: impl FnOnce(&Platform, &[Finding]) -> Platform,
    ) -> Self {
        let mut findings = findings_of(head);
        findings.extend(diff.findings.iter().cloned());
        findings.append(&mut verdicts.findings);
        sort_findings(&mut findings);
        findings.dedup();
        if let Some(base) = base {
            leave_out_known(&mut findings, base, &diff);
            findings = policy::grouped(findings, |path| diff.files.contains_key(path));
        }
        let platform = &head.parsed.platform;
        Self {
            round,
            judge: judged.judge,
            rules: judged.rules,
            day: judged.day,
            judgement: judged.judgement,
            platform: Arc::new(kept(platform, &findings)),
            settings_readable: platform.settings.is_some() && judged.ends,
            diff,
            findings,
            tallies: verdicts.units.iter().map(|(unit, ends)| (unit.clone(), Tally::of(ends))).collect(),
            waived: verdicts.waived,
            conflicts: Vec::new(),
            took: None,
        }
    }
}

/// Everything that is wrong with one side.
fn findings_of(side: Side<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = side.parsed.findings.iter().chain(&side.rendered.findings).cloned().collect();
    sort_findings(&mut findings);
    findings
}

/// A mistake that the base has too, in a file that does not change, is not this change's; nor is what is only warned of in policies and
/// exceptions, where it changes no policy.
fn leave_out_known(findings: &mut Vec<Finding>, base: Side<'_>, diff: &Diff) {
    let known: BTreeSet<(String, String, String)> = findings_of(base).iter().map(key).collect();
    let has_policies = diff.files.keys().any(|file| file.as_str().ends_with(".rego"));
    let is_others = |finding: &Finding| {
        let is_old = !has_policies && finding.severity == Severity::Warning && policy::codes().contains(&finding.code);
        is_old || known.contains(&key(finding))
    };
    findings.retain(|finding| diff.files.contains_key(&finding.place.path) || !is_others(finding));
}

fn key(finding: &Finding) -> (String, String, String) {
    (finding.place.path.to_string(), finding.code.to_string(), finding.message.clone())
}

/// What Terraform would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plans {
    /// What they were asked for.
    pub evaluation: Arc<Evaluation>,
    /// Per unit.
    pub plans: BTreeMap<UnitId, TerraformPlan>,
    /// Units whose plan could not be made, and why.
    pub failed: BTreeMap<UnitId, String>,
    /// Findings of policies that look at plans.
    pub findings: Vec<Finding>,
    /// Where the errors of failed plans are, where these name a line.
    pub errors: BTreeMap<UnitId, ErrorAt>,
    /// The lines of templates that give the resources which would be recreated, by their addresses.
    pub recreated: BTreeMap<UnitId, BTreeMap<String, Place>>,
}

/// Where an error of Terraform is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorAt {
    /// The rendered file, relative to the unit.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
    /// What made that line, where that is known.
    pub made_by: Option<MadeBy>,
}
