//! Characters that nobody can see, or that look like others.

use super::{Problem, ProblemKind, span_of};

/// The first character of what is written for a scalar that is not what it looks like: between `from` and `to` stands a key, or a value.
///
/// Words of other scripts may need what joins and directs their letters, so that these count only beside plain letters.
pub(super) fn odd_character(text: &str, from: usize, to: usize, is_key: bool) -> Option<Problem> {
    let part = text.get(from..to).filter(|part| !part.is_ascii())?;
    let odd = |(at, c): &(usize, char)| {
        let (before, behind) = (part[..*at].chars().next_back(), part[at + c.len_utf8()..].chars().next());
        is_hidden(*c, before, behind) || is_blank(*c) && (is_key || is_misleading(before, behind))
    };
    if let Some((at, c)) = part.char_indices().find(odd) {
        let what = if is_blank(c) { "what looks like a space here is" } else { "nobody can see the character here:" };
        let message = format!("{what} {}", described(c));
        return Some(problem(text, (from + at, c), message));
    }
    let (at, c, script) = is_key.then(|| other_script(part)).flatten()?;
    Some(problem(text, (from + at, c), format!("`{c}` here is U+{:04X}, a {script} letter in a Latin word", c as u32)))
}

fn problem(text: &str, (at, c): (usize, char), message: String) -> Problem {
    Problem::new(ProblemKind::OddCharacter, span_of(text, at, at + c.len_utf8()), message).help("Write it anew.")
}

/// Its number and its name.
pub(super) fn described(c: char) -> String {
    format!("U+{:04X}, {}", c as u32, name(c))
}

fn name(c: char) -> &'static str {
    match c {
        '\u{a0}' => "a no-break space",
        '\u{ad}' => "a soft hyphen",
        '\u{200b}' => "a zero-width space",
        '\u{200c}' | '\u{200d}' | '\u{2060}' => "a zero-width joiner",
        '\u{2028}' | '\u{2029}' => "a line separator",
        '\u{202f}' => "a narrow no-break space",
        '\u{3000}' => "an ideographic space",
        c if is_blank(c) => "a space of another width",
        _ => "a mark of the writing direction",
    }
}

/// What looks like a space, and is none to YAML.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

fn is_hidden(c: char, before: Option<char>, behind: Option<char>) -> bool {
    let plain = || before.is_none_or(|c| c.is_ascii()) && behind.is_none_or(|c| c.is_ascii());
    match c {
        '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        '\u{61c}' | '\u{200c}'..='\u{200f}' => plain(),
        _ => false,
    }
}

/// Whether a blank is most likely a slip: at the edge of a value, or between words; typography puts it before marks and behind numbers.
fn is_misleading(before: Option<char>, behind: Option<char>) -> bool {
    let (Some(before), Some(behind)) = (before, behind) else { return true };
    (before.is_ascii_alphabetic() || before == ':') && behind.is_ascii_alphabetic()
}

/// The first Cyrillic or Greek letter of a word that has Latin letters too.
fn other_script(text: &str) -> Option<(usize, char, &'static str)> {
    let script = |c: char| match c {
        '\u{370}'..='\u{3ff}' => Some("Greek"),
        '\u{400}'..='\u{4ff}' => Some("Cyrillic"),
        _ => None,
    };
    let mut start = 0;
    for word in text.split_inclusive(|c: char| !c.is_alphabetic()) {
        let found = word.char_indices().find_map(|(at, c)| Some((start + at, c, script(c)?)));
        if found.is_some() && word.contains(|c: char| c.is_ascii_alphabetic()) {
            return found;
        }
        start += word.len();
    }
    None
}
