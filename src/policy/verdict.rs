//! What policies said.

use super::group::{said, unit_of};
use crate::model::{Code, ExceptionId, Finding, PolicyId, ReleaseId, RepoPath, UnitId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What policies said about units.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Verdicts {
    /// How each policy ended for each unit that was looked at.
    pub units: BTreeMap<UnitId, Ends>,
    /// Results that were not waived.
    pub findings: Vec<Finding>,
    /// Results that an exception waives.
    pub waived: Vec<Waived>,
    /// The policies that were asked.
    pub asked: Vec<Asked>,
}

/// How each policy ended for a unit.
pub type Ends = BTreeMap<PolicyId, End>;

/// How a policy ended for a unit, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum End {
    /// It has nothing to say.
    Passed,
    /// All that it says is waived.
    Waived,
    /// It warns.
    Warned,
    /// It refuses, or could not be asked: it has not said yes.
    Failed,
}

/// A policy that was asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Asked {
    /// What it is called.
    pub policy: PolicyId,
    /// Its file.
    pub file: RepoPath,
    /// The release whose units it is asked about; nothing: about all.
    pub release: Option<ReleaseId>,
}

/// How many policies looked at a unit, and how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Policies without a result.
    pub passed: u32,
    /// Policies with warnings only.
    pub warned: u32,
    /// Policies with at least one error.
    pub failed: u32,
    /// Policies whose results are all waived.
    pub waived: u32,
}

/// A result that an exception waives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Waived {
    /// The exception.
    pub exception: ExceptionId,
    /// The policy.
    pub policy: PolicyId,
    /// The unit.
    pub unit: UnitId,
    /// What the policy said.
    pub message: String,
    /// The last day on which the exception holds.
    pub expires: String,
}

impl Waived {
    /// Whether a finding says of the unit what is waived here: it is judged without this exception.
    pub fn is_of(&self, finding: &Finding) -> bool {
        let is_said =
            said(finding) == self.message || self.message.rsplit_once(" (").is_some_and(|(said_here, _)| said(finding) == said_here);
        finding.code == Code::policy(self.policy.as_str()) && is_said && unit_of(finding).as_ref() == Some(&self.unit)
    }
}

impl Verdicts {
    /// Takes in what other policies said of the same units; of one that is in both, the worse counts.
    pub fn extend(&mut self, more: Self) {
        for (unit, ends) in more.units {
            let known = self.units.entry(unit).or_default();
            ends.into_iter().for_each(|(policy, end)| worsen(known, policy, end));
        }
        self.findings.extend(more.findings);
        self.waived.extend(more.waived);
        self.waived.sort();
        self.waived.dedup();
        self.asked.extend(more.asked);
        self.asked.sort();
        self.asked.dedup();
    }
}

/// Notes how a policy ended, unless it ended worse before.
pub(super) fn worsen(ends: &mut Ends, policy: PolicyId, end: End) {
    let known = ends.entry(policy).or_insert(end);
    *known = (*known).max(end);
}

/// How policies ended for a unit, where all that these findings refuse of it counts: also what only other policies of their names do.
pub fn with_refusals(mut ends: Ends, unit: &UnitId, findings: &[Finding]) -> Ends {
    for finding in findings.iter().filter(|finding| finding.is_error() && unit_of(finding).as_ref() == Some(unit)) {
        let policy = finding.code.as_str().strip_prefix("policy/").and_then(|policy| PolicyId::parse(policy).ok());
        policy.into_iter().for_each(|policy| worsen(&mut ends, policy, End::Failed));
    }
    ends
}

impl Tally {
    /// How many ended in each way.
    pub fn of(ends: &Ends) -> Self {
        let mut tally = Self::default();
        for end in ends.values() {
            match end {
                End::Passed => tally.passed += 1,
                End::Waived => tally.waived += 1,
                End::Warned => tally.warned += 1,
                End::Failed => tally.failed += 1,
            }
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What one and then another set of policies said of one unit.
    fn both(one: &[(&str, End)], other: &[(&str, End)]) -> String {
        let unit = || UnitId::parse("shop/web/main@eu").unwrap();
        let of = |ends: &[(&str, End)]| {
            let ends = ends.iter().map(|(policy, end)| (PolicyId::parse(policy).unwrap(), *end)).collect();
            Verdicts { units: BTreeMap::from([(unit(), ends)]), ..Verdicts::default() }
        };
        let mut verdicts = of(one);
        verdicts.extend(of(other));
        let Tally { passed, warned, failed, waived } = Tally::of(&verdicts.units[&unit()]);
        format!("{passed} passed, {warned} warned, {failed} failed, {waived} waived")
    }

    #[test]
    fn what_two_say_is_counted_once_for_each_policy() {
        let table = [
            both(&[("a", End::Passed), ("b", End::Passed)], &[("c", End::Passed)]),
            both(&[("a", End::Failed)], &[("b", End::Failed)]),
            both(&[("a", End::Passed), ("b", End::Failed)], &[("a", End::Waived), ("b", End::Passed)]),
            both(&[], &[("a", End::Warned)]),
        ];
        insta::assert_snapshot!(table.join("\n"), @"
        3 passed, 0 warned, 0 failed, 0 waived
        0 passed, 0 warned, 2 failed, 0 waived
        0 passed, 0 warned, 1 failed, 1 waived
        0 passed, 1 warned, 0 failed, 0 waived
        ");
    }
}
