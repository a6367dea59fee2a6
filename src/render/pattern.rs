//! Which units are alike to everything that looks at their objects, so that a second one need not be looked at.
//!
//! Two units are alike when their files have the same skeletons and each slot holds either the very same value in both, or a word of the same
//! shape. A word begins with a small letter, is made of small letters, digits and the marks of names, and stands nowhere in the skeletons. What
//! the API asks of names, keys and values (`objects::forms`) is a question of shape; a word that may be base64, which is a question of its
//! length, has that in its shape, and what is padded is no word; no word is a number, a quantity, a time or an address; no word is one of those
//! that a field takes, which have capital letters; and where a look compares two texts, the words that are the same in one unit are the same in
//! the other. In debug builds each unit is looked at all the same, and what comes of it is compared.

use super::cast::Cast;
use crate::model::{RepoPath, TargetName};
use crate::yaml::Word;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

/// What is the same for units that are alike.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Pattern(Box<[u8]>);

/// How many patterns are kept: each release has a few.
const MOST: usize = 4096;

/// The units, by their pattern, in which nothing was found.
#[derive(Default)]
pub(super) struct Clean(RwLock<HashMap<Pattern, Arc<Sound>>>);

/// What is known of a unit in which nothing was found.
pub(super) struct Sound {
    /// Where the schemas of custom resources were looked for.
    pub(super) schemas: BTreeSet<RepoPath>,
    /// The pattern names them by where they are: nothing else may be there.
    _casts: Vec<Arc<Cast>>,
}

impl Clean {
    pub(super) fn get(&self, pattern: &Pattern) -> Option<Arc<Sound>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(pattern).cloned()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub(super) fn keep(&self, pattern: Pattern, schemas: BTreeSet<RepoPath>, casts: Vec<Arc<Cast>>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST {
            kept.insert(pattern, Arc::new(Sound { schemas, _casts: casts }));
        }
    }
}

/// The pattern of a unit that goes to this target, by the skeletons of its files and the words in them.
pub(super) fn pattern(target: &TargetName, files: &[(Arc<Cast>, Vec<Word<'_>>)]) -> Pattern {
    let mut key = Vec::with_capacity(512);
    put(&mut key, b'T', target.as_str().as_bytes());
    let mut seen = Seen { files, inside: Vec::new(), words: Vec::new() };
    for word in files.iter().flat_map(|(_, words)| words) {
        if let Word::Typed(value) = word {
            seen.look_inside(value);
        }
    }
    for (cast, words) in files {
        put(&mut key, b'F', &(Arc::as_ptr(cast) as usize).to_le_bytes());
        for word in words {
            match word {
                Word::Text(text) => seen.text(text, &mut key),
                Word::Typed(value) => put(&mut key, b'V', value.to_string().as_bytes()),
            }
        }
    }
    Pattern(key.into())
}

/// Adds something of a kind, with its length.
fn put(key: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    key.push(kind);
    key.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    key.extend_from_slice(bytes);
}

/// What was met on the way through a unit.
struct Seen<'u> {
    files: &'u [(Arc<Cast>, Vec<Word<'u>>)],
    /// Keys and texts within lists and maps that were printed.
    inside: Vec<&'u str>,
    words: Vec<&'u str>,
}

impl<'u> Seen<'u> {
    fn look_inside(&mut self, value: &'u Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.look_inside(item)),
            Value::Object(members) => {
                for (key, value) in members {
                    self.inside.push(key);
                    self.look_inside(value);
                }
            }
            Value::String(text) => self.inside.push(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Adds a text: the word that it is the same as, its shape when it is a new word, else itself.
    fn text(&mut self, text: &'u str, key: &mut Vec<u8>) {
        if let Some(number) = self.words.iter().position(|word| *word == text) {
            return put(key, b'S', &number.to_le_bytes());
        }
        match shape(text) {
            Some(shape) if !self.inside.contains(&text) && !self.files.iter().any(|(cast, _)| cast.says(text)) => {
                self.words.push(text);
                put(key, b'W', &shape);
            }
            _ => put(key, b'E', text.as_bytes()),
        }
    }
}

/// The longest word that fits wherever a short one of its shape does.
const LONGEST: usize = 50;

/// The same for one with a colon, which is no name and no key wherever it stands.
const LONGEST_WITH_COLON: usize = 250;

/// The longest name of a port.
const LONGEST_PORT: usize = 15;

/// Groups of the API by their names, which are no words: some fields take only one of them.
const RESERVED: [&str; 2] = ["kubernetes.io", "k8s.io"];

/// The shape of a word: its marks, and between them what letters and digits stand there; nothing for any other text.
fn shape(text: &str) -> Option<Vec<u8>> {
    let is_word = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    let colons = bytes.iter().filter(|byte| **byte == b':').count();
    let longest = if colons == 0 { LONGEST } else { LONGEST_WITH_COLON };
    if !bytes.first()?.is_ascii_lowercase() || bytes.len() > longest || colons > 1 || RESERVED.iter().any(|name| text.contains(name)) {
        return None;
    }
    // base64 is a question of its length; it has two more marks, of which `+` is in no word, and nor is its padding
    let may_be_base64 = bytes.iter().all(|byte| is_word(byte) || *byte == b'/');
    let length = if may_be_base64 { 1 + bytes.len() % 4 } else { 0 };
    let mut shape = vec![u8::try_from(length).ok()?, u8::from(bytes.len() <= LONGEST_PORT)];
    let mut at = 0;
    while at < bytes.len() {
        let run = bytes[at..].iter().take_while(|byte| is_word(byte)).count();
        let word = &bytes[at..at + run];
        match word.first() {
            None if matches!(bytes[at], b'-' | b'.' | b'_' | b'/' | b'@' | b':') => shape.push(bytes[at]),
            None => return None,
            Some(first) if first.is_ascii_lowercase() => shape.push(b'a'),
            Some(_) if word.iter().all(u8::is_ascii_digit) => shape.push(b'0'),
            Some(_) => shape.push(b'1'),
        }
        at += run.max(1);
    }
    Some(shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_shape_are_alike_and_others_are_themselves() {
        let alike = |one: &str, other: &str| shape(one).is_some() && shape(one) == shape(other);
        for (one, other) in [
            ("payments-api", "shop-checkout"),
            ("team-001", "squad-42"),
            ("registry.example.org/team-001/service-00001:1.0.0", "registry.example.org/squad-2/cart-3:2.13.7"),
            ("cart", "till"),
            ("ab/c", "shop/car"),
            ("eu-central-1", "us-east-2"),
        ] {
            assert!(alike(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("cart", "carts"), // base64 is a question of length
            ("ab/c", "ab/cd"),
            ("a-short-one", "a-longer-one-than-ports-take"),
            ("team-001", "team-a"),
            ("team-1a", "team-a1"),
            ("a.b", "a/b"),
            ("a--b", "a-b"),
        ] {
            assert!(!alike(one, other), "{one} {other}");
        }
        let long = "a".repeat(51);
        for text in ["", "TCP", "100m", "1.0.0", "0", "a b", "ä", "-a", "/a", "fe80::1", "a:b:c", "10.0.0.1", "abc=", "a=b", &long] {
            assert_eq!(shape(text), None, "{text}");
        }
        assert_eq!(shape("rbac.authorization.k8s.io"), None);
    }
}
