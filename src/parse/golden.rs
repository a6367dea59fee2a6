//! Golden paths and their releases: `path.yaml` and `release.yaml`.

use super::codes;
use super::fields::{At, Fields, did_you_mean};
use super::formats;
use super::hint;
use super::layout::{Names, ReleaseFiles};
use super::words::{cut, dotted, show};
use crate::model::{
    Digest, Fact, Facts, Finding, GoldenPath, LibraryId, LibraryName, Lifetime, OnDelete, Output, OutputName, PathName, Place, RefRule,
    Release, ReleaseId, ReleaseState, RendererId, Severity, Stage, Support, TargetSelector, TeamName, Turn, child, quoted_list,
};
use semver::Version;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The most outputs that a release may have.
const MOST_OUTPUTS: usize = 32;
/// The longest name that any request may have.
const LONGEST_NAME: u32 = 63;

/// Reads `golden-paths/<path>/path.yaml`.
pub(super) fn path(mut fields: Fields<'_>, name: PathName, names: &Names) -> (Option<GoldenPath>, Vec<Finding>) {
    fields.header(
        "GoldenPath",
        name.as_str(),
        &["title", "description", "owner", "customer", "support", "scope", "measure", "request", "stage", "current", "releases"],
    );
    let title = fields.required_text("/spec/title");
    let description = fields.text("/spec/description").unwrap_or_default();
    let owner = fields.known_name("/spec/owner", TeamName::parse, &names.teams, (codes::UNKNOWN_TEAM, "teams"));
    let support = support(&mut fields);
    for_people(&mut fields);
    fields.required_object("/spec/request", &["group", "kind", "name"]);
    let group = group(&mut fields);
    let kind = kind(&mut fields);
    fields.object("/spec/request/name", &["maxLength"]);
    let max_name = fields.number("/spec/request/name/maxLength", LONGEST_NAME).unwrap_or(LONGEST_NAME);
    let stages = [("alpha", Stage::Alpha), ("beta", Stage::Beta), ("ga", Stage::Ga), ("deprecated", Stage::Deprecated)];
    let stage = fields.one_of("/spec/stage", &stages).unwrap_or(Stage::Ga);
    let releases = states(&mut fields, &name, names);
    let current = current(&mut fields, &name, names, &releases);
    let path = title.zip(owner).zip(group).zip(kind).map(|(((title, owner), group), kind)| GoldenPath {
        name,
        file: fields.path().clone(),
        title,
        description,
        owner,
        support,
        group,
        kind,
        max_name,
        stage,
        current,
        releases,
    });
    fields.refuse_empty("/spec");
    fields.finish(path)
}

/// Whether requests may have this group: a domain that is not goldpath's own.
pub(super) fn is_group(text: &str) -> bool {
    let is_label = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    text.contains('.') && text.split('.').all(is_label) && text != "goldpath.dev"
}

/// Whether requests may have this kind.
pub(super) fn is_kind(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The group of requests, which stands before the `/` of their `apiVersion`.
fn group(fields: &mut Fields<'_>) -> Option<String> {
    fields.required_text("/spec/request/group")?;
    let group = |text: &str| is_group(text).then(|| text.to_owned());
    let help = |text: &str| match text.split_once('/') {
        Some((group, _)) => format!("Write `{}`: the version is that of `spec.current`.", cut(group)),
        None => "Write a domain of your own in small letters; `goldpath.dev` is goldpath's.".to_owned(),
    };
    fields.parsed_or("/spec/request/group", "a group such as `services.example.org`", group, help)
}

/// The kind of requests, in the form of Kubernetes.
fn kind(fields: &mut Fields<'_>) -> Option<String> {
    fields.required_text("/spec/request/kind")?;
    let kind = |text: &str| is_kind(text).then(|| text.to_owned());
    let help = |text: &str| {
        let capital = |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>();
        let near: String = text.split(|c: char| !c.is_ascii_alphanumeric()).map(capital).collect();
        if is_kind(&near) { format!("Write `{}`.", cut(&near)) } else { String::new() }
    };
    fields.parsed_or("/spec/request/kind", "a kind of letters and digits that begins with a capital letter", kind, help)
}

fn support(fields: &mut Fields<'_>) -> Support {
    fields.object("/spec/support", &["channel", "response", "docs"]);
    Support {
        channel: fields.text("/spec/support/channel"),
        response: fields.text("/spec/support/response"),
        docs: fields.text("/spec/support/docs"),
    }
}

/// What only people read is still checked, so that it can be relied upon.
fn for_people(fields: &mut Fields<'_>) {
    fields.text("/spec/customer");
    fields.object("/spec/scope", &["in", "out"]);
    fields.texts("/spec/scope/in");
    fields.texts("/spec/scope/out");
    fields.object("/spec/measure", &["target"]);
    duration(fields, "/spec/measure/target");
}

fn duration(fields: &mut Fields<'_>, pointer: &str) -> Option<String> {
    let duration = |text: &str| formats::is_duration(text).then(|| text.to_owned());
    fields.parsed_or(pointer, "a duration such as `14d` or `12h`", duration, |text| reformed("goldpath-duration", text))
}

fn day(fields: &mut Fields<'_>, pointer: &str) -> Option<String> {
    let day = |text: &str| formats::is_date(text).then(|| text.to_owned());
    fields.parsed_or(pointer, "a day such as `2026-03-01`", day, |text| reformed("date", text))
}

/// The step to a text of a format.
fn reformed(format: &str, text: &str) -> String {
    hint::reformed(format, text).map_or_else(String::new, |text| format!("Write `{text}`."))
}

/// A version that must be a release of the path.
fn release_of(fields: &mut Fields<'_>, pointer: &str, path: &PathName, names: &Names) -> Option<Version> {
    let version = fields.parsed(pointer, "a version such as `1.1.0`", |text| Version::parse(text).ok())?;
    if !names.releases.contains(&ReleaseId { path: path.clone(), version: version.clone() }) {
        unknown_release(fields, pointer, path, &version, names);
        return None;
    }
    Some(version)
}

fn unknown_release(fields: &mut Fields<'_>, pointer: &str, path: &PathName, version: &Version, names: &Names) {
    let known: Vec<String> = names.releases.iter().filter(|id| id.path == *path).map(|id| id.version.to_string()).collect();
    let message = format!("the golden path `{path}` has no release `{version}`");
    let help = match known.as_slice() {
        [] => "It has no release yet: add the folder of one.".to_owned(),
        known => format!("It has {}.", quoted_list(known.iter().map(String::as_str))),
    };
    fields.error(codes::UNKNOWN_RELEASE, pointer, At::Value, message, help);
}

fn states(fields: &mut Fields<'_>, path: &PathName, names: &Names) -> BTreeMap<Version, ReleaseState> {
    let mut states = BTreeMap::new();
    for key in fields.keys("/spec/releases") {
        let pointer = child("/spec/releases", &key);
        let Ok(version) = Version::parse(&key) else {
            let message = format!("{} is no version of a release", show(&Value::String(key)));
            fields.error(codes::WRONG_FORMAT, &pointer, At::Key, message, "Write a version such as `1.0.0`.");
            continue;
        };
        if !names.releases.contains(&ReleaseId { path: path.clone(), version: version.clone() }) {
            unknown_release(fields, &pointer, path, &version, names);
        }
        if let Some(state) = state(fields, &pointer, path, names) {
            states.insert(version, state);
        }
    }
    for (version, state) in &states {
        let (ReleaseState::Deprecated { replaced_by, .. } | ReleaseState::Retired { replaced_by }) = state;
        let Some(by) = replaced_by else { continue };
        let pointer = format!("{}/replacedBy", child("/spec/releases", &version.to_string()));
        if by == version {
            let message = format!("the release `{version}` cannot be replaced by itself");
            fields.error(codes::OTHER_VERSION, &pointer, At::Value, message, "Name the release that takes its place, or remove the field.");
        } else if let Some(ReleaseState::Retired { .. }) = states.get(by) {
            let message = format!("{} is `{by}`, which is retired", dotted(&pointer));
            fields.error(codes::RETIRED_RELEASE, &pointer, At::Value, message, "Name a live release.");
        }
    }
    states
}

fn state(fields: &mut Fields<'_>, at: &str, path: &PathName, names: &Names) -> Option<ReleaseState> {
    fields.object(at, &["state", "since", "until", "replacedBy"]);
    let since = day(fields, &format!("{at}/since"));
    let until = day(fields, &format!("{at}/until"));
    // days are written so that their texts are in order
    if let Some((since, until)) = since.zip(until.as_ref()).filter(|(since, until)| *until < since) {
        let message = format!("`until` is {until}, before `since`, which is {since}");
        fields.error(codes::OUT_OF_RANGE, &format!("{at}/until"), At::Value, message, "Write a later day.");
    }
    let replaced = format!("{at}/replacedBy");
    let replaced_by = if fields.has(&replaced) { release_of(fields, &replaced, path, names) } else { None };
    let state = format!("{at}/state");
    if !fields.has(&state) {
        fields.missing(&state);
    }
    Some(match fields.one_of(&state, &[("deprecated", false), ("retired", true)])? {
        false => ReleaseState::Deprecated { until, replaced_by },
        true => ReleaseState::Retired { replaced_by },
    })
}

fn current(fields: &mut Fields<'_>, path: &PathName, names: &Names, states: &BTreeMap<Version, ReleaseState>) -> BTreeMap<String, Version> {
    if !fields.has("/spec/current") {
        fields.missing("/spec/current");
    }
    let mut current = BTreeMap::new();
    if fields.get("/spec/current").and_then(Value::as_object).is_some_and(serde_json::Map::is_empty) {
        let message = "`spec.current` names no release, so that no request can be rendered";
        fields.error(codes::MISSING_FIELD, "/spec/current", At::Key, message, "Write one, such as `v1: 1.0.0`.");
    }
    for serves in fields.keys("/spec/current") {
        let pointer = child("/spec/current", &serves);
        let Some(version) = release_of(fields, &pointer, path, names) else { continue };
        if let Some(ReleaseState::Retired { .. }) = states.get(&version) {
            let message = format!("{} is `{version}`, which is retired", dotted(&pointer));
            fields.error(codes::RETIRED_RELEASE, &pointer, At::Value, message, "Name a live release.");
        }
        current.insert(serves, version);
    }
    current
}

/// Checks that each `current` release serves the version that it is current for.
pub(super) fn check_current(path: &GoldenPath, served: &BTreeMap<ReleaseId, String>, place: impl Fn(&str) -> Place) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (serves, version) in &path.current {
        let id = ReleaseId { path: path.name.clone(), version: version.clone() };
        if let Some(other) = served.get(&id).filter(|other| *other != serves) {
            let message = format!("the current release for `{serves}` is `{version}`, which serves `{other}`");
            let finding = Finding::error(codes::OTHER_VERSION, place(&child("/spec/current", serves)), message);
            findings.push(finding.help(format!("Name a release that serves `{serves}`.")).turn(Turn::PathOwner));
        }
    }
    findings
}

const RELEASE_FIELDS: [&str; 9] = ["serves", "facts", "lifetime", "disposable", "outputs", "exports", "refs", "health", "libraries"];

/// Reads `golden-paths/<path>/<release>/release.yaml`.
pub(super) fn release(
    mut fields: Fields<'_>,
    id: ReleaseId,
    digest: Digest,
    files: &ReleaseFiles<'_>,
    names: &Names,
) -> (Option<Release>, Vec<Finding>) {
    fields.header("Release", &id.version.to_string(), &RELEASE_FIELDS);
    let serves = fields.required_text("/spec/serves");
    let facts = facts(&mut fields);
    let lifetime = lifetime(&mut fields);
    let disposable = fields.texts("/spec/disposable").into_iter().collect();
    let outputs = outputs(&mut fields, files);
    let exports = exports(&mut fields);
    let refs = refs(&mut fields, names);
    let libraries = libraries(&mut fields, names);
    if fields.has("/spec/health") {
        fields.not_yet("/spec/health", "health checks of a path's own are", "Remove `health` for now.");
    }
    let release = serves.map(|serves| Release {
        id,
        file: fields.path().clone(),
        serves,
        facts,
        lifetime,
        disposable,
        outputs,
        exports,
        refs,
        libraries,
        digest,
    });
    fields.refuse_empty("/spec");
    fields.finish(release)
}

fn facts(fields: &mut Fields<'_>) -> Facts {
    fields.object("/spec/facts", &["owner", "lifetime", "dataClassification", "region", "costCentre"]);
    let mut fact = |name: &str| {
        let text = fields.text(&format!("/spec/facts/{name}"))?;
        Some(if text.starts_with('/') { Fact::Pointer(text) } else { Fact::Constant(text) })
    };
    Facts {
        owner: fact("owner"),
        lifetime: fact("lifetime"),
        data_classification: fact("dataClassification"),
        region: fact("region"),
        cost_centre: fact("costCentre"),
    }
}

fn lifetime(fields: &mut Fields<'_>) -> Option<Lifetime> {
    if !fields.object("/spec/lifetime", &["default", "max", "notify"]) {
        return None;
    }
    let lifetime = Lifetime { default: duration(fields, "/spec/lifetime/default"), max: duration(fields, "/spec/lifetime/max") };
    let minutes = |text: &Option<String>| text.as_deref().and_then(formats::duration_minutes);
    if let (Some(default), Some(max)) = (minutes(&lifetime.default), minutes(&lifetime.max))
        && default > max
    {
        fields.error(
            codes::OUT_OF_RANGE,
            "/spec/lifetime/default",
            At::Value,
            "the default lifetime is longer than `max`",
            "Lower it, or raise `max`.",
        );
    }
    let notices = fields.list("/spec/lifetime/notify").unwrap_or(0);
    for index in 0..notices {
        duration(fields, &format!("/spec/lifetime/notify/{index}"));
    }
    if notices > 0 {
        let message = "notices before the end are not sent yet by this version of goldpath";
        let place = fields.place("/spec/lifetime/notify", At::Key);
        let note = Finding::warning(codes::NOT_SUPPORTED_YET, place, message).help("Nothing to do.").turn(Turn::PathOwner);
        fields.push(Finding { severity: Severity::Note, ..note });
    }
    Some(lifetime)
}

fn outputs(fields: &mut Fields<'_>, files: &ReleaseFiles<'_>) -> Vec<Output> {
    let count = fields.list("/spec/outputs").unwrap_or(0);
    if count == 0 && !fields.has_error_at("/spec/outputs") {
        fields.missing("/spec/outputs");
    }
    if count > MOST_OUTPUTS {
        let message = format!("a release has at most {MOST_OUTPUTS} outputs, this one has {count}");
        fields.error(codes::OUT_OF_RANGE, "/spec/outputs", At::Key, message, "Make several golden paths of it.");
        return Vec::new();
    }
    let pointers = (0..count).map(|index| format!("/spec/outputs/{index}"));
    let outputs: Vec<(String, Output)> = pointers.filter_map(|at| output(fields, &at, files).map(|output| (at, output))).collect();
    let names = fields.get("/spec/outputs").and_then(Value::as_array).into_iter().flatten();
    let names: Vec<String> = names.filter_map(|output| output.get("name")?.as_str().map(str::to_owned)).collect();
    check_outputs(fields, &outputs, &names);
    for (folder, file) in files.folders.iter().filter(|(folder, _)| !names.iter().any(|name| name == *folder)) {
        let message = format!("the folder `{}` is no output of this release, so its files are not used", cut(folder));
        let help = did_you_mean(folder, names.iter().map(String::as_str))
            .unwrap_or_else(|| "Add an output of that name, or remove the folder.".into());
        fields.push(Finding::warning(codes::IGNORED_FILE, Place::file((*file).clone()), message).help(help).turn(Turn::PathOwner));
    }
    outputs.into_iter().map(|(_, output)| output).collect()
}

const OUTPUT_FIELDS: [&str; 10] =
    ["name", "renderer", "forEach", "target", "targets", "when", "onDelete", "dependsOn", "inputs", "repository"];

fn output(fields: &mut Fields<'_>, at: &str, files: &ReleaseFiles<'_>) -> Option<Output> {
    if !fields.required_object(at, &OUTPUT_FIELDS) {
        return None;
    }
    let name = fields.name(&format!("{at}/name"), OutputName::parse);
    if let Some(name) = name.as_ref().filter(|name| !files.folders.contains_key(name.as_str())) {
        let help = format!("Put its templates into the folder `{name}` beside `release.yaml`.");
        fields.error(codes::MISSING_FILE, &format!("{at}/name"), At::Value, format!("the output `{name}` has no folder"), help);
    }
    let renderer = format!("{at}/renderer");
    if !fields.has(&renderer) {
        fields.missing(&renderer);
    }
    let renderer = fields.parsed(&renderer, "a renderer with its version, such as `kubernetes@1`", RendererId::parse);
    let for_each = fields.text(&format!("{at}/forEach"));
    let target = target(fields, at);
    let when = fields.text(&format!("{at}/when"));
    let on_delete = fields.one_of(&format!("{at}/onDelete"), &[("delete", OnDelete::Delete), ("keep", OnDelete::Keep)]);
    let count = fields.list(&format!("{at}/dependsOn")).unwrap_or(0);
    let depends_on = (0..count).filter_map(|index| fields.name(&format!("{at}/dependsOn/{index}"), OutputName::parse)).collect();
    for (key, what, help) in [
        ("inputs", "inputs from other outputs are", "Remove `inputs` for now."),
        ("repository", "outputs to service repositories are", "Send it to a `directory` target for now."),
    ] {
        let pointer = format!("{at}/{key}");
        if fields.has(&pointer) {
            fields.not_yet(&pointer, what, help);
        }
    }
    let span = fields.span(at);
    let on_delete = on_delete.unwrap_or(OnDelete::Delete);
    name.zip(renderer).zip(target).map(|((name, renderer), target)| Output {
        name,
        renderer,
        for_each,
        target,
        when,
        on_delete,
        depends_on,
        span,
    })
}

fn target(fields: &mut Fields<'_>, at: &str) -> Option<TargetSelector> {
    let (one, many) = (format!("{at}/target"), format!("{at}/targets"));
    match (fields.has(&one), fields.has(&many)) {
        (false, false) => {
            fields.missing(&one);
            None
        }
        (true, true) => {
            let message = "an output has either `target` or `targets`";
            fields.error(codes::NO_FORM_FITS, &many, At::Key, message, "Remove one of the two.");
            None
        }
        (true, false) => fields.required_text(&one).map(TargetSelector::Template),
        (false, true) => {
            let labels = format!("{many}/matchLabels");
            fields.object(&many, &["matchLabels"]);
            let map = fields.text_map(&labels);
            if map.is_empty() {
                fields.missing(&labels);
                return None;
            }
            Some(TargetSelector::Labels(map))
        }
    }
}

/// Names are unique, and what an output depends on is there, without a circle; `names` are those of all outputs, also of those with mistakes.
fn check_outputs(fields: &mut Fields<'_>, outputs: &[(String, Output)], names: &[String]) {
    let mut circles: BTreeSet<&OutputName> = BTreeSet::new();
    for (index, (at, output)) in outputs.iter().enumerate() {
        if outputs[..index].iter().any(|(_, other)| other.name == output.name) {
            let message = format!("two outputs have the name `{}`", output.name);
            fields.error(codes::DUPLICATE, &format!("{at}/name"), At::Value, message, "Rename one of them.");
        }
        for (nth, other) in output.depends_on.iter().enumerate() {
            let pointer = format!("{at}/dependsOn/{nth}");
            let all = || names.iter().map(String::as_str);
            if !all().any(|name| name == other.as_str()) {
                let help = did_you_mean(other.as_str(), all()).unwrap_or_else(|| format!("Outputs are {}.", quoted_list(all())));
                fields.error(codes::UNKNOWN_OUTPUT, &pointer, At::Value, format!("this release has no output `{other}`"), help);
            } else if other == &output.name {
                let message = format!("`{other}` waits for itself");
                fields.error(codes::DEPENDENCY_CYCLE, &pointer, At::Value, message, "Remove it.");
            } else if !circles.contains(&output.name) && reaches(outputs, other, &output.name) {
                let in_circle = |name: &OutputName| reaches(outputs, &output.name, name) && reaches(outputs, name, &output.name);
                let circle: Vec<&OutputName> = outputs.iter().map(|(_, output)| &output.name).filter(|name| in_circle(name)).collect();
                let message = format!("{} wait for each other", quoted_list(circle.iter().map(|name| name.as_str())));
                fields.error(codes::DEPENDENCY_CYCLE, &pointer, At::Value, message, "Remove one of the dependencies of the circle.");
                circles.extend(circle);
            }
        }
    }
}

/// Whether one output waits, directly or through others, for another.
fn reaches(outputs: &[(String, Output)], from: &OutputName, to: &OutputName) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        if name == to {
            return true;
        }
        if seen.insert(name) {
            open.extend(outputs.iter().filter(|(_, output)| output.name == *name).flat_map(|(_, output)| &output.depends_on));
        }
    }
    false
}

/// A name that templates can write behind a dot.
fn is_word(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    plain && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

/// The keys of an object that templates use as names; the others are mistakes.
fn words(fields: &mut Fields<'_>, at: &str) -> Vec<String> {
    let mut words = Vec::new();
    for key in fields.keys(at) {
        if is_word(&key) {
            words.push(key);
        } else {
            let message = format!("{} is no name that templates can use", show(&Value::String(key.clone())));
            fields.error(codes::WRONG_FORMAT, &child(at, &key), At::Key, message, "Write letters, digits and `_`.");
        }
    }
    words
}

/// Where requests of the release name other requests.
fn refs(fields: &mut Fields<'_>, names: &Names) -> BTreeMap<String, RefRule> {
    let mut refs = BTreeMap::new();
    for name in words(fields, "/spec/refs") {
        let at = child("/spec/refs", &name);
        if !fields.required_object(&at, &["at", "path", "teams"]) {
            continue;
        }
        fields.one_of(&format!("{at}/teams"), &[("same", ())]);
        let place = format!("{at}/at");
        if !fields.has(&place) {
            fields.missing(&place);
        }
        let pointer = |text: &str| (text.starts_with("/spec/") && !text.ends_with('/')).then(|| text.to_owned());
        let pointer = fields.parsed(&place, "a JSON pointer into the request, such as `/spec/database`", pointer);
        let path = fields.known_name(&format!("{at}/path"), PathName::parse, &names.paths, (codes::UNKNOWN_PATH, "golden-paths"));
        refs.extend(pointer.zip(path).map(|(at, path)| (name, RefRule { at, path })));
    }
    refs
}

/// The libraries of templates that a release uses: name and version.
fn libraries(fields: &mut Fields<'_>, names: &Names) -> BTreeSet<LibraryId> {
    let mut libraries = BTreeSet::new();
    for key in fields.keys("/spec/libraries") {
        let pointer = child("/spec/libraries", &key);
        let Some(version) = fields.parsed(&pointer, "a version such as `1.2.0`", |text| Version::parse(text).ok()) else { continue };
        let id = LibraryName::parse(&key).ok().map(|name| LibraryId { name, version: version.clone() });
        match id.filter(|id| names.libraries.contains(id)) {
            Some(id) => drop(libraries.insert(id)),
            None => {
                let known: Vec<String> = names.libraries.iter().map(ToString::to_string).collect();
                let help = match known.as_slice() {
                    [] => "Add its folder under `golden-paths/_library/`.".to_owned(),
                    known => format!("There are {}.", quoted_list(known.iter().map(String::as_str))),
                };
                let message = format!("there is no library {} of the version `{version}`", show(&Value::String(key)));
                fields.error(codes::UNKNOWN_LIBRARY, &pointer, At::Value, message, help);
            }
        }
    }
    libraries
}

fn exports(fields: &mut Fields<'_>) -> BTreeMap<String, String> {
    let mut exports = BTreeMap::new();
    for name in words(fields, "/spec/exports") {
        let pointer = child("/spec/exports", &name);
        if !fields.object(&pointer, &["value", "from"]) && fields.has(&pointer) {
            continue;
        }
        let (value, from) = (format!("{pointer}/value"), format!("{pointer}/from"));
        if fields.has(&from) {
            fields.not_yet(&from, "exports known only after the apply are", "Remove it for now, or export a `value`.");
        } else if let Some(text) = fields.required_text(&value) {
            exports.insert(name, text);
        }
    }
    exports
}
