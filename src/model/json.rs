//! JSON values that can also travel in formats that do not describe themselves.

use super::Span;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

/// A JSON value; in a binary format it travels as its text.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Json(pub serde_json::Value);

impl Deref for Json {
    type Target = serde_json::Value;
    fn deref(&self) -> &serde_json::Value {
        &self.0
    }
}

impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        Self(value)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { self.0.serialize(serializer) } else { self.0.to_string().serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return serde_json::Value::deserialize(deserializer).map(Self);
        }
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// The JSON pointer of a member.
pub fn child(pointer: &str, key: &str) -> String {
    if key.contains(['~', '/']) {
        return format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
    }
    [pointer, "/", key].concat()
}

/// The key that one part of a JSON pointer names.
pub fn key_of(part: &str) -> Cow<'_, str> {
    if part.contains('~') { Cow::Owned(part.replace("~1", "/").replace("~0", "~")) } else { Cow::Borrowed(part) }
}

/// What a JSON pointer names; the library's own look copies each part twice.
pub fn at<'v>(value: &'v serde_json::Value, pointer: &str) -> Option<&'v serde_json::Value> {
    pointer.split('/').skip(1).try_fold(value, |value, part| match value {
        serde_json::Value::Object(members) => members.get(&*key_of(part)),
        serde_json::Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        _ => None,
    })
}

/// All texts in a value, each with its pointer; `at` is the pointer of the value itself.
pub fn texts<'v>(value: &'v serde_json::Value, at: &str) -> Vec<(String, &'v str)> {
    let mut texts = Vec::new();
    let mut open = vec![(at.to_owned(), value)];
    while let Some((pointer, value)) = open.pop() {
        match value {
            serde_json::Value::Object(members) => open.extend(members.iter().map(|(key, value)| (child(&pointer, key), value))),
            serde_json::Value::Array(items) => open.extend(items.iter().enumerate().map(|(at, item)| (format!("{pointer}/{at}"), item))),
            serde_json::Value::String(text) => texts.push((pointer, text.as_str())),
            _ => {}
        }
    }
    texts
}

/// A JSON value as its text: it takes a fraction of the memory, is read when it is asked for, and is shared when it is cloned.
#[derive(Clone)]
pub struct JsonText(Arc<str>);

impl JsonText {
    /// The text of a value.
    pub fn of(value: &serde_json::Value) -> Self {
        Self(serde_json::to_string(value).expect("a value has a text").into())
    }

    /// A text that was put together from texts of values.
    pub(crate) fn of_text(text: &str) -> Self {
        debug_assert!(serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(), "it is JSON: {text}");
        Self(text.into())
    }

    /// The text, on one line and without blanks.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The value.
    pub fn value(&self) -> serde_json::Value {
        serde_json::from_str(&self.0).expect("it was written as JSON")
    }
}

impl Default for JsonText {
    fn default() -> Self {
        static NULL: LazyLock<Arc<str>> = LazyLock::new(|| "null".into());
        Self(Arc::clone(&NULL))
    }
}

/// Two are the same when their values are, in whatever order their keys stand.
impl PartialEq for JsonText {
    fn eq(&self, other: &Self) -> bool {
        // in another order they are as long
        self.0 == other.0 || self.0.len() == other.0.len() && self.value() == other.value()
    }
}

impl std::fmt::Debug for JsonText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { self.value().serialize(serializer) } else { self.0.serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return serde_json::Value::deserialize(deserializer).map(|value| Self::of(&value));
        }
        let text: Arc<str> = Arc::deserialize(deserializer)?;
        // it is read without being asked again, so it must be JSON; nothing is built for that
        serde_json::from_str::<serde::de::IgnoredAny>(&text).map_err(serde::de::Error::custom)?;
        Ok(Self(text))
    }
}

/// Where a text that is not JSON is wrong. What is found at the end of a line is told by the parser before the first column of the next one,
/// which a file may not have; and it counts bytes.
pub fn json_mistake(text: &str, error: &serde_json::Error) -> Span {
    let line = if error.column() == 0 { error.line().saturating_sub(1).max(1) } else { error.line() };
    let shown = text.split('\n').nth(line - 1).unwrap_or_default().trim_end_matches('\r');
    let before = if error.column() == 0 { shown } else { shown.get(..error.column()).unwrap_or(shown) };
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).max(1);
    Span::point(number(line), number(before.chars().count()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_survives_as_its_text_and_is_the_same_in_any_order_of_keys() {
        let value = json!({"b": [1, 2.5, "x\n"], "a": {"c": null}});
        let text = JsonText::of(&value);
        assert_eq!(text.value(), value);
        assert_eq!(text, JsonText::of(&json!({"a": {"c": null}, "b": [1, 2.5, "x\n"]})));
        assert_ne!(text, JsonText::of(&json!({"a": {"c": null}})));
        assert_eq!(JsonText::default().value(), serde_json::Value::Null);
    }

    #[test]
    fn it_travels_as_text_and_refuses_what_is_no_json() {
        let text = JsonText::of(&json!({"a": 1}));
        let bytes = postcard::to_allocvec(&text).unwrap();
        assert_eq!(postcard::from_bytes::<JsonText>(&bytes).unwrap(), text);
        assert_eq!(serde_json::to_value(&text).unwrap(), json!({"a": 1}));
        let broken = postcard::to_allocvec("{").unwrap();
        assert!(postcard::from_bytes::<JsonText>(&broken).is_err());
    }

    #[test]
    fn a_mistake_of_json_stands_in_a_line_of_the_file() {
        let place = |text: &str| {
            let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
            let span = json_mistake(text, &error);
            format!("{}:{}", span.line, span.column)
        };
        let texts =
            ["", "{\"a", "{\"a\n", "{\"a\": 1\n", "{\n  \"a: 1,\r\n  \"b\": 2\n}\n", "{\n  \"ä\": 1\n  \"b\": 2\n}\n", "{\"äöü\": x}"];
        assert_eq!(texts.map(place), ["1:1", "1:3", "1:3", "1:7", "2:8", "3:3", "1:9"]);
    }
}
