//! What one file says of another: `release.yaml` of the schema beside it, exceptions of requests.

use super::codes;
use super::formats::duration_minutes;
use super::layout::Names;
use super::schema::Schema;
use super::sentence::{properties, type_in_words};
use super::words::{cut, dotted, show};
use crate::model::{
    Code, Exception, Fact, Finding, Place, Platform, Release, RepoPath, RequestId, TeamName, Turn, child, close_match, key_of, meant,
    quoted_list,
};
use crate::snapshot::Snapshot;
use crate::yaml;
use serde_json::Value;

/// Facts and references are pointers to fields that the schema has; what looks like a path and is none would be taken as it is for every request,
/// and what fits no request, be it said for all of them or by default, is not to be mended in a request.
pub(super) fn facts(release: &Release, schema: &Schema, names: &Names, (file, text): (&RepoPath, &str)) -> Vec<Finding> {
    let facts = &release.facts;
    let all = [
        ("owner", &facts.owner),
        ("lifetime", &facts.lifetime),
        ("dataClassification", &facts.data_classification),
        ("region", &facts.region),
        ("costCentre", &facts.cost_centre),
    ];
    let mut findings = Vec::new();
    let facts = all.into_iter().filter_map(|(name, fact)| Some((format!("/spec/facts/{name}"), "a fact", fact.clone()?)));
    let refs = release
        .refs
        .iter()
        .map(|(name, rule)| (child("/spec/refs", name) + "/at", "the name of a request", Fact::Pointer(rule.at.clone())));
    for (at, what, fact) in facts.chain(refs) {
        let mistake = match (leads_to(&at, what, &fact, schema), at.as_str()) {
            (Err((message, help)), _) => Some((codes::UNKNOWN_FIELD, message, help)),
            (Ok(part), "/spec/facts/lifetime") => lifetime(&fact, part, release),
            (Ok(part), "/spec/facts/owner") => owner(&fact, part, names),
            (Ok(_), _) => None,
        };
        let Some((code, message, help)) = mistake else { continue };
        let place = yaml::locate(text, &at).map_or_else(|| Place::file(file.clone()), |spot| Place::new(file.clone(), spot.value));
        findings.push(Finding::error(code, place, message).help(help).turn(Turn::PathOwner));
    }
    findings
}

type Mistake = (Code, String, String);

/// A lifetime that the release itself gives to requests, and which none may have.
fn lifetime(fact: &Fact, part: Option<&Value>, release: &Release) -> Option<Mistake> {
    let (given, what) = given(fact, part, "lifetime")?;
    let max = release.lifetime.as_ref().and_then(|limits| limits.max.as_deref());
    match (duration_minutes(&given), max.and_then(duration_minutes).zip(max)) {
        (None, _) => {
            let message = format!("{what} is {}, and a lifetime is a duration such as `14d` or `12h`", show(&Value::String(given)));
            Some((codes::WRONG_FORMAT, message, "Change it, or point to another field.".to_owned()))
        }
        (Some(minutes), Some((most, max))) if minutes > most => {
            let message = format!("{what} is `{given}`, and `spec.lifetime.max` is `{max}`");
            Some((codes::OUT_OF_RANGE, message, "Lower the one, or raise the other.".to_owned()))
        }
        (Some(_), _) => None,
    }
}

/// A team that the release itself names as the owner of requests, and which is none.
fn owner(fact: &Fact, part: Option<&Value>, names: &Names) -> Option<Mistake> {
    let (given, what) = given(fact, part, "owner")?;
    let teams = || names.teams.iter().map(TeamName::as_str);
    let is_team = teams().any(|team| team == given);
    (!is_team).then(|| {
        let help = close_match(&given, teams()).map_or_else(|| "Point to the field that names the team: `/spec/…`.".to_owned(), meant);
        (codes::UNKNOWN_TEAM, format!("{what} is {}, and there is no team of that name", show(&Value::String(given.clone()))), help)
    })
}

/// What the release gives to every request that says nothing else, and where it does.
fn given(fact: &Fact, part: Option<&Value>, name: &str) -> Option<(String, String)> {
    match fact {
        Fact::Constant(text) => Some((text.clone(), format!("`spec.facts.{name}`"))),
        Fact::Pointer(pointer) => {
            let default = part?.get("default")?.as_str()?.to_owned();
            Some((default, format!("the default of {}, to which `spec.facts.{name}` leads,", dotted(pointer))))
        }
    }
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

/// The part of the schema that a fact or a reference leads to, as far as that can be told; else what is wrong with it, and the next step.
fn leads_to<'s>(from: &str, what: &str, fact: &Fact, schema: &'s Schema) -> Result<Option<&'s Value>, (String, String)> {
    let from = dotted(from);
    let pointer = match fact {
        Fact::Pointer(pointer) => pointer,
        Fact::Constant(text) => {
            let path = text.trim_start_matches('.');
            let is_path = path.starts_with("spec.") || path.starts_with("metadata.") || path.starts_with("spec/");
            let message = format!("{from} is the text `{}` for every request", cut(text));
            let help = format!("A pointer into the request begins with `/`: write `/{}`.", path.replace('.', "/"));
            return if is_path { Err((message, help)) } else { Ok(None) };
        }
    };
    let Some(rest) = pointer.strip_prefix("/spec/") else {
        let metadata =
            pointer == "/metadata/name" || pointer.starts_with("/metadata/labels/") || pointer.starts_with("/metadata/annotations/");
        let message = format!("{from} leads to {}, which no request has", dotted(pointer));
        let help = "Point into the `spec` of the request: `/spec/…`.";
        return if metadata { Ok(None) } else { Err((message, help.to_owned())) };
    };
    let mut part = &schema.root;
    let mut at = "/spec".to_owned();
    for field in rest.split('/') {
        let known = properties(schema, part);
        let is_simple = |name: &str| matches!(name, "string" | "integer" | "number" | "boolean");
        // A schema without names may take any, and entries of lists are not followed.
        if known.is_empty() && !type_of(part).is_some_and(is_simple) {
            return Ok(None);
        }
        let unescaped = key_of(field);
        let Some(next) = known.get(&*unescaped).copied() else {
            let message =
                format!("{from} leads to {}, and {} has no field `{}` in `schema.json`", dotted(pointer), dotted(&at), cut(&unescaped));
            let help = match close_match(&unescaped, known.keys().copied()) {
                Some(near) => meant(&format!("{at}/{near}")),
                None if known.is_empty() => format!("It is one value: write `{at}`."),
                None => format!("It has {}.", quoted_list(known.keys().copied())),
            };
            return Err((message, help));
        };
        part = next;
        at = format!("{at}/{field}");
    }
    let Some(wanted) = type_of(part).filter(|wanted| *wanted != "string") else { return Ok(Some(part)) };
    let message = format!("{from} leads to {}, which is {}, and {what} is text", dotted(pointer), type_in_words(wanted));
    Err((message, "Name a field that is text.".to_owned()))
}

/// The one type that a schema says.
fn type_of(schema: &Value) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}
