//! Globs: `*` goes over everything but delimiters, `**` over these too, `?` is one of what `*` goes over; `[abc]`, `[a-z]`, `[!…]`, `{a,b}`.

use super::patterns::{Key, ready};
use super::text;
use anyhow::{Result, bail};
use regorus::Value;
use std::iter::Peekable;
use std::str::Chars;

/// What delimits where nothing is given.
const DELIMITER: char = '.';

/// `glob.match(pattern, delimiters, text)`
pub(super) fn matches(given: &[Value]) -> Result<Value> {
    let [pattern, delimiters, matched] = given else { bail!("`glob.match` takes three values") };
    let (pattern, matched) = (text("glob.match", pattern)?, text("glob.match", matched)?);
    let delimiters = match delimiters {
        Value::Null => Vec::new(),
        Value::Array(all) if all.is_empty() => vec![DELIMITER],
        Value::Array(all) => all.iter().map(delimiter).collect::<Result<_>>()?,
        other => bail!("`glob.match` requires string array. Got `{other}` instead"),
    };
    let pattern = ready(Key::Glob(pattern.to_owned(), delimiters.clone()), || translated(pattern, &delimiters))?;
    Ok(pattern.is_match(matched).into())
}

fn delimiter(value: &Value) -> Result<char> {
    let mut letters = text("glob.match", value)?.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => Ok(letter),
        _ => bail!("delimiters must be single character"),
    }
}

/// `glob.quote_meta(text)`
pub(super) fn quoted(given: &[Value]) -> Result<Value> {
    let [plain] = given else { bail!("`glob.quote_meta` takes one value") };
    let quote = |letter: char| ['\\'].into_iter().filter(move |_| r"*?\[]{}".contains(letter)).chain([letter]);
    Ok(text("glob.quote_meta", plain)?.chars().flat_map(quote).collect::<String>().into())
}

/// A glob as a regular expression.
fn translated(glob: &str, delimiters: &[char]) -> Result<String> {
    let one = if delimiters.is_empty() { ".".to_owned() } else { format!("[^{}]", delimiters.iter().map(letter).collect::<String>()) };
    let mut out = String::from(r"(?s)\A(?:");
    let (mut letters, mut depth) = (glob.chars().peekable(), 0_u32);
    while let Some(c) = letters.next() {
        match c {
            '\\' => out.extend(letters.next().map(|c| letter(&c))),
            '?' => out.push_str(&one),
            '*' if letters.next_if_eq(&'*').is_some() => out.push_str(".*"),
            '*' => {
                out.push_str(&one);
                out.push('*');
            }
            '[' => out.push_str(&class(&mut letters)?),
            '{' => {
                depth += 1;
                out.push_str("(?:");
            }
            ',' if depth > 0 => out.push('|'),
            '}' if depth > 0 => {
                depth -= 1;
                out.push(')');
            }
            c => out.push_str(&letter(&c)),
        }
    }
    // what is not closed ends with the glob
    out.extend((0..depth).map(|_| ')'));
    out.push_str(r")\z");
    Ok(out)
}

/// One range or some letters, behind a `[`.
fn class(letters: &mut Peekable<Chars<'_>>) -> Result<String> {
    let not = if letters.next_if_eq(&'!').is_some() { "^" } else { "" };
    let mut rest = letters.clone();
    if let (Some(low), Some('-')) = (rest.next(), rest.next()) {
        let (Some(high), Some(']')) = (rest.next(), rest.next()) else { bail!("invalid glob: a range such as `[a-z]` stands by itself") };
        if high < low {
            bail!("invalid glob: `{low}-{high}` is no range");
        }
        *letters = rest;
        return Ok(format!("[{not}{}-{}]", letter(&low), letter(&high)));
    }
    let mut some = String::new();
    loop {
        match letters.next() {
            Some(']') if !some.is_empty() => return Ok(format!("[{not}{some}]")),
            Some('\\') => some.extend(letters.next().map(|c| letter(&c))),
            Some(c) if c != ']' => some.push_str(&letter(&c)),
            _ => bail!("invalid glob: `[` has no letters, or no end"),
        }
    }
}

fn letter(c: &char) -> String {
    format!(r"\x{{{:x}}}", u32::from(*c))
}
