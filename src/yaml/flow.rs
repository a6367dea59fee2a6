//! Mistakes within `[…]` and `{…}`: which bracket is open, and what is missing or too much at the place.

use super::bytes::point;
use super::stray::{end_of, in_braces};
use super::syntax::{one, syntax};
use super::{Problem, span_of};
use granit_parser::ErrorKind;

/// A look along a text in brackets.
pub(super) struct Walk {
    /// The brackets that are open at its end, the outermost first.
    open: Vec<usize>,
    /// Behind the last character that is neither blank nor of a comment.
    end: usize,
    /// A bracket that closes one of the other kind.
    wrong: Option<usize>,
}

impl Walk {
    /// The innermost bracket that is open at a byte; `outer` is an open one that is known, else one may begin behind `after`.
    pub(super) fn within(text: &str, outer: Option<usize>, after: usize, at: usize) -> Option<(usize, Self)> {
        let from = outer.unwrap_or_else(|| {
            let rest = &text[after.min(at)..];
            after.min(at) + rest.len() - rest.trim_start_matches([' ', '\n', ':', '-', '?']).len()
        });
        (from <= at && is_open(text, from)).then(|| Self::along(text, from, at)).and_then(|walk| Some((*walk.open.last()?, walk)))
    }

    /// From a bracket on, until it is closed, a bracket does not fit, or the text ends.
    fn along(text: &str, from: usize, to: usize) -> Self {
        let mut walk = Self { open: Vec::new(), end: from, wrong: None };
        let (mut at, mut before) = (from, ' ');
        while let Some(c) = text[at..to].chars().next() {
            let begins = before.is_whitespace() || "[{,:".contains(before);
            let next = match c {
                '#' if before.is_whitespace() => at + text[at..to].find('\n').unwrap_or(to - at),
                '"' | '\'' if begins => at + quoted(&text[at..to], c),
                _ => at + c.len_utf8(),
            };
            if !walk.step(text, at, c) {
                break;
            }
            let is_comment = c == '#' && before.is_whitespace();
            if !c.is_whitespace() && !is_comment {
                walk.end = next;
            }
            (at, before) = (next, c);
        }
        walk
    }

    /// Takes one character; false when nothing is open behind it.
    fn step(&mut self, text: &str, at: usize, c: char) -> bool {
        match c {
            '[' | '{' => self.open.push(at),
            ']' | '}' if self.open.last().is_some_and(|open| closing(text, *open) == c) => {
                self.open.pop();
            }
            ']' | '}' => self.wrong = Some(at),
            _ => {}
        }
        !self.open.is_empty() && self.wrong.is_none()
    }
}

fn is_open(text: &str, at: usize) -> bool {
    text[at..].starts_with(['[', '{'])
}

/// What closes the bracket at a byte.
fn closing(text: &str, open: usize) -> char {
    if text[open..].starts_with('{') { '}' } else { ']' }
}

/// The bracket at a byte.
fn mark(text: &str, open: usize) -> char {
    if text[open..].starts_with('{') { '{' } else { '[' }
}

/// The length of a text in quotes at the beginning of a text.
fn quoted(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        let is_escape = match quote {
            '"' => c == '\\',
            _ => c == quote && chars.peek().is_some_and(|(_, next)| *next == quote),
        };
        if is_escape {
            chars.next();
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}

/// Whether the bracket at a byte is closed by one that fits.
fn closes(text: &str, open: usize) -> bool {
    Walk::along(text, open, text.len()).open.is_empty()
}

/// The bracket at a byte is never closed.
pub(super) fn no_end(text: &str, open: usize) -> Problem {
    syntax(one(text, open), format!("`{}` here has no end", mark(text, open)), format!("Close it with `{}`.", closing(text, open)))
}

/// The bracket at a byte is closed by one of the other kind.
pub(super) fn closed_by_other(text: &str, outer: Option<usize>, open: usize) -> Problem {
    let from = outer.filter(|outer| *outer < open).unwrap_or(open);
    let walk = Walk::along(text, from, text.len());
    let (wanted, Some(at)) = (closing(text, open), walk.wrong) else { return no_end(text, open) };
    let place = point(text, open);
    let message = format!("`{}` of {}:{} is closed by `{}`", mark(text, open), place.line, place.column, &text[at..=at]);
    let outer_fits = walk.open.iter().rev().nth(1).is_some_and(|outer| text[at..].starts_with(closing(text, *outer)));
    let help = if outer_fits { format!("Write `{wanted}` before it.") } else { format!("Write `{wanted}` in its place.") };
    syntax(one(text, at), message, help).related(one(text, open), "opened here")
}

/// Explains a mistake at a byte within brackets, of which `open` is the innermost.
pub(super) fn explain(text: &str, kind: &ErrorKind, (open, walk): (usize, &Walk), at: usize) -> Problem {
    let noticed = point(text, at).line;
    if noticed != point(text, open).line && !closes(text, open) {
        let message = format!("`{}` here has no end before line {noticed}", mark(text, open));
        return syntax(one(text, open), message, format!("Close it with `{}`.", closing(text, open)));
    }
    if let Some(outer) = walk.open.iter().find(|outer| text[**outer..].starts_with("{{") && walk.open.contains(&(**outer + 1))) {
        return in_braces(span_of(text, *outer, end_of(text, *outer)));
    }
    match kind {
        _ if text[at..].starts_with(',') => syntax(one(text, at), "a comma too many", "Remove it, or write what is missing before it."),
        ErrorKind::InvalidTrailingDoubleQuotedScalar | ErrorKind::InvalidTrailingSingleQuotedScalar => {
            behind_quote(text, at).unwrap_or_else(|| no_comma(text, walk.end, at))
        }
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => separator(text, (open, walk), at),
        ErrorKind::UnexpectedCharacter { .. } | ErrorKind::PlainScalarStartsWithDashFlowIndicator => no_beginning(text, at),
        ErrorKind::BlockEntryInFlowCollection => {
            let help = format!("Leave it out: between `{}` and `{}` entries are separated by `, `.", mark(text, open), closing(text, open));
            syntax(one(text, at), "`- ` begins an entry of a list only outside of brackets", help)
        }
        _ => {
            let message = format!("this does not fit into what began with `{}`", mark(text, open));
            let help = format!(
                "Separate the entries with `, `, end with `{}`, and put a text with special characters in quotes.",
                closing(text, open)
            );
            syntax(one(text, at), message, help)
        }
    }
}

/// A character with which no text without quotes begins.
pub(super) fn no_beginning(text: &str, at: usize) -> Problem {
    let what = match text[at..].chars().next() {
        None | Some('`') => "a backtick".to_owned(),
        Some(c) => format!("`{c}`"),
    };
    syntax(one(text, at), format!("{what} cannot begin a text"), "Put the text in quotes.")
}

/// What stands right behind a closing quote: the quote was meant as a part of the text.
pub(super) fn behind_quote(text: &str, at: usize) -> Option<Problem> {
    let quote = text[..at].chars().next_back().filter(|c| matches!(c, '\'' | '"'))?;
    text[at..].starts_with(char::is_alphanumeric).then(|| {
        let help = match quote {
            '"' => "Write `\\\"` for a quote within the text, or put the text in single quotes.",
            _ => "Write `''` for a quote within the text, or put the text in double quotes.",
        };
        syntax(one(text, at - 1), format!("this `{quote}` ends the text, and more of it stands behind"), help)
    })
}

/// Something stands where a comma or the end is due: an entry whose comma is missing, or a second colon.
fn separator(text: &str, (open, walk): (usize, &Walk), at: usize) -> Problem {
    if !text[at..].starts_with(':') {
        return no_comma(text, walk.end, at);
    }
    let entry = &text[open + 1..at];
    let from = [",", "[", "{", ": ", ":\n"].iter().filter_map(|mark| entry.rfind(mark).map(|found| found + mark.len())).max().unwrap_or(0);
    let value = entry[from..].trim_start();
    let start = at - value.len();
    let quoted = value.starts_with(['"', '\'']);
    match value.rfind('\n').or_else(|| value.rfind(' ').filter(|_| !quoted)) {
        Some(gap) => no_comma(text, start + value[..gap].trim_end().len(), at - value[gap..].trim_start().len()),
        None => second_colon(text, value, at),
    }
}

/// `{a: b: c}`.
fn second_colon(text: &str, value: &str, at: usize) -> Problem {
    let value = value.rsplit(':').next().unwrap_or(value);
    let rest = text[at + 1..].split([',', '}', ']', '\n']).next().unwrap_or_default().trim();
    syntax(
        one(text, at),
        "a second `:` stands in this entry",
        format!("Put the text in quotes, or write `{{{value}: {rest}}}` for an object."),
    )
}

/// A comma is missing between what ends at one byte and what begins at another.
fn no_comma(text: &str, end: usize, at: usize) -> Problem {
    if text[end.min(at)..at].contains('\n') {
        return syntax(span_of(text, end, end), "a `,` is missing", "Write a `,` at the end of this line.");
    }
    let word = text[at..].split([' ', ',', ':', '[', ']', '{', '}', '\n']).next().unwrap_or_default();
    let length = word.len().max(text[at..].chars().next().map_or(0, char::len_utf8));
    let message = format!("a `,` is missing before `{}`", &text[at..at + length]);
    syntax(span_of(text, at, at + length), message, "Separate the entries with `, `; put a text with `: ` in quotes.")
}
