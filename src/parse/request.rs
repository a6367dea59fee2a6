//! Requests: which golden path and release they mean, whether they fit, and what goldpath itself must know of them.

use super::fields::{At, Fields, did_you_mean};
use super::formats;
use super::layout::{Names, RequestFile};
use super::schema::Schema;
use super::sentence;
use super::words::{cut, dotted, show};
use super::{Progress, checking, codes};
use crate::model::{
    Fact, Finding, GoldenPath, Json, PathName, Place, Ref, Release, ReleaseId, ReleaseState, RepoPath, Request, RequestFacts, RequestId,
    RequestName, Stage, Team, TeamName, Turn, at, child, quoted_list,
};
use semver::Version;
use serde_json::Value;
use std::collections::BTreeMap;

const PIN: &str = "goldpath.dev/release";
const MOVED: &str = "goldpath.dev/moved-from";
const EXPIRES: &str = "goldpath.dev/expires";
/// Where they stand in a request.
const PIN_AT: &str = "/metadata/annotations/goldpath.dev~1release";
const MOVED_AT: &str = "/metadata/annotations/goldpath.dev~1moved-from";
const EXPIRES_AT: &str = "/metadata/annotations/goldpath.dev~1expires";
/// The annotations of goldpath's own group.
const ANNOTATIONS: [&str; 3] = [PIN, MOVED, EXPIRES];

/// What requests are checked against.
pub(super) struct Catalogue<'a> {
    pub(super) tell: &'a (dyn Fn(Progress) + Sync),
    pub(super) names: &'a Names,
    /// Only those without an error.
    pub(super) paths: &'a BTreeMap<PathName, GoldenPath>,
    /// Group and kind of the paths that have errors: their requests cannot be judged.
    pub(super) broken_kinds: &'a [(String, String)],
    /// Only those without an error.
    pub(super) releases: &'a BTreeMap<ReleaseId, Release>,
    pub(super) schemas: &'a BTreeMap<ReleaseId, Schema>,
    pub(super) teams: &'a BTreeMap<TeamName, Team>,
}

/// What one file of a request came to.
#[derive(Default)]
pub(super) struct Outcome {
    /// The request, when nothing is wrong with it.
    pub(super) request: Option<Request>,
    /// All names under which its file may be known.
    pub(super) ids: Vec<RequestId>,
    /// Where its name stands.
    pub(super) name_at: Option<Place>,
    pub(super) findings: Vec<Finding>,
}

/// Reads one file of a request.
pub(super) fn read(file: &RequestFile<'_>, catalogue: &Catalogue<'_>) -> Outcome {
    read_opened(file, open(file), catalogue, None)
}

/// Reads the file of a request in two trees, as far as it is there; one that is the same is only taken apart once.
pub(super) fn read_both<'c>(
    before: Option<&RequestFile<'c>>,
    after: Option<&RequestFile<'c>>,
    catalogues: (&Catalogue<'c>, &Catalogue<'c>),
) -> (Option<Outcome>, Option<Outcome>) {
    let (Some(was), Some(is)) = (before, after) else {
        return (before.map(|file| read(file, catalogues.0)), after.map(|file| read(file, catalogues.1)));
    };
    let (one, other) = (was.entry.1, is.entry.1);
    if (one.mode, &one.bytes) != (other.mode, &other.bytes) {
        return (Some(read(was, catalogues.0)), Some(read(is, catalogues.1)));
    }
    let opened = open(was);
    let again = opened.clone();
    let was = read_opened(was, opened, catalogues.0, None);
    let known = was.request.as_ref().and_then(|request| Known::of(request, catalogues.0));
    let is = read_opened(is, again, catalogues.1, known);
    (Some(was), Some(is))
}

fn open<'a>(file: &RequestFile<'a>) -> Result<Fields<'a>, Vec<Finding>> {
    Fields::open(file.entry.0, file.entry.1, Turn::Requester)
}

/// What the same file came to when it was held against a schema and nothing was wrong with it.
#[derive(Clone, Copy)]
struct Known<'k> {
    schema: &'k Schema,
    document: &'k Value,
}

impl<'k> Known<'k> {
    fn of(request: &'k Request, catalogue: &Catalogue<'k>) -> Option<Self> {
        Some(Self { schema: catalogue.schemas.get(&request.release)?, document: &request.document.0 })
    }
}

fn read_opened(
    file: &RequestFile<'_>,
    opened: Result<Fields<'_>, Vec<Finding>>,
    catalogue: &Catalogue<'_>,
    known: Option<Known<'_>>,
) -> Outcome {
    let path = file.entry.0;
    let mut outcome = Outcome::default();
    let id = |name: &RequestName| file.team.clone().map(|team| RequestId { team, name: name.clone() });
    outcome.ids.extend(file.name.as_ref().and_then(id));
    let mut fields = match opened {
        Ok(fields) => fields,
        Err(findings) => return Outcome { findings, ..outcome },
    };
    let name = envelope(&mut fields, file);
    outcome.name_at = Some(fields.place("/metadata/name", At::Value));
    outcome.ids.extend(name.as_ref().filter(|name| Some(*name) != file.name.as_ref()).and_then(id));
    let team = team(&mut fields, path, catalogue.names);
    annotations(&mut fields);
    let release = release(&mut fields, catalogue);
    let request = release.as_ref().and_then(|chosen| {
        name_length(&mut fields, name.as_ref(), chosen.path);
        let schema = RepoPath::parse(&format!("{}/schema.json", chosen.release.id.folder())).expect("the path is made of names");
        let document = checking(path, &schema, catalogue.tell, || check(&mut fields, chosen, known))?;
        let team = team?;
        let facts = facts(&mut fields, chosen, &document, &team, catalogue);
        let refs = refs(&mut fields, chosen.release, &document, &team);
        let (id, release) = (RequestId { team, name: name? }, chosen.release.id.clone());
        Some(Request { id, file: path.clone(), release, pinned: chosen.pinned, document: Json(document), facts, refs })
    });
    // A team whose own file has errors cannot have its requests rendered.
    let request = request.filter(|request| catalogue.teams.contains_key(&request.id.team));
    (outcome.request, outcome.findings) = fields.finish(request);
    outcome
}

fn envelope(fields: &mut Fields<'_>, file: &RequestFile<'_>) -> Option<RequestName> {
    fields.object("", &["apiVersion", "kind", "metadata", "spec"]);
    if !fields.has("/spec") {
        fields.missing("/spec");
    }
    if !fields.required_object("/metadata", &["name", "labels", "annotations"]) {
        return None;
    }
    fields.text_map("/metadata/labels");
    fields.text_map("/metadata/annotations");
    let name = fields.name("/metadata/name", RequestName::parse)?;
    if let Some(other) = file.name.as_ref().filter(|other| **other != name) {
        let message = format!("`metadata.name` is `{name}`, but the file is `{other}.yaml`");
        let help = format!("Rename the file to `{name}.yaml`, or write `name: {other}`.");
        fields.error(codes::WRONG_NAME, "/metadata/name", At::Value, message, help);
    }
    Some(name)
}

/// The team whose folder the file stands in.
fn team(fields: &mut Fields<'_>, path: &RepoPath, names: &Names) -> Option<TeamName> {
    let folder = path.components().nth(1).unwrap_or_default();
    let team = TeamName::parse(folder).ok();
    if let Some(team) = team.as_ref().filter(|team| names.teams.contains(*team)) {
        return Some(team.clone());
    }
    let message = format!("the folder `requests/{}/` belongs to no team: there is no `teams/{}.yaml`", cut(folder), cut(folder));
    let near = crate::model::close_match(folder, names.teams.iter().map(TeamName::as_str));
    let help = match near {
        Some(near) => format!("Move the file to `requests/{near}/`, or ask the platform team to add the team."),
        None => "Move the file to the folder of your team, or ask the platform team to add it.".to_owned(),
    };
    let finding = Finding::error(codes::UNKNOWN_TEAM, Place::file(path.clone()), message).help(help);
    fields.push(finding);
    None
}

fn annotations(fields: &mut Fields<'_>) {
    for key in fields
        .get("/metadata/annotations")
        .and_then(Value::as_object)
        .map(|map| map.keys().cloned().collect::<Vec<_>>())
        .unwrap_or_default()
    {
        if key.starts_with("goldpath.dev/") && !ANNOTATIONS.contains(&key.as_str()) {
            let help = did_you_mean(&key, ANNOTATIONS).unwrap_or_else(|| format!("Known are {}.", quoted_list(ANNOTATIONS)));
            let message = format!("`{}` is not an annotation of goldpath", cut(&key));
            fields.error(codes::UNKNOWN_FIELD, &child("/metadata/annotations", &key), At::Key, message, help);
        }
    }
    if fields.has(MOVED_AT) {
        let help = "Without it the request would be removed and made anew: keep its name and team for now.";
        fields.not_yet(MOVED_AT, "moving a request is", help);
    }
    let day = |text: &str| formats::is_date(text).then_some(());
    fields.parsed(EXPIRES_AT, "a day such as `2026-03-01`", day);
}

/// The release that a request means.
struct Chosen<'c> {
    path: &'c GoldenPath,
    release: &'c Release,
    schema: &'c Schema,
    pinned: bool,
}

fn release<'c>(fields: &mut Fields<'_>, catalogue: &Catalogue<'c>) -> Option<Chosen<'c>> {
    let (api, kind) = (fields.required_text("/apiVersion"), fields.required_text("/kind"));
    let (api, kind) = api.zip(kind)?;
    let Some((group, version)) = api.rsplit_once('/').filter(|(group, version)| !group.is_empty() && !version.is_empty()) else {
        let message = format!("`apiVersion` must be a group and a version, is {}", show(&Value::String(api)));
        fields.error(codes::WRONG_FORMAT, "/apiVersion", At::Value, message, groups(catalogue, &kind));
        return None;
    };
    let Some(path) = catalogue.paths.values().find(|path| path.group == group && path.kind == kind) else {
        if !catalogue.broken_kinds.iter().any(|(g, k)| g == group && *k == kind) {
            unknown_kind(fields, catalogue, group, version, &kind);
        }
        return None;
    };
    if path.stage == Stage::Deprecated {
        let help = format!("Ask {} what takes its place.", whom(path));
        fields.warning(codes::DEPRECATED, "/kind", At::Value, format!("the golden path `{}` is deprecated", path.name), help);
    }
    let pinned = fields.has(PIN_AT);
    let id = if pinned { pinned_release(fields, catalogue, path, version)? } else { current_release(fields, path, version)? };
    state(fields, path, &id, if pinned { PIN_AT } else { "/apiVersion" });
    Some(Chosen { path, release: catalogue.releases.get(&id)?, schema: catalogue.schemas.get(&id)?, pinned })
}

fn unknown_kind(fields: &mut Fields<'_>, catalogue: &Catalogue<'_>, group: &str, version: &str, kind: &str) {
    if catalogue.paths.values().any(|path| path.kind == kind) {
        let message = format!("no golden path takes `{}` of the group `{}`", cut(kind), cut(group));
        let same: Vec<String> =
            catalogue.paths.values().filter(|path| path.kind == kind).map(|path| format!("{}/{version}", path.group)).collect();
        let help = format!(
            "Did you mean `apiVersion: {}`?",
            crate::model::close_match(group, same.iter().map(String::as_str)).unwrap_or(&same[0])
        );
        fields.error(codes::UNKNOWN_KIND, "/apiVersion", At::Value, message, help);
        return;
    }
    let known: Vec<&str> = catalogue.paths.values().filter(|path| path.group == group).map(|path| path.kind.as_str()).collect();
    let known = if known.is_empty() { catalogue.paths.values().map(|path| path.kind.as_str()).collect() } else { known };
    let help =
        did_you_mean(kind, known.iter().copied()).unwrap_or_else(|| format!("Golden paths take {}.", quoted_list(known.iter().copied())));
    fields.error(codes::UNKNOWN_KIND, "/kind", At::Value, format!("no golden path takes requests of the kind `{}`", cut(kind)), help);
}

/// The `apiVersion`s of a kind, as a next step.
fn groups(catalogue: &Catalogue<'_>, kind: &str) -> String {
    let of_kind = catalogue.paths.values().filter(|path| path.kind == kind);
    let versions: Vec<String> = of_kind.flat_map(|path| path.current.keys().map(|version| format!("{}/{version}", path.group))).collect();
    if versions.is_empty() {
        "Write `group/version`.".to_owned()
    } else {
        format!("Write {}.", quoted_list(versions.iter().map(String::as_str)))
    }
}

fn pinned_release(fields: &mut Fields<'_>, catalogue: &Catalogue<'_>, path: &GoldenPath, version: &str) -> Option<ReleaseId> {
    let pinned = fields.parsed(PIN_AT, "the version of a release, such as `1.1.0`", |text| Version::parse(text).ok())?;
    let id = ReleaseId { path: path.name.clone(), version: pinned };
    if !catalogue.names.releases.contains(&id) {
        let of_path = catalogue.names.releases.iter().filter(|other| other.path == path.name);
        let known: Vec<String> = of_path.map(|other| other.version.to_string()).collect();
        let message = format!("the golden path `{}` has no release `{}`", path.name, id.version);
        let help = format!("It has {}.", quoted_list(known.iter().map(String::as_str)));
        fields.error(codes::UNKNOWN_RELEASE, PIN_AT, At::Value, message, help);
        return None;
    }
    let release = catalogue.releases.get(&id)?;
    if release.serves != version {
        let message = format!("the release `{id}` serves `{}/{}`, and this request is `{}`", path.group, release.serves, cut(version));
        let help = format!("Pin a release that serves `{}`, or write `apiVersion: {}/{}`.", cut(version), path.group, release.serves);
        fields.error(codes::OTHER_VERSION, PIN_AT, At::Value, message, help);
        return None;
    }
    Some(id)
}

fn current_release(fields: &mut Fields<'_>, path: &GoldenPath, version: &str) -> Option<ReleaseId> {
    if let Some(current) = path.current.get(version) {
        return Some(ReleaseId { path: path.name.clone(), version: current.clone() });
    }
    let known: Vec<String> = path.current.keys().map(|version| format!("{}/{version}", path.group)).collect();
    let message = format!("`{}` is not served in the version `{}`", path.kind, cut(version));
    let help = format!("Write {}.", quoted_list(known.iter().map(String::as_str)));
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
            let end = until.as_ref().map_or(String::new(), |until| format!(", and works until {until}"));
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
fn whom(path: &GoldenPath) -> String {
    match &path.support.channel {
        Some(channel) => format!("`{}` in {}", path.owner, cut(channel)),
        None => format!("`{}`", path.owner),
    }
}

fn name_length(fields: &mut Fields<'_>, name: Option<&RequestName>, path: &GoldenPath) {
    let Some(name) = name else { return };
    let most = path.max_name as usize;
    if name.as_str().len() > most {
        let message = format!("`metadata.name` has {} characters, and `{}` takes at most {most}", name.as_str().len(), path.kind);
        fields.error(codes::NAME_TOO_LONG, "/metadata/name", At::Value, message, "Choose a shorter name.");
    }
}

/// The document with defaults filled in, and everything in its `spec` that does not fit; known where it was held against the very same schema. In
/// debug builds it is held against it all the same, and compared.
fn check(fields: &mut Fields<'_>, chosen: &Chosen<'_>, known: Option<Known<'_>>) -> Option<Value> {
    let known = known.filter(|known| known.schema.digest == chosen.schema.digest).map(|known| known.document.clone());
    if known.is_some() && !cfg!(debug_assertions) {
        return known;
    }
    let mut document = fields.value().clone();
    let spec = document.get_mut("spec").filter(|spec| !spec.is_null())?;
    chosen.schema.fill(spec);
    for complaint in sentence::complaints(chosen.schema, spec) {
        let help = match complaint.is_limit && complaint.help.is_empty() {
            true => format!("For more, ask {}.", whom(chosen.path)),
            false => complaint.help,
        };
        debug_assert!(known.is_none(), "nothing was wrong with it before");
        fields.error(complaint.code, &format!("/spec{}", complaint.pointer), complaint.at, complaint.message, help);
    }
    // values are equal in any order of their members, and texts are not
    let written = |value: &Value| value.to_string();
    debug_assert!(known.is_none_or(|known| written(&known) == written(&document)), "it was filled in another way before");
    Some(document)
}

fn facts(fields: &mut Fields<'_>, chosen: &Chosen<'_>, document: &Value, team: &TeamName, catalogue: &Catalogue<'_>) -> RequestFacts {
    let facts = &chosen.release.facts;
    let at = match &facts.owner {
        Some(Fact::Pointer(pointer)) => pointer.as_str(),
        _ => "",
    };
    let owner = fact(fields, document, facts.owner.as_ref()).filter(|owner| owner != team.as_str());
    if let Some(owner) = owner.filter(|_| !fields.has_error_at(at)) {
        let message = format!("{} is `{}`, but this request is in the folder of `{team}`", dotted(at), cut(&owner));
        let is_team = catalogue.names.teams.iter().any(|team| team.as_str() == owner);
        let help = if is_team { format!("Write `{team}`, or move the file to `requests/{owner}/`.") } else { format!("Write `{team}`.") };
        fields.error(codes::OTHER_OWNER, at, At::Value, message, help);
    }
    let of_team = || catalogue.teams.get(team).and_then(|team| team.cost_centre.clone());
    RequestFacts {
        lifetime: lifetime(fields, chosen, document),
        data_classification: fact(fields, document, facts.data_classification.as_ref()),
        region: fact(fields, document, facts.region.as_ref()),
        cost_centre: fact(fields, document, facts.cost_centre.as_ref()).or_else(of_team),
        expires: fields.get(EXPIRES_AT).and_then(Value::as_str).map(str::to_owned),
    }
}

/// The requests that a request names, each of its own team; whether they are there is looked at when all requests are read.
fn refs(fields: &mut Fields<'_>, release: &Release, document: &Value, team: &TeamName) -> BTreeMap<String, Ref> {
    let mut refs = BTreeMap::new();
    for (name, rule) in &release.refs {
        let Some(text) = fact(fields, document, Some(&Fact::Pointer(rule.at.clone()))) else { continue };
        let (of, named) = text.split_once('/').unwrap_or((team.as_str(), &text));
        if of != team.as_str() {
            let message = format!("{} names a request of another team: {}", dotted(&rule.at), show(&Value::String(text.clone())));
            let help = format!("Name a request of `{team}`: what belongs to another team is not handed out through its requests.");
            fields.error(codes::OTHER_REQUEST, &rule.at, At::Value, message, help);
            continue;
        }
        match RequestName::parse(named) {
            Ok(other) => {
                let request = RequestId { team: team.clone(), name: other };
                refs.insert(name.clone(), Ref { request, span: fields.place(&rule.at, At::Value).span });
            }
            Err(error) => {
                let message = format!("{} must be the name of a request: {error}", dotted(&rule.at));
                fields.error(codes::NOT_A_NAME, &rule.at, At::Value, message, "Write its `metadata.name`.");
            }
        }
    }
    refs
}

/// A fact as text; what is not text is a mistake, what is absent is not.
fn fact(fields: &mut Fields<'_>, document: &Value, fact: Option<&Fact>) -> Option<String> {
    let pointer = match fact? {
        Fact::Constant(text) => return Some(text.clone()),
        Fact::Pointer(pointer) => pointer,
    };
    match at(document, pointer)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        _ if fields.has_error_at(pointer) => None,
        other => {
            let message = format!("{} must be text, is {}", dotted(pointer), show(other));
            let help = if other.is_number() || other.is_boolean() { "Put it in quotes." } else { "" };
            fields.error(codes::WRONG_TYPE, pointer, At::Value, message, help);
            None
        }
    }
}

fn lifetime(fields: &mut Fields<'_>, chosen: &Chosen<'_>, document: &Value) -> Option<String> {
    let limits = chosen.release.lifetime.as_ref();
    let pointer = match &chosen.release.facts.lifetime {
        Some(Fact::Pointer(pointer)) => pointer.as_str(),
        _ => "/spec",
    };
    let Some(asked) = fact(fields, document, chosen.release.facts.lifetime.as_ref()) else {
        return limits.and_then(|limits| limits.default.clone());
    };
    let Some(minutes) = formats::duration_minutes(&asked) else {
        if fields.has_error_at(pointer) {
            return None;
        }
        let message = format!("{} must be a duration such as `14d` or `12h`, is {}", dotted(pointer), show(&Value::String(asked)));
        fields.error(codes::WRONG_FORMAT, pointer, At::Value, message, "");
        return None;
    };
    let max = limits.and_then(|limits| limits.max.as_deref());
    if let Some(max) = max.filter(|max| formats::duration_minutes(max).is_some_and(|max| minutes > max)) {
        let message = format!("{} is `{asked}`, and `{}` lives at most `{max}`", dotted(pointer), chosen.path.name);
        let help = format!("Write `{max}` or less; it can be extended before it ends.");
        fields.error(codes::LIFETIME_TOO_LONG, pointer, At::Value, message, help);
    }
    Some(asked)
}

/// Findings for two requests of a team with one name: at both, each naming the other.
pub(super) fn twice(id: &RequestId, one: &Place, other: &Place) -> [Finding; 2] {
    let finding = |at: &Place, other: &Place| {
        let message = format!("the team `{}` has two requests named `{}`", id.team, id.name);
        Finding::error(codes::DUPLICATE_NAME, at.clone(), message)
            .help(format!("Rename one of the two; the other is `{}`.", other.path))
            .related(other.clone(), "the other one")
    };
    [finding(one, other), finding(other, one)]
}
