//! Kubernetes manifests: each document is an object; marks go in, canonical YAML comes out.

use super::language::Trouble;
use super::marks::{MANAGED_BY, Marks, OWN_PREFIX};
use super::namespaces::Allowed;
use super::objects;
use super::rendered::Object;
use super::schema::{self, At, Custom, Known, Schema, Scope, Takes};
use crate::model::{JsonText, RepoPath, at, child};
use crate::yaml;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The checked, marked objects of one file and their text.
pub(super) struct Manifest {
    pub(super) text: String,
    pub(super) objects: Vec<Object>,
}

/// Most objects are written with fewer bytes.
const TYPICAL_TEXT: usize = 2048;

/// Checks the documents of a file and puts the marks in; `writes`: writes them, `values`: keeps the objects as values.
pub(super) fn manifest(
    file: &RepoPath,
    documents: Vec<(Value, u32)>,
    marks: &Marks,
    (writes, values): (bool, bool),
) -> Result<Manifest, Vec<(u32, Vec<schema::Wrong>)>> {
    let mut troubles = Vec::new();
    let mut manifest = Manifest {
        text: String::with_capacity(if writes { TYPICAL_TEXT * documents.len() } else { 0 }),
        objects: Vec::with_capacity(documents.len()),
    };
    for (mut document, line) in documents {
        let object = match identity(file, &document) {
            Ok(object) => object,
            Err(message) => {
                troubles.push((line, vec![wrong(String::new(), message)]));
                continue;
            }
        };
        if let Err((pointer, message)) = mark(&mut document, marks) {
            troubles.push((line, vec![wrong(pointer, format!("{} `{}` {message}", object.kind, object.name))]));
            continue;
        }
        if writes {
            if !manifest.text.is_empty() {
                manifest.text.push_str("---\n");
            }
            yaml::emit_into(&document, &mut manifest.text);
        }
        manifest.objects.push(if values { Object { document: JsonText::of(&document), ..object } } else { object });
    }
    if troubles.is_empty() { Ok(manifest) } else { Err(troubles) }
}

fn wrong(pointer: String, message: String) -> schema::Wrong {
    schema::Wrong { pointer, at: At::Key, message, help: String::new() }
}

/// What is known of the APIs that the objects of a target are held against.
#[derive(Clone, Copy)]
pub(super) struct Apis<'a> {
    pub(super) kubernetes: &'a Schema,
    pub(super) custom: &'a Custom<'a>,
}

impl Apis<'_> {
    /// Where the schemas of documents would be, nothing for what Kubernetes itself serves.
    pub(super) fn custom(self, documents: &Documents) -> Vec<Option<RepoPath>> {
        documents.iter().map(|(document, _)| self.place(document)).collect()
    }

    fn place(self, document: &Value) -> Option<RepoPath> {
        if self.kubernetes.serves(document) { None } else { Custom::place(document) }
    }

    /// Whether an object is in a namespace; nothing where that is not known.
    pub(super) fn scope(self, document: &Value, custom: Option<&RepoPath>) -> Option<Scope> {
        let Some(place) = custom else { return self.kubernetes.scope(document) };
        match self.custom.known(place, document) {
            Known::Schema(schema) => schema.scope(document),
            Known::NoSchema | Known::NoJson | Known::Nothing => None,
        }
    }
}

/// Documents of one file, each with the line that it begins on.
type Documents = [(Value, u32)];

/// Custom resources of some documents that are not checked, as kind and `apiVersion`, with where their schema would be and whether a file is there.
pub(super) fn unchecked(apis: Apis<'_>, documents: &Documents, custom: &[Option<RepoPath>]) -> BTreeMap<RepoPath, (String, bool)> {
    let mut unchecked = BTreeMap::new();
    for ((document, _), place) in documents.iter().zip(custom) {
        let Some(place) = place else { continue };
        let text = |field: &str| document.get(field).and_then(Value::as_str).unwrap_or_default();
        let is_there = match apis.custom.known(place, document) {
            Known::Schema(_) | Known::NoJson => continue,
            Known::NoSchema => true,
            Known::Nothing => false,
        };
        unchecked.insert(place.clone(), (format!("`{}` of `{}`", text("kind"), text("apiVersion")), is_there));
    }
    unchecked
}

fn check(apis: Apis<'_>, document: &Value, custom: Option<&RepoPath>) -> Vec<schema::Wrong> {
    let Some(place) = custom else { return schema::check(apis.kubernetes, document) };
    match apis.custom.known(place, document) {
        Known::Schema(schema) => schema::check(schema, document),
        Known::NoSchema | Known::NoJson | Known::Nothing => Vec::new(),
    }
}

/// What the API would not take of the documents of a file.
pub(super) fn misfits(apis: Apis<'_>, text: &str, documents: &Documents, custom: &[Option<RepoPath>]) -> Vec<Trouble> {
    let all = documents.iter().zip(custom);
    placed(text, all.map(|((document, line), custom)| (*line, check(apis, document, custom.as_ref()))))
}

/// What `kubectl` would read as other values than those that are written, at their lines, but for what is text and nothing else could be.
pub(super) fn misread(apis: Option<Apis<'_>>, text: &str, documents: &Documents, custom: &[Option<RepoPath>]) -> Vec<Trouble> {
    let read = yaml::parse(text).documents;
    let of = |line: u32| documents.iter().position(|(_, begins)| *begins == line);
    let known = read.iter().filter_map(|document| Some((document.misread(), of(document.root_span().line)?)));
    let troubles = known.flat_map(|(misread, index)| {
        let (document, custom) = (&documents[index].0, custom.get(index).and_then(Option::as_ref));
        let is_secret = document.get("kind").and_then(Value::as_str) == Some("Secret");
        misread.into_iter().filter_map(move |misread| {
            let is_text = yaml::plain(&misread.text).is_string();
            let told = match form(apis, document, custom, &misread.pointer) {
                Some(Takes::Text) => is_text || apis.is_some(),
                Some(Takes::Another) => is_text && apis.is_some(),
                None => false,
            };
            (!told).then(|| two_readings(&misread, is_secret))
        })
    });
    troubles.collect()
}

/// What stands at a place of an object; nothing where that is not known. Text is text in every version of the API.
fn form(apis: Option<Apis<'_>>, document: &Value, custom: Option<&RepoPath>, pointer: &str) -> Option<Takes> {
    match (apis, custom) {
        (Some(apis), Some(place)) => match apis.custom.known(place, document) {
            Known::Schema(schema) => schema.takes(document, pointer),
            Known::NoSchema | Known::NoJson | Known::Nothing => None,
        },
        (Some(apis), None) => apis.kubernetes.takes(document, pointer),
        (None, _) => schema::newest().takes(document, pointer),
    }
}

fn two_readings(misread: &yaml::Misread, is_secret: bool) -> Trouble {
    let own = yaml::plain(&misread.text);
    let sort = if own.is_string() { "text".to_owned() } else { own.to_string() };
    if is_secret {
        return Trouble::new(misread.line, "a value of a Secret stands here without quotes, and `kubectl` reads it as something else")
            .help("Put it in quotes when it is text.");
    }
    let (text, quotes) = (&misread.text, format!("\"{}\" when it is text", misread.text));
    let (other, help) = match &misread.reading {
        Some(other) if own.is_string() => (other.to_string(), format!("Write `{other}` when you mean that, or {quotes}.")),
        Some(other) => (other.to_string(), format!("Write `{other}` or `{own}`, whichever you mean, or {quotes}.")),
        None => ("a number that JSON does not have".to_owned(), format!("Write {quotes}.")),
    };
    Trouble::new(misread.line, format!("`{text}` is {sort} to YAML 1.2, and {other} to `kubectl`")).help(help)
}

/// What the API would refuse of documents whose form is right, and what is doubtful about them.
pub(super) fn refused(text: &str, documents: &Documents) -> (Vec<Trouble>, Vec<Trouble>) {
    let found: Vec<_> = documents.iter().map(|(document, line)| (*line, objects::check(document))).collect();
    let (wrong, doubtful): (Vec<_>, Vec<_>) = found.into_iter().map(|(line, found)| ((line, found.wrong), (line, found.doubtful))).unzip();
    (placed(text, wrong.into_iter()), placed(text, doubtful.into_iter()))
}

/// Mistakes of the documents of a file that begin on these lines, each at its own line.
pub(super) fn placed(text: &str, all: impl Iterator<Item = (u32, Vec<schema::Wrong>)>) -> Vec<Trouble> {
    let wrong: Vec<_> = all.filter(|(_, wrong)| !wrong.is_empty()).collect();
    if wrong.is_empty() {
        return Vec::new();
    }
    // Places are not kept for files in which nothing is wrong, so they are read once more.
    let places = yaml::parse(text).documents;
    let place = |first: u32, pointer: &str| places.iter().find(|document| document.root_span().line == first)?.place(pointer);
    let trouble = |first: u32, wrong: schema::Wrong| {
        let line = place(first, &wrong.pointer).map_or(first, |spot| match wrong.at {
            At::Key => spot.key.unwrap_or(spot.value).line,
            At::Value => spot.value.line,
        });
        Trouble::new(line, wrong.message).help(wrong.help)
    };
    wrong
        .into_iter()
        .flat_map(|(first, wrong)| wrong.into_iter().map(move |wrong| (first, wrong)))
        .map(|(first, wrong)| trouble(first, wrong))
        .collect()
}

/// Whether an object may be touched, told by what says where it is.
pub(super) fn may(allowed: &Allowed, apis: Apis<'_>, head: &Value) -> bool {
    let custom = apis.place(head);
    allowed.check(apis, head, custom.as_ref()).is_none()
}

/// Whether an object is a list to who applies it: whatever its kind, one with `items` is taken for the objects in them.
pub(super) fn is_list(document: &Value) -> bool {
    document.get("kind").and_then(Value::as_str) == Some("List") || document.get("items").is_some()
}

/// Who the object is.
fn identity(file: &RepoPath, document: &Value) -> Result<Object, String> {
    if !document.is_object() {
        return Err("the document is no Kubernetes object".to_owned());
    }
    let metadata = |field: &str| document.get("metadata").and_then(|metadata| metadata.get(field));
    let text = |value: Option<&Value>, shown: &str| {
        let value = value.filter(|value| !value.is_null()).ok_or_else(|| format!("the object has no `{shown}`"))?;
        let value = value.as_str().filter(|value| !value.is_empty());
        value.map(str::to_owned).ok_or_else(|| format!("`{shown}` of the object must be a text"))
    };
    let api_version = text(document.get("apiVersion"), "apiVersion")?;
    let kind = text(document.get("kind"), "kind")?;
    if is_list(document) {
        let what = if kind == "List" { "a `List`".to_owned() } else { format!("a `{kind}` with `items` is a list, which") };
        return Err(format!("{what} hides its objects: write them as documents of their own, with `---` between them"));
    }
    let name = text(metadata("name"), "metadata.name").map_err(|message| format!("{kind}: {message}"))?;
    let namespace = match metadata("namespace") {
        None | Some(Value::Null) => None,
        there => Some(text(there, "metadata.namespace").map_err(|message| format!("{kind} `{name}`: {message}"))?),
    };
    let group = api_version.split_once('/').map_or("", |(group, _)| group).to_owned();
    Ok(Object { kind, group, namespace, name, file: file.clone(), document: JsonText::default() })
}

/// Where an object has the template of its pods, and the containers in it.
const PODS: [(&str, &str); 2] = [
    ("/spec/template", "/spec/template/spec/containers"),
    ("/spec/jobTemplate/spec/template", "/spec/jobTemplate/spec/template/spec/containers"),
];

/// Puts marks in, or says what is in their way, and where.
fn mark(document: &mut Value, marks: &Marks) -> Result<(), (String, String)> {
    put(document.get_mut("metadata"), "/metadata", "labels", &marks.labels, marks)?;
    put(document.get_mut("metadata"), "/metadata", "annotations", &marks.annotations, marks)?;
    for (pod, containers) in PODS {
        if at(document, containers).is_some_and(Value::is_array) {
            let Some(Value::Object(template)) = document.pointer_mut(pod) else { continue };
            let metadata = template.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
            let at = format!("{pod}/metadata");
            put(Some(&mut *metadata), &at, "labels", &marks.labels, marks)?;
            put(Some(metadata), &at, "annotations", &BTreeMap::new(), marks)?;
        }
    }
    Ok(())
}

/// Puts texts into `metadata.labels` or `metadata.annotations`, sorted; a template may repeat goldpath's own, never change them.
fn put(
    metadata: Option<&mut Value>,
    above: &str,
    field: &str,
    wanted: &BTreeMap<String, String>,
    marks: &Marks,
) -> Result<(), (String, String)> {
    let Some(metadata) = metadata else { return Ok(()) };
    let Value::Object(metadata) = metadata else { return Err((above.to_owned(), "has a `metadata` that is no map".to_owned())) };
    let place = |key: &str| child(&format!("{above}/{field}"), key);
    let there = match metadata.get_mut(field) {
        None | Some(Value::Null) if wanted.is_empty() => return Ok(()),
        None | Some(Value::Null) => {
            // sorted already
            let all = wanted.iter().map(|(key, value)| (key.clone(), Value::String(value.clone())));
            metadata.insert(field.to_owned(), Value::Object(all.collect()));
            return Ok(());
        }
        Some(Value::Object(there)) => std::mem::take(there),
        Some(_) => return Err((format!("{above}/{field}"), format!("has `{field}` that are no map"))),
    };
    for (key, value) in &there {
        let own = key.starts_with(OWN_PREFIX) || key == MANAGED_BY && field == "labels";
        let ours = if field == "labels" { &marks.labels } else { &marks.annotations };
        if own && ours.get(key).map(String::as_str) != value.as_str() {
            return Err((place(key), format!("sets `{key}`, which goldpath itself puts on every object: leave it out")));
        }
        if !value.is_string() {
            return Err((place(key), format!("has `{key}` among its {field}, whose value is no text: put it in quotes")));
        }
    }
    let mut merged: Vec<(String, Value)> = there.into_iter().filter(|(key, _)| !wanted.contains_key(key)).collect();
    merged.extend(wanted.iter().map(|(key, value)| (key.clone(), Value::String(value.clone()))));
    if !merged.is_empty() {
        merged.sort_by(|(one, _), (other, _)| one.cmp(other));
        metadata.insert(field.to_owned(), Value::Object(merged.into_iter().collect()));
    }
    Ok(())
}
