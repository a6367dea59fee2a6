//! The codes of this stage's findings; a policy's results have `policy/<id>`.

use crate::model::Code;

/// A file of policies that cannot be run.
pub(super) const DOES_NOT_COMPILE: Code = Code::new("policy-does-not-compile");
/// An exception whose last day is over.
pub(super) const EXPIRED: Code = Code::new("exception-expired");
/// A policy that could not be asked about an input.
pub(super) const FAILED: Code = Code::new("policy-failed");
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
