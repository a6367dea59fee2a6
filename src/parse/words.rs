//! How values and pointers are said in messages.

use crate::model::key_of;
use serde_json::Value;

/// Longer values are cut in messages.
const LONGEST_SHOWN: usize = 60;

/// A pointer in the language of the file: "`spec.services[1].replicas`".
pub(super) fn dotted(pointer: &str) -> String {
    let mut out = String::new();
    for part in pointer.split('/').skip(1) {
        let part = key_of(part);
        if !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) {
            out += &format!("[{part}]");
        } else if !out.is_empty() && part.contains(['.', '/']) {
            out += &format!("[\"{}\"]", cut(&part));
        } else {
            if !out.is_empty() {
                out.push('.');
            }
            out += &cut(&part);
        }
    }
    if out.is_empty() { "the document".to_owned() } else { format!("`{out}`") }
}

/// A value for messages: text between backticks, cut where it is long; lists and objects are said in words.
pub(super) fn show(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "empty".to_owned(),
        Value::String(text) => format!("`{}`", cut(text)),
        Value::Null => "empty".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// A value that is of another type than is wanted: text is said to be text, since `2` may be both.
pub(super) fn typed(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() => format!("the text {}", show(value)),
        Value::String(_) => "an empty text".to_owned(),
        _ => show(value),
    }
}

/// A value of a schema, for lists of what is allowed: "`a`, `b` or `c`".
pub(super) fn any_of(values: &[Value]) -> String {
    const MOST: usize = 12;
    let shown: Vec<String> = values.iter().take(MOST).map(show).collect();
    match shown.as_slice() {
        _ if values.len() > MOST => format!("{} and {} others", shown.join(", "), values.len() - MOST),
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Words as they are, for what is one of several: "text or a list".
pub(super) fn either_of<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let words: Vec<&str> = words.collect();
    match words.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        other => other.concat(),
    }
}

/// A text in one line without backticks and control characters, cut where it is long.
pub(super) fn cut(text: &str) -> String {
    let clean = |c: char| match c {
        '`' => '\'',
        c if c.is_control() => ' ',
        c => c,
    };
    let mut out: String = text.chars().take(LONGEST_SHOWN).map(clean).collect();
    if text.chars().nth(LONGEST_SHOWN).is_some() {
        out.push('…');
    }
    out
}
