//! What must hold of a file's bytes before they are read as YAML.

use super::{Problem, ProblemKind};
use crate::model::Span;

/// The text of a file's bytes.
///
/// # Errors
/// What keeps the bytes from being plain UTF-8 text: another encoding, a byte order mark, a control character.
pub fn check_bytes(bytes: &[u8]) -> Result<&str, Vec<Problem>> {
    let refuse = |at: Span, message: String, help: &str| Err(vec![Problem::new(ProblemKind::Encoding, at, message).help(help)]);
    let is_wide = |bytes: &[u8]| matches!(bytes, [0, other, ..] | [other, 0, ..] if *other != 0);
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || is_wide(bytes) {
        return refuse(Span::START, "the file is UTF-16, not UTF-8".into(), "Save the file as UTF-8 without a byte order mark.");
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let before = std::str::from_utf8(&bytes[..error.valid_up_to()]).expect("the bytes before the error are valid");
            let byte = bytes[error.valid_up_to()];
            let message = format!("the byte 0x{byte:02X} here is not UTF-8");
            return refuse(wide(point(before, before.len())), message, "Save the file as UTF-8, or write the character anew.");
        }
    };
    if text.starts_with('\u{feff}') {
        let help = "Save the file as UTF-8 without a byte order mark (BOM).";
        return refuse(Span::START, "the file begins with a byte order mark".into(), help);
    }
    // Readers disagree whether it ends a line.
    if let Some((at, _)) = text.char_indices().find(|(at, c)| *c == '\r' && !text[at + 1..].starts_with('\n')) {
        let message = "the file holds a carriage return (CR) that is not followed by a line feed (LF)";
        return refuse(wide(point(text, at)), message.into(), "Save the file with Unix line endings.");
    }
    if let Some(problem) = check_lines(text) {
        return Err(vec![problem]);
    }
    let control = |c: char| (c.is_control() && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    if let Some((at, c)) = text.char_indices().find(|(_, c)| control(*c)) {
        let message = format!("the file holds the control character U+{:04X}", c as u32);
        return refuse(wide(point(text, at)), message, "Remove it; in double quotes it can be written as an escape, such as \"\\x07\".");
    }
    Ok(text)
}

/// The first line break of YAML 1.1 that is none in YAML 1.2: what stands behind it, also in a comment, is another line to some readers.
pub fn check_lines(text: &str) -> Option<Problem> {
    let (at, c) = if text.is_ascii() { None } else { text.char_indices().find(|(_, c)| matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}')) }?;
    let number = u32::from(c);
    let message = format!("the file holds the character U+{number:04X}, which ends a line for some readers of YAML and not for others");
    let help = format!("Remove it; in double quotes it can be written as the escape \"\\u{number:04x}\".");
    Some(Problem::new(ProblemKind::Encoding, wide(point(text, at)), message).help(help))
}

/// A point as the character that stands there.
fn wide(point: Span) -> Span {
    Span { end_column: point.end_column + 1, ..point }
}

/// The place of one byte of a text.
pub(super) fn point(text: &str, byte: usize) -> Span {
    let before = &text[..byte];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    let column = before[line_start..].chars().count() + 1;
    Span::point(small(line), small(column))
}

/// Lines and columns fit 32 bits: files are far smaller than 4 GiB.
pub(super) fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
