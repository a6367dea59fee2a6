//! What is wrong with what reached the default branch holds the units that it touches, and no others.

use super::{Evaluation, Hold, HoldReason};
use crate::diff::UnitChange;
use crate::model::{Finding, ReleaseId, UnitId};
use crate::policy;
use std::collections::{BTreeMap, BTreeSet};

/// The units that may not be applied for a mistake or a policy, each with its hold. What goes away is not refused.
pub fn refusals(evaluation: &Evaluation) -> BTreeMap<UnitId, Hold> {
    let comes = evaluation.diff.units.iter().filter(|unit| unit.transition.after.is_some());
    comes.filter_map(|unit| Some((unit.id.clone(), refusal(evaluation, unit)?))).collect()
}

fn refusal(evaluation: &Evaluation, unit: &UnitChange) -> Option<Hold> {
    let mut by = Vec::new();
    if evaluation.tallies.get(&unit.id).is_some_and(|tally| tally.failed > 0) {
        by.extend(said(evaluation, |finding| policy::refuses(finding) && speaks_of(finding, unit)));
        by.extend(said(evaluation, policy::gave_up));
        // its words may stand elsewhere, and it refuses all the same
        if by.is_empty() {
            by.extend(said(evaluation, policy::refuses));
        }
        if by.is_empty() {
            by.push((policy::FAILED.to_string(), "a policy has not said yes to it".to_owned()));
        }
    }
    by.extend(said(evaluation, |finding| !policy::refuses(finding) && (touches(finding, unit) || is_silent(finding, unit))));
    by.sort();
    by.dedup();
    (!by.is_empty()).then(|| HoldReason::Refused { unit: unit.id.clone(), by }.held(Vec::new(), BTreeSet::new()))
}

/// Code and message of the errors that are meant.
fn said(evaluation: &Evaluation, is_meant: impl Fn(&Finding) -> bool) -> Vec<(String, String)> {
    let errors = evaluation.findings.iter().filter(|finding| finding.is_error() && is_meant(finding));
    errors.map(|finding| (finding.code.to_string(), finding.message.clone())).collect()
}

fn stands_in(finding: &Finding, unit: &UnitChange) -> bool {
    finding.place.path == unit.request_file
}

/// A policy names the unit whose bytes it looked at, at the end of its message.
fn speaks_of(finding: &Finding, unit: &UnitChange) -> bool {
    stands_in(finding, unit) && finding.message.contains(&format!("`{}`", unit.id))
}

/// Whether a mistake keeps a policy from being asked at all: one of the organisation's judges every unit, and has not said yes to this one.
fn is_silent(finding: &Finding, unit: &UnitChange) -> bool {
    let release = ReleaseId::of_file(&finding.place.path);
    policy::cannot_run(finding) && release.is_none_or(|release| release == unit.release)
}

/// Whether a mistake stands in what a unit is made of: its request, its golden path, its target, its team. Cases are not rendered from.
fn touches(finding: &Finding, unit: &UnitChange) -> bool {
    let (path, release) = (&finding.place.path, &unit.release);
    let golden_path = format!("golden-paths/{}", release.path);
    let in_release = path.below(&format!("{golden_path}/{}", release.version)).is_some_and(|below| !below.starts_with("tests/"));
    stands_in(finding, unit)
        || in_release
        || path.as_str() == format!("{golden_path}/path.yaml")
        || path.as_str() == format!("targets/{}.yaml", unit.id.target)
        || path.as_str() == format!("teams/{}.yaml", unit.id.request.team)
}
