//! What a rule says, as values.

use crate::model::Span;
use regorus::Value;

/// The longest message that is shown.
const LONGEST: usize = 400;

/// One result of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Said {
    pub(super) message: String,
    /// A JSON pointer into the request.
    pub(super) field: Option<String>,
}

/// The value of a rule that says neither yes nor no.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Unclear {
    pub(super) message: String,
    /// Where the rule is declared.
    pub(super) at: Span,
}

/// The results in the value of a rule: a set or list of them, one text, one object with words, or `true`; `otherwise` is said where there are no
/// words.
///
/// # Errors
/// What it is instead, after its name: what says neither yes nor no is the policy's mistake.
pub(super) fn results(value: &Value, otherwise: &str) -> Result<Vec<Said>, String> {
    match value {
        Value::Undefined | Value::Null | Value::Bool(false) => Ok(Vec::new()),
        Value::Set(items) => items.iter().map(|item| said(item, otherwise)).collect(),
        Value::Array(items) => items.iter().map(|item| said(item, otherwise)).collect(),
        Value::String(text) if text.trim().is_empty() => Err("is an empty text".to_owned()),
        Value::Object(_) if words(value).is_none() => Err("is an object without `msg`".to_owned()),
        Value::Number(_) => Err(format!("is `{value}`")),
        Value::Bool(true) | Value::String(_) | Value::Object(_) => Ok(vec![said(value, otherwise)?]),
    }
}

/// One of several results.
fn said(value: &Value, otherwise: &str) -> Result<Said, String> {
    let message = match value {
        Value::String(text) => Some(text.to_string()),
        Value::Object(_) => words(value),
        Value::Bool(true) => None,
        Value::Undefined | Value::Null | Value::Bool(false) | Value::Number(_) | Value::Array(_) | Value::Set(_) => {
            return Err(format!("holds `{}`, which is no result", shown(&value.to_string())));
        }
    };
    let message = message.filter(|text| !text.trim().is_empty()).map_or_else(|| otherwise.to_owned(), |text| shown(&text));
    Ok(Said { message, field: member(value, ["field", "pointer"]).map(|field| pointer(&field)) })
}

/// What an object says.
fn words(value: &Value) -> Option<String> {
    member(value, ["msg", "message"])
}

fn member(value: &Value, names: [&str; 2]) -> Option<String> {
    names.into_iter().find_map(|name| value.as_object().ok()?.get(&Value::from(name))?.as_string().ok().map(|text| text.to_string()))
}

/// A sentence without a full stop, on one line.
fn shown(text: &str) -> String {
    let one_line: String = text.trim().trim_end_matches('.').chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match one_line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &one_line[..end]),
        None => one_line,
    }
}

/// `spec.services[0].replicas` is `/spec/services/0/replicas`; a pointer stays what it is.
fn pointer(field: &str) -> String {
    if field.is_empty() || field.starts_with('/') {
        return field.to_owned();
    }
    format!("/{}", field.replace(']', "").replace(['.', '['], "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_says_yes_or_no_or_is_a_mistake() {
        let of = |json: &str| {
            let value = if json == "set()" { Value::new_set() } else { Value::from_json_str(json).unwrap() };
            let said = |said: &Said| said.message.clone() + &said.field.as_ref().map_or_else(String::new, |field| format!(" at {field}"));
            match results(&value, "refused") {
                Ok(all) if all.is_empty() => "nothing".to_owned(),
                Ok(all) => all.iter().map(said).collect::<Vec<_>>().join(" | "),
                Err(is) => format!("mistake: it {is}"),
            }
        };
        let shapes = [
            "null",
            "false",
            "true",
            "3",
            "\"\"",
            "\"no.\"",
            "set()",
            "[]",
            "{}",
            r#"{"a": true}"#,
            r#"{"msg": "no", "field": "spec.a[0]"}"#,
            r#"{"message": "no"}"#,
            r#"["a", "b."]"#,
            r#"["", true, {}, {"field": "/spec/a"}, {"msg": "no"}, {"msg": 3}]"#,
            "[null]",
            "[false]",
            "[0]",
            r#"[["a", "b"]]"#,
            "[[]]",
        ];
        insta::assert_snapshot!(shapes.map(|shape| format!("{shape}: {}", of(shape))).join("\n"), @r#"
        null: nothing
        false: nothing
        true: refused
        3: mistake: it is `3`
        "": mistake: it is an empty text
        "no.": no
        set(): nothing
        []: nothing
        {}: mistake: it is an object without `msg`
        {"a": true}: mistake: it is an object without `msg`
        {"msg": "no", "field": "spec.a[0]"}: no at /spec/a/0
        {"message": "no"}: no
        ["a", "b."]: a | b
        ["", true, {}, {"field": "/spec/a"}, {"msg": "no"}, {"msg": 3}]: refused | refused | refused | refused at /spec/a | no | refused
        [null]: mistake: it holds `null`, which is no result
        [false]: mistake: it holds `false`, which is no result
        [0]: mistake: it holds `0`, which is no result
        [["a", "b"]]: mistake: it holds `["a","b"]`, which is no result
        [[]]: mistake: it holds `[]`, which is no result
        "#);
    }
}
