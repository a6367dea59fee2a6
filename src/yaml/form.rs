//! A document of which some values are not the same each time it is written: what stands between them is written once.

use super::emit::{emit, write_item, write_member, write_string};
use serde_json::Value;
use std::borrow::Cow;

/// What is put into a hole.
#[derive(Clone, Debug, PartialEq)]
pub enum Word<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// Any other value.
    Typed(&'a Value),
}

impl Word<'_> {
    /// It as a value.
    pub fn into_value(self) -> Value {
        match self {
            Self::Text(text) => Value::String(text.into_owned()),
            Self::Typed(value) => value.clone(),
        }
    }
}

/// A document with holes, as it is written.
#[derive(Debug)]
pub struct Form {
    /// What stands before each hole.
    holes: Vec<(Box<str>, Hole)>,
    /// What stands behind the last one.
    rest: Box<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hole {
    number: usize,
    /// Where its key or its dash stands.
    columns: usize,
    /// Behind a key, not behind a dash.
    is_member: bool,
}

impl Form {
    /// The form of an object or a list in which some texts stand for holes. `hole` knows their numbers; they are words that need no quotes, and
    /// stand nowhere else than as a whole value.
    pub fn of(document: &Value, hole: impl Fn(&str) -> Option<usize>) -> Self {
        let text = emit(document);
        let (mut holes, mut done, mut at) = (Vec::new(), 0, 0);
        for line in text.split_inclusive('\n') {
            let found = line.trim_end().rsplit_once(' ').filter(|(before, _)| before.ends_with([':', '-']));
            let found = found.and_then(|(before, word)| Some((before, hole(word)?)));
            if let Some((before, number)) = found {
                let indent = before.len() - before.trim_start_matches(' ').len();
                let is_member = before.ends_with(':');
                // the key of a map in a list stands behind the dash
                let columns = if is_member && before[indent..].starts_with("- ") { indent + 2 } else { indent };
                holes.push((text[done..at + before.len()].into(), Hole { number, columns, is_member }));
                done = at + line.len();
            }
            at += line.len();
        }
        Self { holes, rest: text[done..].into() }
    }

    /// Writes the document with these words in its holes, as [`emit_into`](super::emit_into) writes it, behind what is there.
    pub fn fill(&self, words: &[Word<'_>], out: &mut String) {
        for (before, hole) in &self.holes {
            out.push_str(before);
            match &words[hole.number] {
                Word::Text(text) => {
                    out.push(' ');
                    write_string(text, Some(hole.columns), out);
                    out.push('\n');
                }
                Word::Typed(value) if hole.is_member => write_member(value, hole.columns, out),
                Word::Typed(value) => write_item(value, hole.columns, out),
            }
        }
        out.push_str(&self.rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn word(number: usize) -> String {
        format!("hole-{number}")
    }

    /// A value with holes in place of some of its texts, and the same with the words in them.
    fn both(value: &Value, words: &[Value]) -> (Value, Value) {
        let put = |text: &str| text.strip_prefix("hole-").and_then(|number| words.get(number.parse::<usize>().ok()?)).cloned();
        match value {
            Value::Object(map) => {
                let all = map.iter().map(|(key, value)| (key, both(value, words)));
                let (with, without): (serde_json::Map<_, _>, serde_json::Map<_, _>) =
                    all.map(|(key, (with, without))| ((key.clone(), with), (key.clone(), without))).unzip();
                (Value::Object(with), Value::Object(without))
            }
            Value::Array(items) => {
                let (with, without) = items.iter().map(|item| both(item, words)).unzip();
                (Value::Array(with), Value::Array(without))
            }
            Value::String(text) => (value.clone(), put(text).unwrap_or_else(|| value.clone())),
            other => (other.clone(), other.clone()),
        }
    }

    fn check(document: &Value, words: &[Value]) {
        let (with_holes, filled) = both(document, words);
        let form = Form::of(&with_holes, |text| text.strip_prefix("hole-")?.parse().ok());
        let words: Vec<Word<'_>> =
            words.iter().map(|value| value.as_str().map_or(Word::Typed(value), |text| Word::Text(Cow::Borrowed(text)))).collect();
        let mut out = String::new();
        form.fill(&words, &mut out);
        assert_eq!(out, emit(&filled), "{document}");
    }

    #[test]
    fn a_form_is_filled_as_its_document_is_written() {
        let document = json!({
            "name": "hole-0", "list": ["a", "hole-1", {"key": "hole-2", "other": ["hole-0"]}, ["hole-1", {"x": "hole-2"}]],
            "below": {"- key": "hole-1", "a b: c": {"deep": "hole-0"}, "empty": {}, "text": "one\ntwo\n"},
        });
        for words in [
            [json!("api"), json!("no"), json!("two\nlines\n")],
            [json!(3), json!({"a": [1, {"b": "c"}]}), json!([])],
            [json!(null), json!(["x", ["y"]]), json!("- x")],
        ] {
            check(&document, &words);
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            3 => (0..3_usize).prop_map(|number| Value::String(word(number))),
            1 => "[a-z :#-]{0,6}".prop_map(Value::String),
            1 => prop::sample::select(vec![json!(null), json!(1), json!("x\ny"), json!({}), json!([])]),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                prop::collection::btree_map("[a-z:-]{1,4}", inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_form_is_filled_as_its_document_is_written(document in values(), words in prop::collection::vec(values(), 3)) {
            let (_, words): (Vec<_>, Vec<_>) = words.iter().map(|word| both(word, &[json!("a"), json!("b c"), json!("d")])).unzip();
            if document.is_object() || document.is_array() {
                check(&document, &words);
            }
        }
    }
}
