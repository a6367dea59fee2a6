//! Mistakes between lines: indentation, dashes, colons, and what stands behind a value.

use super::flow::{behind_quote, no_beginning};
use super::syntax::{line_above, line_from, line_start, lines_from, one, syntax, unexplained};
use super::unseen::{described, is_blank};
use super::{Problem, span_of};
use crate::model::Span;
use granit_parser::ErrorKind;

/// Explains a mistake at a byte outside of brackets; nothing when it was told of before.
pub(super) fn explain(text: &str, kind: &ErrorKind, after: usize, at: usize) -> Option<Problem> {
    let here = line_from(text, at);
    if let Some(problem) = look_alike(text, at).or_else(|| missing_space(text, at)) {
        return Some(problem);
    }
    Some(match kind {
        ErrorKind::MappingValueNotAllowed => colon(text, at),
        ErrorKind::SimpleKeyExpected => neither(text, at),
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation | ErrorKind::ExpectedBlockSequenceEntry => {
            behind_bracket(text, after, at).unwrap_or_else(|| misplaced(text, kind, at))
        }
        ErrorKind::ExpectedDocumentStart => return behind_document(text, after, at),
        ErrorKind::BlockSequenceEntryNotAllowed => {
            syntax(here, "an entry of a list cannot begin behind a key in the same line", "Begin the list in the line below.")
        }
        ErrorKind::InvalidTrailingDoubleQuotedScalar | ErrorKind::InvalidTrailingSingleQuotedScalar => {
            behind_quote(text, at).unwrap_or_else(|| behind_text(text, at))
        }
        ErrorKind::PlainScalarStartsWithDashFlowIndicator | ErrorKind::UnexpectedCharacter { .. } => no_beginning(text, at),
        ErrorKind::InvalidBlockScalarHeader => {
            let mark = text[at..].chars().next().unwrap_or('|');
            let message = format!("`{mark}` begins a text of several lines, and something stands behind it");
            syntax(here, message, "Write the text in the lines below, indented; or put it in quotes.")
        }
        ErrorKind::MappingKeyNotAllowed => syntax(here, "a text cannot begin with `? `", "Put the text in quotes."),
        other => unexplained(here, other),
    })
}

/// What looks like a space or a `-` of YAML and is none, at the beginning of the line of the mistake or of the last one above: word processors and chats
/// put them there.
fn look_alike(text: &str, at: usize) -> Option<Problem> {
    for (start, line) in [line_above(text, at), lines_from(text, line_start(text, at)).next()].into_iter().flatten() {
        let blank = line.len() - line.trim_start().len();
        if let Some((from, c)) = line[..blank].char_indices().find(|(_, c)| !c.is_ascii()) {
            let message = format!("what looks like a space at the beginning of this line is {}", described(c));
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

/// The colon of `key:value` without a space, in the line of the mistake or the last one above that says something.
fn missing_space(text: &str, at: usize) -> Option<Problem> {
    let candidates = [lines_from(text, line_start(text, at)).next(), line_above(text, at)];
    candidates.into_iter().flatten().find_map(|(start, line)| {
        let content = line.trim().trim_start_matches("- ");
        let colon = content.find(':')?;
        let key = content[..colon].chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let next = content[colon + 1..].chars().next().filter(|next| key && *next != ' ' && *next != '/')?;
        let at = start + line.find(content).unwrap_or(0) + colon;
        if is_blank(next) {
            let message = format!("what looks like a space behind `:` is {}", described(next));
            return Some(syntax(one(text, at + 1), message, "Replace it by a plain space."));
        }
        Some(syntax(one(text, at), "a space is missing after `:`", "Write `key: value`."))
    })
}

/// A line of an object that is not `key: value`.
fn neither(text: &str, at: usize) -> Problem {
    let here = line_from(text, at);
    let help = with_colon(&text[at..]).map_or_else(|| "Write `key: value`".to_owned(), |line| format!("Write `{line}`"));
    syntax(here, "this line is neither `key: value` nor an entry of a list", help + ", or put the text in quotes.")
}

/// `name hello`, as it is with a colon.
fn with_colon(line: &str) -> Option<String> {
    let (key, value) = line.lines().next()?.trim().split_once(' ')?;
    let is_key = key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    let value = value.trim_start();
    let value = value.strip_prefix('=').map_or(value, str::trim_start);
    (is_key && !value.contains([' ', '`'])).then(|| format!("{key}: {value}").trim_end().to_owned())
}

/// The first lines of an object without a colon, above the line that starts at a byte: they begin a text to YAML, which notices at the next colon.
fn no_colon(text: &str, start: usize) -> Option<Problem> {
    let column = indentation(&text[start..]);
    let begins = |(_, line): &(usize, &str)| {
        let said = line.get(column..).unwrap_or_default();
        content(line) == column
            && !said.starts_with(['#', '"', '\'', '[', '{', '|', '>'])
            && !said.contains(": ")
            && !said.trim_end().ends_with(':')
    };
    let mut first = line_above(text, start).filter(begins)?;
    while let Some(above) = line_above(text, first.0).filter(begins).filter(|_| indentation(first.1) == column) {
        first = above;
    }
    let (start, line) = first;
    let help = with_colon(&line[column..]).unwrap_or_else(|| "key: value".to_owned());
    let message = match indentation(line) == column {
        true => "this line is neither `key: value` nor an entry of a list",
        false => "this entry is not `key: value`, and the line below it is",
    };
    Some(syntax(line_from(text, start + column), message, format!("Write `{help}`.")))
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Where what a line says begins behind its dashes.
fn content(line: &str) -> usize {
    let mut at = indentation(line);
    while line[at..].starts_with("- ") {
        at += 2 + indentation(&line[at + 2..]);
    }
    at
}

fn spaces(columns: usize) -> String {
    let plural = if columns == 1 { "" } else { "s" };
    if columns == 0 { "not at all".to_owned() } else { format!("by {columns} space{plural}") }
}

/// The step that gives a line the indentation of another.
fn indent(columns: usize, like: &str) -> String {
    if columns == 0 { format!("Do not indent it, like {like}") } else { format!("Indent it {}, like {like}", spaces(columns)) }
}

/// A `: ` where there is a value already, or a value cannot be.
fn colon(text: &str, at: usize) -> Problem {
    let start = line_start(text, at);
    let first = start + content(&text[start..at]);
    if let Some(found) = text[first..at].find(": ") {
        return second_colon(text, (first - start, first + found + 2), at);
    }
    if let Some(problem) = no_colon(text, start) {
        return problem;
    }
    let Some(above) = line_above(text, at).map(|(_, line)| line).filter(|line| !line.trim_end().ends_with(':')) else {
        return syntax(one(text, at), "a second `: ` stands in this line", "Put the text in quotes.");
    };
    let own = indentation(&text[start..]);
    let key = above[content(above)..].split_once(": ").map(|(key, _)| key).filter(|key| !key.contains('`'));
    if let Some(dented) = dented(text, at) {
        let message = "this line is indented less than the lines around it";
        let or = key.map_or_else(String::new, |key| format!("; or write `{key}:` without a value when the lines below belong to it"));
        return syntax(dented, message, indent(own, "the line above and the line below") + &or + ".");
    }
    let below = lines_from(text, start).skip(1).map(|(_, line)| line).find(|line| !line.trim().is_empty());
    if let (true, Some(key)) = (own > content(above) && below.is_some_and(|below| indentation(below) == own), key) {
        let message = format!("this line and those below it are fields of `{key}`, which has a value already");
        let help = format!("Write `{key}:` without a value, or do not indent them deeper than it.");
        return syntax(line_from(text, start + own), message, help);
    }
    if own > indentation(above) {
        let help = indent(content(above), "the line above") + ", or give that one no value.";
        return syntax(line_from(text, start + own), "this line is indented deeper than the value above it allows", help);
    }
    syntax(one(text, at), "a second `: ` stands in this line", "Put the text in quotes.")
}

/// `backups: days: 30`: an object, or a text with a colon; `column` is that of the key, `from` the byte at which its value begins.
fn second_colon(text: &str, (column, from): (usize, usize), at: usize) -> Problem {
    let (key, rest) = (text[from..at].trim(), text[at + 1..].lines().next().unwrap_or_default().trim());
    let is_key = key.starts_with(|c: char| c.is_ascii_lowercase()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    let is_object = is_key && !rest.is_empty() && !rest.contains([' ', '{', '[']);
    let help = if is_object {
        let deeper = spaces(column + 2);
        format!("Write `{{{key}: {rest}}}`, or begin a new line with `{key}: {rest}`, indented {deeper}; put it in quotes when it is text.")
    } else {
        "Put the text in quotes.".to_owned()
    };
    syntax(one(text, at), "a second `: ` stands in this line", help)
}

/// The line above, when it alone lost its indentation: the one above it has that of the line of the mistake.
fn dented(text: &str, at: usize) -> Option<Span> {
    let own = indentation(&text[line_start(text, at)..]);
    let (start, line) = line_above(text, at)?;
    let (_, before) = line_above(text, start)?;
    let less = indentation(line);
    (less < own && indentation(before) == own).then(|| line_from(text, start + less))
}

/// What stands behind a quoted text and a space.
fn behind_text(text: &str, at: usize) -> Problem {
    let here = line_from(text, at);
    comma(text, at)
        .or_else(|| before_bracket(text, at))
        .unwrap_or_else(|| syntax(here, "something stands behind the closing quote", "Put the whole text into the quotes."))
}

/// `labels {a: "b"}`: a text to YAML, that ends with the quotes.
fn before_bracket(text: &str, at: usize) -> Option<Problem> {
    let start = line_start(text, at);
    let line = lines_from(text, start).next()?.1;
    let first = content(line);
    let (key, rest) = line[first..].split_once(' ')?;
    let is_key = key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    let bracket = rest.trim_start().chars().next().filter(|c| is_key && matches!(c, '{' | '['))?;
    let (at, message) = (start + first + key.len() + 1 + indentation(rest), format!("a `:` is missing before this `{bracket}`"));
    Some(syntax(one(text, at), message, format!("Write `{key}: {bracket}…`.")))
}

/// A comma at the end of a line, behind a value.
fn comma(text: &str, at: usize) -> Option<Problem> {
    let is_all = text[at..].lines().next().is_some_and(|rest| rest.trim() == ",");
    is_all.then(|| syntax(one(text, at), "a `,` stands behind the value", "Remove it: commas separate entries only within brackets."))
}

/// `[WIP] and more`: a text that begins with a bracket.
fn behind_bracket(text: &str, after: usize, at: usize) -> Option<Problem> {
    let closing = text[..after].chars().next_back().filter(|c| matches!(c, ']' | '}'))?;
    let same_line = after <= at && text[after..at].trim_matches(' ').is_empty() && !text[at..].starts_with('\n');
    same_line.then(|| {
        if let Some(problem) = comma(text, at) {
            return problem;
        }
        let help = if closing == '}' { "Remove it, or put the whole text in quotes." } else { "Put the whole text in quotes." };
        syntax(line_from(text, at), format!("something stands behind `{closing}`"), help)
    })
}

/// What stands behind a whole document; behind a template's braces nothing more need be said.
fn behind_document(text: &str, after: usize, at: usize) -> Option<Problem> {
    if text[line_start(text, after)..].starts_with("{{") {
        return None;
    }
    if let Some(problem) = indented(text, at) {
        return Some(problem);
    }
    Some(behind_bracket(text, after, at).unwrap_or_else(|| {
        let message = "the value of the file ended above, and something stands behind it";
        syntax(line_from(text, at), message, "Make all of it lines of `key: value`.")
    }))
}

/// The first line of a document, when it is indented and the line of the mistake is not.
fn indented(text: &str, at: usize) -> Option<Problem> {
    let begin = text[..at].rfind("\n---").map_or(0, |before| before + 1);
    let says = |line: &str| !line.trim().is_empty() && !line.starts_with("---") && !line.trim_start().starts_with('#');
    let (start, line) = lines_from(text, begin).find(|(start, line)| *start < at && says(line))?;
    let blank = indentation(line);
    (blank > 0 && at == line_start(text, at)).then(|| {
        let has_tab = line[..blank].contains('\t');
        let what = if has_tab { "a tab indents this line" } else { "this line is indented" };
        let message = format!("{what}, and the lines below that belong to the same object are not indented");
        syntax(span_of(text, start, start + blank), message, if has_tab { "Remove it." } else { "Do not indent it." })
    })
}

/// A block that is open around a line.
#[derive(Clone, Copy)]
struct Around {
    column: usize,
    line: usize,
    is_list: bool,
}

/// The blocks around a line, the innermost first, as the lines above begin.
fn around(text: &str, at: usize) -> Vec<Around> {
    let (mut found, mut least) = (Vec::new(), usize::MAX);
    let mut above = text[..line_start(text, at)].lines().enumerate().collect::<Vec<_>>();
    while let Some((line, says)) = above.pop() {
        let column = indentation(says);
        if says.trim().is_empty() || says.trim_start().starts_with('#') || column >= least {
            continue;
        }
        if says.starts_with("---") {
            break;
        }
        let inner = content(says);
        if says[inner..].contains(':') {
            found.push(Around { column: inner, line: line + 1, is_list: false });
        }
        if inner > column {
            found.push(Around { column, line: line + 1, is_list: true });
        }
        least = column;
    }
    found
}

/// A line that begins where no block around it has its lines, or as they do not begin.
fn misplaced(text: &str, kind: &ErrorKind, at: usize) -> Problem {
    let start = line_start(text, at);
    let own = indentation(&text[start..]);
    let is_entry = text[start + own..].starts_with("- ");
    let (here, around) = (line_from(text, start + own), around(text, at));
    let alike = || around.iter().filter(|block| block.is_list == is_entry);
    if is_entry && *kind == ErrorKind::ExpectedBlockMappingKey && (alike().next().is_none() || at_column(&around, own)) {
        let message = "an entry of a list stands among the keys of an object";
        let list = around.iter().filter(|block| block.is_list && block.column > own).min_by_key(|block| block.column);
        let help = list.map_or_else(|| "Remove the `- `.".to_owned(), |list| indent(list.column, &format!("line {}", list.line)) + ".");
        return syntax(span_of(text, start + own, start + own + 1), message, help);
    }
    if !is_entry && around.iter().any(|block| block.is_list && block.column == own) {
        let help = format!("Indent it {} when it belongs to the entry above, or begin it with `- `.", spaces(own + 2));
        return syntax(here, "this line is no entry of the list that it stands in", help);
    }
    let deeper = alike().filter(|block| block.column > own).min_by_key(|block| block.column);
    let less = alike().filter(|block| block.column < own).max_by_key(|block| block.column);
    let first = deeper.or(less).map(|block| indent(block.column, &format!("line {}", block.line)));
    let help = match (first, deeper.and(less), line_above(text, at)) {
        // a line of a text
        (_, _, Some((_, above))) if !is_entry && !text[start..].lines().next().is_some_and(|line| line.contains(':')) => {
            indent(indentation(above), "the line above") + "."
        }
        (Some(first), Some(less), _) => format!("{first}, or {} like line {}.", spaces(less.column), less.line),
        (Some(first), None, _) => first + ".",
        (None, _, _) => "Indent it like the others of its object or list.".to_owned(),
    };
    syntax(here, "this line does not fit the indentation of the lines above", help)
}

/// Whether an object has its keys at a column.
fn at_column(around: &[Around], column: usize) -> bool {
    around.iter().any(|block| !block.is_list && block.column == column)
}
