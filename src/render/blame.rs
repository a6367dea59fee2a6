//! Which value of a request is behind what is wrong with its output: each is changed in turn, and what comes out is looked at again.
//!
//! It is on the error path only, and only for the first request of a finding.

use super::budget::spent;
use super::codes::{DUPLICATE_OBJECT, NOT_WELL_FORMED, TEMPLATE_LIMIT, UNSAFE_PRINT};
use super::engine::{Mistake, NAMES, Printed};
use super::filters::{is_plain_word, to_json};
use super::lexer::{Delimiters, Kind, parts};
use super::request::{Outcome, World, render};
use crate::model::{Finding, Place, Related, Request, Span, child};
use crate::yaml;
use serde_json::Value;

/// More values of one request are not tried.
const MOST_VALUES: usize = 100;
/// Nor are others when this many steps have been taken.
const MOST_STEPS: u64 = 100_000;
/// More findings of one render are not looked into.
pub(super) const MOST_FINDINGS: usize = 20;

/// Points the related places of findings that are met by a request at the value behind them.
pub(super) fn blame(world: &World<'_>, findings: &mut [Finding]) {
    // what takes too long is not run again, and what units share was looked for where it was found
    let met = |finding: &&mut Finding| {
        ![DUPLICATE_OBJECT, TEMPLATE_LIMIT].contains(&finding.code) && finding.related.first().is_some_and(is_whole)
    };
    for finding in findings.iter_mut().filter(met).take(MOST_FINDINGS) {
        let file = &finding.related[0].place.path;
        let Some(request) = world.platform.requests.values().find(|request| request.file == *file) else { continue };
        // What only several requests do together is nobody's value.
        if !render(world, request).failed {
            continue;
        }
        let values = values(request);
        let fixed = |outcome: &Outcome| !outcome.failed;
        if let Some(place) = behind(world, request, values.iter(), fixed) {
            finding.related[0].place = place;
        }
    }
}

fn is_whole(related: &Related) -> bool {
    related.place.span == Span::START
}

/// The last value of a request whose change gives an outcome that is `fixed`.
pub(super) fn last_behind(world: &World<'_>, request: &Request, fixed: impl Fn(&Outcome) -> bool) -> Option<Place> {
    behind(world, request, values(request).iter().rev(), fixed)
}

fn behind<'v>(
    world: &World<'_>,
    request: &Request,
    values: impl Iterator<Item = &'v (String, Value)>,
    fixed: impl Fn(&Outcome) -> bool,
) -> Option<Place> {
    let text = world.snapshot.text(request.file.as_str())?;
    let tried = values.filter_map(|(pointer, value)| {
        let spot = yaml::locate(text, pointer)?;
        Some((spot.value, pointer, other(value)?))
    });
    let (mut changed, begun) = (request.clone(), spent());
    for (span, pointer, other) in tried.take(MOST_VALUES).take_while(|_| spent() - begun < MOST_STEPS) {
        let place = changed.document.0.pointer_mut(pointer)?;
        let before = std::mem::replace(place, other);
        let found = fixed(&render(world, &changed));
        *changed.document.0.pointer_mut(pointer)? = before;
        if found {
            return Some(Place::new(request.file.clone(), span));
        }
    }
    None
}

/// The values of a request that are no lists or objects, in the order of the document.
fn values(request: &Request) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    for root in ["metadata", "spec"] {
        if let Some(value) = request.document.0.get(root) {
            scalars(value, format!("/{root}"), &mut out);
        }
    }
    out
}

fn scalars(value: &Value, at: String, out: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                scalars(member, child(&at, key), out);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                scalars(item, format!("{at}/{index}"), out);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => out.push((at, value.clone())),
    }
}

/// Another value of the same type, which is harmless wherever it is printed.
fn other(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(Value::from("other-value-1")),
        Value::Number(number) => Some(Value::from(number.as_i64().map_or(1, |number| number.saturating_add(1)))),
        Value::Bool(truth) => Some(Value::from(!truth)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The value of a request that an expression or a template of one line reads first; the whole file, when it reads none that was written.
pub(super) fn read_by(world: &World<'_>, request: &Request, source: Option<&str>) -> Place {
    written(world, request, source).unwrap_or_else(|| Place::file(request.file.clone()))
}

/// The same; nothing when it reads none that was written.
pub(super) fn written(world: &World<'_>, request: &Request, source: Option<&str>) -> Option<Place> {
    let text = world.snapshot.text(request.file.as_str()).unwrap_or_default();
    let found = source.into_iter().flat_map(pointers).find_map(|pointer| yaml::locate(text, &pointer));
    found.map(|spot| Place::new(request.file.clone(), narrow(spot)))
}

/// The value of a request that was printed in a line that something is wrong with; nothing where several were, and none of them is told to be it.
pub(super) fn printed(world: &World<'_>, request: &Request, mistake: &Mistake) -> Option<Place> {
    let text = world.snapshot.text(request.file.as_str())?;
    // what is wrong with a key is not the fault of its value
    let told = |printed: &&Printed| {
        [NOT_WELL_FORMED, UNSAFE_PRINT].contains(&mistake.code)
            || !printed.text.is_empty() && mistake.message.contains(printed.text.trim_matches('"'))
    };
    let found = mistake.printed.iter().filter(told).filter_map(|printed| Some((printed, value_of(request, printed, text)?)));
    let found: Vec<(&Printed, Span)> = found.collect();
    let quoted = |printed: &Printed| mistake.message.contains(&format!("`{}`", printed.text));
    let first = found.first().filter(|first| found.iter().all(|other| other.1 == first.1));
    let first = first.or_else(|| found.iter().find(|(printed, _)| quoted(printed)));
    let (_, span) = first.or_else(|| found.iter().find(|(printed, _)| !is_plain_word(&printed.text)))?;
    Some(Place::new(request.file.clone(), *span))
}

/// Where the value of a request stands that an expression reads: by its path, else, below a name that the template gave it, by what was printed.
fn value_of(request: &Request, printed: &Printed, text: &str) -> Option<Span> {
    let locate = |pointer: &str| yaml::locate(text, pointer).map(narrow);
    if let Some(span) = pointers(&printed.source).iter().find_map(|pointer| locate(pointer)) {
        return Some(span);
    }
    let (root, field) = given_name(&printed.source)?;
    if NAMES.contains(&root.as_str()) && root != "each" {
        return None;
    }
    let is_it = |(pointer, value): &&(String, Value)| {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        shown == printed.text.trim_matches('"') && field.as_ref().is_none_or(|field| pointer.rsplit('/').next() == Some(field))
    };
    let all = values(request);
    let same: Vec<&(String, Value)> = all.iter().filter(is_it).collect();
    // a name alone says nothing of which of them it is
    let (pointer, _) = same.first().filter(|_| field.is_some() || same.len() == 1)?;
    locate(pointer)
}

/// The name that an expression begins with, and the last field that it reads of it.
fn given_name(source: &str) -> Option<(String, Option<String>)> {
    let text = format!("{{{{ {source} }}}}");
    let parts = parts(&text, &Delimiters::default());
    let part = parts.first()?;
    let first = part.tokens.iter().position(|token| token.kind == Kind::Ident)?;
    let mut last = first;
    while part.word(&text, last + 1) == "." && part.tokens.get(last + 2).is_some_and(|token| token.kind == Kind::Ident) {
        last += 2;
    }
    Some((part.word(&text, first).to_owned(), (last > first).then(|| part.word(&text, last).to_owned())))
}

/// The element of a list of a request that an output is made for, or the field of it that a template reads.
pub(super) fn element(world: &World<'_>, request: &Request, (list, each): (&str, &tera::Value), source: &str) -> Option<Place> {
    let text = world.snapshot.text(request.file.as_str())?;
    let each = to_json(each).ok()?;
    let list = pointers(list).into_iter().find(|pointer| request.document.0.pointer(pointer).is_some_and(Value::is_array))?;
    let index = request.document.0.pointer(&list)?.as_array()?.iter().position(|element| *element == each)?;
    let below = read_below(source, "each").into_iter().next().unwrap_or_default();
    let spot = [format!("{list}/{index}{below}"), format!("{list}/{index}")].iter().find_map(|pointer| yaml::locate(text, pointer))?;
    Some(Place::new(request.file.clone(), narrow(spot)))
}

/// A list or an object is pointed at by its key.
fn narrow(spot: yaml::Spot) -> Span {
    if spot.value.line == spot.value.end_line { spot.value } else { spot.key.unwrap_or(spot.value) }
}

/// The paths into the request that a text reads, as pointers.
fn pointers(source: &str) -> Vec<String> {
    let below = |root: &str| if root == "request" { String::new() } else { format!("/{root}") };
    read(source, &["spec", "metadata", "request"]).into_iter().map(|(root, rest)| below(&root) + &rest).collect()
}

/// The paths below a name that a text reads, as pointers.
fn read_below(source: &str, name: &str) -> Vec<String> {
    read(source, &[name]).into_iter().map(|(_, rest)| rest).collect()
}

/// The paths that a text reads and that begin with one of some names: the name, and the rest as a pointer.
fn read(source: &str, roots: &[&str]) -> Vec<(String, String)> {
    let text = if source.contains("{{") { source.to_owned() } else { format!("{{{{ {source} }}}}") };
    let mut found = Vec::new();
    for part in parts(&text, &Delimiters::default()) {
        let word = |index: usize| part.word(&text, index);
        for index in 0..part.tokens.len() {
            let begins = index == 0 || word(index - 1) != ".";
            if !begins || !roots.contains(&word(index)) {
                continue;
            }
            let mut pointer = String::new();
            let mut at = index + 1;
            while word(at) == "." && part.tokens.get(at + 1).is_some_and(|token| token.kind == Kind::Ident) {
                pointer += &format!("/{}", word(at + 1));
                at += 2;
            }
            found.push((word(index).to_owned(), pointer));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_reads_paths() {
        assert_eq!(pointers("staging-{{ spec.region }}-{{ metadata.name }}"), ["/spec/region", "/metadata/name"]);
        assert_eq!(pointers("spec.services | length > 1 and request.kind == each.spec"), ["/spec/services", "/kind"]);
        assert_eq!(pointers("dns"), Vec::<String>::new());
    }
}
