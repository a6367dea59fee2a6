//! What is stated of one applied change: an in-toto Statement v1 with goldpath's predicate.

use super::Chain;
use crate::model::{ChangeId, CommitId, Digest, ExceptionId, PolicyId, ReleaseId, RequestId, UnitId};
use crate::observe::{Clearance, Review};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The type of every statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// The type of goldpath's predicate.
pub const PREDICATE_TYPE: &str = "https://goldpath.dev/evidence/v1";

/// What is known of an applied change; the chain gives it its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// The change.
    pub change: ChangeId,
    /// The commit of the default branch before it; nothing for the first start.
    pub base: Option<CommitId>,
    /// The commit of the default branch that was applied; the note is on it.
    pub commit: CommitId,
    /// The commit of `rendered` that holds all its units as applied; nothing when none was.
    pub rendered: Option<CommitId>,
    /// Requests that it concerns.
    pub requests: BTreeSet<RequestId>,
    /// Releases that rendered them, with the digests of their folders.
    pub releases: BTreeMap<ReleaseId, Digest>,
    /// How the policies ended.
    pub policies: Policies,
    /// Exceptions that were used.
    pub exceptions: Vec<ExceptionUse>,
    /// Who approved it.
    pub approvals: Vec<Review>,
    /// Holds that were approved by name.
    pub clearances: Vec<Clearance>,
    /// The pull request that brought it.
    pub pull: Option<Pull>,
    /// Its units.
    pub units: Vec<UnitRecord>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When the last of its units was applied.
    pub applied_at: Timestamp,
}

/// An in-toto statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    /// [`STATEMENT_TYPE`].
    #[serde(rename = "_type")]
    pub kind: String,
    /// The commit, and each unit that stands as it says.
    pub subject: Vec<Subject>,
    /// [`PREDICATE_TYPE`].
    pub predicate_type: String,
    /// What is stated.
    pub predicate: Predicate,
}

/// What a statement is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// `team/name/output@target`, or `commit`.
    pub name: String,
    /// `sha256` of a unit's folder, or `gitCommit`.
    pub digest: BTreeMap<String, String>,
}

/// What is stated of an applied change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Predicate {
    /// The change.
    pub change: ChangeId,
    /// Its place in the chain, from 1.
    pub sequence: u64,
    /// The digest of the line before it; nothing for the first.
    pub previous: Option<Digest>,
    /// The commit of the default branch before it; nothing for the first start.
    pub base: Option<CommitId>,
    /// The commit of the default branch that was applied.
    pub commit: CommitId,
    /// The commit of `rendered` that holds all its units as applied.
    pub rendered: Option<CommitId>,
    /// Requests that it concerns: `team/name`.
    pub requests: BTreeSet<String>,
    /// Releases that rendered them, `path@version`, with the digests of their folders.
    pub releases: BTreeMap<String, Digest>,
    /// How the policies ended.
    pub policies: Policies,
    /// Exceptions that were used.
    pub exceptions: Vec<ExceptionUse>,
    /// Who approved it.
    pub approvals: Vec<Review>,
    /// Holds that were approved by name.
    #[serde(default)]
    pub clearances: Vec<Clearance>,
    /// The pull request that brought it.
    pub pull: Option<Pull>,
    /// Its units.
    pub units: Vec<UnitRecord>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When the last of its units was applied.
    pub applied_at: Timestamp,
}

/// How the policies ended, counted over all units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policies {
    /// Without a result.
    pub passed: u64,
    /// With warnings only.
    pub warnings: u64,
    /// With at least one error.
    pub failed: u64,
    /// With all results waived by exceptions.
    #[serde(default)]
    pub waived: u64,
}

/// An exception that was used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExceptionUse {
    /// The exception.
    pub exception: ExceptionId,
    /// The policy that it waived.
    pub policy: PolicyId,
    /// For which unit.
    pub unit: UnitId,
    /// Its last day.
    pub expires: String,
}

/// The pull request that brought a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// Its number.
    pub number: u64,
    /// Its branch.
    pub branch: String,
    /// Authors and committers of its commits.
    pub authors: BTreeSet<String>,
}

/// What became of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnitRecord {
    /// `team/name/output@target`.
    pub unit: UnitId,
    /// `path@version`.
    pub release: String,
    /// The digest of its folder before; nothing: it was not there.
    pub before: Option<Digest>,
    /// The digest of its folder that was accepted; nothing: it was to go.
    pub after: Option<Digest>,
    /// The digest of the actions that were reviewed.
    pub reviewed: Option<Digest>,
    /// The digest of the plan that was applied.
    pub plan: Option<Digest>,
    /// What became of it.
    pub outcome: UnitOutcome,
    /// What was done with each object.
    pub objects: BTreeMap<String, String>,
    /// When it was applied.
    pub at: Option<Timestamp>,
}

/// What became of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UnitOutcome {
    /// Its target holds what was accepted.
    Applied,
    /// A newer change took its place before it was applied.
    SupersededBy(ChangeId),
}

/// The statement of a change that is the next in a chain.
pub fn statement(input: Input, before: Option<&Chain>) -> Statement {
    let commit = Subject { name: "commit".to_owned(), digest: [("gitCommit".to_owned(), input.commit.to_string())].into() };
    let applied = input.units.iter().filter(|unit| unit.outcome == UnitOutcome::Applied);
    let units =
        applied.filter_map(|unit| Some(Subject { name: unit.unit.to_string(), digest: [("sha256".to_owned(), unit.after?.hex())].into() }));
    Statement {
        kind: STATEMENT_TYPE.to_owned(),
        subject: std::iter::once(commit).chain(units).collect(),
        predicate_type: PREDICATE_TYPE.to_owned(),
        predicate: Predicate {
            change: input.change,
            sequence: before.map_or(1, |chain| chain.length + 1),
            previous: before.map(|chain| chain.head),
            base: input.base,
            commit: input.commit,
            rendered: input.rendered,
            requests: input.requests.iter().map(ToString::to_string).collect(),
            releases: input.releases.iter().map(|(release, digest)| (release.to_string(), *digest)).collect(),
            policies: input.policies,
            exceptions: input.exceptions,
            approvals: input.approvals,
            clearances: input.clearances,
            pull: input.pull,
            units: input.units,
            accepted_at: input.accepted_at,
            applied_at: input.applied_at,
        },
    }
}
