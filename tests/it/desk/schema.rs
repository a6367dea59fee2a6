//! `goldpath schema`: what editors are told is what the strict readers hold to.

use super::place::Place;
use super::samples::{SAMPLES, Sample};
use crate::example::read;
use goldpath::config::{Config, Flags};
use goldpath::forms;
use goldpath::model::{ContentId, Digest, Finding, RepoPath};
use goldpath::parse::parse;
use goldpath::render::{Cache, Limits, render};
use goldpath::snapshot::{File, Mode, Snapshot};
use goldpath::yaml;
use insta::assert_snapshot;
use jsonschema::Validator;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Errors about the form of one file; what other files, the name of the file or this version of goldpath say is not for a schema.
const FORM: [&str; 10] = [
    "unknown-field",
    "wrong-type",
    "missing-field",
    "not-one-of",
    "wrong-format",
    "out-of-range",
    "not-a-name",
    "wrong-name",
    "wrong-kind",
    "no-form-fits",
];

fn validator(schema: &Value) -> Validator {
    assert!(jsonschema::meta::is_valid(schema), "{schema:#}");
    jsonschema::options().should_validate_formats(true).build(schema).expect("it is a schema")
}

fn with(base: &Snapshot, path: &str, text: &str) -> Snapshot {
    let mut files = base.files().clone();
    let mut id = [0; 20];
    id.copy_from_slice(&Digest::of(text.as_bytes()).bytes()[..20]);
    let file = File { id: ContentId::from_bytes(id), mode: Mode::Regular, bytes: text.as_bytes().into() };
    files.insert(RepoPath::parse(path).expect("a path"), file);
    Snapshot::new(None, files, Vec::new())
}

/// What the strict reader of a kind says about a document, as far as it is about its form.
fn refused(base: &Snapshot, sample: &Sample, document: &Value) -> Vec<String> {
    let text = yaml::emit(document);
    match sample.kind {
        "Daemon" => {
            let dir = tempfile::tempdir().expect("a temporary folder");
            let file = dir.path().join("daemon.yaml");
            std::fs::write(dir.path().join("secret"), "s").expect("it can be written");
            std::fs::write(&file, &text).expect("it can be written");
            let flags = Flags { file: Some(file), repository: Some("x".into()), state_dir: Some("x".into()), listen: None };
            Config::load(&flags).err().map(|error| error.to_string()).into_iter().collect()
        }
        "Renderer" => {
            let snapshot = with(base, sample.file, &text);
            let rendered = render(&snapshot, &parse(&snapshot).platform, &Limits::default(), &mut Cache::new(), 1);
            let invalid = rendered.findings.iter().filter(|finding| finding.place.path.as_str() == sample.file);
            invalid.map(|finding| finding.message.clone()).collect()
        }
        _ => {
            said(&with(base, sample.file, &text), sample.file).iter().map(|it| format!("{}: {} {}", it.code, it.message, it.help)).collect()
        }
    }
}

fn said(snapshot: &Snapshot, file: &str) -> Vec<Finding> {
    let in_file = |finding: &Finding| finding.is_error() && finding.place.path.as_str() == file && FORM.contains(&finding.code.as_str());
    parse(snapshot).findings.into_iter().filter(in_file).collect()
}

/// The pointers of everything in a document.
fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    let child = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| pointers(value, &child(key), into)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| pointers(value, &child(&index.to_string()), into)),
        _ => {}
    }
}

/// The document with each thing in it taken away, made something else, or given a field that nobody knows.
fn broken(document: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    pointers(document, "", &mut all);
    let mut broken = Vec::new();
    for pointer in all.iter().filter(|pointer| !pointer.is_empty()) {
        for other in [json!(7), json!(true), json!("No Name!"), json!([]), json!({})] {
            let mut changed = document.clone();
            *changed.pointer_mut(pointer).expect("it is there") = other.clone();
            broken.push((format!("{pointer} = {other}"), changed));
        }
        let (parent, key) = pointer.rsplit_once('/').expect("it is below something");
        let mut changed = document.clone();
        if let Some(map) = changed.pointer_mut(parent).and_then(Value::as_object_mut) {
            map.remove(&key.replace("~1", "/").replace("~0", "~"));
            broken.push((format!("without {pointer}"), changed));
        }
    }
    for pointer in all {
        let mut changed = document.clone();
        if let Some(map) = changed.pointer_mut(&pointer).and_then(Value::as_object_mut) {
            map.insert("zzz".into(), "x".into());
            broken.push((format!("{pointer}/zzz"), changed));
        }
    }
    broken
}

#[test]
fn the_strict_readers_and_the_schemas_refuse_the_same() {
    let base = read("first-repository");
    for sample in SAMPLES {
        let document = sample.document();
        let schema = forms::own(sample.kind).expect("it is a kind").schema();
        let validator = validator(&schema);
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| format!("{} {error}", error.instance_path())).collect();
        assert_eq!((errors, refused(&base, sample, &document)), (vec![], vec![]), "{}", sample.file);
        let differ: Vec<String> = broken(&document)
            .into_par_iter()
            .filter(|(what, _)| !sample.beyond.contains(&what.as_str()))
            .filter_map(|(what, changed)| {
                let reader = refused(&base, sample, &changed);
                (validator.is_valid(&changed) != reader.is_empty())
                    .then(|| format!("{what}: the reader says {reader:?}, the schema the other"))
            })
            .collect();
        assert!(differ.is_empty(), "{} {}:\n{}", sample.kind, sample.file, differ.join("\n"));
    }
}

/// A schema with its references followed.
fn resolved<'s>(root: &'s Value, mut schema: &'s Value) -> &'s Value {
    while let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        schema = root.pointer(&target[1..]).expect("it leads somewhere");
    }
    schema
}

/// The fields that a schema lists where a document has an object, by pointer; nothing where any name is taken.
fn listed<'s>(root: &'s Value, schema: &'s Value, value: &Value, at: &str, into: &mut Vec<(String, BTreeSet<&'s str>)>) {
    let schema = resolved(root, schema);
    let chosen = schema.get("allOf").and_then(Value::as_array).into_iter().flatten().find(|rule| {
        let wanted = rule.pointer("/if/properties/type/const");
        wanted.is_some() && wanted == value.get("type")
    });
    let schema = chosen.map_or(schema, |rule| resolved(root, &rule["then"]));
    let member = |key: &str| schema.get("properties").and_then(|all| all.get(key)).or_else(|| schema.get("additionalProperties"));
    match value {
        Value::Object(map) => {
            if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
                into.push((at.to_owned(), properties.keys().map(String::as_str).collect()));
            }
            for (key, value) in map {
                if let Some(schema) = member(key).filter(|schema| schema.is_object()) {
                    listed(root, schema, value, &format!("{at}/{key}"), into);
                }
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                listed(root, &schema["items"], value, &format!("{at}/{index}"), into);
            }
        }
        _ => {}
    }
}

/// The words in backticks behind "Known are".
fn known_words(said: &str) -> Option<BTreeSet<&str>> {
    let (_, rest) = said.split_once("Known are ").or_else(|| said.split_once("known are "))?;
    Some(rest.split(['.', '\n']).next().unwrap_or_default().split('`').skip(1).step_by(2).collect())
}

#[test]
fn the_fields_that_a_reader_knows_are_those_of_the_schema_and_the_samples_have_them_all() {
    let base = read("first-repository");
    for kind in forms::own_kinds() {
        let schema = kind.schema();
        let (mut known, mut shown) = (BTreeSet::new(), BTreeSet::new());
        for sample in SAMPLES.iter().filter(|sample| sample.kind == kind.kind) {
            let document = sample.document();
            let mut all = Vec::new();
            listed(&schema, &schema, &document, "", &mut all);
            for (at, fields) in all {
                let mut changed = document.clone();
                let object = changed.pointer_mut(&at).and_then(Value::as_object_mut).expect("an object");
                known.extend(fields.iter().map(|field| plain(&at, field)));
                shown.extend(object.keys().map(|field| plain(&at, field)));
                object.insert("q9".into(), json!({}));
                let said = refused(&base, sample, &changed).join("\n");
                // a reader by serde lists its fields in other words, and is held by the other test
                assert!(kind.kind == "Renderer" || known_words(&said) == Some(fields), "{} at {at:?}: {said}", sample.kind);
            }
        }
        let missing: Vec<&String> = known.difference(&shown).collect();
        // what this version refuses whatever it holds
        let refused: &[&str] = if kind.kind == "Daemon" { &["/spec/state/database", "/spec/trust/allowedSignersFile"] } else { &[] };
        assert!(!known.is_empty() && missing == refused, "{}: {missing:?}", kind.kind);
    }
}

/// A field without the numbers of lists and the names of maps.
fn plain(at: &str, field: &str) -> String {
    let mut parts: Vec<&str> = at.split('/').map(|part| if part.parse::<u32>().is_ok() { "_" } else { part }).collect();
    if let [.., "exports", name] = parts.as_mut_slice() {
        *name = "_";
    }
    format!("{}/{field}", parts.join("/"))
}

#[test]
fn the_files_of_the_repositories_fit_their_schemas() {
    let mut fitting = 0;
    for repository in ["platform-repo-example", "first-repository"] {
        let snapshot = read(repository);
        let platform = parse(&snapshot).platform;
        for (file, _) in
            snapshot.files().iter().filter(|(file, _)| file.as_str().ends_with(".yaml") && !file.as_str().contains("/expected/"))
        {
            let text = snapshot.text(file.as_str()).expect("text");
            let Some(document) = yaml::parse(text).documents.into_iter().next().map(|it| it.into_value()) else { continue };
            let Some(kind) = document.get("kind").and_then(Value::as_str) else { continue };
            // a request of a case may be wrong on purpose: there the reader says what the schema must say
            let is_wrong = snapshot.text(&format!("{}/findings.yaml", file.parent().unwrap_or_default())).is_some();
            let own = forms::own(kind).map(|own| own.schema());
            let group = document["apiVersion"].as_str().and_then(|version| version.rsplit_once('/')).map_or("", |(group, _)| group);
            let of_request = || platform.path_of_kind(group, kind).and_then(|path| forms::request(&snapshot, &platform, path));
            let schema = own.or_else(of_request).unwrap_or_else(|| panic!("{file}: {kind}"));
            if !is_wrong {
                let errors: Vec<String> = validator(&schema).iter_errors(&document).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{file}: {errors:?}");
                fitting += 1;
            }
        }
    }
    assert!(fitting > 25, "only {fitting}");
}

#[test]
fn requests_and_their_schemas_refuse_the_same() {
    let whole = read("platform-repo-example");
    let platform = parse(&whole).platform;
    // what only the folder, the release or the policies know
    let beyond = ["wrong-name", "other-owner", "lifetime-too-long", "unknown-request", "over-quota"];
    for path in platform.paths.values() {
        let request = platform.requests.values().find(|request| request.release.path == path.name).expect("the example has one of each");
        let validator = validator(&forms::request(&whole, &platform, path).expect("it has a schema"));
        // reading it again and again is quick without the others
        let of_others = |file: &RepoPath| {
            file.below("golden-paths").is_some_and(|below| {
                let needed = below.starts_with("_library/") || below.ends_with("/path.yaml");
                !needed && !below.starts_with(&format!("{}/", path.name))
            })
        };
        let snapshot = whole.only(|file| file.below("requests").is_none() && !of_others(file));
        let text = whole.text(request.file.as_str()).expect("text");
        let document = yaml::parse(text).documents.remove(0).into_value();
        let differ: Vec<String> = broken(&document)
            .into_par_iter()
            .filter_map(|(what, changed)| {
                let found = parse(&with(&snapshot, request.file.as_str(), &yaml::emit(&changed))).findings;
                let said: Vec<String> = found
                    .iter()
                    .filter(|it| it.is_error() && it.place.path == request.file && !beyond.contains(&it.code.as_str()))
                    .map(|it| it.message.clone())
                    .collect();
                (validator.is_valid(&changed) != said.is_empty()).then(|| format!("{what}: the reader says {said:?}, the schema the other"))
            })
            .collect();
        assert!(differ.is_empty(), "{}:\n{}", request.id, differ.join("\n"));
    }
}

#[test]
fn a_pin_chooses_the_schema_of_its_release() {
    let base = read("first-repository");
    let of = |name: &str| base.text(&format!("golden-paths/preview/1.0.0/{name}")).expect("text").to_owned();
    let next = |name: &str| format!("golden-paths/preview/2.0.0/{name}");
    let snapshot = with(&base, &next("release.yaml"), &of("release.yaml").replace("1.0.0", "2.0.0").replace("serves: v1", "serves: v2"));
    let snapshot = with(&snapshot, &next("schema.json"), &of("schema.json").replace("\"replicas\": {", "\"count\": {"));
    let snapshot = with(&snapshot, &next("cluster/x.yaml"), "kind: X\n");
    let path = base.text("golden-paths/preview/path.yaml").expect("text").replace("v1: 1.0.0", "v1: 1.0.0\n    v2: 2.0.0");
    let snapshot = with(&snapshot, "golden-paths/preview/path.yaml", &path);
    let parsed = parse(&snapshot);
    assert_eq!(crate::example::lines(&parsed.findings), "");
    let path = parsed.platform.paths.values().next().expect("there is one");
    let schema = forms::request(&snapshot, &parsed.platform, path).expect("it has one");
    let validator = validator(&schema);
    let fits = |version: &str, pin: Option<&str>, field: &str| {
        let annotations = pin.map(|pin| json!({"goldpath.dev/release": pin})).unwrap_or(json!({}));
        validator.is_valid(&json!({
            "apiVersion": format!("platform.example.org/{version}"), "kind": "Preview",
            "metadata": {"name": "x", "annotations": annotations}, "spec": {"image": "a:1", field: 1},
        }))
    };
    let shown: Vec<String> = [
        ("v1", None, "replicas"),
        ("v1", None, "count"),
        ("v2", None, "count"),
        ("v2", None, "replicas"),
        ("v1", Some("1.0.0"), "replicas"),
        ("v2", Some("1.0.0"), "replicas"),
        ("v2", Some("2.0.0"), "count"),
        ("v2", Some("3.0.0"), "count"),
        ("v3", None, "count"),
    ]
    .into_iter()
    .map(|(version, pin, field)| format!("{version} {} {field}: {}", pin.unwrap_or("-"), fits(version, pin, field)))
    .collect();
    assert_snapshot!(shown.join("\n"), @"
    v1 - replicas: true
    v1 - count: false
    v2 - count: true
    v2 - replicas: false
    v1 1.0.0 replicas: true
    v2 1.0.0 replicas: false
    v2 2.0.0 count: true
    v2 3.0.0 count: false
    v3 - count: false
    ");
}

#[test]
fn kinds_are_listed_printed_and_written_for_editors() {
    let place = Place::with("first-repository");
    assert_snapshot!(place.run(&["schema"]), @"
    $ goldpath schema
    Platform     goldpath.yaml
    GoldenPath   golden-paths/<path>/path.yaml
    Release      golden-paths/<path>/<version>/release.yaml
    Target       targets/<name>.yaml
    Team         teams/<name>.yaml
    Exception    exceptions/<team>/<name>.yaml
    Renderer     renderers/<name>/<version>/renderer.yaml
    Daemon       the file of `goldpath run --config FILE`
    PolicyInput  `input` of the policies of `package goldpath.unit`
    Preview      requests of the golden path `preview`: Preview

    `goldpath schema KIND` prints the JSON Schema of one.
    -- exit 0
    ");
    assert_snapshot!(place.run(&["schema", "preveiw"]), @"
    $ goldpath schema preveiw
    -- stderr
    error: there is no kind `preveiw`
      hint: did you mean `preview`?
    -- exit 2
    ");
    assert_snapshot!(place.run(&["schema", "--output-dir", "made"]), @"
    $ goldpath schema --output-dir made
    10 schemas in made:
      goldpath.dev/Platform.json
      goldpath.dev/GoldenPath.json
      goldpath.dev/Release.json
      goldpath.dev/Target.json
      goldpath.dev/Team.json
      goldpath.dev/Exception.json
      goldpath.dev/Renderer.json
      goldpath.dev/Daemon.json
      goldpath.dev/PolicyInput.json
      preview.json
    -- exit 0
    ");
    let printed = place.run(&["schema", "preview"]);
    let written = place.text("made/preview.json");
    assert!(printed.contains(written.trim_end()), "{printed}");
    validator(&serde_json::from_str(&written).expect("JSON"));
    for kind in forms::own_kinds() {
        validator(&serde_json::from_str(&place.text(&format!("made/goldpath.dev/{}.json", kind.kind))).expect("JSON"));
    }
    let elsewhere = Place::new();
    assert!(elsewhere.run(&["schema", "Team"]).contains("\"const\": \"Team\""));
    assert_snapshot!(elsewhere.run(&["schema", "Preview"]), @"
    $ goldpath schema Preview
    -- stderr
    error: there is no kind `Preview`
      hint: kinds of requests are known in a platform repository: change into one, or name it with `--repo DIR`
    -- exit 2
    ");
}

#[test]
fn a_kind_that_two_groups_have_is_named_by_its_golden_path() {
    let place = Place::with("platform-repo-example");
    assert_snapshot!(place.run(&["schema", "EnvironmentRequest"]), @"
    $ goldpath schema EnvironmentRequest
    -- stderr
    error: several golden paths take requests of the kind `EnvironmentRequest`, each in a group of its own
      hint: name one of them: `environment` and `sandbox`
    -- exit 2
    ");
    assert_snapshot!(place.run(&["new", "EnvironmentRequest", "x", "--team", "sre"]), @"
    $ goldpath new EnvironmentRequest x --team sre
    -- stderr
    error: several golden paths take requests of the kind `EnvironmentRequest`, each in a group of its own
      hint: name one of them: `environment` and `sandbox`
    -- exit 2
    ");
    assert!(place.run(&["schema", "sandbox"]).contains("sandbox.example.org/v1"));
}
