//! Text that others wrote, made harmless: for Markdown prose, table cells, inline code, fences, HTML summaries and terminals.
//!
//! What comes out names nobody, links nowhere, loads nothing, and opens or closes nothing.

use crate::model::is_unseen;
use std::fmt::Write as _;

/// The most characters of one line of a diff or of an error.
const MOST_OF_A_LINE: usize = 400;
/// The most characters of one sentence in a table or a list.
const MOST_OF_A_SENTENCE: usize = 800;
/// The most characters of one fence.
const MOST_OF_A_FENCE: usize = 16_000;

fn push_visible(text: &mut String, c: char) {
    if is_unseen(c) {
        write!(text, "\\u{{{:x}}}", u32::from(c)).expect("a string takes all");
    } else {
        text.push(c);
    }
}

/// One line: unseen characters as escapes, line ends as blanks, shortened.
pub(super) fn line(raw: &str) -> String {
    shown(raw, MOST_OF_A_SENTENCE)
}

fn shown(raw: &str, most: usize) -> String {
    let mut text = part(raw, 0, most);
    let left = if raw.len() <= most { 0 } else { raw.chars().skip(most).count() };
    if left > 0 {
        write!(text, " … ({left} more characters)").expect("a string takes all");
    }
    text
}

/// So many characters of a line, from one of them on: unseen ones as escapes, line ends as blanks.
pub(super) fn part(raw: &str, from: usize, most: usize) -> String {
    let mut text = String::with_capacity(raw.len().min(most));
    for c in raw.chars().skip(from).take(most) {
        match c {
            '\n' | '\r' | '\t' => text.push(' '),
            other => push_visible(&mut text, other),
        }
    }
    text
}

/// Several lines, as they stand in a fence or on a terminal; at most so many lines, and what is left out is said.
pub(super) fn lines(raw: &str, most: usize) -> String {
    let all = raw.lines().count();
    let mut text = String::new();
    let mut taken = 0;
    for one in raw.lines().take(most) {
        if text.len() > MOST_OF_A_FENCE {
            break;
        }
        taken += 1;
        push_line(&mut text, one);
    }
    if all > taken {
        text += &left_lines(all - taken);
    }
    text
}

/// "… 3 more lines", as a line.
pub(super) fn left_lines(left: usize) -> String {
    format!("… {left} more {}\n", if left == 1 { "line" } else { "lines" })
}

/// All lines of a text whose parts are bounded already, such as a report.
pub(super) fn every_line(raw: &str) -> String {
    let mut text = String::new();
    raw.lines().for_each(|one| push_line(&mut text, one));
    text
}

fn push_line(text: &mut String, one: &str) {
    let indent = one.len() - one.trim_start_matches('\t').len();
    text.push_str(&"    ".repeat(indent.min(20)));
    text.push_str(&shown(&one[indent..], MOST_OF_A_LINE));
    text.push('\n');
}

/// Inline code whose content is literal, whatever it holds.
pub(super) fn code(raw: &str) -> String {
    let text = line(raw);
    if text.trim().is_empty() {
        return "`\"\"`".to_owned();
    }
    let ticks = "`".repeat(longest_run(&text) + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{blank}{text}{blank}{ticks}")
}

fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// A fenced block whose fence is longer than any run of backticks inside.
pub(super) fn fence(language: &str, raw: &str, most_lines: usize) -> String {
    fenced(language, &lines(raw, most_lines))
}

/// Lines that are harmless already, in such a block.
pub(super) fn fenced(language: &str, body: &str) -> String {
    let ticks = "`".repeat(longest_run(body).max(2) + 1);
    format!("{ticks}{language}\n{body}{ticks}\n")
}

/// A sentence that may hold code in backticks; everything else in it is plain words.
pub(super) fn prose(raw: &str) -> String {
    let text = line(raw);
    let parts: Vec<&str> = text.split('`').collect();
    // an odd backtick at the end opens nothing
    let closed = parts.len() - (parts.len() + 1) % 2;
    let mut out = String::with_capacity(text.len() + 16);
    for (at, part) in parts.iter().enumerate() {
        if at >= closed {
            out.push_str("\\`");
            push_words(&mut out, part);
        } else if at % 2 == 0 {
            push_words(&mut out, part);
        } else {
            if out.ends_with('`') {
                out.push(' ');
            }
            out.push_str(&code(part));
        }
    }
    out
}

/// Plain words: no emphasis, link, mention, reference or HTML.
fn push_words(out: &mut String, text: &str) {
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '_' if before.is_alphanumeric() && next.is_alphanumeric() => out.push('_'),
            '|' => out.push_str("&#124;"),
            '\\' | '*' | '_' | '[' | ']' | '~' | '$' | '`' | '!' => out.extend(['\\', c]),
            '@' => out.push_str("@<!-- -->"),
            '#' if next.is_ascii_digit() || before == ' ' && (next == ' ' || next == '#') => out.push_str("#<!-- -->"),
            '-' if before.eq_ignore_ascii_case(&'h') && next.is_ascii_digit() => out.push_str("-<!-- -->"),
            ':' if next == '/' => out.push_str(":<!-- -->"),
            '.' if before.eq_ignore_ascii_case(&'w') => out.push_str("<!-- -->."),
            other => out.push(other),
        }
        before = c;
    }
}

/// Words inside HTML of our own (`<summary>`), where Markdown does not count.
pub(super) fn html(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let text = line(raw);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '@' => out.push_str("@<!-- -->"),
            '#' if next.is_ascii_digit() => out.push_str("#<!-- -->"),
            ':' if next == '/' => out.push_str(":<!-- -->"),
            '`' => out.push_str("&#96;"),
            other => out.push(other),
        }
    }
    out
}

/// A finished piece of Markdown as a table's cell.
pub(super) fn cell(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut before = ' ';
    for c in markdown.chars() {
        match c {
            // a backslash before a pipe is read in two ways, so that it is shown as an escape
            '|' if before == '\\' => out.push_str("\\u{7c}"),
            '|' => out.push_str("\\|"),
            '\n' | '\r' => out.push(' '),
            other => out.push(other),
        }
        before = c;
    }
    out
}

/// A user as a mention that notifies, when the name is one that a forge gives; else as code.
pub(super) fn mention(user: &str) -> String {
    let plain = user.len() <= 39 && !user.is_empty() && user.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if plain { format!("@{user}") } else { code(user) }
}

/// A path as a part of an address of our own.
pub(super) fn in_address(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' => out.push(byte as char),
            other => write!(out, "%{other:02X}").expect("a string takes all"),
        }
    }
    out
}

/// "1 file", "2 files".
pub(super) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {}", thousands(number), plural(one)) }
}

/// "412" as it is, "1,000" with a comma.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn plural(one: &str) -> String {
    // the name of a kind of resource stays as it is
    if one.contains('_') {
        return one.to_owned();
    }
    match one.strip_suffix('y') {
        Some(stem) if stem.ends_with(|c: char| !"aeiou".contains(c)) => format!("{stem}ies"),
        _ if one.ends_with(['s', 'x']) => format!("{one}es"),
        _ => format!("{one}s"),
    }
}

/// "a, b and c".
pub(super) fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The first so many of a list, and how many more there are.
pub(super) fn first_of(words: impl IntoIterator<Item = String>, most: usize) -> String {
    let words: Vec<String> = words.into_iter().collect();
    if words.len() <= most {
        return list(&words);
    }
    format!("{} and {} more", words[..most].join(", "), thousands(words.len() - most))
}
