//! Where a syntax mistake is, which is not always where the parser noticed it, and what it is.

use super::bytes::point;
use super::{Problem, ProblemKind};
use crate::model::Span;
use granit_parser::{ErrorKind, ScanError};

/// Explains an error of the parser: `after` is where the last good event ended, `flow` where the innermost open bracket stands.
pub(super) fn explain(text: &str, error: &ScanError, after: usize, flow: Option<usize>) -> Problem {
    let at = floor(text, error.marker().byte_offset().unwrap_or(after));
    let problem = |byte: usize, message: &str, help: &str| Problem::new(ProblemKind::Syntax, point(text, byte), message).help(help);
    if let Some(conflict) = conflict_marker(text) {
        return problem(conflict, "a merge conflict was left in the file", "Decide for one of the two sides and remove the marker lines.");
    }
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => {
            Problem::new(ProblemKind::TooDeep, point(text, at), "values are nested deeper than 64 levels here").help("Write it flatter.")
        }
        kind if is_open_quote(kind) => open_quote(text, after, at),
        kind if is_tab(kind) => problem(tab(text, at), "a tab is used for indentation; YAML wants spaces", "Replace the tab by spaces."),
        ErrorKind::DirectiveDisallowed => problem(at, "a `%` directive is not read here", "Remove the line; for text use quotes."),
        ErrorKind::UnknownQuotedScalarEscape => {
            let help = "In double quotes write a backslash as `\\\\`, or use single quotes.";
            problem(at, "the text in double quotes holds an unknown escape", help)
        }
        kind => match flow {
            Some(open) => open_bracket(text, open, at),
            None => of_blocks(text, kind, at),
        },
    }
}

fn is_open_quote(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent | ErrorKind::DocumentIndicatorInQuotedScalar)
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

fn line_start(text: &str, byte: usize) -> usize {
    text[..byte].rfind('\n').map_or(0, |at| at + 1)
}

/// Each line with the byte at which it starts, from a given line start on.
fn lines_from(text: &str, from: usize) -> impl Iterator<Item = (usize, &str)> {
    text[from..].split_inclusive('\n').scan(from, |next, line| {
        let start = *next;
        *next += line.len();
        Some((start, line))
    })
}

fn conflict_marker(text: &str) -> Option<usize> {
    lines_from(text, 0).find(|(_, line)| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ")).map(|(start, _)| start)
}

/// The first quote behind the last good event that begins a text.
fn open_quote(text: &str, after: usize, at: usize) -> Problem {
    let from = floor(text, after);
    let rest = &text[from..];
    let begins = |i: usize| i == 0 || rest[..i].ends_with([' ', '[', '{', ',', '\n', ':']);
    let quote = rest.char_indices().find(|(i, c)| matches!(c, '"' | '\'') && begins(*i)).map_or(at, |(i, _)| from + i);
    let mark = text[quote..].chars().next().unwrap_or('"');
    Problem::new(ProblemKind::Syntax, point(text, quote), format!("the text that begins with `{mark}` here has no end"))
        .help(format!("Close it with `{mark}` in the same line."))
}

/// The first tab in the indentation of a line, from the line of the mistake on.
fn tab(text: &str, at: usize) -> usize {
    let in_indentation = |(start, line): (usize, &str)| {
        let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
        line[..indentation].find('\t').map(|i| start + i)
    };
    lines_from(text, line_start(text, at)).find_map(in_indentation).unwrap_or(at)
}

fn open_bracket(text: &str, open: usize, at: usize) -> Problem {
    let (mark, closing) = if text[open..].starts_with('{') { ('{', '}') } else { ('[', ']') };
    let noticed = point(text, at).line;
    let start = point(text, open);
    let (message, help) = if noticed == start.line {
        let message = format!("what begins with `{mark}` here is not written right up to column {}", point(text, at).column);
        (message, format!("Separate the entries with `, `, end with `{closing}`, and put text with special characters in quotes."))
    } else {
        (format!("`{mark}` here has no end before line {noticed}"), format!("Close it with `{closing}`."))
    };
    Problem::new(ProblemKind::Syntax, start, message).help(help)
}

fn of_blocks(text: &str, kind: &ErrorKind, at: usize) -> Problem {
    let problem = |span: Span, message: &str, help: &str| Problem::new(ProblemKind::Syntax, span, message).help(help);
    let here = point(text, at);
    if let Some(colon) = missing_space(text, at) {
        return problem(point(text, colon), "a space is missing after `:`", "Write `key: value`.");
    }
    match kind {
        ErrorKind::MappingValueNotAllowed if deeper_than_above(text, at) => {
            let own = line_start(text, at);
            let first = own + text[own..].len() - text[own..].trim_start().len();
            let help = "Indent it like the line above, or give that one no value.";
            problem(point(text, first), "this line is indented deeper than the value above it allows", help)
        }
        ErrorKind::MappingValueNotAllowed => problem(here, "a second `: ` stands in this line", "Put the text in quotes."),
        ErrorKind::SimpleKeyExpected => {
            problem(here, "this line is neither `key: value` nor an entry of a list", "Write `key: value`, or put the text in quotes.")
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation | ErrorKind::ExpectedBlockSequenceEntry => {
            problem(here, "this line does not fit the indentation of the lines above", "Indent it like the others of its object or list.")
        }
        ErrorKind::PlainScalarStartsWithDashFlowIndicator | ErrorKind::UnexpectedCharacter { .. } => {
            problem(here, "a text cannot begin with this character without quotes", "Put the text in quotes.")
        }
        other => problem(here, &other.to_string(), "See the lines above it: YAML often notices a mistake late."),
    }
}

/// The colon of `key:value` without a space, in the line of the mistake or the last one above that says something.
fn missing_space(text: &str, at: usize) -> Option<usize> {
    let own = line_start(text, at);
    let mut above = lines_from(text, 0).take_while(|(start, _)| *start < own).filter(|(_, line)| !line.trim().is_empty());
    let candidates = [lines_from(text, own).next(), above.by_ref().last()];
    candidates.into_iter().flatten().find_map(|(start, line)| {
        let content = line.trim().trim_start_matches("- ");
        let colon = content.find(':')?;
        let key = content[..colon].chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let next = content[colon + 1..].chars().next()?;
        (key && next != ' ' && next != '/').then(|| start + line.find(content).unwrap_or(0) + colon)
    })
}

fn deeper_than_above(text: &str, at: usize) -> bool {
    let own = line_start(text, at);
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let above = lines_from(text, 0).take_while(|(start, _)| *start < own).filter(|(_, line)| !line.trim().is_empty()).last();
    above.is_some_and(|(_, line)| !line.trim_end().ends_with(':') && indentation(&text[own..]) > indentation(line))
}
