//! Requests: which golden path and release they mean, whether they fit, and what goldpath itself must know of them.

use super::chosen::{Chosen, release, whom};
use super::fields::{At, Fields, did_you_mean};
use super::formats;
use super::hint;
use super::layout::{Names, RequestFile};
use super::schema::Schema;
use super::sentence::{self, Complaint, Text, properties};
use super::words::{cut, dotted, show};
use super::{Progress, checking, codes};
use crate::model::{
    Fact, Finding, GoldenPath, Json, PathName, Place, Ref, Release, ReleaseId, RepoPath, Request, RequestFacts, RequestId, RequestName,
    Team, TeamName, Turn, at, child, close_match, key_of, quoted_list,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const PIN: &str = "goldpath.dev/release";
const MOVED: &str = "goldpath.dev/moved-from";
const EXPIRES: &str = "goldpath.dev/expires";
/// Where they stand in a request.
pub(super) const PIN_AT: &str = "/metadata/annotations/goldpath.dev~1release";
const MOVED_AT: &str = "/metadata/annotations/goldpath.dev~1moved-from";
pub(super) const EXPIRES_AT: &str = "/metadata/annotations/goldpath.dev~1expires";
/// The fields of a request, and those of its `metadata`.
const DOCUMENT: [&str; 4] = ["apiVersion", "kind", "metadata", "spec"];
const METADATA: [&str; 3] = ["name", "labels", "annotations"];
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
    /// Whether the kinds of a golden path cannot be known.
    pub(super) misses_kinds: bool,
    /// Paths that name a release as current for a version that it does not serve: what they serve cannot be told.
    pub(super) wrong_currents: &'a BTreeSet<PathName>,
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
    /// Whether its name is another than its file's.
    pub(super) is_misnamed: bool,
    /// What it names, where something is wrong with it.
    pub(super) asked: Option<Asked>,
    pub(super) findings: Vec<Finding>,
}

/// The requests that a refused request names: they are looked up all the same, so that all its mistakes are told at once.
pub(super) struct Asked {
    pub(super) file: RepoPath,
    pub(super) release: ReleaseId,
    /// By their names in the release.
    pub(super) refs: BTreeMap<String, Ref>,
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
    outcome.is_misnamed = file.name.is_some() && name.is_some() && name != file.name;
    outcome.ids.extend(name.as_ref().filter(|name| Some(*name) != file.name.as_ref()).and_then(id));
    let team = team(&mut fields, path, catalogue.names);
    annotations(&mut fields);
    // what the current release has to say of it is of no use to a request that is pinned to another
    let release = release(&mut fields, catalogue).filter(|_| !hides_pin(&fields, &file.entry.1.bytes));
    let strays = release.as_ref().map(|chosen| strays(&mut fields, chosen.schema)).unwrap_or_default();
    if strays.is_empty() && !fields.has("/spec") {
        fields.missing("/spec");
    }
    fields.doubt_keys(|pointer| is_named(release.as_ref().map(|chosen| chosen.schema), pointer));
    let mut asked = None;
    let request = release.as_ref().and_then(|chosen| {
        name_length(&mut fields, name.as_ref().filter(|_| !outcome.is_misnamed), chosen.path);
        let schema = RepoPath::parse(&format!("{}/schema.json", chosen.release.id.folder())).expect("the path is made of names");
        let document = checking(path, &schema, catalogue.tell, || check(&mut fields, chosen, known, &strays))?;
        // of what a schema says in several parts it is not known which one counts
        let is_plain_text = |schema: &Value| {
            let asks_for_date = |format: &Value| format.as_str().is_some_and(|format| format.starts_with("date"));
            schema.get("type").is_some() && !schema.get("format").is_some_and(asks_for_date)
        };
        fields.doubt_dates("/spec", |pointer| {
            pointer.strip_prefix("/spec").and_then(|pointer| chosen.schema.of_value(pointer)).is_some_and(is_plain_text)
        });
        let team = team?;
        let facts = facts(&mut fields, chosen, &document, &team, catalogue);
        let refs = refs(&mut fields, chosen.release, &document, &team);
        let release = chosen.release.id.clone();
        if !refs.is_empty() && !fields.is_clean() {
            asked = Some(Asked { file: path.clone(), release: release.clone(), refs: refs.clone() });
        }
        let id = RequestId { team, name: name? };
        Some(Request { id, file: path.clone(), release, pinned: chosen.pinned, document: Json(document), facts, refs })
    });
    // A team whose own file has errors cannot have its requests rendered.
    let request = request.filter(|request| catalogue.teams.contains_key(&request.id.team));
    (outcome.request, outcome.findings) = fields.finish(request);
    outcome.asked = asked.filter(|_| outcome.request.is_none());
    outcome
}

/// Tells of what makes a request's `metadata` and stands elsewhere, where there is none.
fn misplaced(fields: &mut Fields<'_>) -> bool {
    let (pointer, message, help) = if fields.get("/spec/metadata").is_some_and(Value::is_object) {
        ("/spec/metadata", "`metadata` stands inside of `spec`", "Indent it less, as far as `spec`.")
    } else if fields.get("/name").is_some_and(Value::is_string) {
        ("/name", "`name` belongs to `metadata`", "Write `metadata:` above it, and indent it by two spaces.")
    } else {
        return false;
    };
    let place = fields.place(pointer, At::Key);
    fields.retract(&codes::UNKNOWN_FIELD, &place);
    fields.error(codes::UNKNOWN_FIELD, pointer, At::Key, message, help);
    true
}

/// Whether a key is the name of a field to the schema; unknown schemas may name any.
fn is_named(schema: Option<&Schema>, pointer: &str) -> bool {
    let Some(below) = pointer.strip_prefix("/spec") else { return false };
    let Some((schema, (around, key))) = schema.zip(below.rsplit_once('/')) else { return true };
    schema.of_value(around).is_some_and(|around| properties(schema, around).contains_key(&*key_of(key)))
}

fn envelope(fields: &mut Fields<'_>, file: &RequestFile<'_>) -> Option<RequestName> {
    fields.object("", &DOCUMENT);
    let named = file.name.as_ref().map(|name| format!("name: {name}"));
    if !fields.has("/metadata") && misplaced(fields) {
        return None;
    }
    if !fields.required_object_or("/metadata", &METADATA, named.as_ref().map(|named| format!("metadata: {{{named}}}"))) {
        return None;
    }
    fields.text_map("/metadata/labels");
    fields.text_map("/metadata/annotations");
    fields.required_text_or("/metadata/name", |_| named)?;
    let name = fields.name("/metadata/name", RequestName::parse)?;
    if let Some(other) = file.name.as_ref().filter(|other| **other != name) {
        let message = format!("`metadata.name` is `{name}`, but the file is `{other}.yaml`");
        let help = format!("Write `name: {other}`; or rename the file, if `{name}` is meant.");
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
    let near = close_match(folder, names.teams.iter().map(TeamName::as_str));
    let help = match near {
        Some(near) => format!("Move the file to `requests/{near}/`, or ask the platform team to add the team."),
        None => format!("Move the file to the folder of your team, or ask the platform team for a `teams/{}.yaml`.", cut(folder)),
    };
    let finding = Finding::error(codes::UNKNOWN_TEAM, Place::file(path.clone()), message).help(help);
    fields.push(finding);
    None
}

/// The keys of an object; none where there is no object.
fn keys_of(fields: &Fields<'_>, of: &str) -> Vec<String> {
    let map = fields.get(of).and_then(Value::as_object);
    map.map(|map| map.keys().cloned().collect()).unwrap_or_default()
}

/// The annotation of goldpath that a key of another group, or of none, was meant to be; other tools have some of the same name.
fn annotation_meant(key: &str) -> Option<&'static str> {
    let lower = key.to_lowercase();
    let (group, name) = lower.split_once('/').unwrap_or(("", &lower));
    let is_own = group.is_empty() || group.contains("goldpath") || close_match(group.split('.').next()?, ["goldpath"]).is_some();
    let of_name = || ANNOTATIONS.into_iter().find(|own| own.split_once('/').is_some_and(|(_, own)| own == name));
    if is_own { of_name().or_else(|| close_match(&lower, ANNOTATIONS)) } else { None }
}

/// Whether the pin of a request is written, and cannot be read: `metadata` or its annotations are something else than an object.
fn hides_pin(fields: &Fields<'_>, text: &[u8]) -> bool {
    let is_object = |pointer: &str| fields.get(pointer).is_some_and(Value::is_object);
    let is_read = is_object("/metadata") && (is_object("/metadata/annotations") || !fields.is_there("/metadata/annotations"));
    !is_read && text.windows(PIN.len()).any(|part| part == PIN.as_bytes())
}

fn annotations(fields: &mut Fields<'_>) {
    for key in keys_of(fields, "/metadata/annotations") {
        let pointer = child("/metadata/annotations", &key);
        if key.starts_with("goldpath.dev/") && !ANNOTATIONS.contains(&key.as_str()) {
            let help = did_you_mean(&key, ANNOTATIONS).unwrap_or_else(|| format!("Known are {}.", quoted_list(ANNOTATIONS)));
            let message = format!("`{}` is not an annotation of goldpath", cut(&key));
            fields.error(codes::UNKNOWN_FIELD, &pointer, At::Key, message, help);
        } else if let Some(meant) = annotation_meant(&key).filter(|meant| *meant != key) {
            let message = format!("the annotation `{}` means nothing to goldpath", cut(&key));
            fields.warning(codes::UNKNOWN_FIELD, &pointer, At::Key, message, crate::model::meant(meant));
        }
    }
    for key in keys_of(fields, "/metadata/labels").into_iter().filter(|key| key.starts_with("goldpath.dev/")) {
        let message = format!("`{}` stands among the labels, and means nothing there", cut(&key));
        let help = match ANNOTATIONS.contains(&key.as_str()) {
            true => "Move it to `metadata.annotations`.".to_owned(),
            false => "Remove it: labels that begin with `goldpath.dev/` are written by goldpath.".to_owned(),
        };
        fields.error(codes::UNKNOWN_FIELD, &child("/metadata/labels", &key), At::Key, message, help);
    }
    if fields.has(MOVED_AT) {
        let help = "Without it the request would be removed and made anew: keep its name and team for now.";
        fields.not_yet(MOVED_AT, "moving a request is", help);
    }
    let day = |text: &str| formats::is_date(text).then_some(());
    let write = |text: &str| {
        hint::reformed("date", text)
            .map_or_else(|| "Write a day that there is, as year, month and day.".to_owned(), |day| format!("Write `{day}`."))
    };
    fields.parsed_or(EXPIRES_AT, "a day such as `2026-03-01`", day, write);
}

/// The names of fields of the `spec` that stand beside it or in `metadata`, which is said once.
fn strays(fields: &mut Fields<'_>, schema: &Schema) -> Vec<String> {
    let of = |at: &str, own: &[&str]| {
        let others = keys_of(fields, at).into_iter().filter(|key| !own.contains(&key.as_str()));
        others.map(|key| (child(at, &key), key)).collect::<Vec<_>>()
    };
    let mut strays = of("", &DOCUMENT);
    strays.extend(of("/metadata", &METADATA));
    if strays.is_empty() {
        return Vec::new();
    }
    let known = properties(schema, &schema.root);
    strays.retain(|(_, key)| key == "spec" || known.contains_key(key.as_str()));
    let Some((first, _)) = strays.first().cloned() else { return Vec::new() };
    for (pointer, _) in &strays {
        let place = fields.place(pointer, At::Key);
        fields.retract(&codes::UNKNOWN_FIELD, &place);
    }
    let names = quoted_list(strays.iter().map(|(_, name)| name.as_str()));
    let (message, help) = if first == "/metadata/spec" {
        ("`spec` stands inside of `metadata`".to_owned(), "Indent it less, as far as `metadata`.")
    } else if first.starts_with("/metadata/") && !fields.has("/spec") {
        ("`spec:` is missing above this line".to_owned(), "Write `spec:` above it, as far to the left as `metadata:`.")
    } else if strays.len() == 1 {
        (format!("{names} belongs to `spec`"), "Move it below `spec:`, indented like the other fields there.")
    } else {
        (format!("{names} belong to `spec`"), "Move them below `spec:`, indented by two spaces more.")
    };
    fields.error(codes::UNKNOWN_FIELD, &first, At::Key, message, help);
    strays.into_iter().map(|(_, name)| name).collect()
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
fn check(fields: &mut Fields<'_>, chosen: &Chosen<'_>, known: Option<Known<'_>>, strays: &[String]) -> Option<Value> {
    let known = known.filter(|known| known.schema.digest == chosen.schema.digest).map(|known| known.document.clone());
    if known.is_some() && !cfg!(debug_assertions) {
        return known;
    }
    let mut document = fields.value().clone();
    let spec = document.get_mut("spec").filter(|spec| !spec.is_null())?;
    whole(spec);
    if chosen.schema.fill(spec).is_err() {
        let message = "`spec` is too large for the defaults of its schema to be filled in";
        let help = format!("Split the request, or ask {}.", whom(chosen.path));
        fields.error(codes::DOES_NOT_FIT, "/spec", At::Key, message, help);
    }
    let written = |pointer: &str| fields.written(&format!("/spec{pointer}")).map(str::to_owned);
    let has = |pointer: &str| fields.is_there(&format!("/spec{pointer}"));
    let is_brought = |pointer: &str| fields.is_brought(&format!("/spec{pointer}"));
    let complaints = sentence::complaints(chosen.schema, spec, Text { written: &written, has: &has, is_brought: &is_brought });
    for complaint in complaints {
        debug_assert!(known.is_none(), "nothing was wrong with it before");
        let is_told = complaint.code == codes::UNKNOWN_FIELD && fields.has_error_at(&format!("/spec{}", complaint.pointer));
        if !is_told && !complaint.is_of(strays) && !is_said_of_reference(chosen.release, &complaint, &document) {
            let help = help_of(fields, chosen, &complaint);
            fields.error(complaint.code, &format!("/spec{}", complaint.pointer), complaint.at, complaint.message, help);
        }
    }
    // values are equal in any order of their members, and texts are not
    let written = |value: &Value| value.to_string();
    debug_assert!(known.is_none_or(|known| written(&known) == written(&document)), "it was filled in another way before");
    Some(document)
}

/// Numbers without a fraction become whole: `2.0` is a whole number to a schema, and would be printed as `2.0`.
fn whole(value: &mut Value) {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) if number.is_f64() => {
            let as_float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < EXACT);
            if let Some(whole) = as_float.and_then(|float| format!("{float:.0}").parse::<i64>().ok()) {
                *number = whole.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole),
        Value::Object(members) => members.values_mut().for_each(whole),
        _ => {}
    }
}

/// Whether a complaint about the text of a reference is told in better words when the reference is read.
fn is_said_of_reference(release: &Release, complaint: &Complaint, document: &Value) -> bool {
    let pointer = format!("/spec{}", complaint.pointer);
    let text = at(document, &pointer).and_then(Value::as_str);
    let is_reference = release.refs.values().any(|rule| rule.at == pointer);
    is_reference && complaint.code == codes::WRONG_FORMAT && text.is_some_and(|text| RequestName::parse(text).is_err())
}

/// The next step of a complaint, with what only the request and its golden path tell.
fn help_of(fields: &Fields<'_>, chosen: &Chosen<'_>, complaint: &Complaint) -> String {
    let pointer = format!("/spec{}", complaint.pointer);
    let team = fields.path().components().nth(1).unwrap_or_default();
    if complaint.is_limit {
        let ask = format!("For more, ask {}.", whom(chosen.path));
        return if complaint.help.is_empty() { ask } else { format!("{} {ask}", complaint.help) };
    }
    let is_owner = matches!(&chosen.release.facts.owner, Some(Fact::Pointer(owner)) if *owner == pointer);
    if is_owner && [codes::WRONG_FORMAT, codes::WRONG_TYPE, codes::NOT_ONE_OF].contains(&complaint.code) {
        return format!("Write `{}`, which is the team that the request belongs to.", cut(team));
    }
    let missing = complaint.field.as_ref().filter(|_| complaint.code == codes::MISSING_FIELD).map(|field| child(&pointer, field));
    if let (Some(Fact::Pointer(owner)), Some(missing)) = (&chosen.release.facts.owner, missing)
        && *owner == missing
    {
        return format!(
            "Add `{}: {}`, which is the team that the request belongs to.",
            key_of(owner.rsplit('/').next().unwrap_or_default()),
            cut(team)
        );
    }
    let is_unknown = complaint.code == codes::UNKNOWN_FIELD;
    let (around, field) = complaint.pointer.rsplit_once('/').unwrap_or_default();
    let has = |schema: &Schema| {
        is_unknown && schema.of_value(around).is_some_and(|around| properties(schema, around).contains_key(&*key_of(field)))
    };
    if let Some((version, _)) = chosen.current.filter(|(_, schema)| has(schema)) {
        let pinned = &chosen.release.id.version;
        return format!("It is one in the release `{version}`, and this request is pinned to `{pinned}`: move the pin, or remove it.");
    }
    match chosen.others.iter().find(|(_, schema)| has(schema)) {
        Some((version, _)) => {
            format!("It is one in the release `{version}`: pin it with the annotation `goldpath.dev/release: {version}`.")
        }
        None => complaint.help.clone(),
    }
}

fn facts(fields: &mut Fields<'_>, chosen: &Chosen<'_>, document: &Value, team: &TeamName, catalogue: &Catalogue<'_>) -> RequestFacts {
    let facts = &chosen.release.facts;
    let at = match &facts.owner {
        Some(Fact::Pointer(pointer)) => pointer.as_str(),
        _ => "",
    };
    let owner = fact(fields, document, facts.owner.as_ref()).filter(|owner| owner != team.as_str());
    if let Some(owner) = owner.filter(|_| !fields.has_error_at(at)) {
        let write = written(fields, at, team.as_str());
        let is_team = catalogue.names.teams.iter().any(|team| team.as_str() == owner);
        let (message, help) = match &facts.owner {
            Some(Fact::Pointer(_)) => (
                format!("{} is `{}`{}, but this request is in the folder of `{team}`", dotted(at), cut(&owner), by_default(fields, at)),
                if is_team { format!("{write}, or move the file to `requests/{owner}/`.") } else { format!("{write}.") },
            ),
            Some(Fact::Constant(_)) | None => (
                format!("requests of `{}` are the team `{owner}`'s alone, and this one is in the folder of `{team}`", chosen.path.name),
                format!("Move the file to `requests/{owner}/`, or ask {}.", whom(chosen.path)),
            ),
        };
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
    // what is no text of its schema is told, and need not be a name too
    for (name, rule) in release.refs.iter().filter(|(_, rule)| !fields.has_error_at(&rule.at)).collect::<Vec<_>>() {
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

/// What is said of a value that the request does not give itself.
fn by_default(fields: &Fields<'_>, pointer: &str) -> &'static str {
    if fields.has(pointer) { "" } else { " by default" }
}

/// The step to another value of a field, which may not be written yet.
fn written(fields: &Fields<'_>, pointer: &str, value: &str) -> String {
    let field = pointer.rsplit('/').next().unwrap_or_default();
    if fields.has(pointer) { format!("Write `{value}`") } else { format!("Add `{}: {value}`", key_of(field)) }
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
        let by_default = by_default(fields, pointer);
        let message = format!("{} is `{asked}`{by_default}, and `{}` lives at most `{max}`", dotted(pointer), chosen.path.name);
        let help = format!("{} or less; it can be extended before it ends.", written(fields, pointer, max));
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
