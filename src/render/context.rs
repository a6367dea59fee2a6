//! What templates see: the table of names, and nothing else.

use super::marks::Marks;
use crate::model::{GoldenPath, Platform, Release, Request, Target, TargetKind, Team, TeamName};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use tera::{Context, Value};

/// The parts that many requests share, made once.
pub(super) struct Shared {
    platform: Value,
    teams: BTreeMap<TeamName, Value>,
    targets: BTreeMap<crate::model::TargetName, Value>,
}

impl Shared {
    /// The parts of one platform repository.
    pub(super) fn new(platform: &Platform) -> Self {
        let settings = platform.settings.as_ref();
        let values = settings.map(|settings| map_or_empty(&settings.values.0)).unwrap_or_default();
        let shown = json!({"name": settings.map(|settings| settings.name.as_str()).unwrap_or_default(), "values": values});
        Self {
            platform: value(&shown),
            teams: platform.teams.iter().map(|(name, team)| (name.clone(), value(&team_value(team)))).collect(),
            targets: platform.targets.iter().map(|(name, target)| (name.clone(), value(&target_value(target)))).collect(),
        }
    }

    /// What is the same for all units of a request.
    pub(super) fn request(&self, request: &Request, path: &GoldenPath, release: &Release, marks: &Marks, refs: &Json) -> Context {
        let mut context = Context::new();
        let document = value(&request.document.0);
        let members = document.as_map();
        let part = |name: &str| members.and_then(|members| members.iter().find(|(key, _)| key.as_str() == Some(name)));
        for name in ["metadata", "spec"] {
            context.insert_value(name, part(name).map_or_else(|| value(&Json::Null), |(_, part)| part.clone()));
        }
        context.insert_value("request", document.clone());
        let team = self.teams.get(&request.id.team).cloned();
        context.insert_value("team", team.unwrap_or_else(|| value(&json!({"name": request.id.team}))));
        context.insert_value("path", value(&json!({"name": path.name})));
        context.insert_value("release", value(&json!({"name": release.id.version.to_string()})));
        context.insert_value("platform", self.platform.clone());
        context.insert_value("labels", texts(&marks.labels));
        context.insert_value("annotations", texts(&marks.annotations));
        context.insert_value("refs", value(refs));
        context
    }

    /// What is known of a team on a target before there is any request.
    pub(super) fn team(&self, team: &TeamName, target: &Target) -> Context {
        let mut context = Context::new();
        if let Some(value) = self.teams.get(team) {
            context.insert_value("team", value.clone());
        }
        context.insert_value("platform", self.platform.clone());
        self.with_target(&context, target)
    }

    /// Adds the target of one unit.
    pub(super) fn with_target(&self, context: &Context, target: &Target) -> Context {
        let mut context = context.clone();
        if let Some(value) = self.targets.get(&target.name) {
            context.insert_value("target", value.clone());
        }
        context
    }
}

/// A JSON value as templates see it: what the library makes of it too, several times as fast.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::none(),
        Json::Bool(is) => (*is).into(),
        Json::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => number.into(),
            (None, Some(number)) => number.into(),
            (None, None) => number.as_f64().map_or_else(Value::none, Value::from),
        },
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => items.iter().map(value).collect::<Vec<Value>>().into(),
        Json::Object(members) => members.iter().map(|(key, member)| (key.clone().into(), value(member))).collect::<tera::Map>().into(),
    }
}

fn texts(texts: &BTreeMap<String, String>) -> Value {
    texts.iter().map(|(key, text)| (key.clone().into(), text.as_str().into())).collect::<tera::Map>().into()
}

fn map_or_empty(json: &Json) -> Json {
    if json.is_object() { json.clone() } else { Json::Object(Map::new()) }
}

fn team_value(team: &Team) -> Json {
    json!({
        "name": team.name,
        "contact": team.contact,
        "costCentre": team.cost_centre,
        "values": map_or_empty(&team.values.0),
    })
}

fn target_value(target: &Target) -> Json {
    let kind = match target.kind {
        TargetKind::Terraform => "terraform",
        TargetKind::Directory => "directory",
    };
    json!({"name": target.name, "type": kind, "labels": target.labels, "values": map_or_empty(&target.values.0)})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::written::same;

    #[test]
    fn a_value_is_what_the_library_makes_of_it() {
        let numbers = json!([0, 1, -1, u64::MAX, i64::MIN, 0.0, -0.0, 1.0, 1.5e300]);
        let all =
            json!({"a": null, "b": true, "numbers": numbers, "text": "a: \"b\"", "": [], "empty": {}, "z": {"y": [{"x": "w"}]}, "c": 1});
        assert!(same(&value(&all), &Value::from_serializable(&all)));
        let labels = BTreeMap::from([("a/b".to_owned(), "1".to_owned()), ("c".to_owned(), String::new())]);
        assert!(same(&texts(&labels), &Value::from_serializable(&labels)));
    }
}
