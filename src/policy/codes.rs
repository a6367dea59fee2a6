//! The codes of this stage's findings; a policy's results have `policy/<id>`.

use crate::model::{Code, Finding};

/// A file of policies that cannot be run.
pub(super) const DOES_NOT_COMPILE: Code = Code::new("policy-does-not-compile");
/// An exception whose last day is over.
pub(super) const EXPIRED: Code = Code::new("exception-expired");
/// A policy that could not be asked about an input.
pub const FAILED: Code = Code::new("policy-failed");
/// A policy that came to no end in time.
pub(super) const LIMIT: Code = Code::new("policy-limit");
/// A name or an owner of a policy that cannot be.
pub(super) const METADATA: Code = Code::new("policy-metadata");
/// A policy in a package that is never asked, or without a rule that is.
pub(super) const NEVER_RUNS: Code = Code::new("policy-never-runs");
/// An exception from a policy that is not there.
pub(super) const UNKNOWN_POLICY: Code = Code::new("unknown-policy");

/// All of them, sorted.
pub(super) const ALL: &[Code] = &[EXPIRED, DOES_NOT_COMPILE, FAILED, LIMIT, METADATA, NEVER_RUNS, UNKNOWN_POLICY];

/// Whether a finding is the result of a policy.
pub fn refuses(finding: &Finding) -> bool {
    finding.code.as_str().starts_with("policy/")
}

/// Whether a finding says that a policy came to no answer about a unit, and was not asked about those behind it.
pub fn gave_up(finding: &Finding) -> bool {
    finding.code == FAILED || finding.code == LIMIT
}

/// Whether a finding says that a file of policies cannot be run: what it would refuse is not known.
pub fn cannot_run(finding: &Finding) -> bool {
    [DOES_NOT_COMPILE, METADATA, NEVER_RUNS].contains(&finding.code)
}
