//! The secrets of one plan, kept only as long as something is read that could repeat them.

use serde_json::Value;
use std::collections::BTreeSet;

/// Texts that must not be shown; they can be neither printed nor stored.
#[derive(Clone, Default)]
pub struct Secrets(BTreeSet<String>);

/// Shorter texts are too common to be recognised as a secret where they stand unmarked.
const SHORTEST: usize = 4;

impl Secrets {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one text, each of its lines as well, and its form inside of JSON.
    pub fn add(&mut self, text: &str) {
        for part in std::iter::once(text.trim()).chain(text.lines().map(str::trim)) {
            if part.len() >= SHORTEST && !matches!(part, "true" | "false" | "null") {
                self.0.insert(part.to_owned());
                let quoted = Value::from(part).to_string();
                self.0.insert(quoted[1..quoted.len() - 1].to_owned());
            }
        }
    }

    /// Adds all texts in a value; a number only when it is long enough to be told from others.
    pub fn add_value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add(text),
            Value::Number(number) => {
                let text = number.to_string();
                if text.len() > SHORTEST {
                    self.add(&text);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.add_value(item)),
            Value::Object(fields) => fields.values().for_each(|field| self.add_value(field)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Adds those of another.
    pub fn extend(&mut self, other: &Self) {
        self.0.extend(other.0.iter().cloned());
    }

    /// Whether a text holds one of them.
    pub fn are_in(&self, text: &str) -> bool {
        self.0.iter().any(|secret| text.contains(secret.as_str()))
    }

    /// The text with each of them replaced, the longest first.
    pub fn redact(&self, text: &str) -> String {
        let mut longest_first: Vec<&String> = self.0.iter().collect();
        longest_first.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        longest_first.into_iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "(sensitive)"))
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.0.len())
    }
}
