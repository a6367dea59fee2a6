//! What a plain scalar means, and where the two versions of YAML disagree about it.

use serde_json::{Number, Value};

/// The value of a plain (unquoted) scalar by the core schema of YAML 1.2; what JSON cannot hold (`.inf`, `.nan`) stays text.
pub fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    if !matches!(text.as_bytes().first()?, b'0'..=b'9' | b'-' | b'+' | b'.') {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return based(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return based(digits, 8);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit()) {
        if let Ok(number) = text.parse::<i64>() {
            return Some(number.into());
        }
        if let Ok(number) = text.parse::<u64>() {
            return Some(number.into());
        }
    }
    if !is_float(unsigned) {
        return None;
    }
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

/// Whether a plain scalar is written as a number, and beyond 64 bits or beyond the largest float: readers cut it off, or take it for text.
pub(super) fn is_too_large(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_long = digits.len() > 18 && digits.bytes().all(|b| b.is_ascii_digit());
    let is_power = digits.starts_with(|c: char| c.is_ascii_digit()) && digits.contains(['e', 'E']) && is_float(digits);
    (is_long || is_power) && number(text).is_none_or(|number| is_long && number.is_f64())
}

fn based(digits: &str, base: u32) -> Option<Number> {
    let all = digits.chars().all(|c| c.is_digit(base));
    all.then(|| u64::from_str_radix(digits, base).ok()).flatten().map(Number::from)
}

/// `[0-9]+(.[0-9]*)?` or `.[0-9]+`, and an exponent.
pub(super) fn is_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(part) && !(whole.is_empty() && part.is_empty()) && exponent.is_none_or(|e| !e.is_empty() && digits(e))
}

/// What readers of YAML 1.1 (older tools, some of Kubernetes' own) take a plain scalar for, where that differs from [`plain`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Yaml11 {
    /// `yes`, `no`, `on`, `off`, `y`, `n`.
    Boolean,
    /// `010`.
    Octal,
    /// `0o17`, `0b101`, `1_000`: a number for one and text for the other.
    Number,
    /// `1:30`.
    Sexagesimal,
    /// `2026-03-01`.
    Date,
    /// `.inf`, `.nan`: numbers that JSON does not have.
    NotJson,
    /// `=` and `<<` as values.
    Special,
}

/// What a reader of YAML 1.1 sees in a plain scalar, when it is something else.
pub(super) fn yaml11(text: &str) -> Option<Yaml11> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let first = *digits.as_bytes().first()?;
    let all = |test: fn(u8) -> bool| digits.bytes().all(test);
    if text.len() <= 3 && matches!(text.to_ascii_lowercase().as_str(), "y" | "n" | "yes" | "no" | "on" | "off") {
        return Some(Yaml11::Boolean);
    }
    if matches!(text, "=" | "<<") {
        return Some(Yaml11::Special);
    }
    if first == b'.' && matches!(digits.to_ascii_lowercase().as_str(), ".inf" | ".nan") {
        return Some(Yaml11::NotJson);
    }
    let of_fraction = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    if digits.contains('_') && digits.strip_prefix('.').is_some_and(of_fraction) {
        return Some(Yaml11::Number);
    }
    let is_signed = digits.len() < text.len();
    if is_signed && first == b'_' && all(|b| b.is_ascii_digit() || b == b'_') {
        return Some(Yaml11::Number);
    }
    if !first.is_ascii_digit() {
        return None;
    }
    if digits.len() > 1 && first == b'0' && all(|b| b.is_ascii_digit() || b == b'_') {
        return Some(Yaml11::Octal);
    }
    if is_based(digits) && (digits.starts_with("0o") || !plain(text).is_number()) {
        return Some(Yaml11::Number);
    }
    if digits.contains('_') && (all(|b| b.is_ascii_hexdigit() || matches!(b, b'_' | b'.' | b'x')) || is_float(&digits.replace('_', ""))) {
        return Some(Yaml11::Number);
    }
    let sixty = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'_'));
    if digits.contains(':') && digits.split(':').all(sixty) {
        return Some(Yaml11::Sexagesimal);
    }
    is_date(digits).then_some(Yaml11::Date)
}

/// `0x1F`, `0O17`, `0b-1`: a number of another base for some reader, whatever its length and where its sign stands.
fn is_based(digits: &str) -> bool {
    let (Some(prefix), Some(rest)) = (digits.get(..2), digits.get(2..)) else { return false };
    let base = match prefix.to_ascii_lowercase().as_str() {
        "0b" => 2,
        "0o" => 8,
        "0x" => 16,
        _ => return false,
    };
    let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest);
    !rest.is_empty() && rest.chars().all(|c| c == '_' || c.is_digit(base))
}

/// `2026-03-01`, `2026-3-1`, and a time behind it.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let day = rest.split(['T', 't', ' ']).next().unwrap_or(rest);
    year.len() == 4 && digits(year) && month.len() <= 2 && digits(month) && day.len() <= 2 && digits(day)
}
