//! Where a syntax mistake is, which is not always where the parser noticed it, and what it is.

use super::bytes::point;
use super::{Problem, ProblemKind, span_of};
use crate::model::Span;
use granit_parser::{ErrorKind, ScanError};

/// Explains an error of the parser: `after` is where the last good event ended, `flow` where the innermost open bracket stands.
pub(super) fn explain(text: &str, error: &ScanError, after: usize, flow: Option<usize>) -> Problem {
    let at = floor(text, error.marker().byte_offset().unwrap_or(after));
    if let Some(conflict) = conflict_marker(text) {
        let help = "Decide for one of the two sides and remove the marker lines.";
        return syntax(line_from(text, conflict), "a merge conflict was left in the file", help);
    }
    match error.kind() {
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
        ErrorKind::MissingAnchorOrAliasName | ErrorKind::UnknownAnchor => {
            let what = if text[at..].starts_with('&') { "`&` begins an anchor" } else { "`*` begins an alias" };
            syntax(one(text, at), format!("{what}, and no name follows it"), "Put the text in quotes.")
        }
        ErrorKind::MisplacedFlowCollectionEnd | ErrorKind::MismatchedFlowCollectionEnd { .. } if flow.is_none() => {
            let message = format!("`{}` closes nothing here", text[at..].chars().next().unwrap_or(']'));
            syntax(one(text, at), message, "Remove it, or put the text in quotes.")
        }
        kind => match flow {
            Some(open) if is_end(kind) => {
                let closing = if text[open..].starts_with('{') { '}' } else { ']' };
                let message = format!("`{}` here has no end", text[open..].chars().next().unwrap_or('['));
                syntax(one(text, open), message, format!("Close it with `{closing}`."))
            }
            Some(open) => open_bracket(text, open, at),
            None => of_blocks(text, kind, at),
        },
    }
}

fn syntax(span: Span, message: impl Into<String>, help: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::Syntax, span, message).help(help)
}

/// The place of one character.
fn one(text: &str, byte: usize) -> Span {
    let length = text[byte..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
    span_of(text, byte, byte + length)
}

/// The place from a byte to the end of what its line says.
fn line_from(text: &str, byte: usize) -> Span {
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
        ErrorKind::UnclosedFlowCollection { .. }
            | ErrorKind::UnexpectedEof
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

fn open_bracket(text: &str, open: usize, at: usize) -> Problem {
    let (mark, closing) = if text[open..].starts_with('{') { ('{', '}') } else { ('[', ']') };
    let noticed = point(text, at).line;
    if noticed == point(text, open).line {
        let message = format!("what begins with `{mark}` here is not written right up to column {}", point(text, at).column);
        let help = format!("Separate the entries with `, `, end with `{closing}`, and put text with special characters in quotes.");
        syntax(span_of(text, open, at.max(open + 1)), message, help)
    } else {
        let message = format!("`{mark}` here has no end before line {noticed}");
        syntax(one(text, open), message, format!("Close it with `{closing}`."))
    }
}

fn of_blocks(text: &str, kind: &ErrorKind, at: usize) -> Problem {
    let here = line_from(text, at);
    if let Some(problem) = look_alike(text, at) {
        return problem;
    }
    if let Some(colon) = missing_space(text, at) {
        return syntax(one(text, colon), "a space is missing after `:`", "Write `key: value`.");
    }
    match kind {
        ErrorKind::MappingValueNotAllowed if deeper_than_above(text, at) => {
            if let Some(above) = dented(text, at) {
                let message = "this line is indented less than the lines around it";
                return syntax(above, message, "Indent it like the line above and the line below.");
            }
            let help = "Indent it like the line above, or give that one no value.";
            let first = floor(text, line_start(text, at) + indentation(&text[line_start(text, at)..]));
            syntax(line_from(text, first), "this line is indented deeper than the value above it allows", help)
        }
        ErrorKind::MappingValueNotAllowed => syntax(one(text, at), "a second `: ` stands in this line", "Put the text in quotes."),
        ErrorKind::SimpleKeyExpected => {
            syntax(here, "this line is neither `key: value` nor an entry of a list", "Write `key: value`, or put the text in quotes.")
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation | ErrorKind::ExpectedBlockSequenceEntry => {
            syntax(here, "this line does not fit the indentation of the lines above", "Indent it like the others of its object or list.")
        }
        ErrorKind::BlockSequenceEntryNotAllowed => {
            syntax(here, "an entry of a list cannot begin behind a key in the same line", "Begin the list in the line below.")
        }
        ErrorKind::InvalidTrailingDoubleQuotedScalar | ErrorKind::InvalidTrailingSingleQuotedScalar => {
            syntax(here, "something stands behind the closing quote", "Put the whole text into the quotes.")
        }
        ErrorKind::PlainScalarStartsWithDashFlowIndicator | ErrorKind::UnexpectedCharacter { .. } => {
            syntax(one(text, at), "a text cannot begin with this character without quotes", "Put the text in quotes.")
        }
        other => syntax(here, other.to_string(), "See the lines above it: YAML often notices a mistake late."),
    }
}

/// What looks like a space or a `-` of YAML and is none, at the beginning of the line of the mistake or of the last one above: word processors and chats
/// put them there.
fn look_alike(text: &str, at: usize) -> Option<Problem> {
    for (start, line) in [line_above(text, at), lines_from(text, line_start(text, at)).next()].into_iter().flatten() {
        let blank = line.len() - line.trim_start().len();
        if let Some((from, c)) = line[..blank].char_indices().find(|(_, c)| !c.is_ascii()) {
            let message = format!("the line begins with a space that is none to YAML (U+{:04X})", c as u32);
            return Some(syntax(one(text, start + from), message, "Replace it by plain spaces."));
        }
        let dash = line[blank..].chars().next().filter(|c| matches!(c, '\u{2010}'..='\u{2015}' | '\u{2022}' | '\u{2212}'));
        if let Some(dash) = dash.filter(|c| line[blank + c.len_utf8()..].starts_with(' ')) {
            let message = format!("`{dash}` looks like the `-` of a list, and is another character");
            return Some(syntax(one(text, start + blank), message, "Write `- `."));
        }
    }
    None
}

/// The last line above that says something.
fn line_above(text: &str, at: usize) -> Option<(usize, &str)> {
    let said = text[..line_start(text, at)].trim_end();
    let start = line_start(text, said.len());
    let line = text[start..].lines().next()?;
    (!said.is_empty()).then_some((start, line))
}

/// The colon of `key:value` without a space, in the line of the mistake or the last one above that says something.
fn missing_space(text: &str, at: usize) -> Option<usize> {
    let candidates = [lines_from(text, line_start(text, at)).next(), line_above(text, at)];
    candidates.into_iter().flatten().find_map(|(start, line)| {
        let content = line.trim().trim_start_matches("- ");
        let colon = content.find(':')?;
        let key = content[..colon].chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let next = content[colon + 1..].chars().next()?;
        (key && next != ' ' && next != '/').then(|| start + line.find(content).unwrap_or(0) + colon)
    })
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn deeper_than_above(text: &str, at: usize) -> bool {
    let own = &text[line_start(text, at)..];
    line_above(text, at).is_some_and(|(_, line)| !line.trim_end().ends_with(':') && indentation(own) > indentation(line))
}

/// The line above, when it alone lost its indentation: the one above it has that of the line of the mistake.
fn dented(text: &str, at: usize) -> Option<Span> {
    let own = indentation(&text[line_start(text, at)..]);
    let (start, line) = line_above(text, at)?;
    let (_, before) = line_above(text, start)?;
    let less = indentation(line);
    (less < own && indentation(before) == own).then(|| line_from(text, start + less))
}
