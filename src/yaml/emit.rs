//! Canonical block YAML, which readers of YAML 1.1 and 1.2 take alike.
//!
//! Two spaces, list dashes under their key, strings in quotes only where a reader could see something else.

use super::scalar;
use serde_json::{Map, Number, Value};
use std::fmt::Write as _;

/// Longer keys are written with `? `, because an implicit key may have at most 1,024 characters.
const LONGEST_IMPLICIT_KEY: usize = 1000;

/// Writes a value as one YAML document, with a newline at its end.
pub fn emit(value: &Value) -> String {
    let mut out = String::new();
    emit_into(value, &mut out);
    out
}

/// The same, behind what is there, which is empty or ends with a newline.
pub fn emit_into(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => write_map(map, 0, out),
        Value::Array(items) if !items.is_empty() => write_list(items, 0, out),
        other => {
            write_scalar(other, None, out);
            out.push('\n');
        }
    }
}

fn indent(columns: usize, out: &mut String) {
    const BLANKS: &str = "                                ";
    let mut left = columns;
    while left > 0 {
        let now = left.min(BLANKS.len());
        out.push_str(&BLANKS[..now]);
        left -= now;
    }
}

/// Writes an object; its first key goes where the line stands when something (a dash) is on it already.
fn write_map(map: &Map<String, Value>, columns: usize, out: &mut String) {
    for (key, value) in map {
        if out.is_empty() || out.ends_with('\n') {
            indent(columns, out);
        }
        write_key(key, columns, out);
        write_member(value, columns, out);
    }
}

/// Writes what stands behind a key and its colon, and ends the line; `columns` is where the key stands.
pub(super) fn write_member(value: &Value, columns: usize, out: &mut String) {
    match value {
        Value::Object(inner) if !inner.is_empty() => {
            out.push('\n');
            write_map(inner, columns + 2, out);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            write_list(items, columns, out);
        }
        other => {
            out.push(' ');
            write_scalar(other, Some(columns), out);
            out.push('\n');
        }
    }
}

fn write_key(key: &str, columns: usize, out: &mut String) {
    if key.len() > LONGEST_IMPLICIT_KEY {
        out.push_str("? ");
        write_string(key, None, out);
        out.push('\n');
        indent(columns, out);
    } else {
        write_string(key, None, out);
    }
    out.push(':');
}

fn write_list(items: &[Value], columns: usize, out: &mut String) {
    for item in items {
        indent(columns, out);
        out.push('-');
        write_item(item, columns, out);
    }
}

/// Writes what stands behind a dash, and ends the line; `columns` is where the dash stands.
pub(super) fn write_item(item: &Value, columns: usize, out: &mut String) {
    match item {
        Value::Object(map) if !map.is_empty() => {
            out.push(' ');
            write_map(map, columns + 2, out);
        }
        Value::Array(inner) if !inner.is_empty() => {
            out.push('\n');
            write_list(inner, columns + 2, out);
        }
        other => {
            out.push(' ');
            write_scalar(other, Some(columns), out);
            out.push('\n');
        }
    }
}

/// Writes what fits behind a key; `columns` is the indentation of the parent, nothing where no block may stand.
fn write_scalar(value: &Value, columns: Option<usize>, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(number, out),
        Value::String(text) => write_string(text, columns, out),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
    }
}

/// Writes floats with a point and a signed exponent, as YAML 1.1 wants them.
fn write_number(number: &Number, out: &mut String) {
    let text = number.to_string();
    let Some((mantissa, exponent)) = text.split_once('e') else { return out.push_str(&text) };
    out.push_str(mantissa);
    if !mantissa.contains('.') {
        out.push_str(".0");
    }
    out.push('e');
    if !exponent.starts_with(['-', '+']) {
        out.push('+');
    }
    out.push_str(exponent);
}

pub(super) fn write_string(text: &str, columns: Option<usize>, out: &mut String) {
    match columns {
        _ if is_name(text) => out.push_str(text),
        Some(columns) if fits_block(text) => write_block(text, columns, out),
        _ if text.chars().any(needs_escape) => write_escaped(text, out),
        _ if needs_quotes(text) && text.contains(['"', '\\']) => {
            let _ = write!(out, "'{}'", text.replace('\'', "''"));
        }
        _ if needs_quotes(text) => {
            let _ = write!(out, "\"{text}\"");
        }
        _ => out.push_str(text),
    }
}

fn write_block(text: &str, columns: usize, out: &mut String) {
    out.push('|');
    if text.starts_with([' ', '\n']) {
        out.push('2');
    }
    match text.len() - text.trim_end_matches('\n').len() {
        0 => out.push('-'),
        1 => {}
        _ => out.push('+'),
    }
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            indent(columns + 2, out);
            out.push_str(line);
        }
    }
}

/// Whether a text of several lines reads back the same from a block: no control characters, nothing that is lost on sight.
fn fits_block(text: &str) -> bool {
    text.contains('\n')
        && text.bytes().any(|b| b != b'\n')
        && !text.starts_with('\t')
        && !text.chars().any(|c| c != '\n' && c != '\t' && needs_escape(c))
        && !text.split('\n').any(|line| line.ends_with([' ', '\t']))
}

fn write_escaped(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if needs_escape(c) && (c as u32) < 0x100 => {
                let _ = write!(out, "\\x{:02X}", c as u32);
            }
            c if needs_escape(c) => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Characters that YAML forbids, that end lines for some readers only, or that nobody can see.
fn needs_escape(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

/// Longer words mean nothing to any reader: the longest that does is `false`.
const LONGEST_WORD: usize = 5;

/// Most texts: a letter and then letters, digits and marks that stand in names, and no word that a reader knows.
fn is_name(text: &str) -> bool {
    let of_names = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
    text.len() > LONGEST_WORD && text.as_bytes()[0].is_ascii_alphabetic() && text.bytes().all(of_names)
}

/// Many of the others: an image, a URL, a selector. What stands in it besides the characters of names means nothing between them.
fn is_reference(text: &str) -> bool {
    let within = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':' | b'@' | b'=' | b'+');
    text.len() > LONGEST_WORD && text.as_bytes()[0].is_ascii_alphabetic() && !text.ends_with(':') && text.bytes().all(within)
}

fn needs_quotes(text: &str) -> bool {
    if is_name(text) || is_reference(text) {
        return false;
    }
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return true };
    let indicator = match first {
        b'-' | b'?' | b':' => bytes.get(1).is_none_or(|next| *next == b' '),
        b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`' | b' ' => true,
        _ => false,
    };
    indicator
        || matches!(last, b' ' | b':')
        || [": ", " #"].iter().any(|mark| text.contains(mark))
        || ["---", "..."].iter().any(|mark| text.starts_with(mark))
        || !scalar::plain(text).is_string()
        || scalar::yaml11(text).is_some()
        || ["true", "false", "null"].iter().any(|word| text.eq_ignore_ascii_case(word))
        || looks_numeric(bytes)
}

/// Anything made of digits and the characters of numbers: readers differ too much to leave it bare.
fn looks_numeric(bytes: &[u8]) -> bool {
    let of_numbers = |b: &u8| b.is_ascii_hexdigit() || matches!(b, b'.' | b'_' | b'+' | b'-' | b'x' | b'o' | b'X' | b'O' | b':');
    matches!(bytes.first(), Some(b'0'..=b'9' | b'+' | b'-' | b'.')) && bytes.iter().all(of_numbers)
}
