//! What one file says of another: `release.yaml` of the schema beside it, exceptions of requests.

use super::codes;
use super::schema::Schema;
use super::sentence::{properties, type_in_words};
use super::words::{cut, dotted};
use crate::model::{
    Exception, Fact, Finding, Place, Platform, Release, RepoPath, RequestId, Turn, close_match, key_of, meant, quoted_list,
};
use crate::snapshot::Snapshot;
use crate::yaml;
use serde_json::Value;

/// Facts are pointers to fields that the schema has; what looks like a path and is none would be taken as it is for every request.
pub(super) fn facts(release: &Release, schema: &Schema, file: &RepoPath, text: &str) -> Vec<Finding> {
    let facts = &release.facts;
    let all = [
        ("owner", &facts.owner),
        ("lifetime", &facts.lifetime),
        ("dataClassification", &facts.data_classification),
        ("region", &facts.region),
        ("costCentre", &facts.cost_centre),
    ];
    let mut findings = Vec::new();
    for (name, fact) in all {
        let Some((message, help)) = fact.as_ref().and_then(|fact| wrong(name, fact, schema)) else { continue };
        let place = yaml::locate(text, &format!("/spec/facts/{name}")).map(|spot| Place::new(file.clone(), spot.value));
        let place = place.unwrap_or_else(|| Place::file(file.clone()));
        findings.push(Finding::error(codes::UNKNOWN_FIELD, place, message).help(help).turn(Turn::PathOwner));
    }
    findings
}

/// Exceptions for a request of their own team that has no file: they waive nothing.
pub(super) fn exceptions(platform: &Platform, snapshot: &Snapshot) -> Vec<Finding> {
    let Platform { requests, broken, exceptions, .. } = platform;
    let is_known = |id: &RequestId| requests.contains_key(id) || broken.contains_key(id);
    let is_lost = |exception: &Exception, id: &RequestId| id.team == exception.team && !is_known(id);
    let lost = exceptions.iter().filter_map(|it| Some((it, it.request.as_ref().filter(|id| is_lost(it, id))?)));
    let said = |(exception, id): (&Exception, &RequestId)| {
        let of_team: Vec<String> = requests.keys().filter(|other| other.team == id.team).map(RequestId::to_string).collect();
        let near = close_match(&id.to_string(), of_team.iter().map(String::as_str)).map(meant);
        let help =
            near.unwrap_or_else(|| "Remove the file, or name a request of the team; without `scope` it is for all of them.".to_owned());
        let place = snapshot.text(exception.file.as_str()).and_then(|text| yaml::locate(text, "/spec/scope/request"));
        let place = place.map_or_else(|| Place::file(exception.file.clone()), |spot| Place::new(exception.file.clone(), spot.value));
        Finding::warning(codes::UNKNOWN_REQUEST, place, format!("there is no request `{id}`: this exception waives nothing")).help(help)
    };
    lost.map(said).map(|finding| finding.turn(Turn::Requester)).collect()
}

/// What is wrong with a fact, and the next step.
fn wrong(name: &str, fact: &Fact, schema: &Schema) -> Option<(String, String)> {
    let pointer = match fact {
        Fact::Pointer(pointer) => pointer,
        Fact::Constant(text) => {
            let path = text.trim_start_matches('.');
            let is_path = path.starts_with("spec.") || path.starts_with("metadata.") || path.starts_with("spec/");
            let message = format!("`spec.facts.{name}` is the text `{}` for every request", cut(text));
            let help = format!("A pointer into the request begins with `/`: write `/{}`.", path.replace('.', "/"));
            return is_path.then_some((message, help));
        }
    };
    let Some(rest) = pointer.strip_prefix("/spec/") else {
        let metadata =
            pointer == "/metadata/name" || pointer.starts_with("/metadata/labels/") || pointer.starts_with("/metadata/annotations/");
        let message = format!("`spec.facts.{name}` leads to {}, which no request has", dotted(pointer));
        return (!metadata).then(|| (message, "Point into the `spec` of the request: `/spec/…`.".to_owned()));
    };
    let mut part = Some(&schema.root);
    let mut at = "/spec".to_owned();
    for field in rest.split('/') {
        let known = properties(schema, part?);
        let is_simple = |name: &str| matches!(name, "string" | "integer" | "number" | "boolean");
        // A schema without names may take any, and entries of lists are not followed.
        if known.is_empty() && !type_of(part?).is_some_and(is_simple) {
            return None;
        }
        let unescaped = key_of(field);
        part = known.get(&*unescaped).copied();
        if part.is_none() {
            let message = format!(
                "`spec.facts.{name}` leads to {}, and {} has no field `{}` in `schema.json`",
                dotted(pointer),
                dotted(&at),
                cut(&unescaped)
            );
            let help = match close_match(&unescaped, known.keys().copied()) {
                Some(near) => meant(&format!("{at}/{near}")),
                None if known.is_empty() => format!("It is one value: write `{at}`."),
                None => format!("It has {}.", quoted_list(known.keys().copied())),
            };
            return Some((message, help));
        }
        at = format!("{at}/{field}");
    }
    let wanted = type_of(part?).filter(|wanted| *wanted != "string")?;
    let message = format!("`spec.facts.{name}` leads to {}, which is {}, and a fact is text", dotted(pointer), type_in_words(wanted));
    Some((message, "Name a field that is text.".to_owned()))
}

/// The one type that a schema says.
fn type_of(schema: &Value) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}
