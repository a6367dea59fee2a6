//! What a rule says, as values.

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

/// The results in the value of a rule: a set or list of them, one text, or `true`; `otherwise` is said where there are no words.
pub(super) fn results(value: &Value, otherwise: &str) -> Vec<Said> {
    match value {
        Value::Undefined | Value::Null | Value::Bool(false) => Vec::new(),
        Value::Set(items) => items.iter().map(|item| said(item, otherwise)).collect(),
        Value::Array(items) => items.iter().map(|item| said(item, otherwise)).collect(),
        one => vec![said(one, otherwise)],
    }
}

fn said(value: &Value, otherwise: &str) -> Said {
    let member = |names: [&str; 2]| names.into_iter().find_map(|name| value[name].as_string().ok());
    match value {
        Value::String(text) => Said { message: shown(text), field: None },
        Value::Object(_) => {
            let message = member(["msg", "message"]).map_or_else(|| otherwise.to_owned(), |text| shown(text));
            Said { message, field: member(["field", "pointer"]).map(|field| pointer(field)) }
        }
        Value::Bool(_) => Said { message: otherwise.to_owned(), field: None },
        other => Said { message: other.to_json_str().map_or_else(|_| otherwise.to_owned(), |text| shown(&text)), field: None },
    }
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
