//! Keys as the forge reads them: without regard to case, and never taken over from another map.

use super::{Kind, Wrong, key};
use crate::render::language::Trouble;
use crate::render::schema::At;
use crate::yaml;
use serde_json::{Map, Value};

/// What stands for `<<` to find out whether it is a key: as many characters, so that places stay.
const STAND_IN: &str = "__";

/// Keys of one map that differ in their case alone.
pub(super) fn twins(document: &Value) -> Vec<Wrong> {
    fn go(value: &Value, pointer: &str, wrong: &mut Vec<Wrong>) {
        match value {
            Value::Object(map) => {
                wrong.extend(of_map(map, pointer));
                map.iter().for_each(|(name, value)| go(value, &key(pointer, name), wrong));
            }
            Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| go(item, &format!("{pointer}/{index}"), wrong)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut wrong = Vec::new();
    go(document, "", &mut wrong);
    wrong
}

fn of_map(map: &Map<String, Value>, pointer: &str) -> Vec<Wrong> {
    let mut names: Vec<(String, &str)> = map.keys().map(|name| (name.to_ascii_lowercase(), name.as_str())).collect();
    names.sort_unstable();
    let twins = names.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    let wrong = twins.map(|pair| {
        let (first, second) = (pair[0].1, pair[1].1);
        let help = "The forge takes keys without regard to case, and refuses the whole file. Keep one of the two.";
        Wrong::new(&key(pointer, second), At::Key, format!("`{first}` and `{second}` are one key"), help)
    });
    wrong.collect()
}

/// What a workflow or an action may not have though YAML has it: keys that are taken over from another map, and more documents.
pub(super) fn beyond(kind: Kind, text: &str, documents: &[(Value, u32)]) -> Vec<Trouble> {
    if kind == Kind::Other {
        return Vec::new();
    }
    let help = "The forge reads `&` and `*`, and refuses the whole file for `<<`. Write the keys out, or print them by a loop.";
    let merges = merges(text).into_iter().map(|line| Trouble::new(line, "`<<` takes over the keys of another map").help(help));
    let more = documents.get(1).map(|(_, line)| {
        Trouble::new(*line, "a second document begins here").help("Write one file for each: the forge reads one document of a file.")
    });
    merges.chain(more).collect()
}

/// The lines on which `<<` is a key.
fn merges(text: &str) -> Vec<u32> {
    let is_key = |at: usize| text[at + 2..].trim_start_matches([' ', '\t']).starts_with(':');
    let starts: Vec<usize> = text.match_indices("<<").map(|(at, _)| at).filter(|at| is_key(*at)).collect();
    if starts.is_empty() {
        return Vec::new();
    }
    let mut other = text.to_owned();
    starts.iter().for_each(|at| other.replace_range(*at..at + 2, STAND_IN));
    let mut lines = Vec::new();
    for document in &yaml::parse(&other).documents {
        let mut found = Vec::new();
        named(document.value(), "", &mut found);
        lines.extend(found.iter().filter_map(|pointer| Some(document.place(pointer)?.key?.line)));
    }
    lines
}

/// Where a key stands that is called as the stand-in.
fn named(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| {
            let place = key(pointer, name);
            named(value, &place, found);
            if name == STAND_IN {
                found.push(place);
            }
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| named(item, &format!("{pointer}/{index}"), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
