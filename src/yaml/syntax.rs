//! Where a syntax mistake is, which is not always where the parser noticed it, and what it is.

use super::flow::{self, Walk};
use super::stray::strays;
use super::{Problem, ProblemKind, block, span_of};
use crate::model::Span;
use granit_parser::{ErrorKind, ScanError};

/// Explains an error of the parser: `after` is where the last good event ended, `flow` where the outermost open bracket stands; nothing when it
/// comes of one that was told of before.
pub(super) fn explain(text: &str, error: &ScanError, after: usize, flow: Option<usize>, told: bool) -> Vec<Problem> {
    let at = floor(text, error.marker().byte_offset().unwrap_or(after));
    let strays = strays(text, at);
    if !strays.is_empty() {
        return strays;
    }
    let of_kind = of_kind(text, error.kind(), floor(text, after), flow, at);
    of_kind.or_else(|| (!told).then(|| unexplained(line_from(text, at), error.kind()))).into_iter().collect()
}

/// An error in the parser's own words.
pub(super) fn unexplained(here: Span, kind: &ErrorKind) -> Problem {
    syntax(here, kind.to_string(), "See the lines above it: YAML often notices a mistake late.")
}

/// Nothing when it was told of before.
fn of_kind(text: &str, kind: &ErrorKind, after: usize, flow: Option<usize>, at: usize) -> Option<Problem> {
    Some(match kind {
        ErrorKind::RecursionLimitExceeded => {
            let message = "values are nested deeper than 64 levels here";
            Problem::new(ProblemKind::TooDeep, one(text, at), message).help("Write it flatter.")
        }
        kind if is_open_quote(kind) => open_quote(text, after, at),
        kind if is_tab(kind) => tab(text, at),
        ErrorKind::DirectiveDisallowed => {
            syntax(line_from(text, at), "a `%` directive is not read here", "Remove the line; for text use quotes.")
        }
        ErrorKind::UnknownQuotedScalarEscape | ErrorKind::InvalidQuotedScalarHexEscape => escape(text, at),
        ErrorKind::MissingAnchorOrAliasName | ErrorKind::UnknownAnchor => no_name(text, at),
        ErrorKind::MismatchedFlowCollectionEnd { .. } => flow::closed_by_other(text, flow, at),
        ErrorKind::MisplacedFlowCollectionEnd => {
            let message = format!("`{}` closes nothing here", text[at..].chars().next().unwrap_or(']'));
            syntax(one(text, at), message, "Remove it, or put the text in quotes.")
        }
        ErrorKind::UnclosedFlowCollection { .. } => flow::no_end(text, at),
        kind => match Walk::within(text, flow, after, at) {
            Some((open, _)) if is_end(kind) && !text[at..].starts_with(',') => flow::no_end(text, open),
            Some((open, walk)) => flow::explain(text, kind, (open, &walk), at),
            None => return block::explain(text, kind, after, at),
        },
    })
}

pub(super) fn syntax(span: Span, message: impl Into<String>, help: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::Syntax, span, message).help(help)
}

/// The place of one character.
pub(super) fn one(text: &str, byte: usize) -> Span {
    let length = text[byte..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
    span_of(text, byte, byte + length)
}

/// The place from a byte to the end of what its line says.
pub(super) fn line_from(text: &str, byte: usize) -> Span {
    let line = text[byte..].lines().next().unwrap_or_default();
    span_of(text, byte, byte + line.trim_end().len())
}

fn is_open_quote(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent | ErrorKind::DocumentIndicatorInQuotedScalar)
}

/// Whether the text ended too soon.
fn is_end(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnexpectedEof
            | ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping
    )
}

fn is_tab(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabNotAllowed
            | ErrorKind::TabAtBlockScalarStart
    )
}

/// Byte offsets of the parser may stand behind the end.
fn floor(text: &str, byte: usize) -> usize {
    text.floor_char_boundary(byte.min(text.len()))
}

pub(super) fn line_start(text: &str, byte: usize) -> usize {
    text[..byte].rfind('\n').map_or(0, |at| at + 1)
}

/// Each line with the byte at which it starts, from a given line start on.
pub(super) fn lines_from(text: &str, from: usize) -> impl Iterator<Item = (usize, &str)> {
    text[from..].split_inclusive('\n').scan(from, |next, line| {
        let start = *next;
        *next += line.len();
        Some((start, line))
    })
}

/// The last line above that says something.
pub(super) fn line_above(text: &str, at: usize) -> Option<(usize, &str)> {
    let said = text[..line_start(text, at)].trim_end();
    let start = line_start(text, said.len());
    let line = text[start..].lines().next()?;
    (!said.is_empty()).then_some((start, line))
}

/// `*` or `&` without a name: most often a bullet, else a text that begins with it.
fn no_name(text: &str, at: usize) -> Problem {
    let line = &text[line_start(text, at)..at];
    if text[at..].starts_with("* ") && line.trim().is_empty() {
        return syntax(one(text, at), "`*` begins no entry of a list", "Entries of a list begin with `- `: write that in its place.");
    }
    let what = if text[at..].starts_with('&') { "`&` begins an anchor" } else { "`*` begins an alias" };
    syntax(one(text, at), format!("{what}, and no name follows it"), "Put the text in quotes.")
}

/// The first quote behind the last good event that begins a text.
fn open_quote(text: &str, after: usize, at: usize) -> Problem {
    let rest = &text[after..];
    let begins = |i: usize| i == 0 || rest[..i].ends_with([' ', '[', '{', ',', '\n', ':']);
    let quote = rest.char_indices().find(|(i, c)| matches!(c, '"' | '\'') && begins(*i)).map_or(at, |(i, _)| after + i);
    let mark = text[quote..].chars().next().unwrap_or('"');
    let message = format!("the text that begins with `{mark}` here has no end");
    syntax(line_from(text, quote), message, format!("Close it with `{mark}` in the same line."))
}

/// The first tabs in the indentation of a line, from the line of the mistake on.
fn tab(text: &str, at: usize) -> Problem {
    let in_indentation = |(start, line): (usize, &str)| {
        let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
        let first = line[..indentation].find('\t')?;
        let tabs = line[first..].bytes().take_while(|byte| *byte == b'\t').count();
        Some((start + first, tabs))
    };
    let (from, tabs) = lines_from(text, line_start(text, at)).find_map(in_indentation).unwrap_or((at, 0));
    let message = "a tab is used for indentation; YAML wants spaces";
    syntax(span_of(text, from, from + tabs), message, "Replace the tab by spaces.")
}

/// The first escape behind the quote that YAML does not know.
fn escape(text: &str, quote: usize) -> Problem {
    let mut chars = text[quote..].char_indices();
    let mut found = None;
    while let Some((at, c)) = chars.next() {
        let next = if c == '\\' { chars.next() } else { None };
        let hex = |length: usize| {
            let digits = text[quote + at + 2..].bytes().take(length).take_while(u8::is_ascii_hexdigit).count();
            digits == length
        };
        let known = match next {
            None => true,
            Some((_, 'x')) => hex(2),
            Some((_, 'u')) => hex(4),
            Some((_, 'U')) => hex(8),
            Some((_, c)) => "0abtnvfreNLP_\"/\\ \t\r\n".contains(c),
        };
        if !known {
            found = next.map(|(_, c)| span_of(text, quote + at, quote + at + 1 + c.len_utf8()));
            break;
        }
    }
    let help = "In double quotes write a backslash as `\\\\`, or use single quotes.";
    syntax(found.unwrap_or_else(|| line_from(text, quote)), "the text in double quotes holds an unknown escape", help)
}
