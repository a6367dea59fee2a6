//! Where `kubectl`, and with it all clients of Kubernetes that are written in Go, read a plain value as another one: their YAML is of 1.1 in
//! its booleans and numbers.

use super::scalar::{is_float, plain};
use super::tree::{Document, Kind};
use crate::model::child;
use serde_json::{Number, Value};

/// Beyond this many, more of them in one document help nobody.
const MOST: usize = 100;

/// A plain value that `kubectl` reads as another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// A JSON pointer to the value.
    pub pointer: String,
    /// The line on which it is written.
    pub line: u32,
    /// What is written.
    pub text: String,
    /// What `kubectl` reads; nothing for a number that JSON does not have, which it refuses.
    pub reading: Option<Value>,
}

/// Whether `kubectl` reads a plain scalar as another value.
pub(super) fn differs(text: &str) -> bool {
    reading(text).is_some()
}

/// What `kubectl` reads, where that is something else than [`plain`].
fn reading(text: &str) -> Option<Option<Value>> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Some(Some(Value::Bool(true))),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Some(Some(Value::Bool(false))),
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(None);
    }
    let number = number(text)?;
    let same = plain(text).as_number().is_some_and(|own| *own == number || own.as_f64() == number.as_f64());
    (!same).then_some(Some(Value::Number(number)))
}

/// The number that a plain scalar is to Go's YAML: `_` means nothing, and a base is told by `0x`, `0o`, `0b` or a leading zero.
fn number(text: &str) -> Option<Number> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+')) {
        return None;
    }
    let text = text.replace('_', "");
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    if let Some(number) = based(negative, unsigned) {
        return Some(number);
    }
    if is_float(unsigned) {
        return text.parse::<f64>().ok().and_then(Number::from_f64);
    }
    // `0b` may have its sign behind it, too.
    let (sign, digits) = unsigned.strip_prefix("0b").and_then(|rest| rest.split_at_checked(1))?;
    let is_signed = !negative && matches!(sign, "-" | "+");
    is_signed.then(|| integer(sign == "-", digits, 2)).flatten()
}

fn based(negative: bool, unsigned: &str) -> Option<Number> {
    let prefix = unsigned.get(..2).map(str::to_ascii_lowercase);
    match prefix.as_deref() {
        Some("0x") => integer(negative, &unsigned[2..], 16),
        Some("0o") => integer(negative, &unsigned[2..], 8),
        Some("0b") => integer(negative, &unsigned[2..], 2),
        Some(zero) if zero.starts_with('0') => integer(negative, &unsigned[1..], 8),
        _ => integer(negative, unsigned, 10),
    }
}

/// An integer of 64 bits, with a sign or without.
fn integer(negative: bool, digits: &str, base: u32) -> Option<Number> {
    let all = !digits.is_empty() && digits.chars().all(|c| c.is_digit(base));
    let value = all.then(|| i128::from_str_radix(digits, base).ok()).flatten()?;
    let value = if negative { -value } else { value };
    i64::try_from(value).map(Number::from).or_else(|_| u64::try_from(value).map(Number::from)).ok()
}

impl Document<'_> {
    /// The plain values that `kubectl` reads as others.
    pub fn misread(&self) -> Vec<Misread> {
        let mut found = Vec::new();
        if let Some(root) = self.root {
            self.misread_below(root, "", &mut found);
        }
        // What an object merges may be written over by its own.
        found.retain(|misread| self.written(&misread.pointer) == Some(misread.text.as_str()));
        found
    }

    fn misread_below(&self, id: u32, pointer: &str, found: &mut Vec<Misread>) {
        let node = self.target(id);
        match &node.kind {
            Kind::Scalar { text, bare: true } if found.len() < MOST => {
                found.extend(reading(text).map(|reading| Misread {
                    pointer: pointer.to_owned(),
                    line: node.span.line,
                    text: text.to_string(),
                    reading,
                }));
            }
            Kind::Scalar { .. } | Kind::Alias(_) => {}
            Kind::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.misread_below(*item, &format!("{pointer}/{index}"), found);
                }
            }
            Kind::Map(members) => {
                for (key, value) in members {
                    if self.merges(*key) {
                        self.merged(*value).into_iter().for_each(|from| self.misread_below(from, pointer, found));
                    } else if let Some(name) = self.text(*key) {
                        self.misread_below(*value, &child(pointer, name), found);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `kubectl` itself read them.
    #[test]
    fn a_value_is_read_as_kubectl_reads_it() {
        let shown = |text: &&str| match reading(text) {
            None => "same".to_owned(),
            Some(None) => "none".to_owned(),
            Some(Some(value)) => value.to_string(),
        };
        let texts = "y yEs on OFF 1:30 2026-03-01 010 08 0_8 0o17 0O17 -0x1F 0b101 1_000 = 1e400 99999999999999999999 07 00 010.5 ._5 -_1 \
                     +010 0b-1 12:30:45 0888 1_000.5 1. 1_e3 0x1G +1 0x_1F 190:20:30.15 << .inf -.Inf .nan -.nan 0400 01000 1_0Gi - 0 - 0b \
                     0777777777777777777777777 true 0x1F";
        let read: Vec<String> = texts.split_whitespace().map(|text| format!("{text} {}", shown(&text))).collect();
        insta::assert_snapshot!(read.join(", "), @"y true, yEs same, on true, OFF false, 1:30 same, 2026-03-01 same, 010 8, 08 same, 0_8 8.0, 0o17 same, 0O17 15, -0x1F -31, 0b101 5, 1_000 1000, = same, 1e400 same, 99999999999999999999 same, 07 same, 00 same, 010.5 same, ._5 same, -_1 -1, +010 8, 0b-1 -1, 12:30:45 same, 0888 same, 1_000.5 1000.5, 1. same, 1_e3 1000.0, 0x1G same, +1 same, 0x_1F 31, 190:20:30.15 same, << same, .inf none, -.Inf none, .nan none, -.nan same, 0400 256, 01000 512, 1_0Gi same, - same, 0 same, - same, 0b same, 0777777777777777777777777 same, true same, 0x1F same");
    }

    #[test]
    fn every_one_of_them_is_told_of_requests_too() {
        for text in
            ["y", "No", "010", "0_8", "0O17", "-0x1F", "0b101", "1_000", "-_1", "+010", "0b-1", "1_e3", "0x_1F", ".inf", "-.INF", ".nan"]
        {
            assert!(differs(text) && super::super::scalar::yaml11(text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_misread_is_told_where_it_is_written() {
        let text = "base: &base {on: yes, mode: 0400}\nown:\n  <<: *base\n  mode: \"0400\"\nlist:\n- a: [*base, 010]\n- 1:30\n- !!str no\n";
        let parsed = crate::yaml::parse(text);
        assert!(parsed.misread && !crate::yaml::parse("a: 1:30\nno: x\nb: '010'\n").misread);
        let found = parsed.documents[0].misread();
        let shown: Vec<String> =
            found.iter().map(|misread| format!("{}: {} {} {:?}\n", misread.line, misread.pointer, misread.text, misread.reading)).collect();
        insta::assert_snapshot!(shown.concat(), @"
        1: /base/on yes Some(Bool(true))
        1: /base/mode 0400 Some(Number(256))
        1: /own/on yes Some(Bool(true))
        1: /list/0/a/0/on yes Some(Bool(true))
        1: /list/0/a/0/mode 0400 Some(Number(256))
        6: /list/0/a/1 010 Some(Number(8))
        ");
    }
}
