//! What policies see of a whole tree.

use super::evaluate::UnitInput;
use crate::model::{ContentId, Platform, RepoPath, UnitId};
use crate::observe::TerraformPlan;
use crate::render::{Rendered, Unit};
use crate::snapshot::Snapshot;
use std::collections::BTreeMap;

/// The units of a tree that are wanted, each with everything that policies see of it.
pub fn inputs<'a>(
    snapshot: &'a Snapshot,
    platform: &'a Platform,
    rendered: &'a Rendered,
    wanted: impl Fn(&UnitId) -> bool,
    plans: &'a BTreeMap<UnitId, TerraformPlan>,
) -> Vec<UnitInput<'a>> {
    let units = rendered.units.values().filter(|unit| wanted(&unit.id));
    units.filter_map(|unit| input(snapshot, platform, unit, plans.get(&unit.id))).collect()
}

/// Everything that policies see of one unit; nothing where what it belongs to is not there.
pub fn input<'a>(snapshot: &'a Snapshot, platform: &'a Platform, unit: &'a Unit, plan: Option<&'a TerraformPlan>) -> Option<UnitInput<'a>> {
    let request = platform.requests.get(&unit.id.request)?;
    Some(UnitInput {
        unit,
        request,
        text: snapshot.text(request.file.as_str()),
        team: platform.teams.get(&unit.id.request.team)?,
        target: platform.targets.get(&unit.id.target)?,
        path: platform.paths.get(&request.release.path)?,
        diff: None,
        plan,
    })
}

/// Whether two trees have the very same files of policies.
pub fn same_files(one: &Snapshot, other: &Snapshot) -> bool {
    files(one).eq(files(other))
}

fn files(snapshot: &Snapshot) -> impl Iterator<Item = (&RepoPath, ContentId)> {
    snapshot.files().iter().filter(|(path, _)| path.as_str().ends_with(".rego")).map(|(path, file)| (path, file.id))
}
