//! What policies see of a whole tree.

use super::evaluate::{Before, UnitInput};
use crate::model::{
    ContentId, Digest, Digester, GoldenPath, PathName, Platform, RepoPath, Request, Target, TargetName, Team, TeamName, UnitId,
};
use crate::observe::TerraformPlan;
use crate::render::{Rendered, Unit};
use crate::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What surrounds requests, as far as policies see it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Surroundings {
    teams: BTreeMap<TeamName, Team>,
    targets: BTreeMap<TargetName, Target>,
    paths: BTreeMap<PathName, GoldenPath>,
}

impl Surroundings {
    /// Those of a tree.
    pub fn of(platform: &Platform) -> Self {
        let Platform { teams, targets, paths, .. } = platform;
        Self { teams: teams.clone(), targets: targets.clone(), paths: paths.clone() }
    }

    /// The same input as it was seen in these; nothing where it is seen alike, or was not there.
    pub fn before<'a>(&'a self, is: &UnitInput<'a>) -> Option<UnitInput<'a>> {
        let was = UnitInput {
            team: self.teams.get(&is.team.name)?,
            target: self.targets.get(&is.target.name)?,
            path: self.paths.get(&is.path.name)?,
            ..*is
        };
        (!are_alike(&was, is)).then_some(was)
    }
}

/// Whether policies see the same around two inputs.
fn are_alike(one: &UnitInput<'_>, other: &UnitInput<'_>) -> bool {
    of_team(one.team) == of_team(other.team) && of_target(one.target) == of_target(other.target) && of_path(one.path) == of_path(other.path)
}

fn of_team(team: &Team) -> impl PartialEq {
    let Team { name, file: _, title, members: _, contact, cost_centre, quotas: _, values } = team;
    (name, title, contact, cost_centre, values)
}

fn of_target(target: &Target) -> impl PartialEq {
    (target.kind, &target.labels, &target.values)
}

fn of_path(path: &GoldenPath) -> impl PartialEq {
    (&path.title, &path.owner)
}

/// Digest of what policies see of a unit by itself: its bytes and its request.
pub fn seen(unit: &Unit, request: &Request) -> Digest {
    Digester::new().field(unit.digest.bytes()).field(request.document.to_string()).finish()
}

/// The units of a tree that are wanted, each with everything that policies see of it; without a base nothing is compared.
pub fn inputs<'a>(
    snapshot: &'a Snapshot,
    platform: &'a Platform,
    rendered: &'a Rendered,
    wanted: impl Fn(&UnitId) -> bool,
    base: Option<&'a BTreeMap<UnitId, Unit>>,
    plans: &'a BTreeMap<UnitId, TerraformPlan>,
) -> Vec<UnitInput<'a>> {
    let units = rendered.units.values().filter(|unit| wanted(&unit.id));
    units.filter_map(|unit| input(snapshot, platform, unit, Before::of(base, &unit.id), plans.get(&unit.id))).collect()
}

/// Everything that policies see of one unit; nothing where what it belongs to is not there.
pub fn input<'a>(
    snapshot: &'a Snapshot,
    platform: &'a Platform,
    unit: &'a Unit,
    before: Before<'a>,
    plan: Option<&'a TerraformPlan>,
) -> Option<UnitInput<'a>> {
    let request = platform.requests.get(&unit.id.request)?;
    Some(UnitInput {
        unit,
        request,
        text: snapshot.text(request.file.as_str()),
        team: platform.teams.get(&unit.id.request.team)?,
        target: platform.targets.get(&unit.id.target)?,
        path: platform.paths.get(&request.release.path)?,
        before,
        plan,
    })
}

/// Whether two trees have the very same files of policies.
pub fn same_files(one: &Snapshot, other: &Snapshot) -> bool {
    files(one).eq(files(other))
}

/// Whether two trees have the very same files of exceptions.
pub fn same_exceptions(one: &Snapshot, other: &Snapshot) -> bool {
    let files = |snapshot: &Snapshot| -> Vec<_> { snapshot.under("exceptions").map(|(path, file)| (path.clone(), file.id)).collect() };
    files(one) == files(other)
}

/// Whether two trees have the very same files of what surrounds requests: teams, targets and golden paths.
pub fn same_surroundings(one: &Snapshot, other: &Snapshot) -> bool {
    let surrounds =
        |path: &RepoPath| path.below("teams").is_some() || path.below("targets").is_some() || path.as_str().ends_with("/path.yaml");
    let files = |snapshot: &Snapshot| -> Vec<_> {
        let files = snapshot.files().iter().filter(|(path, _)| surrounds(path));
        files.map(|(path, file)| (path.clone(), file.id)).collect()
    };
    files(one) == files(other)
}

/// Whether the policies of a tree are shown what changes: all of them are where one file names `diff`, because one may ask another.
pub fn name_diff(snapshot: &Snapshot) -> bool {
    name(snapshot, b"diff")
}

/// Whether any policy of a tree looks at what Terraform would do.
pub fn name_plan(snapshot: &Snapshot) -> bool {
    name(snapshot, b"plan")
}

fn name(snapshot: &Snapshot, name: &[u8; 4]) -> bool {
    let named = |bytes: &[u8]| bytes.windows(4).any(|word| word == name);
    snapshot.files().iter().any(|(path, file)| is_policy(path) && named(&file.bytes))
}

fn is_policy(path: &RepoPath) -> bool {
    path.as_str().ends_with(".rego") && !path.as_str().ends_with("_test.rego")
}

fn files(snapshot: &Snapshot) -> impl Iterator<Item = (&RepoPath, ContentId)> {
    snapshot.files().iter().filter(|(path, _)| path.as_str().ends_with(".rego")).map(|(path, file)| (path, file.id))
}
