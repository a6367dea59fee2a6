//! What policies see as `input`.

use super::evaluate::{Before, UnitInput};
use crate::diff::{Differing, FileStatus, ObjectChange, differing};
use crate::model::{RepoPath, TargetKind};
use crate::render::{Object, RenderedFile, Unit};
use crate::yaml;
use serde_json::{Value, json};

/// The JSON Schema of what policies of `goldpath.unit` see as `input`.
pub fn input_schema() -> Value {
    serde_json::from_str(include_str!("../../schemas/PolicyInput.json")).expect("a test reads every schema that comes with goldpath")
}

/// Something that a policy sees by itself, and how it is called.
pub(super) struct Thing {
    /// `Deployment payments-api`, or the path of the file below the unit.
    pub(super) name: String,
    /// As the engine reads it: converted once for all policies.
    pub(super) value: regorus::Value,
}

impl Thing {
    fn of(object: &Object) -> Self {
        let name = format!("{} `{}`", object.kind, object.name);
        Self { name, value: serde_json::from_str(object.document.text()).expect("it is JSON") }
    }
}

/// Each rendered object; for files that hold none, each document of them, or their path and text.
pub(super) fn things(input: &UnitInput<'_>) -> Vec<Thing> {
    let unit = input.unit;
    let mut things = Vec::new();
    for (path, file) in &unit.files {
        let before = things.len();
        things.extend(unit.manifests(path).map(Thing::of));
        if things.len() == before {
            things.extend(documents(path, file).into_iter().map(|value| Thing { name: format!("`{path}`"), value: value.into() }));
        }
    }
    things
}

/// The documents of a file in a language that policies can read; of every other file its path and its text, in which `\u{fffd}` stands for what
/// is not UTF-8.
fn documents(path: &RepoPath, file: &RenderedFile) -> Vec<Value> {
    let text = String::from_utf8_lossy(&file.bytes);
    match path.file_name().rsplit_once('.').map(|(_, extension)| extension) {
        Some("yaml" | "yml") => {
            let documents = yaml::parse(&text).documents.into_iter();
            documents.map(yaml::Document::into_value).filter(|value| !value.is_null()).collect()
        }
        Some("json") => serde_json::from_str(&text).into_iter().collect(),
        Some("tf") => hcl::from_str(&text).into_iter().collect(),
        Some(_) | None => vec![json!({"path": path, "text": text})],
    }
}

/// The unit as a whole; what is not known (a plan before there is one) is left out.
pub(super) fn whole(input: &UnitInput<'_>, things: &[Thing], diff: bool) -> regorus::Value {
    let UnitInput { unit, request, text: _, team, target, path, before, plan } = input;
    let kind = match target.kind {
        TargetKind::Terraform => "terraform",
        TargetKind::Directory => "directory",
    };
    let mut whole = json!({
        "unit": unit.id,
        "request": request.document,
        "team": {"name": team.name, "title": team.title, "contact": team.contact, "costCentre": team.cost_centre, "values": team.values},
        "target": {"name": target.name, "type": kind, "labels": target.labels, "values": target.values},
        "path": {"name": path.name, "title": path.title, "owner": path.owner},
        "release": {"name": unit.release.version.to_string(), "id": unit.release.to_string()},
    });
    if let Some(plan) = plan.and_then(|plan| serde_json::to_value(plan).ok()) {
        whole["plan"] = plan;
    }
    if let Some(diff) = Some(before).filter(|_| diff).and_then(|before| difference(*before, unit)) {
        whole["diff"] = diff;
    }
    let mut whole = regorus::Value::from(whole);
    let objects: Vec<regorus::Value> = things.iter().map(|thing| thing.value.clone()).collect();
    whole.as_object_mut().expect("it is an object").insert("objects".into(), objects.into());
    whole
}

/// What changes of a unit, when it is compared.
fn difference(before: Before<'_>, unit: &Unit) -> Option<Value> {
    let (status, before) = match before {
        Before::Unknown => return None,
        Before::Nothing => (FileStatus::Added, None),
        Before::Unit(before) => (FileStatus::Changed, Some(before)),
    };
    let Differing { files, objects } = differing(before, unit);
    let files = files.into_iter().map(|(path, status)| json!({"path": path, "status": status}));
    let object = |(change, [before, after]): (ObjectChange, [Option<&Object>; 2])| {
        let ObjectChange { status, kind, namespace, name, marks_alone: _, replaced: _ } = change;
        let mut object = json!({"status": status, "kind": kind, "name": name});
        let value = |object: &Object| object.document.value();
        let rest = [("namespace", namespace.map(Value::from)), ("before", before.map(value)), ("after", after.map(value))];
        for (key, value) in rest {
            if let Some(value) = value {
                object[key] = value;
            }
        }
        object
    };
    Some(json!({
        "status": status,
        "files": files.collect::<Vec<_>>(),
        "objects": objects.into_iter().map(object).collect::<Vec<_>>(),
    }))
}
