//! What keeps a `schema.json` from being used: all of it at once, told keyword by keyword.

use super::hint;
use super::lint;
use super::sentence::type_in_words;
use super::words::{cut, either_of, show, typed};
use crate::model::{child, close_match, key_of, meant};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// More mistakes than this in one schema help nobody.
const MOST: usize = 50;
/// The types of JSON Schema.
const TYPES: [&str; 7] = ["string", "integer", "number", "boolean", "array", "object", "null"];
/// The formats that are asserted, as far as they are of use in a request.
const FORMATS: &str =
    "`date`, `date-time`, `time`, `email`, `hostname`, `ipv4`, `ipv6`, `uri`, `uuid`, `regex`, `goldpath-duration` and `quantity`";
const LOOK_AROUND: &str = "Patterns have no look-around and no back-references, and may not grow too large.";

/// One mistake: at which keyword, what, and the next step.
pub(super) struct Mistake {
    pub(super) pointer: String,
    pub(super) message: String,
    pub(super) help: String,
}

/// Everything that keeps a schema from being used, as far as it can be told keyword by keyword.
pub(super) fn mistakes(root: &Value) -> Vec<Mistake> {
    let meta = jsonschema::draft202012::meta::validator();
    let mut found: Vec<Mistake> = Vec::new();
    for error in meta.iter_errors(root).take(MOST) {
        found.push(one(error.instance_path().as_str().to_owned(), &error));
    }
    for at in lint::schemas(root) {
        let Some(schema) = root.pointer(&at).and_then(Value::as_object) else { continue };
        let of_format = schema.get("format").filter(|format| !is_usable(&json!({"format": format})));
        found.extend(of_format.map(|format| no_format(child(&at, "format"), format)));
        let of_pattern = schema.get("pattern").and_then(Value::as_str).map(|pattern| (child(&at, "pattern"), pattern));
        let names = schema.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
        let names = names.map(|(name, _)| (child(&child(&at, "patternProperties"), name), name.as_str()));
        for (pointer, pattern) in of_pattern.into_iter().chain(names).filter(|(_, pattern)| !is_usable(&json!({"pattern": pattern}))) {
            found.push(no_pattern(pointer, pattern));
        }
    }
    let mut told = BTreeSet::new();
    found.retain(|mistake| told.insert(mistake.pointer.clone()));
    found
}

fn is_usable(schema: &Value) -> bool {
    super::schema::alone(schema).is_some()
}

/// One mistake that the library found, at a pointer into the schema.
pub(super) fn one(pointer: String, error: &ValidationError<'_>) -> Mistake {
    let value = &**error.instance();
    let keyword = key_of(pointer.rsplit('/').next().unwrap_or_default()).into_owned();
    match (keyword.as_str(), error.kind()) {
        ("pattern", _) => match value.as_str() {
            Some(pattern) => no_pattern(pointer, pattern),
            None => Mistake { pointer, message: format!("the pattern {} cannot be used", show(value)), help: LOOK_AROUND.to_owned() },
        },
        ("format", _) => no_format(pointer, value),
        ("type", _) => no_type(pointer, value),
        (_, Kind::Type { .. }) => {
            let text = error.to_string();
            let (_, names) = text.rsplit_once(" is not of type").unwrap_or_default();
            let wanted: Vec<&str> = names.split('"').skip(1).step_by(2).collect();
            let what = either_of(wanted.iter().map(|name| type_in_words(name)));
            let help = hint::retyped(&pointer, &wanted, value, None).map(|retyped| retyped.help);
            let help = help.unwrap_or_else(|| format!("Write {what}."));
            Mistake { message: format!("`{}` must be {what}, is {}", cut(&keyword), typed(value)), help, pointer }
        }
        (_, Kind::Minimum { limit }) => {
            let message = format!("`{}` must be at least {limit}, is {}", cut(&keyword), show(value));
            Mistake { pointer, message, help: format!("Write {limit} or more.") }
        }
        _ => {
            let message = format!("this is not a JSON Schema that can be used: {}", super::schema::cut_long(&error.to_string()));
            Mistake { pointer, message, help: "See JSON Schema 2020-12.".to_owned() }
        }
    }
}

fn no_type(pointer: String, value: &Value) -> Mistake {
    let wrong = match value {
        Value::Array(names) => names.iter().find(|name| !name.as_str().is_some_and(|name| TYPES.contains(&name))).unwrap_or(value),
        _ => value,
    };
    let near = wrong.as_str().and_then(|name| close_match(name, TYPES));
    let all = "Types are `string`, `integer`, `number`, `boolean`, `array`, `object` and `null`.";
    Mistake { pointer, message: format!("{} is not a type", show(wrong)), help: near.map_or_else(|| all.to_owned(), meant) }
}

fn no_format(pointer: String, value: &Value) -> Mistake {
    Mistake { pointer, message: format!("the format {} is not known", show(value)), help: format!("Known are {FORMATS}.") }
}

fn no_pattern(pointer: String, pattern: &str) -> Mistake {
    use regex_syntax::ast::ErrorKind::{UnsupportedBackreference, UnsupportedLookAround};
    let shown = show(&Value::String(pattern.to_owned()));
    let why = match regex_syntax::ast::parse::Parser::new().parse(pattern) {
        Err(error) if !matches!(error.kind(), UnsupportedBackreference | UnsupportedLookAround) => Some(error.kind().to_string()),
        Ok(_) | Err(_) => None,
    };
    let help = match why {
        Some(_) => "Mend it; before a character that stands for itself, such as `(`, write `\\\\`.",
        None => LOOK_AROUND,
    };
    let why = why.map_or_else(String::new, |why| format!(": {why}"));
    Mistake { pointer, message: format!("the pattern {shown} cannot be used{why}"), help: help.to_owned() }
}
