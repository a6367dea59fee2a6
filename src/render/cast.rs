//! What all files of one skeleton have in common: their documents, with the places in them that words are put into.

use super::budget::{Print, placeholder};
use super::language::{Read, ended, parse_yaml, placeholders};
use super::marks::Marks;
use super::mould::Mould;
use super::renderer::Language;
use super::skeleton::MARK;
use crate::model::RepoPath;
use crate::yaml::Word;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

/// The documents of a file, each with the line on which it begins.
pub(super) type Documents = Vec<(Value, u32)>;

/// Fields below each other that decide where marks are put: what is a list or a map there is looked at as such.
const SHAPING: [&str; 7] = ["metadata", "labels", "annotations", "spec", "template", "jobTemplate", "containers"];

/// The documents of a skeleton, with the places in them that words are put into.
pub(super) struct Cast {
    documents: Documents,
    slots: Vec<Slot>,
    /// Every key and text in the documents that is the same in all files.
    fixed: HashSet<Box<str>>,
    /// What its objects are written as, by the marks that are put into them.
    moulds: RwLock<Vec<(MarkKeys, Option<Arc<Mould>>)>>,
}

/// The keys of labels and annotations.
struct MarkKeys(Vec<String>, Vec<String>);

/// A text in a document that is not the same in every file.
struct Slot {
    document: usize,
    /// The number of the member or item on each level.
    path: Vec<usize>,
    holds: Holds,
    /// Whether a list or a map there could decide where marks are put.
    shapes: bool,
}

enum Holds {
    /// One print alone.
    Print(usize),
    /// Words of prints among others.
    Text(Vec<Part>),
}

enum Part {
    Fixed(String),
    Print(usize),
}

impl Cast {
    /// Parses a skeleton; nothing when a key is printed, as two of them may become the same, and when something has to be said of it.
    pub(super) fn of(between: &[Box<str>]) -> Option<Self> {
        let (first, behind) = between.split_first()?;
        let mut skeleton = first.to_string();
        for (index, behind) in behind.iter().enumerate() {
            skeleton.push_str(&placeholder(index));
            skeleton.push_str(behind);
        }
        let Read { documents, misread, .. } = parse_yaml(&ended(Language::Yaml, &skeleton)).ok()?;
        if misread || !documents.iter().all(|(document, _)| keys_are_fixed(document)) {
            return None;
        }
        let mut found = Found::default();
        for (number, (document, _)) in documents.iter().enumerate() {
            found.document = number;
            found.look(document, true);
        }
        Some(Self { documents, slots: found.slots, fixed: found.fixed, moulds: RwLock::default() })
    }

    /// The word of each slot; nothing when one of them is no word where it stands among others.
    pub(super) fn words<'p>(&'p self, prints: &'p [Print]) -> Option<Vec<Word<'p>>> {
        self.slots.iter().map(|slot| slot.holds.word(prints)).collect()
    }

    /// The documents with the words of these prints; nothing when one of them is no word where it stands among others.
    pub(super) fn filled(&self, prints: &[Print]) -> Option<Documents> {
        let words = self.words(prints)?;
        self.with(words.into_iter().map(Word::into_value))
    }

    /// The documents with these values in the slots.
    pub(super) fn with(&self, values: impl Iterator<Item = Value>) -> Option<Documents> {
        // a copy takes over how its maps are laid out, which building them anew does not
        let mut documents = self.documents.clone();
        for (slot, value) in self.slots.iter().zip(values) {
            let document = &mut documents.get_mut(slot.document)?.0;
            *slot.path.iter().try_fold(document, |value, number| match value {
                Value::Object(map) => map.values_mut().nth(*number),
                Value::Array(items) => items.get_mut(*number),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
            })? = value;
        }
        Some(documents)
    }

    /// Whether a text, or a key, stands in all files.
    pub(super) fn says(&self, text: &str) -> bool {
        self.fixed.contains(text)
    }

    /// How many slots it has.
    pub(super) fn slots(&self) -> usize {
        self.slots.len()
    }

    /// What its objects are written as with marks of these keys; nothing where that takes looking at each, or at one with these words.
    pub(super) fn mould(&self, file: &RepoPath, marks: &Marks, words: &[Word<'_>]) -> Option<Arc<Mould>> {
        let parted = |word: &Word<'_>| matches!(word, Word::Typed(Value::Array(_) | Value::Object(_)));
        if self.slots.iter().zip(words).any(|(slot, word)| slot.shapes && parted(word)) {
            return None;
        }
        let same = |(keys, _): &&(MarkKeys, _)| keys.0.iter().eq(marks.labels.keys()) && keys.1.iter().eq(marks.annotations.keys());
        let known = {
            let kept = self.moulds.read().unwrap_or_else(PoisonError::into_inner);
            kept.iter().find(same).map(|(_, mould)| mould.clone())
        };
        known.unwrap_or_else(|| {
            let mould = Mould::of(self, file, marks).map(Arc::new);
            let keys = MarkKeys(marks.labels.keys().cloned().collect(), marks.annotations.keys().cloned().collect());
            self.moulds.write().unwrap_or_else(PoisonError::into_inner).push((keys, mould.clone()));
            mould
        })
    }
}

/// What is found in the documents of a skeleton.
#[derive(Default)]
struct Found {
    document: usize,
    path: Vec<usize>,
    slots: Vec<Slot>,
    fixed: HashSet<Box<str>>,
}

impl Found {
    /// Looks at a value; `shapes`: whether it stands where a list or a map could decide where marks are put.
    fn look(&mut self, value: &Value, shapes: bool) {
        match value {
            Value::Object(map) => {
                for (number, (key, value)) in map.iter().enumerate() {
                    self.fixed.insert(key.as_str().into());
                    self.below(number, value, shapes && SHAPING.contains(&key.as_str()));
                }
            }
            Value::Array(items) => items.iter().enumerate().for_each(|(number, item)| self.below(number, item, false)),
            Value::String(text) => match Holds::of(text) {
                Some(holds) => self.slots.push(Slot { document: self.document, path: self.path.clone(), holds, shapes }),
                None => drop(self.fixed.insert(text.as_str().into())),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn below(&mut self, number: usize, value: &Value, shapes: bool) {
        self.path.push(number);
        self.look(value, shapes);
        self.path.pop();
    }
}

impl Holds {
    fn of(text: &str) -> Option<Self> {
        let found = placeholders(text);
        if let [only] = found.as_slice()
            && text == placeholder(*only)
        {
            return Some(Self::Print(*only));
        }
        let mut rest = text;
        let mut parts = Vec::new();
        for index in found {
            let (before, behind) = rest.split_once(&placeholder(index))?;
            parts.extend([Part::Fixed(before.to_owned()), Part::Print(index)]);
            rest = behind;
        }
        parts.push(Part::Fixed(rest.to_owned()));
        (parts.len() > 1).then_some(Self::Text(parts))
    }

    fn word<'p>(&self, prints: &'p [Print]) -> Option<Word<'p>> {
        let parts = match self {
            Self::Print(index) => {
                let print = prints.get(*index)?;
                return Some(match &print.typed {
                    None => Word::Text(Cow::Borrowed(&print.text)),
                    Some(Value::String(text)) => Word::Text(Cow::Borrowed(text)),
                    Some(value) => Word::Typed(value),
                });
            }
            Self::Text(parts) => parts,
        };
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Fixed(fixed) => text.push_str(fixed),
                Part::Print(index) => text.push_str(&prints.get(*index).filter(|print| print.typed.is_none())?.text),
            }
        }
        Some(Word::Text(Cow::Owned(text)))
    }
}

fn keys_are_fixed(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().all(|(key, value)| !key.contains(MARK) && keys_are_fixed(value)),
        Value::Array(items) => items.iter().all(keys_are_fixed),
        _ => true,
    }
}
