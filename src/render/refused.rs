//! What is wrong with templates when they are loaded: words that are not for them, and names of what is not there.

use super::allowed;
use super::codes::TEMPLATE_ERROR;
use super::engine::{Mistake, NAMES, Source, names_set, sentence};
use super::lexer::{Delimiters, Kind, Part, Piece, parts, span};
use crate::model::{close_match, meant, quoted_list};
use std::collections::BTreeSet;
use std::ops::Range;
use tera::{ErrorKind, Tera};

/// Tags that end a part of a template, with what begins it.
const ENDS: [(&str, &str); 6] =
    [("endif", "if"), ("endfor", "for"), ("endset", "set"), ("endfilter", "filter"), ("endblock", "block"), ("endcomponent", "component")];

fn mistake(source: &Source, at: Range<usize>, message: impl Into<String>) -> Mistake {
    Mistake::new(&source.file, span(&source.text, at), TEMPLATE_ERROR, message)
}

/// Names that belong to goldpath or to Tera's own works.
pub(super) fn words(sources: &[Source], delimiters: &Delimiters) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for source in sources {
        for part in parts(&source.text, delimiters) {
            for (index, token) in part.tokens.iter().enumerate() {
                let word = part.word(&source.text, index);
                if token.kind == Kind::Ident && word.starts_with("__") {
                    mistakes.push(mistake(source, token.range.clone(), format!("`{word}` is not for templates")));
                }
            }
        }
    }
    mistakes
}

/// Calls of what Tera has and nobody has allowed, and of what it does not have, as kind and name.
pub(super) fn calls(sources: &[Source], delimiters: &Delimiters, unknown: &BTreeSet<(&str, &str)>) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for source in sources {
        for refused in allowed::refused(&source.text, delimiters) {
            let at = refused.at..refused.at + refused.name.len();
            let is_there = !unknown.contains(&(refused.what, refused.name.as_str()));
            let message = if is_there { refused.to_string() } else { format!("unknown {} `{}`", refused.what, refused.name) };
            let help = allowed::near(&refused).map(meant).unwrap_or_default();
            mistakes.push(Mistake { help, ..mistake(source, at, message) });
        }
    }
    mistakes
}

/// What Tera says when it does not take some templates.
pub(super) fn by_tera(sources: &[Source], delimiters: &Delimiters, error: &tera::Error) -> Vec<Mistake> {
    if let ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) = error.kind() {
        let source = sources.iter().find(|source| source.name == report.filename());
        let Some(source) = source.or(sources.first()) else { return Vec::new() };
        return vec![syntax(source, delimiters, report.span().range.clone(), sentence(report.message()))];
    }
    let text = error.to_string();
    let lines: Vec<&str> =
        text.lines().filter(|line| line.contains("nknown ") || line.contains("not found") || line.contains("ircular")).collect();
    let lines = if lines.is_empty() { text.lines().take(1).collect() } else { lines };
    let (mut mistakes, mut unknown) = (Vec::new(), BTreeSet::new());
    for line in lines {
        let line = &line[line.find("nknown ").map_or(0, |at| at.saturating_sub(1))..];
        let word = line.split(['`', '\'']).nth(1).unwrap_or_default();
        let what = line.split(' ').nth(1).unwrap_or_default();
        if matches!(what, "filter" | "function" | "test") {
            unknown.insert((what, word));
            continue;
        }
        let at = find_word(sources, delimiters, word);
        let (index, at) = at.unwrap_or((0, 0..0));
        let Some(source) = sources.get(index) else { continue };
        let help = match what {
            "template" => template_near(sources, word),
            "component" => close_match(word, components(sources, delimiters)).map(meant).unwrap_or_default(),
            _ => String::new(),
        };
        mistakes.push(Mistake { help, ..mistake(source, at, sentence(line)) });
    }
    mistakes.extend(calls(sources, delimiters, &unknown));
    for (what, word) in unknown {
        let message = format!("unknown {what} `{word}`");
        if mistakes.iter().any(|said| said.message == message) {
            continue;
        }
        if let Some((index, at)) = find_word(sources, delimiters, word) {
            mistakes.push(mistake(&sources[index], at, message));
        }
    }
    mistakes
}

/// A template that Tera cannot read.
fn syntax(source: &Source, delimiters: &Delimiters, at: Range<usize>, message: String) -> Mistake {
    let parts = parts(&source.text, delimiters);
    let text = source.text.as_str();
    let mut open: Vec<&Part> = Vec::new();
    for part in parts.iter().filter(|part| part.piece == Piece::Tag && part.range.end <= at.start) {
        let word = part.word(text, 0);
        let is_block = word != "set" || !(0..part.tokens.len()).any(|index| part.word(text, index) == "=");
        if ENDS.iter().any(|(_, begin)| *begin == word) && is_block {
            open.push(part);
        } else if ENDS.iter().any(|(end, _)| *end == word) {
            open.pop();
        }
    }
    let inner = open.last().map(|part| (part.word(text, 0), *part));
    let end_of = |word: &str| ENDS.iter().find(|(_, begin)| *begin == word).map_or("end", |(end, _)| *end);
    if let Some((word, part)) = inner.filter(|_| message.contains("end of input")) {
        let help = format!("Write `{} {} {}` where it ends.", delimiters.block[0], end_of(word), delimiters.block[1]);
        return Mistake { help, ..mistake(source, part.range.clone(), format!("`{word}` begins here and never ends")) };
    }
    let token = parts.iter().flat_map(|part| &part.tokens).find(|token| token.range.contains(&at.start)).map(|token| token.range.clone());
    let place = if at.start < at.end && !text[at.clone()].contains('\n') { at } else { token.clone().unwrap_or(at) };
    if message != "unknown tag" {
        return mistake(source, place, message);
    }
    let word = token.map_or("", |range| &text[range]);
    let help = match (word, inner) {
        ("elseif" | "elsif" | "elsefi", _) => meant("elif"),
        (word, Some((begun, part))) if word.starts_with("end") => {
            let line = span(text, part.range.clone()).line;
            format!("What ends here is the `{begun}` of line {line}, with `{}`.", end_of(begun))
        }
        (word, None) if ENDS.iter().any(|(end, _)| *end == word) => "Nothing is open here that it could end: leave it out.".to_owned(),
        (word, _) => {
            let begins = ["if", "elif", "else", "for", "set", "set_global", "filter", "include", "component", "block", "extends", "raw"];
            close_match(word, begins).map(meant).unwrap_or_default()
        }
    };
    Mistake { help, ..mistake(source, place, format!("unknown tag `{word}`")) }
}

/// What may be meant by the name of a template that is not there.
fn template_near(sources: &[Source], word: &str) -> String {
    let names = || sources.iter().map(|source| source.name.as_str());
    let end = format!("/{word}");
    if let Some(near) = names().find(|name| name.ends_with(&end)).or_else(|| close_match(word, names())) {
        return meant(near);
    }
    if let Some(library) = word.strip_prefix("library/").and_then(|rest| rest.split('/').next())
        && !names().any(|name| name.starts_with(&format!("library/{library}/")))
    {
        return format!("Name the library `{library}` in `libraries` of `release.yaml`.");
    }
    "It is a path below the folder of the release, or `library/NAME/…` for a library that `libraries` of `release.yaml` names.".to_owned()
}

/// The names of all components.
fn components<'s>(sources: &'s [Source], delimiters: &Delimiters) -> Vec<&'s str> {
    let of = |source: &'s Source| {
        let parts = parts(&source.text, delimiters).into_iter();
        parts.filter(|part| part.piece == Piece::Tag && part.word(&source.text, 0) == "component").map(|part| part.word(&source.text, 1))
    };
    sources.iter().flat_map(of).collect()
}

/// Where a word stands as a token, first in the order of files.
fn find_word(sources: &[Source], delimiters: &Delimiters, word: &str) -> Option<(usize, Range<usize>)> {
    sources.iter().enumerate().find_map(|(index, source)| {
        let parts = parts(&source.text, delimiters);
        let token = parts.iter().flat_map(|part| &part.tokens).find(|token| {
            let text = &source.text[token.range.clone()];
            text == word || token.kind == Kind::Text && text.trim_matches(['"', '\'', '`']) == word
        });
        token.map(|token| (index, token.range.clone()))
    })
}

/// Names that no context has: Tera would take them for undefined in silence inside `if`.
pub(super) fn names(tera: &Tera, sources: &[Source], delimiters: &Delimiters) -> Vec<Mistake> {
    let set = names_set(sources, delimiters);
    let mut mistakes = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let Ok(names) = tera.get_template_variables(&source.name) else { continue };
        let mut unknown: Vec<&str> = names.into_iter().filter(|name| !NAMES.contains(name) && !set.contains(name)).collect();
        unknown.sort_unstable();
        for name in unknown {
            let Some((_, at)) = find_word(&sources[index..=index], delimiters, name) else { continue };
            let help = match close_match(name, NAMES.into_iter().chain(set.iter().copied())) {
                Some(near) => meant(near),
                None => format!("Templates see {}.", quoted_list(NAMES)),
            };
            mistakes.push(Mistake { help, ..mistake(source, at, format!("`{name}` is not known to templates")) });
        }
    }
    mistakes
}
