//! What the objects of a skeleton are written as: their marks are in, and only words are missing.

use super::cast::Cast;
use super::kubernetes::manifest;
use super::marks::{MANAGED_BY, Marks};
use super::rendered::Object;
use super::skeleton::MARK;
use crate::model::{JsonText, RepoPath};
use crate::yaml::{Form, Word};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A group whose objects are looked at one by one: names of its kinds begin with what stands in another field.
const LOOKED_AT: &str = "certificates.k8s.io";

/// The objects of one skeleton, with the marks of some keys.
pub(super) struct Mould(Vec<Moulded>);

/// One object of which only words are missing.
struct Moulded {
    api_version: String,
    kind: String,
    group: String,
    namespace: Option<Name>,
    name: Name,
    yaml: Form,
    /// The object as JSON: what stands before each word, and which it is.
    json: Vec<(Box<str>, usize)>,
    rest: Box<str>,
}

enum Name {
    Fixed(String),
    /// The word with this number.
    Word(usize),
}

/// What stands for the word with this number: no placeholder, and nothing else in a skeleton either.
fn stand_in(number: usize) -> String {
    format!("{MARK}{number:05}w")
}

fn number_of(text: &str) -> Option<usize> {
    text.strip_prefix(MARK)?.strip_suffix('w')?.parse().ok()
}

impl Mould {
    /// The objects of a skeleton with marks of these keys; nothing when something is wrong with them, or when they are to be looked at each.
    pub(super) fn of(cast: &Cast, file: &RepoPath, marks: &Marks) -> Option<Self> {
        let documents = cast.with((0..cast.slots()).map(|number| Value::String(stand_in(number))))?;
        let stand_ins = |first: usize, marks: &BTreeMap<String, String>| -> BTreeMap<String, String> {
            // a template may say this one too, so it is looked at
            let word = |(at, (key, value)): (usize, (&String, &String))| {
                (key.clone(), if key == MANAGED_BY { value.clone() } else { stand_in(first + at) })
            };
            marks.iter().enumerate().map(word).collect()
        };
        let labels = stand_ins(cast.slots(), &marks.labels);
        let annotations = stand_ins(cast.slots() + labels.len(), &marks.annotations);
        let stand_ins = Marks { labels, annotations, facts: BTreeMap::new() };
        let objects = manifest(file, documents, &stand_ins, (false, true)).ok()?.objects;
        objects.iter().map(Moulded::of).collect::<Option<_>>().map(Self)
    }

    /// The words of a file in the order of their numbers: those of its slots, then its marks.
    pub(super) fn words<'w>(slots: &'w [Word<'w>], marks: &'w Marks) -> Vec<Word<'w>> {
        let of_slots = slots.iter().map(|word| match word {
            Word::Text(text) => Word::Text(Cow::Borrowed(text.as_ref())),
            Word::Typed(value) => Word::Typed(value),
        });
        of_slots
            .chain(marks.labels.values().chain(marks.annotations.values()).map(|mark| Word::Text(Cow::Borrowed(mark.as_str()))))
            .collect()
    }

    /// The text of the file.
    pub(super) fn text(&self, words: &[Word<'_>]) -> String {
        let mut text = String::with_capacity(self.0.iter().map(Moulded::typical_length).sum());
        for object in &self.0 {
            if !text.is_empty() {
                text.push_str("---\n");
            }
            object.yaml.fill(words, &mut text);
        }
        text
    }

    /// The objects; `values`: also as values.
    pub(super) fn objects<'w>(&'w self, file: &'w RepoPath, words: &'w [Word<'w>], values: bool) -> impl Iterator<Item = Object> + 'w {
        self.0.iter().map(move |object| Object {
            kind: object.kind.clone(),
            group: object.group.clone(),
            namespace: object.namespace.as_ref().map(|name| name.text(words).to_owned()),
            name: object.name.text(words).to_owned(),
            file: file.clone(),
            document: if values { object.json(words) } else { JsonText::default() },
        })
    }

    /// Of each object what says where it is: its kind, its name and its namespace.
    pub(super) fn heads(&self, words: &[Word<'_>]) -> impl Iterator<Item = Value> {
        self.0.iter().map(|object| {
            let namespace = object.namespace.as_ref().map(|name| name.text(words));
            let metadata = json!({"name": object.name.text(words), "namespace": namespace});
            json!({"apiVersion": object.api_version, "kind": object.kind, "metadata": metadata})
        })
    }
}

impl Name {
    fn of(text: &str) -> Self {
        number_of(text).map_or_else(|| Self::Fixed(text.to_owned()), Self::Word)
    }

    fn text<'w>(&'w self, words: &'w [Word<'_>]) -> &'w str {
        match self {
            Self::Fixed(text) => text,
            Self::Word(number) => match &words[*number] {
                Word::Text(text) => text,
                Word::Typed(_) => "",
            },
        }
    }
}

impl Moulded {
    fn of(object: &Object) -> Option<Self> {
        let document = object.document.value();
        let api_version = document.get("apiVersion").and_then(Value::as_str)?.to_owned();
        if api_version.contains(MARK) || object.kind.contains(MARK) || object.group == LOOKED_AT {
            return None;
        }
        let (json, rest) = parts(object.document.text());
        Some(Self {
            api_version,
            kind: object.kind.clone(),
            group: object.group.clone(),
            namespace: object.namespace.as_deref().map(Name::of),
            name: Name::of(&object.name),
            yaml: Form::of(&document, number_of),
            json,
            rest,
        })
    }

    fn typical_length(&self) -> usize {
        self.rest.len() + self.json.iter().map(|(before, _)| before.len() + 24).sum::<usize>()
    }

    fn json(&self, words: &[Word<'_>]) -> JsonText {
        let mut text = String::with_capacity(self.typical_length());
        for (before, number) in &self.json {
            text.push_str(before);
            match &words[*number] {
                Word::Text(word) => text.push_str(&serde_json::to_string(word).expect("a text has a text")),
                Word::Typed(value) => text.push_str(&value.to_string()),
            }
        }
        text.push_str(&self.rest);
        JsonText::of_text(&text)
    }
}

/// A text of JSON with what stands before each word in it, and what stands behind the last one.
fn parts(json: &str) -> (Vec<(Box<str>, usize)>, Box<str>) {
    let (mut parts, mut done) = (Vec::new(), 0);
    let begin = format!("\"{MARK}");
    for (at, _) in json.match_indices(&begin) {
        let word = json[at + 1..].split('"').next().unwrap_or_default();
        if let Some(number) = number_of(word) {
            parts.push((json[done..at].into(), number));
            done = at + 1 + word.len() + 1;
        }
    }
    (parts, json[done..].into())
}
