//! The filters and functions of templates: typed printing, and deterministic, charged stand-ins for what Tera brings.

use super::budget::{Written, charge, typed};
use serde_json::Value as JsonValue;
use std::collections::BTreeMap;
use tera::{Error, Kwargs, Map, State, StringInput, Tera, TeraResult, Value};

/// Registers them.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter("yaml", |value: Value, _: Kwargs, _: &State| -> TeraResult<Value> {
        let value = to_json(&value)?;
        typed(&flow(&value), value, Written::YAML)
    });
    tera.register_filter("json", |value: Value, _: Kwargs, _: &State| -> TeraResult<Value> {
        let value = to_json(&value)?;
        typed(&quote_all(&value), value, Written::YAML)
    });
    tera.register_filter("hcl", |value: Value, _: Kwargs, _: &State| -> TeraResult<Value> {
        let value = to_json(&value)?;
        typed(&hcl(&value), value, Written::HCL)
    });
    tera.register_filter("safe", |_: Value, _: Kwargs, _: &State| -> TeraResult<Value> {
        Err(Error::message("there is no filter `safe` here: use `yaml`, `json` or `hcl`"))
    });
    // Those of Tera call a text safe when one of the texts that they make it of is; here each of them must be.
    tera.register_filter("escape", |value: StringInput<'_>, _: Kwargs, _: &State| value.into_value());
    tera.register_filter("replace", replace);
    tera.register_filter("indent", indent);
    tera.register_filter("join", join);
    tera.register_filter(KNOWN, |value: Value, _: Kwargs, _: &State| -> TeraResult<Value> {
        if value.is_undefined() { Err(Error::message(UNDEFINED)) } else { Ok(value) }
    });
    tera.register_filter(LITERAL, |value: Value, _: Kwargs, _: &State| value.mark_safe());
    tera.register_filter("group_by", group_by);
    tera.register_function("range", range);
}

/// What is said of a value that is not there.
const UNDEFINED: &str = "the value is undefined";

/// The filter that takes everything but what is not there.
pub(super) const KNOWN: &str = "__known";

/// The filter that says of an argument that a template writes it itself.
pub(super) const LITERAL: &str = "__literal";

/// A text, safe if all that it is made of is.
fn text(text: &str, is_safe: bool) -> Value {
    if is_safe { Value::safe_string(text) } else { Value::from(text) }
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is Tera's")]
fn replace(value: StringInput<'_>, arguments: Kwargs, _: &State) -> TeraResult<Value> {
    let (from, to) = (arguments.must_get::<StringInput<'_>>("from")?, arguments.must_get::<StringInput<'_>>("to")?);
    Ok(text(&value.as_str().replace(from.as_str(), to.as_str()), [&value, &from, &to].iter().all(|text| text.is_safe())))
}

/// The widest indentation, as of Tera's own.
const WIDEST: usize = 1000;

#[expect(clippy::needless_pass_by_value, reason = "the signature is Tera's")]
fn indent(value: StringInput<'_>, arguments: Kwargs, _: &State) -> TeraResult<Value> {
    let width = arguments.get::<usize>("width")?.unwrap_or(4).min(WIDEST);
    let indentation = arguments.get::<StringInput<'_>>("indentation")?;
    let (first, blank) = (arguments.get::<bool>("first")?.unwrap_or(false), arguments.get::<bool>("blank")?.unwrap_or(false));
    let unit = indentation.as_ref().map_or(" ", StringInput::as_str);
    if unit.chars().count() != 1 {
        return Err(Error::message("`indentation` must be one character"));
    }
    let unit = unit.repeat(width);
    let line = |(number, line): (usize, &str)| {
        let stays = number == 0 && !first || number > 0 && line.trim_end_matches(['\n', '\r']).is_empty() && !blank;
        format!("{}{line}", if stays { "" } else { &unit })
    };
    let lines: String = value.as_str().split_inclusive('\n').enumerate().map(line).collect();
    Ok(text(&lines, value.is_safe() && indentation.is_none_or(|text| text.is_safe())))
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is Tera's")]
fn join(list: &[Value], arguments: Kwargs, _: &State) -> TeraResult<Value> {
    let separator = arguments.get::<StringInput<'_>>("sep")?;
    let elements: Vec<String> =
        list.iter().map(|element| if element.is_undefined() { String::new() } else { element.to_string() }).collect();
    let is_safe = list.iter().all(Value::is_safe) && separator.as_ref().is_none_or(StringInput::is_safe);
    Ok(text(&elements.join(separator.as_ref().map_or("", StringInput::as_str)), is_safe))
}

/// The built-in makes up to 100,000 elements for one step.
#[expect(clippy::needless_pass_by_value, reason = "the signature is Tera's")]
fn range(arguments: Kwargs, _: &State) -> TeraResult<Vec<i64>> {
    let start = arguments.get::<i64>("start")?.unwrap_or(0);
    let end = arguments.must_get::<i64>("end")?;
    let step = arguments.get::<i64>("step_by")?.unwrap_or(1);
    if step <= 0 {
        return Err(Error::message("`step_by` must be 1 or more"));
    }
    let length = u64::try_from(end.saturating_sub(start)).unwrap_or(0).div_ceil(step.unsigned_abs());
    charge(length)?;
    let step = usize::try_from(step).unwrap_or(usize::MAX);
    Ok((start..end).step_by(step).collect())
}

/// The built-in gives its groups in another order at every call.
#[expect(clippy::needless_pass_by_value, reason = "the signature is Tera's")]
fn group_by(list: &[Value], arguments: Kwargs, _: &State) -> TeraResult<Map> {
    let attribute = arguments.must_get::<&str>("attribute")?;
    charge(list.len() as u64)?;
    let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for element in list {
        let key = element.get_from_path(attribute).ok_or_else(|| Error::message(format!("an element has no `{attribute}`")))?;
        if !key.is_none() {
            groups.entry(key.to_string()).or_default().push(element.clone());
        }
    }
    Ok(groups.into_iter().map(|(key, elements)| (key.into(), elements.into())).collect())
}

/// A template's value as JSON.
pub(super) fn to_json(value: &Value) -> TeraResult<JsonValue> {
    if value.is_undefined() {
        return Err(Error::message(UNDEFINED));
    }
    if let Some(text) = value.as_str() {
        return Ok(JsonValue::String(text.to_owned()));
    }
    serde_json::to_value(value).map_err(|error| Error::message(format!("the value cannot be written: {error}")))
}

/// One line of YAML: a plain word where every reader sees a string, else JSON, which YAML takes as it is.
fn flow(value: &JsonValue) -> String {
    match value {
        JsonValue::String(text) if is_plain_word(text) => text.clone(),
        other => quote_all(other),
    }
}

/// Whether every reader of YAML, HCL (between quotes) and JSON (between quotes) takes this for the same string, wherever a word may stand.
pub fn is_plain_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/'))
        && !is_reserved(text)
}

/// Words that some reader of YAML takes for something else than a string.
fn is_reserved(text: &str) -> bool {
    ["true", "false", "yes", "no", "on", "off", "null", "y", "n", "inf", "nan"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// JSON on one line with blanks behind `:` and `,`, everything that is not printable escaped, so that it is YAML as well.
fn quote_all(value: &JsonValue) -> String {
    let mut out = String::new();
    write_json(value, &mut out);
    out
}

fn write_json(value: &JsonValue, out: &mut String) {
    match value {
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) => out.push_str(&value.to_string()),
        JsonValue::String(text) => write_quoted(text, out),
        JsonValue::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                write_json(item, out);
            }
            out.push(']');
        }
        JsonValue::Object(map) => {
            out.push('{');
            for (index, (key, item)) in map.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                write_quoted(key, out);
                out.push_str(": ");
                write_json(item, out);
            }
            out.push('}');
        }
    }
}

fn write_quoted(text: &str, out: &mut String) {
    out.push('"');
    write_escaped(text, out);
    out.push('"');
}

/// A text as it stands between double quotes, the same for JSON, YAML and HCL.
fn write_escaped(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_odd(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
}

/// Characters that some reader does not take as they are; each of them has four digits.
pub(super) fn is_odd(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// An HCL expression that is this value and nothing else: `${` and `%{` are text in it.
pub(super) fn hcl(value: &JsonValue) -> String {
    match value {
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) => value.to_string(),
        JsonValue::String(text) => hcl_string(text),
        JsonValue::Array(items) => format!("[{}]", items.iter().map(hcl).collect::<Vec<_>>().join(", ")),
        JsonValue::Object(map) if map.is_empty() => "{}".to_owned(),
        JsonValue::Object(map) => {
            let items: Vec<String> = map.iter().map(|(key, item)| format!("{} = {}", hcl_string(key), hcl(item))).collect();
            format!("{{ {} }}", items.join(", "))
        }
    }
}

fn hcl_string(text: &str) -> String {
    format!("\"{}\"", escape(text))
}

/// A text as it stands between the quotes of an HCL string.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::new();
    write_escaped(text, &mut out);
    escape_interpolation(&out)
}

/// Doubles the sign of `${` and `%{`, so that Terraform takes them for text.
pub(super) fn escape_interpolation(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_stays_a_value_in_each_language() {
        let shown: Vec<String> =
            [json!("orders"), json!("no"), json!("1e3"), json!("a: b\n- c"), json!("${file(\"/etc\")} %{if}"), json!({"a": [1, null]})]
                .iter()
                .map(|value| format!("{} | {} | {}", flow(value), quote_all(value), hcl(value)))
                .collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        orders | "orders" | "orders"
        "no" | "no" | "no"
        "1e3" | "1e3" | "1e3"
        "a: b\n- c" | "a: b\n- c" | "a: b\n- c"
        "${file(\"/etc\")} %{if}" | "${file(\"/etc\")} %{if}" | "$${file(\"/etc\")} %%{if}"
        {"a": [1, null]} | {"a": [1, null]} | { "a" = [1, null] }
        "#);
    }
}
