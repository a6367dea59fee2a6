//! A value that is not there when a template reads it: what it is called, and where it would come from.

use super::codes::TEMPLATE_ERROR;
use super::engine::{Mistake, Source};
use super::lexer::{Delimiters, Kind, Part, Piece, parts, span};
use crate::model::{close_match, meant};
use tera::value::Key;

/// Names the path that begins at a place, or the one that its expression begins with, whose value is undefined, and the nearest name that is there.
pub(super) fn undefined(source: &Source, delimiters: &Delimiters, at: usize, context: &tera::Context) -> Option<Mistake> {
    let parts = parts(&source.text, delimiters);
    let part = parts.iter().find(|part| matches!(part.piece, Piece::Expression | Piece::Tag) && part.range.contains(&at))?;
    let first = part.tokens.iter().position(|token| token.range.contains(&at)).unwrap_or(0);
    let first = (0..=first).rev().find(|index| begins(part, &source.text, *index)).unwrap_or(first);
    // of what `~` puts together, nobody says which part is not there
    let is_joined = |index: &usize| {
        let end = index + 2 * path(part, &source.text, *index).len() - 1;
        index.checked_sub(1).is_some_and(|before| part.word(&source.text, before) == "~") || part.word(&source.text, end) == "~"
    };
    let joined = (0..part.tokens.len()).filter(|index| begins(part, &source.text, *index)).filter(is_joined);
    std::iter::once(first).chain(joined).find_map(|first| undefined_at(source, part, first, context))
}

/// The same for the path that begins at a token.
fn undefined_at(source: &Source, part: &Part, first: usize, context: &tera::Context) -> Option<Mistake> {
    let path = path(part, &source.text, first);
    let range = part.tokens[first].range.start..part.tokens[first + 2 * path.len().saturating_sub(1)].range.end;
    let (root, fields) = path.split_first()?;
    let message = format!("`{}` is undefined", path.join("."));
    let mut found = Mistake::new(&source.file, span(&source.text, range), TEMPLATE_ERROR, message);
    let Some(mut value) = context.get(root) else {
        if *root == "each" {
            found.message = "`each` is undefined: the output is not made for each element of a list".to_owned();
            "Give the output a `forEach` in `release.yaml`.".clone_into(&mut found.help);
            return Some(found);
        }
        return None;
    };
    for name in fields {
        let Some(map) = value.as_map() else {
            found.help = missing(root, name, context);
            return Some(found);
        };
        match map.iter().find(|(key, _)| key.as_str() == Some(name)) {
            Some((_, member)) => value = member,
            None => {
                let near = close_match(name, map.keys().filter_map(Key::as_str));
                found.help = near.map_or_else(|| missing(root, name, context), meant);
                return Some(found);
            }
        }
    }
    None
}

/// Whether a path begins at a token.
fn begins(part: &Part, text: &str, index: usize) -> bool {
    part.tokens[index].kind == Kind::Ident && (index == 0 || part.word(text, index - 1) != ".")
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

/// What may be done about a field that is not there.
fn missing(root: &str, name: &str, context: &tera::Context) -> String {
    let named = |root: &str| {
        let name = context.get(root)?.as_map()?.iter().find(|(key, _)| key.as_str() == Some("name"))?.1;
        Some(name.as_str()?.to_owned())
    };
    let file = match root {
        "target" => named(root).map(|name| format!("targets/{name}.yaml")),
        "team" => named(root).map(|name| format!("teams/{name}.yaml")),
        "platform" => Some("goldpath.yaml".to_owned()),
        "labels" | "annotations" => return format!("goldpath gives no `{name}`. Leave it out, or print it with `| default(value=…)`."),
        "refs" => {
            return format!("A request need not name one: ask `{root}.{name} is defined` before, or print it with `| default(value=…)`.");
        }
        _ => Some("schema.json".to_owned()),
    };
    match file {
        Some(file) if file == "schema.json" => format!("Give `{name}` a default in `{file}`, or print it with `| default(value=…)`."),
        Some(file) => format!("Write `{name}` into `{file}`, or print it with `| default(value=…)`."),
        None => "Print it with `| default(value=…)`.".to_owned(),
    }
}
