//! The platform repository as values: what every later stage reads instead of files.

use super::{
    ConnectionName, Digest, ExceptionId, Json, LibraryId, OutputName, PathName, PolicyId, ReleaseId, RendererId, RepoPath, RequestId, Span,
    TargetName, TeamName,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that the platform repository says at one commit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Platform {
    /// `goldpath.yaml`; nothing when it is missing or unreadable, which holds everything.
    pub settings: Option<Settings>,
    /// `golden-paths/<path>/path.yaml`.
    pub paths: BTreeMap<PathName, GoldenPath>,
    /// `golden-paths/<path>/<release>/release.yaml`.
    pub releases: BTreeMap<ReleaseId, Release>,
    /// `golden-paths/_library/<name>/<version>/`, with the digest of the folder without `README.md`.
    pub libraries: BTreeMap<LibraryId, Digest>,
    /// `targets/<target>.yaml`.
    pub targets: BTreeMap<TargetName, Target>,
    /// `teams/<team>.yaml`.
    pub teams: BTreeMap<TeamName, Team>,
    /// `requests/<team>/**/<name>.yaml`, only those without an error of their own.
    pub requests: BTreeMap<RequestId, Request>,
    /// Requests whose files are there but have errors: they are known, so they are never taken for removed.
    pub broken: BTreeMap<RequestId, RepoPath>,
    /// `exceptions/<team>/<id>.yaml`.
    pub exceptions: Vec<Exception>,
    /// `policies/*.rego`, without tests, and those of each release.
    pub policies: Vec<PolicyFile>,
}

/// `goldpath.yaml`: the settings of the repository.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The name of the platform.
    pub name: String,
    /// For templates: `platform.values`.
    pub values: Json,
    /// Who must approve what; every rule that matches must be met.
    pub approvals: Vec<ApprovalRule>,
    /// How much may go away at once without a named approval.
    pub deletes: DeleteBudget,
}

/// One rule of who must approve: the keys of `when` are ANDed, the values of a list ORed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApprovalRule {
    /// Patterns of changed files; empty: any.
    pub files: Vec<String>,
    /// Labels of the targets touched: key to value; empty: any.
    pub targets: BTreeMap<String, String>,
    /// Risks; empty: any.
    pub risk: BTreeSet<Risk>,
    /// Who may approve.
    pub from: Vec<Approver>,
    /// How many of them.
    pub count: u32,
    /// Where the rule stands in `goldpath.yaml`.
    pub span: Span,
}

/// Who may approve.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Approver {
    /// A member of the team whose request it is.
    Owner,
    /// A member of this team.
    Team(TeamName),
}

/// What can be dangerous about a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// Something is taken away.
    Destroy,
    /// Something is recreated.
    Replace,
    /// A protected kind is taken away or recreated.
    Protected,
    /// Access or exposure grows.
    Widen,
}

/// How much may go away at once without a named approval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeleteBudget {
    /// Requests removed in one change.
    pub max_requests: u32,
    /// Percent of all units removed in one change.
    pub max_percent: u32,
    /// The percentage counts only from this number of units.
    pub percent_from_units: u32,
    /// Kinds that may not go away unapproved: `Kind`, `Kind.group`, `terraform:<type>`.
    pub protected: BTreeSet<String>,
}

impl Default for DeleteBudget {
    fn default() -> Self {
        let protected = ["PersistentVolumeClaim", "Namespace", "CustomResourceDefinition"].map(str::to_owned);
        Self { max_requests: 5, max_percent: 20, percent_from_units: 50, protected: protected.into() }
    }
}

/// A golden path: a supported way to do a common job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GoldenPath {
    /// Its name, which is its folder's.
    pub name: PathName,
    /// `path.yaml`.
    pub file: RepoPath,
    /// One line for people.
    pub title: String,
    /// What it gives, for people.
    pub description: String,
    /// The team that answers for it.
    pub owner: TeamName,
    /// Where to ask.
    pub support: Support,
    /// The group of its requests' `apiVersion`.
    pub group: String,
    /// The kind of its requests.
    pub kind: String,
    /// The longest name that a request may have, in characters; at most 63.
    pub max_name: u32,
    /// How far it is.
    pub stage: Stage,
    /// Per served version, the release that requests without a pin get.
    pub current: BTreeMap<String, semver::Version>,
    /// Releases that are not simply live.
    pub releases: BTreeMap<semver::Version, ReleaseState>,
}

/// Where to ask about a golden path.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Support {
    /// A chat channel.
    pub channel: Option<String>,
    /// How fast an answer comes, in words.
    pub response: Option<String>,
    /// A page.
    pub docs: Option<String>,
}

/// How far a golden path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// May change or go away.
    Alpha,
    /// May change.
    Beta,
    /// Supported.
    Ga,
    /// Going away.
    Deprecated,
}

/// A release that is not simply live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ReleaseState {
    /// Works, with a warning.
    Deprecated {
        /// The date, in words of the file: `2026-06-01`.
        until: Option<String>,
        /// What to move to.
        replaced_by: Option<semver::Version>,
    },
    /// Refused.
    Retired {
        /// What to move to.
        replaced_by: Option<semver::Version>,
    },
}

/// One immutable version of a golden path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// `path@version`.
    pub id: ReleaseId,
    /// `release.yaml`.
    pub file: RepoPath,
    /// The version of its requests' `apiVersion`.
    pub serves: String,
    /// What goldpath itself must know of a request.
    pub facts: Facts,
    /// How long what is asked for lives.
    pub lifetime: Option<Lifetime>,
    /// Protected kinds that this path makes and may take away with its request.
    pub disposable: BTreeSet<String>,
    /// Its outputs.
    pub outputs: Vec<Output>,
    /// Static exports by name: a template of one line.
    pub exports: BTreeMap<String, String>,
    /// Other requests that a request of this release names, by the name that templates use.
    pub refs: BTreeMap<String, RefRule>,
    /// Libraries whose templates its own may include.
    pub libraries: BTreeSet<LibraryId>,
    /// Digest of the release's folder without `tests/` and `README.md`.
    pub digest: Digest,
}

/// Where a request names another one, which is always of the same team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefRule {
    /// A JSON pointer into the request, to the other one's name.
    pub at: String,
    /// The golden path that the other one must be of.
    pub path: PathName,
}

/// What goldpath itself must know of a request: a JSON pointer into it, or a constant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The team; must be the folder's.
    pub owner: Option<Fact>,
    /// How long it lives.
    pub lifetime: Option<Fact>,
    /// How sensitive its data is.
    pub data_classification: Option<Fact>,
    /// Where it is.
    pub region: Option<Fact>,
    /// Who pays; the team's when absent.
    pub cost_centre: Option<Fact>,
}

/// Where a fact comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    /// A JSON pointer into the request.
    Pointer(String),
    /// A constant.
    Constant(String),
}

/// How long what is asked for lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lifetime {
    /// Used when the request says nothing, as it is written: `14d`.
    pub default: Option<String>,
    /// The longest that may be asked for, as it is written.
    pub max: Option<String>,
}

/// One output of a release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// Its name, which is its folder's.
    pub name: OutputName,
    /// The output language.
    pub renderer: RendererId,
    /// An expression that gives a list; one unit for each.
    pub for_each: Option<String>,
    /// Where it goes.
    pub target: TargetSelector,
    /// An expression that gives a boolean; false: no unit.
    pub when: Option<String>,
    /// What happens to what was applied when the unit goes away.
    pub on_delete: OnDelete,
    /// Outputs of the same request that are applied before.
    pub depends_on: Vec<OutputName>,
    /// Where it stands in `release.yaml`.
    pub span: Span,
}

/// Where an output goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TargetSelector {
    /// A template of one line that gives the name of a target.
    Template(String),
    /// All targets with these labels.
    Labels(BTreeMap<String, String>),
}

/// What happens to what was applied when the unit goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnDelete {
    /// It is taken away.
    Delete,
    /// It stays.
    Keep,
}

/// A place where outputs go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Its name, which is its file's.
    pub name: TargetName,
    /// `targets/<target>.yaml`.
    pub file: RepoPath,
    /// For approval rules and selectors.
    pub labels: BTreeMap<String, String>,
    /// What it is.
    pub kind: TargetKind,
    /// A name that the daemon's own configuration resolves.
    pub connection: ConnectionName,
    /// For templates: `target.values`.
    pub values: Json,
    /// Teams that may go there; `*` is every team.
    pub allow_teams: Vec<String>,
    /// Golden paths that may go there; `*` is every path.
    pub allow_paths: Vec<String>,
    /// For Terraform: providers that roots may use (`hashicorp/time`).
    pub terraform_providers: BTreeSet<String>,
    /// The minor version of Kubernetes that objects are checked against, `1.36`; nothing: they are not checked.
    pub kubernetes_version: Option<String>,
    /// The namespaces that units may touch there, templates of one line with `*`; nothing: all, and what is in none.
    pub namespaces: Option<Vec<String>>,
}

/// What a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetKind {
    /// A place for Terraform roots: one root and one state per unit.
    Terraform,
    /// A folder that holds exactly the rendered tree.
    Directory,
}

/// A team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Team {
    /// Its name, which is its file's.
    pub name: TeamName,
    /// `teams/<team>.yaml`.
    pub file: RepoPath,
    /// For people.
    pub title: String,
    /// Users of the forge.
    pub members: BTreeSet<String>,
    /// Where it is reached: `channel`, `onCall`, `email`.
    pub contact: BTreeMap<String, String>,
    /// Who pays.
    pub cost_centre: Option<String>,
    /// How many requests of each golden path it may have.
    pub quotas: BTreeMap<PathName, u32>,
    /// For templates: `team.values`.
    pub values: Json,
}

/// A request: one instance of a golden path, asked for by a team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// `team/name`.
    pub id: RequestId,
    /// Its file.
    pub file: RepoPath,
    /// The release that renders it: the pin, or the path's current one for its version.
    pub release: ReleaseId,
    /// Whether the release is pinned.
    pub pinned: bool,
    /// The whole document, with defaults filled into `spec`.
    pub document: Json,
    /// Its facts, resolved.
    pub facts: RequestFacts,
    /// The requests that it names, by the name that its release gives them.
    pub refs: BTreeMap<String, Ref>,
}

/// Another request that a request names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ref {
    /// The other one.
    pub request: RequestId,
    /// Where it is named.
    pub span: Span,
}

/// What goldpath itself knows of a request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RequestFacts {
    /// How long it lives, as it is written: `14d`.
    pub lifetime: Option<String>,
    /// How sensitive its data is.
    pub data_classification: Option<String>,
    /// Where it is.
    pub region: Option<String>,
    /// Who pays.
    pub cost_centre: Option<String>,
    /// The end set by hand: the annotation `goldpath.dev/expires`.
    pub expires: Option<String>,
}

/// A written, scoped, expiring waiver of a policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exception {
    /// Its name, which is its file's.
    pub id: ExceptionId,
    /// `exceptions/<team>/<id>.yaml`.
    pub file: RepoPath,
    /// The team whose folder holds it: it can waive only for that team's requests.
    pub team: TeamName,
    /// The policy that it waives.
    pub policy: PolicyId,
    /// The request that it is for; nothing: all of the team's.
    pub request: Option<RequestId>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, UTC: `2026-03-01`.
    pub expires: String,
}

/// A file of policies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyFile {
    /// Where it is.
    pub file: RepoPath,
    /// The release that it belongs to; nothing: the organisation's.
    pub release: Option<ReleaseId>,
}

impl Platform {
    /// The golden path that serves a group and kind.
    pub fn path_of_kind(&self, group: &str, kind: &str) -> Option<&GoldenPath> {
        self.paths.values().find(|path| path.group == group && path.kind == kind)
    }

    /// All request ids whose file is there, with or without errors.
    pub fn known_requests(&self) -> impl Iterator<Item = &RequestId> {
        self.requests.keys().chain(self.broken.keys())
    }
}
