//! Regular expressions of RE2, in which `\w`, `\d`, `\s` and `\b` are about ASCII.

use super::patterns::{Key, ready};
use super::{most, text};
use anyhow::{Result, anyhow, bail};
use regex::Regex;
use regorus::Value;
use std::sync::Arc;

mod syntax;

fn pattern(text: &str) -> Result<Arc<Regex>> {
    ready(Key::Regex(text.to_owned()), || syntax::translated(text).ok_or_else(|| anyhow!("invalid regex")))
}

/// `regex.match(pattern, text)`
pub(super) fn matches(given: &[Value]) -> Result<Value> {
    let [wanted, matched] = given else { bail!("`regex.match` takes two values") };
    let (wanted, matched) = (text("regex.match", wanted)?, text("regex.match", matched)?);
    Ok(pattern(wanted)?.is_match(matched).into())
}

/// `regex.is_valid(pattern)`
pub(super) fn is_valid(given: &[Value]) -> Result<Value> {
    let [wanted] = given else { bail!("`regex.is_valid` takes one value") };
    let Ok(wanted) = wanted.as_string() else { return Ok(false.into()) };
    match pattern(wanted) {
        Ok(_) => Ok(true.into()),
        Err(error) if error.to_string() == "invalid regex" => Ok(false.into()),
        Err(error) => Err(error),
    }
}

/// `regex.find_n(pattern, text, most)`
pub(super) fn find(given: &[Value]) -> Result<Value> {
    const NAME: &str = "regex.find_n";
    let [wanted, searched, number] = given else { bail!("`{NAME}` takes three values") };
    let (wanted, searched, number) = (text(NAME, wanted)?, text(NAME, searched)?, most(NAME, number)?);
    let found: Vec<Value> = pattern(wanted)?.find_iter(searched).take(number).map(|found| found.as_str().into()).collect();
    Ok(found.into())
}

/// `regex.find_all_string_submatch_n(pattern, text, most)`
pub(super) fn find_groups(given: &[Value]) -> Result<Value> {
    const NAME: &str = "regex.find_all_string_submatch_n";
    let [wanted, searched, number] = given else { bail!("`{NAME}` takes three values") };
    let (wanted, searched, number) = (text(NAME, wanted)?, text(NAME, searched)?, most(NAME, number)?);
    let groups = |found: regex::Captures<'_>| -> Value {
        let groups: Vec<Value> = found.iter().map(|group| group.map_or("", |group| group.as_str()).into()).collect();
        groups.into()
    };
    let found: Vec<Value> = pattern(wanted)?.captures_iter(searched).take(number).map(groups).collect();
    Ok(found.into())
}

/// `regex.replace(text, pattern, by)`
pub(super) fn replace(given: &[Value]) -> Result<Value> {
    const NAME: &str = "regex.replace";
    let [searched, wanted, by] = given else { bail!("`{NAME}` takes three values") };
    let (searched, wanted, by) = (text(NAME, searched)?, text(NAME, wanted)?, text(NAME, by)?);
    Ok(pattern(wanted)?.replace_all(searched, by).into_owned().into())
}

/// `regex.split(pattern, text)`
pub(super) fn split(given: &[Value]) -> Result<Value> {
    const NAME: &str = "regex.split";
    let [wanted, searched] = given else { bail!("`{NAME}` takes two values") };
    let (wanted, searched) = (text(NAME, wanted)?, text(NAME, searched)?);
    if searched.is_empty() && !wanted.is_empty() {
        return Ok(vec![Value::from("")].into());
    }
    let (mut parts, mut begins, mut ends) = (Vec::new(), 0, 0);
    for found in pattern(wanted)?.find_iter(searched) {
        // nothing is before what matches nothing at the very beginning
        ends = found.start();
        if found.end() != 0 {
            parts.push(Value::from(&searched[begins..ends]));
        }
        begins = found.end();
    }
    if ends != searched.len() {
        parts.push(Value::from(&searched[begins..]));
    }
    Ok(parts.into())
}

/// `regex.template_match(template, text, begins, ends)`
pub(super) fn matches_template(given: &[Value]) -> Result<Value> {
    const NAME: &str = "regex.template_match";
    let [template, matched, begins, ends] = given else { bail!("`{NAME}` takes four values") };
    let (template, matched) = (text(NAME, template)?, text(NAME, matched)?);
    let (begins, ends) = (delimiter(text(NAME, begins)?)?, delimiter(text(NAME, ends)?)?);
    let made = || of_template(template, begins, ends);
    Ok(ready(Key::Template(template.to_owned(), begins, ends), made)?.is_match(matched).into())
}

fn delimiter(text: &str) -> Result<char> {
    match text.chars().collect::<Vec<_>>()[..] {
        [letter] if letter.is_ascii() => Ok(letter),
        _ => bail!("`regex.template_match` takes delimiters of one ASCII letter"),
    }
}

/// The whole expression of a template, in which those between delimiters are patterns and the rest is text.
fn of_template(template: &str, begins: char, ends: char) -> Result<String> {
    let (mut out, mut rest, mut inner, mut depth) = (String::from("^"), String::new(), String::new(), 0_u32);
    for c in template.chars() {
        let (is_begin, is_end) = (c == begins, c == ends && c != begins);
        match depth {
            0 if is_begin => out.push_str(&regex::escape(&std::mem::take(&mut rest))),
            0 if is_end => bail!("`regex.template_match` has delimiters that do not fit"),
            1 if is_end => {
                let inner = syntax::translated(&std::mem::take(&mut inner)).ok_or_else(|| anyhow!("invalid regex"))?;
                out.push_str(&format!("({inner})"));
            }
            0 => rest.push(c),
            _ => inner.push(c),
        }
        depth = if is_begin { depth + 1 } else { depth - u32::from(is_end) };
    }
    if depth > 0 {
        bail!("`regex.template_match` has delimiters that do not fit");
    }
    Ok(out + &regex::escape(&rest) + "$")
}
