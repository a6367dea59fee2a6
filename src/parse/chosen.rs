//! The golden path and the release that a request means.

use super::codes;
use super::fields::{At, Fields, did_you_mean};
use super::request::{Catalogue, PIN_AT};
use super::schema::Schema;
use super::words::{cut, show};
use crate::model::{GoldenPath, Release, ReleaseId, ReleaseState, Stage, close_match, either, quoted_list};
use semver::Version;
use serde_json::Value;
use std::collections::BTreeSet;

/// The release that a request means.
pub(super) struct Chosen<'c> {
    pub(super) path: &'c GoldenPath,
    pub(super) release: &'c Release,
    pub(super) schema: &'c Schema,
    pub(super) pinned: bool,
    /// The current release of the same version, where another one is pinned.
    pub(super) current: Option<(&'c Version, &'c Schema)>,
    /// Other releases of the same version that may be pinned, the newest first.
    pub(super) others: Vec<(&'c Version, &'c Schema)>,
}

/// Finds the golden path of a request, and its release: the one that is pinned, else the current one.
pub(super) fn release<'c>(fields: &mut Fields<'_>, catalogue: &Catalogue<'c>) -> Option<Chosen<'c>> {
    let api = api_version(fields, catalogue);
    let kind = fields.required_text_or("/kind", |fields| {
        let group = fields.get("/apiVersion")?.as_str()?.rsplit_once('/')?.0;
        let mut of_group = catalogue.paths.values().filter(|path| path.group == group);
        let first = format!("kind: {}", of_group.next()?.kind);
        Some(of_group.fold(first, |said, path| format!("{said}` or `kind: {}", path.kind)))
    });
    let (api, kind) = api.zip(kind)?;
    let Some((group, version)) = api.rsplit_once('/').filter(|(group, version)| !group.is_empty() && !version.is_empty()) else {
        no_group(fields, catalogue, &Value::String(api));
        return None;
    };
    let Some(path) = catalogue.paths.values().find(|path| path.group == group && path.kind == kind) else {
        if !catalogue.misses_kinds && !catalogue.broken_kinds.iter().any(|(g, k)| g == group && *k == kind) {
            unknown_kind(fields, catalogue, group, &kind);
        }
        return None;
    };
    if path.stage == Stage::Deprecated {
        let help = format!("Ask {} what takes its place.", whom(path));
        fields.warning(codes::DEPRECATED, "/kind", At::Value, format!("the golden path `{}` is deprecated", path.name), help);
    }
    let pinned = fields.has(PIN_AT);
    let id = if pinned { pinned_release(fields, catalogue, path, version)? } else { current_release(fields, catalogue, path, version)? };
    state(fields, path, &id, if pinned { PIN_AT } else { "/apiVersion" });
    let schema_of = |release: &'c Release| Some((&release.id.version, catalogue.schemas.get(&release.id)?));
    let is_current = |release: &&Release| path.current.get(version) == Some(&release.id.version);
    let is_live = |release: &&Release| release.serves == version && !path.releases.contains_key(&release.id.version);
    let of_path = || catalogue.releases.values().filter(|release| release.id.path == path.name && release.id != id);
    let current = of_path().find(is_current).and_then(schema_of);
    let others = of_path().rev().filter(|release| is_live(release) && !is_current(release)).filter_map(schema_of).collect();
    Some(Chosen { path, release: catalogue.releases.get(&id)?, schema: catalogue.schemas.get(&id)?, pinned, current, others })
}

fn api_version(fields: &mut Fields<'_>, catalogue: &Catalogue<'_>) -> Option<String> {
    // quotes alone would not make a group of a number
    if let Some(written) = fields.get("/apiVersion").filter(|value| value.is_number() || value.is_boolean()).cloned() {
        no_group(fields, catalogue, &written);
        return None;
    }
    fields.required_text_or("/apiVersion", |fields| {
        let kind = fields.get("/kind")?.as_str()?;
        let path = catalogue.paths.values().find(|path| path.kind == kind)?;
        Some(format!("apiVersion: {}", served(path).pop()?))
    })
}

/// An `apiVersion` that is no group and version.
fn no_group(fields: &mut Fields<'_>, catalogue: &Catalogue<'_>, api: &Value) {
    let message = format!("`apiVersion` must be a group and a version, is {}", show(api));
    let help = groups(catalogue, fields.get("/kind").and_then(Value::as_str).unwrap_or_default());
    fields.error(codes::WRONG_FORMAT, "/apiVersion", At::Value, message, help);
}

fn unknown_kind(fields: &mut Fields<'_>, catalogue: &Catalogue<'_>, group: &str, kind: &str) {
    let of_kind = || catalogue.paths.values().filter(|path| path.kind == kind);
    if of_kind().next().is_some() {
        let message = format!("no golden path takes `{}` of the group `{}`", cut(kind), cut(group));
        let same: Vec<String> = of_kind().flat_map(served).collect();
        let near = of_kind().find(|path| close_match(group, [path.group.as_str()]).is_some()).map(served);
        let help = match (near.as_ref().and_then(|near| near.last()), same.as_slice()) {
            (Some(near), _) => format!("Did you mean `apiVersion: {near}`?"),
            (None, [only]) => format!("Did you mean `apiVersion: {only}`?"),
            (None, _) => groups(catalogue, kind),
        };
        fields.error(codes::UNKNOWN_KIND, "/apiVersion", At::Value, message, help);
        return;
    }
    let known: BTreeSet<&str> = catalogue.paths.values().map(|path| path.kind.as_str()).collect();
    let help =
        did_you_mean(kind, known.iter().copied()).unwrap_or_else(|| format!("Golden paths take {}.", quoted_list(known.iter().copied())));
    fields.error(codes::UNKNOWN_KIND, "/kind", At::Value, format!("no golden path takes requests of the kind `{}`", cut(kind)), help);
}

/// The `apiVersion`s of a golden path, the newest last.
fn served(path: &GoldenPath) -> Vec<String> {
    path.current.keys().map(|version| format!("{}/{version}", path.group)).collect()
}

/// The `apiVersion`s of a kind, as a next step.
fn groups(catalogue: &Catalogue<'_>, kind: &str) -> String {
    let versions: Vec<String> = catalogue.paths.values().filter(|path| path.kind == kind).flat_map(served).collect();
    if versions.is_empty() {
        "Write `group/version`.".to_owned()
    } else {
        format!("Write {}.", either(versions.iter().map(String::as_str)))
    }
}

fn pinned_release(fields: &mut Fields<'_>, catalogue: &Catalogue<'_>, path: &GoldenPath, version: &str) -> Option<ReleaseId> {
    let of_path = catalogue.names.releases.iter().filter(|other| other.path == path.name);
    let known: Vec<String> = of_path.map(|other| other.version.to_string()).collect();
    let write = |text: &str| {
        let has = || format!("`{}` has {}.", path.name, quoted_list(known.iter().map(String::as_str)));
        did_you_mean(text, known.iter().map(String::as_str)).unwrap_or_else(has)
    };
    let wanted = "the version of a release, such as `1.1.0`";
    let pinned = fields.parsed_or(PIN_AT, wanted, |text| Version::parse(text).ok(), write)?;
    let id = ReleaseId { path: path.name.clone(), version: pinned };
    if !catalogue.names.releases.contains(&id) {
        let message = format!("the golden path `{}` has no release `{}`", path.name, id.version);
        let help = match known.is_empty() {
            true => format!("It has none yet: ask {}.", whom(path)),
            false => format!("It has {}.", quoted_list(known.iter().map(String::as_str))),
        };
        fields.error(codes::UNKNOWN_RELEASE, PIN_AT, At::Value, message, help);
        return None;
    }
    let release = catalogue.releases.get(&id)?;
    let of_path = || catalogue.releases.values().filter(|release| release.id.path == path.name);
    if release.serves != version && !path.current.contains_key(version) && !of_path().any(|release| release.serves == version) {
        return current_release(fields, catalogue, path, version);
    }
    if release.serves != version {
        let message = format!("the release `{id}` serves `{}/{}`, and this request is `{}`", path.group, release.serves, cut(version));
        let help = format!("Pin a release that serves `{}`, or write `apiVersion: {}/{}`.", cut(version), path.group, release.serves);
        fields.error(codes::OTHER_VERSION, PIN_AT, At::Value, message, help);
        return None;
    }
    Some(id)
}

fn current_release(fields: &mut Fields<'_>, catalogue: &Catalogue<'_>, path: &GoldenPath, version: &str) -> Option<ReleaseId> {
    if let Some(current) = path.current.get(version) {
        return Some(ReleaseId { path: path.name.clone(), version: current.clone() });
    }
    if catalogue.wrong_currents.contains(&path.name) {
        return None;
    }
    let known = served(path);
    let message = format!("`{}` is not served in the version `{}`", path.kind, cut(version));
    let help = match known.is_empty() {
        true => format!("It is served in none: ask {}.", whom(path)),
        false => format!("Write {}.", either(known.iter().map(String::as_str))),
    };
    fields.error(codes::UNKNOWN_VERSION, "/apiVersion", At::Value, message, help);
    None
}

fn state(fields: &mut Fields<'_>, path: &GoldenPath, id: &ReleaseId, at: &str) {
    let instead = |by: &Option<Version>| match by {
        Some(version) => format!("Move to `{version}`."),
        None => format!("Ask {} which release takes its place.", whom(path)),
    };
    match path.releases.get(&id.version) {
        Some(ReleaseState::Deprecated { until, replaced_by }) => {
            let end = until.as_ref().map_or(String::new(), |until| format!(", and to be left by {until}"));
            let message = format!("the release `{id}` is deprecated{end}");
            fields.warning(codes::DEPRECATED, at, At::Value, message, instead(replaced_by));
        }
        Some(ReleaseState::Retired { replaced_by }) => {
            fields.error(codes::RETIRED_RELEASE, at, At::Value, format!("the release `{id}` is retired"), instead(replaced_by));
        }
        None => {}
    }
}

/// Who answers for a golden path, and where.
pub(super) fn whom(path: &GoldenPath) -> String {
    match &path.support.channel {
        Some(channel) => format!("`{}` in {}", path.owner, cut(channel)),
        None => format!("`{}`", path.owner),
    }
}
