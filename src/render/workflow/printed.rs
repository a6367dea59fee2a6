//! What a template prints into a workflow is a value: never an expression, never a word of a shell.

use super::expression::{Expression, Step, pieces, read};
use crate::render::budget::{Print, placeholder};
use crate::render::language::{Content, placeholders};
use serde_json::Value;

/// Keys whose values are expressions without `${{`.
const CONDITIONS: [&str; 3] = ["if", "pre-if", "post-if"];

/// Keys whose values a shell runs, in one text or line by line.
pub(super) const SCRIPTS: [&str; 4] = ["after_script", "before_script", "run", "script"];

/// What runs scripts, by name.
const SHELLS: [&str; 6] = ["bash", "cmd", "powershell", "pwsh", "python", "sh"];

/// Words behind which a command begins.
const LEADS: [&str; 12] = ["do", "else", "env", "eval", "exec", "if", "sudo", "then", "time", "until", "while", "xargs"];

/// Whether what is printed behind this part of a script is the name of a command or of a variable.
fn begins_command(before: &str) -> bool {
    if before.ends_with('$') {
        return true;
    }
    let is_quoted = ['"', '\''].iter().any(|quote| before.matches(*quote).count() % 2 == 1);
    let line = before.rsplit('\n').next().unwrap_or_default();
    let goes_on = before[..before.len() - line.len()].trim_end_matches('\n').ends_with('\\');
    if is_quoted || before.contains("<<") || !(line.is_empty() || line.ends_with([' ', '\t', ';', '|', '&', '(', '`'])) {
        return false;
    }
    match line.split_whitespace().next_back() {
        None => !goes_on,
        Some(word) => {
            LEADS.contains(&word)
                || word.ends_with([';', '|', '&', '`'])
                || word.ends_with('(') && !word.ends_with("=(") && !word.ends_with("((")
        }
    }
}

/// Whether a text means nothing to a shell or to a workflow's expressions.
fn is_inert(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':' | b'@' | b',' | b'+' | b'='))
}

/// The first print that would become code: an expression of a workflow anywhere, or a word of a shell in a script; `marked` is the
/// file with placeholders, made when it is needed.
pub(in crate::render) fn code_printed(content: &Content, prints: &[Print], marked: impl FnOnce() -> Option<Content>) -> Option<usize> {
    let Content::Yaml(actual) = content else { return None };
    let inert = prints.iter().all(|print| is_inert(&print.text));
    if prints.is_empty() || inert && !may_be_code(actual, prints) {
        return None;
    }
    let whole = prints.iter().position(|print| print.text.contains("${{"));
    // What cannot be looked at is not let through.
    let Some(Content::Yaml(marked)) = marked() else {
        return whole.or_else(|| prints.iter().position(|print| !is_inert(&print.text))).or(Some(0));
    };
    let mut found = whole;
    let mut opened = 0;
    for (document, _) in &marked {
        texts(document, "", &mut |name, text| {
            opened += text.matches("${{").count();
            found = found.or_else(|| code_in(name, text, prints));
        });
    }
    let mut opens = 0;
    for (document, _) in actual {
        texts(document, "", &mut |_, text| opens += text.matches("${{").count());
    }
    // Where prints together with what is around them open an expression, one of them holds a part of its beginning.
    found.or_else(|| if opens == opened { None } else { prints.iter().position(|print| print.text.contains(['$', '{'])).or(Some(0)) })
}

/// Whether something that was printed may stand in an expression, or end a text within a script.
fn may_be_code(documents: &[(Value, u32)], prints: &[Print]) -> bool {
    let mut there = false;
    for (document, _) in documents {
        texts(document, "", &mut |name, text| {
            let holds = |code: &str| prints.iter().any(|print| !print.text.is_empty() && code.contains(print.text.trim_matches('"')));
            there |= pieces(text).iter().any(|piece| holds(piece.inner)) || CONDITIONS.contains(&name) && holds(text);
            there |= SCRIPTS.contains(&name) && (text.contains("<<") || prints.iter().any(|print| begins(text, &print.text)));
            there |= name == "shell" && holds(text);
        });
    }
    there
}

/// Whether a text begins a command somewhere in a script.
fn begins(script: &str, text: &str) -> bool {
    let text = text.trim_matches('"');
    !text.is_empty() && script.match_indices(text).any(|(at, _)| begins_command(&script[..at]))
}

/// The first print that is code in one text of the file with placeholders.
fn code_in(name: &str, text: &str, prints: &[Print]) -> Option<usize> {
    let there = placeholders(text);
    if there.is_empty() {
        return None;
    }
    let of = |index: &usize| prints.get(*index);
    if SCRIPTS.contains(&name) {
        let bad = there.iter().copied().find(|index| of(index).is_some_and(|print| !is_inert(&print.text)));
        let first = || there.iter().copied().find(|index| begins(text, &placeholder(*index)));
        if let Some(bad) = bad.or_else(first).or_else(|| ends_heredoc(text, prints)) {
            return Some(bad);
        }
    }
    if name == "shell" {
        let names_shell = |index: &usize| *text == placeholder(*index) && of(index).is_some_and(is_shell);
        return there.iter().copied().find(|index| !names_shell(index));
    }
    let found = pieces(text);
    if found.is_empty() && CONDITIONS.contains(&name) {
        return code_of(text, prints);
    }
    found.iter().find_map(|piece| code_of(piece.inner, prints))
}

/// The first print of a line that ends a heredoc of the script, so that the rest of it would be commands.
fn ends_heredoc(script: &str, prints: &[Print]) -> Option<usize> {
    let filled = |text: &str| {
        let printed = |index: usize| prints.get(index).map_or("", |print| print.text.as_str());
        placeholders(text).into_iter().fold(text.to_owned(), |text, index| text.replace(&placeholder(index), printed(index)))
    };
    let ends: Vec<String> = script.split("<<").skip(1).map(|rest| filled(&heredoc_end(rest))).collect();
    script.lines().find_map(|line| {
        let first = *placeholders(line).first()?;
        ends.iter().any(|end| filled(line).trim() == end).then_some(first)
    })
}

/// The word behind `<<`, as the line that ends the text has it.
fn heredoc_end(rest: &str) -> String {
    let word = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches([' ', '\t']);
    let end = word.find(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&' | '<' | '>' | '(' | ')')).unwrap_or(word.len());
    word[..end].replace(['\'', '"', '\\'], "")
}

/// The first print of one expression that is more than a part of a text or of a property's name, or a number.
fn code_of(expression: &str, prints: &[Print]) -> Option<usize> {
    let there = placeholders(expression);
    let Ok(expression) = read(expression) else { return there.first().copied() };
    let mut plain = Vec::new();
    expression.visit(&mut |part| match part {
        Expression::Text(text) => plain.extend(placeholders(text).into_iter().filter(|index| is_text(prints, *index))),
        Expression::Name(name) => {
            plain.extend(placeholders(&name.text).into_iter().filter(|index| name.text == placeholder(*index) && is_number(prints, *index)))
        }
        Expression::Path(_, steps) => {
            let names = steps.iter().filter_map(|step| if let Step::Name(name) = step { Some(name) } else { None });
            plain.extend(names.flat_map(|name| placeholders(&name.text).into_iter().filter(|index| is_word(prints, *index, &name.text))));
        }
        _ => {}
    });
    there.into_iter().find(|index| !plain.contains(index))
}

fn is_shell(print: &Print) -> bool {
    let typed = print.typed.as_ref().map(|typed| typed.as_str().unwrap_or_default());
    SHELLS.contains(&typed.unwrap_or(&print.text))
}

fn is_text(prints: &[Print], index: usize) -> bool {
    prints.get(index).is_some_and(|print| print.typed.is_none() && !print.text.contains(['\'', '\n']))
}

fn is_number(prints: &[Print], index: usize) -> bool {
    let plain = |text: &str| matches!(text, "true" | "false") || text.parse::<f64>().is_ok_and(f64::is_finite);
    prints.get(index).is_some_and(|print| plain(&print.text))
}

/// Whether what was printed is a part of the name that it stands in.
fn is_word(prints: &[Print], index: usize, name: &str) -> bool {
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let begins = |text: &str| !name.starts_with(&placeholder(index)) || text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    prints.get(index).is_some_and(|print| print.typed.is_none() && begins(&print.text) && letters(&print.text))
}

/// All texts of a value, each with the key that it is below.
fn texts<'v>(value: &'v Value, name: &'v str, see: &mut impl FnMut(&'v str, &'v str)) {
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| {
            // A key may hold an expression too.
            see("", name);
            texts(value, name, see);
        }),
        Value::Array(items) => items.iter().for_each(|item| texts(item, name, see)),
        Value::String(text) => see(name, text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
