//! What policies see of a whole tree.

use super::evaluate::{Before, UnitInput};
use crate::model::{ContentId, Platform, RepoPath, UnitId};
use crate::observe::TerraformPlan;
use crate::render::{Rendered, Unit};
use crate::snapshot::Snapshot;
use std::collections::BTreeMap;

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

/// Whether the policies of a tree are shown what changes: all of them are where one file names `diff`, because one may ask another.
pub fn name_diff(snapshot: &Snapshot) -> bool {
    let named = |bytes: &[u8]| bytes.windows(4).any(|word| word == b"diff");
    snapshot.files().iter().any(|(path, file)| is_policy(path) && named(&file.bytes))
}

fn is_policy(path: &RepoPath) -> bool {
    path.as_str().ends_with(".rego") && !path.as_str().ends_with("_test.rego")
}

fn files(snapshot: &Snapshot) -> impl Iterator<Item = (&RepoPath, ContentId)> {
    snapshot.files().iter().filter(|(path, _)| path.as_str().ends_with(".rego")).map(|(path, file)| (path, file.id))
}
