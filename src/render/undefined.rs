//! A value that is not there when a template reads it: what it is called, and where it would come from.

use super::lexer::{Delimiters, Kind, Part, Piece, parts};
use crate::model::{close_match, meant, quoted_list};
use std::ops::Range;
use tera::value::Key;

/// A path of a template that leads to nothing.
pub(super) struct Undefined {
    /// Where it stands.
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) help: String,
}

/// Names the path that begins at a place, or the one that its expression begins with, whose value is undefined, and the nearest name that is there.
pub(super) fn undefined(text: &str, delimiters: &Delimiters, at: usize, context: &tera::Context) -> Option<Undefined> {
    let parts = parts(text, delimiters);
    let part = parts.iter().find(|part| matches!(part.piece, Piece::Expression | Piece::Tag) && part.range.contains(&at))?;
    // a filter that was put in behind a path stands where the path ends
    let at = part.tokens.iter().rposition(|token| token.range.start <= at).unwrap_or(0);
    let at = filtered(part, text, at);
    let first = (0..=at).rev().find(|index| begins(part, text, *index)).unwrap_or(at);
    // of what `~` puts together, nobody says which part is not there
    let is_joined = |index: &usize| {
        let end = index + 2 * path(part, text, *index).len() - 1;
        index.checked_sub(1).is_some_and(|before| part.word(text, before) == "~") || part.word(text, end) == "~"
    };
    let joined = (0..part.tokens.len()).filter(|index| begins(part, text, *index)).filter(is_joined);
    std::iter::once(first).chain(joined).find_map(|first| undefined_at(text, part, first, context))
}

/// The last token of what a filter is given, where a token is the filter's name; else the token.
fn filtered(part: &Part, text: &str, mut at: usize) -> usize {
    while at >= 2 && part.word(text, at - 1) == "|" {
        at -= 2;
        // the arguments of the filter before it
        if let Some(open) = opens(part, text, at).filter(|open| *open >= 2 && part.word(text, open - 2) == "|") {
            at = open - 1;
        }
    }
    at
}

/// Where the parenthesis begins that a token ends.
fn opens(part: &Part, text: &str, end: usize) -> Option<usize> {
    let mut depth = 0_usize;
    (0..=end).rev().find(|index| {
        match part.word(text, *index) {
            ")" => depth += 1,
            "(" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })
}

/// The same for the path that begins at a token.
fn undefined_at(text: &str, part: &Part, first: usize, context: &tera::Context) -> Option<Undefined> {
    let path = path(part, text, first);
    let range = part.tokens[first].range.start..part.tokens[first + 2 * path.len().saturating_sub(1)].range.end;
    let (root, fields) = path.split_first()?;
    let found = |message: String, help: String| Some(Undefined { range: range.clone(), message, help });
    let message = format!("`{}` is undefined", path.join("."));
    let Some(mut value) = context.get(root) else {
        let message = "`each` is undefined: the output is not made for each element of a list".to_owned();
        return if *root == "each" { found(message, "Give the output a `forEach` in `release.yaml`.".to_owned()) } else { None };
    };
    for (index, name) in fields.iter().enumerate() {
        let Some(map) = value.as_map() else { return found(message, missing(&path[..index + 2], context)) };
        match map.iter().find(|(key, _)| key.as_str() == Some(name)) {
            Some((_, member)) => value = member,
            None => {
                let near = close_match(name, map.keys().filter_map(Key::as_str));
                return found(message, near.map_or_else(|| missing(&path[..index + 2], context), meant));
            }
        }
    }
    None
}

/// Whether a path begins at a token: behind `|` stands a filter's name.
fn begins(part: &Part, text: &str, index: usize) -> bool {
    let before = index.checked_sub(1).map_or("", |before| part.word(text, before));
    part.tokens[index].kind == Kind::Ident && before != "." && before != "|"
}

/// The names of the path that begins at a token.
fn path<'s>(part: &Part, text: &'s str, first: usize) -> Vec<&'s str> {
    let mut names = vec![part.word(text, first)];
    let mut at = first + 1;
    while part.word(text, at) == "." && part.tokens.get(at + 1).is_some_and(|token| token.kind == Kind::Ident) {
        names.push(part.word(text, at + 1));
        at += 2;
    }
    names
}

/// What may be done about a field that is not there: the last of a path.
fn missing(path: &[&str], context: &tera::Context) -> String {
    let (root, name) = (path.first().copied().unwrap_or_default(), path.last().copied().unwrap_or_default());
    let text = |path: &[&str]| Some(member(path, context)?.as_str()?.to_owned());
    let write = |file: String| format!("Write `{name}` into `{file}`, or print it with `| default(value=…)`.");
    let file = match root {
        "target" => text(&["target", "name"]).map(|name| format!("targets/{name}.yaml")),
        "team" => text(&["team", "name"]).map(|name| format!("teams/{name}.yaml")),
        "platform" => Some("goldpath.yaml".to_owned()),
        "labels" | "annotations" => return format!("goldpath gives no `{name}`. Leave it out, or print it with `| default(value=…)`."),
        "metadata" => {
            let shown = path.join(".");
            return format!("A request need not have it: ask `{shown} is defined` before, or print it with `| default(value=…)`.");
        }
        "refs" if path.len() == 2 => {
            return format!("A request need not name one: ask `{root}.{name} is defined` before, or print it with `| default(value=…)`.");
        }
        "refs" if path.len() == 4 && path[2] == "exports" => return not_exported(path, context),
        _ => return format!("Give `{name}` a default in `schema.json`, or print it with `| default(value=…)`."),
    };
    file.map_or_else(|| "Print it with `| default(value=…)`.".to_owned(), write)
}

/// What a path leads to.
fn member<'c>(path: &[&str], context: &'c tera::Context) -> Option<&'c tera::Value> {
    let (root, fields) = path.split_first()?;
    fields.iter().try_fold(context.get(root)?, |value, name| Some(value.as_map()?.iter().find(|(key, _)| key.as_str() == Some(name))?.1))
}

/// What may be done about an export that another request does not have.
fn not_exported(path: &[&str], context: &tera::Context) -> String {
    let (of, name) = (&path[..2], path.last().copied().unwrap_or_default());
    let text = |field: &str| member(&[of, &[field]].concat(), context).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let exports = member(&path[..3], context).and_then(|exports| exports.as_map());
    let known: Vec<&str> = exports.into_iter().flat_map(|exports| exports.keys()).filter_map(Key::as_str).collect();
    let has = if known.is_empty() { "nothing".to_owned() } else { quoted_list(known.iter().copied()) };
    format!(
        "The release of `{}/{}` exports {has}: add `{name}` to `exports` in its `release.yaml`, or print it with `| default(value=…)`.",
        text("team"),
        text("name")
    )
}
