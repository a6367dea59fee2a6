//! What was printed, as the file with placeholders holds it: lists and maps are looked into, and each text and key of theirs is a print too.

use super::is_inert;
use crate::render::budget::{Print, placeholder};
use crate::render::language::placeholders;
use serde_json::Value;

/// Placeholders have five digits.
const MOST: usize = 99_999;

/// One text that was printed.
struct Entry {
    text: String,
    /// Whether a typed filter wrote it, so that it is a whole value.
    typed: bool,
    /// Whether the text is written as it is, and not as what a reader sees as text.
    bare: bool,
    /// The print that it is, or that it is a part of.
    owner: usize,
}

/// Every text that was printed, by the number of its placeholder.
pub(super) struct Texts {
    entries: Vec<Entry>,
    /// The first print of which not all could be noted.
    pub(super) left_out: Option<usize>,
}

impl Texts {
    pub(super) fn of(prints: &[Print]) -> Self {
        let entry = |(owner, print): (usize, &Print)| {
            let text = print.typed.as_ref().and_then(Value::as_str);
            Entry { text: text.unwrap_or(&print.text).to_owned(), typed: print.typed.is_some(), bare: text.is_none(), owner }
        };
        Self { entries: prints.iter().enumerate().map(entry).collect(), left_out: None }
    }

    /// Notes a text that is, or holds, what a print printed; gives its placeholder.
    pub(super) fn add(&mut self, text: &str, typed: bool, owner: usize) -> String {
        let index = self.entries.len();
        if index >= MOST {
            self.left_out = self.left_out.or(Some(owner));
            return String::new();
        }
        self.entries.push(Entry { text: text.to_owned(), typed, bare: false, owner });
        placeholder(index)
    }

    pub(super) fn text(&self, index: usize) -> &str {
        self.entries.get(index).map_or("", |entry| &entry.text)
    }

    pub(super) fn typed(&self, index: usize) -> bool {
        self.entries.get(index).is_none_or(|entry| entry.typed)
    }

    pub(super) fn bare(&self, index: usize) -> bool {
        self.entries.get(index).is_some_and(|entry| entry.bare)
    }

    pub(super) fn owner(&self, index: usize) -> usize {
        self.entries.get(index).map_or(0, |entry| entry.owner)
    }

    pub(super) fn inert(&self, index: usize) -> bool {
        self.entries.get(index).is_none_or(|entry| is_inert(&entry.text))
    }

    /// A text with what was printed in the place of the placeholders.
    pub(super) fn filled(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        for index in placeholders(text) {
            let Some((before, behind)) = rest.split_once(&placeholder(index)) else { break };
            filled.push_str(before);
            filled.push_str(self.text(index));
            rest = behind;
        }
        filled + rest
    }

    /// A value of the file, with the lists and maps that were printed in it.
    pub(super) fn opened(&mut self, value: &Value, prints: &[Print]) -> Value {
        match value {
            Value::String(text) => {
                let whole = |index: &usize| *text == placeholder(*index);
                let typed = |index: usize| Some((index, prints.get(index)?.typed.as_ref()?));
                match placeholders(text).first().copied().filter(whole).and_then(typed) {
                    Some((owner, tree @ (Value::Array(_) | Value::Object(_)))) => self.tree(tree, owner),
                    _ => value.clone(),
                }
            }
            Value::Array(items) => items.iter().map(|item| self.opened(item, prints)).collect(),
            Value::Object(map) => Value::Object(map.iter().map(|(name, value)| (name.clone(), self.opened(value, prints))).collect()),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn tree(&mut self, value: &Value, owner: usize) -> Value {
        match value {
            Value::String(text) => Value::String(self.add(text, true, owner)),
            Value::Array(items) => items.iter().map(|item| self.tree(item, owner)).collect(),
            Value::Object(map) => {
                Value::Object(map.iter().map(|(name, value)| (self.add(name, true, owner), self.tree(value, owner))).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// What a map has below names that are this one when filled; the forge asks without regard to case.
    pub(super) fn below<'v>(&self, value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
        let named = |other: &str| other.eq_ignore_ascii_case(name) || self.filled(other).eq_ignore_ascii_case(name);
        let found: Vec<&Value> =
            value.as_object().into_iter().flatten().filter(|(other, _)| named(other)).map(|(_, value)| value).collect();
        found.into_iter()
    }
}
