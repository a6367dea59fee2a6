//! What policies said.

use crate::model::{ExceptionId, Finding, PolicyId, ReleaseId, RepoPath, UnitId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What policies said about units.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Verdicts {
    /// Counts per unit that was looked at.
    pub units: BTreeMap<UnitId, Tally>,
    /// Results that were not waived.
    pub findings: Vec<Finding>,
    /// Results that an exception waives.
    pub waived: Vec<Waived>,
    /// The policies that were asked.
    pub asked: Vec<Asked>,
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

impl Verdicts {
    /// Takes in what other policies said of the same units; of one that is in both, the worse counts.
    pub fn extend(&mut self, more: Self) {
        for (unit, tally) in more.units {
            let entry = self.units.entry(unit).or_default();
            entry.passed = entry.passed.max(tally.passed);
            entry.warned = entry.warned.max(tally.warned);
            entry.failed = entry.failed.max(tally.failed);
            entry.waived = entry.waived.max(tally.waived);
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
