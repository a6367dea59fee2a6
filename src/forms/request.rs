//! The schema of a kind of request: each release's own, chosen by `apiVersion` and by a pin.

use super::envelope::{Envelope, labels, moved, name, reference};
use crate::model::{GoldenPath, Platform, Release, ReleaseState};
use crate::snapshot::Snapshot;
use serde_json::{Value, json};

const PIN: &str = "goldpath.dev/release";

/// The schema of a path's requests; nothing when none of its current releases can be used.
pub fn request(snapshot: &Snapshot, platform: &Platform, path: &GoldenPath) -> Option<Value> {
    let usable: Vec<(&Release, Value)> =
        releases(platform, path).filter_map(|release| Some((release, schema_of(snapshot, release)?))).collect();
    let current: Vec<&Release> = usable.iter().map(|(release, _)| *release).filter(|release| is_current(path, release)).collect();
    if current.is_empty() {
        return None;
    }
    let mut served: Vec<String> = usable.iter().map(|(release, _)| format!("{}/{}", path.group, release.serves)).collect();
    served.sort();
    served.dedup();
    let pins: Vec<String> = usable.iter().map(|(release, _)| release.id.version.to_string()).collect();
    let description = [path.title.as_str(), path.description.as_str()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
    let envelope =
        Envelope { kind: &path.kind, api_versions: served, description: description.join(": "), metadata: Some(metadata(path, &pins)) };
    let mut whole = envelope.open(&["apiVersion", "kind", "metadata", "spec"]);
    if let [(release, _)] = usable.as_slice() {
        whole["properties"]["spec"] = json!({"$ref": reference(&release.id.version.to_string())});
    } else {
        whole["allOf"] = usable.iter().flat_map(|(release, _)| rules(path, release)).collect();
    }
    let of_release = |(release, schema): (&Release, Value)| {
        let version = release.id.version.to_string();
        let schema = moved(schema, &version);
        (version, schema)
    };
    whole["$defs"] = Value::Object(usable.into_iter().map(of_release).collect());
    Some(whole)
}

/// The current release that serves the newest version of a kind, of those that can be used.
pub fn newest<'p>(platform: &'p Platform, path: &GoldenPath) -> Option<&'p Release> {
    releases(platform, path).filter(|release| is_current(path, release)).last()
}

/// The schema of the `spec` of a release's requests.
pub fn schema_of(snapshot: &Snapshot, release: &Release) -> Option<Value> {
    serde_json::from_str(snapshot.text(&format!("{}/schema.json", release.id.folder()))?).ok()
}

/// The releases of a path that requests may use, the oldest first.
fn releases<'p>(platform: &'p Platform, path: &GoldenPath) -> impl Iterator<Item = &'p Release> {
    let is_live = |release: &&Release| {
        release.id.path == path.name && !matches!(path.releases.get(&release.id.version), Some(ReleaseState::Retired { .. }))
    };
    platform.releases.values().filter(is_live)
}

fn is_current(path: &GoldenPath, release: &Release) -> bool {
    path.current.get(&release.serves) == Some(&release.id.version)
}

fn metadata(path: &GoldenPath, pins: &[String]) -> Value {
    let mut name = name();
    name["description"] = "Its name, which is its file's; unique in the team.".into();
    name["maxLength"] = path.max_name.into();
    let mut fields = labels();
    fields["annotations"]["properties"] = json!({
        PIN: {"description": "Pins a release; without it the current one is taken.", "enum": pins},
        "goldpath.dev/expires": {"description": "The day on which it ends, instead of its lifetime.", "type": "string", "format": "date"},
        "goldpath.dev/moved-from": {"description": "team/name that it had before (not in every version of goldpath).", "type": "string"},
    });
    let own = ["goldpath.dev/release", "goldpath.dev/expires", "goldpath.dev/moved-from"];
    fields["annotations"]["propertyNames"] = json!({"anyOf": [{"enum": own}, {"not": {"pattern": "^goldpath\\.dev/"}}]});
    fields.shift_insert(0, "name".into(), name);
    json!({"type": "object", "additionalProperties": false, "required": ["name"], "properties": fields})
}

/// What holds for requests that get this release: those that pin it, and those without a pin when it is current.
fn rules(path: &GoldenPath, release: &Release) -> Vec<Value> {
    let version = release.id.version.to_string();
    let api_version = format!("{}/{}", path.group, release.serves);
    let annotated = |rule: Value| json!({"required": ["metadata"], "properties": {"metadata": {"required": ["annotations"], "properties": {"annotations": rule}}}});
    let spec = json!({"$ref": reference(&version)});
    let pinned = annotated(json!({"required": [PIN], "properties": {PIN: {"const": version}}}));
    let mut rules = vec![json!({"if": pinned, "then": {"properties": {"apiVersion": {"const": api_version}, "spec": spec}}})];
    if is_current(path, release) {
        let without = json!({"not": annotated(json!({"required": [PIN]})), "required": ["apiVersion"], "properties": {"apiVersion": {"const": api_version}}});
        rules.push(json!({"if": without, "then": {"properties": {"spec": spec}}}));
    }
    rules
}
